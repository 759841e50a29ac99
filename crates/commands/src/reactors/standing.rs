//! How the reactors stand, as the log tells it: also those that run in another process, or in none.

use jiff::Timestamp;
use posars_event_store::{Log, Position, ReadLog, SubscriptionState};

use super::books::{BooksReactor, count_unposted};
use super::parked::count_parked;
use super::reactor::Reactor as _;
use super::registry::{AnyReactor, REACTORS};
use crate::CommandError;

/// What the names of the reactors' subscriptions begin with.
const NAMES: &str = "reactor.";

/// How one reactor stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReactorStanding {
    /// The reactor.
    pub name: String,
    /// The last position that it has noted as dealt with.
    pub position: Position,
    /// The head of the log.
    pub head: Position,
    /// How many positions it is behind; the log's other events count too.
    pub lag_events: u64,
    /// Age of the oldest event that it has not noted as dealt with, in seconds; 0 when there is none.
    pub lag_seconds: u64,
    /// Events that it set aside and that were not tried again with success.
    pub parked: u64,
    /// Events that wait to be posted; only of the reactor that posts.
    pub waiting: u64,
    /// Who runs it now; none when nobody does.
    pub holder: Option<String>,
}

/// How every reactor stands: those of this program, whether they ever ran on this log or not, and behind them those of
/// others that did.
///
/// # Errors
/// [`CommandError`] when the log cannot be read.
pub async fn standings(log: &Log) -> Result<Vec<ReactorStanding>, CommandError> {
    let mut ran = log.subscriptions().await?;
    ran.retain(|one| one.name.starts_with(NAMES));
    let mut all = Vec::with_capacity(ran.len().max(REACTORS.len()));
    for known in REACTORS {
        let place = ran.iter().position(|one| one.name == known.name());
        all.push(place.map_or_else(|| never_ran(*known), |place| ran.remove(place)));
    }
    all.append(&mut ran);
    // After the checkpoints, so that none is ever ahead of it.
    let head = log.head().await?.position;
    let mut standings = Vec::with_capacity(all.len());
    for one in all {
        standings.push(standing(log, head, one).await?);
    }
    Ok(standings)
}

/// Whether a reactor has dealt with everything up to a position: its checkpoint is there, or nothing stands between that is
/// any business of it. A quiet log's checkpoint is written now and then only.
///
/// # Errors
/// [`CommandError`] when the log cannot be read.
pub async fn has_dealt_with(
    log: &Log,
    reactor: &dyn AnyReactor,
    through: Position,
) -> Result<bool, CommandError> {
    let position = log.subscription(reactor.name()).position().await?;
    if position >= through {
        return Ok(true);
    }
    let read = ReadLog::after(position, 1).up_to(through);
    let sources = reactor.categories().into_iter().fold(read, ReadLog::category);
    Ok(log.read_log(&sources).await?.events.is_empty())
}

fn never_ran(reactor: &dyn AnyReactor) -> SubscriptionState {
    SubscriptionState {
        name: reactor.name().to_owned(),
        position: Position::START,
        lease: None,
    }
}

async fn standing(
    log: &Log,
    head: Position,
    reactor: SubscriptionState,
) -> Result<ReactorStanding, CommandError> {
    let lag_seconds = if reactor.position < head {
        let next = log.read_log(&ReadLog::after(reactor.position, 1)).await?;
        next.events
            .first()
            .map_or(0, |event| age_seconds(event.recorded_at))
    } else {
        0
    };
    Ok(ReactorStanding {
        position: reactor.position,
        head,
        lag_events: head.get().saturating_sub(reactor.position.get()),
        lag_seconds,
        parked: count_parked(log, &reactor.name).await?,
        waiting: if reactor.name == BooksReactor::NAME {
            count_unposted(log).await?
        } else {
            0
        },
        holder: reactor.lease.map(|(holder, _)| holder),
        name: reactor.name,
    })
}

fn age_seconds(then: Timestamp) -> u64 {
    u64::try_from(Timestamp::now().duration_since(then).as_secs()).unwrap_or(0)
}
