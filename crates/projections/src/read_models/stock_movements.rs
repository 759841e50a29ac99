//! Stock movements, the stock card (*kardex*): what went in and out of each store and product, with the balance
//! after it, in the order of the log.
//!
//! A movement whose trading day is before that of an earlier one came late. Costing does not go back for it
//! (nothing posted is rewritten), so the card says so.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::stock::StockKind;
use posars_domain::{Amount, Currency, Quantity, Sku, StoreId};
use posars_event_store::{Position, Version};
use serde::Deserialize;
use uuid::Uuid;

use super::payments::quantity_e4;
use crate::fold_map::TextMap;
use crate::projection::{Fold, Target};
use crate::read::{Columns, FIRST_DAY, LAST_DAY, ReadRow, key_part, sql_position};
use crate::row::table_row;
use crate::{
    ApplyError, DatabaseError, Event, EventKind, Freshness, Load, Page, PageRequest, Projection, Projections,
    QueryError,
};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct StockMovementsFold;

/// Memory of a movement of the fold, about.
const MOVEMENT_BYTES: usize = 500;
/// Memory of a card with its key and no movement, about.
const CARD_BYTES: usize = 350;

table_row! {
    /// One movement.
    pub(crate) struct Movement of stock_movements {
        store_id: String = TEXT key,
        sku: String = TEXT key,
        position: i64 = INT8 key,
        version: i64 = INT8,
        occurred_at: Timestamp = TIMESTAMPTZ,
        recorded_at: Timestamp = TIMESTAMPTZ,
        business_date: Date = DATE,
        latest_date: Date = DATE,
        quantity_e4: i64 = INT8,
        value_minor: i64 = INT8,
        settled_minor: i64 = INT8,
        balance_e4: i64 = INT8,
        balance_minor: i64 = INT8,
        kind: &'static str = TEXT,
        document: String = TEXT,
        currency: String = TEXT,
        provisional: bool = BOOL,
        estimated: bool = BOOL,
    }
}

/// What the four kinds of movement have in common, and each one's own names for the same things.
#[derive(Deserialize)]
struct Payload<'a> {
    store_id: &'a str,
    #[serde(borrow)]
    sku: Cow<'a, str>,
    occurred_at: Timestamp,
    business_date: Date,
    currency: &'a str,
    #[serde(alias = "delta")]
    quantity: &'a str,
    #[serde(alias = "cost")]
    value: i64,
    #[serde(default)]
    negative_settled: i64,
    #[serde(default)]
    provisional: bool,
    #[serde(default)]
    estimated: bool,
    #[serde(borrow)]
    balance: BalancePayload<'a>,
    #[serde(default)]
    receipt_id: Option<Uuid>,
    #[serde(default)]
    sale_id: Option<Uuid>,
    #[serde(default)]
    return_id: Option<Uuid>,
    #[serde(default)]
    adjustment_id: Option<Uuid>,
}

#[derive(Deserialize)]
struct BalancePayload<'a> {
    quantity: &'a str,
    value: i64,
}

/// What moved stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MovementKind {
    /// Goods came in.
    Received,
    /// Goods of a sale went out.
    Issued,
    /// Goods of a sale came back, by a return or a void.
    Returned,
    /// The quantity was put right.
    Adjusted,
}

impl MovementKind {
    const ALL: [Self; 4] = [Self::Received, Self::Issued, Self::Returned, Self::Adjusted];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Issued => "issued",
            Self::Returned => "returned",
            Self::Adjusted => "adjusted",
        }
    }
}

impl std::str::FromStr for MovementKind {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == word);
        found.ok_or_else(|| format!("{word:?} is no kind of movement"))
    }
}

/// The card of one store and product, as far as some events tell it.
#[derive(Debug)]
struct Card {
    store_id: String,
    sku: String,
    /// The latest date of all movements so far, also of those that were copied already.
    latest: Date,
    movements: Vec<Movement>,
}

impl Card {
    /// Puts what went before in front, as far as it concerns what follows.
    fn follow(&mut self, latest: Date) {
        for movement in &mut self.movements {
            movement.latest_date = movement.latest_date.max(latest);
        }
        self.latest = self.latest.max(latest);
    }

    fn push(&mut self, mut movement: Movement) {
        self.latest = self.latest.max(movement.business_date);
        movement.latest_date = self.latest;
        self.movements.push(movement);
    }

