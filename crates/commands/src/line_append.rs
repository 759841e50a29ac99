//! The one append of a line of a statement and the payment that it tells of.

use posars_domain::open_item::{ItemRejection, ItemState, OpenItem, Receivable, ReceivableEvent, Settled};
use posars_domain::statement_line::{
    LineSettled, StatementLine, StatementLineEvent, StatementLineRecorded, StatementLineState,
};
use posars_domain::{
    Aggregate as _, Command as _, Decision, Given, OpenItemId, Payload as _, Rejection, RejectionKind,
};
use posars_event_store::{Append, AppendError, Position, StreamName};

use crate::error::from_append;
use crate::event_encoder::EventEncoder;
use crate::expected::expected;
use crate::keys::{LogClaim, stream_of};
use crate::known_books::KnownBooks;
use crate::line_answer::{KnownItems, LineAnswer};
use crate::load::Loaded;
use crate::plan::{Failed, Request, Surroundings, Write};
use crate::{CommandError, Commands, Completed, Envelope};

/// How an append of a line went.
pub(crate) enum Done {
    /// It is in the log, or nothing was left to do.
    Answered(Box<LineAnswer>),
    /// Another settlement has the bank's reference.
    ReferenceTaken,
    /// The receivable says no.
    Refused(ItemRejection),
}

/// A line as it was read.
pub(crate) struct LineAt {
    pub(crate) stream: StreamName,
    pub(crate) loaded: Loaded<StatementLine>,
}

/// What happens to the receivable that a line pays.
struct Payment {
    item_id: OpenItemId,
    write: Write<ReceivableEvent>,
    claims: Vec<LogClaim>,
}

impl Commands {
    /// A line as it stands.
    pub(crate) async fn line_at(
        &self,
        line_id: posars_domain::StatementLineId,
    ) -> Result<LineAt, CommandError> {
        let stream = stream_of::<StatementLine>(StatementLine::stream_id(&line_id))?;
        self.line_at_stream(stream).await
    }

    /// Reads a receivable, unless it is known.
    pub(crate) async fn learn_item(
        &self,
        known: &mut KnownItems,
        item_id: OpenItemId,
    ) -> Result<(), CommandError> {
        if known.state(item_id).is_some() {
            return Ok(());
        }
        let stream = stream_of::<OpenItem<Receivable>>(item_id)?;
        let loaded = self.load::<OpenItem<Receivable>>(&stream, |_| false).await?;
        known.0.insert(item_id, (loaded.state, loaded.version));
        Ok(())
    }

    /// The receivable that a line had paid.
    pub(crate) async fn paid_before(
        &self,
        line: &StatementLineState,
    ) -> Result<Option<ItemState<Receivable>>, CommandError> {
        let Some(matched) = &line.matched else {
            return Ok(None);
        };
        let stream = stream_of::<OpenItem<Receivable>>(matched.item_id)?;
        Ok(Some(
            self.load::<OpenItem<Receivable>>(&stream, |_| false).await?.state,
        ))
    }

    /// Appends what happens to a line, with the payment that it tells of.
    pub(crate) async fn append_line(
        &self,
        line: &LineAt,
        settled: LineSettled,
        known: &mut KnownItems,
        books: &KnownBooks,
        request: &Request<'_>,
    ) -> Result<Done, Failed> {
        if settled.events.is_empty() {
            return Ok(Done::Answered(Box::new(line.as_it_was())));
        }
        let mut payment = match self.payment(&settled, known, books, request.envelope)? {
            Ok(payment) => payment,
            Err(rejection) => return Ok(Done::Refused(rejection)),
        };
        let completed = if self.writes {
            match self
                .written(line, &settled, payment.as_mut(), books, request)
                .await?
            {
                Some(completed) => completed,
                None => return Ok(Done::ReferenceTaken),
            }
        } else {
            Completed {
                events: settled.events.clone(),
                streams: vec![(line.stream.clone(), line.loaded.version)],
                replayed: false,
                ..Completed::nothing()
            }
        };
        if completed.replayed {
            let now = self.line_at_stream(line.stream.clone()).await?;
            return Ok(Done::Answered(Box::new(LineAnswer {
                completed,
                ..now.as_it_was()
            })));
        }
        let before = line.loaded.state.clone();
        let state = settled.events.iter().fold(before, StatementLine::evolve);
        let paid = payment.map(|payment| known.apply(payment.item_id, &payment.write.events));
        Ok(Done::Answered(Box::new(LineAnswer {
            state,
            is_repeated: line.loaded.state.recorded.is_some(),
            recorded_at: line.recorded_at().or_else(|| completed.first_position()),
            settled: paid.flatten(),
            completed,
        })))
    }

    async fn line_at_stream(&self, stream: StreamName) -> Result<LineAt, CommandError> {
        let is_recorded = |event: &StatementLineEvent| StatementLineRecorded::of(event).is_some();
        let loaded = self.load::<StatementLine>(&stream, is_recorded).await?;
        Ok(LineAt { stream, loaded })
    }

