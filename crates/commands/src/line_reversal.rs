//! Undoing a payment that a line of a statement told of: the line is free again in the same append.

use std::time::Instant;

use posars_domain::open_item::{OpenItem, Receivable, ReceivableEvent, ReverseSettlement};
use posars_domain::statement_line::StatementLineEvent;
use posars_domain::{Command as _, Decision, Rejection as _};
use posars_event_store::{Append, AppendError};

use crate::error::from_append;
use crate::event_encoder::EventEncoder;
use crate::expected::expected;
use crate::keys::stream_of;
use crate::line_append::{given, whole_company};
use crate::load::Loaded;
use crate::plan::{Failed, Request, Surroundings, Write};
use crate::whereabouts::Whereabouts;
use crate::{CommandError, Commands, Completed, Envelope};

/// What it is called in fingerprints, traces and metrics.
const NAME: &str = ReverseSettlement::<Receivable>::NAME;

impl Commands {
    /// Undoes a payment of a receivable, as [`Commands::carry_out`] does; the line of a statement that told of it is then one
    /// that somebody has to say what it pays.
    ///
    /// # Errors
    /// As [`Commands::carry_out`].
    pub async fn reverse_receivable_settlement(
        &self,
        command: &ReverseSettlement<Receivable>,
        envelope: &Envelope,
    ) -> Result<Completed<ReceivableEvent>, CommandError> {
        let mut whereabouts = Whereabouts::of(self);
        loop {
            let outcome = whereabouts.commands().reverse_here(command, envelope).await;
            if !whereabouts.is_to_be_done_again(&outcome).await {
                return outcome;
            }
        }
    }

    async fn reverse_here(
        &self,
        command: &ReverseSettlement<Receivable>,
        envelope: &Envelope,
    ) -> Result<Completed<ReceivableEvent>, CommandError> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let started = Instant::now();
            let outcome = self.reversal_attempt(command, envelope).await;
            let stream = match outcome {
                Ok(Some(completed)) => {
                    self.shared.metrics.done(NAME, started.elapsed(), Ok(&completed));
                    return Ok(completed);
                }
                // No line told of it, or a rule says no: the usual door answers.
                Ok(None) => return self.carry_out(command, envelope).await,
                Err(Failed::Error(error)) => return Err(error),
                Err(Failed::Lost(stream)) => stream,
            };
            self.lost(NAME, &stream, attempts, true).await?;
        }
    }

    /// None when there is no line to free, or the rules refuse it as it stands.
    async fn reversal_attempt(
        &self,
        command: &ReverseSettlement<Receivable>,
        envelope: &Envelope,
    ) -> Result<Option<Completed<ReceivableEvent>>, Failed> {
        if !self.writes || whole_company(envelope).is_err() {
            return Ok(None);
        }
        let stream = stream_of::<OpenItem<Receivable>>(command.item_id)?;
        let item: Loaded<OpenItem<Receivable>> = self.load(&stream, |_| false).await?;
        let settlement = item.state.settlement(command.settlement_id);
        let Some(line_id) = settlement.and_then(|settlement| settlement.settled.statement_line) else {
            return Ok(None);
        };
        let line = self.line_at(line_id).await?;
        let Some(unmatched) = line.loaded.state.reversed(command.settlement_id) else {
            return Ok(None);
        };
        let books = self.known_books().await?;
        let Decision { events, .. } = match command.decide(&item.state, &given(&books, envelope)) {
            Ok(decision) => decision,
            Err(rejection) => {
                tracing::debug!(reason = rejection.reason(), "a reversal is refused");
                return Ok(None);
            }
        };
        let request = Request::of(command, envelope)?;
        let mut encoder = EventEncoder::default();
        let metadata = envelope.metadata(&mut encoder)?;
        let mut of_item = Write {
            stream,
            version: item.version,
            events,
        };
        let mut of_line = Write {
            stream: line.stream,
            version: line.loaded.version,
            events: vec![StatementLineEvent::from(unmatched)],
        };
        let around = Surroundings::plain(&metadata, &envelope.source);
        let item_events = self.new_events(&mut encoder, &mut of_item, around)?;
        let line_events = self.new_events(&mut encoder, &mut of_line, around)?;
        let event_ids = item_events
            .iter()
            .chain(&line_events)
            .map(|event| event.event_id)
            .collect();
        let append = Append::to(of_item.stream.clone(), expected(of_item.version), item_events);
        let append = append.also(of_line.stream, expected(of_line.version), line_events);
        let append = books.guards().fold(append, Append::guard);
        match self.shared.log.append(self.identify(append, &request)?).await {
            Ok(appended) if appended.replayed => Ok(None),
            Ok(appended) => Ok(Some(Completed {
                events: of_item.events,
                event_ids,
                streams: appended.streams,
                position: appended.last_position,
                replayed: false,
                recorded_at: Some(appended.recorded_at),
                ..Completed::nothing()
            })),
            Err(AppendError::WrongVersion { stream, .. }) => Err(Failed::Lost(stream)),
            Err(error) => Err(Failed::Error(from_append(&error))),
        }
    }
}
