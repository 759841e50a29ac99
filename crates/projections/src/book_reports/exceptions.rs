//! Lines of statements, and what of the books somebody has to look at.

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::open_item::MatchKeys;
use posars_domain::statement_line::{StatementKind, UnmatchedReason};
use posars_domain::{
    AccountCode, Amount, Currency, Month, OpenItemId, SettlementId, StatementLineId, StoreId,
};
use posars_event_store::Position;
use uuid::Uuid;

use crate::listing::Listing;
use crate::read::{Columns, LAST_DAY, ReadRow, day_key};
use crate::read_models::books::statement_lines::Told;
use crate::read_models::books::unposted::Waits;
use crate::read_models::{StatementLineState, StatementLinesFold, UnpostedFold};
use crate::row::StoredRow as _;
use crate::{Freshness, Page, PageRequest, Projection as _, Projections, QueryError};

/// A line of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementLineRow {
    /// The line.
    pub line_id: StatementLineId,
    /// Whose statement it is.
    pub kind: StatementKind,
    /// Which acquirer, bank or account.
    pub source: String,
    /// The day of the payment.
    pub date: Date,
    /// The currency of the amounts.
    pub currency: Currency,
    /// What was paid, before fees.
    pub gross: Amount,
    /// What was kept.
    pub fee: Amount,
    /// What moved.
    pub net: Amount,
    /// What it knows the thing owed by.
    pub keys: MatchKeys,
    /// Which instalment, where it says.
    pub installment: Option<u16>,
    /// The reference of the line itself.
    pub reference: Option<String>,
    /// The account that the money went to.
    pub money_account: AccountCode,
    /// What became of it.
    pub state: StatementLineState,
    /// Why it pays nothing, while it does not.
    pub unmatched: Option<UnmatchedReason>,
    /// The receivable that it paid, or would pay.
    pub item_id: Option<OpenItemId>,
    /// The instalment that it paid.
    pub paid_installment: Option<u16>,
    /// The settlement that it led to.
    pub settlement_id: Option<SettlementId>,
    /// By how much less is open.
    pub amount: Option<Amount>,
    /// What the terms had let expect to be kept, where that is something else.
    pub expected_fee: Option<Amount>,
    /// Whether somebody chose what it pays.
    pub by_hand: bool,
    /// The account on the other side, when it was written off.
    pub counter: Option<AccountCode>,
    /// Why it was written off.
    pub write_off_reason: Option<String>,
    /// When the log accepted it.
    pub recorded_at: Timestamp,
    /// Where the log recorded it.
    pub position: Position,
}

/// Which lines of statements to list: those that fit all that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatementLineFilter {
    /// Only those that stand so.
    pub state: Option<StatementLineState>,
    /// Only of statements of this kind.
    pub kind: Option<StatementKind>,
    /// Only of this acquirer, bank or account.
    pub source: Option<String>,
    /// First day.
    pub from: Option<Date>,
    /// Last day, included.
    pub to: Option<Date>,
    /// Only those of which another fee was kept than expected.
    pub fee_differs: bool,
}

impl ReadRow for StatementLineRow {
    type Of = StatementLinesFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        let state: StatementLineState = columns.parse("state")?;
        let reason: Option<&str> = columns.get("reason")?;
        let keys = serde_json::from_str(columns.get("keys")?);
        let number = |column| {
            let number: Option<i32> = columns.get(column)?;
            number.map(|number| columns.narrow(column, number)).transpose()
        };
        let amount =
            |column| Ok::<_, QueryError>(columns.get::<Option<i64>>(column)?.map(Amount::from_minor));
        let is = |of: StatementLineState| reason.filter(|_| state == of);
        let unmatched = is(StatementLineState::Unmatched).map(|reason| columns.read("reason", reason));
        Ok(Self {
            line_id: StatementLineId::new(columns.get("line_id")?),
            kind: columns.parse("kind")?,
            source: columns.get("source")?,
            date: columns.get("date")?,
            currency: columns.parse("currency")?,
            gross: columns.amount("gross_minor")?,
            fee: columns.amount("fee_minor")?,
            net: columns.amount("net_minor")?,
            keys: keys.map_err(|problem| columns.unreadable("keys", &problem))?,
            installment: number("installment")?,
            reference: columns.get("reference")?,
            money_account: columns.parse("money_account")?,
            state,
            unmatched: unmatched.transpose()?,
            item_id: columns.get::<Option<Uuid>>("item_id")?.map(OpenItemId::new),
            paid_installment: number("paid_installment")?,
            settlement_id: columns
                .get::<Option<Uuid>>("settlement_id")?
                .map(SettlementId::new),
            amount: amount("amount_minor")?,
            expected_fee: amount("expected_fee_minor")?,
            by_hand: columns.get::<Option<bool>>("by_hand")? == Some(true),
            counter: columns.parse_maybe("counter")?,
            write_off_reason: is(StatementLineState::WrittenOff).map(str::to_owned),
            recorded_at: columns.get("recorded_at")?,
            position: columns.position("position")?,
        })
    }
}

