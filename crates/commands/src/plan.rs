//! From decided events to the append, and from its answer to the completed.

use posars_domain::{Claim, Command, DomainEvent, Founded, OwnKey, Rejection};
use posars_event_store::{
    Append, AppendError, Appended, ClaimKey, EventType, ExpectedVersion, Guard, InvalidName, JsonText,
    NewEvent, Position, RecordedEvent, StreamName, Version,
};
use posars_keyring::{Place, SubjectKeys, Wanted};
use serde::Serialize;
use uuid::Uuid;

use crate::error::from_append;
use crate::event_encoder::EventEncoder;
use crate::expected::expected;
use crate::fingerprint::{Content, fingerprint};
use crate::keys::{LogClaim, claim_key, derived, stream};
use crate::load::decode;
use crate::sealed_event::seal;
use crate::{CommandError, Commands, Completed, Envelope, Source};

/// A command on its way: what stays the same over all tries.
pub(crate) struct Request<'a> {
    pub(crate) name: &'static str,
    pub(crate) envelope: &'a Envelope,
    key: Option<Uuid>,
    fingerprint: [u8; 32],
    /// The caller's own key beside the command's own id, which is then claimed for this command.
    second_key: Option<Uuid>,
}

impl<'a> Request<'a> {
    /// The command's own id is the idempotency key; without one it is the caller's.
    pub(crate) fn new(
        name: &'static str,
        content: &impl Serialize,
        own_key: OwnKey,
        envelope: &'a Envelope,
    ) -> Result<Self, CommandError> {
        let own_key = match own_key {
            OwnKey::Absent => None,
            OwnKey::Id(id) => Some(id),
            OwnKey::Named(id) => Some(derived(&format_args!("{name}/{id}"))),
        };
        let second_key = envelope
            .request_id
            .filter(|request_id| own_key.is_some_and(|own| own != *request_id));
        Ok(Self {
            name,
            envelope,
            key: own_key.or(envelope.request_id),
            fingerprint: fingerprint(name, content)?,
            second_key,
        })
    }

    /// Of a command that goes alone.
    pub(crate) fn of<C: Command>(command: &C, envelope: &'a Envelope) -> Result<Self, CommandError> {
        let content = Content::of::<C>(command);
        Self::new(C::NAME, &content, command.own_key(), envelope)
    }

    /// The same, as an earlier build would have sent it on; `None` where that is no other.
    pub(crate) fn of_earlier_build<C: Command>(&self, command: &C) -> Result<Option<Self>, CommandError> {
        let Some(content) = command.earlier_content() else {
            return Ok(None);
        };
        Ok(Some(Self {
            fingerprint: fingerprint(C::NAME, &Content::of::<C>(&*content))?,
            ..*self
        }))
    }

    /// What a mismatch names: the key, or nothing that was ever a key.
    pub(crate) fn key_of_answer(&self) -> Uuid {
        self.key.unwrap_or_default()
    }

    pub(crate) fn has_key(&self) -> bool {
        self.key.is_some()
    }
}

/// The events decided for one stream.
pub(crate) struct Write<E> {
    pub(crate) stream: StreamName,
    /// The version the decision was taken at.
    pub(crate) version: Version,
    pub(crate) events: Vec<E>,
}

/// What stands around the events of an append, and what they are sealed with.
#[derive(Clone, Copy)]
pub(crate) struct Surroundings<'a> {
    pub(crate) metadata: &'a JsonText,
    pub(crate) source: &'a Source,
    /// `None` where nothing is personal.
    pub(crate) keys: Option<&'a SubjectKeys>,
}

impl<'a> Surroundings<'a> {
    /// Of events that hold nothing personal.
    pub(crate) const fn plain(metadata: &'a JsonText, source: &'a Source) -> Self {
        Self {
            metadata,
            source,
            keys: None,
        }
    }
}

/// All that one append is to write and to check.
pub(crate) struct Plan<E> {
    writes: Vec<Write<E>>,
    founded: Vec<Founded>,
    guards: Vec<Guard>,
    claims: Vec<Claimed>,
    /// What its events are sealed with, and for whom.
    pub(crate) keys: SubjectKeys,
    pub(crate) wanted: Vec<Wanted>,
}

