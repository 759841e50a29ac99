//! Undoing a whole sale.

use jiff::SignedDuration;

use super::decide::{Decided, fiscal_claim, not_in_future, recorded, store_of};
use super::{SaleContext, SaleLine, SaleRejection, SaleState, SaleVoided, VoidSale, VoidedLine};
use crate::Decision;
use crate::dates::not_too_early;
use crate::misplaced::{Refused, not_in_words};
use crate::text::{self, NOTE_CHARS_MAX};

pub(super) fn decide(state: &SaleState, command: &VoidSale, context: &SaleContext) -> Decided {
    let sale = recorded(state, command.sale_id)?;
    if state.voided.is_some() {
        return Err(SaleRejection::SaleAlreadyVoided {
            sale_id: command.sale_id,
        });
    }
    if !state.returns.is_empty() {
        let returns = state.returns.len();
        return Err(SaleRejection::SaleHasReturns {
            sale_id: command.sale_id,
            returns,
        });
    }
    let store = store_of(context, &sale.store_id)?;
    not_in_future(command.occurred_at, context.recorded_at)?;
    not_too_early(command.occurred_at, store)?;
    not_in_words("reason", &command.reason, Refused::Both)?;
    if let Some(window_hours) = context.void_window_hours {
        let window = SignedDuration::from_hours(i64::from(window_hours));
        // By the till's clock, not by arrival: a void made offline in time may be sent late.
        if command.occurred_at.duration_since(sale.occurred_at) > window {
            let occurred_at = sale.occurred_at;
            return Err(SaleRejection::VoidWindowExpired {
                occurred_at,
                window_hours,
            });
        }
    }
    let (business_date, local_hour) = store.business_date_and_hour(command.occurred_at);
    let voided = SaleVoided {
        sale_id: command.sale_id,
        store_id: sale.store_id.clone(),
        occurred_at: command.occurred_at,
        business_date,
        local_hour,
        sale_business_date: sale.business_date,
        currency: sale.currency,
        reason: text::required("reason", &command.reason, NOTE_CHARS_MAX)?,
        lines: sale.lines.iter().map(voided_line).collect(),
        refunds: sale.received(),
        total: sale.total,
        fiscal_ref: command
            .fiscal_ref
            .as_ref()
            .map(|fiscal| fiscal.checked("fiscal_ref"))
            .transpose()?,
    };
    let claims = fiscal_claim(voided.fiscal_ref.as_ref()).into_iter().collect();
    Ok(Decision {
        events: vec![voided.into()],
        claims,
    })
}

fn voided_line(line: &SaleLine) -> VoidedLine {
    VoidedLine {
        line_id: line.line_id,
        sku: line.sku.clone(),
        quantity: line.quantity,
        net: line.net,
    }
}
