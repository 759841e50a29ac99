//! How an employee can say no.

use jiff::civil::Date;

use crate::{Circumstance, EmployeeId, InvalidValue, LeaveId, Path, Rejection, SubjectId, Told, reasons};

/// Why a command to an employee was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EmployeeRejection {
    /// A field breaks its own rule.
    #[error(transparent)]
    Invalid(#[from] InvalidValue),
    /// What is outside the stream forbids it.
    #[error(transparent)]
    Circumstance(#[from] Circumstance),
    /// Nobody was ever hired under this id.
    #[error("no employee has the id {employee_id}; hire one first, or correct the id")]
    EmployeeUnknown {
        /// The employee.
        employee_id: EmployeeId,
    },
    /// The employment lasts, or it is another one that would begin.
    #[error(
        "employee {employee_id} works here since {admission_date}; change the employment, or choose another id"
    )]
    EmployeeAlreadyActive {
        /// The employee.
        employee_id: EmployeeId,
        /// The first day of the employment that lasts.
        admission_date: Date,
    },
    /// Somebody who has left had this id.
    #[error("employee {employee_id} worked here until {ended_on}; rehire that one, or choose another id")]
    EmployeeExists {
        /// The employee.
        employee_id: EmployeeId,
        /// The last day of work.
        ended_on: Date,
    },
    /// The employment is over on that day.
    #[error(
        "employee {employee_id} worked here until {ended_on}; correct the date, or rehire the employee first"
    )]
    EmployeeNotActive {
        /// The employee.
        employee_id: EmployeeId,
        /// The last day of work.
        ended_on: Date,
    },
    /// The employment has not begun on that day.
    #[error("{path}: {date} is before {admission_date}, the first day of work; give that day or a later one")]
    EffectiveDateBeforeHire {
        /// The field with the day.
        path: Path,
        /// The day.
        date: Date,
        /// The first day of the employment that comes next.
        admission_date: Date,
    },
    /// A second employment would begin before the first has ended.
    #[error(
        "the employment before lasts until {ended_on}; the next one begins after that, not on {admission_date}"
    )]
    EmploymentOverlap {
        /// The day on which the next one would begin.
        admission_date: Date,
        /// The last day of the one before.
        ended_on: Date,
    },
    /// Something was told of a day by which the employment had begun.
    #[error(
        "something is told of {date}, by when the employment had begun; give an earlier first day than {admission_date}"
    )]
    AdmissionAfterChange {
        /// The day on which it would begin.
        admission_date: Date,
        /// The first day of which something was told.
        date: Date,
    },
    /// The person is an employee under another id.
    #[error("the person {subject_id} is an employee under another id; use that one, or correct the person")]
    SubjectInUse {
        /// The person.
        subject_id: SubjectId,
    },
    /// The employee is away on one of these days already.
    #[error(
        "leave {leave_id} from {from} to {to} has some of these days; cancel it first, or choose other days"
    )]
    LeaveOverlap {
        /// The leave that is there.
        leave_id: LeaveId,
        /// Its first day.
        from: Date,
        /// Its last day.
        to: Date,
    },
    /// No such leave was registered.
    #[error("employee {employee_id} has no leave {leave_id}; correct the id")]
    LeaveUnknown {
        /// The employee.
        employee_id: EmployeeId,
        /// The leave.
        leave_id: LeaveId,
    },
    /// The id is that of another leave, or of one that was cancelled.
    #[error(
        "leave {leave_id} is registered with other content, or was cancelled; give this one an id of its own"
    )]
    LeaveExists {
        /// The leave.
        leave_id: LeaveId,
    },
    /// More happened to one employee than is kept of one.
    #[error(
        "employee {employee_id} has {count} {what}, which is the most there may be; go on under another id"
    )]
    EmployeeFull {
        /// The employee.
        employee_id: EmployeeId,
        /// Of what there are so many.
        what: &'static str,
        /// How many.
        count: usize,
    },
}

impl Rejection for EmployeeRejection {
    fn told(&self) -> Told {
        match self {
            Self::Invalid(invalid) => invalid.told(),
            Self::Circumstance(circumstance) => circumstance.told(),
            Self::EmployeeUnknown { employee_id } => of(
                employee_id,
                Told::not_found(reasons::UNKNOWN_EMPLOYEE).at("employee_id"),
            ),
            Self::EmployeeAlreadyActive {
                employee_id,
                admission_date,
            } => {
                of(employee_id, Told::state("EMPLOYEE_ALREADY_ACTIVE")).with("admission_date", admission_date)
            }
            Self::EmployeeExists {
                employee_id,
                ended_on,
            } => of(employee_id, Told::duplicate("EMPLOYEE_EXISTS")).with("ended_on", ended_on),
            Self::EmployeeNotActive {
                employee_id,
                ended_on,
            } => of(employee_id, Told::state(reasons::EMPLOYEE_NOT_ACTIVE)).with("ended_on", ended_on),
            Self::EffectiveDateBeforeHire {
                path,
                date,
                admission_date,
            } => Told::invalid("EFFECTIVE_DATE_BEFORE_HIRE")
                .at(*path)
                .with("date", date)
                .with("admission_date", admission_date),
            Self::EmploymentOverlap {
                admission_date,
                ended_on,
            } => Told::state("EMPLOYMENT_OVERLAP")
                .at("admission_date")
                .with("admission_date", admission_date)
                .with("ended_on", ended_on),
            Self::AdmissionAfterChange { admission_date, date } => Told::state("ADMISSION_AFTER_CHANGE")
                .at("admission_date")
                .with("admission_date", admission_date)
                .with("date", date),
            Self::SubjectInUse { subject_id } => Told::duplicate("SUBJECT_IN_USE")
                .at("subject_id")
                .with("subject_id", subject_id),
            Self::LeaveOverlap { leave_id, from, to } => Told::state("LEAVE_OVERLAP")
                .with("leave_id", leave_id)
                .with("from", from)
                .with("to", to),
            Self::LeaveUnknown {
                employee_id,
                leave_id,
            } => of(employee_id, Told::not_found("LEAVE_NOT_FOUND")).with("leave_id", leave_id),
            Self::LeaveExists { leave_id } => Told::duplicate("LEAVE_EXISTS")
                .at("leave_id")
                .with("leave_id", leave_id),
            Self::EmployeeFull {
                employee_id,
                what,
                count,
            } => of(employee_id, Told::state("EMPLOYEE_FULL"))
                .with("what", what)
                .with("count", count),
        }
    }
}

fn of(employee_id: &EmployeeId, told: Told) -> Told {
    told.with("employee_id", employee_id)
}
