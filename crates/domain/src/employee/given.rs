//! What a rule of another aggregate is told of the employees that it names.

use std::collections::HashMap;

use super::EmployeeState;
use crate::EmployeeId;

/// The employees that a command names; one that was never taken on is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GivenEmployees(HashMap<EmployeeId, EmployeeState>);

impl GivenEmployees {
    /// One of them as it stands.
    #[must_use]
    pub fn get(&self, employee_id: &EmployeeId) -> Option<&EmployeeState> {
        self.0.get(employee_id)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(EmployeeId, EmployeeState)> for GivenEmployees {
    fn from_iter<I: IntoIterator<Item = (EmployeeId, EmployeeState)>>(employees: I) -> Self {
        Self(employees.into_iter().collect())
    }
}
