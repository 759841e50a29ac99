//! The n-th request of a writer: always the same one, so that a later life can send it again.

use posars_event_store::{
    Append, ClaimKey, EventType, ExpectedVersion, Guard, JsonText, NewEvent, StreamName, Version,
};
use uuid::Uuid;

use crate::draws::Draws;

/// Streams that all writers write to.
const SHARED: u64 = 7;
/// Keys that all writers want.
const CLAIMED: u64 = 4_000;

/// What is asked; only the version of an exact expectation has to be noted beside the number.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    writer: u64,
    number: u64,
    draws: Draws,
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Events for a stream of its own.
    Own,
    /// The same, and for a shared one in whatever version.
    Shared(u64),
    /// For a shared stream in the version it was just read in.
    Exact(u64),
    /// For a stream of its own under a key that others want.
    Claim(u64),
}

impl Request {
    pub(crate) fn new(seed: u64, writer: u64, number: u64) -> Self {
        let mut draws = Draws::new(seed ^ (writer << 48) ^ number.wrapping_mul(0xd134_2543_de82_ef95));
        let kind = match draws.below(8) {
            0..=3 => Kind::Own,
            4 | 5 => Kind::Shared(draws.below(SHARED)),
            6 => Kind::Exact(draws.below(SHARED)),
            _ => Kind::Claim(draws.below(CLAIMED)),
        };
        Self {
            writer,
            number,
            draws,
            kind,
        }
    }

    pub(crate) fn key(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.writer + 1) << 96 | u128::from(self.number) << 32)
    }

    pub(crate) fn own_stream(&self) -> StreamName {
        StreamName::new("own", format_args!("{}-{}", self.writer, self.number)).unwrap()
    }

    pub(crate) fn shared_stream(&self) -> Option<StreamName> {
        match self.kind {
            Kind::Shared(number) | Kind::Exact(number) => Some(StreamName::new("shared", number).unwrap()),
            Kind::Own | Kind::Claim(_) => None,
        }
    }

    pub(crate) fn claim(&self) -> Option<ClaimKey> {
        match self.kind {
            Kind::Claim(number) => Some(ClaimKey::parse(&format!("receipt:{number}")).unwrap()),
            Kind::Own | Kind::Shared(_) | Kind::Exact(_) => None,
        }
    }

    /// The id of each of its events, in order.
    pub(crate) fn event_ids(&self) -> Vec<Uuid> {
        let count = self.draws.clone().below(3) + 1;
        let streams = if matches!(self.kind, Kind::Shared(_)) {
            2
        } else {
            1
        };
        let key = self.key().as_u128();
        (1..=count * streams)
            .map(|n| Uuid::from_u128(key | u128::from(n)))
            .collect()
    }

    /// `version` is what a shared stream was read at; zero for none.
    pub(crate) fn append(&self, version: Version) -> Append {
        let mut events: Vec<NewEvent> = self.event_ids().into_iter().map(|id| self.event(id)).collect();
        let append = match (&self.kind, self.shared_stream()) {
            (Kind::Exact(_), Some(shared)) if version == Version::START => {
                Append::to(shared, ExpectedVersion::NoStream, events)
            }
            (Kind::Exact(_), Some(shared)) => Append::to(shared, ExpectedVersion::Exact(version), events),
            (_, Some(shared)) => {
                let half = events.split_off(events.len() / 2);
                Append::to(self.own_stream(), ExpectedVersion::NoStream, events).also(
                    shared,
                    ExpectedVersion::Any,
                    half,
                )
            }
            (_, None) => Append::to(self.own_stream(), ExpectedVersion::NoStream, events),
        };
        let append = match self.claim() {
            Some(key) => append.guard(Guard::Claim {
                key,
                holder: self.own_stream(),
            }),
            None => append,
        };
        append.idempotent(self.key(), [7; 32])
    }

    fn event(&self, event_id: Uuid) -> NewEvent {
        NewEvent {
            event_id,
            event_type: EventType::parse("Happened").unwrap(),
            schema_version: 1,
            data: JsonText::parse(&format!(
                "{{\"writer\":{},\"number\":{}}}",
                self.writer, self.number
            ))
            .unwrap(),
            metadata: JsonText::parse("{}").unwrap(),
        }
    }
}
