//! Sales: one row per sale, with what happened to it since.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::{
    Amount, Channel, Currency, PaymentMethod, Quantity, ReceiptNumber, RegisterNo, SaleId, StoreId, SubjectId,
};
use posars_event_store::{Position, Version};
use serde::Deserialize;
use uuid::Uuid;

use super::payments::{Lines, Payments};
use crate::fold_map::FoldMap;
use crate::projection::Target;
use crate::read::{Columns, applied, key_part, sql_position, subscription_name};
use crate::row::table_row;
use crate::{
    ApplyError, DatabaseError, Event, EventKind, Freshness, Page, PageRequest, Projection, Projections,
    QueryError,
};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct SalesFold;

table_row! {
    /// A sale as it was recorded.
    struct Recorded {
        sale_id: Uuid = UUID,
        position: i64 = INT8,
        occurred_at: Timestamp = TIMESTAMPTZ,
        recorded_at: Timestamp = TIMESTAMPTZ,
        gross_minor: i64 = INT8,
        discount_minor: i64 = INT8,
        total_minor: i64 = INT8,
        change_minor: i64 = INT8,
        quantity_e4: i64 = INT8,
        items: i32 = INT4,
        business_date: Date = DATE,
        local_hour: i16 = INT2,
        store_id: String = TEXT,
        register_no: Option<String> = TEXT,
        receipt_series: Option<String> = TEXT,
        receipt_number: Option<String> = TEXT,
        channel: String = TEXT,
        currency: String = TEXT,
        method: String = TEXT,
        customer: Option<String> = TEXT,
        seller: Option<String> = TEXT,
        last_position: i64 = INT8,
        version: i64 = INT8,
        returned_minor: i64 = INT8,
        refunded_minor: i64 = INT8,
        returned_e4: i64 = INT8,
        voided_at: Option<Timestamp> = TIMESTAMPTZ,
        voided_on: Option<Date> = DATE,
        void_reason: Option<String> = TEXT,
    }
}

table_row! {
    /// What happened to a sale after it was recorded.
    struct Change {
        sale_id: Uuid = UUID,
        last_position: i64 = INT8,
        version: i64 = INT8,
        returned_minor: i64 = INT8,
        refunded_minor: i64 = INT8,
        returned_e4: i64 = INT8,
        voided_at: Option<Timestamp> = TIMESTAMPTZ,
        voided_on: Option<Date> = DATE,
        void_reason: Option<String> = TEXT,
    }
}

impl Change {
    fn of(sale_id: Uuid, event: &Event<'_>) -> Self {
        Self {
            sale_id,
            last_position: sql_position(event.position),
            version: i64::try_from(event.version.get()).unwrap_or(i64::MAX),
            returned_minor: 0,
            refunded_minor: 0,
            returned_e4: 0,
            voided_at: None,
            voided_on: None,
            void_reason: None,
        }
    }

    fn add(&mut self, later: Self) {
        self.last_position = later.last_position;
        self.version = later.version;
        self.returned_minor = self.returned_minor.saturating_add(later.returned_minor);
        self.refunded_minor = self.refunded_minor.saturating_add(later.refunded_minor);
        self.returned_e4 = self.returned_e4.saturating_add(later.returned_e4);
        self.voided_at = later.voided_at.or(self.voided_at);
        self.voided_on = later.voided_on.or(self.voided_on);
        self.void_reason = later.void_reason.or_else(|| self.void_reason.take());
    }
}

impl Recorded {
    fn add(&mut self, change: Change) {
        self.last_position = change.last_position;
        self.version = change.version;
        self.returned_minor = self.returned_minor.saturating_add(change.returned_minor);
        self.refunded_minor = self.refunded_minor.saturating_add(change.refunded_minor);
        self.returned_e4 = self.returned_e4.saturating_add(change.returned_e4);
        self.voided_at = change.voided_at.or(self.voided_at);
        self.voided_on = change.voided_on.or(self.voided_on);
        self.void_reason = change.void_reason.or_else(|| self.void_reason.take());
    }
}

