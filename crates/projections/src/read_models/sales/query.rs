//! Reading sales back.

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::sale::Buyer;
use posars_domain::{
    Amount, Channel, Currency, PaymentMethod, Quantity, ReceiptNumber, RegisterNo, SaleId, StoreId, SubjectId,
};
use posars_event_store::{Position, Version};
use uuid::Uuid;

use super::SalesFold;
use crate::read::{Columns, LAST_DAY, ReadRow, day_key};
use crate::{Freshness, Page, PageRequest, Projection, Projections, QueryError};

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
    /// The customer: whoever the keys of what is known of the buyer belong to.
    pub customer: Option<SubjectId>,
    /// What is known of who bought, sealed.
    pub buyer: Option<SaleBuyer>,
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

/// What is known of who bought, as the log has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleBuyer {
    /// The event that it was sealed for.
    pub event_id: Uuid,
    /// Sealed.
    pub data: Buyer,
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
        let sql = include_str!("../../sql/get_sale.sql");
        self.row(sql, &[&sale_id.uuid()], before).await
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
        let (after_date, after_position) = day_key(page, filter.from)?;
        let store = filter.store_id.as_ref().map(StoreId::as_str);
        let sql = include_str!("../../sql/list_sales.sql");
        let (last_day, at, limit) = (filter.to.unwrap_or(LAST_DAY), page.sql_at(), page.sql_limit());
        let (sales, position) = self
            .rows(
                sql,
                &[&store, &after_date, &after_position, &last_day, &at, &limit],
                before,
            )
            .await?;
        Ok(Page::cut(sales, page, position, |sale: &SaleRow| {
            vec![sale.business_date.to_string(), sale.position.to_string()]
        }))
    }
}

/// What is known of who bought; nothing where nobody said.
fn buyer_of(columns: Columns<'_>) -> Result<Option<SaleBuyer>, QueryError> {
    let Some(event_id) = columns.get("buyer_event_id")? else {
        return Ok(None);
    };
    let (tax_id, name): (Option<&str>, Option<&str>) =
        (columns.get("buyer_tax_id")?, columns.get("buyer_name")?);
    let read = || {
        Ok(Buyer {
            tax_id: tax_id.map(serde_json::from_str).transpose()?,
            name: name.map(serde_json::from_str).transpose()?,
        })
    };
    let data = read().map_err(|error: serde_json::Error| QueryError::Unreadable {
        table: "sales",
        problem: error.to_string(),
    })?;
    Ok(Some(SaleBuyer { event_id, data }))
}

impl ReadRow for SaleRow {
    type Of = SalesFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
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
        let whole = |column: &str| {
            columns
                .get::<i64>(column)
                .map(|number| u64::try_from(number).unwrap_or(0))
        };
        Ok(Self {
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
            buyer: buyer_of(columns)?,
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
}
