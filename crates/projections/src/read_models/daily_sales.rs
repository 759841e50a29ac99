//! Daily sales: figures per business day, store and payment method, which add up over all three.
//!
//! A sale counts on its own day, a void and a return on theirs: what a day showed yesterday it still shows
//! today. A sale paid by several methods is counted, with its quantity, under the one that paid most; its money
//! is split by what each method paid, so every sum is exact. Change is cash, so it comes out of cash, which is below
//! zero on a day when more of it went out as change than came in.

use jiff::civil::Date;
use posars_domain::sale::SaleKind;
use posars_domain::{Amount, Currency, PaymentMethod, Quantity, StoreId};
use serde::Deserialize;

use super::payments::{Lines, Payments};
use crate::fold::Rows;
use crate::read::{Columns, ReadRow, key_part, sql_position};
use crate::row::table_row;
use crate::{
    ApplyError, Event, EventKind, Freshness, Page, PageRequest, Projection, Projections, QueryError,
};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct DailySalesFold;

table_row! {
    /// What some events add to one row.
    pub struct Change of daily_sales {
        business_date: Date = DATE key,
        store_id: String = TEXT key,
        method: String = TEXT key,
        currency: String = TEXT key,
        sales: i64 = INT8 add,
        payments: i64 = INT8 add,
        quantity_e4: i64 = INT8 add,
        gross_minor: i64 = INT8 add,
        discount_minor: i64 = INT8 add,
        total_minor: i64 = INT8 add,
        returns: i64 = INT8 add,
        refund_minor: i64 = INT8 add,
        voids: i64 = INT8 add,
        void_minor: i64 = INT8 add,
        last_position: i64 = INT8 max,
    }
}

/// Where and when a document counts.
#[derive(Clone, Copy, Deserialize)]
struct Place<'a> {
    store_id: &'a str,
    business_date: &'a str,
    currency: &'a str,
}

#[derive(Deserialize)]
struct Recorded<'a> {
    store_id: &'a str,
    business_date: &'a str,
    currency: &'a str,
    lines: Lines,
    #[serde(borrow)]
    payments: Payments<'a>,
    #[serde(default)]
    change: i64,
    #[serde(default)]
    discount_total: i64,
    total: i64,
}

#[derive(Deserialize)]
struct GivenBack<'a> {
    store_id: &'a str,
    business_date: &'a str,
    currency: &'a str,
    #[serde(borrow, default)]
    refunds: Payments<'a>,
}

impl Rows<Change> {
    /// The row of a place and method. All that can be wrong with the key is found here, before anything is added.
    fn row(&mut self, event: &Event<'_>, place: Place<'_>, method: &str) -> Result<&mut Change, ApplyError> {
        let row = self.0.entry(
            &[place.store_id, place.business_date, method, place.currency],
            || {
                Ok::<_, ApplyError>(Change {
                    business_date: event.parse(place.business_date)?,
                    store_id: event.parse::<StoreId>(place.store_id)?.to_string(),
                    method: event.parse::<PaymentMethod>(method)?.to_string(),
                    currency: event.parse::<Currency>(place.currency)?.to_string(),
                    sales: 0,
                    payments: 0,
                    quantity_e4: 0,
                    gross_minor: 0,
                    discount_minor: 0,
                    total_minor: 0,
                    returns: 0,
                    refund_minor: 0,
                    voids: 0,
                    void_minor: 0,
                    last_position: 0,
                })
            },
        )?;
        row.last_position = sql_position(event.position);
        Ok(row)
    }

    fn record(&mut self, event: &Event<'_>) -> Result<(), ApplyError> {
        event.must_be_first()?;
        let sale: Recorded<'_> = event.payload()?;
        let place = Place {
            store_id: sale.store_id,
            business_date: sale.business_date,
            currency: sale.currency,
        };
        let received = sale.payments.less_change(sale.change);
        for payment in received.iter() {
            event.parse::<PaymentMethod>(payment.method)?;
        }
        let main = self.row(event, place, received.main_method())?;
        main.sales += 1;
        main.quantity_e4 = main.quantity_e4.saturating_add(sale.lines.quantity_e4);
        if sale.total == 0 {
            // Given away: there is no payment that the discount could be split by.
            main.gross_minor = main.gross_minor.saturating_add(sale.discount_total);
            main.discount_minor = main.discount_minor.saturating_add(sale.discount_total);
        }
        let mut split = Split {
            whole: sale.discount_total,
            of: sale.total,
            so_far: 0,
            given: 0,
        };
        for payment in received.iter().filter(|payment| payment.amount != 0) {
            let discount = split.next(payment.amount);
            let row = self.row(event, place, payment.method)?;
            // Change for what was paid by other means is no payment.
            row.payments += i64::from(payment.amount > 0);
            row.total_minor = row.total_minor.saturating_add(payment.amount);
            row.discount_minor = row.discount_minor.saturating_add(discount);
            row.gross_minor = row
                .gross_minor
                .saturating_add(payment.amount)
                .saturating_add(discount);
        }
        Ok(())
    }

