//! What is known of persons, kept between commands: that nothing was erased of them, as of nearly everybody.
//!
//! A stale one does no harm: the append guards the person's stream at the version that it was read at.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use posars_domain::person::{GivenPerson, Person};
use posars_domain::{Aggregate as _, RetentionClass, SubjectId};
use posars_event_store::{Guard, StreamName, Version};

use crate::expected::expected;

/// The most persons kept; about 300 bytes each. Beyond it all are forgotten and read again.
const PERSONS_MAX: usize = 20_000;

/// A person and where that was read.
#[derive(Debug)]
pub(crate) struct KnownPerson {
    pub(crate) given: GivenPerson,
    pub(crate) stream: StreamName,
    pub(crate) version: Version,
}

impl KnownPerson {
    /// Holds while nothing more was erased.
    pub(crate) fn guard(&self) -> Guard {
        Guard::Stream {
            stream: self.stream.clone(),
            expected: expected(self.version),
        }
    }

    /// Whether nothing more may be sealed for the person under this class.
    pub(crate) fn has_lost(&self, class: RetentionClass) -> bool {
        self.given.erased.contains(&class)
    }
}

/// The persons that this process has read.
#[derive(Debug, Default)]
pub(crate) struct KnownPersons(RwLock<HashMap<SubjectId, Arc<KnownPerson>>>);

impl KnownPersons {
    pub(crate) fn get(&self, subject: &SubjectId) -> Option<Arc<KnownPerson>> {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(subject)
            .cloned()
    }

    pub(crate) fn keep(&self, person: &Arc<KnownPerson>) {
        let mut persons = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if persons.len() >= PERSONS_MAX {
            persons.clear();
        }
        persons.insert(person.given.subject_id.clone(), Arc::clone(person));
    }

    pub(crate) fn forget(&self, subject: &SubjectId) {
        self.0
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(subject);
    }

    /// Forgets the person whose stream this is, if it is one, and says who it was.
    pub(crate) fn forget_stream(&self, stream: &StreamName) -> Option<SubjectId> {
        if stream.category() != Person::CATEGORY {
            return None;
        }
        let mut persons = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let of_stream = |person: &&Arc<KnownPerson>| person.stream == *stream;
        let subject = persons.values().find(of_stream)?.given.subject_id.clone();
        persons.remove(&subject);
        Some(subject)
    }
}
