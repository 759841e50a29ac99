//! What every aggregate remembers, and how each of its commands decides.

use std::fmt::Display;

use serde::Serialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::person::PersonSought;
use crate::{
    Decision, DomainEvent, EmployeeId, Founded, Given, InvalidValue, Path, Payload, Rejection, Sku, StoreId,
};

/// What a stream is about: its events and the state that they add up to.
pub trait Aggregate {
    /// First part of the stream's name: the stream is `{CATEGORY}-{id}`.
    const CATEGORY: &'static str;
    /// Whether every event carries the whole state after it, so that the last one is all there is to read.
    const LAST_EVENT_IS_STATE: bool = false;

    /// What can have happened to the aggregate.
    type Event: DomainEvent + Send + Sync;
    /// What the events add up to.
    type State: Default + Clone + Send + Sync;
    /// Every way in which a rule can say no.
    type Rejection: Rejection;

    /// Applies one event to the state; never refuses, because the event has happened.
    fn evolve(state: Self::State, event: &Self::Event) -> Self::State;

    /// Folds a history, oldest event first, into the state it adds up to.
    fn fold<'a>(events: impl IntoIterator<Item = &'a Self::Event>) -> Self::State
    where
        Self::Event: 'a,
    {
        events.into_iter().fold(Self::State::default(), Self::evolve)
    }
}

/// One thing that can be asked of one aggregate: its content, its identity, the facts that it needs and its rule.
///
/// The rule is pure, so a decision can be repeated, previewed and tested without a server:
///
/// ```
/// use posars_domain::product::{DefineProduct, Product, ProductState};
/// use posars_domain::{Aggregate, Command, DomainEvent, Given, Sku};
///
/// let define = DefineProduct {
///     sku: "cafe_500g".parse::<Sku>()?,
///     name: "Café torrado 500 g".to_owned(),
///     gtin: Some("7891000100103".parse()?),
///     ncm: None,
///     unit: "UN".to_owned(),
///     decimals: 0,
///     tracked: true,
/// };
/// let given = Given::at("2026-11-20T15:00:00Z".parse()?);
/// let decision = define.decide(&ProductState::default(), &given)?;
/// assert_eq!(decision.events[0].event_type(), "ProductDefined");
/// assert_eq!(decision.claims[0].key, "gtin:07891000100103");
///
/// // The events are the memory: the same command again has nothing left to do.
/// let state = Product::fold(&decision.events);
/// assert!(define.decide(&state, &given)?.events.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Command: Serialize + Send + Sync {
    /// What it is asked of.
    type Of: Aggregate;
    /// The event that answers it, also when it is asked again.
    type Answer: Payload<Event = EventOf<Self>>;

    /// What it is called in fingerprints, traces and metrics. Fingerprints are kept for ever, so it never changes.
    const NAME: &'static str;
    /// Whether it begins its stream as a rule. It is then decided on without reading, and the log tells whether that was
    /// right.
    const BEGINS_STREAM: bool = false;
    /// Whether its fingerprint covers its content under its name. False only for commands whose first fingerprints were
    /// made of the content alone.
    const FINGERPRINT_IS_TAGGED: bool = true;

    /// The id part of its stream's name.
    fn stream_id(&self) -> impl Display + Send;

    /// The idempotency key that the command carries in itself.
    fn own_key(&self) -> OwnKey {
        OwnKey::Absent
    }

    /// Its content as the fingerprints of an earlier build covered it, where that was otherwise than now.
    fn earlier_content(&self) -> Option<Box<RawValue>> {
        None
    }

    /// What it touches, and the facts outside the stream that the rule looks at.
    fn needs<'a>(&'a self, _state: &'a StateOf<Self>) -> Needs<'a> {
        Needs::COMPANY
    }

    /// The products that have to be in the catalogue where the company's policy is strict.
    fn products(&self) -> Vec<&Sku> {
        Vec::new()
    }

    /// The path of the field that names one of [`Self::products`]; `index` counts them from 0.
    fn path_of_product(&self, _index: usize) -> Path {
        Path::field("sku")
    }

    /// Streams of other aggregates that begin in the same append, when the command leads to events. One that is there
    /// already stays as it is.
    fn founds(&self) -> Vec<Founded> {
        Vec::new()
    }

    /// The employees of which the rule looks at how they stand.
    fn employees(&self) -> Vec<&EmployeeId> {
        Vec::new()
    }

    /// The stores that have to be defined, beside the one that it touches.
    fn stores(&self) -> Vec<&StoreId> {
        Vec::new()
    }

    /// The path of the field that names one of [`Self::stores`]; `index` counts them from 0.
    fn path_of_store(&self, _index: usize) -> Path {
        Path::field("store_id")
    }

    /// Whether this event is what this command had led to before.
    fn is_answer(&self, event: &EventOf<Self>) -> bool {
        Self::Answer::of(event).is_some()
    }

    /// What it leads to where it was not carried out before, as far as that holds personal data. No rule can compare a
    /// command with what is sealed: the door opens the first answer and compares it with this.
    fn afresh(&self, _state: &StateOf<Self>, given: &Given<'_>) -> Vec<EventOf<Self>> {
        if !Self::BEGINS_STREAM || given.person.is_none() {
            return Vec::new();
        }
        let decided = self.decide(&StateOf::<Self>::default(), given);
        decided.map_or_else(|_| Vec::new(), |decision| decision.events)
    }

    /// Decides what the command makes happen; no events means that there is nothing left to do.
    ///
    /// A command that touches a store is also decided on an empty state and without that store, for a caller who may not
    /// touch it: then it must refuse as it does when the store, or what it is about, is not there, before it says anything
    /// else of either.
    ///
    /// # Errors
    /// The first rule that says no.
    fn decide(&self, state: &StateOf<Self>, given: &Given<'_>) -> Decided<Self::Of>;
}

