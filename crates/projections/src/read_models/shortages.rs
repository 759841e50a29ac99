//! Shortages: stock that is below zero or was, one row per store and product, as the last time went.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::stock::StockKind;
use posars_domain::{Quantity, SaleId, Sku, StoreId};
use posars_event_store::Position;
use serde::Deserialize;
use uuid::Uuid;

use super::payments::quantity_e4;
use crate::fold::{LoneChange, Parts};
use crate::listing::Listing;
use crate::read::{Columns, ReadRow, sql_position};
use crate::row::{StoredRow as _, table_row};
use crate::{
    ApplyError, Event, EventKind, Freshness, Page, PageRequest, Projection, Projections, QueryError,
};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct ShortagesFold;

table_row! {
    /// A shortage that began.
    pub struct Began of shortages {
        store_id: String = TEXT key,
        sku: String = TEXT key,
        position: i64 = INT8,
        last_position: i64 = INT8,
        began_at: Timestamp = TIMESTAMPTZ,
        ended_at: Option<Timestamp> = TIMESTAMPTZ,
        missing_e4: i64 = INT8,
        times: i64 = INT8 add,
        sale_id: Option<Uuid> = UUID,
        began_on: Date = DATE,
        ended_on: Option<Date> = DATE,
        is_open: bool = BOOL,
    }
}

table_row! {
    /// A shortage that ended.
    pub struct Ended in Began {
        store_id: String = TEXT key,
        sku: String = TEXT key,
        last_position: i64 = INT8,
        ended_at: Option<Timestamp> = TIMESTAMPTZ,
        ended_on: Option<Date> = DATE,
        is_open: bool = BOOL,
    }
}

impl LoneChange for Ended {
    /// What never began does not end.
    fn alone(&self) -> Option<Began> {
        None
    }
}

#[derive(Deserialize)]
struct Detected<'a> {
    store_id: &'a str,
    #[serde(borrow)]
    sku: Cow<'a, str>,
    occurred_at: Timestamp,
    business_date: Date,
    missing: &'a str,
    #[serde(default)]
    sale_id: Option<Uuid>,
}

#[derive(Deserialize)]
struct Resolved<'a> {
    store_id: &'a str,
    #[serde(borrow)]
    sku: Cow<'a, str>,
    occurred_at: Timestamp,
    business_date: Date,
}

fn began(event: &Event<'_>) -> Result<Began, ApplyError> {
    let detected: Detected<'_> = event.payload()?;
    Ok(Began {
        store_id: event.parse::<StoreId>(detected.store_id)?.to_string(),
        sku: event.parse::<Sku>(&detected.sku)?.to_string(),
        position: sql_position(event.position),
        last_position: sql_position(event.position),
        began_at: detected.occurred_at,
        ended_at: None,
        missing_e4: quantity_e4(event, detected.missing)?,
        times: 1,
        sale_id: detected.sale_id,
        began_on: detected.business_date,
        ended_on: None,
        is_open: true,
    })
}

fn ended(event: &Event<'_>) -> Result<Ended, ApplyError> {
    let resolved: Resolved<'_> = event.payload()?;
    Ok(Ended {
        store_id: event.parse::<StoreId>(resolved.store_id)?.to_string(),
        sku: event.parse::<Sku>(&resolved.sku)?.to_string(),
        last_position: sql_position(event.position),
        ended_at: Some(resolved.occurred_at),
        ended_on: Some(resolved.business_date),
        is_open: false,
    })
}

impl Projection for ShortagesFold {
    const NAME: &'static str = "shortages";
    const VERSION: u16 = 1;
    type Fold = Parts<Began, Ended>;

    fn apply(event: &Event<'_>, fold: &mut Parts<Began, Ended>) -> Result<(), ApplyError> {
        let EventKind::Stock(kind) = event.kind else {
            return Ok(());
        };
        match kind {
            StockKind::ShortageDetected => fold.put(began(event)?),
            StockKind::ShortageResolved => fold.change(ended(event)?),
            StockKind::StockReceived
            | StockKind::StockIssued
            | StockKind::StockReturned
            | StockKind::StockAdjusted => {}
        }
        Ok(())
    }
}

/// Stock of a product that is below zero, or was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shortage {
    /// The store.
    pub store_id: StoreId,
    /// The product.
    pub sku: Sku,
    /// What people call the product; its SKU while it has no name.
    pub product_name: String,
    /// Whether it is below zero now.
    pub is_open: bool,
    /// When it fell below zero last.
    pub began_at: Timestamp,
    /// The trading day of that.
    pub began_on: Date,
    /// How much was missing then.
    pub missing: Quantity,
    /// The sale that took it below zero; none when it was an adjustment.
    pub sale_id: Option<SaleId>,
    /// When it came back, if it did.
    pub ended_at: Option<Timestamp>,
    /// The trading day of that.
    pub ended_on: Option<Date>,
    /// How often it fell below zero, this time included.
    pub times: u64,
    /// The event that tells when it began.
    pub position: Position,
    /// The last event that says whether it is below zero.
    pub last_position: Position,
}

/// Which shortages to list: those that fit all that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShortageFilter {
    /// Only this store.
    pub store_id: Option<StoreId>,
    /// Only what is below zero now.
    pub open_only: bool,
}

impl ReadRow for Shortage {
    type Of = ShortagesFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        Ok(Self {
            store_id: columns.parse("store_id")?,
            sku: columns.parse("sku")?,
            product_name: columns.get("product_name")?,
            is_open: columns.get("is_open")?,
            began_at: columns.get("began_at")?,
            began_on: columns.get("began_on")?,
            missing: columns.quantity("missing_e4")?,
            sale_id: columns.get::<Option<Uuid>>("sale_id")?.map(SaleId::new),
            ended_at: columns.get("ended_at")?,
            ended_on: columns.get("ended_on")?,
            times: columns.count("times")?,
            position: columns.position("position")?,
            last_position: columns.position("last_position")?,
        })
    }
}

impl Projections {
    /// Shortages by store and SKU.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_shortages(
        &self,
        filter: &ShortageFilter,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<Shortage>, QueryError> {
        let before = self.wait_for_named(ShortagesFold::NAME, freshness).await?;
        let store = filter.store_id.as_ref().map(StoreId::as_str);
        let [after_store, after_sku] = page.key::<2>()?.unwrap_or_default();
        let listing = Listing::of(Began::TABLE, &["store_id", "sku"])
            .with_product_name()
            .only("is_open", filter.open_only.then_some(&true))
            .only("store_id", store.as_ref())
            .after(&[&after_store, &after_sku]);
        self.list_page(listing, page, before, |shortage: &Shortage| {
            vec![shortage.store_id.to_string(), shortage.sku.to_string()]
        })
        .await
    }
}
