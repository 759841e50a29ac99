//! Taking goods of a sale back, in one go or in parts.

use std::collections::BTreeMap;
use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ReturnRejection;
use super::admission;
use super::paid_back::paid_back_by_line;
use super::unique::fiscal_claim;
use super::{
    Disposition, LINES_MAX, PAYMENTS_MAX, RETURNS_MAX, ReturnedLine, Sale, SaleEvent, SaleRecorded,
    SaleRejection, SaleReturned, SaleState,
};
use crate::circumstance::in_currency;
use crate::dates::{not_before_sale, not_too_early};
use crate::invalid::{not_empty, not_longer};
use crate::misplaced::{Refused, not_in_any_words};
use crate::payment::not_negative;
use crate::quantity::positive;
use crate::text::{self, NOTE_CHARS_MAX};
use crate::{
    Amount, Command, Currency, Decided, Decision, FiscalRef, Given, InvalidValue, LineId, MethodAmount,
    Needs, OwnKey, Path, Payload, Quantity, ReturnId, SaleId,
};

/// Records that goods of a sale came back; the same return again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordReturn {
    /// The sale.
    pub sale_id: SaleId,
    /// The return, an id made by the client.
    pub return_id: ReturnId,
    /// When, by the till's clock; at most five minutes ahead of the server's.
    pub occurred_at: Timestamp,
    /// What came back, 1 to 500 lines.
    pub lines: Vec<RecordReturnLine>,
    /// What was given back, at most 50 refunds; together with earlier ones at most the sale's total.
    pub refunds: Vec<MethodAmount>,
    /// The currency of the refunds; `None` leaves it to be the sale's. It must be the sale's, so a fingerprint need not
    /// hold it.
    #[serde(skip)]
    pub currency: Option<Currency>,
    /// Why, at most 500 characters.
    pub reason: Option<String>,
    /// The fiscal document of the return.
    pub fiscal_ref: Option<FiscalRef>,
}

/// One line of goods that came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordReturnLine {
    /// The line of the sale.
    pub line_id: LineId,
    /// How much of it, more than zero; together with earlier returns at most what was sold.
    pub quantity: Quantity,
    /// Where it goes.
    pub disposition: Disposition,
}

/// The return's id is its idempotency key for ever.
impl Command for RecordReturn {
    type Of = Sale;
    type Answer = SaleReturned;

    const NAME: &'static str = "RecordReturn";

    fn stream_id(&self) -> impl Display + Send {
        self.sale_id
    }

    fn own_key(&self) -> OwnKey {
        OwnKey::Named(self.return_id.uuid())
    }

    fn needs<'a>(&'a self, state: &'a SaleState) -> Needs<'a> {
        state.needs()
    }

    fn is_answer(&self, event: &SaleEvent) -> bool {
        SaleReturned::of(event).is_some_and(|returned| returned.return_id == self.return_id)
    }

    fn decide(&self, state: &SaleState, given: &Given<'_>) -> Decided<Sale> {
        let sale = state.sale(self.sale_id)?;
        // Before the question whether it is recorded already: no retry says another currency.
        in_currency(self.currency.unwrap_or(sale.currency), sale.currency)?;
        if state.voided.is_some() {
            return Err(SaleRejection::SaleVoided {
                sale_id: self.sale_id,
            });
        }
        let reason = text::maybe("reason", self.reason.as_ref(), NOTE_CHARS_MAX)?;
        let fiscal_ref = self
            .fiscal_ref
            .as_ref()
            .map(|fiscal| fiscal.checked(Path::field("fiscal_ref")))
            .transpose()?;
        if let Some(before) = state
            .returns
            .iter()
            .find(|before| before.return_id == self.return_id)
        {
            return same_again(before, self, reason.as_ref(), fiscal_ref.as_ref());
        }
        if state.returns.len() >= RETURNS_MAX {
            let (sale_id, returns, return_id) = (self.sale_id, state.returns.len(), self.return_id);
            return Err(ReturnRejection::TooManyReturns {
                sale_id,
                returns,
                return_id,
            }
            .into());
        }
        let store = given.store(&sale.store_id)?;
        given.not_in_future(self.occurred_at)?;
        not_too_early(self.occurred_at, store)?;
        not_before_sale(self.occurred_at, sale.occurred_at)?;
        not_in_any_words("reason", reason.as_ref(), Refused::Both)?;
        admission::fiscal_ref(fiscal_ref.as_ref())?;
        let mut lines = returned_lines(state, sale, &self.lines)?;
        let returned_total = sum("the returned lines", lines.iter().map(|line| line.refund))?;
        let total_refund = refunded(state, sale, &self.refunds)?;
        let worth: Vec<_> = lines.iter().map(|line| (line.refund, line.quantity)).collect();
        let paid_back = paid_back_by_line(total_refund, &worth).ok_or(SaleRejection::AmountOutOfRange {
            what: "what is paid back for the lines",
        })?;
        for (line, paid_back) in lines.iter_mut().zip(paid_back) {
            line.paid_back = paid_back;
        }
        let claims = fiscal_claim(fiscal_ref.as_ref()).into_iter().collect();
        let (business_date, local_hour) = store.business_date_and_hour(self.occurred_at);
        let returned = SaleReturned {
            sale_id: self.sale_id,
            store_id: sale.store_id.clone(),
            return_id: self.return_id,
            occurred_at: self.occurred_at,
            business_date,
            local_hour,
            sale_business_date: sale.business_date,
            currency: sale.currency,
            lines,
            refunds: self.refunds.clone(),
            returned_total,
            total_refund,
            reason,
            fiscal_ref,
        };
        Ok(Decision {
            events: vec![returned.into()],
            claims,
        })
    }
}

