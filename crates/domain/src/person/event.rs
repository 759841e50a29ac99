//! What can have happened to what is known of a person; append-only.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::closed_word::closed_word;
use crate::event::events;
use crate::{RetentionClass, SubjectId};

events! {
    /// What can have happened to what is known of a person.
    pub enum PersonEvent of PersonKind {
        /// Somebody asked for the erasure.
        ErasureRequested(ErasureRequested) = 1,
        /// Keys were given up: what they sealed is gone.
        PersonalDataErased(PersonalDataErased) = 1,
        /// All that is known was handed out.
        PersonalDataExported(PersonalDataExported) = 1,
    }
}

impl PersonEvent {
    /// The person.
    #[must_use]
    pub const fn subject_id(&self) -> &SubjectId {
        match self {
            Self::ErasureRequested(event) => &event.subject_id,
            Self::PersonalDataErased(event) => &event.subject_id,
            Self::PersonalDataExported(event) => &event.subject_id,
        }
    }
}

closed_word!(
    /// Why personal data was erased.
    ErasureCause, "ERASURE_CAUSE_INVALID", "a cause is request or retention", {
        /// The person asked for it.
        Request = "request",
        /// The time that it is kept for is over.
        Retention = "retention",
    }
);

/// A class whose data the law keeps for now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldClass {
    /// The class.
    pub class: RetentionClass,
    /// The first day on which it will be erased; `None` while an employment lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// Somebody asked for the erasure of what is known of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureRequested {
    /// The person.
    pub subject_id: SubjectId,
    /// The reference of the request in whatever books it is kept, at most 80 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_ref: Option<String>,
    /// What the law keeps for now, in the order of the classes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held: Vec<HeldClass>,
}

/// The keys of these classes were given up. They are destroyed after this event, never before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalDataErased {
    /// The person.
    pub subject_id: SubjectId,
    /// The classes, in their order; at least one.
    pub classes: Vec<RetentionClass>,
    /// Why.
    pub cause: ErasureCause,
}

/// All that is known of a person was handed out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalDataExported {
    /// The person.
    pub subject_id: SubjectId,
    /// The reference of the request in whatever books it is kept, at most 80 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_ref: Option<String>,
    /// The log position up to which it was looked for.
    pub up_to_position: u64,
    /// How many events it was found in.
    pub events: u64,
}
