//! Stock policies, and whether the stock is low: one row per store and product.

use std::borrow::Cow;

use jiff::Timestamp;
use posars_domain::stock_policy::StockPolicyKind;
use posars_domain::{Quantity, Sku, StoreId};
use serde::Deserialize;

use super::payments::quantity_e4;
use super::stock_position::StockPositionFold;
use crate::fold::Rows;
use crate::listing::Listing;
use crate::read::{Columns, ReadRow, sql_position};
use crate::row::{StoredRow as _, table_row};
use crate::{
    ApplyError, Event, EventKind, Freshness, Page, PageRequest, Projection, Projections, QueryError,
};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct LowStockFold;

table_row! {
    /// What the last definition and the last alarm say; each event tells its own part.
    pub struct Told of low_stock {
        store_id: String = TEXT key,
        sku: String = TEXT key,
        position: i64 = INT8,
        reorder_point_e4: Option<i64> = INT8 keep,
        is_on: Option<bool> = BOOL keep,
        is_low: Option<bool> = BOOL keep,
        low_since: Option<Timestamp> = TIMESTAMPTZ keep,
    }
}

#[derive(Deserialize)]
struct Policy<'a> {
    store_id: &'a str,
    #[serde(borrow)]
    sku: Cow<'a, str>,
    #[serde(default)]
    reorder_point: Option<&'a str>,
}

#[derive(Deserialize)]
struct Alarm<'a> {
    store_id: &'a str,
    #[serde(borrow)]
    sku: Cow<'a, str>,
    occurred_at: Timestamp,
}

/// A row that says nothing yet.
fn about(event: &Event<'_>, store_id: &str, sku: &str) -> Result<Told, ApplyError> {
    Ok(Told {
        store_id: event.parse::<StoreId>(store_id)?.to_string(),
        sku: event.parse::<Sku>(sku)?.to_string(),
        position: sql_position(event.position),
        reorder_point_e4: None,
        is_on: None,
        is_low: None,
        low_since: None,
    })
}

fn defined(event: &Event<'_>) -> Result<Told, ApplyError> {
    let policy: Policy<'_> = event.payload()?;
    let point = policy.reorder_point.map(|text| quantity_e4(event, text));
    Ok(Told {
        reorder_point_e4: point.transpose()?,
        is_on: Some(policy.reorder_point.is_some()),
        ..about(event, policy.store_id, &policy.sku)?
    })
}

fn alarm(event: &Event<'_>, is_low: bool) -> Result<Told, ApplyError> {
    let alarm: Alarm<'_> = event.payload()?;
    Ok(Told {
        is_low: Some(is_low),
        low_since: is_low.then_some(alarm.occurred_at),
        ..about(event, alarm.store_id, &alarm.sku)?
    })
}

impl Projection for LowStockFold {
    const NAME: &'static str = "low_stock";
    const VERSION: u16 = 1;
    type Fold = Rows<Told>;

    fn apply(event: &Event<'_>, fold: &mut Rows<Told>) -> Result<(), ApplyError> {
        let EventKind::StockPolicy(kind) = event.kind else {
            return Ok(());
        };
        match kind {
            StockPolicyKind::StockPolicyDefined => fold.put(defined(event)?),
            StockPolicyKind::LowStockDetected => fold.put(alarm(event, true)?),
            StockPolicyKind::LowStockResolved => fold.put(alarm(event, false)?),
        }
        Ok(())
    }
}

/// A product that a store wants to have some of at least, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockPolicyRow {
    /// The store.
    pub store_id: StoreId,
    /// The product.
    pub sku: Sku,
    /// What people call the product; its SKU while it has no name.
    pub product_name: String,
    /// At this much on hand, or less, the stock is low.
    pub reorder_point: Quantity,
    /// How much is on hand now.
    pub on_hand: Quantity,
    /// Since when the stock is low; none when it is not.
    pub low_since: Option<Timestamp>,
}

/// Which policies to list: those that are on and fit all that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StockPolicyFilter {
    /// Only this store.
    pub store_id: Option<StoreId>,
    /// Only this product.
    pub sku: Option<Sku>,
    /// Only what is low now.
    pub low_only: bool,
}

impl ReadRow for StockPolicyRow {
    type Of = LowStockFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        let is_low = columns.get::<Option<bool>>("is_low")? == Some(true);
        let low_since: Option<Timestamp> = columns.get("low_since")?;
        Ok(Self {
            store_id: columns.parse("store_id")?,
            sku: columns.parse("sku")?,
            product_name: columns.get("product_name")?,
            reorder_point: columns.quantity("reorder_point_e4")?,
            on_hand: columns.quantity("on_hand_e4")?,
            low_since: low_since.filter(|_| is_low),
        })
    }
}

impl Projections {
    /// Stock policies by store and SKU.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_stock_policies(
        &self,
        filter: &StockPolicyFilter,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<StockPolicyRow>, QueryError> {
        // Each row is shown with what is on hand.
        let on_hand = self.wait_for(StockPositionFold::NAME, freshness);
        let policies = self.wait_for_named(LowStockFold::NAME, freshness);
        let (_, before) = tokio::try_join!(on_hand, policies)?;
        let store = filter.store_id.as_ref().map(StoreId::as_str);
        let sku = filter.sku.as_ref().map(Sku::as_str);
        let [after_store, after_sku] = page.key::<2>()?.unwrap_or_default();
        let listing = Listing::of(Told::TABLE, &["store_id", "sku"])
            .with_product_name()
            .with_on_hand()
            .only("is_on", Some(&true))
            .only("is_low", filter.low_only.then_some(&true))
            .only("store_id", store.as_ref())
            .only("sku", sku.as_ref())
            .after(&[&after_store, &after_sku]);
        self.list_page(listing, page, before, |policy: &StockPolicyRow| {
            vec![policy.store_id.to_string(), policy.sku.to_string()]
        })
        .await
    }
}
