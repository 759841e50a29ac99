//! How events become JSON text and come back, also from the shapes that earlier builds wrote.

use std::borrow::Cow;
use std::fmt::Debug;
use std::hash::Hash;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use crate::PersonalField;

/// An event of one aggregate, stored as its type, its schema version and JSON text.
///
/// It serializes as its payload: fields in declaration order and without a type tag.
pub trait DomainEvent: Serialize + Clone + Sized {
    /// What kinds of events the aggregate has.
    type Kind: Kind;

    /// Every type this aggregate has ever written.
    const TYPES: &'static [&'static str];

    /// Which of the aggregate's events it is.
    fn kind(&self) -> Self::Kind;

    /// The stored name of the type, such as `SaleRecorded`.
    fn event_type(&self) -> &'static str {
        self.kind().as_str()
    }

    /// The version of the payload's shape, from 1.
    fn schema_version(&self) -> u16 {
        self.kind().schema_version()
    }

    /// Its fields that hold personal data, in the order of their declaration; most events have none.
    fn personal(&mut self) -> Vec<PersonalField<'_>> {
        Vec::new()
    }

    /// The payload as JSON.
    fn to_json(&self) -> Box<RawValue> {
        encode(self)
    }

    /// Reads a stored payload of this build's schema version or an earlier one.
    ///
    /// # Errors
    /// [`UnreadableEvent`] when the type, the version or the payload is not one this build knows.
    fn from_json(event_type: &str, schema_version: u16, data: &str) -> Result<Self, UnreadableEvent>;
}

/// The kinds of an aggregate's events: an enum without payloads, to match what a stored event is before it is read.
pub trait Kind: Copy + Debug + Eq + Hash + Send + Sync + 'static {
    /// All of them.
    const ALL: &'static [Self];

    /// The kind with this stored name.
    fn parse(event_type: &str) -> Option<Self>;

    /// The stored name, such as `SaleRecorded`.
    fn as_str(self) -> &'static str;

    /// The schema version that this build writes, from 1.
    fn schema_version(self) -> u16;

    /// A stored payload in the shape that this build writes. Only what an earlier build wrote is written anew.
    ///
    /// # Errors
    /// [`UnreadableEvent`] when this build does not know the version, or the payload is not what the version promises.
    fn newest(self, schema_version: u16, data: &str) -> Result<Cow<'_, str>, UnreadableEvent>;

    /// Reads a stored payload as far as `T` names its fields, which are those of the newest version.
    ///
    /// # Errors
    /// As [`Kind::newest`], and when a field is missing or of another type.
    fn read<T: DeserializeOwned>(self, schema_version: u16, data: &str) -> Result<T, UnreadableEvent> {
        let data = self.newest(schema_version, data)?;
        serde_json::from_str(&data)
            .map_err(|problem| bad_payload(self.as_str(), schema_version, problem.to_string()))
    }
}

/// A payload of one event of an aggregate, or any event of it.
pub trait Payload: Sized {
    /// The aggregate's events.
    type Event: DomainEvent;

    /// The payload of an event of this kind; `None` of any other kind.
    fn of(event: &Self::Event) -> Option<&Self>;
}

/// A payload with fields that hold personal data.
pub trait HoldsPersonal {
    /// Those fields, in the order of their declaration.
    fn personal(&mut self) -> Vec<PersonalField<'_>>;
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

/// Turns a payload of one schema version into the next one, or says what it lacks for that.
pub(crate) type Upcast = fn(&mut Value) -> Result<(), String>;

/// A stored payload in the newest shape: `upcasts` lead from version 1 to it, one version each.
pub(crate) fn newest<'a>(
    event_type: &str,
    upcasts: &[Upcast],
    schema_version: u16,
    data: &'a str,
) -> Result<Cow<'a, str>, UnreadableEvent> {
    let missing = usize::from(schema_version)
        .checked_sub(1)
        .and_then(|known| upcasts.get(known..));
    match missing {
        Some([]) => Ok(Cow::Borrowed(data)),
        Some(missing) => match upcast(missing, data) {
            Ok(data) => Ok(Cow::Owned(data)),
            Err(problem) => Err(bad_payload(event_type, schema_version, problem)),
        },
        None => Err(UnreadableEvent::UnknownVersion {
            event_type: event_type.to_owned(),
            schema_version,
            known: u16::try_from(upcasts.len() + 1).unwrap_or(u16::MAX),
        }),
    }
}