#[derive(Deserialize)]
struct RecordedPayload<'a> {
    sale_id: Uuid,
    store_id: &'a str,
    #[serde(default, borrow)]
    register_no: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    receipt: Option<ReceiptPayload<'a>>,
    occurred_at: Timestamp,
    business_date: Date,
    local_hour: u8,
    channel: &'a str,
    currency: &'a str,
    lines: Lines,
    #[serde(borrow)]
    payments: Payments<'a>,
    #[serde(default)]
    change: i64,
    gross_total: i64,
    #[serde(default)]
    discount_total: i64,
    total: i64,
    #[serde(default, borrow)]
    customer: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    seller: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct ReceiptPayload<'a> {
    #[serde(default, borrow)]
    series: Option<Cow<'a, str>>,
    #[serde(borrow)]
    number: Cow<'a, str>,
}

#[derive(Deserialize)]
struct VoidedPayload<'a> {
    sale_id: Uuid,
    occurred_at: Timestamp,
    business_date: Date,
    #[serde(borrow)]
    reason: Cow<'a, str>,
}

#[derive(Deserialize)]
struct ReturnedPayload {
    sale_id: Uuid,
    lines: Lines,
    returned_total: i64,
    total_refund: i64,
}

/// One sale of the fold: recorded in these events, or only changed by them.
#[derive(Debug)]
enum Part {
    Recorded(Box<Recorded>),
    Changed(Change),
}

/// The fold: a part per sale.
#[derive(Debug, Default)]
pub struct Sales(FoldMap<Uuid, Part>);

impl Sales {
    fn change(&mut self, change: Change) {
        match self.0.entry(change.sale_id) {
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(Part::Changed(change));
            }
            std::collections::hash_map::Entry::Occupied(mut entry) => match entry.get_mut() {
                Part::Recorded(recorded) => recorded.add(change),
                Part::Changed(earlier) => earlier.add(change),
            },
        }
    }

    fn record(&mut self, event: &Event<'_>) -> Result<(), ApplyError> {
        let sale: RecordedPayload<'_> = event.payload()?;
        let payments = sale.payments.less_change(sale.change);
        let Change { last_position, version, .. } = Change::of(sale.sale_id, event);
        let (series, number) = match sale.receipt {
            Some(receipt) => (receipt.series, Some(receipt.number)),
            None => (None, None),
        };
        let recorded = Recorded {
            sale_id: sale.sale_id,
            position: last_position,
            occurred_at: sale.occurred_at,
            recorded_at: event.recorded_at(),
            gross_minor: sale.gross_total,
            discount_minor: sale.discount_total,
            total_minor: sale.total,
            change_minor: sale.change,
            quantity_e4: sale.lines.quantity_e4,
            items: sale.lines.items,
            business_date: sale.business_date,
            local_hour: i16::from(sale.local_hour),
            store_id: event.parse::<StoreId>(sale.store_id)?.to_string(),
            register_no: sale.register_no.map(Cow::into_owned),
            receipt_series: series.map(Cow::into_owned),
            receipt_number: number.map(Cow::into_owned),
            channel: sale.channel.to_owned(),
            currency: event.parse::<Currency>(sale.currency)?.to_string(),
            method: event.parse::<PaymentMethod>(payments.main_method())?.to_string(),
            customer: sale.customer.map(Cow::into_owned),
            seller: sale.seller.map(Cow::into_owned),
            last_position,
            version,
            returned_minor: 0,
            refunded_minor: 0,
            returned_e4: 0,
            voided_at: None,
            voided_on: None,
            void_reason: None,
        };
        // A stream holds one SaleRecorded, its first event; the domain refuses a second.
        self.0.entry(sale.sale_id).or_insert(Part::Recorded(Box::new(recorded)));
        Ok(())
    }

    fn into_parts(self) -> (Vec<Recorded>, Vec<Change>) {
        let (mut recorded, mut changed) = (Vec::new(), Vec::new());
        for part in self.0.into_values() {
            match part {
                Part::Recorded(row) => recorded.push(*row),
                Part::Changed(change) => changed.push(change),
            }
        }
        // In log order, so that the table is clustered by time and two runs write the same.
        recorded.sort_unstable_by_key(|row| row.position);
        changed.sort_unstable_by_key(|change| change.last_position);
        (recorded, changed)
    }
}

impl Projection for SalesFold {
    const NAME: &'static str = "sales";
    const VERSION: u16 = 1;
    const CHECKSUM_SQL: &'static str = include_str!("../sql/checksum_sales.sql");
    type Fold = Sales;

