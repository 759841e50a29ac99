//! What the events of an employee add up to.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{AbsenceKind, EmploymentTerms, Wage};
use crate::{LeaveId, Personal, SubjectId};

/// From one admission to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stint {
    /// The first day of work.
    pub admission_date: Date,
    /// The last day of work; `None` while it lasts.
    pub ended_on: Option<Date>,
    /// Why it ended.
    pub end_reason: Option<String>,
}

impl Stint {
    /// Whether a day is one of it.
    #[must_use]
    pub fn holds(&self, day: Date) -> bool {
        self.admission_date <= day && self.ended_on.is_none_or(|ended_on| day <= ended_on)
    }
}

/// As what, where and how the employee works from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The first day.
    pub effective_date: Date,
    /// As what, where and how.
    pub terms: EmploymentTerms,
}

/// What the employee earns from a day on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SalaryStep {
    /// The first day.
    pub effective_date: Date,
    /// The wage.
    pub salary: Personal<Wage>,
}

/// While an employee is away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leave {
    /// Why.
    pub kind: AbsenceKind,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

impl Leave {
    /// Whether one of these days is one of it.
    pub(super) fn shares_a_day(&self, from: Date, to: Date) -> bool {
        self.from <= to && from <= self.to
    }
}

/// An employee as they stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EmployeeState {
    /// The person; `None` before the hire.
    pub subject_id: Option<SubjectId>,
    /// The times of work, oldest first.
    pub stints: Vec<Stint>,
    /// In the order in which they were told, without those that were to begin after the employment had ended.
    pub assignments: Vec<Assignment>,
    /// As the assignments.
    pub salaries: Vec<SalaryStep>,
    /// Those that were not cancelled.
    pub leaves: BTreeMap<LeaveId, Leave>,
    /// Those that were.
    pub cancelled_leaves: BTreeSet<LeaveId>,
}

impl EmployeeState {
    /// The employment that a day is of.
    #[must_use]
    pub fn stint_on(&self, day: Date) -> Option<&Stint> {
        self.stints.iter().find(|stint| stint.holds(day))
    }

    /// Whether something was said of the position from this very day on.
    pub(super) fn has_assignment(&self, day: Date) -> bool {
        self.assignments.iter().any(|step| step.effective_date == day)
    }

    /// Whether the employment that began on a day began with these terms.
    pub(super) fn began_with(&self, admission_date: Date, terms: &EmploymentTerms) -> bool {
        // Nothing can be said of a day before its employment begins, so the first that was said of it is the beginning.
        let mut of_day = self.assignments.iter();
        let began = of_day.find(|step| step.effective_date == admission_date);
        began.is_some_and(|step| {
            step.terms.position == terms.position.trim()
                && EmploymentTerms {
                    position: step.terms.position.clone(),
                    ..terms.clone()
                } == step.terms
        })
    }

    /// Whether an employment lasts.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.stints.last().is_some_and(|stint| stint.ended_on.is_none())
    }

    /// As what, where and how the employee works on a day; of two changes for one day the one told later.
    #[must_use]
    pub fn terms_on(&self, day: Date) -> Option<&EmploymentTerms> {
        let until = self.assignments.iter().filter(|step| step.effective_date <= day);
        until
            .max_by_key(|step| step.effective_date)
            .map(|step| &step.terms)
    }

    /// The wage on a day; of two changes for one day the one told later.
    #[must_use]
    pub fn salary_on(&self, day: Date) -> Option<&Personal<Wage>> {
        let until = self.salaries.iter().filter(|step| step.effective_date <= day);
        until
            .max_by_key(|step| step.effective_date)
            .map(|step| &step.salary)
    }
}