    /// Takes the card of a later part of the log in.
    fn extend(&mut self, mut later: Self) {
        later.follow(self.latest);
        self.latest = later.latest;
        self.movements.append(&mut later.movements);
    }

    /// The rows, each made as it is asked for; the card stays, for those that follow.
    fn rows(&mut self) -> impl Iterator<Item = Movement> {
        let Self {
            store_id,
            sku,
            movements,
            ..
        } = self;
        std::mem::take(movements).into_iter().map(|movement| Movement {
            store_id: store_id.clone(),
            sku: sku.clone(),
            ..movement
        })
    }
}

/// The fold: the cards.
#[derive(Debug, Default)]
pub struct Cards {
    cards: TextMap<Card>,
    movements: usize,
}

impl Cards {
    fn add(&mut self, event: &Event<'_>, kind: MovementKind) -> Result<(), ApplyError> {
        let moved: Payload<'_> = event.payload()?;
        let quantity = |text: &str| quantity_e4(event, text);
        let document = match kind {
            MovementKind::Received => moved.receipt_id,
            MovementKind::Issued => moved.sale_id,
            // A void has no document but the sale.
            MovementKind::Returned => moved.return_id.or(moved.sale_id),
            MovementKind::Adjusted => moved.adjustment_id,
        };
        let document = document.ok_or_else(|| event.bad(&"it names no document"))?;
        // The log tells how much went out, the card shows it as taken away.
        let sign = match kind {
            MovementKind::Issued => -1,
            MovementKind::Received | MovementKind::Returned | MovementKind::Adjusted => 1,
        };
        let movement = Movement {
            store_id: String::new(),
            sku: String::new(),
            position: sql_position(event.position),
            version: i64::try_from(event.version.get()).unwrap_or(i64::MAX),
            occurred_at: moved.occurred_at,
            recorded_at: event.recorded_at(),
            business_date: moved.business_date,
            latest_date: moved.business_date,
            quantity_e4: sign * quantity(moved.quantity)?,
            value_minor: sign * moved.value,
            settled_minor: moved.negative_settled,
            balance_e4: quantity(moved.balance.quantity)?,
            balance_minor: moved.balance.value,
            kind: kind.as_str(),
            document: document.to_string(),
            currency: event.parse::<Currency>(moved.currency)?.to_string(),
            provisional: moved.provisional,
            estimated: moved.estimated,
        };
        let card = self.cards.entry(&[moved.store_id, &moved.sku], || {
            Ok::<_, ApplyError>(Card {
                store_id: event.parse::<StoreId>(moved.store_id)?.to_string(),
                sku: event.parse::<Sku>(&moved.sku)?.to_string(),
                latest: Date::MIN,
                // Not the four that the first push would make: with many products most cards of a part have one.
                movements: Vec::with_capacity(1),
            })
        })?;
        card.push(movement);
        self.movements += 1;
        Ok(())
    }

    /// Takes over the latest dates of the cards as the table has them: one look at the end of each, however many
    /// movements follow.
    async fn go_on_from(&mut self, target: &Target<'_>) -> Result<(), DatabaseError> {
        let cards = self.cards.rows_mut();
        if cards.is_empty() {
            return Ok(());
        }
        let stores: Vec<&str> = cards.iter().map(|card| card.store_id.as_str()).collect();
        let skus: Vec<&str> = cards.iter().map(|card| card.sku.as_str()).collect();
        let ends = target
            .query(include_str!("../sql/latest_dates.sql"), &[&stores, &skus])
            .await?;
        for end in ends {
            let place = usize::try_from(end.get::<_, i64>("place")).unwrap_or(usize::MAX);
            if let Some(card) = cards.get_mut(place) {
                card.follow(end.get("latest_date"));
            }
        }
        Ok(())
    }

    /// Takes the rows out and leaves the cards.
    fn rows(&mut self) -> impl Iterator<Item = Movement> {
        self.movements = 0;
        self.cards.rows_mut().iter_mut().flat_map(Card::rows)
    }
}

impl Projection for StockMovementsFold {
    const NAME: &'static str = "stock_movements";
    const VERSION: u16 = 1;
    type Fold = Cards;

    fn apply(event: &Event<'_>, fold: &mut Cards) -> Result<(), ApplyError> {
        let EventKind::Stock(kind) = event.kind else {
            return Ok(());
        };
        match kind {
            StockKind::StockReceived => fold.add(event, MovementKind::Received),
            StockKind::StockIssued => fold.add(event, MovementKind::Issued),
            StockKind::StockReturned => fold.add(event, MovementKind::Returned),
            StockKind::StockAdjusted => fold.add(event, MovementKind::Adjusted),
            // A shortage says what the movement before it led to; nothing moves.
            StockKind::ShortageDetected | StockKind::ShortageResolved => Ok(()),
        }
    }
}

