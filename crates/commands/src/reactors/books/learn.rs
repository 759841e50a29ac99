//! What a page needs to know of the log before it is posted.

use std::collections::HashSet;

use posars_domain::journal::entry_id_of;
use posars_domain::open_item::{
    ItemOrigin, ItemSide as _, ItemState, Payable, Receivable, payable_of_delivery, receivable_of_sale,
    refund_of_event,
};
use posars_domain::posting::{Facts, Owed, Source, Waits, post};
use posars_domain::sale::{Sale, SaleRecorded};
use posars_domain::{PartyId, SaleId};
use posars_event_store::{Direction, RecordedEvent, StreamName, Version};
use uuid::Uuid;

use super::input::Input;
use super::known_source::KnownSource;
use super::learn_payrolls::want_new_of_payroll;
use super::state::{OwedSide, State};
use super::wanted::Wanted;
use super::{BooksReactor, Outcome, entry_stream, item_stream};
use crate::error::EVENT_UNREADABLE;
use crate::event_encoder::EventEncoder;
use crate::keys::stream_of;
use crate::reactors::ReactorError;

/// Events of one read of something owed.
const PAGE_EVENTS: u32 = 500;

impl BooksReactor {
    /// Learns what a page needs: nothing in the usual case, the sales that voids and returns are about, what is owed for
    /// deliveries, and which entries are there when some may be.
    pub(super) async fn learn(&mut self, inputs: &[Input]) -> Result<(), ReactorError> {
        let mut wanted = Wanted::default();
        self.learn_sales(inputs, &mut wanted).await?;
        self.learn_payrolls(inputs, &mut wanted).await?;
        for input in inputs {
            let Some(source) = input.value() else { continue };
            if self.careful {
                wanted.add(entry_stream(entry_id_of(input.cause.event_id))?);
            }
            if let Source::StockReceived(received) = source {
                wanted.add(item_stream::<Payable>(payable_of_delivery(received.receipt_id))?);
            }
        }
        self.look_at(wanted).await?;
        if self.careful {
            self.learn_new_items(inputs).await?;
        }
        Ok(())
    }

    /// The sales that voids and returns are about, and what is owed for them.
    async fn learn_sales(&mut self, inputs: &[Input], wanted: &mut Wanted) -> Result<(), ReactorError> {
        self.sales.clear();
        let mut about: HashSet<SaleId> = inputs.iter().filter_map(sale_undone).collect();
        if about.is_empty() {
            return Ok(());
        }
        for input in inputs {
            if let Some(sale_id) = sale_recorded(input)
                && about.remove(&sale_id)
            {
                self.sales.extend(known_sale(input));
                if self.careful {
                    self.want_owed(sale_id, wanted)?;
                }
            }
        }
        let streams = about
            .iter()
            .map(|sale_id| stream_of::<Sale>(Sale::stream_id(sale_id)));
        let streams: Vec<StreamName> = streams.collect::<Result<_, _>>()?;
        let mut encoder = EventEncoder::default();
        for first in self.work.first_events(&streams).await?.into_iter().flatten() {
            let input = Input::of(&first, &mut encoder)?;
            self.sales.extend(known_sale(&input));
        }
        for sale_id in about {
            self.want_owed(sale_id, wanted)?;
        }
        Ok(())
    }

    /// The event that something at hand waits to be posted, if it is one that waits for another.
    pub(super) fn event_behind(&self, waits: &Waits) -> Option<Uuid> {
        let known = match waits {
            Waits::ForSale { sale_id } => self.sales.get(sale_id),
            Waits::ForPayroll { payroll_id } => self.payrolls.get(payroll_id),
            Waits::ForRule { .. }
            | Waits::ForOtherRule { .. }
            | Waits::ForAccount { .. }
            | Waits::ForCurrency { .. } => None,
        };
        known.map(|known| known.place.event_id)
    }