struct Claimed {
    claim: LogClaim,
    taken: Box<dyn Rejection>,
}

impl<E> Default for Plan<E> {
    fn default() -> Self {
        Self {
            writes: Vec::new(),
            founded: Vec::new(),
            guards: Vec::new(),
            claims: Vec::new(),
            keys: SubjectKeys::default(),
            wanted: Vec::new(),
        }
    }
}

impl<E> Plan<E> {
    /// Adds a condition; the same once more counts once.
    pub(crate) fn guard(&mut self, guard: Guard) {
        if !self.guards.contains(&guard) {
            self.guards.push(guard);
        }
    }

    /// Adds the events of one stream, at least one.
    pub(crate) fn write(&mut self, write: Write<E>) {
        self.writes.push(write);
    }

    /// The stream that is written first, and the version that the decision was taken at.
    pub(crate) fn first_stream(&self) -> Option<(StreamName, Version)> {
        self.writes
            .first()
            .map(|write| (write.stream.clone(), write.version))
    }

    /// All events but those of what is founded.
    pub(crate) fn events_mut(&mut self) -> impl Iterator<Item = &mut E> {
        self.writes.iter_mut().flat_map(|write| &mut write.events)
    }

    /// Adds streams that begin with it.
    pub(crate) fn found(&mut self, founded: Vec<Founded>) {
        self.founded.extend(founded);
    }

    /// Adds a claim; the same key for the same holder counts once.
    pub(crate) fn claim<R: Rejection>(
        &mut self,
        stream: &StreamName,
        claim: Claim<R>,
    ) -> Result<(), InvalidName> {
        let log_claim = LogClaim::new(stream, &claim)?;
        if !self
            .claims
            .iter()
            .any(|claimed| claimed.claim.key == log_claim.key)
        {
            self.claims.push(Claimed {
                claim: log_claim,
                taken: Box::new(claim.taken),
            });
        }
        Ok(())
    }
}

/// Why a try did not succeed.
pub(crate) enum Failed {
    /// Somebody else wrote to this stream first: decide anew.
    Lost(StreamName),
    /// It will not succeed.
    Error(CommandError),
}

impl<T: Into<CommandError>> From<T> for Failed {
    fn from(error: T) -> Self {
        Self::Error(error.into())
    }
}

impl Commands {
    /// Appends a plan, or shows it when nothing is to be written.
    pub(crate) async fn append<E: DomainEvent + Send>(
        &self,
        mut plan: Plan<E>,
        request: &Request<'_>,
    ) -> Result<Completed<E>, Failed> {
        if !self.writes {
            return Ok(shown(plan));
        }
        let mut encoder = EventEncoder::default();
        let metadata = request.envelope.metadata(&mut encoder)?;
        let mut writes = Vec::with_capacity(plan.writes.len());
        let mut event_ids = Vec::new();
        for write in &mut plan.writes {
            let surroundings = Surroundings {
                metadata: &metadata,
                source: &request.envelope.source,
                keys: Some(&plan.keys),
            };
            let events = self.new_events(&mut encoder, write, surroundings)?;
            event_ids.extend(events.iter().map(|event| event.event_id));
            writes.push((write.stream.clone(), expected(write.version), events));
        }
        for founded in &plan.founded {
            let stream = stream(founded.category, &founded.id)?;
            let event_id = self.event_id(&stream, Version::START.plus(1), &request.envelope.source);
            event_ids.push(event_id);
            let event = encoder.founding(event_id, founded, &metadata)?;
            writes.push((stream, ExpectedVersion::NoStream, vec![event]));
        }
        let Some(mut append) = Append::to_all(writes) else {
            return Ok(shown(plan));
        };
        for guard in plan.guards {
            append = append.guard(guard);
        }
        for claimed in &plan.claims {
            append = claimed.claim.clone().guards().fold(append, Append::guard);
        }
        let append = self.identify(append, request)?;
        match self.shared.log.append(append).await {
            Ok(appended) if appended.replayed => {
                let mut now: Vec<E> = plan.writes.into_iter().flat_map(|write| write.events).collect();
                Ok(self.first_answer_of(appended, &mut now, request).await?)
            }
            Ok(appended) => {
                self.put_finders_right(&plan.wanted).await;
                Ok(Completed {
                    events: plan.writes.into_iter().flat_map(|write| write.events).collect(),
                    founded: plan.founded,
                    event_ids,
                    streams: appended.streams,
                    position: appended.last_position,
                    replayed: false,
                    recorded_at: Some(appended.recorded_at),
                })
            }
            Err(AppendError::WrongVersion { stream, .. }) => Err(lost_to(plan.claims, stream)),
            Err(AppendError::ClaimTaken { key, holder }) => {
                Err(Failed::Error(claim_taken(plan.claims, &key, &holder, request)))
            }
            Err(error) => Err(Failed::Error(from_append(&error))),
        }
    }

