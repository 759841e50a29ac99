//! What is held of a person, and until when.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{self, Offset};

use super::{HeldClass, PersonState};
use crate::{RetentionClass, RetentionPolicy};

/// The zone in which a day begins last.
const LAST_ZONE: Offset = tz::offset(-12);

/// A key of a person that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    /// What it seals.
    pub class: RetentionClass,
    /// The latest business day of anything that it seals.
    pub last_used_on: Date,
}

/// Whether a person works for the company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Employment {
    /// They never did.
    #[default]
    Never,
    /// They do.
    Lasts,
    /// They did, until this day.
    EndedOn(Date),
}

/// What is held of a person, with all that says until when.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holdings {
    /// The keys that are there, in the order of the classes, each class once.
    pub keys: Vec<Holding>,
    /// Whether the person works for the company.
    pub employment: Employment,
    /// For how long the company keeps what.
    pub policy: RetentionPolicy,
}

/// What is to become of the keys of a person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sorted {
    /// To be erased now, in the order of the classes.
    pub erase: Vec<RetentionClass>,
    /// To be kept for now.
    pub keep: Vec<HeldClass>,
}

impl Holdings {
    /// The first day on which a key is no longer to be kept; `None` while an employment needs it.
    ///
    /// While somebody works for the company, the company has to reach and to pay them. After that the time runs from their
    /// last day of work, or from a later use.
    #[must_use]
    pub fn due_on(&self, key: Holding) -> Option<Date> {
        let last_used_on = match (key.class, self.employment) {
            (RetentionClass::Contact | RetentionClass::Labour, Employment::Lasts) => return None,
            (RetentionClass::Contact | RetentionClass::Labour, Employment::EndedOn(day)) => {
                key.last_used_on.max(day)
            }
            (RetentionClass::Fiscal, _) | (_, Employment::Never) => key.last_used_on,
        };
        Some(self.policy.due_on(key.class, last_used_on))
    }

    /// What is no longer to be kept at a time, less what is erased already.
    #[must_use]
    pub fn due_at(&self, state: &PersonState, now: Timestamp) -> Vec<RetentionClass> {
        let sorted = self.sorted(state, |_, due_on| due_on.is_some_and(|day| has_begun(day, now)));
        sorted.erase
    }

    /// All that there is, less what is erased already.
    pub(super) fn all(&self, state: &PersonState) -> Vec<RetentionClass> {
        self.sorted(state, |_, _| true).erase
    }

    /// What is erased when somebody asks for it: what no law asks to be kept, and what is no longer to be kept.
    #[must_use]
    pub fn on_request(&self, state: &PersonState, now: Timestamp) -> Sorted {
        self.sorted(state, |class, due_on| match class {
            // Who works here has to be reached, and an address that was erased could not be put down anew.
            RetentionClass::Contact => due_on.is_some(),
            RetentionClass::Fiscal | RetentionClass::Labour => due_on.is_some_and(|day| has_begun(day, now)),
        })
    }

    fn sorted(&self, state: &PersonState, is_to_go: impl Fn(RetentionClass, Option<Date>) -> bool) -> Sorted {
        let mut sorted = Sorted::default();
        for key in self.keys.iter().filter(|key| !state.erased.contains(&key.class)) {
            let until = self.due_on(*key);
            if is_to_go(key.class, until) {
                sorted.erase.push(key.class);
            } else {
                let class = key.class;
                sorted.keep.push(HeldClass { class, until });
            }
        }
        sorted
    }
}

/// Whether a day has begun in every zone: nothing is erased on the evening before its day.
fn has_begun(day: Date, now: Timestamp) -> bool {
    LAST_ZONE.to_datetime(now).date() >= day
}
