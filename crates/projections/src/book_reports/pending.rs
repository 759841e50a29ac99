//! What stands in the way of closing a month.

use jiff::civil::Date;
use posars_domain::Month;
use posars_event_store::Position;

use crate::read::{Columns, ReadRow};
use crate::read_models::{UnpostedFold, WaitingLinesFold};
use crate::{Freshness, Projection, Projections, QueryError};

/// Things that wait, of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pending {
    /// How many.
    pub count: u64,
    /// What the one with the earliest day waits for.
    pub first: Option<String>,
    /// Its day.
    pub first_date: Option<Date>,
}

/// What waits, of all months up to one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingWork {
    /// Events that wait to be posted; the first by the stable code of why, and its key.
    pub unposted: Pending,
    /// Lines of sales that wait for their product; the first by its SKU.
    pub waiting_lines: Pending,
    /// The answer includes every event up to here.
    pub position: Position,
}

/// The one row of such a question about the read model of `P`.
struct Counted<P>(Pending, std::marker::PhantomData<P>);

impl<P: Projection> ReadRow for Counted<P> {
    type Of = P;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        let pending = Pending {
            count: columns.count("waiting")?,
            first: columns.get("first")?,
            first_date: columns.get("first_date")?,
        };
        Ok(Self(pending, std::marker::PhantomData))
    }
}

impl Projections {
    /// What waits of a month and those before it, by business date.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn pending_work(
        &self,
        through: Month,
        freshness: Freshness,
    ) -> Result<PendingWork, QueryError> {
        let sql = include_str!("../sql/count_unposted.sql");
        let (unposted, position) = self
            .count_pending::<UnpostedFold>(sql, through, freshness)
            .await?;
        let sql = include_str!("../sql/count_waiting_lines.sql");
        let (waiting_lines, lines_position) = self
            .count_pending::<WaitingLinesFold>(sql, through, freshness)
            .await?;
        Ok(PendingWork {
            unposted,
            waiting_lines,
            position: position.min(lines_position),
        })
    }

    async fn count_pending<P: Projection>(
        &self,
        sql: &str,
        through: Month,
        freshness: Freshness,
    ) -> Result<(Pending, Position), QueryError> {
        let before = self.wait_for(P::NAME, freshness).await?;
        let (row, position) = self
            .row::<Counted<P>>(sql, &[&through.last_day()], before)
            .await?;
        Ok((
            row.map(|Counted(pending, _)| pending).unwrap_or_default(),
            position,
        ))
    }
}
