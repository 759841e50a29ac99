//! Recording what the wages of a month came to.

use std::collections::HashSet;
use std::fmt::Display;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::costs::costs_of;
use super::due_dates::{charges_due, wages_due};
use super::{Payroll, PayrollLine, PayrollRecorded, PayrollRejection, PayrollState, WageAmounts};
use crate::dates::due_day;
use crate::employee::EmployeeState;
use crate::misplaced::{Refused, not_in_any_words};
use crate::text::{self, CODE_CHARS_MAX};
use crate::{
    Command, CostCenterId, Currency, Decided, Decision, EmployeeId, Given, InvalidValue, Month, Needs,
    OwnKey, Path, PayrollId, Personal, StoreId, reasons,
};

/// Most lines of a payroll: one append seals them and guards as many people. More employees are several payrolls, such as
/// one per store.
pub const PAYROLL_LINES_MAX: usize = 1_000;

/// How far ahead of UTC the first clocks of the world are.
const AHEAD_OF_UTC: SignedDuration = SignedDuration::from_hours(14);

/// Records what the wages of a month came to, as a payroll office worked it out; the same again changes nothing.
///
/// A month may have several: the wages, a 13th salary, what one employee got when leaving.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordPayroll {
    /// The payroll, an id made by the client and its idempotency key for ever.
    pub payroll_id: PayrollId,
    /// The month that was worked; not one that has yet to begin.
    pub month: Month,
    /// The currency of every amount here.
    pub currency: Currency,
    /// What people call it, at most 80 characters.
    pub memo: Option<String>,
    /// When the wages are paid; `None` is the fifth working day of the month after.
    pub wages_due: Option<Date>,
    /// When the charges and what was kept are paid; `None` is the 20th of the month after, or the Friday before.
    pub charges_due: Option<Date>,
    /// One per employee, 1 to [`PAYROLL_LINES_MAX`].
    pub lines: Vec<RecordPayrollLine>,
}

/// What one employee got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordPayrollLine {
    /// The employee, who worked in the month.
    pub employee_id: EmployeeId,
    /// How much: nothing below zero, not all zero, and no more net than gross.
    pub amounts: Personal<WageAmounts>,
    /// The store that it is a cost of; `None` is where the employee works on the last day of the month.
    pub store_id: Option<StoreId>,
    /// The cost centre, one that is in use; `None` is the employee's on that day, unless the line names another store.
    pub cost_center: Option<CostCenterId>,
    /// What the employee works as, at most 80 characters; `None` is as on that day.
    pub position: Option<String>,
}

/// The payroll's id is its idempotency key for ever.
impl Command for RecordPayroll {
    type Of = Payroll;
    type Answer = PayrollRecorded;

    const NAME: &'static str = "RecordPayroll";
    const BEGINS_STREAM: bool = true;

    fn stream_id(&self) -> impl Display + Send {
        self.payroll_id
    }

    fn own_key(&self) -> OwnKey {
        OwnKey::Named(self.payroll_id.uuid())
    }

    fn needs<'a>(&'a self, _state: &'a PayrollState) -> Needs<'a> {
        if self.lines.iter().any(|line| line.cost_center.is_some()) {
            Needs::COMPANY.and_books()
        } else {
            Needs::COMPANY
        }
    }

    fn employees(&self) -> Vec<&EmployeeId> {
        let lines = self.lines.iter().take(PAYROLL_LINES_MAX);
        lines.map(|line| &line.employee_id).collect()
    }

    fn stores(&self) -> Vec<&StoreId> {
        let lines = self.lines.iter();
        lines.filter_map(|line| line.store_id.as_ref()).collect()
    }

    fn path_of_store(&self, index: usize) -> Path {
        let lines = self.lines.iter().enumerate();
        let mut named = lines.filter(|(_, line)| line.store_id.is_some());
        let line = named.nth(index).map_or(0, |(line, _)| line);
        Path::line(line, "store_id")
    }

    fn decide(&self, state: &PayrollState, given: &Given<'_>) -> Decided<Payroll> {
        self.check_content(given.recorded_at)?;
        if state.recorded.is_some() {
            return Err(PayrollRejection::PayrollExists {
                payroll_id: self.payroll_id,
            });
        }
        let memo = text::maybe("memo", self.memo.as_ref(), CODE_CHARS_MAX)?;
        not_in_any_words("memo", memo.as_ref(), Refused::Both)?;
        let mut lines = Vec::with_capacity(self.lines.len());
        for (index, line) in self.lines.iter().enumerate() {
            lines.push(line.placed(index, self.month, given)?);
        }
        let costs = costs_of(&lines)?;
        Ok(Decision::event(PayrollRecorded {
            payroll_id: self.payroll_id,
            month: self.month,
            business_date: self.month.last_day(),
            wages_due: self.wages_due.unwrap_or_else(|| wages_due(self.month)),
            charges_due: self.charges_due.unwrap_or_else(|| charges_due(self.month)),
            currency: self.currency,
            memo,
            lines,
            costs,
        }))
    }
}