    /// The events of a write as the log takes them, with all that is personal sealed; the write keeps it in the clear.
    pub(crate) fn new_events<E: DomainEvent>(
        &self,
        encoder: &mut EventEncoder,
        write: &mut Write<E>,
        surroundings: Surroundings<'_>,
    ) -> Result<Vec<NewEvent>, CommandError> {
        let Surroundings {
            metadata,
            source,
            keys,
        } = surroundings;
        let mut version = write.version;
        let mut events = Vec::with_capacity(write.events.len());
        for event in &mut write.events {
            version = version.plus(1);
            let event_id = self.event_id(&write.stream, version, source);
            let place = Place {
                stream: &write.stream,
                event_id,
            };
            let clear = seal(self, event, place, keys)?;
            events.push(encoder.event(event_id, event, metadata)?);
            if let Some(clear) = clear {
                *event = clear;
            }
        }
        Ok(events)
    }

    fn event_id(&self, stream: &StreamName, version: Version, source: &Source) -> Uuid {
        match source {
            Source::Api => self.shared.ids.next(),
            // The same row or event gives the same ids, wherever and whenever it is carried out.
            Source::Import { .. } | Source::Reactor { .. } => {
                derived(&format_args!("{}/{stream}/{version}", self.shared.log.name()))
            }
        }
    }

    pub(crate) fn identify(&self, append: Append, request: &Request<'_>) -> Result<Append, CommandError> {
        let Some(key) = request.key else { return Ok(append) };
        let append = append.idempotent(key, request.fingerprint);
        let Some(second_key) = request.second_key else {
            return Ok(append);
        };
        let holder = stream("request", &format_args!("{}-{key}", request.name))?;
        Ok(append.guard(Guard::Claim {
            key: second_claim(second_key)?,
            holder,
        }))
    }

    /// The first answer, opened and compared with the events that the command leads to now.
    async fn first_answer_of<E: DomainEvent + Send>(
        &self,
        appended: Appended,
        now: &mut [E],
        request: &Request<'_>,
    ) -> Result<Completed<E>, CommandError> {
        // What was founded with them is of other aggregates.
        let is_own = |event: &&RecordedEvent| E::TYPES.contains(&event.event_type.as_str());
        let own = appended.first_events.iter().filter(is_own);
        let places = own.clone().map(|event| (event.stream.clone(), event.event_id));
        let places: Vec<(StreamName, Uuid)> = places.collect();
        let mut completed = Completed {
            events: own.map(decode).collect::<Result<_, _>>()?,
            founded: Vec::new(),
            event_ids: appended.first_events.iter().map(|event| event.event_id).collect(),
            streams: appended.streams,
            position: appended.last_position,
            replayed: true,
            recorded_at: Some(appended.recorded_at),
        };
        self.compare_with_first(&mut completed, &places, now, request.key_of_answer())
            .await?;
        Ok(completed)
    }

    /// The answer to a command that was carried out before, found by its idempotency key.
    ///
    /// The log tells only in an append, and looks at the key before anything else: so an append that can never be
    /// accepted, because no stream has that version, asks without writing.
    pub(crate) async fn first_answer<E: DomainEvent + Send>(
        &self,
        stream: &StreamName,
        request: &Request<'_>,
        now: &mut [E],
    ) -> Result<Option<Completed<E>>, CommandError> {
        match self.ask(stream, request).await? {
            Before::Answered(appended) => Ok(Some(self.first_answer_of(appended, now, request).await?)),
            Before::Nothing(_) | Before::Otherwise(_) => Ok(None),
        }
    }

