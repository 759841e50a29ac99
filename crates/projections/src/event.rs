//! Events as projections see them: borrowed, of a known kind, decoded only as far as each one needs.

use std::borrow::Cow;

use jiff::Timestamp;
use posars_domain::books::BooksKind;
use posars_domain::chart::ChartKind;
use posars_domain::company::{Company, CompanyKind};
use posars_domain::employee::{Employee, EmployeeKind};
use posars_domain::journal::EntryKind;
use posars_domain::open_item::{PayableKind, ReceivableKind};
use posars_domain::payroll::{Payroll, PayrollKind};
use posars_domain::person::{Person, PersonKind};
use posars_domain::posting_rules::PostingRulesKind;
use posars_domain::product::{Product, ProductKind};
use posars_domain::register::{Register, RegisterKind};
use posars_domain::sale::{Sale, SaleKind};
use posars_domain::statement_line::StatementLineKind;
use posars_domain::stock::{Stock, StockKind};
use posars_domain::stock_policy::{StockPolicy, StockPolicyKind};
use posars_domain::store::{Store, StoreKind};
use posars_domain::terms::TermsKind;
use posars_domain::unposted::UnpostedKind;
use posars_domain::waiting::WaitingKind;
use posars_domain::{Aggregate as _, DomainEvent, Kind as _, UnreadableEvent};
use posars_event_store::{ExportedEvent, Position, RecordedEvent, Version};
use serde::Deserialize;
use uuid::Uuid;

use crate::ApplyError;

/// Declares the categories whose events this build reads; what stands in others is none of its business.
macro_rules! categories {
    ($($category:ident($kind:ident)),+ $(,)?) => {
        /// Every event this build reads, by the category of its stream. `apply` takes the categories that it reads and
        /// matches their kinds without a `_` arm: a new event stops the compiler where its category is read, and a new
        /// category concerns nobody who does not name it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "each is documented where the domain declares it")]
        pub enum EventKind {
            $($category($kind)),+
        }

        impl EventKind {
            /// The stored name.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$category(kind) => kind.as_str()),+
                }
            }

            fn parse(event_type: &str) -> Option<Self> {
                $(if let Some(kind) = $kind::parse(event_type) {
                    return Some(Self::$category(kind));
                })+
                None
            }

            fn newest(self, schema_version: u16, data: &str) -> Result<Cow<'_, str>, UnreadableEvent> {
                match self {
                    $(Self::$category(kind) => kind.newest(schema_version, data)),+
                }
            }

            fn is_read_in(category: &str) -> bool {
                [$($category::CATEGORY),+].contains(&category)
            }
        }
    };
}

// The first are looked for first: most events of a log are theirs.
categories!(
    Sale(SaleKind),
    Stock(StockKind),
    Entry(EntryKind),
    Receivable(ReceivableKind),
    Payable(PayableKind),
    Product(ProductKind),
    Store(StoreKind),
    Register(RegisterKind),
    Company(CompanyKind),
    Waiting(WaitingKind),
    StockPolicy(StockPolicyKind),
    StatementLine(StatementLineKind),
    Unposted(UnpostedKind),
    Chart(ChartKind),
    PostingRules(PostingRulesKind),
    Terms(TermsKind),
    Books(BooksKind),
    Employee(EmployeeKind),
    Payroll(PayrollKind),
    Person(PersonKind),
);

/// Declares what stands in the macro for a category whose aggregate is not its name, or that only reactors write.
macro_rules! named {
    ($($category:ident = $name:literal),+ $(,)?) => {$(
        struct $category;

        impl $category {
            const CATEGORY: &'static str = $name;
        }
    )+};
}

named!(
    Waiting = "waiting",
    Entry = "entry",
    Receivable = "receivable",
    Payable = "payable",
    StatementLine = "statementline",
    Unposted = "unposted",
    Chart = "chart",
    PostingRules = "postingrules",
    Terms = "terms",
    Books = "books",
);

/// An event on its way through a projection.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// What happened.
    pub kind: EventKind,
    /// Its place in the log.
    pub position: Position,
    /// Its place in the stream.
    pub version: Version,
    /// Its stream.
    pub stream: &'a str,
    /// Its identity: what is sealed in it opens nowhere else.
    pub event_id: Uuid,
    /// In the shape that this build writes.
    data: Cow<'a, str>,
    recorded_at_micros: i64,
}

/// The parts of a stored event, whichever way it was read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawEvent<'a> {
    pub(crate) position: Position,
    pub(crate) version: Version,
    pub(crate) stream: &'a str,
    pub(crate) event_type: &'a str,
    event_id: Uuid,
    /// Found once, however many projections the event goes through; none of a type that this build does not read.
    kind: Option<EventKind>,
    schema_version: u16,
    data: &'a str,
    recorded_at_micros: i64,
}

impl<'a> From<&'a RecordedEvent> for RawEvent<'a> {
    fn from(event: &'a RecordedEvent) -> Self {
        Self {
            position: event.position,
            version: event.version,
            stream: event.stream.as_str(),
            event_type: event.event_type.as_str(),
            event_id: event.event_id,
            kind: EventKind::parse(event.event_type.as_str()),
            schema_version: event.schema_version,
            data: &event.data,
            recorded_at_micros: event.recorded_at.as_microsecond(),
        }
    }
}

impl<'a> From<ExportedEvent<'a>> for RawEvent<'a> {
    fn from(event: ExportedEvent<'a>) -> Self {
        Self {
            position: event.position,
            version: event.version,
            stream: event.stream,
            event_type: event.event_type,
            event_id: event.event_id,
            kind: EventKind::parse(event.event_type),
            schema_version: event.schema_version,
            data: event.data,
            recorded_at_micros: event.recorded_at_micros,
        }
    }
}