    /// Adds a void or a return: `count` picks the counter, `money` the sum.
    fn give_back(
        &mut self,
        event: &Event<'_>,
        count: fn(&mut Change) -> &mut i64,
        money: fn(&mut Change) -> &mut i64,
    ) -> Result<(), ApplyError> {
        let back: GivenBack<'_> = event.payload()?;
        let place = Place {
            store_id: back.store_id,
            business_date: back.business_date,
            currency: back.currency,
        };
        for refund in back.refunds.iter() {
            event.parse::<PaymentMethod>(refund.method)?;
        }
        *count(self.row(event, place, back.refunds.main_method())?) += 1;
        for refund in back.refunds.iter() {
            let sum = money(self.row(event, place, refund.method)?);
            *sum = sum.saturating_add(refund.amount);
        }
        Ok(())
    }
}

/// Splits a whole in proportion to parts that come one by one: each gets the share of all so far, cut to whole minor units, less
/// what was given before, so that the shares sum to the whole exactly. Parts beyond the sum, which one below zero makes
/// up for, get nothing, and neither does that one.
struct Split {
    whole: i64,
    of: i64,
    so_far: i64,
    given: i64,
}

impl Split {
    fn next(&mut self, part: i64) -> i64 {
        self.so_far = self.so_far.saturating_add(part);
        let counted = self.so_far.clamp(0, self.of.max(0));
        let share = i128::from(self.whole) * i128::from(counted) / i128::from(self.of.max(1));
        let share = i64::try_from(share).unwrap_or(i64::MAX) - self.given;
        self.given += share;
        share
    }
}

impl Projection for DailySalesFold {
    const NAME: &'static str = "daily_sales";
    // 2: change of more than the cash handed over comes out of cash all the same.
    const VERSION: u16 = 2;
    type Fold = Rows<Change>;

    fn apply(event: &Event<'_>, fold: &mut Rows<Change>) -> Result<(), ApplyError> {
        let EventKind::Sale(kind) = event.kind else {
            return Ok(());
        };
        match kind {
            SaleKind::SaleRecorded => fold.record(event),
            SaleKind::SaleVoided => fold.give_back(event, |row| &mut row.voids, |row| &mut row.void_minor),
            SaleKind::SaleReturned => {
                fold.give_back(event, |row| &mut row.returns, |row| &mut row.refund_minor)
            }
        }
    }
}

/// Sums of one store, day and payment method, or of several of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SalesFigures {
    /// Sales recorded, also those voided later; a sale paid by several methods counts under the one that paid most.
    pub sales: u64,
    /// Payments of which something was left after change, so a sale paid by two methods counts under both.
    pub payments: u64,
    /// Units sold, counted as the sales are.
    pub quantity: Quantity,
    /// What was sold, before discounts.
    pub gross: Amount,
    /// All discounts.
    pub discount: Amount,
    /// Gross less discounts: what customers paid. Of cash below zero when more went out as change than came in.
    pub total: Amount,
    /// Returns of goods.
    pub returns: u64,
    /// Money given back for returns.
    pub refunds: Amount,
    /// Sales voided on the day, whenever they were recorded.
    pub voids: u64,
    /// Money given back for voids.
    pub voided: Amount,
}

impl SalesFigures {
    /// What is left: total less refunds and voids. `None` beyond the range of an amount.
    #[must_use]
    pub fn net(&self) -> Option<Amount> {
        self.total.checked_sub(self.refunds)?.checked_sub(self.voided)
    }