    /// As [`Commands::first_answer`], for a command that would go on to write at this version. A key that was used with
    /// other content is a mismatch, and a stream that is at another version is lost.
    pub(crate) async fn answered_before<E: DomainEvent + Send>(
        &self,
        (stream, version): (&StreamName, Version),
        request: &Request<'_>,
        now: &mut [E],
    ) -> Result<Option<Completed<E>>, Failed> {
        match self.ask(stream, request).await? {
            Before::Answered(appended) => Ok(Some(self.first_answer_of(appended, now, request).await?)),
            Before::Nothing(actual) if actual == version => Ok(None),
            Before::Nothing(_) => Err(Failed::Lost(stream.clone())),
            Before::Otherwise(mismatch) => Err(Failed::Error(mismatch)),
        }
    }

    async fn ask(&self, stream: &StreamName, request: &Request<'_>) -> Result<Before, CommandError> {
        let Some(key) = request.key else {
            return Ok(Before::Nothing(Version::START));
        };
        let question = NewEvent {
            event_id: Uuid::nil(),
            event_type: EventType::parse("Question")?,
            schema_version: 1,
            data: JsonText::of(&()).map_err(|error| from_append(&error))?,
            metadata: JsonText::of(&()).map_err(|error| from_append(&error))?,
        };
        let never = ExpectedVersion::Exact(Version::new(u64::MAX));
        let append = Append::to(stream.clone(), never, vec![question]).idempotent(key, request.fingerprint);
        match self.shared.log.append(append).await {
            Ok(appended) if appended.replayed => Ok(Before::Answered(appended)),
            Ok(_) => Ok(Before::Nothing(Version::START)),
            Err(AppendError::WrongVersion { actual, .. }) => Ok(Before::Nothing(actual)),
            Err(error @ AppendError::IdempotencyMismatch { .. }) => {
                Ok(Before::Otherwise(from_append(&error)))
            }
            Err(error) => Err(from_append(&error)),
        }
    }
}

/// What became of a key.
enum Before {
    /// It is new, and the stream has this version.
    Nothing(Version),
    /// It was used with the same content.
    Answered(Appended),
    /// It was used with other content.
    Otherwise(CommandError),
}

fn shown<E>(plan: Plan<E>) -> Completed<E> {
    Completed {
        streams: plan
            .writes
            .iter()
            .map(|write| (write.stream.clone(), write.version))
            .collect(),
        events: plan.writes.into_iter().flat_map(|write| write.events).collect(),
        founded: plan.founded,
        event_ids: Vec::new(),
        position: Position::START,
        replayed: false,
        recorded_at: None,
    }
}

fn second_claim(second_key: Uuid) -> Result<ClaimKey, InvalidName> {
    claim_key(&format!("request:{second_key}"))
}

/// What it means that a stream is not as it was to be: its key is taken if it is there only to hold one.
fn lost_to(claims: Vec<Claimed>, stream: StreamName) -> Failed {
    let mut claims = claims.into_iter();
    match claims.find(|claimed| claimed.claim.absent.as_ref() == Some(&stream)) {
        Some(claimed) => Failed::Error(CommandError::Rejected(claimed.taken)),
        None => Failed::Lost(stream),
    }
}

fn claim_taken(claims: Vec<Claimed>, key: &ClaimKey, holder: &str, request: &Request<'_>) -> CommandError {
    if let Some(second_key) = request
        .second_key
        .filter(|second| second_claim(*second).is_ok_and(|own| own == *key))
    {
        return CommandError::IdempotencyMismatch {
            key: second_key,
            first_position: None,
        };
    }
    match claims.into_iter().find(|claimed| claimed.claim.key == *key) {
        Some(claimed) => CommandError::Rejected(claimed.taken),
        None => from_append(&AppendError::ClaimTaken {
            key: key.clone(),
            holder: holder.to_owned(),
        }),
    }
}