/// An event that waits to be posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnpostedRow {
    /// What it waits for.
    pub waits_for: String,
    /// The stable code of why.
    pub reason: String,
    /// What is missing, and the next step.
    pub problem: String,
    /// Its type.
    pub event_type: String,
    /// Its place in the log.
    pub source_position: Position,
    /// Its id.
    pub source_event_id: Uuid,
    /// Its store.
    pub store_id: Option<StoreId>,
    /// The day it counts for.
    pub business_date: Date,
    /// Since when it waits.
    pub waits_since: Timestamp,
    /// The event that says so.
    pub position: Position,
}

impl ReadRow for UnpostedRow {
    type Of = UnpostedFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        Ok(Self {
            waits_for: columns.get("wait_key")?,
            reason: columns.get("reason")?,
            problem: columns.get("problem")?,
            event_type: columns.get("event_type")?,
            source_position: columns.position("source_position")?,
            source_event_id: columns.get("source_event_id")?,
            store_id: columns.parse_maybe("store_id")?,
            business_date: columns.get("business_date")?,
            waits_since: columns.get("waits_since")?,
            position: columns.position("position")?,
        })
    }
}

/// What is wrong with something in the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FinanceExceptionKind {
    /// An event waits to be posted.
    Unposted,
    /// A line of a statement pays nothing.
    Unmatched,
    /// More or less was kept of a payment than the terms had let expect.
    FeeDifference,
}

impl FinanceExceptionKind {
    const ALL: [Self; 3] = [Self::Unposted, Self::Unmatched, Self::FeeDifference];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unposted => "unposted",
            Self::Unmatched => "unmatched",
            Self::FeeDifference => "fee_difference",
        }
    }
}

/// Something of the books that somebody has to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FinanceException {
    /// An event waits to be posted.
    Unposted(UnpostedRow),
    /// A line of a statement pays nothing.
    Unmatched(Box<StatementLineRow>),
    /// Another fee was kept than expected.
    FeeDifference(Box<StatementLineRow>),
}

impl FinanceException {
    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> FinanceExceptionKind {
        match self {
            Self::Unposted(_) => FinanceExceptionKind::Unposted,
            Self::Unmatched(_) => FinanceExceptionKind::Unmatched,
            Self::FeeDifference(_) => FinanceExceptionKind::FeeDifference,
        }
    }

    fn key(&self) -> Vec<String> {
        let (day, position) = match self {
            Self::Unposted(row) => (row.business_date, row.position),
            Self::Unmatched(line) | Self::FeeDifference(line) => (line.date, line.position),
        };
        vec![
            self.kind().as_str().to_owned(),
            day.to_string(),
            position.to_string(),
        ]
    }
}

/// Which exceptions to list: those that fit all that is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FinanceExceptionFilter {
    /// Only of this kind.
    pub kind: Option<FinanceExceptionKind>,
    /// Only of this month, by business date.
    pub month: Option<Month>,
}

