//! Employee stints: from each admission to its end.
//!
//! A termination does not name the admission that it ends, nor does a correction the one that it puts right: it is the last
//! one before it, which an earlier part of the log may have told.

use jiff::civil::Date;
use posars_domain::EmployeeId;

use super::employment_step::{EmploymentStep, StepKind};
use super::of_employee;
use crate::fold_map::TextMap;
use crate::projection::{Fold, Target};
use crate::read::{LAST_DAY, sql_position};
use crate::row::{StoredRow as _, row_bytes, table_row};
use crate::{ApplyError, DatabaseError, Event, Load, Projection};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct EmployeeStintsFold;

table_row! {
    /// An admission, and its end.
    pub(crate) struct Stint of employee_stints {
        employee_id: String = TEXT key,
        position: i64 = INT8 key,
        admission_date: Date = DATE,
        ended_on: Date = DATE,
        end_reason: Option<String> = TEXT,
    }
}

/// What is told of the last stint.
#[derive(Debug, Default)]
struct OfLast {
    admission_date: Option<Date>,
    ended_on: Option<Date>,
    end_reason: Option<String>,
}

impl OfLast {
    /// Takes what was told later up.
    fn take(&mut self, later: Self) {
        self.admission_date = later.admission_date.or(self.admission_date);
        self.ended_on = later.ended_on.or(self.ended_on);
        self.end_reason = later.end_reason.or(self.end_reason.take());
    }
}

/// The stints of one employee, as far as some events tell them.
#[derive(Debug)]
struct OfEmployee {
    employee_id: String,
    /// Of the last stint that was told before these; none when nothing is.
    of_earlier: Option<OfLast>,
    stints: Vec<Stint>,
}

impl OfEmployee {
    fn take(&mut self, told: OfLast) {
        match self.stints.last_mut() {
            Some(stint) => {
                stint.admission_date = told.admission_date.unwrap_or(stint.admission_date);
                stint.ended_on = told.ended_on.unwrap_or(stint.ended_on);
                stint.end_reason = told.end_reason.or(stint.end_reason.take());
            }
            None => self.of_earlier.get_or_insert_default().take(told),
        }
    }
}

/// The fold: stints by employee.
#[derive(Debug, Default)]
pub struct Stints(TextMap<OfEmployee>);

impl Stints {
    fn of(&mut self, employee_id: &EmployeeId) -> Result<&mut OfEmployee, ApplyError> {
        self.0.entry(&[employee_id.as_str()], || {
            Ok(OfEmployee {
                employee_id: employee_id.to_string(),
                of_earlier: None,
                stints: Vec::new(),
            })
        })
    }

    fn begin(
        &mut self,
        event: &Event<'_>,
        employee_id: &EmployeeId,
        admission_date: Date,
    ) -> Result<(), ApplyError> {
        let stint = Stint {
            employee_id: employee_id.to_string(),
            position: sql_position(event.position),
            admission_date,
            ended_on: LAST_DAY,
            end_reason: None,
        };
        self.of(employee_id)?.stints.push(stint);
        Ok(())
    }
}

impl Projection for EmployeeStintsFold {
    const NAME: &'static str = "employee_stints";
    const VERSION: u16 = 1;
    type Fold = Stints;

    fn apply(event: &Event<'_>, fold: &mut Stints) -> Result<(), ApplyError> {
        let Some(told) = of_employee(event)? else {
            return Ok(());
        };
        match EmploymentStep::of(&told) {
            Some(EmploymentStep::Begins(begins)) => match begins.kind {
                StepKind::Hired | StepKind::Rehired => fold.begin(event, begins.employee_id, begins.day),
                StepKind::Changed => Ok(()),
            },
            Some(EmploymentStep::Ends(end)) => {
                let reason = event.text(end.reason.as_str().into())?;
                fold.of(&end.employee_id)?.take(OfLast {
                    ended_on: Some(end.date),
                    end_reason: Some(reason),
                    ..OfLast::default()
                });
                Ok(())
            }
            Some(EmploymentStep::Corrects(told)) => {
                fold.of(&told.employee_id)?.take(OfLast {
                    admission_date: Some(told.to),
                    ..OfLast::default()
                });
                Ok(())
            }
            None => Ok(()),
        }
    }
}

impl Fold for Stints {
    const LOAD: Load = Load::ByKey;

    fn merge(&mut self, later: Self) {
        self.0.merge(later.0, |earlier, mut later| {
            if let Some(told) = later.of_earlier {
                earlier.take(told);
            }
            earlier.stints.append(&mut later.stints);
        });
    }

    fn bytes(&self) -> usize {
        let of_one = |employee: &OfEmployee| employee.stints.iter().map(Stint::bytes).sum::<usize>();
        self.0.rows().iter().map(of_one).sum::<usize>() + row_bytes::<OfEmployee>() * self.0.len()
    }

    async fn write(self, target: &Target<'_>) -> Result<(), DatabaseError> {
        let employees = self.0.into_rows();
        for employee in &employees {
            if let Some(told) = &employee.of_earlier {
                let sql = include_str!("../../sql/change_last_stint.sql");
                let id = &employee.employee_id;
                target
                    .query(sql, &[id, &told.admission_date, &told.ended_on, &told.end_reason])
                    .await?;
            }
        }
        let stints = employees.into_iter().flat_map(|employee| employee.stints);
        target.put(&stints.collect::<Vec<_>>()).await
    }

    async fn copy(self, target: &Target<'_>) -> Result<Self, DatabaseError> {
        // Nothing went before: what is told of an earlier stint is told of none.
        let stints = self
            .0
            .into_rows()
            .into_iter()
            .flat_map(|employee| employee.stints);
        target.copy(stints).await?;
        Ok(Self::default())
    }
}
