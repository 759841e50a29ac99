//! All that is held on a person (LGPD, art. 18), each piece with where it came from.

mod content;
mod held;
mod record;
mod sheet;

use futures_util::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use posars_commands::{CommandError, Completed, Envelope};
use posars_domain::person::{ExportPersonalData, PersonEvent};
use posars_domain::{Rejection, SubjectId, Told};
use posars_event_store::{Position, RecordedEvent, StreamName};
use serde::Serialize;

use crate::{KnownPerson, Privacy, PrivacyError};
pub use record::{Datum, Door, Record};

/// Streams read at once.
const STREAMS_AT_ONCE: usize = 8;
/// Events whose fields are opened together.
const EVENTS_AT_ONCE: usize = 200;

/// All that is held on a person.
#[derive(Clone, Debug, Serialize)]
pub struct Export {
    /// The company.
    pub company: String,
    /// The person, with what is held by class.
    pub person: KnownPerson,
    /// When it was gathered.
    pub made_at: Timestamp,
    /// The log position up to which it was looked for.
    pub up_to_position: u64,
    /// Every event that holds something, oldest first.
    pub records: Vec<Record>,
    /// Where else something may be that no person's id leads to.
    pub not_covered: &'static [&'static str],
}

/// What is kept under no person's id.
const NOT_COVERED: &[&str] = &[
    "users of this server and what they may do (posars users list)",
    "who recorded what: the subject of the token, in the metadata of every event",
    "texts that people wrote: sellers of sales, reasons, notes, names of parties of the books",
];

/// What was handed out, and that this was put down.
#[derive(Clone, Debug)]
pub struct Exported {
    /// All that is held.
    pub export: Export,
    /// What was written.
    pub completed: Completed<PersonEvent>,
}

/// More is held on a person than one answer may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "more than {events_max} events hold something of this person; `posars people export` hands out up to 20000"
)]
pub struct ExportTooLarge {
    /// The most events that one answer has.
    pub events_max: usize,
}

impl Rejection for ExportTooLarge {
    fn told(&self) -> Told {
        Told::state("EXPORT_TOO_LARGE").with("events_max", self.events_max)
    }
}

impl Privacy {
    /// Gathers all that is held on a person, from at most so many events, and puts down that it is handed out.
    ///
    /// # Errors
    /// [`PrivacyError::Command`] with `PERSON_UNKNOWN` when nothing is known of such a person, with [`ExportTooLarge`] when
    /// it is in more events, and while the keys are locked.
    pub async fn export(
        &self,
        subject: &SubjectId,
        request_ref: Option<String>,
        events_max: usize,
        envelope: &Envelope,
    ) -> Result<Exported, PrivacyError> {
        let up_to = self.commands.log().head().await?.position;
        let events = self.events_of(subject, up_to, events_max).await?;
        let mut records = Vec::with_capacity(events.len());
        for some in events.chunks(EVENTS_AT_ONCE) {
            records.extend(self.opened(some, subject).await?);
        }
        let command = ExportPersonalData {
            subject_id: subject.clone(),
            request_ref,
            up_to_position: up_to.get(),
            events: u64::try_from(records.len()).unwrap_or(u64::MAX),
        };
        // Before the append: nobody may be there who brings the index of people up to it.
        let holdings = self.holdings(subject).await?;
        let completed = self.commands.carry_out(&command, envelope).await?;
        let state = self.commands.person_state(subject).await?;
        Ok(Exported {
            export: Export {
                company: self.commands.log().name().to_string(),
                person: KnownPerson::of(subject.clone(), &state, &holdings),
                made_at: envelope.received_at,
                up_to_position: up_to.get(),
                records,
                not_covered: NOT_COVERED,
            },
            completed,
        })
    }

    /// Every event of the streams that hold something of a person, up to a position, oldest first.
    async fn events_of(
        &self,
        subject: &SubjectId,
        up_to: Position,
        events_max: usize,
    ) -> Result<Vec<RecordedEvent>, PrivacyError> {
        let mut streams = self.streams_of(subject).await?;
        streams.extend(self.items_of(subject).await?);
        let too_large = || {
            let refusal = ExportTooLarge { events_max };
            PrivacyError::Command(CommandError::Rejected(Box::new(refusal)))
        };
        if streams.len() > events_max {
            return Err(too_large());
        }
        let mut reads = futures_util::stream::iter(streams)
            .map(|stream: StreamName| async move { self.whole_stream(&stream).await })
            .buffered(STREAMS_AT_ONCE);
        let mut events = Vec::new();
        while let Some(of_stream) = reads.try_next().await? {
            events.extend(of_stream.into_iter().filter(|event| event.position <= up_to));
            if events.len() > events_max {
                return Err(too_large());
            }
        }
        events.sort_by_key(|event: &RecordedEvent| event.position);
        Ok(events)
    }
}
