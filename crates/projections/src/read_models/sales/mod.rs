//! Sales: one row per sale, with what happened to it since.

mod query;

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::sale::SaleKind;
use posars_domain::{Currency, PaymentMethod, StoreId};
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

pub use self::query::{SaleBuyer, SaleFilter, SaleRow, SaleStatus};
use super::payments::{Lines, Payments};
use crate::fold_map::FoldMap;
use crate::projection::{Fold, Target};
use crate::read::sql_position;
use crate::row::{RowChange as _, table_row};
use crate::{ApplyError, DatabaseError, Event, EventKind, Load, Projection};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct SalesFold;

/// Memory of a sale of the fold with its key, about.
const ROW_BYTES: usize = 1_000;

table_row! {
    /// A sale as it was recorded.
    pub(crate) struct Recorded of sales {
        sale_id: Uuid = UUID key,
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
        buyer_event_id: Option<Uuid> = UUID,
        buyer_tax_id: Option<String> = TEXT,
        buyer_name: Option<String> = TEXT,
    }
}

table_row! {
    /// What happened to a sale after it was recorded.
    pub(crate) struct Change in Recorded {
        sale_id: Uuid = UUID key,
        last_position: i64 = INT8,
        version: i64 = INT8,
        returned_minor: i64 = INT8 add,
        refunded_minor: i64 = INT8 add,
        returned_e4: i64 = INT8 add,
        voided_at: Option<Timestamp> = TIMESTAMPTZ keep,
        voided_on: Option<Date> = DATE keep,
        void_reason: Option<String> = TEXT keep,
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
    buyer: Option<BuyerPayload<'a>>,
    #[serde(default, borrow)]
    seller: Option<Cow<'a, str>>,
}

/// What is sealed stays as it is: nothing here could open it.
#[derive(Default, Deserialize)]
struct BuyerPayload<'a> {
    #[serde(default, borrow)]
    tax_id: Option<&'a RawValue>,
    #[serde(default, borrow)]
    name: Option<&'a RawValue>,
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

fn stored(sealed: Option<&RawValue>) -> Option<String> {
    sealed.map(|sealed| sealed.get().to_owned())
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
                Part::Recorded(recorded) => change.apply_to(recorded),
                Part::Changed(earlier) => earlier.merge(change),
            },
        }
    }

    fn record(&mut self, event: &Event<'_>) -> Result<(), ApplyError> {
        event.must_be_first()?;
        let sale: RecordedPayload<'_> = event.payload()?;
        let payments = sale.payments.less_change(sale.change);
        let Change {
            last_position,
            version,
            ..
        } = Change::of(sale.sale_id, event);
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
            register_no: event.text_maybe(sale.register_no)?,
            receipt_series: event.text_maybe(series)?,
            receipt_number: event.text_maybe(number)?,
            channel: event.text(Cow::Borrowed(sale.channel))?,
            currency: event.parse::<Currency>(sale.currency)?.to_string(),
            method: event.parse::<PaymentMethod>(payments.main_method())?.to_string(),
            customer: event.text_maybe(sale.customer)?,
            seller: event.text_maybe(sale.seller)?,
            last_position,
            version,
            returned_minor: 0,
            refunded_minor: 0,
            returned_e4: 0,
            voided_at: None,
            voided_on: None,
            void_reason: None,
            buyer_event_id: sale.buyer.as_ref().map(|_| event.event_id),
            buyer_tax_id: sale.buyer.as_ref().and_then(|buyer| stored(buyer.tax_id)),
            buyer_name: sale.buyer.as_ref().and_then(|buyer| stored(buyer.name)),
        };
        // The first event of its stream, so nothing is there yet.
        self.0
            .entry(sale.sale_id)
            .or_insert(Part::Recorded(Box::new(recorded)));
        Ok(())
    }

    #[expect(
        clippy::vec_box,
        reason = "a second copy of every row would be the most that a rebuild holds"
    )]
    fn into_parts(self) -> (Vec<Box<Recorded>>, Vec<Change>) {
        let (mut recorded, mut changed) = (Vec::with_capacity(self.0.len()), Vec::new());
        for part in self.0.into_values() {
            match part {
                Part::Recorded(row) => recorded.push(row),
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
    // 2: change of more than the cash handed over no longer lowers other payments, so another may be the main one.
    const VERSION: u16 = 2;
    type Fold = Sales;

    fn apply(event: &Event<'_>, fold: &mut Sales) -> Result<(), ApplyError> {
        let EventKind::Sale(kind) = event.kind else {
            return Ok(());
        };
        match kind {
            SaleKind::SaleRecorded => fold.record(event)?,
            SaleKind::SaleVoided => {
                let void: VoidedPayload<'_> = event.payload()?;
                fold.change(Change {
                    voided_at: Some(void.occurred_at),
                    voided_on: Some(void.business_date),
                    void_reason: Some(event.text(void.reason)?),
                    ..Change::of(void.sale_id, event)
                });
            }
            SaleKind::SaleReturned => {
                let back: ReturnedPayload = event.payload()?;
                fold.change(Change {
                    returned_minor: back.returned_total,
                    refunded_minor: back.total_refund,
                    returned_e4: back.lines.quantity_e4,
                    ..Change::of(back.sale_id, event)
                });
            }
        }
        Ok(())
    }
}

impl Fold for Sales {
    const LOAD: Load = Load::InParts;

    fn merge(&mut self, later: Self) {
        for (sale_id, part) in later.0 {
            match part {
                Part::Recorded(_) => {
                    self.0.entry(sale_id).or_insert(part);
                }
                Part::Changed(change) => self.change(change),
            }
        }
    }

    fn bytes(&self) -> usize {
        self.0.len() * ROW_BYTES
    }

    async fn write(self, target: &Target<'_>) -> Result<(), DatabaseError> {
        let (recorded, changed) = self.into_parts();
        let recorded: Vec<Recorded> = recorded.into_iter().map(|row| *row).collect();
        target.insert(&recorded).await?;
        target.change(&changed).await
    }

    async fn copy(self, target: &Target<'_>) -> Result<Self, DatabaseError> {
        let (recorded, changed) = self.into_parts();
        target.copy(recorded.into_iter().map(|row| *row)).await?;
        // To sales of earlier parts: the table has no index yet to find those by.
        let mut rest = Self::default();
        for change in changed {
            rest.change(change);
        }
        Ok(rest)
    }
}