    fn apply(event: &Event<'_>, fold: &mut Sales) -> Result<(), ApplyError> {
        match event.kind {
            EventKind::SaleRecorded => fold.record(event)?,
            EventKind::SaleVoided => {
                let void: VoidedPayload<'_> = event.payload()?;
                fold.change(Change {
                    voided_at: Some(void.occurred_at),
                    voided_on: Some(void.business_date),
                    void_reason: Some(void.reason.into_owned()),
                    ..Change::of(void.sale_id, event)
                });
            }
            EventKind::SaleReturned => {
                let back: ReturnedPayload = event.payload()?;
                fold.change(Change {
                    returned_minor: back.returned_total,
                    refunded_minor: back.total_refund,
                    returned_e4: back.lines.quantity_e4,
                    ..Change::of(back.sale_id, event)
                });
            }
            EventKind::StockReceived
            | EventKind::StockIssued
            | EventKind::StockReturned
            | EventKind::StockAdjusted
            | EventKind::ShortageDetected
            | EventKind::ShortageResolved
            | EventKind::ProductDefined
            | EventKind::ProductChanged
            | EventKind::ProductRetired
            | EventKind::StoreDefined
            | EventKind::RegisterDefined
            | EventKind::CompanyDefined => {}
        }
        Ok(())
    }

    fn merge(earlier: &mut Sales, later: Sales) {
        for (sale_id, part) in later.0 {
            match part {
                Part::Recorded(_) => {
                    earlier.0.entry(sale_id).or_insert(part);
                }
                Part::Changed(change) => earlier.change(change),
            }
        }
    }

    fn rows(fold: &Sales) -> usize {
        fold.0.len()
    }

    async fn write(fold: Sales, target: &Target<'_>) -> Result<(), DatabaseError> {
        let (recorded, changed) = fold.into_parts();
        target.write(include_str!("../sql/write_sales.sql"), &recorded).await?;
        target.write(include_str!("../sql/change_sales.sql"), &changed).await
    }

    async fn copy(fold: Sales, target: &Target<'_>) -> Result<(), DatabaseError> {
        // Folded from the start of the log, so nothing is changed that was not recorded.
        let (recorded, _) = fold.into_parts();
        target.copy(include_str!("../sql/copy_sales.sql"), &recorded).await
    }
}

/// Whether a sale stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaleStatus {
    /// As recorded.
    Recorded,
    /// Some of the goods came back.
    PartlyReturned,
    /// All of the goods came back.
    Returned,
    /// Undone as a whole.
    Voided,
}

/// A sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleRow {
    /// The sale.
    pub sale_id: SaleId,
    /// Where.
    pub store_id: StoreId,
    /// At which till.
    pub register_no: Option<RegisterNo>,
    /// The number on the receipt.
    pub receipt: Option<ReceiptNumber>,
    /// When, as the till told it.
    pub occurred_at: Timestamp,
    /// When the log accepted it.
    pub recorded_at: Timestamp,
    /// The trading day.
    pub business_date: Date,
    /// The hour on the store's wall clock, 0 to 23.
    pub local_hour: u8,
    /// Through which channel.
    pub channel: Channel,
    /// The currency of every amount here.
    pub currency: Currency,
    /// The payment method that paid most.
    pub method: PaymentMethod,
    /// How many lines it has.
    pub items: u32,
    /// The sum of the lines' quantities.
    pub quantity: Quantity,
    /// Before discounts.
    pub gross: Amount,
    /// All discounts.
    pub discount: Amount,
    /// What the customer owed.
    pub total: Amount,
    /// Cash handed back.
    pub change: Amount,
    /// The customer, as a key to data kept elsewhere.
    pub customer: Option<SubjectId>,
    /// Who sold it.
    pub seller: Option<String>,
    /// Whether it stands.
    pub status: SaleStatus,
    /// When it was voided.
    pub voided_at: Option<Timestamp>,
    /// The trading day of the void.
    pub voided_on: Option<Date>,
    /// Why it was voided.
    pub void_reason: Option<String>,
    /// The goods' share of the total that came back.
    pub returned: Amount,
    /// The quantity that came back.
    pub returned_quantity: Quantity,
    /// Money given back for returns.
    pub refunded: Amount,
    /// Where the log recorded it.
    pub position: Position,
    /// The last event of it that this row knows.
    pub last_position: Position,
    /// The version of its stream that this row knows.
    pub version: Version,
}