    fn want_owed(&self, sale_id: SaleId, wanted: &mut Wanted) -> Result<(), ReactorError> {
        let Some(known) = self.sales.get(&sale_id) else {
            return Ok(());
        };
        wanted.add(entry_stream(entry_id_of(known.place.event_id))?);
        for payment in sale_of(&known.source).into_iter().flat_map(owed_payments) {
            wanted.add(item_stream::<Receivable>(receivable_of_sale(sale_id, payment))?);
        }
        Ok(())
    }

    /// The items that events would register whose entries are not there: their ids may be taken.
    async fn learn_new_items(&mut self, inputs: &[Input]) -> Result<(), ReactorError> {
        let mut wanted = Wanted::default();
        for input in inputs {
            let entry = entry_stream(entry_id_of(input.cause.event_id))?;
            if self.work.slice.version(&entry) > Version::START {
                self.found_entries = true;
                continue;
            }
            if let Some(Source::SaleRecorded(sale)) = input.value() {
                for payment in owed_payments(sale) {
                    wanted.add(item_stream::<Receivable>(receivable_of_sale(
                        sale.sale_id,
                        payment,
                    ))?);
                }
            } else if sale_undone(input).is_some() {
                wanted.add(item_stream::<Payable>(refund_of_event(input.cause.event_id, 0))?);
            } else {
                want_new_of_payroll(input, &mut wanted)?;
            }
        }
        self.look_at(wanted).await
    }

    async fn look_at(&mut self, wanted: Wanted) -> Result<(), ReactorError> {
        let mut streams = wanted.streams;
        streams.retain(|stream| !self.work.slice.knows(stream));
        let last = self.work.last_events(&streams).await?;
        for (stream, last) in streams.iter().zip(last) {
            match last {
                Some(last) if last.version > Version::new(1) && is_item(stream) => {
                    self.learn_history(stream).await?;
                }
                last => self.work.slice.learn(stream, last.as_ref()),
            }
        }
        Ok(())
    }

    /// Folds something owed that more than one thing happened to.
    async fn learn_history(&mut self, stream: &StreamName) -> Result<(), ReactorError> {
        let mut history: Vec<RecordedEvent> = Vec::new();
        loop {
            let from = history.last().map_or(Version::START, |last| last.version).plus(1);
            let page = self
                .work
                .log
                .read_stream(stream, from, Direction::Forwards, PAGE_EVENTS)
                .await?;
            let is_last = page.len() < usize::try_from(PAGE_EVENTS).unwrap_or(usize::MAX);
            history.extend(page);
            if is_last {
                break;
            }
        }
        let version = history.last().map_or(Version::START, |last| last.version);
        let state = if stream.category() == Receivable::CATEGORY {
            State::of_history::<Receivable>(&history)
        } else {
            State::of_history::<Payable>(&history)
        };
        self.work.slice.learn_as(stream, version, state);
        Ok(())
    }

