//! What is told of an employment: other terms or another wage from a day on, both with an admission, or its end; and which day was the first.

use jiff::civil::Date;
use posars_domain::employee::{AdmissionCorrected, EmployeeEvent, EmployeeTerminated, EmploymentTerms, Wage};
use posars_domain::{EmployeeId, Personal};

/// What an event tells of an employment.
pub(super) enum EmploymentStep<'a> {
    /// Something holds from a day on.
    Begins(Begins<'a>),
    /// The last employment ends; told again, it ends on another day.
    Ends(&'a EmployeeTerminated),
    /// The last employment began on another day.
    Corrects(&'a AdmissionCorrected),
}

/// What holds from a day on.
pub(super) struct Begins<'a> {
    pub(super) employee_id: &'a EmployeeId,
    pub(super) day: Date,
    pub(super) kind: StepKind,
    pub(super) reason: Option<&'a str>,
    pub(super) terms: Option<&'a EmploymentTerms>,
    pub(super) salary: Option<&'a Personal<Wage>>,
}

impl<'a> EmploymentStep<'a> {
    /// The step of an event; none of one that tells nothing of it.
    pub(super) fn of(event: &'a EmployeeEvent) -> Option<Self> {
        Some(match event {
            EmployeeEvent::EmployeeHired(told) => Self::Begins(Begins {
                employee_id: &told.employee_id,
                day: told.admission_date,
                kind: StepKind::Hired,
                reason: None,
                terms: Some(&told.terms),
                salary: Some(&told.salary),
            }),
            EmployeeEvent::EmployeeRehired(told) => Self::Begins(Begins {
                employee_id: &told.employee_id,
                day: told.admission_date,
                kind: StepKind::Rehired,
                reason: None,
                terms: Some(&told.terms),
                salary: Some(&told.salary),
            }),
            EmployeeEvent::PositionChanged(told) => Self::Begins(Begins {
                employee_id: &told.employee_id,
                day: told.effective_date,
                kind: StepKind::Changed,
                reason: told.reason.as_deref(),
                terms: Some(&told.terms),
                salary: None,
            }),
            EmployeeEvent::SalaryChanged(told) => Self::Begins(Begins {
                employee_id: &told.employee_id,
                day: told.effective_date,
                kind: StepKind::Changed,
                reason: told.reason.as_deref(),
                terms: None,
                salary: Some(&told.salary),
            }),
            EmployeeEvent::EmployeeTerminated(told) => Self::Ends(told),
            EmployeeEvent::AdmissionCorrected(told) => Self::Corrects(told),
            EmployeeEvent::PersonalDataSet(_)
            | EmployeeEvent::LeaveRegistered(_)
            | EmployeeEvent::LeaveCancelled(_) => return None,
        })
    }
}

/// With what an employee's terms or wage came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// With the first admission.
    Hired,
    /// With a change.
    Changed,
    /// With a later admission.
    Rehired,
}

impl StepKind {
    const ALL: [Self; 3] = [Self::Hired, Self::Changed, Self::Rehired];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hired => "hired",
            Self::Changed => "changed",
            Self::Rehired => "rehired",
        }
    }
}

impl std::str::FromStr for StepKind {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.as_str() == word);
        found.ok_or_else(|| format!("{word:?} is nothing that terms or a wage come with"))
    }
}
