//! Stock receipts: goods received, one row per delivery with its lines.
//!
//! Each line is an event of its product's stock, all in one append. What the lines come to is added up, so the order in
//! which they are applied counts for nothing.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::stock::StockKind;
use posars_domain::{AccessKey, Amount, Currency, LineId, Quantity, ReceiptId, Sku, StoreId};
use posars_event_store::Position;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::payments::quantity_e4;
use crate::column::JsonObject;
use crate::fold::Rows;
use crate::listing::Listing;
use crate::read::{Columns, LAST_DAY, ReadRow, day_key, sql_position};
use crate::row::{StoredRow as _, table_row};
use crate::{
    ApplyError, Event, EventKind, Freshness, Page, PageRequest, Projection, Projections, QueryError,
};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct StockReceiptsFold;

table_row! {
    /// A delivery as far as some of its lines tell it.
    pub struct Receipt of stock_receipts {
        receipt_id: Uuid = UUID key,
        position: i64 = INT8 min,
        last_position: i64 = INT8 max,
        occurred_at: Timestamp = TIMESTAMPTZ,
        recorded_at: Timestamp = TIMESTAMPTZ,
        value_minor: i64 = INT8 add,
        settled_minor: i64 = INT8 add,
        items: i32 = INT4 add,
        business_date: Date = DATE,
        store_id: String = TEXT,
        currency: String = TEXT,
        supplier: Option<String> = TEXT,
        access_key: Option<String> = TEXT,
        lines: JsonObject<Line> = JSONB add,
    }
}

/// A line as the table keeps it, under its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    sku: String,
    quantity_e4: i64,
    value_minor: i64,
    settled_minor: i64,
}

#[derive(Deserialize)]
struct Received<'a> {
    store_id: &'a str,
    #[serde(borrow)]
    sku: Cow<'a, str>,
    receipt_id: Uuid,
    line_id: u32,
    occurred_at: Timestamp,
    business_date: Date,
    currency: &'a str,
    quantity: &'a str,
    value: i64,
    #[serde(default)]
    negative_settled: i64,
    #[serde(default, borrow)]
    supplier: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    access_key: Option<Cow<'a, str>>,
}

fn received(event: &Event<'_>) -> Result<Receipt, ApplyError> {
    let received: Received<'_> = event.payload()?;
    let line = Line {
        sku: event.parse::<Sku>(&received.sku)?.to_string(),
        quantity_e4: quantity_e4(event, received.quantity)?,
        value_minor: received.value,
        settled_minor: received.negative_settled,
    };
    Ok(Receipt {
        receipt_id: received.receipt_id,
        position: sql_position(event.position),
        last_position: sql_position(event.position),
        occurred_at: received.occurred_at,
        recorded_at: event.recorded_at(),
        value_minor: received.value,
        settled_minor: received.negative_settled,
        items: 1,
        business_date: received.business_date,
        store_id: event.parse::<StoreId>(received.store_id)?.to_string(),
        currency: event.parse::<Currency>(received.currency)?.to_string(),
        supplier: event.text_maybe(received.supplier)?,
        access_key: event.text_maybe(received.access_key)?,
        lines: JsonObject(BTreeMap::from([(received.line_id, line)])),
    })
}

impl Projection for StockReceiptsFold {
    const NAME: &'static str = "stock_receipts";
    const VERSION: u16 = 1;
    type Fold = Rows<Receipt>;

    fn apply(event: &Event<'_>, fold: &mut Rows<Receipt>) -> Result<(), ApplyError> {
        let EventKind::Stock(kind) = event.kind else {
            return Ok(());
        };
        match kind {
            StockKind::StockReceived => fold.put(received(event)?),
            StockKind::StockIssued
            | StockKind::StockReturned
            | StockKind::StockAdjusted
            | StockKind::ShortageDetected
            | StockKind::ShortageResolved => {}
        }
        Ok(())
    }
}

