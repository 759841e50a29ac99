//! What several rules of an employee look at.

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;

use super::{EmployeeRejection, EmployeeState, EmploymentTerms, Stint, Wage};
use crate::books::BooksCircumstance;
use crate::circumstance::in_currency;
use crate::misplaced::{Refused, not_in_any_words, not_in_words};
use crate::person::{PersonSought, WhenErased};
use crate::store::StoreSettings;
use crate::text::{self, CODE_CHARS_MAX, NOTE_CHARS_MAX};
use crate::{
    Amount, Circumstance, CostCenterId, Currency, EmployeeId, Given, InvalidValue, LAST_DAY, Path, Personal,
    RetentionClass, StoreId, SubjectId, reasons,
};

/// The first day on which anybody can have been taken on: whoever works today began later.
pub const FIRST_ADMISSION: Date = date(1940, 1, 1);
/// The most changes of one kind that are kept of one employee; a change a week fills twenty years.
pub const CHANGES_MAX: usize = 1_000;
/// The most leaves that are kept of one employee; all are read before each decision.
pub const LEAVES_MAX: usize = 1_000;

/// Stands for a wage in errors: how much it is does not leave the command.
const A_WAGE: &str = "<a wage>";

/// Refuses a day on which nobody worked or will.
pub(super) fn employment_day(field: &'static str, day: Date) -> Result<(), InvalidValue> {
    if (FIRST_ADMISSION..=LAST_DAY).contains(&day) {
        return Ok(());
    }
    let rule = "days of an employment are of 1940-01-01 to 2099-12-31; correct the date";
    Err(InvalidValue::new(reasons::DATE_OUT_OF_RANGE, day, rule).at(field))
}

/// Refuses a day on which no employment begins or ends: nobody is taken on or dismissed more than a year ahead, and a year
/// that was mistyped would lock the person out until then.
pub(super) fn first_or_last_day(
    field: &'static str,
    day: Date,
    given: &Given<'_>,
) -> Result<(), InvalidValue> {
    employment_day(field, day)?;
    // A store may be ahead of Greenwich by most of a day.
    let today = given
        .recorded_at
        .to_zoned(TimeZone::UTC)
        .date()
        .saturating_add(1.day());
    if day <= today.saturating_add(1.year()) {
        return Ok(());
    }
    let rule =
        "an employment begins or ends at most a year ahead; correct the date, or come back nearer to it";
    Err(InvalidValue::new(reasons::DATE_OUT_OF_RANGE, day, rule).at(field))
}

/// Checks why something was done.
pub(super) fn reason(given: Option<&String>) -> Result<Option<String>, InvalidValue> {
    not_in_any_words("reason", given, Refused::Both)?;
    text::maybe("reason", given, NOTE_CHARS_MAX)
}

/// Checks what an employee works as.
pub(super) fn position(path: impl Into<Path>, position: &str) -> Result<String, InvalidValue> {
    let path = path.into();
    not_in_words(path, position, Refused::Both)?;
    text::required(path, position, CODE_CHARS_MAX)
}

/// Refuses a cost centre that nothing is posted to.
pub(super) fn cost_center(
    path: impl Into<Path>,
    cost_center: Option<&CostCenterId>,
    given: &Given<'_>,
) -> Result<(), Circumstance> {
    let Some(cost_center) = cost_center else {
        return Ok(());
    };
    let books = given.books.ok_or(BooksCircumstance::BooksNotBegun)?;
    books.open_cost_center(path, cost_center)
}

/// Checks the terms that an employment begins with.
pub(super) fn terms(
    terms: &EmploymentTerms,
    given: &Given<'_>,
) -> Result<EmploymentTerms, EmployeeRejection> {
    let path = Path::field("terms");
    let position = position(path.then("position"), &terms.position)?;
    cost_center(path.then("cost_center"), terms.cost_center.as_ref(), given)?;
    Ok(EmploymentTerms {
        position,
        ..terms.clone()
    })
}

/// Refuses a wage that is none, or in another currency than the store's. How much it is stays out of the refusal.
pub(super) fn wage(salary: &Personal<Wage>, store: &StoreSettings) -> Result<(), EmployeeRejection> {
    let Some(wage) = salary.clear() else { return Ok(()) };
    let path = Path::field("salary");
    if wage.amount <= Amount::ZERO {
        let rule = "a wage is above zero";
        return Err(InvalidValue::new("SALARY_NOT_POSITIVE", A_WAGE, rule)
            .at(path)
            .into());
    }
    if !wage.amount.is_in_range() {
        return Err(
            InvalidValue::new(reasons::AMOUNT_OUT_OF_RANGE, A_WAGE, Amount::RANGE_RULE)
                .at(path)
                .into(),
        );
    }
    paid_in(wage.currency, store)?;
    Ok(())
}

