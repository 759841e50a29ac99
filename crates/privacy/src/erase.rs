//! Erasing a person who asks for it.

use posars_commands::{Completed, Envelope};
use posars_domain::person::{ErasePersonalData, Holdings, PersonEvent};
use posars_domain::{RetentionClass, SubjectId};
use posars_keyring::KeyUse;

use crate::{KnownPerson, Privacy, PrivacyError};

/// What an erasure came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erased {
    /// The person afterwards; of a dry run, as they are.
    pub person: KnownPerson,
    /// What was written.
    pub completed: Completed<PersonEvent>,
}

impl Erased {
    /// The classes that this request erased.
    #[must_use]
    pub fn classes(&self) -> Vec<RetentionClass> {
        classes_of(&self.completed.events)
    }
}

/// The classes that these events erase.
pub(crate) fn classes_of(events: &[PersonEvent]) -> Vec<RetentionClass> {
    let erased = events.iter().filter_map(|event| match event {
        PersonEvent::PersonalDataErased(erased) => Some(erased.classes.iter().copied()),
        PersonEvent::ErasureRequested(_) | PersonEvent::PersonalDataExported(_) => None,
    });
    erased.flatten().collect()
}

impl Privacy {
    /// Erases a person: what no law asks to be kept now, the rest when it is due. What is erased is gone when this answers.
    ///
    /// # Errors
    /// [`PrivacyError::Command`] with `PERSON_UNKNOWN` when nothing is known of such a person, and as
    /// [`posars_commands::Commands::carry_out`]. After an error the same request again goes on where this one ended.
    pub async fn erase(
        &self,
        subject: &SubjectId,
        request_ref: Option<String>,
        envelope: &Envelope,
    ) -> Result<Erased, PrivacyError> {
        let envelope = self.confirmed(envelope).await?;
        let mut holdings = self.holdings(subject).await?;
        if !self.close_due(subject, &holdings, &envelope).await? {
            // Something was sealed for the person in this moment, by a later day: that one counts.
            holdings = self.holdings(subject).await?;
        }
        let command = ErasePersonalData {
            subject_id: subject.clone(),
            request_ref,
            holdings,
        };
        let completed = self.commands.carry_out(&command, &envelope).await?;
        if self.destroy_erased(subject).await? > 0 {
            self.sweep().await;
        }
        let state = self.commands.current().person_state(subject).await?;
        let person = KnownPerson::of(subject.clone(), &state, &command.holdings);
        Ok(Erased { person, completed })
    }

    /// Closes the keys that are to go because their time is over, so that nothing is sealed with them between this look and
    /// the event. Answers whether all of them were last used on the days that were seen; nothing is closed in a dry run.
    pub(crate) async fn close_due(
        &self,
        subject: &SubjectId,
        holdings: &Holdings,
        envelope: &Envelope,
    ) -> Result<bool, PrivacyError> {
        if !self.writes {
            return Ok(true);
        }
        let state = self.commands.person_state(subject).await?;
        let due = holdings.due_at(&state, envelope.received_at);
        let seen = holdings.keys.iter().filter(|key| due.contains(&key.class));
        let seen: Vec<KeyUse> = seen
            .map(|key| KeyUse {
                class: key.class,
                last_used_on: key.last_used_on,
            })
            .collect();
        Ok(seen.is_empty() || self.keyring().close(subject, &seen).await?)
    }

    /// Destroys the keys of a person that the log calls erased; nothing of a dry run. Answers how many were there.
    pub(crate) async fn destroy_erased(&self, subject: &SubjectId) -> Result<u64, PrivacyError> {
        if !self.writes {
            return Ok(0);
        }
        // The company may have moved to another database while the command waited: the keys are there, and so is the event.
        let here = self.commands.current();
        let state = here.person_state(subject).await?;
        let erased: Vec<RetentionClass> = state.erased.into_iter().collect();
        if erased.is_empty() {
            return Ok(0);
        }
        here.forget_person(subject);
        let destroyed = here.keyring().destroy(subject, &erased).await?;
        if destroyed > 0 {
            tracing::info!(keys = destroyed, "keys of a person were destroyed");
        }
        Ok(destroyed)
    }
}
