//! What the events of a person add up to.

use std::collections::BTreeSet;

use super::{ErasureRequested, PersonEvent, PersonRejection};
use crate::{Aggregate, RetentionClass, SubjectId};

/// What a person is, as far as their data goes.
#[derive(Debug, Clone, Copy)]
pub struct Person;

impl Person {
    /// The id part of the stream's name.
    #[must_use]
    pub fn stream_id(subject_id: &SubjectId) -> &str {
        subject_id.as_str()
    }
}

impl Aggregate for Person {
    const CATEGORY: &'static str = "person";
    type Event = PersonEvent;
    type State = PersonState;
    type Rejection = PersonRejection;

    fn evolve(mut state: PersonState, event: &PersonEvent) -> PersonState {
        state.is_begun = true;
        match event {
            PersonEvent::ErasureRequested(event) => state.last_request = Some(event.clone()),
            PersonEvent::PersonalDataErased(event) => state.erased.extend(&event.classes),
            PersonEvent::PersonalDataExported(_) => {}
        }
        state
    }
}

/// A person as they stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PersonState {
    /// Whether anything was ever told of the person here. Of most people nothing is: their data is in other streams.
    pub is_begun: bool,
    /// The classes whose keys were given up: nothing more is sealed for the person under one of them.
    pub erased: BTreeSet<RetentionClass>,
    /// The request for erasure that came last; `None` before any.
    pub last_request: Option<ErasureRequested>,
}
