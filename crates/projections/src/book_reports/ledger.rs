//! The ledger of an account: its lines by accounting date, each with the balance after it.
//!
//! What went before the first line is summed once, over days; from then on the key of a page carries the balance. Both are
//! read at one position: the days as they are, and of the lines those up to there.

use jiff::civil::Date;
use posars_domain::journal::{EntryLine, EntrySource};
use posars_domain::{AccountCode, Amount, CostCenterId, EntryId, Month, PartyId, StoreId};
use posars_event_store::Position;

use super::journal::{lines_of, source_of};
use super::sums::{BookScope, minus, plus};
use crate::read::{Columns, FIRST_DAY, LAST_DAY, ReadRow, key_part, sql_position};
use crate::read_models::{AccountDaysFold, JournalEntriesFold, LedgerLinesFold};
use crate::{Freshness, Page, PageRequest, Projection as _, Projections, QueryError};

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerLine {
    /// Its entry.
    pub entry_id: EntryId,
    /// The entry's number.
    pub number: u64,
    /// Its place in the entry, from 1.
    pub line: u32,
    /// The day it counts for in the books.
    pub accounting_date: Date,
    /// The day of what it is posted for.
    pub business_date: Date,
    /// The month of the business date, when that was closed already.
    pub late_for: Option<Month>,
    /// What the entry is for.
    pub memo: String,
    /// The event that it is posted for.
    pub source: Option<EntrySource>,
    /// As it was posted: debit or credit, store, cost centre, party, document.
    pub posted: EntryLine,
    /// The balance after it, of what the filter leaves: debit above zero, credit below.
    pub balance: Amount,
    /// Where the log recorded the entry.
    pub position: Position,
}

/// A page of the ledger of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerPage {
    /// The balance before its first line.
    pub opening: Amount,
    /// The lines.
    pub lines: Page<LedgerLine>,
}

/// Which lines to list: those that fit all that is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerFilter {
    /// The account.
    pub account: AccountCode,
    /// First accounting date.
    pub from: Option<Date>,
    /// Last accounting date, included.
    pub to: Option<Date>,
    /// Of which store and cost centre.
    pub scope: BookScope,
    /// Only what is of this party.
    pub party: Option<PartyId>,
}

impl ReadRow for LedgerLine {
    type Of = LedgerLinesFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        let line: i32 = columns.get("line")?;
        let line: u32 = columns.narrow("line", line)?;
        let place = usize::try_from(line).unwrap_or(usize::MAX).checked_sub(1);
        let posted = place.and_then(|place| {
            lines_of(columns)
                .map(|lines| lines.into_iter().nth(place))
                .transpose()
        });
        Ok(Self {
            entry_id: EntryId::new(columns.get("entry_id")?),
            number: columns.count("number")?,
            line,
            accounting_date: columns.get("accounting_date")?,
            business_date: columns.get("business_date")?,
            late_for: columns.parse_maybe("late_for")?,
            memo: columns.get("memo")?,
            source: source_of(columns)?,
            posted: posted.ok_or_else(|| columns.unreadable("line", &"the entry has no such line"))??,
            // Known when those before it are.
            balance: Amount::default(),
            position: columns.position("position")?,
        })
    }
}

/// The balance before a day, of the read model of `P`.
struct Before<P>(Amount, std::marker::PhantomData<P>);

impl<P: crate::Projection> ReadRow for Before<P> {
    type Of = P;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        Ok(Self(columns.amount("balance_minor")?, std::marker::PhantomData))
    }
}

/// Where a page of the ledger begins.
struct Start {
    after: (Date, i64, i32),
    balance: Amount,
    /// The lines are those up to here.
    at: Position,
}

impl Projections {
    /// A page of the ledger of an account, by accounting date and in the order of the log.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_ledger_lines(
        &self,
        filter: &LedgerFilter,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<LedgerPage, QueryError> {
        let (start, needed) = match page.key::<4>()? {
            Some([day, position, line, balance]) => {
                let start = Start {
                    after: (key_part(day)?, key_part(position)?, key_part(line)?),
                    balance: Amount::from_minor(key_part(balance)?),
                    at: page.at.unwrap_or(Position::new(u64::MAX)),
                };
                (start, page.at.unwrap_or(freshness.min_position))
            }
            None => {
                let start = self.before(filter, freshness).await?;
                let needed = start.at;
                (start, needed)
            }
        };
        let before = self.follow(LedgerLinesFold::NAME, needed).await?;
        self.follow(JournalEntriesFold::NAME, needed).await?;
        let (day, position, line) = start.after;
        let (store, center, party) = (
            filter.scope.store_id.as_ref().map(StoreId::as_str),
            filter.scope.cost_center.as_ref().map(CostCenterId::as_str),
            filter.party.as_ref().map(PartyId::as_str),
        );
        let (to, at) = (filter.to.unwrap_or(LAST_DAY), sql_position(start.at));
        let sql = include_str!("../sql/list_ledger_lines.sql");
        let (mut rows, _) = self
            .rows::<LedgerLine>(
                sql,
                &[
                    &filter.account.as_str(),
                    &day,
                    &position,
                    &line,
                    &to,
                    &at,
                    &store,
                    &center,
                    &party,
                    &page.sql_limit(),
                ],
                before,
            )
            .await?;
        let mut balance = start.balance;
        for row in &mut rows {
            balance = minus(plus(balance, row.posted.debit)?, row.posted.credit)?;
            row.balance = balance;
        }
        let lines = Page::cut(rows, page, start.at.min(before), |line| {
            vec![
                line.accounting_date.to_string(),
                line.position.to_string(),
                line.line.to_string(),
                line.balance.minor().to_string(),
            ]
        });
        Ok(LedgerPage {
            opening: start.balance,
            lines,
        })
    }

    /// Where the first page begins: the balance before the first day, and the position that it includes.
    async fn before(&self, filter: &LedgerFilter, freshness: Freshness) -> Result<Start, QueryError> {
        let first = filter.from.unwrap_or(FIRST_DAY);
        let (account, store, center) = (
            filter.account.as_str(),
            filter.scope.store_id.as_ref().map(StoreId::as_str),
            filter.scope.cost_center.as_ref().map(CostCenterId::as_str),
        );
        let (balance, at) = match &filter.party {
            None => {
                let before = self.wait_for(AccountDaysFold::NAME, freshness).await?;
                let sql = include_str!("../sql/sum_account_before.sql");
                let (row, at) = self
                    .row::<Before<AccountDaysFold>>(sql, &[&account, &first, &store, &center], before)
                    .await?;
                (row.map(|Before(balance, _)| balance), at)
            }
            Some(party) => {
                let before = self.wait_for(LedgerLinesFold::NAME, freshness).await?;
                let sql = include_str!("../sql/sum_party_before.sql");
                let party = party.as_str();
                let (row, at) = self
                    .row::<Before<LedgerLinesFold>>(sql, &[&account, &first, &store, &center, &party], before)
                    .await?;
                (row.map(|Before(balance, _)| balance), at)
            }
        };
        Ok(Start {
            after: (first, 0, 0),
            balance: balance.unwrap_or_default(),
            at,
        })
    }
}
