//! Erasing a person who asks for it.

use std::fmt::Display;

use serde::Serialize;

use super::request_ref::checked;
use super::{
    ErasureCause, ErasureRequested, Holdings, Person, PersonRejection, PersonState, PersonalDataErased,
};
use crate::{Command, Decided, Decision, Given, SubjectId};

/// Erases what no law asks to be kept, and says until when the rest is kept.
///
/// The keys are destroyed after its events are in the log, by the caller. Asked again with the same reference it erases
/// what may be erased by now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErasePersonalData {
    /// The person.
    pub subject_id: SubjectId,
    /// The reference of the request in whatever books it is kept, at most 80 characters; no name, no tax number.
    pub request_ref: Option<String>,
    /// What is held of the person. It is no part of what was asked for, so that a request sent again is still the same.
    #[serde(skip)]
    pub holdings: Holdings,
}

impl Command for ErasePersonalData {
    type Of = Person;
    type Answer = ErasureRequested;

    const NAME: &'static str = "ErasePersonalData";

    fn stream_id(&self) -> impl Display + Send {
        Person::stream_id(&self.subject_id)
    }

    fn decide(&self, state: &PersonState, given: &Given<'_>) -> Decided<Person> {
        let request_ref = checked(self.request_ref.as_ref())?;
        if !state.is_begun && self.holdings.keys.is_empty() {
            return Err(PersonRejection::PersonUnknown);
        }
        let sorted = self.holdings.on_request(state, given.recorded_at);
        let requested = ErasureRequested {
            subject_id: self.subject_id.clone(),
            request_ref,
            held: sorted.keep,
        };
        let mut decision = Decision::nothing();
        if state.last_request.as_ref() != Some(&requested) {
            decision.events.push(requested.into());
        }
        if !sorted.erase.is_empty() {
            let erased = PersonalDataErased {
                subject_id: self.subject_id.clone(),
                classes: sorted.erase,
                cause: ErasureCause::Request,
            };
            decision.events.push(erased.into());
        }
        Ok(decision)
    }
}
