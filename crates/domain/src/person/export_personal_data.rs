//! Putting down that all that is held on a person was handed out.

use std::fmt::Display;

use serde::Serialize;

use super::request_ref::checked;
use super::{Person, PersonRejection, PersonState, PersonalDataExported};
use crate::{Command, Decided, Decision, Given, SubjectId};

/// Puts down that all that is held on a person is handed out. Each time counts: it is a fact of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExportPersonalData {
    /// The person.
    pub subject_id: SubjectId,
    /// The reference of the request in whatever books it is kept, at most 80 characters; no name, no tax number.
    pub request_ref: Option<String>,
    /// The log position up to which it was looked for. It is no part of what was asked for, and the count neither: a
    /// request sent again is still the same.
    #[serde(skip)]
    pub up_to_position: u64,
    /// How many events it was found in.
    #[serde(skip)]
    pub events: u64,
}

impl Command for ExportPersonalData {
    type Of = Person;
    type Answer = PersonalDataExported;

    const NAME: &'static str = "ExportPersonalData";

    fn stream_id(&self) -> impl Display + Send {
        Person::stream_id(&self.subject_id)
    }

    fn decide(&self, state: &PersonState, _given: &Given<'_>) -> Decided<Person> {
        let request_ref = checked(self.request_ref.as_ref())?;
        if !state.is_begun && self.events == 0 {
            return Err(PersonRejection::PersonUnknown);
        }
        Ok(Decision::event(PersonalDataExported {
            subject_id: self.subject_id.clone(),
            request_ref,
            up_to_position: self.up_to_position,
            events: self.events,
        }))
    }
}
