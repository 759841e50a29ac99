//! How often each caller may call.
//!
//! A bucket is one instant, the one at which it is full again (the generic cell rate algorithm). That takes a dozen
//! lines, and what the crates for it lack matters here: the number of buckets is bounded, and a bucket can be looked at
//! without taking from it.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use posars_domain::CompanyId;
use posars_edge::{Limits, Peer, Rate, Refusals, household};
use tonic::{Code, Status};

use crate::{COMPANY_HEADER, Principal, status};

/// Full buckets are forgotten at most this often: looking for them passes over all.
const FORGET_INTERVAL: Duration = Duration::from_secs(1);
/// The bucket of all who find no place for one of their own.
const CROWD: u64 = 0;

/// The rates of all callers of a process. Clones share them.
#[derive(Clone)]
pub(crate) struct Rates(Arc<Shared>);

struct Shared {
    callers: Option<Buckets>,
    strangers: Option<Buckets>,
    // Keyed, so that nobody can choose names or addresses that fall together.
    hasher: RandomState,
    refusals: Refusals,
}

impl Rates {
    /// Rates as in `limits`, all buckets full.
    pub(crate) fn new(limits: &Limits) -> Self {
        let buckets = |rate: Option<Rate>| rate.map(|rate| Buckets::new(rate, limits.rate_buckets_max));
        Self(Arc::new(Shared {
            callers: buckets(limits.caller_rate),
            strangers: buckets(limits.stranger_rate),
            hasher: RandomState::new(),
            refusals: Refusals::new(),
        }))
    }

    fn key_of_stranger(&self, request: &Request) -> u64 {
        let address = request
            .extensions()
            .get::<Peer>()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0);
        self.0.hasher.hash_one(household(address))
    }

    /// Whether [`turn_strangers_away`] will let the request pass; if not, that is left with it.
    pub(crate) fn look_early(&self, request: &mut Request) -> bool {
        let Some(strangers) = &self.0.strangers else {
            return true;
        };
        match strangers.look(self.key_of_stranger(request), Instant::now()) {
            Ok(()) => true,
            Err(wait) => {
                request.extensions_mut().insert(TurnedAway(wait));
                false
            }
        }
    }

    fn refuse(&self, rate: Rate, wait: Duration) -> Response {
        self.0.refusals.count(status::RATE_LIMITED);
        status::rate_limited(rate, wait).into_http::<Body>()
    }
}

/// Left with a REST request that [`turn_strangers_away`] will refuse, with the time until it would not.
#[derive(Clone, Copy)]
struct TurnedAway(Duration);

/// Before authentication: turns away an address from which too many calls came with tokens that do not hold, and
/// notes those that do not.
pub(crate) async fn turn_strangers_away(
    State(rates): State<Rates>,
    request: Request,
    next: Next,
) -> Response {
    let Some(strangers) = &rates.0.strangers else {
        return next.run(request).await;
    };
    let key = rates.key_of_stranger(&request);
    // What was decided before holds: the body of such a request is gone.
    let allowed = match request.extensions().get::<TurnedAway>() {
        Some(TurnedAway(wait)) => Err(*wait),
        None => strangers.look(key, Instant::now()),
    };
    if let Err(wait) = allowed {
        return rates.refuse(strangers.rate, wait);
    }
    let response = next.run(request).await;
    let unknown = Status::from_header_map(response.headers())
        .is_some_and(|status| status.code() == Code::Unauthenticated);
    if unknown {
        // Whether this one was the last allowed matters to the next call, not to this answer.
        let _ = strangers.take(key, Instant::now());
    }
    response
}

/// After authentication: keeps each caller to its rate, and each address that calls without a token, as for health.
pub(crate) async fn keep_rate(State(rates): State<Rates>, request: Request, next: Next) -> Response {
    let (buckets, key) = match request.extensions().get::<Principal>() {
        Some(caller) => {
            let name = (caller.subject(), company_of(caller, request.headers()));
            (&rates.0.callers, rates.0.hasher.hash_one(name))
        }
        None => (&rates.0.strangers, rates.key_of_stranger(&request)),
    };
    if let Some(buckets) = buckets
        && let Err(wait) = buckets.take(key, Instant::now())
    {
        return rates.refuse(buckets.rate, wait);
    }
    next.run(request).await
}

/// The company of the call as far as it is the caller's own; what else a header says must not open further buckets.
fn company_of<'caller>(caller: &'caller Principal, headers: &HeaderMap) -> Option<&'caller CompanyId> {
    let own = caller.companies();
    match headers.get(COMPANY_HEADER) {
        Some(asked) => own
            .into_iter()
            .find(|company| company.as_str().as_bytes() == asked.as_bytes()),
        None if own.len() == 1 => own.first().copied(),
        None => None,
    }
}

