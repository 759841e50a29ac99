//! What the wages of a month cost, as a payroll office worked it out; stream `payroll-{payroll_id}`.

mod costs;
mod due_dates;
mod event;
mod record_payroll;
mod rejection;
mod state;
mod void_payroll;

pub use event::{
    PayrollCost, PayrollEvent, PayrollKind, PayrollLine, PayrollRecorded, PayrollVoided, WageAmounts,
};
pub use record_payroll::{PAYROLL_LINES_MAX, RecordPayroll, RecordPayrollLine};
pub use rejection::PayrollRejection;
pub use state::{Payroll, PayrollState};
pub use void_payroll::VoidPayroll;
