//! The names of employees, their leaves and their payrolls.

use posars_domain::{EmployeeId, LeaveId, PayrollId};

use crate::wire::names::{NameIds, ResourceName};

/// `companies/{company}/employees/{employee}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EmployeeName {
    pub(crate) employee_id: EmployeeId,
}

impl ResourceName for EmployeeName {
    const COLLECTIONS: &'static [&'static str] = &["companies", "employees"];

    fn read(ids: &mut NameIds<'_>) -> Option<Self> {
        ids.take().map(|employee_id| Self { employee_id })
    }

    fn ids(&self) -> Vec<String> {
        vec![self.employee_id.to_string()]
    }
}

/// `companies/{company}/employees/{employee}/leaves/{leave}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LeaveName {
    pub(crate) employee_id: EmployeeId,
    pub(crate) leave_id: LeaveId,
}

impl ResourceName for LeaveName {
    const COLLECTIONS: &'static [&'static str] = &["companies", "employees", "leaves"];

    fn read(ids: &mut NameIds<'_>) -> Option<Self> {
        let (employee_id, leave_id) = (ids.take(), ids.take());
        Some(Self {
            employee_id: employee_id?,
            leave_id: leave_id?,
        })
    }

    fn ids(&self) -> Vec<String> {
        vec![self.employee_id.to_string(), self.leave_id.to_string()]
    }
}

/// `companies/{company}/payrolls/{payroll}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PayrollName {
    pub(crate) payroll_id: PayrollId,
}

impl ResourceName for PayrollName {
    const COLLECTIONS: &'static [&'static str] = &["companies", "payrolls"];

    fn read(ids: &mut NameIds<'_>) -> Option<Self> {
        ids.take().map(|payroll_id| Self { payroll_id })
    }

    fn ids(&self) -> Vec<String> {
        vec![self.payroll_id.to_string()]
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use super::*;
    use crate::wire::names::SplitName;

    fn survives<N: ResourceName + Debug + PartialEq>(name: &N, written: &str) {
        assert_eq!(name.of(&"acme".parse().unwrap()), written);
        let split = SplitName::of::<N>("name", written).unwrap();
        assert_eq!(split.read::<N>().unwrap(), *name);
    }

    #[test]
    fn every_name_is_read_as_it_was_written() {
        let id = "0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f60";
        let employee_id: EmployeeId = "12/7%".parse().unwrap();
        let employee = "companies/acme/employees/12%2F7%25";
        survives(
            &EmployeeName {
                employee_id: employee_id.clone(),
            },
            employee,
        );
        let leave_id = id.parse().unwrap();
        survives(
            &LeaveName {
                employee_id,
                leave_id,
            },
            &format!("{employee}/leaves/{id}"),
        );
        let payroll_id = id.parse().unwrap();
        survives(
            &PayrollName { payroll_id },
            &format!("companies/acme/payrolls/{id}"),
        );
    }
}
