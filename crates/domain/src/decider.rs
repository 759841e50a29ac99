//! How every aggregate decides and remembers.

use crate::{DomainEvent, Rejection};

/// The rules of one aggregate: `decide` turns a command into events, `evolve` folds events into a state.
///
/// Both are pure, so a decision can be repeated, previewed and tested without a server:
///
/// ```
/// use posars_domain::product::{DefineProduct, Product, ProductContext, ProductEvent, ProductState};
/// use posars_domain::{Decider, DomainEvent, Sku};
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
/// let decision = Product::decide(&ProductState::default(), &define.clone().into(), &ProductContext)?;
/// assert_eq!(decision.events[0].event_type(), "ProductDefined");
/// assert_eq!(decision.claims[0].key, "gtin:07891000100103");
///
/// // The events are the memory: the same command again has nothing left to do.
/// let state = Product::fold(&decision.events);
/// assert!(Product::decide(&state, &define.into(), &ProductContext)?.events.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Decider {
    /// First part of the stream's name: the stream is `{CATEGORY}-{id}`.
    const CATEGORY: &'static str;

    /// What can be asked of the aggregate.
    type Command;
    /// What a decision needs from outside the stream: settings, policy and the time of recording.
    type Context;
    /// What can have happened to the aggregate.
    type Event: DomainEvent;
    /// What the events add up to.
    type State: Default + Clone;
    /// Every way in which a rule can say no.
    type Rejection: Rejection;

    /// Decides what a command makes happen; no events means that there is nothing left to do.
    ///
    /// # Errors
    /// The first rule that says no.
    fn decide(
        state: &Self::State,
        command: &Self::Command,
        context: &Self::Context,
    ) -> Result<Decision<Self::Event, Self::Rejection>, Self::Rejection>;

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

/// What a command makes happen, to be appended as one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision<E, R> {
    /// The new events in order; empty when the command has been carried out before.
    pub events: Vec<E>,
    /// The keys that must be free, or held by the same holder, for the append to stand.
    pub claims: Vec<Claim<R>>,
}

impl<E, R> Decision<E, R> {
    /// There is nothing left to do.
    #[must_use]
    pub const fn nothing() -> Self {
        Self {
            events: Vec::new(),
            claims: Vec::new(),
        }
    }

    /// One event and no claims.
    #[must_use]
    pub fn event(event: impl Into<E>) -> Self {
        Self {
            events: vec![event.into()],
            claims: Vec::new(),
        }
    }
}

/// A key that only one holder may own, claimed in the same append as the events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim<R> {
    /// The key, unique in the company's log, such as `gtin:07891000100103`.
    pub key: String,
    /// The stream that holds the key; `None` is the stream the events go to.
    pub holder: Option<String>,
    /// The stream whose name is made of this key, if there can be one. It holds the key by existing, so it writes no
    /// claim; every other stream can claim the key only while this one does not exist. A client that gives this name to
    /// something else uses the key up, just as a client that claims a foreign key does.
    pub namesake: Option<String>,
    /// The rejection to answer with when somebody else holds the key.
    pub taken: R,
}
