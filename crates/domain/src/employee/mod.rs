//! Employees from hire to termination; stream `employee-{employee_id}`.
//!
//! An employee has one or more employments, the *stints*, which share no day. Whatever is said of a day is said of one of
//! them: a change, a leave or an end on any other day is refused.

mod cancel_leave;
mod change_position;
mod change_salary;
mod checks;
mod correct_admission;
mod event;
mod evolve;
mod given;
mod hire_employee;
mod personal_data;
mod register_leave;
mod rehire_employee;
mod rejection;
mod set_personal_data;
mod state;
mod terminate_employee;

pub use cancel_leave::CancelLeave;
pub use change_position::ChangePosition;
pub use change_salary::ChangeSalary;
pub use checks::{CHANGES_MAX, FIRST_ADMISSION, LEAVES_MAX};
pub use correct_admission::CorrectAdmission;
pub use event::{
    AbsenceKind, AdmissionCorrected, BankAccount, ContactFields, ContractKind, EmployeeEvent, EmployeeHired,
    EmployeeKind, EmployeeRehired, EmployeeTerminated, EmploymentTerms, LabourFields, LeaveCancelled,
    LeaveRegistered, PersonalDataSet, PositionChanged, SalaryChanged, Wage, WagePeriod,
};
pub use evolve::Employee;
pub use given::GivenEmployees;
pub use hire_employee::HireEmployee;
pub use personal_data::employee_cpf;
pub use register_leave::RegisterLeave;
pub use rehire_employee::RehireEmployee;
pub use rejection::EmployeeRejection;
pub use set_personal_data::SetPersonalData;
pub use state::{Assignment, EmployeeState, Leave, SalaryStep, Stint};
pub use terminate_employee::TerminateEmployee;
