//! Which data of a person is held, why, and until when; not the data itself.

use jiff::civil::Date;
use posars_domain::person::{Employment, Holding, Holdings, PersonState};
use posars_domain::{RetentionClass, SubjectId, TaxId};
use serde::Serialize;

use crate::{Privacy, PrivacyError};

/// A person whose data is held, or was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KnownPerson {
    /// The person.
    pub subject_id: SubjectId,
    /// What is held or was erased, in the order of the classes.
    pub classes: Vec<ClassKept>,
    /// Whether somebody asked for the erasure.
    pub erasure_requested: bool,
}

/// What became of the data of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ClassKept {
    /// The class.
    pub class: RetentionClass,
    /// What became of it.
    #[serde(flatten)]
    pub kept: Kept,
}

/// What became of the data of a class.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Kept {
    /// It was erased.
    Erased,
    /// It is held.
    Held {
        /// The last business day of anything that holds it.
        last_used_on: Date,
        /// The first day on which it is erased by itself; `None` while an employment needs it.
        due_on: Option<Date>,
    },
}

impl KnownPerson {
    /// Whether anything is held.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.classes.iter().any(|class| class.kept != Kept::Erased)
    }

    pub(crate) fn of(subject_id: SubjectId, state: &PersonState, holdings: &Holdings) -> Self {
        let kept = |class: &RetentionClass| {
            let key = holdings.keys.iter().find(|key| key.class == *class);
            let kept = match key {
                _ if state.erased.contains(class) => Kept::Erased,
                Some(key) => Kept::Held {
                    last_used_on: key.last_used_on,
                    due_on: holdings.due_on(*key),
                },
                None => return None,
            };
            Some(ClassKept { class: *class, kept })
        };
        Self {
            subject_id,
            classes: RetentionClass::ALL.iter().filter_map(kept).collect(),
            erasure_requested: state.last_request.is_some(),
        }
    }
}

impl Privacy {
    /// Who is known by a tax number, employees first, then the oldest first.
    ///
    /// # Errors
    /// [`PrivacyError`]; without the master key nobody can be found.
    pub async fn find(&self, tax_id: &TaxId) -> Result<Vec<KnownPerson>, PrivacyError> {
        let mut subjects = Vec::new();
        for found in self.keyring().find(tax_id.as_str()).await? {
            if !subjects.contains(&found.subject) {
                subjects.push(found.subject);
            }
        }
        let mut people = Vec::with_capacity(subjects.len());
        for subject in subjects {
            // Whose keys were to be destroyed is no longer known by the number, although it may still be found.
            let person = self.known(&subject).await?;
            people.extend(person.filter(KnownPerson::is_held));
        }
        Ok(people)
    }

    /// What is held of a person; `None` when nothing is, and never was.
    ///
    /// # Errors
    /// [`PrivacyError`]; it needs no master key.
    pub async fn known(&self, subject: &SubjectId) -> Result<Option<KnownPerson>, PrivacyError> {
        let holdings = self.holdings(subject).await?;
        let state = self.commands.person_state(subject).await?;
        if holdings.keys.is_empty() && !state.is_begun {
            return Ok(None);
        }
        Ok(Some(KnownPerson::of(subject.clone(), &state, &holdings)))
    }

    /// The keys of a person, with all that says until when they are kept.
    pub(crate) async fn holdings(&self, subject: &SubjectId) -> Result<Holdings, PrivacyError> {
        let uses = self.keyring().uses(subject).await?;
        let mut keys: Vec<Holding> = uses
            .iter()
            .map(|key| Holding {
                class: key.class,
                last_used_on: key.last_used_on,
            })
            .collect();
        keys.sort_by_key(|key| key.class);
        let is_employee = keys.iter().any(|key| key.class == RetentionClass::Labour);
        let employment = if is_employee {
            self.employment(subject).await?
        } else {
            Employment::Never
        };
        Ok(Holdings {
            keys,
            employment,
            policy: self.commands.retention_policy().await?,
        })
    }
}