    /// What is owed already that an event changes; or what becomes of the event where that cannot be said.
    pub(super) fn owed(
        &self,
        source: &Source,
        facts: &Facts<'_>,
    ) -> Result<Result<Owed<'_>, Outcome>, ReactorError> {
        match source {
            Source::SaleVoided(void) => self.owed_of_sale(void.sale_id, facts),
            Source::SaleReturned(back) => self.owed_of_sale(back.sale_id, facts),
            Source::StockReceived(received) => {
                let receipt_id = received.receipt_id;
                let stream = item_stream::<Payable>(payable_of_delivery(receipt_id))?;
                let is_own = |origin: &ItemOrigin| matches!(origin, ItemOrigin::Delivery { receipt_id: own, .. } if *own == receipt_id);
                Ok(self.item::<Payable>(&stream, is_own).map(|payable| Owed {
                    payable,
                    ..Owed::default()
                }))
            }
            Source::PayrollVoided(void) => self.owed_of_payroll(void.payroll_id, facts),
            Source::SaleRecorded(_)
            | Source::StockIssued(_)
            | Source::StockReturned(_)
            | Source::StockAdjusted(_)
            | Source::Receivable(_)
            | Source::Payable(_)
            | Source::StatementLineWrittenOff(_)
            | Source::PayrollRecorded(_)
            | Source::BooksBegun(_) => Ok(Ok(Owed::default())),
        }
    }

    fn owed_of_sale(
        &self,
        sale_id: SaleId,
        facts: &Facts<'_>,
    ) -> Result<Result<Owed<'_>, Outcome>, ReactorError> {
        let waits = || Ok(Err(Outcome::Waits(Waits::ForSale { sale_id })));
        let Some(known) = self.sales.get(&sale_id) else {
            return waits();
        };
        let Some(sale) = sale_of(&known.source) else {
            return waits();
        };
        if !self.is_settled(known, facts)? {
            return waits();
        }
        let mut owed = Owed {
            customer: sale.customer.as_ref().and_then(party),
            ..Owed::default()
        };
        for payment in owed_payments(sale) {
            let stream = item_stream::<Receivable>(receivable_of_sale(sale_id, payment))?;
            let is_own = |origin: &ItemOrigin| matches!(origin, ItemOrigin::Sale { sale_id: own, .. } if *own == sale_id);
            match self.item::<Receivable>(&stream, is_own) {
                Ok(item) => owed.receivables.extend(item),
                Err(outcome) => return Ok(Err(outcome)),
            }
        }
        Ok(Ok(owed))
    }

    /// Whether an event that others are about is posted, or never will be, as one from before the books: there is nothing to
    /// wait for then.
    pub(super) fn is_settled(&self, known: &KnownSource, facts: &Facts<'_>) -> Result<bool, ReactorError> {
        let entry = entry_stream(entry_id_of(known.place.event_id))?;
        let is_posted = self.work.slice.version(&entry) > Version::START;
        Ok(is_posted || post(&known.source, known.place, facts, &Owed::default()) == Ok(None))
    }

    /// Something owed, where it is of this origin; what becomes of an event that would change it and cannot.
    pub(super) fn item<S: OwedSide>(
        &self,
        stream: &StreamName,
        is_own: impl Fn(&ItemOrigin) -> bool,
    ) -> Result<Option<&ItemState<S>>, Outcome> {
        let state = self.work.slice.state(stream);
        if let State::Unreadable(problem) = state {
            return Err(Outcome::Failed(EVENT_UNREADABLE, problem.clone()));
        }
        let item = S::of_state(state);
        Ok(item.filter(|item| {
            let registered = item.registered.as_deref();
            registered.is_some_and(|registered| is_own(&registered.origin))
        }))
    }
}

fn known_sale(input: &Input) -> Option<(SaleId, KnownSource)> {
    Some((sale_recorded(input)?, KnownSource::of(input)?))
}

fn sale_of(source: &Source) -> Option<&SaleRecorded> {
    if let Source::SaleRecorded(sale) = source {
        Some(sale)
    } else {
        None
    }
}

fn is_item(stream: &StreamName) -> bool {
    [Receivable::CATEGORY, Payable::CATEGORY].contains(&stream.category())
}

fn party(customer: &posars_domain::SubjectId) -> Option<PartyId> {
    customer.as_str().parse().ok()
}

/// The payments of a sale: somebody may owe each, as the rules say.
fn owed_payments(sale: &SaleRecorded) -> impl Iterator<Item = u16> {
    (0..).take(sale.payments.len())
}

fn sale_recorded(input: &Input) -> Option<SaleId> {
    if let Some(Source::SaleRecorded(sale)) = input.value() {
        Some(sale.sale_id)
    } else {
        None
    }
}

fn sale_undone(input: &Input) -> Option<SaleId> {
    match input.value()? {
        Source::SaleVoided(void) => Some(void.sale_id),
        Source::SaleReturned(back) => Some(back.sale_id),
        Source::SaleRecorded(_)
        | Source::StockReceived(_)
        | Source::StockIssued(_)
        | Source::StockReturned(_)
        | Source::StockAdjusted(_)
        | Source::Receivable(_)
        | Source::Payable(_)
        | Source::StatementLineWrittenOff(_)
        | Source::PayrollRecorded(_)
        | Source::PayrollVoided(_)
        | Source::BooksBegun(_) => None,
    }
}
