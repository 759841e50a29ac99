//! Stock, to the wire.

use posars_domain::stock::StockEvent;
use posars_domain::{Amount, CompanyId, Currency, Quantity, Sku, StoreId};
use posars_projections::{MovementKind, StockItem, StockMovement};
use rust_decimal::{Decimal, RoundingStrategy};

use super::names::{ResourceName as _, StockItemName};
use super::value::{write_date, write_money, write_quantity, write_time};
use crate::proto::google::r#type as google;
use crate::proto::inventory::v1 as pb;

/// Decimals of an average cost as shown. Nothing is computed from it.
const AVERAGE_DECIMALS: u32 = 6;

/// Writes the stock item that an event left behind. The event knows no product's name.
pub(crate) fn write_stock_item_after(
    company: &CompanyId,
    event: &StockEvent,
    currency: Currency,
) -> pb::StockItem {
    let (store_id, sku) = event.key();
    let balance = event.balance();
    pb::StockItem {
        name: write_item_name(company, store_id, sku),
        store_id: store_id.to_string(),
        sku: sku.to_string(),
        quantity: write_quantity(balance.quantity),
        value: write_money(balance.value, currency),
        average_cost: average_cost(balance.quantity, balance.value, currency),
        etag: balance.version.to_string(),
        short: balance.is_short(),
        product_name: String::new(),
    }
}

/// Writes a stock item as the read model has it.
pub(crate) fn write_stock_item_row(company: &CompanyId, item: &StockItem) -> pb::StockItem {
    pb::StockItem {
        name: write_item_name(company, &item.store_id, &item.sku),
        store_id: item.store_id.to_string(),
        sku: item.sku.to_string(),
        quantity: write_quantity(item.quantity),
        value: item
            .currency
            .and_then(|currency| write_money(item.value, currency)),
        average_cost: item
            .currency
            .and_then(|currency| average_cost(item.quantity, item.value, currency)),
        etag: item.version.to_string(),
        short: item.short,
        product_name: item.product_name.clone(),
    }
}

fn write_item_name(company: &CompanyId, store_id: &StoreId, sku: &Sku) -> String {
    let name = StockItemName {
        store_id: store_id.clone(),
        sku: sku.clone(),
    };
    name.of(company)
}

/// Writes one movement of the stock card.
pub(crate) fn write_stock_movement(movement: &StockMovement) -> pb::StockMovement {
    let kind = match movement.kind {
        MovementKind::Received => pb::StockMovementKind::Received,
        MovementKind::Issued => pb::StockMovementKind::Issued,
        MovementKind::Returned => pb::StockMovementKind::Returned,
        MovementKind::Adjusted => pb::StockMovementKind::Adjusted,
    };
    let currency = movement.currency;
    pb::StockMovement {
        position: movement.position.get(),
        version: movement.version.get(),
        kind: kind.into(),
        document: movement.document.clone(),
        occur_time: Some(write_time(movement.occurred_at)),
        record_time: Some(write_time(movement.recorded_at)),
        business_date: Some(write_date(movement.business_date)),
        late: movement.late,
        quantity_change: write_quantity(movement.quantity),
        value_change: write_money(movement.value, currency),
        negative_settled: write_money(movement.settled, currency),
        balance_quantity: write_quantity(movement.balance_quantity),
        balance_value: write_money(movement.balance_value, currency),
        provisional: movement.provisional,
        estimated: movement.estimated,
    }
}

/// What one unit is worth; `None` without stock.
fn average_cost(quantity: Quantity, value: Amount, currency: Currency) -> Option<google::Decimal> {
    if !quantity.is_positive() {
        return None;
    }
    let average = Decimal::new(value.minor(), currency.minor_digits()).checked_div(quantity.to_decimal())?;
    let shown = average.round_dp_with_strategy(AVERAGE_DECIMALS, RoundingStrategy::MidpointAwayFromZero);
    Some(google::Decimal {
        value: shown.normalize().to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(quantity: &str, value_minor: i64) -> Option<String> {
        let average = average_cost(
            quantity.parse().unwrap(),
            Amount::from_minor(value_minor),
            Currency::BRL,
        );
        average.map(|average| average.value)
    }

    #[test]
    fn an_average_needs_stock() {
        assert_eq!(shown("3", 1000).as_deref(), Some("3.333333"));
        assert_eq!(shown("1.5", 450).as_deref(), Some("3"));
        assert_eq!(shown("0", 0), None);
        assert_eq!(shown("-2", -500), None);
    }
}
