//! Payrolls, and what they cost by month, store, cost centre and job.

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::payroll::{Payroll, PayrollCost, PayrollLine, WageAmounts};
use posars_domain::{
    Aggregate as _, CostCenterId, Currency, EmployeeId, Month, Path, PayrollId, StoreId, SubjectId,
};
use posars_event_store::Position;
use uuid::Uuid;

use crate::column::JsonObject;
use crate::listing::Listing;
use crate::read::{Columns, ReadRow, key_part};
use crate::read_models::people::payroll_costs::CostChange;
use crate::read_models::people::payrolls::Recorded;
use crate::read_models::{PayrollCostsFold, PayrollsFold, SealedAt};
use crate::row::StoredRow as _;
use crate::{Freshness, Page, PageRequest, Projection as _, Projections, QueryError, searched};

/// A payroll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayrollRow {
    /// The payroll.
    pub payroll_id: PayrollId,
    /// The month that was worked.
    pub month: Month,
    /// The business day of the cost.
    pub business_date: Date,
    /// When the wages are paid.
    pub wages_due: Date,
    /// When the charges, and what was kept of the wages, are paid.
    pub charges_due: Date,
    /// The currency of every amount.
    pub currency: Currency,
    /// What people call it.
    pub memo: Option<String>,
    /// How many employees.
    pub employees: u32,
    /// What they got and cost together.
    pub amounts: WageAmounts,
    /// Whether it was voided.
    pub voided: bool,
    /// Why it was.
    pub void_reason: Option<String>,
    /// What each employee got, in the order of the payroll; none in a list.
    pub lines: Vec<PayrollLineRow>,
    /// The sums by store, cost centre and job; none in a list.
    pub costs: Vec<PayrollCost>,
    /// When the log accepted it.
    pub recorded_at: Timestamp,
    /// The event that recorded it.
    pub position: Position,
    /// The last event of it.
    pub last_position: Position,
}

/// What one employee got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayrollLineRow {
    /// The employee.
    pub employee_id: EmployeeId,
    /// The person.
    pub subject_id: SubjectId,
    /// The store that it is a cost of.
    pub store_id: StoreId,
    /// The cost centre; `None` is the store's own account.
    pub cost_center: Option<CostCenterId>,
    /// What the employee works as.
    pub job: String,
    /// How much.
    pub amounts: SealedAt<WageAmounts>,
}

/// Which payrolls to list: those of these months, all where nothing is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PayrollFilter {
    /// The first month.
    pub from: Option<Month>,
    /// The last month.
    pub to: Option<Month>,
}

/// What the payrolls of a month cost for a store, a cost centre and a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayrollCostRow {
    /// The month that was worked.
    pub month: Month,
    /// The store.
    pub store_id: StoreId,
    /// The cost centre; `None` is the store's own account.
    pub cost_center: Option<CostCenterId>,
    /// What they work as.
    pub job: String,
    /// The currency of the amounts.
    pub currency: Currency,
    /// How many wages: one per employee and payroll.
    pub wages: u64,
    /// What they come to; what they cost is gross and charges.
    pub amounts: WageAmounts,
}

/// Which costs to list: those that fit all that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PayrollCostFilter {
    /// The first month.
    pub from: Option<Month>,
    /// The last month.
    pub to: Option<Month>,
    /// Only of this store.
    pub store_id: Option<StoreId>,
    /// Only of this cost centre.
    pub cost_center: Option<CostCenterId>,
    /// Only of those who work as this, whatever its accents and capitals.
    pub job: Option<String>,
}

/// Before and after every month.
const FIRST_MONTH: &str = "";
const LAST_MONTH: &str = "9999-12";

fn amounts(columns: Columns<'_>) -> Result<WageAmounts, QueryError> {
    Ok(WageAmounts {
        gross: columns.amount("gross_minor")?,
        charges: columns.amount("charges_minor")?,
        net: columns.amount("net_minor")?,
    })
}

fn lines(columns: Columns<'_>, payroll_id: PayrollId) -> Result<Vec<PayrollLineRow>, QueryError> {
    let lines: Option<JsonObject<PayrollLine>> = columns.detail("lines")?;
    let stream = columns.stream_of(Payroll::CATEGORY, &payroll_id.to_string())?;
    let event_id: Uuid = columns.get("event_id")?;
    let row = |(place, line): (u32, PayrollLine)| {
        let index = columns.narrow("lines", place)?;
        Ok(PayrollLineRow {
            employee_id: line.employee_id,
            subject_id: line.subject_id,
            store_id: line.store_id,
            cost_center: line.cost_center,
            job: line.position,
            amounts: SealedAt {
                stream: stream.clone(),
                event_id,
                path: Path::line(index, "amounts"),
                data: line.amounts,
            },
        })
    };
    let lines = lines.into_iter().flat_map(|JsonObject(lines)| lines);
    lines.map(row).collect()
}

