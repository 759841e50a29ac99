//! Stock position: what each store has of each product, and what it is worth at cost.
//!
//! Every stock event carries the balance after it, so the last event is the row.

use std::borrow::Cow;

use jiff::civil::Date;
use posars_domain::stock::StockKind;
use posars_domain::{Amount, Currency, Quantity, Sku, StoreId};
use posars_event_store::{Position, Version};
use serde::Deserialize;

use super::payments::quantity_e4;
use crate::fold::Rows;
use crate::read::{Columns, ReadRow, sql_position};
use crate::row::table_row;
use crate::{
    ApplyError, Event, EventKind, Freshness, Page, PageRequest, Projection, Projections, QueryError,
};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct StockPositionFold;

table_row! {
    /// The stock after its last event.
    pub struct Balance of stock_position {
        store_id: String = TEXT key,
        sku: String = TEXT key,
        version: i64 = INT8,
        last_position: i64 = INT8,
        quantity_e4: i64 = INT8,
        value_minor: i64 = INT8,
        average_minor: Option<i64> = INT8,
        currency: Option<String> = TEXT keep,
        last_date: Date = DATE,
        short: bool = BOOL,
    }
}

#[derive(Deserialize)]
struct Payload<'a> {
    store_id: &'a str,
    #[serde(borrow)]
    sku: Cow<'a, str>,
    business_date: Date,
    // A shortage has no amounts of its own, hence no currency.
    #[serde(default)]
    currency: Option<&'a str>,
    #[serde(borrow)]
    balance: BalancePayload<'a>,
}

#[derive(Deserialize)]
struct BalancePayload<'a> {
    quantity: &'a str,
    value: i64,
    #[serde(default, borrow)]
    average_basis: Option<BasisPayload<'a>>,
}

#[derive(Deserialize)]
struct BasisPayload<'a> {
    quantity: &'a str,
    value: i64,
}

/// Sets the row to what the event says the stock has now.
fn set(fold: &mut Rows<Balance>, event: &Event<'_>) -> Result<(), ApplyError> {
    let stock: Payload<'_> = event.payload()?;
    let quantity = |text: &str| quantity_e4(event, text);
    let quantity_e4 = quantity(stock.balance.quantity)?;
    let basis = match stock.balance.average_basis {
        Some(basis) => Some((quantity(basis.quantity)?, basis.value)),
        None => None,
    };
    let on_hand = (quantity_e4, stock.balance.value);
    let average_minor = Some(on_hand)
        .filter(|(quantity, _)| *quantity > 0)
        .or(basis)
        .and_then(average);
    let currency = stock
        .currency
        .map(|code| event.parse::<Currency>(code))
        .transpose()?
        .map(|code| code.to_string());
    let last_position = sql_position(event.position);
    let version = i64::try_from(event.version.get()).unwrap_or(i64::MAX);
    let row = fold.0.entry(&[stock.store_id, &stock.sku], || {
        Ok::<_, ApplyError>(Balance {
            store_id: event.parse::<StoreId>(stock.store_id)?.to_string(),
            sku: event.parse::<Sku>(&stock.sku)?.to_string(),
            version,
            last_position,
            quantity_e4,
            value_minor: stock.balance.value,
            average_minor,
            currency: None,
            last_date: stock.business_date,
            short: false,
        })
    })?;
    row.version = version;
    row.last_position = last_position;
    row.quantity_e4 = quantity_e4;
    row.value_minor = stock.balance.value;
    row.average_minor = average_minor;
    row.currency = currency.or_else(|| row.currency.take());
    row.last_date = stock.business_date;
    row.short = quantity_e4 < 0;
    Ok(())
}

/// What one unit is worth, rounded half-up for display; none without a quantity.
fn average((quantity_e4, value_minor): (i64, i64)) -> Option<i64> {
    if quantity_e4 <= 0 {
        return None;
    }
    let (quantity, value) = (i128::from(quantity_e4), i128::from(value_minor) * 10_000);
    i64::try_from((2 * value + quantity).div_euclid(2 * quantity)).ok()
}