impl RecordPayroll {
    fn check_content(&self, recorded_at: Timestamp) -> Result<(), PayrollRejection> {
        let today = TimeZone::UTC.to_datetime(recorded_at + AHEAD_OF_UTC).date();
        if self.month.first_day() > today {
            let rule = "the wages of a month are worked out when it has begun; correct the month";
            return Err(InvalidValue::new("PAYROLL_MONTH_IN_FUTURE", self.month, rule)
                .at("month")
                .into());
        }
        due_day("wages_due", self.wages_due)?;
        due_day("charges_due", self.charges_due)?;
        let count = self.lines.len();
        if !(1..=PAYROLL_LINES_MAX).contains(&count) {
            let rule = format!("a payroll has 1 to {PAYROLL_LINES_MAX} lines; split it, as by store");
            let given = format!("{count} lines");
            return Err(InvalidValue::new(reasons::LINE_COUNT_INVALID, given, rule)
                .at("lines")
                .into());
        }
        let mut seen = HashSet::new();
        for (index, line) in self.lines.iter().enumerate() {
            if !seen.insert(&line.employee_id) {
                let rule =
                    "an employee has one line in a payroll; add the lines up, or record a second payroll";
                let twice = InvalidValue::new("PAYROLL_EMPLOYEE_TWICE", &line.employee_id, rule);
                return Err(twice.at(Path::line(index, "employee_id")).into());
            }
            line.check_amounts(index)?;
        }
        Ok(())
    }
}

impl RecordPayrollLine {
    /// What it says of the amounts, without saying how much they are.
    fn check_amounts(&self, index: usize) -> Result<(), PayrollRejection> {
        let path = Path::line(index, "gross");
        let Some(amounts) = self.amounts.clear() else {
            let rule = "the amounts come in the clear and are sealed here";
            return Err(InvalidValue::new(reasons::FIELD_REQUIRED, "", rule)
                .at(path)
                .into());
        };
        let WageAmounts { gross, charges, net } = *amounts;
        for (name, amount) in [("gross", gross), ("charges", charges), ("net", net)] {
            if amount.is_negative() || !amount.is_in_range() {
                let rule = "a wage is no less than zero and no more than an amount may be";
                let refused = InvalidValue::new(reasons::WAGE_AMOUNT_INVALID, "an amount", rule);
                return Err(refused.at(Path::line(index, name)).into());
            }
        }
        if net > gross {
            return Err(PayrollRejection::NetExceedsGross { line: index });
        }
        if gross.is_zero() && charges.is_zero() {
            let rule = "a line says what somebody earned or what the employer pays on top; take it out when it is nothing";
            return Err(InvalidValue::new(reasons::WAGE_AMOUNT_INVALID, "nothing", rule)
                .at(path)
                .into());
        }
        Ok(())
    }

    /// The line at the place whose cost it is.
    fn placed(&self, index: usize, month: Month, given: &Given<'_>) -> Result<PayrollLine, PayrollRejection> {
        let employee_id = &self.employee_id;
        let named = given.employees.and_then(|employees| employees.get(employee_id));
        let unknown = || PayrollRejection::EmployeeUnknown {
            employee_id: employee_id.clone(),
            line: index,
        };
        let state = named.ok_or_else(unknown)?;
        let subject_id = state.subject_id.as_ref().ok_or_else(unknown)?;
        let terms = state.terms_on(month.last_day());
        let (true, Some(terms)) = (worked_in(state, month), terms) else {
            return Err(PayrollRejection::EmployeeNotActive {
                employee_id: employee_id.clone(),
                month,
                line: index,
            });
        };
        let store_id = self.store_id.as_ref().unwrap_or(&terms.store_id);
        // That of the employee was right when it was told, whatever became of it.
        if let Some(cost_center) = &self.cost_center {
            let path = Path::line(index, "cost_center");
            given.books()?.open_cost_center(path, cost_center)?;
        }
        // A cost centre of another store would carry the cost back there.
        let of_terms = terms.cost_center.as_ref().filter(|_| *store_id == terms.store_id);
        let path = Path::line(index, "position");
        let position = text::maybe(path, self.position.as_ref(), CODE_CHARS_MAX)?;
        not_in_any_words(path, position.as_ref(), Refused::Both)?;
        Ok(PayrollLine {
            employee_id: employee_id.clone(),
            subject_id: subject_id.clone(),
            store_id: store_id.clone(),
            cost_center: self.cost_center.as_ref().or(of_terms).cloned(),
            position: position.unwrap_or_else(|| terms.position.clone()),
            amounts: self.amounts.clone(),
        })
    }
}

/// Whether an employment lasted on a day of the month.
fn worked_in(state: &EmployeeState, month: Month) -> bool {
    let lasted = |ended_on: Option<Date>| ended_on.is_none_or(|ended_on| ended_on >= month.first_day());
    state
        .stints
        .iter()
        .any(|stint| stint.admission_date <= month.last_day() && lasted(stint.ended_on))
}
