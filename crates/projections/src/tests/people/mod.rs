//! The read models of people and what is read out of them, by events made by hand.

mod employees;
mod headcount;
mod leaves;
mod lives;
mod payrolls;
pub(super) mod plans;
mod records;
mod say;
mod speed;