impl ReadRow for PayrollRow {
    type Of = PayrollsFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        let payroll_id = PayrollId::new(columns.get("payroll_id")?);
        let employees: i32 = columns.get("employees")?;
        let costs: Option<JsonObject<PayrollCost>> = columns.detail("costs")?;
        Ok(Self {
            payroll_id,
            month: columns.parse("month")?,
            business_date: columns.get("business_date")?,
            wages_due: columns.get("wages_due")?,
            charges_due: columns.get("charges_due")?,
            currency: columns.parse("currency")?,
            memo: columns.get("memo")?,
            employees: columns.narrow("employees", employees)?,
            amounts: amounts(columns)?,
            voided: columns.get("voided")?,
            void_reason: columns.get("void_reason")?,
            lines: lines(columns, payroll_id)?,
            costs: costs.map_or_else(Vec::new, |JsonObject(costs)| costs.into_values().collect()),
            recorded_at: columns.get("recorded_at")?,
            position: columns.position("position")?,
            last_position: columns.position("last_position")?,
        })
    }
}

impl ReadRow for PayrollCostRow {
    type Of = PayrollCostsFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        Ok(Self {
            month: columns.parse("month")?,
            store_id: columns.parse("store_id")?,
            cost_center: columns.parse_unless_empty("cost_center")?,
            job: columns.get("job")?,
            currency: columns.parse("currency")?,
            wages: columns.count("wages")?,
            amounts: amounts(columns)?,
        })
    }
}

fn month_or(month: Option<Month>, otherwise: &str) -> String {
    month.map_or_else(|| otherwise.to_owned(), |month| month.to_string())
}

impl Projections {
    /// Payrolls by month and in the order of the log, those that were voided too.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_payrolls(
        &self,
        filter: &PayrollFilter,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<PayrollRow>, QueryError> {
        let before = self.wait_for(PayrollsFold::NAME, freshness).await?;
        let first = month_or(filter.from, FIRST_MONTH);
        let (month, position) = match page.key::<2>()? {
            Some([month, position]) => (month, key_part(position)?),
            None => (first.as_str(), 0_i64),
        };
        let (last, at) = (month_or(filter.to, LAST_MONTH), page.sql_at());
        let listing = Listing::of(Recorded::TABLE, &["month", "position"])
            .after(&[&month, &position])
            .up_to("month", &last)
            .up_to("position", &at);
        self.list_page(listing, page, before, |payroll: &PayrollRow| {
            vec![payroll.month.to_string(), payroll.position.to_string()]
        })
        .await
    }

    /// A payroll with its lines and sums, and the position that the answer includes; none while it is unknown.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn payroll(
        &self,
        payroll_id: PayrollId,
        freshness: Freshness,
    ) -> Result<(Option<PayrollRow>, Position), QueryError> {
        let before = self.wait_for(PayrollsFold::NAME, freshness).await?;
        let id = payroll_id.uuid();
        let listing = Listing::of(Recorded::TABLE, &[])
            .with_details()
            .only("payroll_id", Some(&id));
        self.get(listing, before).await
    }

    /// What payrolls cost, by month, store, cost centre and job.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_payroll_costs(
        &self,
        filter: &PayrollCostFilter,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<PayrollCostRow>, QueryError> {
        let before = self.wait_for(PayrollCostsFold::NAME, freshness).await?;
        let first = month_or(filter.from, FIRST_MONTH);
        let [month, store, center, job, currency] =
            page.key::<5>()?.unwrap_or([first.as_str(), "", "", "", ""]);
        let last = month_or(filter.to, LAST_MONTH);
        let only_store = filter.store_id.as_ref().map(StoreId::as_str);
        let only_center = filter.cost_center.as_ref().map(CostCenterId::as_str);
        let only_job = filter.job.as_deref().map(searched);
        let listing = Listing::of(
            CostChange::TABLE,
            &["month", "store_id", "cost_center", "job", "currency"],
        )
        // What was voided leaves nothing.
        .not_zero("wages", true)
        .only("store_id", only_store.as_ref())
        .only("cost_center", only_center.as_ref())
        .only("searched", only_job.as_ref())
        .after(&[&month, &store, &center, &job, &currency])
        .up_to("month", &last);
        self.list_page(listing, page, before, |cost: &PayrollCostRow| {
            vec![
                cost.month.to_string(),
                cost.store_id.to_string(),
                cost.cost_center
                    .as_ref()
                    .map_or_else(String::new, ToString::to_string),
                cost.job.clone(),
                cost.currency.to_string(),
            ]
        })
        .await
    }
}
