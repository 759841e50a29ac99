//! Events that wait to be posted: each in a list of the log, once, until what it waits for comes.

use posars_domain::journal::entry_id_of;
use posars_domain::posting::{Source, Waits};
use posars_domain::unposted::{self, PostingParked, UnpostedEvent};
use posars_event_store::{ExpectedVersion, Guard, InvalidName, StreamName};

use super::state::{State, Waiting};
use super::{BooksReactor, entry_stream};
use crate::error::EVENT_UNREADABLE;
use crate::keys::stream;
use crate::reactors::ReactorError;
use crate::reactors::cause::Cause;

/// Where events wait under a key.
pub(super) fn unposted_stream(key: &str) -> Result<StreamName, InvalidName> {
    stream(unposted::CATEGORY, &key)
}

impl BooksReactor {
    /// Lets an event wait; once, because the list tells up to where in the log that was done.
    pub(super) async fn park(
        &mut self,
        waits: &Waits,
        source: &Source,
        cause: &Cause,
    ) -> Result<(), ReactorError> {
        let key = waits.key();
        let stream = unposted_stream(&key)?;
        if !self.work.slice.knows(&stream) {
            self.work.learn_streams(std::slice::from_ref(&stream)).await?;
        }
        let Some(known) = self.waiting_in(&stream) else {
            return self.put_unreadable_aside(&stream, cause).await;
        };
        let through = cause.position.get();
        if known.through >= through {
            return Ok(());
        }
        self.work.make_room_for(1).await?;
        self.gather_parked((key, &stream), (waits, through), source, cause)
    }

    /// Lets an event wait for something else, or for the same again. All of it goes out with the mark that ends its wait
    /// before.
    pub(super) fn park_again(
        &mut self,
        waits: &Waits,
        source: &Source,
        cause: &Cause,
    ) -> Result<(), ReactorError> {
        let key = waits.key();
        let stream = unposted_stream(&key)?;
        let through = self.waiting_in(&stream).map_or(0, |known| known.through);
        self.gather_parked((key, &stream), (waits, through), source, cause)
    }

    fn gather_parked(
        &mut self,
        (key, stream): (String, &StreamName),
        (waits, through_position): (&Waits, u64),
        source: &Source,
        cause: &Cause,
    ) -> Result<(), ReactorError> {
        let waiting = self.waiting_in(stream).unwrap_or_default().count + 1;
        let event = UnpostedEvent::PostingParked(PostingParked {
            key,
            reason: waits.reason().to_owned(),
            problem: waits.to_string(),
            event_type: source.event_type().unwrap_or_default().to_owned(),
            source_position: cause.position.get(),
            source_event_id: cause.event_id,
            store_id: source.store_id().cloned(),
            business_date: source.business_date(),
            waiting,
            through_position,
        });
        if let Some(event_id) = self.event_behind(waits) {
            // Whoever posts the sale or payroll at the same time may have looked here already.
            self.work.slice.guard(Guard::Stream {
                stream: entry_stream(entry_id_of(event_id))?,
                expected: ExpectedVersion::NoStream,
            });
        }
        // The same event may come to wait here more than once.
        let cause = &cause.about(&format!("waits/{}", self.work.slice.version(stream)));
        let state = State::Waiting(Waiting {
            count: waiting,
            through: through_position,
        });
        self.work.slice.push(stream, &[event], cause, state)?;
        self.waiting = self.waiting.map(|count| count.saturating_add(1));
        Ok(())
    }

    /// How a list of waiting events stands; `None` when its last event cannot be read.
    pub(super) fn waiting_in(&self, stream: &StreamName) -> Option<Waiting> {
        match self.work.slice.state(stream) {
            State::Waiting(known) => Some(*known),
            State::Nothing => Some(Waiting::default()),
            State::Entry(_)
            | State::Receivable(_)
            | State::Payable(_)
            | State::PutAside
            | State::Unreadable(_) => None,
        }
    }

    pub(super) async fn put_unreadable_aside(
        &mut self,
        stream: &StreamName,
        cause: &Cause,
    ) -> Result<(), ReactorError> {
        let problem = match self.work.slice.state(stream) {
            State::Unreadable(problem) => problem.clone(),
            State::Nothing
            | State::Entry(_)
            | State::Receivable(_)
            | State::Payable(_)
            | State::Waiting(_)
            | State::PutAside => format!("the last event of {stream} is not one of a waiting list"),
        };
        self.work
            .put_aside(stream, cause, (EVENT_UNREADABLE, problem))
            .await
    }
}
