//! Noticing that a movement crossed zero.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{ShortageDetected, ShortageResolved, StockBalance, StockEvent};
use crate::{Decision, SaleId, Sku, StoreId};

/// Where and when a movement took place.
pub(super) struct Moment<'a> {
    pub(super) store_id: &'a StoreId,
    pub(super) sku: &'a Sku,
    pub(super) occurred_at: Timestamp,
    pub(super) business_date: Date,
    pub(super) sale_id: Option<SaleId>,
}

/// The movement, followed by the shortage it began or ended.
pub(super) fn with_shortage<R>(
    before: &StockBalance,
    movement: StockEvent,
    moment: &Moment<'_>,
) -> Decision<StockEvent, R> {
    let after = *movement.balance();
    let balance = next_version(after);
    let mut events = vec![movement];
    if after.is_short() && !before.is_short() {
        events.push(StockEvent::ShortageDetected(ShortageDetected {
            store_id: moment.store_id.clone(),
            sku: moment.sku.clone(),
            occurred_at: moment.occurred_at,
            business_date: moment.business_date,
            missing: after.quantity.checked_neg().unwrap_or_default(),
            sale_id: moment.sale_id,
            balance,
        }));
    } else if before.is_short() && !after.is_short() {
        events.push(StockEvent::ShortageResolved(ShortageResolved {
            store_id: moment.store_id.clone(),
            sku: moment.sku.clone(),
            occurred_at: moment.occurred_at,
            business_date: moment.business_date,
            balance,
        }));
    }
    Decision {
        events,
        claims: Vec::new(),
    }
}

/// The balance as the next event of the stream carries it.
pub(super) fn next_version(balance: StockBalance) -> StockBalance {
    StockBalance {
        version: balance.version.saturating_add(1),
        ..balance
    }
}

/// As [`next_version`], after an event of the sale's side at this position of the log.
pub(super) fn applied_through(balance: StockBalance, source_position: u64) -> StockBalance {
    StockBalance {
        issued_through: source_position,
        ..next_version(balance)
    }
}
