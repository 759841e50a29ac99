//! Employee salaries: what an employee earns, sealed, from each day on that something was told for. Days come in any order;
//! of two for one day the one told later holds.

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::Personal;
use posars_domain::employee::Wage;

use super::dated_steps::{Dated, Steps, follow};
use super::employment_step::Begins;
use super::sealed_at::column_of;
use crate::read::sql_position;
use crate::row::table_row;
use crate::{ApplyError, Event, Projection};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct EmployeeSalariesFold;

table_row! {
    /// A wage from a day on.
    pub struct Step of employee_salaries {
        employee_id: String = TEXT key,
        effective_date: Date = DATE key,
        position: i64 = INT8 key,
        recorded_at: Timestamp = TIMESTAMPTZ,
        kind: &'static str = TEXT,
        salary: String = TEXT,
        superseded: bool = BOOL,
        reason: Option<String> = TEXT,
    }
}

fn step(event: &Event<'_>, told: &Begins<'_>, salary: &Personal<Wage>) -> Result<Step, ApplyError> {
    Ok(Step {
        employee_id: told.employee_id.to_string(),
        effective_date: told.day,
        position: sql_position(event.position),
        recorded_at: event.recorded_at(),
        kind: told.kind.as_str(),
        salary: column_of(event, salary)?,
        superseded: false,
        reason: event.text_maybe(told.reason.map(Into::into))?,
    })
}

impl Dated for Step {
    const SUPERSEDE: &str = include_str!("../../sql/supersede_salaries.sql");
    const MOVE: &str = include_str!("../../sql/move_salaries.sql");

    fn employee_id(&self) -> &str {
        &self.employee_id
    }

    fn day(&self) -> Date {
        self.effective_date
    }

    fn is_superseded(&self) -> bool {
        self.superseded
    }

    fn supersede(&mut self) {
        self.superseded = true;
    }

    fn move_to(&mut self, day: Date) {
        self.effective_date = day;
    }
}

impl Projection for EmployeeSalariesFold {
    const NAME: &'static str = "employee_salaries";
    const VERSION: u16 = 1;
    type Fold = Steps<Step>;

    fn apply(event: &Event<'_>, fold: &mut Steps<Step>) -> Result<(), ApplyError> {
        follow(event, fold, |told| {
            let salary = told.salary.map(|salary| step(event, told, salary));
            salary.transpose()
        })
    }
}
