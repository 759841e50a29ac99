//! Stock, to the wire.

use posars_domain::stock::StockEvent;
use posars_domain::{Amount, CompanyId, Currency, Quantity, Sku, StoreId};
use rust_decimal::{Decimal, RoundingStrategy};

use super::names::write_name;
use super::value::{write_money, write_quantity};
use crate::proto::google::r#type as google;
use crate::proto::inventory::v1 as pb;

/// Decimals of an average cost as shown. Nothing is computed from it.
const AVERAGE_DECIMALS: u32 = 6;

/// What is known of a stock item, wherever it was read.
pub(crate) struct StockFigures<'read> {
    /// Where.
    pub(crate) store_id: &'read StoreId,
    /// What.
    pub(crate) sku: &'read Sku,
    /// On hand.
    pub(crate) quantity: Quantity,
    /// Worth at cost.
    pub(crate) value: Amount,
    /// The currency of the value.
    pub(crate) currency: Currency,
    /// Version of the stream.
    pub(crate) version: u64,
}

impl<'event> StockFigures<'event> {
    /// The figures that an event left behind.
    pub(crate) fn after(event: &'event StockEvent, currency: Currency) -> Self {
        let (store_id, sku) = event.key();
        let balance = event.balance();
        Self { store_id, sku, quantity: balance.quantity, value: balance.value, currency, version: balance.version }
    }
}

/// Writes a stock item.
pub(crate) fn write_stock_item(company: &CompanyId, figures: &StockFigures<'_>) -> pb::StockItem {
    let (store, sku) = (figures.store_id.as_str(), figures.sku.as_str());
    pb::StockItem {
        name: write_name(&[("companies", company.as_str()), ("stores", store), ("stockItems", sku)]),
        store_id: store.to_owned(),
        sku: sku.to_owned(),
        quantity: write_quantity(figures.quantity),
        value: write_money(figures.value, figures.currency),
        average_cost: average_cost(figures),
        etag: figures.version.to_string(),
    }
}

fn average_cost(figures: &StockFigures<'_>) -> Option<google::Decimal> {
    if !figures.quantity.is_positive() {
        return None;
    }
    let value = Decimal::new(figures.value.minor(), figures.currency.minor_digits());
    let average = value.checked_div(figures.quantity.to_decimal())?;
    let shown = average.round_dp_with_strategy(AVERAGE_DECIMALS, RoundingStrategy::MidpointAwayFromZero);
    Some(google::Decimal { value: shown.normalize().to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(quantity: &str, value_minor: i64) -> Option<String> {
        let (store_id, sku) = ("sp01".parse().unwrap(), "a/b".parse().unwrap());
        let figures = StockFigures {
            store_id: &store_id,
            sku: &sku,
            quantity: quantity.parse().unwrap(),
            value: Amount::from_minor(value_minor),
            currency: Currency::BRL,
            version: 3,
        };
        let item = write_stock_item(&"acme".parse().unwrap(), &figures);
        assert_eq!(item.name, "companies/acme/stores/sp01/stockItems/a%2Fb");
        assert_eq!(item.etag, "3");
        item.average_cost.map(|average| average.value)
    }

    #[test]
    fn an_average_needs_stock() {
        assert_eq!(shown("3", 1000).as_deref(), Some("3.333333"));
        assert_eq!(shown("1.5", 450).as_deref(), Some("3"));
        assert_eq!(shown("0", 0), None);
        assert_eq!(shown("-2", -500), None);
    }
}
