//! Employees as they stand on a day, and the history of one.

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::employee::{BankAccount, Employee, EmploymentTerms, Wage};
use posars_domain::{Aggregate as _, Cpf, EmployeeId, Path, StoreId, SubjectId};
use posars_event_store::{Position, Version};

use crate::listing::Listing;
use crate::read::{Columns, FIRST_DAY, LAST_DAY, ReadRow, key_part};
use crate::read_models::people::employee_salaries::Step as SalaryStep;
use crate::read_models::people::employee_stints::Stint;
use crate::read_models::people::employee_terms::Step as TermsStep;
use crate::read_models::people::employees::Hired;
use crate::read_models::{
    EmployeeSalariesFold, EmployeeStintsFold, EmployeeTermsFold, EmployeesFold, SealedAt, StepKind,
};
use crate::row::StoredRow as _;
use crate::{Freshness, Page, PageRequest, Projection as _, Projections, QueryError, searched};

/// Most employments of one employee that are answered, and most employees of one person.
const OF_ONE_MAX: i64 = 1_000;

/// An employee on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmployeeRow {
    /// The employee.
    pub employee_id: EmployeeId,
    /// The person, by whose keys the data is sealed.
    pub subject_id: SubjectId,
    /// How the employment stands on the day.
    pub state: EmploymentState,
    /// The employment that lasts on the day, or else the one before, or else the first.
    pub employment: EmploymentRow,
    /// As what, where and how the employee works on the day: the first one of an employment that is yet to begin, the last
    /// one of an employment that is over.
    pub terms: EmploymentTerms,
    /// Since when.
    pub terms_since: Date,
    /// The wage on that day.
    pub salary: SealedAt<Wage>,
    /// Where the employee works today, or worked last, or will work first: what is known of the person was told there.
    pub store_today: StoreId,
    /// What is known of the person, whatever the day.
    pub data: PersonFields,
    /// The version of the employee's stream, for who changes it.
    pub version: Version,
    /// The event that took the employee on.
    pub position: Position,
    /// The last event of the employee.
    pub last_position: Position,
}

/// From one admission to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmploymentRow {
    /// The first day of work.
    pub admission_date: Date,
    /// The last day of work; none while no end is known.
    pub ended_on: Option<Date>,
    /// Why it ended.
    pub end_reason: Option<String>,
}

/// What is known of an employee: of each field the last that was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonFields {
    /// The full name.
    pub name: Option<SealedAt<String>>,
    /// The tax number.
    pub cpf: Option<SealedAt<Cpf>>,
    /// The day of birth.
    pub birth_date: Option<SealedAt<Date>>,
    /// The number of the social programmes.
    pub pis: Option<SealedAt<String>>,
    /// Where the wage is paid to.
    pub bank_account: Option<SealedAt<BankAccount>>,
    /// The address.
    pub address: Option<SealedAt<String>>,
    /// A telephone number.
    pub phone: Option<SealedAt<String>>,
    /// An e-mail address.
    pub email: Option<SealedAt<String>>,
}

/// How an employment stands on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmploymentState {
    /// The first day of work is yet to come.
    Upcoming,
    /// It lasts.
    Active,
    /// The last day of work is over.
    Terminated,
}

impl EmploymentState {
    const ALL: [Self; 3] = [Self::Upcoming, Self::Active, Self::Terminated];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Upcoming => "upcoming",
            Self::Active => "active",
            Self::Terminated => "terminated",
        }
    }
}

impl std::str::FromStr for EmploymentState {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|state| state.as_str() == word);
        found.ok_or_else(|| format!("{word:?} is no state of an employment"))
    }
}

/// Which employees to list: those that fit all that is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmployeeFilter {
    /// The day on which they are asked for.
    pub day: Date,
    /// The day of [`EmployeeRow::store_today`].
    pub today: Date,
    /// Only those who work in one of these stores; none for all.
    pub stores: Option<Vec<StoreId>>,
    /// Only those who work as this, whatever its accents and capitals.
    pub job: Option<String>,
    /// Only those whose employment stands so.
    pub state: Option<EmploymentState>,
}

impl EmployeeFilter {
    /// All employees as they stand on a day, asked on a day.
    #[must_use]
    pub const fn on(day: Date, today: Date) -> Self {
        Self {
            day,
            today,
            stores: None,
            job: None,
            state: None,
        }
    }
}

/// As what, where and how an employee works from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermsStepRow {
    /// The first day; of two for one day the one told later holds.
    pub effective_date: Date,
    /// As what, where and how.
    pub terms: EmploymentTerms,
    /// What it came with.
    pub kind: StepKind,
    /// Why.
    pub reason: Option<String>,
    /// Whether it never held: it was to begin after an employment that ended later.
    pub superseded: bool,
    /// When the log accepted it.
    pub recorded_at: Timestamp,
    /// Where the log recorded it.
    pub position: Position,
}

