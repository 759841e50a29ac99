//! Periods: the months of the books, from the first to the last that something was posted to, and how each stands.

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::books::TrialBalanceRow;
use posars_domain::{Currency, Month};
use posars_event_store::Position;

use super::chart_tree::cut_after;
use crate::read::{Columns, ReadRow, position_from};
use crate::read_models::{AccountDaysFold, PeriodState, PeriodsFold};
use crate::{Freshness, Page, PageRequest, Projection as _, Projections, QueryError};

/// A month of the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// The month.
    pub month: Month,
    /// How it stands.
    pub state: PeriodState,
    /// Its seal, while it is closed; none when it was closed with a later month.
    pub seal: Option<PeriodSeal>,
    /// When it was locked, itself.
    pub locked_at: Option<Timestamp>,
    /// How often it was opened again.
    pub reopened: u32,
    /// Why it was opened again last.
    pub reopen_reason: Option<String>,
}

/// What a month was sealed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodSeal {
    /// When.
    pub closed_at: Timestamp,
    /// Every entry of the month stands before this position.
    pub up_to_position: Position,
    /// The currency of the amounts.
    pub currency: Currency,
    /// SHA-256 of the trial balance, in lower-case hexadecimal.
    pub sha256: String,
    /// The trial balance as the event has it, which is what the hash is of; none in a list.
    pub trial_balance: Option<String>,
}

impl PeriodSeal {
    /// The rows of the trial balance; none in a list.
    ///
    /// # Errors
    /// [`QueryError::Unreadable`] when they are not what this build reads.
    pub fn rows(&self) -> Result<Vec<TrialBalanceRow>, QueryError> {
        let text = self.trial_balance.as_deref().unwrap_or("[]");
        serde_json::from_str(text).map_err(|problem| QueryError::Unreadable {
            table: PeriodsFold::NAME,
            problem: problem.to_string(),
        })
    }
}

/// When the books began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BooksBeginning {
    /// The currency that they are kept in.
    pub currency: Currency,
    /// Their first day; none when all that ever happened is posted.
    pub begins_on: Option<Date>,
}

/// What the table tells of a month, or of the beginning.
struct Row {
    month: Option<Month>,
    state: PeriodState,
    closed_at: Option<Timestamp>,
    up_to_position: Option<i64>,
    currency: Option<Currency>,
    sha256: Option<String>,
    trial_balance: Option<String>,
    locked_at: Option<Timestamp>,
    reopened: i32,
    reason: Option<String>,
    begins_on: Option<Date>,
}

impl ReadRow for Row {
    type Of = PeriodsFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        Ok(Self {
            month: columns.parse_unless_empty("month")?,
            state: columns.parse("state")?,
            closed_at: columns.get("closed_at")?,
            up_to_position: columns.get("up_to_position")?,
            currency: columns.parse_maybe("currency")?,
            sha256: columns.get("sha256")?,
            trial_balance: columns.get("trial_balance")?,
            locked_at: columns.get("locked_at")?,
            reopened: columns.get("reopened")?,
            reason: columns.get("reason")?,
            begins_on: columns.get("begins_on")?,
        })
    }
}

impl Row {
    fn seal(&self) -> Option<PeriodSeal> {
        if matches!(self.state, PeriodState::Open | PeriodState::Closing) {
            return None;
        }
        Some(PeriodSeal {
            closed_at: self.closed_at?,
            up_to_position: position_from(self.up_to_position?),
            currency: self.currency?,
            sha256: self.sha256.clone()?,
            trial_balance: self.trial_balance.clone(),
        })
    }
}

/// The first and the last day that something was posted to.
struct Posted(Option<Date>, Option<Date>);

impl ReadRow for Posted {
    type Of = AccountDaysFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        Ok(Self(columns.get("first")?, columns.get("last")?))
    }
}

