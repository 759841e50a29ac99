//! Leaves: while employees are away, one row per leave, those that were cancelled too. A leave that is told again, as when
//! an employment ends within it, stands for the one before.

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::employee::EmployeeEvent;
use uuid::Uuid;

use super::of_employee;
use crate::fold::{LoneChange, Parts};
use crate::read::sql_position;
use crate::row::table_row;
use crate::{ApplyError, Event, Projection};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct LeavesFold;

table_row! {
    /// A leave as it was registered.
    pub struct Registered of leaves {
        employee_id: String = TEXT key,
        leave_id: Uuid = UUID key,
        position: i64 = INT8 min,
        last_position: i64 = INT8,
        recorded_at: Timestamp = TIMESTAMPTZ,
        from_date: Date = DATE,
        to_date: Date = DATE,
        kind: String = TEXT,
        cancelled: bool = BOOL,
        cancel_reason: Option<String> = TEXT,
    }
}

table_row! {
    /// A leave that was cancelled.
    pub struct Cancelled in Registered {
        employee_id: String = TEXT key,
        leave_id: Uuid = UUID key,
        last_position: i64 = INT8,
        cancelled: bool = BOOL,
        cancel_reason: Option<String> = TEXT,
    }
}

impl LoneChange for Cancelled {
    /// What was never registered is not cancelled.
    fn alone(&self) -> Option<Registered> {
        None
    }
}

impl Projection for LeavesFold {
    const NAME: &'static str = "leaves";
    const VERSION: u16 = 1;
    type Fold = Parts<Registered, Cancelled>;

    fn apply(event: &Event<'_>, fold: &mut Parts<Registered, Cancelled>) -> Result<(), ApplyError> {
        let Some(told) = of_employee(event)? else {
            return Ok(());
        };
        match told {
            EmployeeEvent::LeaveRegistered(told) => fold.put(Registered {
                employee_id: told.employee_id.to_string(),
                leave_id: told.leave_id.uuid(),
                position: sql_position(event.position),
                last_position: sql_position(event.position),
                recorded_at: event.recorded_at(),
                from_date: told.from,
                to_date: told.to,
                kind: told.kind.to_string(),
                cancelled: false,
                cancel_reason: None,
            }),
            EmployeeEvent::LeaveCancelled(told) => fold.change(Cancelled {
                employee_id: told.employee_id.to_string(),
                leave_id: told.leave_id.uuid(),
                last_position: sql_position(event.position),
                cancelled: true,
                cancel_reason: event.text_maybe(told.reason.map(Into::into))?,
            }),
            EmployeeEvent::EmployeeHired(_)
            | EmployeeEvent::PersonalDataSet(_)
            | EmployeeEvent::PositionChanged(_)
            | EmployeeEvent::SalaryChanged(_)
            | EmployeeEvent::EmployeeTerminated(_)
            | EmployeeEvent::EmployeeRehired(_)
            | EmployeeEvent::AdmissionCorrected(_) => {}
        }
        Ok(())
    }
}
