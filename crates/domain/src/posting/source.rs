//! The events that move value.

use jiff::civil::Date;

use super::Part;
use super::parts::{
    of_adjustment, of_issue, of_opening, of_payroll, of_receipt, of_restock, of_return, of_sale,
    of_statement_line, of_void,
};
use super::parts_of_items::of_item;
use crate::books::{BooksBegun, BooksKind};
use crate::open_item::{ItemSide, Payable, PayableEvent, Receivable, ReceivableEvent};
use crate::payroll::{PayrollCost, PayrollRecorded, PayrollVoided};
use crate::posting_rules::PostedEvent;
use crate::sale::{SaleRecorded, SaleReturned, SaleVoided};
use crate::statement_line::StatementLineWrittenOff;
use crate::stock::{StockAdjusted, StockIssued, StockReceived, StockReturned};
use crate::{Currency, FIRST_DAY, Kind as _, Side, StoreId};

/// An event that moves value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A sale took place.
    SaleRecorded(Box<SaleRecorded>),
    /// A sale was undone.
    SaleVoided(Box<SaleVoided>),
    /// Goods of a sale came back.
    SaleReturned(Box<SaleReturned>),
    /// Goods came in.
    StockReceived(Box<StockReceived>),
    /// Goods of a sale went out.
    StockIssued(Box<StockIssued>),
    /// Goods of a sale are back in stock.
    StockReturned(Box<StockReturned>),
    /// A stock was put right.
    StockAdjusted(Box<StockAdjusted>),
    /// Something about what is owed to the company.
    Receivable(Box<ReceivableEvent>),
    /// Something about what the company owes.
    Payable(Box<PayableEvent>),
    /// Money of a statement that belongs to nothing.
    StatementLineWrittenOff(Box<StatementLineWrittenOff>),
    /// The wages of a month were worked out.
    PayrollRecorded(Box<PayrollRecorded>),
    /// They were taken back.
    PayrollVoided(Box<PayrollVoided>),
    /// The books began with goods from before them.
    BooksBegun(Box<BooksBegun>),
}

