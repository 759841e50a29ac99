//! Saying when a supplier is paid.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::rejection::TERMS_MAX;
use super::{SupplierTerms, SupplierTermsDefined, Terms, TermsEvent, TermsRejection, TermsState};
use crate::dates::business_day;
use crate::invalid::{not_empty, not_longer};
use crate::misplaced::{Refused, not_in_any_words};
use crate::text::{self, NAME_CHARS_MAX};
use crate::{Command, Decided, Decision, Given, InvalidValue, Path, reasons};

/// The most instalments of a delivery: five years of months.
const DUE_DAYS_MAX: usize = 60;
/// The most days from a delivery to an instalment: five years.
const DAYS_MAX: u16 = 1_830;

/// Says when a supplier is paid, from a day on; the same terms again change nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefineSupplierTerms {
    /// The terms.
    pub terms: SupplierTerms,
}

impl Command for DefineSupplierTerms {
    type Of = Terms;
    type Answer = SupplierTermsDefined;

    const NAME: &'static str = "DefineSupplierTerms";

    fn stream_id(&self) -> impl Display + Send {
        Terms::stream_id()
    }

    fn is_answer(&self, event: &TermsEvent) -> bool {
        let TermsEvent::SupplierTermsDefined(event) = event else {
            return false;
        };
        self.checked().is_ok_and(|terms| terms == event.terms)
    }

    fn decide(&self, state: &TermsState, _given: &Given<'_>) -> Decided<Terms> {
        let terms = self.checked()?;
        let versions = state.suppliers_of(terms.supplier.as_deref());
        if let Some(same_day) = versions.iter().find(|other| other.valid_from == terms.valid_from) {
            return if same_day.due_days == terms.due_days {
                Ok(Decision::nothing())
            } else {
                Err(TermsRejection::Overlap {
                    valid_from: terms.valid_from,
                })
            };
        }
        if state.len() >= TERMS_MAX {
            return Err(TermsRejection::Full);
        }
        Ok(Decision::event(SupplierTermsDefined { terms }))
    }
}

impl DefineSupplierTerms {
    /// Trims the texts and checks every bound.
    fn checked(&self) -> Result<SupplierTerms, InvalidValue> {
        let terms = &self.terms;
        business_day("valid_from", terms.valid_from)?;
        let supplier = text::maybe("supplier", terms.supplier.as_ref(), NAME_CHARS_MAX)?;
        not_in_any_words("supplier", supplier.as_ref(), Refused::Cpf)?;
        not_empty("due_days", terms.due_days.len())?;
        not_longer("due_days", terms.due_days.len(), DUE_DAYS_MAX)?;
        let mut before = None;
        for (index, days) in terms.due_days.iter().enumerate() {
            if *days > DAYS_MAX || before.is_some_and(|before| *days <= before) {
                let rule =
                    "an instalment falls due after the one before, at most 1830 days after the delivery";
                let refusal = InvalidValue::new(reasons::DAYS_OUT_OF_RANGE, days, rule);
                return Err(refusal.at(Path::entry("due_days", index)));
            }
            before = Some(*days);
        }
        Ok(SupplierTerms {
            supplier,
            ..terms.clone()
        })
    }
}