fn paid_in(currency: Currency, store: &StoreSettings) -> Result<(), Circumstance> {
    in_currency(currency, store.currency)
}

/// Refuses to seal anything of a person under a class that was erased.
pub(super) fn not_erased(given: &Given<'_>, class: RetentionClass) -> Result<(), Circumstance> {
    match given.person {
        Some(person) if person.erased.contains(&class) => Err(Circumstance::PersonErased { class }),
        Some(_) | None => Ok(()),
    }
}

impl EmployeeState {
    /// The person, who is there since the hire.
    pub(super) fn hired(&self, employee_id: &EmployeeId) -> Result<&SubjectId, EmployeeRejection> {
        self.subject_id.as_ref().ok_or_else(|| self.unknown(employee_id))
    }

    /// What a command about the person seals data of.
    pub(super) fn person_sought(&self, class: RetentionClass) -> Option<PersonSought<'_>> {
        let subject = self.subject_id.as_ref()?;
        Some(PersonSought {
            subject: Some(subject),
            finder: None,
            class,
            when_erased: WhenErased::Told,
        })
    }

    /// The store where the employee works on a day; before the first day of work that of the first day.
    pub(super) fn store_on(&self, day: Date) -> Option<&StoreId> {
        let terms = self.terms_on(day);
        let terms = terms.or_else(|| self.assignments.first().map(|first| &first.terms));
        terms.map(|terms| &terms.store_id)
    }

    /// The store where the employee works last, as far as is known.
    pub(super) fn last_store(&self) -> Option<&StoreId> {
        self.store_on(LAST_DAY)
    }

    /// The employment of a day.
    ///
    /// # Errors
    /// [`EmployeeRejection::EffectiveDateBeforeHire`] when the next one begins later,
    /// [`EmployeeRejection::EmployeeNotActive`] when the last one ended before.
    pub(super) fn employed_on(
        &self,
        employee_id: &EmployeeId,
        field: &'static str,
        day: Date,
    ) -> Result<&Stint, EmployeeRejection> {
        employment_day(field, day)?;
        if let Some(stint) = self.stint_on(day) {
            return Ok(stint);
        }
        let next = self.stints.iter().find(|stint| stint.admission_date > day);
        if let Some(next) = next {
            return Err(EmployeeRejection::EffectiveDateBeforeHire {
                path: field.into(),
                date: day,
                admission_date: next.admission_date,
            });
        }
        let ended_on = self.stints.last().and_then(|stint| stint.ended_on);
        Err(EmployeeRejection::EmployeeNotActive {
            employee_id: employee_id.clone(),
            ended_on: ended_on.unwrap_or(day),
        })
    }

    /// No employee has this id.
    pub(super) fn unknown(&self, employee_id: &EmployeeId) -> EmployeeRejection {
        EmployeeRejection::EmployeeUnknown {
            employee_id: employee_id.clone(),
        }
    }

    /// Why nobody new is taken on under an id that somebody has.
    pub(super) fn taken(&self, employee_id: &EmployeeId) -> EmployeeRejection {
        let employee_id = employee_id.clone();
        match self.stints.last() {
            Some(Stint {
                ended_on: Some(ended_on),
                ..
            }) => EmployeeRejection::EmployeeExists {
                employee_id,
                ended_on: *ended_on,
            },
            Some(Stint { admission_date, .. }) => EmployeeRejection::EmployeeAlreadyActive {
                employee_id,
                admission_date: *admission_date,
            },
            None => EmployeeRejection::EmployeeUnknown { employee_id },
        }
    }

    /// Refuses more of something than is kept of one employee.
    pub(super) fn has_room(
        employee_id: &EmployeeId,
        what: &'static str,
        count: usize,
        count_max: usize,
    ) -> Result<(), EmployeeRejection> {
        if count < count_max {
            return Ok(());
        }
        Err(EmployeeRejection::EmployeeFull {
            employee_id: employee_id.clone(),
            what,
            count,
        })
    }
}
