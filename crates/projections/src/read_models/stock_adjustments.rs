//! Stock adjustments: quantities and values of stock that were put right, each with its reason.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::stock::{AdjustmentReason, StockKind};
use posars_domain::{AdjustmentId, Amount, Currency, Quantity, Sku, StoreId};
use posars_event_store::{Position, Version};
use serde::Deserialize;
use uuid::Uuid;

use super::payments::quantity_e4;
use crate::fold::Rows;
use crate::listing::Listing;
use crate::read::{Columns, LAST_DAY, ReadRow, day_key, sql_position};
use crate::row::{StoredRow as _, table_row};
use crate::{
    ApplyError, Event, EventKind, Freshness, Page, PageRequest, Projection, Projections, QueryError,
};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct StockAdjustmentsFold;

table_row! {
    /// An adjustment.
    pub struct Adjustment of stock_adjustments {
        adjustment_id: Uuid = UUID key,
        position: i64 = INT8,
        version: i64 = INT8,
        occurred_at: Timestamp = TIMESTAMPTZ,
        recorded_at: Timestamp = TIMESTAMPTZ,
        delta_e4: i64 = INT8,
        value_minor: i64 = INT8,
        settled_minor: i64 = INT8,
        balance_e4: i64 = INT8,
        balance_minor: i64 = INT8,
        business_date: Date = DATE,
        store_id: String = TEXT,
        sku: String = TEXT,
        currency: String = TEXT,
        reason: &'static str = TEXT,
        note: Option<String> = TEXT,
        provisional: bool = BOOL,
    }
}

#[derive(Deserialize)]
struct Adjusted<'a> {
    store_id: &'a str,
    #[serde(borrow)]
    sku: Cow<'a, str>,
    adjustment_id: Uuid,
    occurred_at: Timestamp,
    business_date: Date,
    currency: &'a str,
    delta: &'a str,
    value: i64,
    #[serde(default)]
    negative_settled: i64,
    #[serde(default)]
    provisional: bool,
    reason: AdjustmentReason,
    #[serde(default, borrow)]
    note: Option<Cow<'a, str>>,
    #[serde(borrow)]
    balance: Balance<'a>,
}

#[derive(Deserialize)]
struct Balance<'a> {
    quantity: &'a str,
    value: i64,
}

fn adjusted(event: &Event<'_>) -> Result<Adjustment, ApplyError> {
    let adjusted: Adjusted<'_> = event.payload()?;
    let quantity = |text: &str| quantity_e4(event, text);
    Ok(Adjustment {
        adjustment_id: adjusted.adjustment_id,
        position: sql_position(event.position),
        version: i64::try_from(event.version.get()).unwrap_or(i64::MAX),
        occurred_at: adjusted.occurred_at,
        recorded_at: event.recorded_at(),
        delta_e4: quantity(adjusted.delta)?,
        value_minor: adjusted.value,
        settled_minor: adjusted.negative_settled,
        balance_e4: quantity(adjusted.balance.quantity)?,
        balance_minor: adjusted.balance.value,
        business_date: adjusted.business_date,
        store_id: event.parse::<StoreId>(adjusted.store_id)?.to_string(),
        sku: event.parse::<Sku>(&adjusted.sku)?.to_string(),
        currency: event.parse::<Currency>(adjusted.currency)?.to_string(),
        reason: adjusted.reason.as_str(),
        note: event.text_maybe(adjusted.note)?,
        provisional: adjusted.provisional,
    })
}

impl Projection for StockAdjustmentsFold {
    const NAME: &'static str = "stock_adjustments";
    const VERSION: u16 = 1;
    type Fold = Rows<Adjustment>;

    fn apply(event: &Event<'_>, fold: &mut Rows<Adjustment>) -> Result<(), ApplyError> {
        let EventKind::Stock(kind) = event.kind else {
            return Ok(());
        };
        match kind {
            StockKind::StockAdjusted => fold.put(adjusted(event)?),
            StockKind::StockReceived
            | StockKind::StockIssued
            | StockKind::StockReturned
            | StockKind::ShortageDetected
            | StockKind::ShortageResolved => {}
        }
        Ok(())
    }
}

