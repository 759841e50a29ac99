//! What a page needs to know of the payrolls that it voids, and of what is owed for them.

use std::collections::HashSet;

use posars_domain::PayrollId;
use posars_domain::journal::entry_id_of;
use posars_domain::open_item::{ItemOrigin, Payable, Receivable, payable_of_payroll, receivable_of_void};
use posars_domain::payroll::Payroll;
use posars_domain::posting::{Facts, Owed, Source, Waits};
use posars_domain::posting_rules::PostingPart;
use posars_event_store::StreamName;

use super::input::Input;
use super::known_source::KnownSource;
use super::wanted::Wanted;
use super::{BooksReactor, Outcome, entry_stream, item_stream};
use crate::event_encoder::EventEncoder;
use crate::keys::stream_of;
use crate::reactors::ReactorError;

/// The parts of a payroll's value that may be owed.
const OWED_PARTS: [PostingPart; 2] = [PostingPart::NetWages, PostingPart::Levies];

impl BooksReactor {
    /// The payrolls that voids are about, and what is owed for them.
    pub(super) async fn learn_payrolls(
        &mut self,
        inputs: &[Input],
        wanted: &mut Wanted,
    ) -> Result<(), ReactorError> {
        self.payrolls.clear();
        let mut about: HashSet<PayrollId> = inputs.iter().filter_map(payroll_voided).collect();
        if about.is_empty() {
            return Ok(());
        }
        for input in inputs {
            if let Some(payroll_id) = payroll_recorded(input)
                && about.remove(&payroll_id)
            {
                self.payrolls.extend(known_payroll(input));
                if self.careful {
                    self.want_owed_of_payroll(payroll_id, wanted)?;
                }
            }
        }
        let streams = about
            .iter()
            .map(|payroll_id| stream_of::<Payroll>(Payroll::stream_id(payroll_id)));
        let streams: Vec<StreamName> = streams.collect::<Result<_, _>>()?;
        let mut encoder = EventEncoder::default();
        for first in self.work.first_events(&streams).await?.into_iter().flatten() {
            let input = Input::of(&first, &mut encoder)?;
            self.payrolls.extend(known_payroll(&input));
        }
        for payroll_id in about {
            self.want_owed_of_payroll(payroll_id, wanted)?;
        }
        Ok(())
    }

    fn want_owed_of_payroll(&self, payroll_id: PayrollId, wanted: &mut Wanted) -> Result<(), ReactorError> {
        let Some(known) = self.payrolls.get(&payroll_id) else {
            return Ok(());
        };
        wanted.add(entry_stream(entry_id_of(known.place.event_id))?);
        want_payables(payroll_id, wanted)
    }

    pub(super) fn owed_of_payroll(
        &self,
        payroll_id: PayrollId,
        facts: &Facts<'_>,
    ) -> Result<Result<Owed<'_>, Outcome>, ReactorError> {
        let is_settled = match self.payrolls.get(&payroll_id) {
            Some(known) => self.is_settled(known, facts)?,
            None => false,
        };
        if !is_settled {
            return Ok(Err(Outcome::Waits(Waits::ForPayroll { payroll_id })));
        }
        let mut owed = Owed::default();
        for part in OWED_PARTS {
            let stream = item_stream::<Payable>(payable_of_payroll(payroll_id, part))?;
            let is_own = |origin: &ItemOrigin| matches!(origin, ItemOrigin::Payroll { payroll_id: own, .. } if *own == payroll_id);
            match self.item::<Payable>(&stream, is_own) {
                Ok(item) => owed.payables.extend(item),
                Err(outcome) => return Ok(Err(outcome)),
            }
        }
        Ok(Ok(owed))
    }
}

/// The items that a payroll or its void would register: their ids may be taken.
pub(super) fn want_new_of_payroll(input: &Input, wanted: &mut Wanted) -> Result<(), ReactorError> {
    if let Some(payroll_id) = payroll_recorded(input) {
        want_payables(payroll_id, wanted)?;
    } else if payroll_voided(input).is_some() {
        wanted.add(item_stream::<Receivable>(receivable_of_void(
            input.cause.event_id,
        ))?);
    }
    Ok(())
}

fn want_payables(payroll_id: PayrollId, wanted: &mut Wanted) -> Result<(), ReactorError> {
    for part in OWED_PARTS {
        wanted.add(item_stream::<Payable>(payable_of_payroll(payroll_id, part))?);
    }
    Ok(())
}

fn known_payroll(input: &Input) -> Option<(PayrollId, KnownSource)> {
    Some((payroll_recorded(input)?, KnownSource::of(input)?))
}

fn payroll_recorded(input: &Input) -> Option<PayrollId> {
    if let Some(Source::PayrollRecorded(payroll)) = input.value() {
        Some(payroll.payroll_id)
    } else {
        None
    }
}

fn payroll_voided(input: &Input) -> Option<PayrollId> {
    if let Some(Source::PayrollVoided(void)) = input.value() {
        Some(void.payroll_id)
    } else {
        None
    }
}