/// All that the table has, with the months that something was posted to.
struct Months {
    beginning: Option<Row>,
    rows: Vec<Row>,
    first: Option<Month>,
    last: Option<Month>,
    position: Position,
}

impl Months {
    /// How a month stands, which the months after it tell as well: they close and are locked with all before them.
    fn period(&self, month: Month) -> Period {
        let own = self.rows.iter().find(|row| row.month == Some(month));
        let later = self.rows.iter().filter(|row| row.month >= Some(month));
        let mut state = own.map_or(PeriodState::Open, |row| row.state);
        for row in later {
            state = match (row.state, state) {
                (PeriodState::Locked, _) => PeriodState::Locked,
                (PeriodState::Closed, PeriodState::Open) => PeriodState::Closed,
                (PeriodState::Open | PeriodState::Closing | PeriodState::Closed, state) => state,
            };
        }
        Period {
            month,
            state,
            seal: own.and_then(Row::seal),
            locked_at: own.and_then(|row| row.locked_at),
            reopened: own.map_or(0, |row| u32::try_from(row.reopened).unwrap_or(0)),
            reopen_reason: own.and_then(|row| row.reason.clone()),
        }
    }

    fn all(&self) -> impl Iterator<Item = Month> {
        let last = self.last;
        let months = std::iter::successors(self.first, |month| month.next());
        months.take_while(move |month| last.is_some_and(|last| *month <= last))
    }
}

impl Projections {
    /// All months, with the trial balance of one of them at most.
    async fn months(&self, sealed: Option<Month>, freshness: Freshness) -> Result<Months, QueryError> {
        let before = self.wait_for(PeriodsFold::NAME, freshness).await?;
        let sql = include_str!("../sql/all_periods.sql");
        let sealed = sealed.map(|month| month.to_string()).unwrap_or_default();
        let (mut rows, position) = self.rows::<Row>(sql, &[&sealed], before).await?;
        let before = self.wait_for(AccountDaysFold::NAME, freshness).await?;
        let sql = include_str!("../sql/first_and_last_day.sql");
        let (posted, posted_at) = self.row::<Posted>(sql, &[], before).await?;
        let Posted(first, last) = posted.unwrap_or(Posted(None, None));
        let beginning = rows.iter().position(|row| row.month.is_none());
        let beginning = beginning.map(|place| rows.remove(place));
        let begins_on = beginning.as_ref().and_then(|row| row.begins_on);
        let month = |day: Option<Date>| day.and_then(Month::of);
        let told = rows.iter().filter_map(|row| row.month);
        let first = told.clone().chain(month(first)).chain(month(begins_on)).min();
        let last = told.chain(month(last)).chain(month(begins_on)).max();
        Ok(Months {
            beginning,
            rows,
            first,
            last,
            position: position.min(posted_at),
        })
    }

    /// The months of the books in their order, from the first to the last that something was posted to.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_periods(
        &self,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<Period>, QueryError> {
        let months = self.months(None, freshness).await?;
        let periods: Vec<Period> = months.all().map(|month| months.period(month)).collect();
        cut_after(periods, page, months.position, |period| {
            vec![period.month.to_string()]
        })
    }

    /// A month of the books with its seal, and the position that the answer includes. A month that nothing happened in is
    /// open, or closed with a later one.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn period(&self, month: Month, freshness: Freshness) -> Result<(Period, Position), QueryError> {
        let months = self.months(Some(month), freshness).await?;
        Ok((months.period(month), months.position))
    }

    /// When the books began and in which currency they are kept; none while they have not begun.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn books_beginning(
        &self,
        freshness: Freshness,
    ) -> Result<(Option<BooksBeginning>, Position), QueryError> {
        let months = self.months(None, freshness).await?;
        let beginning = months.beginning.and_then(|row| {
            Some(BooksBeginning {
                currency: row.currency?,
                begins_on: row.begins_on,
            })
        });
        Ok((beginning, months.position))
    }
}