    /// The sums of both; `None` beyond the range of an amount or quantity.
    #[must_use]
    pub fn checked_add(&self, other: &Self) -> Option<Self> {
        Some(Self {
            sales: self.sales.checked_add(other.sales)?,
            payments: self.payments.checked_add(other.payments)?,
            quantity: self.quantity.checked_add(other.quantity)?,
            gross: self.gross.checked_add(other.gross)?,
            discount: self.discount.checked_add(other.discount)?,
            total: self.total.checked_add(other.total)?,
            returns: self.returns.checked_add(other.returns)?,
            refunds: self.refunds.checked_add(other.refunds)?,
            voids: self.voids.checked_add(other.voids)?,
            voided: self.voided.checked_add(other.voided)?,
        })
    }
}

/// Figures of one store, day, payment method and currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DailySales {
    /// The trading day.
    pub business_date: Date,
    /// The store.
    pub store_id: StoreId,
    /// What people call the store; its id while it has no name.
    pub store_name: String,
    /// The payment method.
    pub method: PaymentMethod,
    /// The currency of all amounts.
    pub currency: Currency,
    /// The figures.
    pub figures: SalesFigures,
}

/// Which days to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DailySalesFilter {
    /// First trading day.
    pub from: Date,
    /// Last trading day, included.
    pub to: Date,
    /// Only this store; none for all.
    pub store_id: Option<StoreId>,
}

impl Projections {
    /// Daily figures by day, store, currency and method. A page holds whole days of a store: `rows_max` counts
    /// those, each with as many rows as methods. Rows change as sales come; the key of a page stays good.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_daily_sales(
        &self,
        filter: &DailySalesFilter,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<DailySales>, QueryError> {
        let before = self.wait_for_named(DailySalesFold::NAME, freshness).await?;
        // Before every store of the first day.
        let from = (filter.from, "");
        let (after_date, after_store) = match page.key::<2>()? {
            Some([date, store]) => from.max((key_part::<Date>(date)?, store)),
            None => from,
        };
        let store = filter.store_id.as_ref().map(StoreId::as_str);
        let sql = include_str!("../sql/list_daily_sales.sql");
        let (rows, position) = self
            .rows(
                sql,
                &[&store, &after_date, &after_store, &filter.to, &page.sql_limit()],
                before,
            )
            .await?;
        Ok(cut_days(rows, page, position))
    }

    /// Daily figures of a whole period, all pages of [`Projections::list_daily_sales`] together.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn daily_sales(
        &self,
        filter: &DailySalesFilter,
        freshness: Freshness,
    ) -> Result<Page<DailySales>, QueryError> {
        let mut request = PageRequest::first(crate::PAGE_ROWS_MAX);
        let mut all = self.list_daily_sales(filter, &request, freshness).await?;
        let mut next = request.following(&all);
        while let Some(following) = next {
            request = following;
            let mut page = self.list_daily_sales(filter, &request, Freshness::ANY).await?;
            next = request.following(&page);
            all.rows.append(&mut page.rows);
        }
        all.next = None;
        Ok(all)
    }
}

/// Cuts after the last whole day of a store that fits.
fn cut_days(
    mut rows: Vec<DailySales>,
    page: &PageRequest,
    position: posars_event_store::Position,
) -> Page<DailySales> {
    let mut days = 0;
    let mut last: Option<(Date, StoreId)> = None;
    let mut keep = rows.len();
    for (index, row) in rows.iter().enumerate() {
        let day = (row.business_date, row.store_id.clone());
        if last.as_ref() == Some(&day) {
            continue;
        }
        if days == page.limit() {
            keep = index;
            break;
        }
        days += 1;
        last = Some(day);
    }
    let more = keep < rows.len();
    rows.truncate(keep);
    let next = last
        .filter(|_| more)
        .map(|(date, store)| vec![date.to_string(), store.to_string()]);
    Page { rows, next, position }
}

impl ReadRow for DailySales {
    type Of = DailySalesFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        Ok(Self {
            business_date: columns.get("business_date")?,
            store_id: columns.parse("store_id")?,
            store_name: columns.get("store_name")?,
            method: columns.parse("method")?,
            currency: columns.parse("currency")?,
            figures: SalesFigures {
                sales: columns.count("sales")?,
                payments: columns.count("payments")?,
                quantity: columns.quantity("quantity_e4")?,
                gross: columns.amount("gross_minor")?,
                discount: columns.amount("discount_minor")?,
                total: columns.amount("total_minor")?,
                returns: columns.count("returns")?,
                refunds: columns.amount("refund_minor")?,
                voids: columns.count("voids")?,
                voided: columns.amount("void_minor")?,
            },
        })
    }
}
