//! Erasing what is no longer to be kept.

use std::fmt::Display;

use serde::Serialize;

use super::{ErasureCause, Holdings, Person, PersonState, PersonalDataErased};
use crate::{Command, Decided, Decision, Given, SubjectId};

/// Erases what of a person is no longer to be kept; nothing when nothing is due.
///
/// The keys are destroyed after its event is in the log, by the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShredDue {
    /// The person.
    pub subject_id: SubjectId,
    /// What is held of the person.
    #[serde(skip)]
    pub holdings: Holdings,
    /// Whether nothing was ever sealed with the keys, as when a sale was refused after they were made: then all of them go.
    #[serde(skip)]
    pub is_unused: bool,
}

impl Command for ShredDue {
    type Of = Person;
    type Answer = PersonalDataErased;

    const NAME: &'static str = "ShredDue";

    fn stream_id(&self) -> impl Display + Send {
        Person::stream_id(&self.subject_id)
    }

    fn decide(&self, state: &PersonState, given: &Given<'_>) -> Decided<Person> {
        let classes = if self.is_unused {
            self.holdings.all(state)
        } else {
            self.holdings.due_at(state, given.recorded_at)
        };
        if classes.is_empty() {
            return Ok(Decision::nothing());
        }
        Ok(Decision::event(PersonalDataErased {
            subject_id: self.subject_id.clone(),
            classes,
            cause: ErasureCause::Retention,
        }))
    }
}