/// The client's id is the idempotency key for ever: the same return is nothing new, another is an error.
fn same_again(
    before: &SaleReturned,
    command: &RecordReturn,
    reason: Option<&String>,
    fiscal_ref: Option<&FiscalRef>,
) -> Decided<Sale> {
    let line = |line: &ReturnedLine| (line.line_id, line.quantity, line.disposition);
    let asked = |line: &RecordReturnLine| (line.line_id, line.quantity, line.disposition);
    let same = before.lines.iter().map(line).eq(command.lines.iter().map(asked))
        && before.refunds == command.refunds
        && before.occurred_at == command.occurred_at
        && before.reason.as_ref() == reason
        && before.fiscal_ref.as_ref() == fiscal_ref;
    if same {
        return Ok(Decision::nothing());
    }
    Err(SaleRejection::IdempotencyMismatch {
        what: format!("return {}", command.return_id),
    })
}

/// Checks every line against what is left of it; one line may come back in several conditions.
fn returned_lines(
    state: &SaleState,
    sale: &SaleRecorded,
    asked: &[RecordReturnLine],
) -> Result<Vec<ReturnedLine>, SaleRejection> {
    not_empty("lines", asked.len())?;
    not_longer("lines", asked.len(), LINES_MAX)?;
    let mut so_far = BTreeMap::<LineId, (Quantity, Amount)>::new();
    let mut lines = Vec::with_capacity(asked.len());
    for (index, asked) in asked.iter().enumerate() {
        let before = match so_far.get(&asked.line_id) {
            Some(before) => *before,
            None => earlier(state, asked.line_id)?,
        };
        let line = returned_line(index, sale, asked, before)?;
        let out_of_range = SaleRejection::AmountOutOfRange {
            what: "what is back of a line",
        };
        let quantity = before
            .0
            .checked_add(line.quantity)
            .ok_or_else(|| out_of_range.clone())?;
        let share = before.1.checked_add(line.refund).ok_or(out_of_range)?;
        so_far.insert(asked.line_id, (quantity, share));
        lines.push(line);
    }
    Ok(lines)
}

/// What earlier returns took back of a line, and its share of the net.
fn earlier(state: &SaleState, line_id: LineId) -> Result<(Quantity, Amount), SaleRejection> {
    state
        .returned_quantity(line_id)
        .zip(state.returned_share(line_id))
        .ok_or(SaleRejection::AmountOutOfRange {
            what: "what is back of a line",
        })
}

fn returned_line(
    index: usize,
    sale: &SaleRecorded,
    asked: &RecordReturnLine,
    (returned, given_back): (Quantity, Amount),
) -> Result<ReturnedLine, SaleRejection> {
    let line_id = asked.line_id;
    let sold = sale
        .line(line_id)
        .ok_or(ReturnRejection::LineNotFound { index, line_id })?;
    let given = positive(Path::line(index, "quantity"), asked.quantity)?;
    let after = returned
        .checked_add(given)
        .filter(|after| *after <= sold.quantity)
        .ok_or(ReturnRejection::ReturnExceedsSold {
            index,
            line_id,
            sold: sold.quantity,
            returned,
            given,
        })?;
    // Cumulative: rounding each part on its own would leave the last part a centavo short or over.
    let refund = sold
        .net
        .share(after.ten_thousandths(), sold.quantity.ten_thousandths())
        .and_then(|share| share.checked_sub(given_back))
        .ok_or(SaleRejection::AmountOutOfRange {
            what: "a returned line",
        })?;
    let (sku, disposition) = (sold.sku.clone(), asked.disposition);
    Ok(ReturnedLine {
        line_id,
        sku,
        quantity: given,
        disposition,
        refund,
        // Known when all lines are.
        paid_back: Amount::ZERO,
    })
}

/// The sum of the refunds, checked against what was paid and what is refunded already.
fn refunded(
    state: &SaleState,
    sale: &SaleRecorded,
    refunds: &[MethodAmount],
) -> Result<Amount, SaleRejection> {
    not_longer("refunds", refunds.len(), PAYMENTS_MAX)?;
    let check = |(index, refund): (usize, &MethodAmount)| {
        not_negative(Path::entry("refunds", index).then("amount"), refund.amount)
    };
    let amounts = refunds
        .iter()
        .enumerate()
        .map(check)
        .collect::<Result<Vec<_>, InvalidValue>>()?;
    let given = sum("the refunds", amounts)?;
    let refunded = state
        .refunded()
        .ok_or(SaleRejection::AmountOutOfRange { what: "the refunds" })?;
    if sum("the refunds", [refunded, given])? > sale.total {
        return Err(ReturnRejection::RefundExceedsPaid {
            paid: sale.total,
            refunded,
            given,
        }
        .into());
    }
    Ok(given)
}

fn sum(what: &'static str, amounts: impl IntoIterator<Item = Amount>) -> Result<Amount, SaleRejection> {
    Amount::checked_sum(amounts).ok_or(SaleRejection::AmountOutOfRange { what })
}
