//! What is read of people: employees on a day, their history, who is away, how many there are, what they cost, and where
//! something is held of a person. What is sealed is answered sealed, with the place at which it opens.

mod employees;
mod headcount;
mod leaves;
mod payroll;
mod records;

pub use employees::{
    EmployeeFilter, EmployeeRow, EmploymentRow, EmploymentState, PersonFields, SalaryStepRow, TermsStepRow,
};
pub use headcount::{HEADCOUNT_MONTHS_MAX, HeadcountFilter, HeadcountRow};
pub use leaves::{LeaveFilter, LeaveRow};
pub use payroll::{PayrollCostFilter, PayrollCostRow, PayrollFilter, PayrollLineRow, PayrollRow};
pub use records::PersonRecord;