/// What an employee earns from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SalaryStepRow {
    /// The first day; of two for one day the one told later holds.
    pub effective_date: Date,
    /// The wage.
    pub salary: SealedAt<Wage>,
    /// What it came with.
    pub kind: StepKind,
    /// Why.
    pub reason: Option<String>,
    /// Whether it never held: it was to begin after an employment that ended later.
    pub superseded: bool,
    /// When the log accepted it.
    pub recorded_at: Timestamp,
    /// Where the log recorded it.
    pub position: Position,
}

fn terms(columns: Columns<'_>) -> Result<EmploymentTerms, QueryError> {
    Ok(EmploymentTerms {
        position: columns.get("job")?,
        store_id: columns.parse("store_id")?,
        cost_center: columns.parse_maybe("cost_center")?,
        contract: columns.parse("contract")?,
    })
}

fn salary(columns: Columns<'_>) -> Result<SealedAt<Wage>, QueryError> {
    let stream = columns.stream_of(Employee::CATEGORY, columns.get("employee_id")?)?;
    columns.sealed("salary", &stream, Path::field("salary"))
}

fn data(columns: Columns<'_>) -> Result<PersonFields, QueryError> {
    let stream = columns.stream_of(Employee::CATEGORY, columns.get("employee_id")?)?;
    let labour = |name| Path::field("labour").then(name);
    let contact = |name| Path::field("contact").then(name);
    Ok(PersonFields {
        name: columns.sealed_maybe("name", &stream, labour("name"))?,
        cpf: columns.sealed_maybe("cpf", &stream, labour("cpf"))?,
        birth_date: columns.sealed_maybe("birth_date", &stream, labour("birth_date"))?,
        pis: columns.sealed_maybe("pis", &stream, labour("pis"))?,
        bank_account: columns.sealed_maybe("bank_account", &stream, labour("bank_account"))?,
        address: columns.sealed_maybe("address", &stream, contact("address"))?,
        phone: columns.sealed_maybe("phone", &stream, contact("phone"))?,
        email: columns.sealed_maybe("email", &stream, contact("email"))?,
    })
}

impl ReadRow for EmployeeRow {
    type Of = EmployeesFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        Ok(Self {
            employee_id: columns.parse("employee_id")?,
            subject_id: columns.parse("subject_id")?,
            state: columns.parse("state")?,
            employment: EmploymentRow::decode(columns)?,
            terms: terms(columns)?,
            terms_since: columns.get("effective_date")?,
            salary: salary(columns)?,
            store_today: columns.parse("store_today")?,
            data: data(columns)?,
            version: Version::new(columns.count("version")?),
            position: columns.position("position")?,
            last_position: columns.position("last_position")?,
        })
    }
}

impl ReadRow for EmploymentRow {
    type Of = EmployeeStintsFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        let ended_on: Date = columns.get("ended_on")?;
        Ok(Self {
            admission_date: columns.get("admission_date")?,
            ended_on: Some(ended_on).filter(|day| *day != LAST_DAY),
            end_reason: columns.get("end_reason")?,
        })
    }
}

impl ReadRow for TermsStepRow {
    type Of = EmployeeTermsFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        Ok(Self {
            effective_date: columns.get("effective_date")?,
            terms: terms(columns)?,
            kind: columns.parse("kind")?,
            reason: columns.get("reason")?,
            superseded: columns.get("superseded")?,
            recorded_at: columns.get("recorded_at")?,
            position: columns.position("position")?,
        })
    }
}

impl ReadRow for SalaryStepRow {
    type Of = EmployeeSalariesFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        Ok(Self {
            effective_date: columns.get("effective_date")?,
            salary: salary(columns)?,
            kind: columns.parse("kind")?,
            reason: columns.get("reason")?,
            superseded: columns.get("superseded")?,
            recorded_at: columns.get("recorded_at")?,
            position: columns.position("position")?,
        })
    }
}

/// Ids of employees.
struct Id(EmployeeId);

impl ReadRow for Id {
    type Of = EmployeesFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        columns.parse("employee_id").map(Self)
    }
}

/// The day and the position after which a page of a history begins.
fn step_key(page: &PageRequest) -> Result<(Date, i64), QueryError> {
    Ok(match page.key::<2>()? {
        Some([day, position]) => (key_part(day)?, key_part(position)?),
        None => (FIRST_DAY, 0),
    })
}