/// Which sales to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaleFilter {
    /// First trading day; none for no limit.
    pub from: Option<Date>,
    /// Last trading day, included; none for no limit.
    pub to: Option<Date>,
    /// Only this store.
    pub store_id: Option<StoreId>,
}

impl Projections {
    /// One sale, with the position the answer includes.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn sale(
        &self,
        sale_id: SaleId,
        freshness: Freshness,
    ) -> Result<(Option<SaleRow>, Position), QueryError> {
        let before = self.wait_for(SalesFold::NAME, freshness).await?;
        let rows = self
            .query(
                include_str!("../sql/get_sale.sql"),
                &[&subscription_name(SalesFold::NAME), &self.log_id, &sale_id.uuid()],
            )
            .await?;
        let sale = rows.first().map(|row| decode(Columns { table: "sales", row })).transpose()?;
        Ok((sale, applied(&rows, before)))
    }

    /// Sales by trading day, then in the order of the log.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_sales(
        &self,
        filter: &SaleFilter,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<SaleRow>, QueryError> {
        let before = self.wait_for(SalesFold::NAME, freshness).await?;
        let (after_date, after_position) = match page.key::<2>()? {
            Some([date, position]) => (Some(key_part::<Date>(date)?), Some(key_part::<i64>(position)?)),
            None => (None, None),
        };
        let store = filter.store_id.as_ref().map(StoreId::as_str);
        let rows = self
            .query(
                include_str!("../sql/list_sales.sql"),
                &[
                    &subscription_name(SalesFold::NAME),
                    &self.log_id,
                    &filter.from,
                    &filter.to,
                    &store,
                    &page.sql_at(),
                    &after_date,
                    &after_position,
                    &page.sql_limit(),
                ],
            )
            .await?;
        let sales: Vec<SaleRow> =
            rows.iter().map(|row| decode(Columns { table: "sales", row })).collect::<Result<_, _>>()?;
        Ok(Page::cut(sales, page, applied(&rows, before), |sale| {
            vec![sale.business_date.to_string(), sale.position.to_string()]
        }))
    }
}

fn decode(columns: Columns<'_>) -> Result<SaleRow, QueryError> {
    let number: Option<&str> = columns.get("receipt_number")?;
    let series: Option<&str> = columns.get("receipt_series")?;
    let unreadable = |problem: &dyn std::fmt::Display| QueryError::Unreadable {
        table: "sales",
        problem: problem.to_string(),
    };
    let receipt = number
        .map(|number| ReceiptNumber::new(series, number))
        .transpose()
        .map_err(|error| unreadable(&error))?;
    let (quantity, returned) = (columns.quantity("quantity_e4")?, columns.quantity("returned_e4")?);
    let voided_at: Option<Timestamp> = columns.get("voided_at")?;
    let status = if voided_at.is_some() {
        SaleStatus::Voided
    } else if returned.is_zero() {
        SaleStatus::Recorded
    } else if returned < quantity {
        SaleStatus::PartlyReturned
    } else {
        SaleStatus::Returned
    };
    let whole = |column: &str| columns.get::<i64>(column).map(|number| u64::try_from(number).unwrap_or(0));
    Ok(SaleRow {
        sale_id: SaleId::new(columns.get("sale_id")?),
        store_id: columns.parse("store_id")?,
        register_no: columns.parse_maybe("register_no")?,
        receipt,
        occurred_at: columns.get("occurred_at")?,
        recorded_at: columns.get("recorded_at")?,
        business_date: columns.get("business_date")?,
        local_hour: u8::try_from(columns.get::<i16>("local_hour")?).unwrap_or(0),
        channel: columns.parse("channel")?,
        currency: columns.parse("currency")?,
        method: columns.parse("method")?,
        items: u32::try_from(columns.get::<i32>("items")?).unwrap_or(0),
        quantity,
        gross: columns.amount("gross_minor")?,
        discount: columns.amount("discount_minor")?,
        total: columns.amount("total_minor")?,
        change: columns.amount("change_minor")?,
        customer: columns.parse_maybe("customer")?,
        seller: columns.get("seller")?,
        status,
        voided_at,
        voided_on: columns.get("voided_on")?,
        void_reason: columns.get("void_reason")?,
        returned: columns.amount("returned_minor")?,
        returned_quantity: returned,
        refunded: columns.amount("refunded_minor")?,
        position: columns.position("position")?,
        last_position: columns.position("last_position")?,
        version: Version::new(whole("version")?),
    })
}
