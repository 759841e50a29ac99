//! How a payroll can say no. No text here tells an amount: what somebody earns is for few.

use crate::{Circumstance, EmployeeId, InvalidValue, Month, Path, PayrollId, Rejection, Told, reasons};

/// Why a command to a payroll was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PayrollRejection {
    /// A field breaks its own rule.
    #[error(transparent)]
    Invalid(#[from] InvalidValue),
    /// What is outside the stream stands in the way.
    #[error(transparent)]
    Circumstance(#[from] Circumstance),
    /// The id was used for another payroll.
    #[error("payroll {payroll_id} is recorded already; use a new id, or void that one first if it is wrong")]
    PayrollExists {
        /// The payroll.
        payroll_id: PayrollId,
    },
    /// There is no such payroll.
    #[error("payroll {payroll_id} is not recorded; check the id")]
    PayrollUnknown {
        /// The payroll.
        payroll_id: PayrollId,
    },
    /// It was taken back before.
    #[error("payroll {payroll_id} was voided already; record a new one if another is needed")]
    PayrollAlreadyVoided {
        /// The payroll.
        payroll_id: PayrollId,
    },
    /// More would be paid out than was earned.
    #[error("line {} pays out more than was earned; correct gross or net, or record what is paid on top as earned", .line + 1)]
    NetExceedsGross {
        /// Which line, from 0.
        line: usize,
    },
    /// Nobody of this id was ever taken on.
    #[error("employee {employee_id} is not known; hire the employee first, or correct the id")]
    EmployeeUnknown {
        /// The employee.
        employee_id: EmployeeId,
        /// Which line, from 0.
        line: usize,
    },
    /// The employee did not work here in that month.
    #[error("employee {employee_id} had no employment in {month}; correct the month, or take the line out")]
    EmployeeNotActive {
        /// The employee.
        employee_id: EmployeeId,
        /// The month.
        month: Month,
        /// Which line, from 0.
        line: usize,
    },
}

impl Rejection for PayrollRejection {
    fn told(&self) -> Told {
        match self {
            Self::Invalid(invalid) => invalid.told(),
            Self::Circumstance(circumstance) => circumstance.told(),
            Self::PayrollExists { payroll_id } => {
                Told::duplicate("PAYROLL_EXISTS").with("payroll_id", payroll_id)
            }
            Self::PayrollUnknown { payroll_id } => {
                Told::not_found("PAYROLL_UNKNOWN").with("payroll_id", payroll_id)
            }
            Self::PayrollAlreadyVoided { payroll_id } => {
                Told::state("PAYROLL_ALREADY_VOIDED").with("payroll_id", payroll_id)
            }
            Self::NetExceedsGross { line } => Told::invalid("NET_EXCEEDS_GROSS").at(Path::line(*line, "net")),
            Self::EmployeeUnknown { employee_id, line } => Told::not_found(reasons::UNKNOWN_EMPLOYEE)
                .at(Path::line(*line, "employee_id"))
                .with("employee_id", employee_id),
            Self::EmployeeNotActive {
                employee_id,
                month,
                line,
            } => Told::state(reasons::EMPLOYEE_NOT_ACTIVE)
                .at(Path::line(*line, "employee_id"))
                .with("employee_id", employee_id)
                .with("month", month),
        }
    }
}
