//! Employees, their payrolls and the figures of both, in both directions.

pub(crate) mod employee_answer;
pub(crate) mod employee_command;
pub(crate) mod payroll_command;

mod employee;
mod headcount;
mod names;
mod payroll;
mod person;

pub(crate) use employee::{
    read_state, sealed_name, sealed_of_employee, sealed_of_step, write_employee, write_leave_row,
    write_salary_step,
};
pub(crate) use headcount::{read_months, read_optional_months, write_headcount};
pub(crate) use names::{EmployeeName, LeaveName, PayrollName};
pub(crate) use payroll::{
    sealed_of_payroll, write_payroll_cost_row, write_payroll_row, write_recorded_payroll,
    write_stored_payroll, write_voided_payroll,
};
pub(crate) use person::{
    PersonName, RETENTION_POLICY, read_export_format, read_set_retention_policy, write_classes,
    write_exported, write_person, write_retention_policy, write_shredded,
};
