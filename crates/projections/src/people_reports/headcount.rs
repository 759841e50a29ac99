//! Headcount: how many work where and as what at the end of each month, and who came and left.
//!
//! It is counted from the employments and from the terms that hold on each day, so what is told late or for earlier days is in
//! the months that it is for. An erasure changes nothing here.

use jiff::civil::Date;
use posars_domain::{FIRST_DAY, LAST_DAY, Month, StoreId};

use crate::read::{Columns, ReadRow};
use crate::read_models::{EmployeeStintsFold, EmployeeTermsFold, LeavesFold};
use crate::{Freshness, Page, PageRequest, Projection as _, Projections, QueryError, searched};

/// Most months of one answer: ten years, and the month in which they are over.
pub const HEADCOUNT_MONTHS_MAX: u32 = 121;

/// Employees of a store and a job in a month. Transfers are in nobody's figure of those who came or left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadcountRow {
    /// The month.
    pub month: Month,
    /// The day that is counted: the month's last, or the last one asked for.
    pub day: Date,
    /// The store.
    pub store_id: StoreId,
    /// What people call it; its id while it has no name.
    pub store_name: String,
    /// What they work as.
    pub job: String,
    /// How many worked there on that day, those on leave included.
    pub employees: u64,
    /// How many of them were on leave.
    pub on_leave: u64,
    /// How many admissions there were on the days of the month that are asked for.
    pub hired: u64,
    /// For how many one of these days was the last.
    pub terminated: u64,
}

/// Which days are counted, and whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeadcountFilter {
    /// The first day; days before 2000 are not counted.
    pub from: Date,
    /// The last day. No more than [`HEADCOUNT_MONTHS_MAX`] months are counted, and none after 2099.
    pub to: Date,
    /// Only those who work in one of these stores; none for all.
    pub stores: Option<Vec<StoreId>>,
    /// Only those who work as this, whatever its accents and capitals.
    pub job: Option<String>,
}

impl HeadcountFilter {
    /// All employees of one day.
    #[must_use]
    pub const fn on(day: Date) -> Self {
        Self {
            from: day,
            to: day,
            stores: None,
            job: None,
        }
    }

    /// The first and the last day that are counted: of months that have a name.
    fn counted(&self) -> (Date, Date) {
        let first = self.from.max(FIRST_DAY);
        let months = jiff::Span::new().months(HEADCOUNT_MONTHS_MAX);
        let end = first.first_of_month().saturating_add(months);
        let last = end.yesterday().unwrap_or(end).min(LAST_DAY);
        let before = FIRST_DAY.yesterday().unwrap_or(FIRST_DAY);
        (first, self.to.min(last).max(before))
    }
}

impl ReadRow for HeadcountRow {
    type Of = EmployeeStintsFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        Ok(Self {
            month: columns.parse("month")?,
            day: columns.get("last_day")?,
            store_id: columns.parse("store_id")?,
            store_name: columns.get("store_name")?,
            job: columns.get("job")?,
            employees: columns.count("employees")?,
            on_leave: columns.count("on_leave")?,
            hired: columns.count("hired")?,
            terminated: columns.count("terminated")?,
        })
    }
}

impl Projections {
    /// Headcount by month, store and job.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn headcount(
        &self,
        filter: &HeadcountFilter,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<HeadcountRow>, QueryError> {
        let before = self.wait_for_named(EmployeeStintsFold::NAME, freshness).await?;
        self.follow(EmployeeTermsFold::NAME, before).await?;
        self.follow(LeavesFold::NAME, before).await?;
        let (first, last) = filter.counted();
        let [month, store, job_after] = page.key::<3>()?.unwrap_or_default();
        let stores = filter.stores.as_ref();
        let stores: Option<Vec<&str>> = stores.map(|stores| stores.iter().map(StoreId::as_str).collect());
        let job = filter.job.as_deref().map(searched);
        let sql = include_str!("../sql/sum_headcount.sql");
        let (rows, position) = self
            .rows(
                sql,
                &[
                    &first,
                    &last,
                    &stores,
                    &job,
                    &month,
                    &store,
                    &job_after,
                    &page.sql_limit(),
                ],
                before,
            )
            .await?;
        Ok(Page::cut(rows, page, position, |row: &HeadcountRow| {
            vec![row.month.to_string(), row.store_id.to_string(), row.job.clone()]
        }))
    }
}
