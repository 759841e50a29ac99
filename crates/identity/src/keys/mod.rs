//! The issuer's keys: held for the callers, fetched behind them.
//!
//! One writer at a time (the gate) replaces the whole of what is held, so a reader sees keys and their state of one
//! moment and takes no lock.

mod fetch;
mod refresher;
mod set;
mod source;

use std::sync::Arc;
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use jiff::Timestamp;
use jwt_simple::prelude::RS256PublicKey;
use tokio::sync::Mutex;

use crate::{TokenError, VerifierConfig};
pub(crate) use refresher::Refresher;
use set::KeySet;
use source::{FetchError, Source, Stamp};

/// How the keys stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyState {
    /// How many keys are held.
    pub keys: usize,
    /// When they were last fetched; none means never.
    pub fetched_at: Option<Timestamp>,
    /// Since when they cannot be fetched; none means that the last try went well.
    pub failing_since: Option<Timestamp>,
    /// Why not, with the next step; without anything of a token.
    pub problem: Option<String>,
    /// Whether tokens can be checked at all: there are keys and they are not too old.
    pub is_usable: bool,
}

/// The keys and how they came about; never changed, only replaced.
struct Held {
    set: KeySet,
    /// Counts the changes of the set.
    generation: u64,
    fetched: Option<(Instant, Timestamp)>,
    failing_since: Option<Timestamp>,
    problem: Option<String>,
}

/// The latest fetch that was begun; whoever holds this lock may begin one.
#[derive(Default)]
struct Gate {
    begun: Option<Instant>,
    stamp: Option<Stamp>,
}

/// The keys of one issuer.
pub(crate) struct Keys {
    source: Source,
    gap: Duration,
    interval: Duration,
    age_max: Duration,
    held: ArcSwap<Held>,
    /// Taken before a fetch and kept to its end: callers that wait for it find the answer of the one before them.
    gate: Arc<Mutex<Gate>>,
    on_change: Box<dyn Fn() + Send + Sync>,
}

impl Keys {
    /// No keys yet. `on_change` is called after each change of the set.
    pub(crate) fn new(config: &VerifierConfig, on_change: Box<dyn Fn() + Send + Sync>) -> Self {
        let nothing = Held {
            set: KeySet::default(),
            generation: 0,
            fetched: None,
            failing_since: None,
            problem: None,
        };
        Self {
            source: Source::new(config),
            gap: config.refresh_gap,
            interval: config.refresh_interval,
            age_max: config.keys_age_max,
            held: ArcSwap::from_pointee(nothing),
            gate: Arc::default(),
            on_change,
        }
    }

    /// Fetches once and goes on fetching.
    pub(crate) async fn begin(keys: &Arc<Self>) -> Refresher {
        keys.refresh(Why::First).await;
        Refresher::start(keys)
    }

    /// The number of the present key set.
    pub(crate) fn generation(&self) -> u64 {
        self.held.load().generation
    }

    /// The key of that id, with the number of the set that it stands in.
    ///
    /// # Errors
    /// [`TokenError::KeyUnknown`], and [`TokenError::KeysUnavailable`] when there are no usable keys at all.
    pub(crate) async fn find(self: &Arc<Self>, kid: &str) -> Result<(RS256PublicKey, u64), TokenError> {
        if let Some(found) = self.look(kid) {
            return Ok(found);
        }
        self.refresh(Why::UnknownKey(kid)).await;
        match self.look(kid) {
            Some(found) => Ok(found),
            None if self.held.load().is_usable(self.age_max) => Err(TokenError::KeyUnknown),
            None => Err(TokenError::KeysUnavailable),
        }
    }

    fn look(&self, kid: &str) -> Option<(RS256PublicKey, u64)> {
        let held = self.held.load();
        let key = held.set.key(kid).filter(|_| held.is_usable(self.age_max))?;
        Some((key.clone(), held.generation))
    }

    /// Fetches, unless somebody did a moment ago.
    ///
    /// The fetch is a task of its own: were it the caller's, one who sends an unknown key and hangs up could end it
    /// each time, and nobody would ever see a new key.
    async fn refresh(self: &Arc<Self>, why: Why<'_>) {
        let mut gate = Arc::clone(&self.gate).lock_owned().await;
        // Somebody else's fetch may have brought it while this one waited for the gate.
        if let Why::UnknownKey(kid) = why
            && self.look(kid).is_some()
        {
            return;
        }
        let is_early = gate.begun.is_some_and(|begun| begun.elapsed() < self.gap);
        if is_early {
            return;
        }
        let is_due = !matches!(why, Why::Look) || gate.begun.is_none_or(|at| at.elapsed() >= self.interval);
        let keys = Arc::clone(self);
        let fetched = tokio::spawn(async move {
            let stamp = keys.source.stamp().await;
            if !is_due && stamp.is_some() && stamp == gate.stamp {
                return;
            }
            gate.begun = Some(Instant::now());
            // Taken before the reading: a change in between is then seen at the next look.
            gate.stamp = stamp;
            let answer = keys.source.fetch().await;
            keys.take(answer);
        })
        .await;
        if let Err(error) = fetched {
            tracing::error!(%error, "fetching the issuer's keys broke off");
        }
    }

    /// Holds what a fetch brought. Only the owner of the gate calls it.
    fn take(&self, answer: Result<KeySet, FetchError>) {
        let before = self.held.load_full();
        let now = Timestamp::now();
        match answer {
            Ok(set) => {
                let is_changed = set != before.set;
                let keys = set.len();
                let generation = before.generation + u64::from(is_changed);
                self.held.store(Arc::new(Held {
                    set,
                    generation,
                    fetched: Some((Instant::now(), now)),
                    failing_since: None,
                    problem: None,
                }));
                if is_changed {
                    // The generation alone makes old entries worthless; this gives their memory back.
                    (self.on_change)();
                    tracing::info!(source = %self.source, keys, generation, "the issuer's keys have changed");
                }
            }
            Err(error) => {
                let problem = error.to_string();
                tracing::warn!(source = %self.source, %problem, "the issuer's keys could not be fetched");
                self.held.store(Arc::new(Held {
                    set: before.set.clone(),
                    generation: before.generation,
                    fetched: before.fetched,
                    failing_since: before.failing_since.or(Some(now)),
                    problem: Some(problem),
                }));
            }
        }
    }

    pub(crate) fn state(&self) -> KeyState {
        let held = self.held.load();
        KeyState {
            keys: held.set.len(),
            fetched_at: held.fetched.map(|(_, at)| at),
            failing_since: held.failing_since,
            problem: held.problem.clone(),
            is_usable: held.is_usable(self.age_max),
        }
    }
}

impl Held {
    fn is_usable(&self, age_max: Duration) -> bool {
        self.set.len() > 0 && self.fetched.is_some_and(|(at, _)| at.elapsed() < age_max)
    }
}

/// Who wants a fetch.
#[derive(Clone, Copy)]
enum Why<'a> {
    /// The start: nothing is held yet.
    First,
    /// The clock; a file that looks as before is not read before the interval is over.
    Look,
    /// A token with a key that is not held.
    UnknownKey(&'a str),
}
