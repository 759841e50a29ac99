//! Saying how sales by a method are paid out.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::rejection::TERMS_MAX;
use super::state::plain;
use super::{ReceiptTerms, ReceiptTermsDefined, Terms, TermsEvent, TermsRejection, TermsState};
use crate::dates::business_day;
use crate::misplaced::not_in_code;
use crate::text::{self, CODE_CHARS_MAX};
use crate::{Command, Decided, Decision, Given, InvalidValue, reasons};

/// A whole, in millionths.
const WHOLE_PPM: u32 = 1_000_000;
/// The most days to an instalment, or between two.
const DAYS_MAX: u16 = 366;

/// Says when, and less which fee, sales by a method are paid out, from a day on; the same terms again change nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefineReceiptTerms {
    /// The terms.
    pub terms: ReceiptTerms,
}

impl Command for DefineReceiptTerms {
    type Of = Terms;
    type Answer = ReceiptTermsDefined;

    const NAME: &'static str = "DefineReceiptTerms";

    fn stream_id(&self) -> impl Display + Send {
        Terms::stream_id()
    }

    fn is_answer(&self, event: &TermsEvent) -> bool {
        let TermsEvent::ReceiptTermsDefined(event) = event else {
            return false;
        };
        self.checked().is_ok_and(|terms| terms == event.terms)
    }

    fn decide(&self, state: &TermsState, _given: &Given<'_>) -> Decided<Terms> {
        let terms = self.checked()?;
        if state.receipts_of(&terms.method).contains(&terms) {
            return Ok(Decision::nothing());
        }
        let overlaps = |other: &&ReceiptTerms| {
            let is_apart = other.installments_to < terms.installments_from
                || terms.installments_to < other.installments_from;
            let brands = [&other.brand, &terms.brand].map(|brand| brand.as_deref().map(plain));
            other.valid_from == terms.valid_from
                && other.acquirer_cnpj == terms.acquirer_cnpj
                && brands[0] == brands[1]
                && !is_apart
        };
        if state
            .receipts_of(&terms.method)
            .iter()
            .any(|other| overlaps(&other))
        {
            return Err(TermsRejection::Overlap {
                valid_from: terms.valid_from,
            });
        }
        if state.len() >= TERMS_MAX {
            return Err(TermsRejection::Full);
        }
        Ok(Decision::event(ReceiptTermsDefined { terms }))
    }
}

impl DefineReceiptTerms {
    /// Trims the texts and checks every bound.
    fn checked(&self) -> Result<ReceiptTerms, InvalidValue> {
        let terms = &self.terms;
        business_day("valid_from", terms.valid_from)?;
        let brand = text::maybe("brand", terms.brand.as_ref(), CODE_CHARS_MAX)?;
        if let Some(brand) = &brand {
            not_in_code("brand", brand)?;
        }
        if terms.installments_from < 1 || terms.installments_from > terms.installments_to {
            let rule = "instalments are counted from 1, and the least is no more than the most";
            let given = format!("{} to {}", terms.installments_from, terms.installments_to);
            return Err(InvalidValue::new(reasons::INSTALLMENTS_INVALID, given, rule).at("installments_from"));
        }
        if terms.fee_ppm > WHOLE_PPM {
            let rule = "a fee is at most the whole amount: a million millionths";
            return Err(InvalidValue::new("FEE_OUT_OF_RANGE", terms.fee_ppm, rule).at("fee_ppm"));
        }
        for (field, days) in [("first_days", terms.first_days), ("every_days", terms.every_days)] {
            if days > DAYS_MAX {
                let rule = "an instalment is paid out at most 366 days after the sale or the one before";
                return Err(InvalidValue::new(reasons::DAYS_OUT_OF_RANGE, days, rule).at(field));
            }
        }
        Ok(ReceiptTerms {
            brand,
            ..terms.clone()
        })
    }
}