#[cold]
fn upcast(missing: &[Upcast], data: &str) -> Result<String, String> {
    let mut payload: Value = serde_json::from_str(data).map_err(|problem| problem.to_string())?;
    for step in missing {
        step(&mut payload)?;
    }
    Ok(payload.to_string())
}

fn bad_payload(event_type: &str, schema_version: u16, problem: String) -> UnreadableEvent {
    UnreadableEvent::BadPayload {
        event_type: event_type.to_owned(),
        schema_version,
        problem,
    }
}

/// Declares an aggregate's events: the enum with its [`DomainEvent`], the enum of their kinds with its [`Kind`], and for
/// every payload a `From` and its [`Payload`].
///
/// The payload struct's name is the stored type; the number is its schema version. Of an event with earlier versions,
/// `from [...]` names the [`Upcast`]s, that of version 1 first. `holding personal` says that the payload is
/// [`HoldsPersonal`].
macro_rules! events {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident of $kind:ident {
            $(
                $(#[$variant_meta:meta])*
                $variant:ident($payload:ty) = $version:literal $(from [$($upcast:path),+ $(,)?])? $(holding $personal:ident)?
            ),+ $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
        #[serde(untagged)]
        $vis enum $name {
            $($(#[$variant_meta])* $variant($payload)),+
        }

        #[doc = concat!("The kinds of [`", stringify!($name), "`].")]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        $vis enum $kind {
            $($(#[$variant_meta])* $variant),+
        }

        // Every version but the newest has its way to the next.
        $(const _: () = {
            const UPCASTS: &[$crate::event::Upcast] = &[$($($upcast),+)?];
            assert!(UPCASTS.len() + 1 == $version, "an upcast for every earlier version");
        };)+

        impl $crate::Kind for $kind {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn parse(event_type: &str) -> Option<Self> {
                match event_type {
                    $(stringify!($variant) => Some(Self::$variant),)+
                    _ => None,
                }
            }

            fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($variant)),+
                }
            }

            fn schema_version(self) -> u16 {
                match self {
                    $(Self::$variant => $version),+
                }
            }

            fn newest(
                self,
                schema_version: u16,
                data: &str,
            ) -> Result<std::borrow::Cow<'_, str>, $crate::UnreadableEvent> {
                let upcasts: &[$crate::event::Upcast] = match self {
                    $(Self::$variant => &[$($($upcast),+)?]),+
                };
                $crate::event::newest(self.as_str(), upcasts, schema_version, data)
            }
        }

        impl $crate::DomainEvent for $name {
            type Kind = $kind;

            const TYPES: &'static [&'static str] = &[$(stringify!($variant)),+];

            fn kind(&self) -> $kind {
                match self {
                    $(Self::$variant(_) => $kind::$variant),+
                }
            }

            fn personal(&mut self) -> Vec<$crate::PersonalField<'_>> {
                match self {
                    $(Self::$variant(_payload) => $crate::event::fields_of!(_payload $($personal)?)),+
                }
            }

            fn from_json(
                event_type: &str,
                schema_version: u16,
                data: &str,
            ) -> Result<Self, $crate::UnreadableEvent> {
                match event_type {
                    $(stringify!($variant) => {
                        $crate::Kind::read($kind::$variant, schema_version, data).map(Self::$variant)
                    })+
                    unknown => Err($crate::UnreadableEvent::UnknownType { event_type: unknown.to_owned() }),
                }
            }
        }

        impl $crate::Payload for $name {
            type Event = Self;

            fn of(event: &Self) -> Option<&Self> {
                Some(event)
            }
        }

        $(impl From<$payload> for $name {
            fn from(payload: $payload) -> Self {
                Self::$variant(payload)
            }
        }

        impl $crate::Payload for $payload {
            type Event = $name;

            #[allow(irrefutable_let_patterns, reason = "an aggregate may have one event")]
            fn of(event: &$name) -> Option<&Self> {
                if let $name::$variant(payload) = event { Some(payload) } else { None }
            }
        })+
    };
}
pub(crate) use events;

/// The fields of a payload that hold personal data, if it says that it has some.
macro_rules! fields_of {
    ($payload:ident) => {
        Vec::new()
    };
    ($payload:ident personal) => {
        $crate::HoldsPersonal::personal($payload)
    };
}
pub(crate) use fields_of;
