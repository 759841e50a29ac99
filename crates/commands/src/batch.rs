//! Many commands at once, as a spreadsheet brings them: what they have in common on their way to one append.

use std::iter;

use posars_domain::Claim;
use posars_event_store::{
    APPEND_BYTES_MAX, APPEND_CHECKS_MAX, APPEND_EVENTS_MAX, Append, AppendError, ExpectedVersion, Guard,
    NewEvent, StreamName,
};

use crate::error::from_append;
use crate::keys::LogClaim;
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
}

/// Since when what a command asks for is in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// This call wrote it, or would have.
    Now,
    /// It was there before, with the same content.
    Before,
}

pub(crate) type Answer = Result<Recorded, CommandError>;

/// A command that the rules accept, ready for the log as a new stream.
pub(crate) struct Accepted {
    index: usize,
    stream: StreamName,
    events: Vec<NewEvent>,
    claims: Vec<Guard>,
}

/// What one append is to write, and on which conditions.
#[derive(Default)]
pub(crate) struct Together {
    /// Which append of the call it is.
    pub(crate) number: u32,
    accepted: Vec<Accepted>,
    /// Beyond the claims, which are with their commands.
    guards: Vec<Guard>,
    check_count: usize,
    event_count: usize,
    size_bytes: usize,
}

/// The answers of a batch in the order of its commands, as far as they are known.
pub(crate) struct Answers(Vec<Option<Answer>>);

impl Answers {
    pub(crate) fn none_of(count: usize) -> Self {
        let mut answers = Vec::new();
        answers.resize_with(count, || None);
        Self(answers)
    }

    /// The answer that a command has.
    pub(crate) fn of(&self, index: usize) -> Option<&Answer> {
        self.0.get(index)?.as_ref()
    }

    pub(crate) fn is_open(&self, index: usize) -> bool {
        self.0.get(index).is_some_and(Option::is_none)
    }

    pub(crate) fn are_complete(&self) -> bool {
        self.0.iter().all(Option::is_some)
    }

    pub(crate) fn give(&mut self, index: usize, answer: Answer) {
        if let Some(slot) = self.0.get_mut(index) {
            *slot = Some(answer);
        }
    }

    pub(crate) fn give_all(&mut self, indexes: &[usize], answer: impl Fn() -> Answer) {
        for index in indexes {
            self.give(*index, answer());
        }
    }

    /// Refuses a command; when it is only for now, with all behind it that have no answer, because nobody knows whether
    /// they ask for the same. Whether it was so.
    pub(crate) fn refuse(&mut self, index: usize, error: CommandError) -> bool {
        let is_passing = error.passing().is_some();
        if is_passing {
            for answer in self
                .0
                .iter_mut()
                .skip(index + 1)
                .filter(|answer| answer.is_none())
            {
                *answer = error.passing().map(Err);
            }
        }
        self.give(index, Err(error));
        is_passing
    }

    /// The commands that have no answer yet, each with its place.
    pub(crate) fn open<'c, C>(&self, commands: &'c [C]) -> Vec<(usize, &'c C)> {
        let numbered = commands.iter().enumerate();
        numbered.filter(|(index, _)| self.is_open(*index)).collect()
    }

    /// What a batch that ends like this has come to: the first answer that says the log could not be asked, if any does.
    pub(crate) fn outcome(answers: &[Answer]) -> Result<(), &CommandError> {
        let errors = answers.iter().filter_map(|answer| answer.as_ref().err());
        let mut grave = errors.filter(|error| match error {
            CommandError::Rejected(_) | CommandError::IdempotencyMismatch { .. } => false,
            CommandError::Conflict { .. }
            | CommandError::Unreadable { .. }
            | CommandError::Unavailable { .. } => true,
        });
        grave.next().map_or(Ok(()), Err)
    }

    /// All answers; every command has one by now.
    pub(crate) fn completed(self) -> Vec<Answer> {
        self.0.into_iter().flatten().collect()
    }
}

impl Commands {
    /// Appends what is gathered and answers for it. No answer when the log says no to some of it together, so that each
    /// command must be looked at.
    pub(crate) async fn append_gathered(&self, together: Together, answers: &mut Answers) {
        let (indexes, append) = together.into_append();
        let Some(append) = append.filter(|_| self.writes) else {
            answers.give_all(&indexes, || Ok(Recorded::Now));
            return;
        };
        match self.shared.log.append(append).await {
            Ok(_) => answers.give_all(&indexes, || Ok(Recorded::Now)),
            Err(AppendError::WrongVersion { stream, .. }) => {
                // If it is a store's, its settings have changed.
                self.shared.stores.forget(&stream);
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
        })
    }

    /// What only one of a batch can have: its stream and the keys it claims.
    pub(crate) fn names(&self) -> impl Iterator<Item = Name> {
        iter::once(Name::stream(&self.stream)).chain(self.claims.iter().filter_map(Name::claimed))
    }

    /// Its stream and its claims.
    fn check_count(&self) -> usize {
        1 + self.claims.len()
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
        let mut append: Option<Append> = None;
        let mut guards = self.guards;
        for accepted in self.accepted {
            let (stream, events) = (accepted.stream, accepted.events);
            guards.extend(accepted.claims);
            append = Some(match append {
                None => Append::to(stream, ExpectedVersion::NoStream, events),
                Some(append) => append.also(stream, ExpectedVersion::NoStream, events),
            });
        }
        let append = append.map(|append| guards.into_iter().fold(append, Append::guard));
        (indexes, append)
    }
}
