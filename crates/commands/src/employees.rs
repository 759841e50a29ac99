//! The employees that a command of another aggregate names, as their streams have them.

use futures_util::future::try_join_all;
use posars_domain::EmployeeId;
use posars_domain::employee::{Employee, EmployeeState, GivenEmployees};
use posars_event_store::Version;

use crate::keys::stream_of;
use crate::{CommandError, Commands};

/// Streams read side by side: a payroll names hundreds, and one after the other each costs a round trip.
const AT_ONCE: usize = 8;

impl Commands {
    /// The employees as they stand; those that were never taken on are not among them. `None` when none are named.
    pub(crate) async fn employees(
        &self,
        named: &[&EmployeeId],
    ) -> Result<Option<GivenEmployees>, CommandError> {
        if named.is_empty() {
            return Ok(None);
        }
        let mut employees = Vec::with_capacity(named.len());
        for some in named.chunks(AT_ONCE) {
            let read = some.iter().map(|employee_id| self.employee(employee_id));
            employees.extend(try_join_all(read).await?.into_iter().flatten());
        }
        Ok(Some(employees.into_iter().collect()))
    }

    async fn employee(
        &self,
        employee_id: &EmployeeId,
    ) -> Result<Option<(EmployeeId, EmployeeState)>, CommandError> {
        let stream = stream_of::<Employee>(Employee::stream_id(employee_id))?;
        let loaded = self.load::<Employee>(&stream, |_| false).await?;
        let is_known = loaded.version > Version::START;
        Ok(is_known.then(|| (employee_id.clone(), loaded.state)))
    }
}
