//! Undoing a whole sale.

use std::fmt::Display;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::admission;
use super::unique::fiscal_claim;
use super::{Sale, SaleLine, SaleRejection, SaleState, SaleVoided, VoidedLine};
use crate::dates::{not_before_sale, not_too_early};
use crate::misplaced::{Refused, not_in_words};
use crate::text::{self, NOTE_CHARS_MAX};
use crate::{Command, Decided, Decision, FiscalRef, Given, Needs, OwnKey, Path, SaleId};

/// Undoes the whole of a sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoidSale {
    /// The sale.
    pub sale_id: SaleId,
    /// When, by the till's clock; at most five minutes ahead of the server's.
    pub occurred_at: Timestamp,
    /// Why, 1 to 500 characters.
    pub reason: String,
    /// The cancellation of the fiscal document.
    pub fiscal_ref: Option<FiscalRef>,
}

impl Command for VoidSale {
    type Of = Sale;
    type Answer = SaleVoided;

    const NAME: &'static str = "VoidSale";

    fn stream_id(&self) -> impl Display + Send {
        self.sale_id
    }

    fn own_key(&self) -> OwnKey {
        OwnKey::Named(self.sale_id.uuid())
    }

    fn needs<'a>(&'a self, state: &'a SaleState) -> Needs<'a> {
        state.needs().and_policy()
    }

    fn decide(&self, state: &SaleState, given: &Given<'_>) -> Decided<Sale> {
        let sale = state.sale(self.sale_id)?;
        if state.voided.is_some() {
            return Err(SaleRejection::SaleAlreadyVoided {
                sale_id: self.sale_id,
            });
        }
        if !state.returns.is_empty() {
            let returns = state.returns.len();
            return Err(SaleRejection::SaleHasReturns {
                sale_id: self.sale_id,
                returns,
            });
        }
        let store = given.store(&sale.store_id)?;
        given.not_in_future(self.occurred_at)?;
        not_too_early(self.occurred_at, store)?;
        not_before_sale(self.occurred_at, sale.occurred_at)?;
        not_in_words("reason", &self.reason, Refused::Both)?;
        if let Some(window_hours) = given.policy.void_window_hours {
            let window = SignedDuration::from_hours(i64::from(window_hours));
            // By the till's clock, not by arrival: a void made offline in time may be sent late.
            if self.occurred_at.duration_since(sale.occurred_at) > window {
                let occurred_at = sale.occurred_at;
                return Err(SaleRejection::VoidWindowExpired {
                    occurred_at,
                    window_hours,
                });
            }
        }
        let (business_date, local_hour) = store.business_date_and_hour(self.occurred_at);
        let voided = SaleVoided {
            sale_id: self.sale_id,
            store_id: sale.store_id.clone(),
            occurred_at: self.occurred_at,
            business_date,
            local_hour,
            sale_business_date: sale.business_date,
            currency: sale.currency,
            reason: text::required("reason", &self.reason, NOTE_CHARS_MAX)?,
            lines: sale.lines.iter().map(voided_line).collect(),
            refunds: sale.received(),
            total: sale.total,
            fiscal_ref: self
                .fiscal_ref
                .as_ref()
                .map(|fiscal| fiscal.checked(Path::field("fiscal_ref")))
                .transpose()?,
        };
        admission::fiscal_ref(voided.fiscal_ref.as_ref())?;
        let claims = fiscal_claim(voided.fiscal_ref.as_ref()).into_iter().collect();
        Ok(Decision {
            events: vec![voided.into()],
            claims,
        })
    }
}

fn voided_line(line: &SaleLine) -> VoidedLine {
    VoidedLine {
        line_id: line.line_id,
        sku: line.sku.clone(),
        quantity: line.quantity,
        net: line.net,
    }
}