impl Projection for StockPositionFold {
    const NAME: &'static str = "stock_position";
    const VERSION: u16 = 1;
    type Fold = Rows<Balance>;

    fn apply(event: &Event<'_>, fold: &mut Rows<Balance>) -> Result<(), ApplyError> {
        let EventKind::Stock(kind) = event.kind else {
            return Ok(());
        };
        match kind {
            StockKind::StockReceived
            | StockKind::StockIssued
            | StockKind::StockReturned
            | StockKind::StockAdjusted
            | StockKind::ShortageDetected
            | StockKind::ShortageResolved => set(fold, event),
        }
    }
}

/// What a store has of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockItem {
    /// The store.
    pub store_id: StoreId,
    /// The product.
    pub sku: Sku,
    /// What people call the product; its SKU while it has no name.
    pub product_name: String,
    /// On hand; below zero when more was sold than received.
    pub quantity: Quantity,
    /// Worth at cost.
    pub value: Amount,
    /// What one unit is worth, rounded, for display; without stock the last known average, none if never known.
    pub average: Option<Amount>,
    /// The currency of the amounts; none only if no movement told it.
    pub currency: Option<Currency>,
    /// The trading day of the last movement in the log.
    pub last_date: Date,
    /// Whether more was sold than received.
    pub short: bool,
    /// The last event of the stock.
    pub last_position: Position,
    /// The version of its stream.
    pub version: Version,
}

/// Which stock to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StockFilter {
    /// Only this store.
    pub store_id: Option<StoreId>,
    /// Only this product.
    pub sku: Option<Sku>,
    /// Only what is short.
    pub short_only: bool,
}

impl Projections {
    /// Stock by store and SKU.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_stock(
        &self,
        filter: &StockFilter,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<StockItem>, QueryError> {
        let before = self.wait_for_named(StockPositionFold::NAME, freshness).await?;
        let store = filter.store_id.as_ref().map(StoreId::as_str);
        // Before every product of the first store.
        let from = (store.unwrap_or(""), "");
        let (after_store, after_sku) = match page.key::<2>()? {
            Some([store, sku]) => from.max((store, sku)),
            None => from,
        };
        let sku = filter.sku.as_ref().map(Sku::as_str);
        let sql = include_str!("../sql/list_stock_position.sql");
        let (short_only, limit) = (filter.short_only, page.sql_limit());
        let (items, position) = self
            .rows(
                sql,
                &[&store, &sku, &short_only, &after_store, &after_sku, &limit],
                before,
            )
            .await?;
        Ok(Page::cut(items, page, position, |item: &StockItem| {
            vec![item.store_id.to_string(), item.sku.to_string()]
        }))
    }

    /// What one store has of one product, with the position the answer includes.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn stock_item(
        &self,
        store_id: &StoreId,
        sku: &Sku,
        freshness: Freshness,
    ) -> Result<(Option<StockItem>, Position), QueryError> {
        let before = self.wait_for_named(StockPositionFold::NAME, freshness).await?;
        let sql = include_str!("../sql/get_stock_item.sql");
        self.row(sql, &[&store_id.as_str(), &sku.as_str()], before).await
    }
}

impl ReadRow for StockItem {
    type Of = StockPositionFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        Ok(Self {
            store_id: columns.parse("store_id")?,
            sku: columns.parse("sku")?,
            product_name: columns.get("product_name")?,
            quantity: columns.quantity("quantity_e4")?,
            value: columns.amount("value_minor")?,
            average: columns
                .get::<Option<i64>>("average_minor")?
                .map(Amount::from_minor),
            currency: columns.parse_maybe("currency")?,
            last_date: columns.get("last_date")?,
            short: columns.get("short")?,
            last_position: columns.position("last_position")?,
            version: Version::new(columns.count("version")?),
        })
    }
}
