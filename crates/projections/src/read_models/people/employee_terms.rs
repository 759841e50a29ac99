//! Employee terms: as what, where and how an employee works, from each day on that something was told for. Days come in any
//! order; of two for one day the one told later holds.

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::employee::EmploymentTerms;

use super::dated_steps::{Dated, Steps, follow};
use super::employment_step::Begins;
use crate::read::sql_position;
use crate::row::table_row;
use crate::{ApplyError, Event, Projection, searched};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct EmployeeTermsFold;

table_row! {
    /// Terms from a day on.
    pub struct Step of employee_terms {
        employee_id: String = TEXT key,
        effective_date: Date = DATE key,
        position: i64 = INT8 key,
        recorded_at: Timestamp = TIMESTAMPTZ,
        kind: &'static str = TEXT,
        store_id: String = TEXT,
        cost_center: Option<String> = TEXT,
        job: String = TEXT,
        searched: String = TEXT,
        contract: String = TEXT,
        superseded: bool = BOOL,
        reason: Option<String> = TEXT,
    }
}

fn step(event: &Event<'_>, told: &Begins<'_>, terms: &EmploymentTerms) -> Result<Step, ApplyError> {
    Ok(Step {
        employee_id: told.employee_id.to_string(),
        effective_date: told.day,
        position: sql_position(event.position),
        recorded_at: event.recorded_at(),
        kind: told.kind.as_str(),
        store_id: terms.store_id.to_string(),
        cost_center: terms.cost_center.as_ref().map(ToString::to_string),
        job: event.text(terms.position.as_str().into())?,
        searched: searched(&terms.position),
        contract: terms.contract.to_string(),
        superseded: false,
        reason: event.text_maybe(told.reason.map(Into::into))?,
    })
}

impl Dated for Step {
    const SUPERSEDE: &str = include_str!("../../sql/supersede_terms.sql");
    const MOVE: &str = include_str!("../../sql/move_terms.sql");

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

impl Projection for EmployeeTermsFold {
    const NAME: &'static str = "employee_terms";
    const VERSION: u16 = 1;
    type Fold = Steps<Step>;

    fn apply(event: &Event<'_>, fold: &mut Steps<Step>) -> Result<(), ApplyError> {
        follow(event, fold, |told| {
            let terms = told.terms.map(|terms| step(event, told, terms));
            terms.transpose()
        })
    }
}