impl Source {
    /// The stored type of the event; `None` for one of an open item that only follows from another event, whose entry has
    /// it, or that moves no value.
    #[must_use]
    pub fn event_type(&self) -> Option<&'static str> {
        match self {
            Self::BooksBegun(_) => Some(BooksKind::BooksBegun.as_str()),
            Self::SaleRecorded(_)
            | Self::SaleVoided(_)
            | Self::SaleReturned(_)
            | Self::StockReceived(_)
            | Self::StockIssued(_)
            | Self::StockReturned(_)
            | Self::StockAdjusted(_)
            | Self::Receivable(_)
            | Self::Payable(_)
            | Self::StatementLineWrittenOff(_)
            | Self::PayrollRecorded(_)
            | Self::PayrollVoided(_) => self.event().map(PostedEvent::as_str),
        }
    }

    /// Which event it is to the rules; `None` for one that no rule is about.
    #[must_use]
    pub fn event(&self) -> Option<PostedEvent> {
        Some(match self {
            Self::SaleRecorded(_) => PostedEvent::SaleRecorded,
            Self::SaleVoided(_) => PostedEvent::SaleVoided,
            Self::SaleReturned(_) => PostedEvent::SaleReturned,
            Self::StockReceived(_) => PostedEvent::StockReceived,
            Self::StockIssued(_) => PostedEvent::StockIssued,
            Self::StockReturned(_) => PostedEvent::StockReturned,
            Self::StockAdjusted(_) => PostedEvent::StockAdjusted,
            Self::Receivable(event) => of_item(Receivable::of(event))?.event,
            Self::Payable(event) => of_item(Payable::of(event))?.event,
            Self::StatementLineWrittenOff(_) => PostedEvent::StatementLineWrittenOff,
            Self::PayrollRecorded(_) => PostedEvent::PayrollRecorded,
            Self::PayrollVoided(_) => PostedEvent::PayrollVoided,
            Self::BooksBegun(_) => return None,
        })
    }

    /// Its value in parts that are not zero; their debits are their credits. None where it moves nothing, or where the
    /// entry of another event has it. `None` beyond the range of amounts.
    #[must_use]
    pub fn parts(&self) -> Option<Vec<Part>> {
        let mut parts = match self {
            Self::SaleRecorded(sale) => of_sale(sale),
            Self::SaleVoided(void) => of_void(void),
            Self::SaleReturned(back) => of_return(back),
            Self::StockReceived(received) => of_receipt(received)?,
            Self::StockIssued(issued) => of_issue(issued),
            Self::StockReturned(returned) => of_restock(returned)?,
            Self::StockAdjusted(adjusted) => of_adjustment(adjusted)?,
            Self::Receivable(event) => {
                of_item(Receivable::of(event)).map_or(Some(Vec::new()), |item| item.parts)?
            }
            Self::Payable(event) => {
                of_item(Payable::of(event)).map_or(Some(Vec::new()), |item| item.parts)?
            }
            Self::StatementLineWrittenOff(line) => of_statement_line(line)?,
            Self::PayrollRecorded(event) => of_payroll(&event.costs, Side::Debit)?,
            Self::PayrollVoided(event) => of_payroll(&event.costs, Side::Credit)?,
            Self::BooksBegun(begun) => of_opening(begun),
        };
        parts.retain(|part| !part.amount.is_zero());
        Some(parts)
    }

    /// The day that it counts for.
    #[must_use]
    pub fn business_date(&self) -> Date {
        match self {
            Self::SaleRecorded(event) => event.business_date,
            Self::SaleVoided(event) => event.business_date,
            Self::SaleReturned(event) => event.business_date,
            Self::StockReceived(event) => event.business_date,
            Self::StockIssued(event) => event.business_date,
            Self::StockReturned(event) => event.business_date,
            Self::StockAdjusted(event) => event.business_date,
            Self::Receivable(event) => Receivable::of(event).business_date(),
            Self::Payable(event) => Payable::of(event).business_date(),
            Self::StatementLineWrittenOff(event) => event.business_date,
            Self::PayrollRecorded(event) => event.business_date,
            Self::PayrollVoided(event) => event.business_date,
            Self::BooksBegun(event) => event.begins_on.unwrap_or(FIRST_DAY),
        }
    }

    /// The store; `None` for what is of no store.
    #[must_use]
    pub fn store_id(&self) -> Option<&StoreId> {
        match self {
            Self::SaleRecorded(event) => Some(&event.store_id),
            Self::SaleVoided(event) => Some(&event.store_id),
            Self::SaleReturned(event) => Some(&event.store_id),
            Self::StockReceived(event) => Some(&event.store_id),
            Self::StockIssued(event) => Some(&event.store_id),
            Self::StockReturned(event) => Some(&event.store_id),
            Self::StockAdjusted(event) => Some(&event.store_id),
            Self::Receivable(event) => Receivable::of(event).item().store_id.as_ref(),
            Self::Payable(event) => Payable::of(event).item().store_id.as_ref(),
            Self::PayrollRecorded(event) => PayrollCost::only_store(&event.costs),
            Self::PayrollVoided(event) => PayrollCost::only_store(&event.costs),
            Self::StatementLineWrittenOff(_) | Self::BooksBegun(_) => None,
        }
    }

    /// The currency of its amounts.
    #[must_use]
    pub fn currency(&self) -> Currency {
        match self {
            Self::SaleRecorded(event) => event.currency,
            Self::SaleVoided(event) => event.currency,
            Self::SaleReturned(event) => event.currency,
            Self::StockReceived(event) => event.currency,
            Self::StockIssued(event) => event.currency,
            Self::StockReturned(event) => event.currency,
            Self::StockAdjusted(event) => event.currency,
            Self::Receivable(event) => Receivable::of(event).item().currency,
            Self::Payable(event) => Payable::of(event).item().currency,
            Self::StatementLineWrittenOff(event) => event.currency,
            Self::PayrollRecorded(event) => event.currency,
            Self::PayrollVoided(event) => event.currency,
            Self::BooksBegun(event) => event.currency,
        }
    }
}