impl Projections {
    /// Employees by id, as they stand on a day.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_employees(
        &self,
        filter: &EmployeeFilter,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<EmployeeRow>, QueryError> {
        let before = self.with_history(freshness).await?;
        let after = page.key::<1>()?.map_or("", |[id]| id);
        let stores = filter.stores.as_ref();
        let stores: Option<Vec<&str>> = stores.map(|stores| stores.iter().map(StoreId::as_str).collect());
        let job = filter.job.as_deref().map(searched);
        let state = filter.state.map(EmploymentState::as_str);
        let sql = include_str!("../sql/list_employees.sql");
        let (rows, position) = self
            .rows(
                sql,
                &[
                    &filter.day,
                    &stores,
                    &job,
                    &state,
                    &after,
                    &page.sql_at(),
                    &page.sql_limit(),
                    &filter.today,
                ],
                before,
            )
            .await?;
        Ok(Page::cut(rows, page, position, |row: &EmployeeRow| {
            vec![row.employee_id.to_string()]
        }))
    }

    /// One employee as they stand on a day, with every employment in the order of the log, and the position that the answer
    /// includes; none while unknown.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn employee(
        &self,
        employee_id: &EmployeeId,
        day: Date,
        today: Date,
        freshness: Freshness,
    ) -> Result<(Option<(EmployeeRow, Vec<EmploymentRow>)>, Position), QueryError> {
        let before = self.with_history(freshness).await?;
        let id = employee_id.as_str();
        let sql = include_str!("../sql/get_employee.sql");
        let (row, position) = self.row::<EmployeeRow>(sql, &[&day, &id, &today], before).await?;
        let Some(row) = row else {
            return Ok((None, position));
        };
        let (employments, _) = self
            .employments(employee_id, Freshness::at_least(position, freshness.wait))
            .await?;
        Ok((Some((row, employments)), position))
    }

    /// The employments of an employee in the order of the log, and the position that the answer includes; empty while the
    /// employee is unknown.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn employments(
        &self,
        employee_id: &EmployeeId,
        freshness: Freshness,
    ) -> Result<(Vec<EmploymentRow>, Position), QueryError> {
        let before = self.wait_for(EmployeeStintsFold::NAME, freshness).await?;
        let id = employee_id.as_str();
        let listing = Listing::of(Stint::TABLE, &["employee_id", "position"]).only("employee_id", Some(&id));
        self.list(listing, OF_ONE_MAX, before).await
    }

    /// The employees that a person is or was: one as a rule.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn employees_of(
        &self,
        subject_id: &SubjectId,
        freshness: Freshness,
    ) -> Result<(Vec<EmployeeId>, Position), QueryError> {
        let before = self.wait_for(EmployeesFold::NAME, freshness).await?;
        let subject = subject_id.as_str();
        let listing =
            Listing::of(Hired::TABLE, &["subject_id", "employee_id"]).only("subject_id", Some(&subject));
        let (ids, position) = self.list::<Id>(listing, OF_ONE_MAX, before).await?;
        Ok((ids.into_iter().map(|Id(id)| id).collect(), position))
    }

    /// As what, where and how an employee works, by first day and in the order of the log.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_employee_terms(
        &self,
        employee_id: &EmployeeId,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<TermsStepRow>, QueryError> {
        let before = self.wait_for(EmployeeTermsFold::NAME, freshness).await?;
        let (id, (day, position), at) = (employee_id.as_str(), step_key(page)?, page.sql_at());
        let listing = Listing::of(TermsStep::TABLE, &["employee_id", "effective_date", "position"])
            .only("employee_id", Some(&id))
            .after(&[&id, &day, &position])
            .up_to("position", &at);
        self.list_page(listing, page, before, |step: &TermsStepRow| {
            vec![step.effective_date.to_string(), step.position.to_string()]
        })
        .await
    }

    /// What an employee earns, by first day and in the order of the log.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_employee_salaries(
        &self,
        employee_id: &EmployeeId,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<SalaryStepRow>, QueryError> {
        let before = self.wait_for(EmployeeSalariesFold::NAME, freshness).await?;
        let (id, (day, position), at) = (employee_id.as_str(), step_key(page)?, page.sql_at());
        let listing = Listing::of(SalaryStep::TABLE, &["employee_id", "effective_date", "position"])
            .only("employee_id", Some(&id))
            .after(&[&id, &day, &position])
            .up_to("position", &at);
        self.list_page(listing, page, before, |step: &SalaryStepRow| {
            vec![step.effective_date.to_string(), step.position.to_string()]
        })
        .await
    }

    /// Waits for employees, and for their employments, terms and wages up to the same position.
    async fn with_history(&self, freshness: Freshness) -> Result<Position, QueryError> {
        let before = self.wait_for(EmployeesFold::NAME, freshness).await?;
        for name in [
            EmployeeStintsFold::NAME,
            EmployeeTermsFold::NAME,
            EmployeeSalariesFold::NAME,
        ] {
            self.follow(name, before).await?;
        }
        Ok(before)
    }
}