/// A quantity or a value of stock that was put right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockAdjustment {
    /// The adjustment.
    pub adjustment_id: AdjustmentId,
    /// The store.
    pub store_id: StoreId,
    /// The product.
    pub sku: Sku,
    /// What people call the product; its SKU while it has no name.
    pub product_name: String,
    /// When, as the client told it.
    pub occurred_at: Timestamp,
    /// When the log accepted it.
    pub recorded_at: Timestamp,
    /// The trading day.
    pub business_date: Date,
    /// By how much the quantity changed, up or down; zero when only the value was put right.
    pub delta: Quantity,
    /// What that is worth, up or down.
    pub value: Amount,
    /// Cost of goods that had gone out below zero, settled by it.
    pub settled: Amount,
    /// On hand afterwards.
    pub balance_quantity: Quantity,
    /// Worth afterwards.
    pub balance_value: Amount,
    /// The currency of the amounts.
    pub currency: Currency,
    /// Why.
    pub reason: AdjustmentReason,
    /// More on why.
    pub note: Option<String>,
    /// Whether some of it went out below zero, at the last known average.
    pub provisional: bool,
    /// The event.
    pub position: Position,
    /// Its place in the stock's own history.
    pub version: Version,
}

/// Which adjustments to list: those that fit all that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AdjustmentFilter {
    /// Only this store.
    pub store_id: Option<StoreId>,
    /// First trading day; none for no limit.
    pub from: Option<Date>,
    /// Last trading day, included; none for no limit.
    pub to: Option<Date>,
    /// Only with this reason.
    pub reason: Option<AdjustmentReason>,
}

impl ReadRow for StockAdjustment {
    type Of = StockAdjustmentsFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        Ok(Self {
            adjustment_id: AdjustmentId::new(columns.get("adjustment_id")?),
            store_id: columns.parse("store_id")?,
            sku: columns.parse("sku")?,
            product_name: columns.get("product_name")?,
            occurred_at: columns.get("occurred_at")?,
            recorded_at: columns.get("recorded_at")?,
            business_date: columns.get("business_date")?,
            delta: columns.quantity("delta_e4")?,
            value: columns.amount("value_minor")?,
            settled: columns.amount("settled_minor")?,
            balance_quantity: columns.quantity("balance_e4")?,
            balance_value: columns.amount("balance_minor")?,
            currency: columns.parse("currency")?,
            reason: columns.parse("reason")?,
            note: columns.get("note")?,
            provisional: columns.get("provisional")?,
            position: columns.position("position")?,
            version: Version::new(columns.count("version")?),
        })
    }
}

impl Projections {
    /// One adjustment, with the position that the answer includes; none while it is unknown.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn stock_adjustment(
        &self,
        adjustment_id: AdjustmentId,
        freshness: Freshness,
    ) -> Result<(Option<StockAdjustment>, Position), QueryError> {
        let before = self.wait_for_named(StockAdjustmentsFold::NAME, freshness).await?;
        let adjustment_id = adjustment_id.uuid();
        let listing = Listing::of(Adjustment::TABLE, &[]).with_product_name();
        self.get(listing.only("adjustment_id", Some(&adjustment_id)), before)
            .await
    }

    /// Adjustments by trading day, then in the order of the log.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_stock_adjustments(
        &self,
        filter: &AdjustmentFilter,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<StockAdjustment>, QueryError> {
        let before = self.wait_for_named(StockAdjustmentsFold::NAME, freshness).await?;
        let store = filter.store_id.as_ref().map(StoreId::as_str);
        let reason = filter.reason.map(AdjustmentReason::as_str);
        let (day, position) = day_key(page, filter.from)?;
        let (to, at) = (filter.to.unwrap_or(LAST_DAY), page.sql_at());
        let listing = Listing::of(Adjustment::TABLE, &["business_date", "position"])
            .with_product_name()
            .only("store_id", store.as_ref())
            .only("reason", reason.as_ref())
            .after(&[&day, &position])
            .up_to("business_date", &to)
            .up_to("position", &at);
        self.list_page(listing, page, before, |adjustment: &StockAdjustment| {
            vec![
                adjustment.business_date.to_string(),
                adjustment.position.to_string(),
            ]
        })
        .await
    }
}
