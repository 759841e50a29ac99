//! The services of employees, payrolls and what is known of people.

mod employee;
mod employee_commands;
mod employee_queries;
mod headcount;
mod payroll;
mod person;

use tonic::{Response, Status};

pub(crate) use employee::EmployeeApi;
pub(crate) use headcount::HeadcountApi;
pub(crate) use payroll::PayrollApi;
pub(crate) use person::PersonApi;

/// What a call comes to.
type Answered<T> = Result<Response<T>, Status>;
