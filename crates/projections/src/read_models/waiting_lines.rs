//! Waiting lines: lines of sales that wait for somebody to define their product.
//!
//! A product is defined once, so its release is the last event of its stream: all lines of it go.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::waiting::{ParkedMovement, WaitingKind};
use posars_domain::{LineId, Quantity, ReturnId, SaleId, Sku, StoreId};
use posars_event_store::Position;
use serde::Deserialize;
use uuid::Uuid;

use super::payments::quantity_e4;
use crate::fold_map::TextMap;
use crate::listing::Listing;
use crate::projection::{Fold, Target};
use crate::read::{Columns, ReadRow, key_part, sql_position};
use crate::row::{StoredRow, table_row};
use crate::{
    ApplyError, DatabaseError, Event, EventKind, Freshness, Load, Page, PageRequest, Projection, Projections,
    QueryError,
};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct WaitingLinesFold;

table_row! {
    /// A line of a sale, void or return.
    pub(crate) struct Waits of waiting_lines {
        store_id: String = TEXT key,
        sku: String = TEXT key,
        position: i64 = INT8 key,
        line_id: i64 = INT8 key,
        occurred_at: Timestamp = TIMESTAMPTZ,
        waits_since: Timestamp = TIMESTAMPTZ,
        quantity_e4: i64 = INT8,
        sale_id: Uuid = UUID,
        return_id: Option<Uuid> = UUID,
        business_date: Date = DATE,
        movement: &'static str = TEXT,
    }
}

#[derive(Deserialize)]
struct Parked<'a> {
    #[serde(borrow)]
    sku: Cow<'a, str>,
    store_id: &'a str,
    sale_id: Uuid,
    movement: ParkedMovement,
    #[serde(default)]
    return_id: Option<Uuid>,
    occurred_at: Timestamp,
    business_date: Date,
    #[serde(borrow)]
    lines: Vec<ParkedLine<'a>>,
}

#[derive(Deserialize)]
struct ParkedLine<'a> {
    line_id: u32,
    quantity: &'a str,
}

#[derive(Deserialize)]
struct Released<'a> {
    #[serde(borrow)]
    sku: Cow<'a, str>,
}

/// What waits for one product, as far as some events tell it.
#[derive(Debug)]
struct Awaited {
    sku: String,
    /// Whether everything went that had waited before these lines.
    released: bool,
    lines: Vec<Waits>,
}

/// The fold: what waits for each product.
#[derive(Debug, Default)]
pub struct WaitingLines(TextMap<Awaited>);

impl WaitingLines {
    fn of(&mut self, sku: &Sku) -> Result<&mut Awaited, ApplyError> {
        self.0.entry(&[sku.as_str()], || {
            Ok(Awaited {
                sku: sku.to_string(),
                released: false,
                lines: Vec::new(),
            })
        })
    }

    fn park(&mut self, event: &Event<'_>) -> Result<(), ApplyError> {
        let parked: Parked<'_> = event.payload()?;
        let sku: Sku = event.parse(&parked.sku)?;
        let store_id = event.parse::<StoreId>(parked.store_id)?.to_string();
        let waits = |line: &ParkedLine<'_>| {
            Ok::<_, ApplyError>(Waits {
                store_id: store_id.clone(),
                sku: sku.to_string(),
                position: sql_position(event.position),
                line_id: line.line_id.into(),
                occurred_at: parked.occurred_at,
                waits_since: event.recorded_at(),
                quantity_e4: quantity_e4(event, line.quantity)?,
                sale_id: parked.sale_id,
                return_id: parked.return_id,
                business_date: parked.business_date,
                movement: word_of(parked.movement),
            })
        };
        let mut lines: Vec<Waits> = parked.lines.iter().map(waits).collect::<Result<_, _>>()?;
        self.of(&sku)?.lines.append(&mut lines);
        Ok(())
    }

    fn release(&mut self, event: &Event<'_>) -> Result<(), ApplyError> {
        let released: Released<'_> = event.payload()?;
        let awaited = self.of(&event.parse(&released.sku)?)?;
        awaited.lines.clear();
        awaited.released = true;
        Ok(())
    }
}

/// The word that the table has for a movement.
const fn word_of(movement: ParkedMovement) -> &'static str {
    match movement {
        ParkedMovement::Sale => "sale",
        ParkedMovement::Void => "void",
        ParkedMovement::Return => "return",
    }
}

impl Projection for WaitingLinesFold {
    const NAME: &'static str = "waiting_lines";
    const VERSION: u16 = 1;
    type Fold = WaitingLines;