/// Goods received with one delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockReceipt {
    /// The receipt of goods.
    pub receipt_id: ReceiptId,
    /// The store that received.
    pub store_id: StoreId,
    /// When, as the client told it.
    pub occurred_at: Timestamp,
    /// When the log accepted it.
    pub recorded_at: Timestamp,
    /// The trading day.
    pub business_date: Date,
    /// Who delivered.
    pub supplier: Option<String>,
    /// The access key of the supplier's NF-e.
    pub access_key: Option<AccessKey>,
    /// The currency of the amounts.
    pub currency: Currency,
    /// How many lines it has.
    pub items: u32,
    /// What all lines cost.
    pub value: Amount,
    /// Cost of goods that had gone out below zero, settled by all lines.
    pub settled: Amount,
    /// The lines by their ids; none in a list.
    pub lines: Vec<StockReceiptLine>,
    /// The first event of it.
    pub position: Position,
    /// The last event of it.
    pub last_position: Position,
}

/// Goods of one product received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockReceiptLine {
    /// The line of the receipt.
    pub line_id: LineId,
    /// The product.
    pub sku: Sku,
    /// How much.
    pub quantity: Quantity,
    /// What it cost in all.
    pub value: Amount,
    /// Cost of goods that had gone out below zero, settled by it.
    pub settled: Amount,
}

/// Which receipts to list: those that fit all that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceiptFilter {
    /// Only this store.
    pub store_id: Option<StoreId>,
    /// First trading day; none for no limit.
    pub from: Option<Date>,
    /// Last trading day, included; none for no limit.
    pub to: Option<Date>,
    /// Only from this supplier, as the receipt has it.
    pub supplier: Option<String>,
    /// Only with this access key.
    pub access_key: Option<AccessKey>,
}

impl ReadRow for StockReceipt {
    type Of = StockReceiptsFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        let items: i32 = columns.get("items")?;
        let line = |(line_id, line): (u32, Line)| {
            Ok::<_, QueryError>(StockReceiptLine {
                line_id: LineId(line_id),
                sku: columns.read("lines", &line.sku)?,
                quantity: Quantity::from_ten_thousandths(line.quantity_e4),
                value: Amount::from_minor(line.value_minor),
                settled: Amount::from_minor(line.settled_minor),
            })
        };
        let lines = columns.detail::<JsonObject<Line>>("lines")?;
        let lines = lines.map_or_else(BTreeMap::new, |lines| lines.0);
        Ok(Self {
            receipt_id: ReceiptId::new(columns.get("receipt_id")?),
            store_id: columns.parse("store_id")?,
            occurred_at: columns.get("occurred_at")?,
            recorded_at: columns.get("recorded_at")?,
            business_date: columns.get("business_date")?,
            supplier: columns.get("supplier")?,
            access_key: columns.parse_maybe("access_key")?,
            currency: columns.parse("currency")?,
            items: columns.narrow("items", items)?,
            value: columns.amount("value_minor")?,
            settled: columns.amount("settled_minor")?,
            lines: lines.into_iter().map(line).collect::<Result<_, _>>()?,
            position: columns.position("position")?,
            last_position: columns.position("last_position")?,
        })
    }
}

impl Projections {
    /// One receipt with its lines, with the position that the answer includes; none while it is unknown.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn stock_receipt(
        &self,
        receipt_id: ReceiptId,
        freshness: Freshness,
    ) -> Result<(Option<StockReceipt>, Position), QueryError> {
        let before = self.wait_for(StockReceiptsFold::NAME, freshness).await?;
        let receipt_id = receipt_id.uuid();
        let listing = Listing::of(Receipt::TABLE, &[]).with_details();
        self.get(listing.only("receipt_id", Some(&receipt_id)), before)
            .await
    }

    /// Receipts by trading day, then in the order of the log; without their lines.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_stock_receipts(
        &self,
        filter: &ReceiptFilter,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<StockReceipt>, QueryError> {
        let before = self.wait_for(StockReceiptsFold::NAME, freshness).await?;
        let store = filter.store_id.as_ref().map(StoreId::as_str);
        let access_key = filter.access_key.as_ref().map(ToString::to_string);
        let (day, position) = day_key(page, filter.from)?;
        let (to, at) = (filter.to.unwrap_or(LAST_DAY), page.sql_at());
        let listing = Listing::of(Receipt::TABLE, &["business_date", "position"])
            .only("access_key", access_key.as_ref())
            .only("supplier", filter.supplier.as_ref())
            .only("store_id", store.as_ref())
            .after(&[&day, &position])
            .up_to("business_date", &to)
            .up_to("position", &at);
        self.list_page(listing, page, before, |receipt: &StockReceipt| {
            vec![receipt.business_date.to_string(), receipt.position.to_string()]
        })
        .await
    }
}
