//! The calendar of leaves: who is away when.

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::employee::AbsenceKind;
use posars_domain::{EmployeeId, LeaveId, StoreId};
use posars_event_store::Position;
use uuid::Uuid;

use crate::listing::Listing;
use crate::read::{Columns, FIRST_DAY, LAST_DAY, ReadRow, key_part};
use crate::read_models::people::leaves::Registered;
use crate::read_models::{EmployeeTermsFold, LeavesFold};
use crate::row::StoredRow as _;
use crate::{Freshness, Page, PageRequest, Projection as _, Projections, QueryError};

/// A leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaveRow {
    /// Who is away.
    pub employee_id: EmployeeId,
    /// The leave.
    pub leave_id: LeaveId,
    /// Why.
    pub kind: AbsenceKind,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// Why it was.
    pub cancel_reason: Option<String>,
    /// Where the employee works on the first day; none where only the leave is read.
    pub store_id: Option<StoreId>,
    /// As what, on that day.
    pub job: Option<String>,
    /// When the log accepted it, as it was told last.
    pub recorded_at: Timestamp,
    /// The event that registered it first.
    pub position: Position,
    /// The last event of it.
    pub last_position: Position,
}

/// Which leaves to list: those that fit all that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeaveFilter {
    /// Only those with a day from this one on.
    pub from: Option<Date>,
    /// Only those with a day up to this one.
    pub to: Option<Date>,
    /// Only of those who work in one of these stores on the first day; none for all.
    pub stores: Option<Vec<StoreId>>,
    /// Only of this employee.
    pub employee_id: Option<EmployeeId>,
    /// Only of this kind.
    pub kind: Option<AbsenceKind>,
    /// Those that were cancelled, too.
    pub with_cancelled: bool,
}

impl ReadRow for LeaveRow {
    type Of = LeavesFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        let store: Option<Option<&str>> = columns.detail("store_id")?;
        let store = store.flatten().map(|store| columns.read("store_id", store));
        Ok(Self {
            employee_id: columns.parse("employee_id")?,
            leave_id: LeaveId::new(columns.get("leave_id")?),
            kind: columns.parse("kind")?,
            from: columns.get("from_date")?,
            to: columns.get("to_date")?,
            cancelled: columns.get("cancelled")?,
            cancel_reason: columns.get("cancel_reason")?,
            store_id: store.transpose()?,
            job: columns.detail("job")?.flatten(),
            recorded_at: columns.get("recorded_at")?,
            position: columns.position("position")?,
            last_position: columns.position("last_position")?,
        })
    }
}

impl Projections {
    /// Leaves by first day, employee and id.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_leaves(
        &self,
        filter: &LeaveFilter,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<LeaveRow>, QueryError> {
        let before = self.wait_for(LeavesFold::NAME, freshness).await?;
        self.follow(EmployeeTermsFold::NAME, before).await?;
        let (day, employee, leave) = match page.key::<3>()? {
            Some([day, employee, leave]) => (key_part(day)?, employee, key_part::<Uuid>(leave)?),
            None => (FIRST_DAY, "", Uuid::nil()),
        };
        let (from, to) = (filter.from.unwrap_or(FIRST_DAY), filter.to.unwrap_or(LAST_DAY));
        let stores = filter.stores.as_ref();
        let stores: Option<Vec<&str>> = stores.map(|stores| stores.iter().map(StoreId::as_str).collect());
        let kind = filter.kind.as_ref().map(AbsenceKind::as_str);
        let (cancelled, limit) = (filter.with_cancelled, page.sql_limit());
        let (rows, position) = if let Some(only) = &filter.employee_id {
            let sql = include_str!("../sql/list_leaves_of_employee.sql");
            let only = only.as_str();
            self.rows(
                sql,
                &[
                    &from, &to, &only, &stores, &kind, &cancelled, &day, &leave, &limit,
                ],
                before,
            )
            .await?
        } else {
            let sql = include_str!("../sql/list_leaves.sql");
            self.rows(
                sql,
                &[
                    &from, &to, &stores, &kind, &cancelled, &day, &employee, &leave, &limit,
                ],
                before,
            )
            .await?
        };
        Ok(Page::cut(rows, page, position, |row: &LeaveRow| {
            vec![
                row.from.to_string(),
                row.employee_id.to_string(),
                row.leave_id.to_string(),
            ]
        }))
    }

    /// A leave and the position that the answer includes; none while it is unknown.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn leave(
        &self,
        employee_id: &EmployeeId,
        leave_id: LeaveId,
        freshness: Freshness,
    ) -> Result<(Option<LeaveRow>, Position), QueryError> {
        let before = self.wait_for(LeavesFold::NAME, freshness).await?;
        let (employee, leave) = (employee_id.as_str(), leave_id.uuid());
        let listing = Listing::of(Registered::TABLE, &[])
            .only("employee_id", Some(&employee))
            .only("leave_id", Some(&leave));
        self.get(listing, before).await
    }
}
