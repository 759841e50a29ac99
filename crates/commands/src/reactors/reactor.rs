//! What a reactor is.

use std::future::Future;

use jiff::Timestamp;
use posars_domain::waiting::SourceEventParked;
use posars_event_store::{Log, PageDone, Position, StreamName};

use super::error::ReactorError;

/// Turns the events of a log into further events, a page at a time.
pub trait Reactor: Send + Sized + 'static {
    /// The reactor's name, and that of its subscription: `reactor.` and what it moves. It never changes.
    const NAME: &'static str;
    /// What it is called among a server's workers, as in the answer of `/readyz`. It never changes.
    const WORKER: &'static str;
    /// What it does, to a person who waits for it.
    const WHAT: &'static str;

    /// The categories of the streams that it follows.
    fn categories() -> Vec<&'static str>;

    /// The reactor of a log.
    fn of(log: Log) -> Self;

    /// Deals with the next page after a position, and appends what follows from it. After an error, or when the process
    /// was killed, the same page is dealt with again: what was appended before must not be appended twice.
    fn page(&mut self, after: Position) -> impl Future<Output = Result<Reacted, ReactorError>> + Send;

    /// Drops everything remembered of the log: others may have written since.
    fn forget(&mut self);

    /// How many events it has set aside because it could not work on them, and that are still open.
    fn parked_count(&mut self) -> impl Future<Output = Result<usize, ReactorError>> + Send;

    /// How many events wait for something that may come, beside those; zero for a reactor that lets none wait.
    fn waiting_count(&mut self) -> impl Future<Output = Result<u64, ReactorError>> + Send {
        std::future::ready(Ok(0))
    }

    /// Tries an event again that it has set aside. When it succeeds, what follows from it and the event that says so are
    /// appended together; when it does not, nothing is.
    fn retry(
        &mut self,
        parked: &SourceEventParked,
    ) -> impl Future<Output = Result<Retried, ReactorError>> + Send;
}

/// What a page came to.
#[derive(Clone, Copy, Debug)]
pub struct Reacted {
    /// How far it went.
    pub done: PageDone,
    /// How many events were appended.
    pub appended: u64,
    /// When the last source event was recorded.
    pub recorded_at: Option<Timestamp>,
}

/// What became of an event that was tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Retried {
    /// It is dealt with, and is no longer among what is set aside.
    Done,
    /// It failed again.
    Failed {
        /// The stable code of what went wrong.
        reason: String,
        /// What went wrong, and the next step.
        problem: String,
    },
    /// Later events were worked on since, so that this one can no longer be applied in its order.
    TooLate {
        /// The stream that went on.
        stream: StreamName,
    },
    /// An earlier one of the same stream did not succeed, and comes first.
    Behind,
}

impl Retried {
    /// What is in the way, and the next step; `None` when it is dealt with.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        match self {
            Self::Done => None,
            Self::Failed { problem, .. } => Some(problem.clone()),
            Self::TooLate { stream } => Some(format!(
                "{stream} has gone on since; count that stock, which puts right what is missing"
            )),
            Self::Behind => Some("an earlier one of the same stream comes first; mend that".to_owned()),
        }
    }
}