/// Buckets of one size.
struct Buckets {
    rate: Rate,
    /// Time for one call.
    interval: Duration,
    /// How far from full a bucket may be and still give one call.
    tolerance: Duration,
    buckets_max: usize,
    all: Mutex<AllBuckets>,
}

struct AllBuckets {
    full_at: HashMap<u64, Instant>,
    forgotten_at: Option<Instant>,
}

impl Buckets {
    fn new(rate: Rate, buckets_max: usize) -> Self {
        let interval = Duration::from_secs(1) / rate.calls_per_s.get();
        Self {
            rate,
            interval,
            tolerance: interval.saturating_mul(rate.burst_calls_max.get() - 1),
            buckets_max,
            all: Mutex::new(AllBuckets {
                full_at: HashMap::new(),
                forgotten_at: None,
            }),
        }
    }

    /// Takes one call out of a bucket, or tells how long until there is one.
    fn take(&self, key: u64, now: Instant) -> Result<(), Duration> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let key = self.place_of(&mut all, key, now);
        let full_at = self.full_at(&all, key, now)?;
        all.full_at.insert(key, full_at + self.interval);
        Ok(())
    }

    /// As [`Self::take`], but takes nothing.
    fn look(&self, key: u64, now: Instant) -> Result<(), Duration> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        let key = self.place_of(&mut all, key, now);
        self.full_at(&all, key, now).map(|_| ())
    }

    fn full_at(&self, all: &AllBuckets, key: u64, now: Instant) -> Result<Instant, Duration> {
        let full_at = all.full_at.get(&key).map_or(now, |full_at| now.max(*full_at));
        let missing = full_at.saturating_duration_since(now);
        match missing.checked_sub(self.tolerance) {
            None | Some(Duration::ZERO) => Ok(full_at),
            Some(wait) => Err(wait),
        }
    }

    /// The bucket's own key, or the crowd's when there is no place for another one.
    fn place_of(&self, all: &mut AllBuckets, key: u64, now: Instant) -> u64 {
        if all.full_at.len() < self.buckets_max || all.full_at.contains_key(&key) {
            return key;
        }
        let due = all
            .forgotten_at
            .is_none_or(|at| now.saturating_duration_since(at) >= FORGET_INTERVAL);
        if due {
            // A full bucket and none are the same.
            all.full_at.retain(|_, full_at| *full_at > now);
            all.forgotten_at = Some(now);
        }
        if all.full_at.len() < self.buckets_max {
            key
        } else {
            CROWD
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    fn buckets(calls_per_s: u32, burst_calls_max: u32, buckets_max: usize) -> Buckets {
        let rate = Rate {
            calls_per_s: NonZeroU32::new(calls_per_s).unwrap(),
            burst_calls_max: NonZeroU32::new(burst_calls_max).unwrap(),
        };
        Buckets::new(rate, buckets_max)
    }

    #[test]
    fn a_bucket_gives_its_burst_and_then_its_rate() {
        let buckets = buckets(10, 3, 8);
        let start = Instant::now();
        for call in 0..3 {
            assert_eq!(buckets.take(1, start), Ok(()), "call {call}");
        }
        assert_eq!(buckets.take(1, start), Err(Duration::from_millis(100)));
        assert_eq!(buckets.look(1, start), Err(Duration::from_millis(100)));
        assert_eq!(buckets.take(2, start), Ok(()), "another caller has its own");
        let later = start + Duration::from_millis(100);
        assert_eq!(buckets.look(1, later), Ok(()), "looking takes nothing");
        assert_eq!(buckets.take(1, later), Ok(()));
        assert_eq!(buckets.take(1, later), Err(Duration::from_millis(100)));
        let rested = start + Duration::from_secs(60);
        for call in 0..3 {
            assert_eq!(buckets.take(1, rested), Ok(()), "call {call} after a rest");
        }
        assert!(
            buckets.take(1, rested).is_err(),
            "a rest fills no more than the burst"
        );
    }

    #[test]
    fn those_beyond_the_last_bucket_share_one() {
        let buckets = buckets(1, 1, 2);
        let start = Instant::now();
        assert_eq!(buckets.take(11, start), Ok(()));
        assert_eq!(buckets.take(12, start), Ok(()));
        assert_eq!(buckets.take(13, start), Ok(()), "the first of the crowd");
        assert!(buckets.take(14, start).is_err(), "the second finds it empty");
        assert!(buckets.take(11, start).is_err());
        assert!(buckets.all.lock().unwrap().full_at.len() <= 3);
        let rested = start + Duration::from_secs(3);
        assert_eq!(
            buckets.take(14, rested),
            Ok(()),
            "the others' buckets are full and forgotten"
        );
        assert_eq!(buckets.take(15, rested), Ok(()));
        assert_eq!(buckets.all.lock().unwrap().full_at.len(), 2);
    }
}
