//! How events become JSON text and come back.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::{RawValue, to_raw_value};

/// An event of one aggregate, stored as its type, its schema version and JSON text.
///
/// It serializes as its payload: fields in declaration order and without a type tag.
pub trait DomainEvent: Serialize + Sized {
    /// Every type this aggregate has ever written.
    const TYPES: &'static [&'static str];

    /// The stored name of the type, such as `SaleRecorded`.
    fn event_type(&self) -> &'static str;

    /// The version of the payload's shape, from 1.
    fn schema_version(&self) -> u16;

    /// The payload as JSON.
    fn to_json(&self) -> Box<RawValue> {
        encode(self)
    }

    /// Reads a stored payload.
    ///
    /// # Errors
    /// [`UnreadableEvent`] when the type, the version or the payload is not one this build knows.
    fn from_json(event_type: &str, schema_version: u16, data: &str) -> Result<Self, UnreadableEvent>;
}

/// A stored event that this build cannot read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableEvent {
    /// No event of the aggregate has this type.
    #[error(
        "event type {event_type:?} is unknown to this build; run the version that wrote it, or a newer one"
    )]
    UnknownType {
        /// The stored type.
        event_type: String,
    },
    /// The payload's shape is of a version that this build has no reader for.
    #[error(
        "{event_type} has schema version {schema_version}, this build reads {known}; run a newer version"
    )]
    UnknownVersion {
        /// The stored type.
        event_type: String,
        /// The stored version.
        schema_version: u16,
        /// The version that this build writes.
        known: u16,
    },
    /// The payload is not what its type and version promise.
    #[error(
        "{event_type} version {schema_version} cannot be decoded: {problem}; \
         the log may be damaged, run `posars audit verify`"
    )]
    BadPayload {
        /// The stored type.
        event_type: String,
        /// The stored version.
        schema_version: u16,
        /// What the decoder met, with line and column.
        problem: String,
    },
}

/// Writes a payload as JSON text.
#[expect(
    clippy::expect_used,
    reason = "payloads are plain structs; only maps with odd keys can fail"
)]
fn encode(payload: &impl Serialize) -> Box<RawValue> {
    to_raw_value(payload).expect("an event payload always has a JSON form")
}

/// Reads a payload whose type has been recognised.
pub(crate) fn decode<T: DeserializeOwned>(
    event_type: &str,
    schema_version: u16,
    known: u16,
    data: &str,
) -> Result<T, UnreadableEvent> {
    if schema_version != known {
        return Err(UnreadableEvent::UnknownVersion {
            event_type: event_type.to_owned(),
            schema_version,
            known,
        });
    }
    serde_json::from_str(data).map_err(|problem| UnreadableEvent::BadPayload {
        event_type: event_type.to_owned(),
        schema_version,
        problem: problem.to_string(),
    })
}

/// Declares an aggregate's events: the enum, its [`DomainEvent`] and a `From` for every payload.
///
/// The payload struct's name is the stored type; the number is its schema version.
macro_rules! events {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident($payload:ty) = $version:literal),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
        #[serde(untagged)]
        $vis enum $name {
            $($(#[$variant_meta])* $variant($payload)),+
        }

        impl $crate::DomainEvent for $name {
            const TYPES: &'static [&'static str] = &[$(stringify!($variant)),+];

            fn event_type(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => stringify!($variant)),+
                }
            }

            fn schema_version(&self) -> u16 {
                match self {
                    $(Self::$variant(_) => $version),+
                }
            }

            fn from_json(
                event_type: &str,
                schema_version: u16,
                data: &str,
            ) -> Result<Self, $crate::UnreadableEvent> {
                match event_type {
                    $(stringify!($variant) => {
                        $crate::event::decode(event_type, schema_version, $version, data).map(Self::$variant)
                    })+
                    unknown => Err($crate::UnreadableEvent::UnknownType { event_type: unknown.to_owned() }),
                }
            }
        }

        $(impl From<$payload> for $name {
            fn from(payload: $payload) -> Self {
                Self::$variant(payload)
            }
        })+
    };
}
pub(crate) use events;