impl Projections {
    /// A line of a statement, with the position that the answer includes; none while it is unknown.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn statement_line(
        &self,
        line_id: StatementLineId,
        freshness: Freshness,
    ) -> Result<(Option<StatementLineRow>, Position), QueryError> {
        let before = self.wait_for(StatementLinesFold::NAME, freshness).await?;
        let line_id = line_id.uuid();
        let listing = Listing::of(Told::TABLE, &[]).only("line_id", Some(&line_id));
        self.get(listing, before).await
    }

    /// Lines of statements by day, then in the order of the log.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_statement_lines(
        &self,
        filter: &StatementLineFilter,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<StatementLineRow>, QueryError> {
        let before = self.wait_for(StatementLinesFold::NAME, freshness).await?;
        let (state, kind) = (
            filter.state.map(StatementLineState::as_str),
            filter.kind.map(StatementKind::as_str),
        );
        let (day, position) = day_key(page, filter.from)?;
        let (to, at) = (filter.to.unwrap_or(LAST_DAY), page.sql_at());
        let listing = Listing::of(Told::TABLE, &["date", "position"])
            .only("state", state.as_ref())
            .only("kind", kind.as_ref())
            .only("source", filter.source.as_ref())
            .with_value("expected_fee_minor", filter.fee_differs.then_some(true))
            .after(&[&day, &position])
            .up_to("date", &to)
            .up_to("position", &at);
        self.list_page(listing, page, before, |line: &StatementLineRow| {
            vec![line.date.to_string(), line.position.to_string()]
        })
        .await
    }

    /// Events that wait to be posted, by business date, then in the order of the log.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_unposted(
        &self,
        month: Option<Month>,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<UnpostedRow>, QueryError> {
        let before = self.wait_for(UnpostedFold::NAME, freshness).await?;
        let (day, position) = day_key(page, month.map(Month::first_day))?;
        let (to, at) = (month.map_or(LAST_DAY, Month::last_day), page.sql_at());
        let listing = Listing::of(Waits::TABLE, &["business_date", "position"])
            .after(&[&day, &position])
            .up_to("business_date", &to)
            .up_to("position", &at);
        self.list_page(listing, page, before, |row: &UnpostedRow| {
            vec![row.business_date.to_string(), row.position.to_string()]
        })
        .await
    }

    /// What somebody has to look at, by kind and day.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_finance_exceptions(
        &self,
        filter: &FinanceExceptionFilter,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<FinanceException>, QueryError> {
        let mut rows: Vec<FinanceException> = Vec::new();
        let mut position: Option<Position> = None;
        let mut after = page.key::<3>()?;
        let begins_at = after.map(|[kind, ..]| kind);
        let kinds = FinanceExceptionKind::ALL.into_iter();
        // Those of the page before are through.
        let kinds = kinds.skip_while(|kind| begins_at.is_some_and(|word| word != kind.as_str()));
        for kind in kinds.filter(|kind| filter.kind.is_none_or(|only| only == *kind)) {
            let part = PageRequest {
                rows_max: page.rows_max,
                after: after
                    .take()
                    .map(|[_, day, place]| vec![day.to_owned(), place.to_owned()]),
                at: page.at,
            };
            let found = self.exceptions_of(kind, filter.month, &part, freshness).await?;
            position = Some(position.map_or(found.position, |earlier| earlier.min(found.position)));
            let is_full = found.next.is_some();
            rows.extend(found.rows);
            if is_full {
                // One more than fits tells that there is a next page.
                rows.truncate(usize::try_from(page.limit()).unwrap_or(usize::MAX));
                let next = rows.last().map(FinanceException::key);
                let position = position.unwrap_or(Position::START);
                return Ok(Page { rows, next, position });
            }
        }
        let position = position.unwrap_or(Position::START);
        Ok(Page::cut(rows, page, position, FinanceException::key))
    }

    async fn exceptions_of(
        &self,
        kind: FinanceExceptionKind,
        month: Option<Month>,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<FinanceException>, QueryError> {
        let lines = StatementLineFilter {
            state: (kind == FinanceExceptionKind::Unmatched).then_some(StatementLineState::Unmatched),
            fee_differs: kind == FinanceExceptionKind::FeeDifference,
            from: month.map(Month::first_day),
            to: month.map(Month::last_day),
            ..StatementLineFilter::default()
        };
        match kind {
            FinanceExceptionKind::Unposted => {
                let page = self.list_unposted(month, page, freshness).await?;
                Ok(page.map(FinanceException::Unposted))
            }
            FinanceExceptionKind::Unmatched => {
                let page = self.list_statement_lines(&lines, page, freshness).await?;
                Ok(page.map(|line| FinanceException::Unmatched(Box::new(line))))
            }
            FinanceExceptionKind::FeeDifference => {
                let page = self.list_statement_lines(&lines, page, freshness).await?;
                Ok(page.map(|line| FinanceException::FeeDifference(Box::new(line))))
            }
        }
    }
}

impl<T> Page<T> {
    fn map<U>(self, change: impl Fn(T) -> U) -> Page<U> {
        Page {
            rows: self.rows.into_iter().map(change).collect(),
            next: self.next,
            position: self.position,
        }
    }
}
