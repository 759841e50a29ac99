//! Ageing: what was open at the end of a day, by how long it was due, with what had been paid and credited of it.
//!
//! A day in the past is told from today's figures less what came after it, by business date. Instalments of which nothing
//! was open on the day are left out.

use jiff::civil::Date;
use posars_domain::open_item::ItemKind;
use posars_domain::{Amount, PartyId, StoreId};
use posars_event_store::Position;

use super::chart_tree::cut_after;
use super::sums::plus;
use crate::read::{Columns, ReadRow, position_from};
use crate::read_models::{InstallmentsFold, ItemMovesFold, OpenItemsFold, OwedBy};
use crate::subscription::subscription_name;
use crate::{Freshness, Page, PageRequest, Projection as _, Projections, QueryError};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgeingQuery {
    /// Who owes.
    pub side: OwedBy,
    /// The day at whose end it is asked for.
    pub date: Date,
    /// Only of this store.
    pub store_id: Option<StoreId>,
    /// Only of this party.
    pub party: Option<PartyId>,
    /// Only of this kind.
    pub kind: Option<ItemKind>,
}

/// Figures of a party or of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AgeingFigures {
    /// What had been registered.
    pub amount: Amount,
    /// How much of that had been paid.
    pub settled: Amount,
    /// How much had been taken off by credit notes, returns and voids.
    pub credited: Amount,
    /// How much had been written off or cancelled.
    pub written_off: Amount,
    /// What was open: the sum of the columns that follow.
    pub open: Amount,
    /// Open and not due on the day.
    pub not_due: Amount,
    /// Open and due for 1 to 30 days.
    pub days_1_to_30: Amount,
    /// Open and due for 31 to 60 days.
    pub days_31_to_60: Amount,
    /// Open and due for 61 to 90 days.
    pub days_61_to_90: Amount,
    /// Open and due for more than 90 days.
    pub days_over_90: Amount,
}

impl AgeingFigures {
    fn with(&self, other: &Self) -> Result<Self, QueryError> {
        Ok(Self {
            amount: plus(self.amount, other.amount)?,
            settled: plus(self.settled, other.settled)?,
            credited: plus(self.credited, other.credited)?,
            written_off: plus(self.written_off, other.written_off)?,
            open: plus(self.open, other.open)?,
            not_due: plus(self.not_due, other.not_due)?,
            days_1_to_30: plus(self.days_1_to_30, other.days_1_to_30)?,
            days_31_to_60: plus(self.days_31_to_60, other.days_31_to_60)?,
            days_61_to_90: plus(self.days_61_to_90, other.days_61_to_90)?,
            days_over_90: plus(self.days_over_90, other.days_over_90)?,
        })
    }
}

/// What one party owes, or is owed, for one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgeingRow {
    /// What it is owed for.
    pub kind: ItemKind,
    /// The party; none for what nobody told it of.
    pub party: Option<PartyId>,
    /// What people call it.
    pub party_name: Option<String>,
    /// The figures.
    pub figures: AgeingFigures,
}

/// A page of an ageing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ageing {
    /// The parties of this page, by kind and party.
    pub rows: Page<AgeingRow>,
    /// The same of all parties, on every page.
    pub total: AgeingFigures,
}

/// A row, if there is any, with how far the moves were that it was told by.
struct Told {
    row: Option<AgeingRow>,
    moves_position: Position,
}

impl ReadRow for Told {
    type Of = InstallmentsFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        let moves_position = position_from(columns.get::<Option<i64>>("moves_position")?.unwrap_or(0));
        let Some(kind) = columns.parse_maybe("kind")? else {
            return Ok(Self {
                row: None,
                moves_position,
            });
        };
        let figures = AgeingFigures {
            amount: columns.amount("amount_minor")?,
            settled: columns.amount("settled_minor")?,
            credited: columns.amount("credited_minor")?,
            written_off: columns.amount("written_off_minor")?,
            open: columns.amount("open_minor")?,
            not_due: columns.amount("not_due_minor")?,
            days_1_to_30: columns.amount("due_30_minor")?,
            days_31_to_60: columns.amount("due_60_minor")?,
            days_61_to_90: columns.amount("due_90_minor")?,
            days_over_90: columns.amount("due_over_90_minor")?,
        };
        Ok(Self {
            row: Some(AgeingRow {
                kind,
                party: columns.parse_maybe("party")?,
                party_name: columns.get("party_name")?,
                figures,
            }),
            moves_position,
        })
    }
}

/// Tries to meet instalments and moves at one position: under load one may be a page ahead of the other at each look.
const LOOKS_MAX: usize = 50;

impl Projections {
    /// What was open at the end of a day, by kind and party.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn ageing(
        &self,
        query: &AgeingQuery,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Ageing, QueryError> {
        let (rows, position) = self.ageing_rows(query, freshness).await?;
        let mut total = AgeingFigures::default();
        for row in &rows {
            total = total.with(&row.figures)?;
        }
        let rows = cut_after(rows, page, position, |row| {
            vec![
                row.kind.to_string(),
                row.party.as_ref().map(ToString::to_string).unwrap_or_default(),
                row.party_name.clone().unwrap_or_default(),
            ]
        })?;
        Ok(Ageing { rows, total })
    }

    async fn ageing_rows(
        &self,
        query: &AgeingQuery,
        freshness: Freshness,
    ) -> Result<(Vec<AgeingRow>, Position), QueryError> {
        let mut before = self.wait_for(InstallmentsFold::NAME, freshness).await?;
        let (side, kind) = (query.side.as_str(), query.kind.map(ItemKind::as_str));
        let (store, party) = (
            query.store_id.as_ref().map(StoreId::as_str),
            query.party.as_ref().map(PartyId::as_str),
        );
        let moves = subscription_name(ItemMovesFold::NAME);
        let sql = include_str!("../sql/sum_ageing.sql");
        for _ in 0..LOOKS_MAX {
            self.follow(ItemMovesFold::NAME, before).await?;
            self.follow(OpenItemsFold::NAME, before).await?;
            let (told, position) = self
                .rows::<Told>(sql, &[&side, &query.date, &store, &party, &kind, &moves], before)
                .await?;
            if told.first().is_none_or(|first| first.moves_position >= position) {
                return Ok((told.into_iter().filter_map(|told| told.row).collect(), position));
            }
            before = position;
        }
        Err(QueryError::Behind {
            projection: ItemMovesFold::NAME,
            min_position: before,
            position: self.checkpoint(ItemMovesFold::NAME).await?,
            waited_ms: 0,
        })
    }
}