/// An event whose texts stand in the text of its page: one allocation for all of them instead of three for each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoredEvent {
    position: Position,
    version: Version,
    recorded_at_micros: i64,
    event_id: Uuid,
    kind: Option<EventKind>,
    schema_version: u16,
    start: usize,
    stream_end: usize,
    type_end: usize,
    data_end: usize,
}

impl StoredEvent {
    /// Adds the texts of an event to those of its page.
    pub(crate) fn put(event: &RawEvent<'_>, texts: &mut String) -> Self {
        let start = texts.len();
        let mut end_of = |text: &str| {
            texts.push_str(text);
            texts.len()
        };
        Self {
            position: event.position,
            version: event.version,
            recorded_at_micros: event.recorded_at_micros,
            event_id: event.event_id,
            kind: event.kind,
            schema_version: event.schema_version,
            start,
            stream_end: end_of(event.stream),
            type_end: end_of(event.event_type),
            data_end: end_of(event.data),
        }
    }

    /// The event; none with the texts of another page.
    pub(crate) fn within<'a>(&self, texts: &'a str) -> Option<RawEvent<'a>> {
        Some(RawEvent {
            position: self.position,
            version: self.version,
            stream: texts.get(self.start..self.stream_end)?,
            event_type: texts.get(self.stream_end..self.type_end)?,
            event_id: self.event_id,
            kind: self.kind,
            schema_version: self.schema_version,
            data: texts.get(self.type_end..self.data_end)?,
            recorded_at_micros: self.recorded_at_micros,
        })
    }
}

impl<'a> RawEvent<'a> {
    /// The event, or none when it is of a category that no projection reads.
    ///
    /// # Errors
    /// [`ApplyError::Unknown`] for a type or schema version that only a newer build knows, [`ApplyError::BadPayload`] for
    /// an earlier version that is not what it should be.
    pub(crate) fn known(&self) -> Result<Option<Event<'a>>, ApplyError> {
        let Some(kind) = self.kind else {
            let category = self
                .stream
                .split_once('-')
                .map_or(self.stream, |(category, _)| category);
            return if EventKind::is_read_in(category) {
                Err(self.unknown())
            } else {
                Ok(None)
            };
        };
        Ok(Some(Event {
            kind,
            position: self.position,
            version: self.version,
            stream: self.stream,
            event_id: self.event_id,
            data: self.newest(kind)?,
            recorded_at_micros: self.recorded_at_micros,
        }))
    }

    fn newest(&self, kind: EventKind) -> Result<Cow<'a, str>, ApplyError> {
        kind.newest(self.schema_version, self.data)
            .map_err(|error| match error {
                UnreadableEvent::UnknownType { .. } | UnreadableEvent::UnknownVersion { .. } => {
                    self.unknown()
                }
                UnreadableEvent::BadPayload { problem, .. } => ApplyError::BadPayload {
                    event_type: self.event_type.to_owned(),
                    problem,
                },
            })
    }

    fn unknown(&self) -> ApplyError {
        ApplyError::Unknown {
            event_type: self.event_type.to_owned(),
            schema_version: self.schema_version,
        }
    }
}

impl Event<'_> {
    /// The payload, as far as `T` names its fields. Let `T` borrow and name only what is needed: that is half
    /// of the time of a rebuild.
    ///
    /// # Errors
    /// [`ApplyError::BadPayload`] when a field is missing or of another type.
    pub fn payload<'a, T: Deserialize<'a>>(&'a self) -> Result<T, ApplyError> {
        serde_json::from_str(&self.data).map_err(|problem| self.bad(&problem))
    }

    /// Whether the payload may have a field of this name, in quotes: a look that costs far less than reading it.
    pub(crate) fn may_have(&self, field: &str) -> bool {
        self.data.contains(field)
    }

    /// The whole payload, as its aggregate has it.
    pub(crate) fn decoded<E: DomainEvent>(&self, kind: E::Kind) -> Result<E, ApplyError> {
        E::from_json(kind.as_str(), kind.schema_version(), &self.data).map_err(|problem| self.bad(&problem))
    }

    /// When the log accepted the event.
    #[must_use]
    pub fn recorded_at(&self) -> Timestamp {
        Timestamp::from_microsecond(self.recorded_at_micros).unwrap_or_default()
    }

    /// Refuses an event that has to be the first of its stream and is not: what was folded before would change.
    pub(crate) fn must_be_first(&self) -> Result<(), ApplyError> {
        if self.version.get() == 1 {
            return Ok(());
        }
        Err(self.bad(&format_args!(
            "it is event {} of its stream and must be the first",
            self.version
        )))
    }

    /// A free text, as a column can hold it.
    pub(crate) fn text(&self, text: Cow<'_, str>) -> Result<String, ApplyError> {
        if text.contains('\0') {
            return Err(self.bad(&"a text holds the character NUL, which PostgreSQL cannot store"));
        }
        Ok(text.into_owned())
    }

    pub(crate) fn text_maybe(&self, text: Option<Cow<'_, str>>) -> Result<Option<String>, ApplyError> {
        text.map(|text| self.text(text)).transpose()
    }

    /// The error for a field whose text is not what it should be.
    pub(crate) fn bad(&self, problem: &dyn std::fmt::Display) -> ApplyError {
        ApplyError::BadPayload {
            event_type: self.kind.as_str().to_owned(),
            problem: problem.to_string(),
        }
    }

    /// Reads a text field as a value.
    pub(crate) fn parse<T>(&self, text: &str) -> Result<T, ApplyError>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        text.parse().map_err(|problem: T::Err| self.bad(&problem))
    }
}
