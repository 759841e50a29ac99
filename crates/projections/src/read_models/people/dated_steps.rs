//! Steps of employees: rows that hold from a day on, unless an employment that ends later in the log ends before that day.
//! Those of the first day of an employment go with it when that day is put right.

use jiff::civil::Date;

use super::employment_step::{Begins, EmploymentStep};
use super::of_employee;
use crate::fold_map::TextMap;
use crate::projection::{Fold, Target};
use crate::row::{StoredRow, row_bytes};
use crate::{ApplyError, DatabaseError, Event, Load};

/// A row that holds from a day on.
pub(crate) trait Dated: StoredRow {
    /// Marks those rows of an employee in the table that begin after a day: `$1` log, `$2` employee, `$3` the day.
    const SUPERSEDE: &str;
    /// Moves those rows of an employee in the table that hold from a day on: `$1` log, `$2` employee, `$3` the day, `$4` the
    /// new day.
    const MOVE: &str;

    /// Whose it is.
    fn employee_id(&self) -> &str;

    /// From which day on.
    fn day(&self) -> Date;

    /// Whether it never held.
    fn is_superseded(&self) -> bool;

    /// Says that it never held.
    fn supersede(&mut self);

    /// Says that it holds from another day on.
    fn move_to(&mut self, day: Date);
}

/// What an event does to the steps that were told before it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Effect {
    /// The employment ended on this day: what begins later never holds.
    Ended(Date),
    /// What holds from one day on holds from another one on.
    Moved {
        /// The day that was told.
        from: Date,
        /// The day that is right.
        to: Date,
    },
}

/// Takes an event of an employee into the steps; `begins` makes the step of what begins, if it says what the steps are of.
pub(super) fn follow<R: Dated>(
    event: &Event<'_>,
    steps: &mut Steps<R>,
    begins: impl FnOnce(&Begins<'_>) -> Result<Option<R>, ApplyError>,
) -> Result<(), ApplyError> {
    let Some(decoded) = of_employee(event)? else {
        return Ok(());
    };
    match EmploymentStep::of(&decoded) {
        Some(EmploymentStep::Begins(told)) => begins(&told)?.map_or(Ok(()), |step| steps.add(step)),
        Some(EmploymentStep::Ends(end)) => steps.take(end.employee_id.as_str(), Effect::Ended(end.date)),
        Some(EmploymentStep::Corrects(told)) => {
            let (from, to) = (told.from, told.to);
            steps.take(told.employee_id.as_str(), Effect::Moved { from, to })
        }
        None => Ok(()),
    }
}

/// The steps of one employee, as far as some events tell them.
#[derive(Debug)]
struct OfEmployee<R> {
    employee_id: String,
    /// What these events do to the steps that were told before them, in the order of the log.
    effects: Vec<Effect>,
    steps: Vec<R>,
}

impl<R: Dated> OfEmployee<R> {
    fn take(&mut self, effect: Effect) {
        let steps = self.steps.iter_mut();
        match effect {
            Effect::Ended(last_day) => steps.filter(|step| step.day() > last_day).for_each(R::supersede),
            Effect::Moved { from, to } => steps
                .filter(|step| step.day() == from && !step.is_superseded())
                .for_each(|step| step.move_to(to)),
        }
        self.effects.push(effect);
    }
}

/// The fold: steps by employee.
#[derive(Debug)]
pub struct Steps<R>(TextMap<OfEmployee<R>>);

impl<R> Default for Steps<R> {
    fn default() -> Self {
        Self(TextMap::default())
    }
}

#[expect(
    private_bounds,
    reason = "whoever names the fold need not know how its rows are dated"
)]
impl<R: Dated> Steps<R> {
    /// Adds a step.
    pub(super) fn add(&mut self, step: R) -> Result<(), ApplyError> {
        let employee_id = step.employee_id().to_owned();
        self.of(&employee_id)?.steps.push(step);
        Ok(())
    }

    /// Changes what was told before.
    pub(super) fn take(&mut self, employee_id: &str, effect: Effect) -> Result<(), ApplyError> {
        self.of(employee_id)?.take(effect);
        Ok(())
    }

    fn of(&mut self, employee_id: &str) -> Result<&mut OfEmployee<R>, ApplyError> {
        self.0.entry(&[employee_id], || {
            Ok(OfEmployee {
                employee_id: employee_id.to_owned(),
                effects: Vec::new(),
                steps: Vec::new(),
            })
        })
    }
}

impl<R: Dated> Fold for Steps<R> {
    const LOAD: Load = Load::ByKey;

    fn merge(&mut self, later: Self) {
        self.0.merge(later.0, |earlier, mut later| {
            for effect in later.effects {
                earlier.take(effect);
            }
            earlier.steps.append(&mut later.steps);
        });
    }

    fn bytes(&self) -> usize {
        let of_one = |employee: &OfEmployee<R>| employee.steps.iter().map(R::bytes).sum::<usize>();
        self.0.rows().iter().map(of_one).sum::<usize>() + row_bytes::<OfEmployee<R>>() * self.0.len()
    }

    async fn write(self, target: &Target<'_>) -> Result<(), DatabaseError> {
        let employees = self.0.into_rows();
        for employee in &employees {
            for effect in &employee.effects {
                let id = &employee.employee_id;
                match effect {
                    Effect::Ended(last_day) => target.query(R::SUPERSEDE, &[id, last_day]).await?,
                    Effect::Moved { from, to } => target.query(R::MOVE, &[id, from, to]).await?,
                };
            }
        }
        let steps: Vec<R> = employees
            .into_iter()
            .flat_map(|employee| employee.steps)
            .collect();
        target.insert(&steps).await
    }

    async fn copy(self, target: &Target<'_>) -> Result<Self, DatabaseError> {
        let employees = self.0.into_rows().into_iter();
        target.copy(employees.flat_map(|employee| employee.steps)).await?;
        Ok(Self::default())
    }
}