/// A command to several streams of one aggregate, carried out on all of them or on none.
pub trait CompoundCommand: Serialize + Send + Sync {
    /// What is asked of one stream. Several parts may be about the same; they are decided on in their order.
    type Part: Command;

    /// As [`Command::NAME`].
    const NAME: &'static str;

    /// As [`Command::own_key`].
    fn own_key(&self) -> OwnKey;

    /// Its parts, in order.
    ///
    /// # Errors
    /// When the command as a whole is malformed: no parts, too many, or two that cannot be told apart.
    fn parts(&self) -> Result<Vec<Self::Part>, InvalidValue>;

    /// The path of a part's field in the whole command; `index` counts the parts from 0.
    fn path_of_part(&self, index: usize, path: Path) -> Path;
}

impl Founded {
    /// The stream of an aggregate with its first event.
    #[must_use]
    pub fn of<A: Aggregate>(id: impl Display, first: impl Into<A::Event>) -> Self {
        let first = first.into();
        Self {
            category: A::CATEGORY,
            id: id.to_string(),
            event_type: first.event_type(),
            schema_version: first.schema_version(),
            data: first.to_json().get().to_owned(),
        }
    }
}

/// The aggregate's event that a command leads to.
pub type EventOf<C> = <<C as Command>::Of as Aggregate>::Event;
/// The state that a command is decided on.
pub type StateOf<C> = <<C as Command>::Of as Aggregate>::State;
/// What the rule of a command answers.
pub type Decided<A> =
    Result<Decision<<A as Aggregate>::Event, <A as Aggregate>::Rejection>, <A as Aggregate>::Rejection>;

/// By which id a command is carried out once, for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnKey {
    /// None; the caller may give one.
    Absent,
    /// This id, which only this kind of command uses.
    Id(Uuid),
    /// This id, which other kinds of commands may use too: the command's name is part of the key.
    Named(Uuid),
}

/// What a command touches, and the facts outside the stream that its rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs<'a> {
    /// What a caller must be allowed to touch.
    pub touches: Touches<'a>,
    /// The description of this product is looked at.
    pub product: Option<&'a Sku>,
    /// The company's policy is looked at.
    pub policy: bool,
    /// The chart of accounts and the months are looked at, and stay as they are until the append. Not for a command to one
    /// of these.
    pub books: bool,
    /// The person whose data the events will hold: what was erased of them is looked at, and stays so until the append.
    pub person: Option<PersonSought<'a>>,
}

/// What a caller must be allowed to touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Touches<'a> {
    /// Something of this store, whose settings the rule looks at. To a caller who may not touch the store it looks as if
    /// it were not there.
    Store(&'a StoreId),
    /// What belongs to the company as a whole.
    Company,
    /// Nothing: what the command is about is not there, and the rule says so.
    Nothing,
}

impl<'a> Needs<'a> {
    /// Of what belongs to the company as a whole.
    pub const COMPANY: Self = Self::of(Touches::Company);
    /// Of what is not there.
    pub const NOTHING: Self = Self::of(Touches::Nothing);

    const fn of(touches: Touches<'a>) -> Self {
        Self {
            touches,
            product: None,
            policy: false,
            books: false,
            person: None,
        }
    }

    /// Of something of a store.
    #[must_use]
    pub const fn store(store: &'a StoreId) -> Self {
        Self::of(Touches::Store(store))
    }

    /// The description of a product as well.
    #[must_use]
    pub const fn and_product(self, product: &'a Sku) -> Self {
        Self {
            product: Some(product),
            ..self
        }
    }

    /// The company's policy as well.
    #[must_use]
    pub const fn and_policy(self) -> Self {
        Self { policy: true, ..self }
    }

    /// The chart of accounts and the months as well.
    #[must_use]
    pub const fn and_books(self) -> Self {
        Self { books: true, ..self }
    }

    /// A person as well.
    #[must_use]
    pub const fn and_person(self, person: PersonSought<'a>) -> Self {
        Self {
            person: Some(person),
            ..self
        }
    }
}
