//! Many commands at once, as a spreadsheet brings them: what they have in common on their way to one append.

use std::collections::HashSet;
use std::iter;
use std::sync::Arc;

use posars_domain::{Claim, SubjectId};
use posars_event_store::{
    APPEND_BYTES_MAX, APPEND_CHECKS_MAX, APPEND_EVENTS_MAX, Append, AppendError, ExpectedVersion, Guard,
    NewEvent, StreamName,
};

use crate::batch_answers::{BatchAnswers, Written};
use crate::error::from_append;
use crate::keys::LogClaim;
use crate::known_persons::KnownPerson;
use crate::names::Name;
use crate::{CommandError, Commands, Envelope};

/// The most commands of one batch: as many events as one append takes.
pub const BATCH_MAX: usize = APPEND_EVENTS_MAX;

/// Commands decided before others on this thread have a turn: other calls, and what the connections have to send and to
/// receive. Less than a millisecond of work.
const DECISIONS_BETWEEN_YIELDS: usize = 50;

/// A command to be carried out with others, and what surrounds it.
#[derive(Clone, Debug)]
pub struct Offered<C> {
    pub(crate) command: C,
    pub(crate) envelope: Envelope,
}

impl<C> Offered<C> {
    /// Puts the two together.
    #[must_use]
    pub const fn new(command: C, envelope: Envelope) -> Self {
        Self { command, envelope }
    }

    /// The command.
    #[must_use]
    pub const fn command(&self) -> &C {
        &self.command
    }
}

/// A command that the rules accept, ready for the log as a new stream.
pub(crate) struct Accepted {
    index: usize,
    stream: StreamName,
    events: Vec<NewEvent>,
    claims: Vec<Guard>,
    /// Whose data it holds.
    person: Option<Arc<KnownPerson>>,
}

/// What one append is to write, and on which conditions.
#[derive(Default)]
pub(crate) struct Together {
    /// Which append of the call it is.
    pub(crate) number: u32,
    accepted: Vec<Accepted>,
    /// Beyond the claims, which are with their commands.
    guards: Vec<Guard>,
    /// The persons who are among the guards.
    persons: HashSet<SubjectId>,
    check_count: usize,
    event_count: usize,
    size_bytes: usize,
}

impl Commands {
    /// Appends what is gathered and answers for it. No answer when the log says no to some of it together, so that each
    /// command must be looked at.
    pub(crate) async fn append_gathered(&self, together: Together, answers: &mut BatchAnswers) {
        let (indexes, append) = together.into_append();
        let Some(append) = append.filter(|_| self.writes) else {
            answers.give_all(&indexes, || Ok(Written::Now));
            return;
        };
        match self.shared.log.append(append).await {
            Ok(_) => answers.give_all(&indexes, || Ok(Written::Now)),
            Err(AppendError::WrongVersion { stream, .. }) => {
                // If it is a store's, its settings have changed; if it is a person's, something was erased.
                self.shared.stores.forget(&stream);
                self.forget_person_of(&stream);
            }
            Err(AppendError::ClaimTaken { .. } | AppendError::Invalid(_)) => {}
            Err(
                error @ (AppendError::IdempotencyMismatch { .. }
                | AppendError::QueueFull
                | AppendError::DeadlineExceeded { .. }
                | AppendError::OutcomeUnknown(_)
                | AppendError::Store(_)),
            ) => answers.give_all(&indexes, || Err(from_append(&error))),
        }
    }
}

/// Lets others have a turn now and then; `done` counts what was worked on since the last await.
pub(crate) async fn give_way(done: usize) {
    if done.is_multiple_of(DECISIONS_BETWEEN_YIELDS) {
        tokio::task::yield_now().await;
    }
}

impl Accepted {
    pub(crate) fn new<R>(
        index: usize,
        stream: StreamName,
        events: Vec<NewEvent>,
        claims: &[Claim<R>],
    ) -> Result<Self, CommandError> {
        let mut guards = Vec::with_capacity(claims.len());
        for claim in claims {
            guards.extend(LogClaim::new(&stream, claim)?.guards());
        }
        Ok(Self {
            index,
            stream,
            events,
            claims: guards,
            person: None,
        })
    }

    /// The same, which holds data of a person.
    pub(crate) fn of_person(self, person: Option<Arc<KnownPerson>>) -> Self {
        Self { person, ..self }
    }

    /// What only one of a batch can have: its stream and the keys it claims.
    pub(crate) fn names(&self) -> impl Iterator<Item = Name> {
        iter::once(Name::stream(&self.stream)).chain(self.claims.iter().filter_map(Name::claimed))
    }

    /// Its stream, its claims and its person.
    fn check_count(&self) -> usize {
        1 + self.claims.len() + usize::from(self.person.is_some())
    }

    fn size_bytes(&self) -> usize {
        self.events.iter().map(NewEvent::size_bytes).sum()
    }
}

impl Together {
    /// Whether the log would still take it with that command, and with one condition more.
    pub(crate) fn has_room_for(&self, accepted: &Accepted) -> bool {
        self.check_count + accepted.check_count() < APPEND_CHECKS_MAX
            && self.event_count + accepted.events.len() <= APPEND_EVENTS_MAX
            && self.size_bytes + accepted.size_bytes() <= APPEND_BYTES_MAX
    }

    pub(crate) fn push(&mut self, accepted: Accepted, guard: Option<Guard>) {
        self.check_count += accepted.check_count() + usize::from(guard.is_some());
        self.guards.extend(guard);
        // A stream stands in an append once, however many sales were made to the person.
        if let Some(person) = &accepted.person
            && self.persons.insert(person.given.subject_id.clone())
        {
            self.guards.push(person.guard());
        }
        self.event_count += accepted.events.len();
        self.size_bytes += accepted.size_bytes();
        self.accepted.push(accepted);
    }

    /// What is gathered; the next append begins.
    pub(crate) fn take(&mut self) -> Self {
        let next = Self {
            number: self.number + 1,
            ..Self::default()
        };
        std::mem::replace(self, next)
    }

    /// The commands concerned, and the append; none when no command is left.
    fn into_append(self) -> (Vec<usize>, Option<Append>) {
        let indexes = self.accepted.iter().map(|accepted| accepted.index).collect();
        let mut guards = self.guards;
        let mut writes = Vec::with_capacity(self.accepted.len());
        for accepted in self.accepted {
            guards.extend(accepted.claims);
            writes.push((accepted.stream, ExpectedVersion::NoStream, accepted.events));
        }
        let append = Append::to_all(writes);
        let append = append.map(|append| guards.into_iter().fold(append, Append::guard));
        (indexes, append)
    }
}