impl Fold for Cards {
    const LOAD: Load = Load::InParts;

    fn merge(&mut self, later: Self) {
        self.movements += later.movements;
        self.cards.merge(later.cards, |card, later| card.extend(later));
    }

    fn bytes(&self) -> usize {
        self.movements * MOVEMENT_BYTES + self.cards.len() * CARD_BYTES
    }

    async fn write(mut self, target: &Target<'_>) -> Result<(), DatabaseError> {
        if self.movements == 0 {
            return Ok(());
        }
        self.go_on_from(target).await?;
        let rows: Vec<Movement> = self.rows().collect();
        target.insert(&rows).await
    }

    async fn copy(mut self, target: &Target<'_>) -> Result<Self, DatabaseError> {
        target.copy(self.rows()).await?;
        Ok(self)
    }
}

/// One movement of stock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StockMovement {
    /// Where the log recorded it.
    pub position: Position,
    /// Its place in the stock's own history.
    pub version: Version,
    /// What moved the stock.
    pub kind: MovementKind,
    /// The document that caused it: the id of the receipt, sale, return or adjustment.
    pub document: String,
    /// When, as the client told it.
    pub occurred_at: Timestamp,
    /// When the log accepted it.
    pub recorded_at: Timestamp,
    /// The trading day.
    pub business_date: Date,
    /// Whether an earlier movement has a later trading day.
    pub late: bool,
    /// What came in, or below zero what went out.
    pub quantity: Quantity,
    /// What that is worth, with the same sign.
    pub value: Amount,
    /// Cost of goods that had gone out below zero, settled by this movement: the balance changes by `value` less it.
    pub settled: Amount,
    /// On hand afterwards.
    pub balance_quantity: Quantity,
    /// Worth afterwards.
    pub balance_value: Amount,
    /// The currency of the amounts.
    pub currency: Currency,
    /// Whether some of it went out below zero, at the last known average.
    pub provisional: bool,
    /// Whether an average stands for an unknown original cost.
    pub estimated: bool,
}

/// Which movements to list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovementFilter {
    /// The store.
    pub store_id: StoreId,
    /// The product.
    pub sku: Sku,
    /// First trading day; none for no limit.
    pub from: Option<Date>,
    /// Last trading day, included; none for no limit.
    pub to: Option<Date>,
}

impl Projections {
    /// The stock card of a store and product, in the order of the log.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_movements(
        &self,
        filter: &MovementFilter,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<StockMovement>, QueryError> {
        let before = self.wait_for(StockMovementsFold::NAME, freshness).await?;
        let after = match page.key::<1>()? {
            Some([position]) => key_part::<i64>(position)?,
            None => 0,
        };
        let sql = include_str!("../sql/list_stock_movements.sql");
        let (store_id, sku) = (filter.store_id.as_str(), filter.sku.as_str());
        let (from, to) = (filter.from.unwrap_or(FIRST_DAY), filter.to.unwrap_or(LAST_DAY));
        let (at, limit) = (page.sql_at(), page.sql_limit());
        let (movements, position) = self
            .rows(sql, &[&store_id, &sku, &from, &to, &at, &after, &limit], before)
            .await?;
        Ok(Page::cut(
            movements,
            page,
            position,
            |movement: &StockMovement| vec![movement.position.to_string()],
        ))
    }
}

impl ReadRow for StockMovement {
    type Of = StockMovementsFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        let business_date: Date = columns.get("business_date")?;
        Ok(Self {
            position: columns.position("position")?,
            version: Version::new(columns.count("version")?),
            kind: columns.parse("kind")?,
            document: columns.get("document")?,
            occurred_at: columns.get("occurred_at")?,
            recorded_at: columns.get("recorded_at")?,
            business_date,
            late: business_date < columns.get::<Date>("latest_date")?,
            quantity: columns.quantity("quantity_e4")?,
            value: columns.amount("value_minor")?,
            settled: columns.amount("settled_minor")?,
            balance_quantity: columns.quantity("balance_e4")?,
            balance_value: columns.amount("balance_minor")?,
            currency: columns.parse("currency")?,
            provisional: columns.get("provisional")?,
            estimated: columns.get("estimated")?,
        })
    }
}