    fn apply(event: &Event<'_>, fold: &mut WaitingLines) -> Result<(), ApplyError> {
        let EventKind::Waiting(kind) = event.kind else {
            return Ok(());
        };
        match kind {
            WaitingKind::SaleLinesParked => fold.park(event),
            WaitingKind::SaleLinesReleased => fold.release(event),
            WaitingKind::SourceEventParked | WaitingKind::SourceEventRetried => Ok(()),
        }
    }
}

impl Fold for WaitingLines {
    const LOAD: Load = Load::ByKey;

    fn merge(&mut self, later: Self) {
        self.0.merge(later.0, |awaited, mut later| {
            if later.released {
                *awaited = later;
            } else {
                awaited.lines.append(&mut later.lines);
            }
        });
    }

    fn bytes(&self) -> usize {
        let of_one = |awaited: &Awaited| awaited.lines.iter().map(Waits::bytes).sum::<usize>();
        self.0.rows().iter().map(of_one).sum::<usize>() + crate::row::row_bytes::<Awaited>() * self.0.len()
    }

    async fn write(self, target: &Target<'_>) -> Result<(), DatabaseError> {
        let awaited = self.0.into_rows();
        let released = awaited.iter().filter(|awaited| awaited.released);
        let skus: Vec<&str> = released.map(|awaited| awaited.sku.as_str()).collect();
        target.remove::<Waits>("sku", &skus).await?;
        let lines = awaited.into_iter().flat_map(|awaited| awaited.lines);
        target.put(&lines.collect::<Vec<_>>()).await
    }

    async fn copy(self, target: &Target<'_>) -> Result<Self, DatabaseError> {
        let awaited = self.0.into_rows().into_iter();
        target.copy(awaited.flat_map(|awaited| awaited.lines)).await?;
        Ok(Self::default())
    }
}

/// A line of a sale that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingLine {
    /// The store.
    pub store_id: StoreId,
    /// What is to be defined.
    pub sku: Sku,
    /// The sale.
    pub sale_id: SaleId,
    /// The line of the sale.
    pub line_id: LineId,
    /// What happened to the sale.
    pub movement: ParkedMovement,
    /// The return, when it is one.
    pub return_id: Option<ReturnId>,
    /// How much of it.
    pub quantity: Quantity,
    /// When it took place.
    pub occurred_at: Timestamp,
    /// The trading day it counts for.
    pub business_date: Date,
    /// When it began to wait.
    pub waits_since: Timestamp,
    /// The event that says so.
    pub position: Position,
}

/// Which lines to list: those that fit all that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WaitingFilter {
    /// Only of this store.
    pub store_id: Option<StoreId>,
    /// Only of this product.
    pub sku: Option<Sku>,
}

impl ReadRow for WaitingLine {
    type Of = WaitingLinesFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        let line_id: i64 = columns.get("line_id")?;
        let word: &str = columns.get("movement")?;
        let movements = [ParkedMovement::Sale, ParkedMovement::Void, ParkedMovement::Return];
        let movement = movements.into_iter().find(|movement| word_of(*movement) == word);
        Ok(Self {
            store_id: columns.parse("store_id")?,
            sku: columns.parse("sku")?,
            sale_id: SaleId::new(columns.get("sale_id")?),
            line_id: LineId(columns.narrow("line_id", line_id)?),
            movement: movement
                .ok_or_else(|| columns.unreadable("movement", &format_args!("{word:?} is no movement")))?,
            return_id: columns.get::<Option<Uuid>>("return_id")?.map(ReturnId::new),
            quantity: columns.quantity("quantity_e4")?,
            occurred_at: columns.get("occurred_at")?,
            business_date: columns.get("business_date")?,
            waits_since: columns.get("waits_since")?,
            position: columns.position("position")?,
        })
    }
}

impl Projections {
    /// Lines that wait for their product, by store, SKU and the order of the log.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_waiting_lines(
        &self,
        filter: &WaitingFilter,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<WaitingLine>, QueryError> {
        let before = self.wait_for(WaitingLinesFold::NAME, freshness).await?;
        let store = filter.store_id.as_ref().map(StoreId::as_str);
        let sku = filter.sku.as_ref().map(Sku::as_str);
        let (after_store, after_sku, position, line_id) = match page.key::<4>()? {
            Some([store, sku, position, line]) => {
                (store, sku, key_part::<i64>(position)?, key_part::<i64>(line)?)
            }
            None => ("", "", 0, 0),
        };
        let listing = Listing::of(Waits::TABLE, &["store_id", "sku", "position", "line_id"])
            .only("store_id", store.as_ref())
            .only("sku", sku.as_ref())
            .after(&[&after_store, &after_sku, &position, &line_id]);
        self.list_page(listing, page, before, |line: &WaitingLine| {
            vec![
                line.store_id.to_string(),
                line.sku.to_string(),
                line.position.to_string(),
                line.line_id.to_string(),
            ]
        })
        .await
    }
}