    /// Decides on the payment; none when the line pays nothing.
    fn payment(
        &self,
        settled: &LineSettled,
        known: &KnownItems,
        books: &KnownBooks,
        envelope: &Envelope,
    ) -> Result<Result<Option<Payment>, ItemRejection>, Failed> {
        let Some(settle) = &settled.settles else {
            return Ok(Ok(None));
        };
        let nothing = (ItemState::default(), posars_event_store::Version::START);
        let (state, version) = known.0.get(&settle.item_id).unwrap_or(&nothing);
        let Decision { events, claims } = match settle.decide(state, &given(books, envelope)) {
            Ok(decision) => decision,
            Err(rejection) => return Ok(Err(rejection)),
        };
        let stream = stream_of::<OpenItem<Receivable>>(settle.item_id)?;
        if events.is_empty() {
            // It is paid since the line was read: somebody else has recorded the line.
            return Err(Failed::Lost(stream));
        }
        let claims = claims.iter().map(|claim| LogClaim::new(&stream, claim));
        Ok(Ok(Some(Payment {
            item_id: settle.item_id,
            claims: claims.collect::<Result<_, _>>()?,
            write: Write {
                stream,
                version: *version,
                events,
            },
        })))
    }

    /// Writes a line and its payment; none when somebody else has the bank's reference.
    async fn written(
        &self,
        line: &LineAt,
        settled: &LineSettled,
        payment: Option<&mut Payment>,
        books: &KnownBooks,
        request: &Request<'_>,
    ) -> Result<Option<Completed<StatementLineEvent>>, Failed> {
        let mut encoder = EventEncoder::default();
        let metadata = request.envelope.metadata(&mut encoder)?;
        let around = Surroundings::plain(&metadata, &request.envelope.source);
        let mut write = Write {
            stream: line.stream.clone(),
            version: line.loaded.version,
            events: settled.events.clone(),
        };
        let events = self.new_events(&mut encoder, &mut write, around)?;
        let mut event_ids: Vec<_> = events.iter().map(|event| event.event_id).collect();
        let mut append = Append::to(write.stream, expected(write.version), events);
        if let Some(Payment { write, claims, .. }) = payment {
            let events = self.new_events(&mut encoder, write, around)?;
            event_ids.extend(events.iter().map(|event| event.event_id));
            append = append.also(write.stream.clone(), expected(write.version), events);
            append = claims
                .iter()
                .cloned()
                .flat_map(LogClaim::guards)
                .fold(append, Append::guard);
        }
        append = books.guards().fold(append, Append::guard);
        let append = self.identify(append, request)?;
        match self.shared.log.append(append).await {
            Ok(appended) => Ok(Some(Completed {
                events: settled.events.clone(),
                founded: Vec::new(),
                event_ids,
                streams: appended.streams,
                position: appended.last_position,
                replayed: appended.replayed,
                recorded_at: Some(appended.recorded_at),
            })),
            Err(AppendError::WrongVersion { stream, .. }) => Err(Failed::Lost(stream)),
            Err(AppendError::ClaimTaken { .. }) => Ok(None),
            Err(error) => Err(Failed::Error(from_append(&error))),
        }
    }

    /// A no, unless it was decided on books that are no longer the present ones: then it is decided anew.
    pub(crate) async fn refused(&self, books: &KnownBooks, rejection: impl Rejection) -> Failed {
        if rejection.kind() == RejectionKind::Invalid {
            return Failed::Error(CommandError::rejected(rejection));
        }
        match self.are_present(books).await {
            Ok(true) => Failed::Error(CommandError::rejected(rejection)),
            Ok(false) => Failed::Lost(books.versions[1].0.clone()),
            Err(error) => Failed::Error(error),
        }
    }
}

impl KnownItems {
    pub(crate) fn state(&self, item_id: OpenItemId) -> Option<&ItemState<Receivable>> {
        self.0.get(&item_id).map(|(state, _)| state)
    }

    /// Follows what happened to a receivable, and answers the payment among it.
    fn apply(&mut self, item_id: OpenItemId, events: &[ReceivableEvent]) -> Option<Settled<Receivable>> {
        if let Some((state, version)) = self.0.get_mut(&item_id) {
            for event in events {
                *state = OpenItem::<Receivable>::evolve(std::mem::take(state), event);
                *version = version.plus(1);
            }
        }
        events.iter().find_map(Settled::of).cloned()
    }
}

impl LineAt {
    fn recorded_at(&self) -> Option<Position> {
        self.loaded.answer.as_ref().map(|recorded| recorded.position)
    }

    /// The answer when nothing is left to do.
    pub(crate) fn as_it_was(&self) -> LineAnswer {
        LineAnswer {
            state: self.loaded.state.clone(),
            is_repeated: self.loaded.state.recorded.is_some(),
            recorded_at: self.recorded_at(),
            settled: None,
            completed: Completed {
                streams: vec![(self.stream.clone(), self.loaded.version)],
                position: self.loaded.position,
                ..Completed::nothing()
            },
        }
    }
}

/// The books as rules look at them.
pub(crate) fn given<'b>(books: &'b KnownBooks, envelope: &Envelope) -> Given<'b> {
    Given {
        books: Some(books.given()),
        ..Given::at(envelope.received_at)
    }
}

/// Statements belong to the company as a whole.
pub(crate) fn whole_company(envelope: &Envelope) -> Result<(), CommandError> {
    if envelope.stores.is_limited() {
        return Err(CommandError::OutOfScope);
    }
    Ok(())
}
