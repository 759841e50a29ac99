//! Erasing what is no longer to be kept.

use posars_commands::Envelope;
use posars_domain::person::{Person, PersonEvent, ShredDue};
use posars_domain::{Aggregate as _, DomainEvent as _, RetentionClass, SubjectId};
use posars_event_store::StreamName;

use posars_projections::PageRequest;

use crate::erase::classes_of;
use crate::records::unreadable;
use crate::{Privacy, PrivacyError};

/// The most people that one look erases something of, so that an answer stays small.
pub const PEOPLE_MAX: usize = 1_000;
/// How old keys are that are looked at for whether anything was recorded with them, at least and at most: an append does
/// not take a day, and a server that looks every hour has seen them by then.
const UNUSED_HOURS: (i32, i32) = (24, 240);
/// The index of what is held of people.
const PERSON_RECORDS: &str = "person_records";
/// People looked at in one step.
const PAGE_PEOPLE: u32 = 500;

/// A person of whom something was erased because its time was over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shredded {
    /// The person.
    pub subject_id: SubjectId,
    /// What was erased, in the order of the classes.
    pub classes: Vec<RetentionClass>,
}

/// What a look for data that is no longer to be kept came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shredding {
    /// Those of whom something was erased.
    pub people: Vec<Shredded>,
    /// Keys that a process had left: of people who were erased before, or of whom nothing was recorded in the end.
    pub leftovers: u64,
    /// Whether there are more: look again.
    pub more: bool,
}

impl Privacy {
    /// Erases what is no longer to be kept, of at most [`PEOPLE_MAX`] people, and destroys keys that were left of what is
    /// erased. Two processes that do so at once do no harm: one of them finds nothing left.
    ///
    /// # Errors
    /// [`PrivacyError`]; what was erased before it stays so.
    pub async fn shred_due(&self, envelope: &Envelope) -> Result<Shredding, PrivacyError> {
        let envelope = &self.confirmed(envelope).await?;
        let leftovers = self.destroy_leftovers().await? + self.erase_unused(envelope).await?;
        let shredding = self.shred_until_enough(leftovers, envelope).await?;
        if self.writes && (shredding.leftovers > 0 || !shredding.people.is_empty()) {
            self.sweep().await;
        }
        Ok(shredding)
    }

    async fn shred_until_enough(
        &self,
        leftovers: u64,
        envelope: &Envelope,
    ) -> Result<Shredding, PrivacyError> {
        let mut shredding = Shredding {
            leftovers,
            ..Shredding::default()
        };
        let policy = self.commands.retention_policy().await?;
        let today = jiff::tz::TimeZone::UTC.to_datetime(envelope.received_at).date();
        let cutoffs: Vec<_> = RetentionClass::ALL
            .iter()
            .map(|class| (*class, policy.last_use_due_on(*class, today)))
            .collect();
        let mut after = None;
        loop {
            let page = self
                .keyring()
                .last_used_by(&cutoffs, after.as_ref(), PAGE_PEOPLE)
                .await?;
            let Some(last) = page.last().cloned() else {
                return Ok(shredding);
            };
            for subject_id in page {
                if shredding.people.len() >= PEOPLE_MAX {
                    shredding.more = true;
                    return Ok(shredding);
                }
                let classes = self.shred(&subject_id, envelope).await?;
                if !classes.is_empty() {
                    shredding.people.push(Shredded { subject_id, classes });
                }
            }
            after = Some(last);
        }
    }

    async fn shred(
        &self,
        subject: &SubjectId,
        envelope: &Envelope,
    ) -> Result<Vec<RetentionClass>, PrivacyError> {
        let holdings = self.holdings(subject).await?;
        // Used in this moment, so that it is no longer due.
        if !self.close_due(subject, &holdings, envelope).await? {
            return Ok(Vec::new());
        }
        let command = ShredDue {
            subject_id: subject.clone(),
            holdings,
            is_unused: false,
        };
        let completed = self.commands.carry_out(&command, envelope).await?;
        // Nothing left to do is answered with the event of before.
        if completed.replayed {
            return Ok(Vec::new());
        }
        self.destroy_erased(subject).await?;
        Ok(classes_of(&completed.events))
    }

    /// Erases people of whom a key was made a day ago or more, and nothing recorded: the sale was refused, or its process
    /// died. Otherwise somebody would be found here by a tax number that is in no event.
    async fn erase_unused(&self, envelope: &Envelope) -> Result<u64, PrivacyError> {
        let status = self.projections.status().await?;
        // What the index has set aside may be of them.
        let index = status.iter().find(|one| one.projection == PERSON_RECORDS);
        if index.is_none_or(|index| index.parked > 0) {
            return Ok(0);
        }
        let freshness = self.up_to_now().await?;
        let first = PageRequest::first(1);
        let (mut unused, mut after) = (0, None);
        loop {
            let page = self
                .keyring()
                .made_ago(UNUSED_HOURS, after.as_ref(), PAGE_PEOPLE)
                .await?;
            let Some(last) = page.last().cloned() else {
                return Ok(unused);
            };
            for subject_id in page {
                let records = self
                    .projections
                    .list_person_records(&subject_id, &first, freshness);
                if records.await?.rows.is_empty() {
                    unused += self.erase_unused_person(subject_id, envelope).await?;
                }
            }
            after = Some(last);
        }
    }

    /// As all else that is erased: told first, so that whoever seals for the person at this moment notices.
    async fn erase_unused_person(
        &self,
        subject_id: SubjectId,
        envelope: &Envelope,
    ) -> Result<u64, PrivacyError> {
        let command = ShredDue {
            holdings: self.holdings(&subject_id).await?,
            subject_id,
            is_unused: true,
        };
        self.commands.carry_out(&command, envelope).await?;
        self.destroy_erased(&command.subject_id).await
    }

    /// Destroys the keys of what the log calls erased, where a process died between telling and destroying.
    async fn destroy_leftovers(&self) -> Result<u64, PrivacyError> {
        let mut leftovers = 0;
        let mut after: Option<StreamName> = None;
        loop {
            let log = self.commands.log();
            let page = log
                .streams_of(Person::CATEGORY, after.as_ref(), PAGE_PEOPLE)
                .await?;
            let streams: Vec<StreamName> = page.into_iter().map(|(stream, _)| stream).collect();
            let Some(last) = streams.last().cloned() else {
                return Ok(leftovers);
            };
            let mut subjects = Vec::with_capacity(streams.len());
            for event in log.first_events(&streams).await?.into_iter().flatten() {
                let told =
                    PersonEvent::from_json(event.event_type.as_str(), event.schema_version, &event.data);
                let told = told.map_err(|error| unreadable(&event, &error))?;
                subjects.push(told.subject_id().clone());
            }
            for subject in self.keyring().with_keys(&subjects).await? {
                leftovers += self.destroy_erased(&subject).await?;
            }
            after = Some(last);
        }
    }
}
