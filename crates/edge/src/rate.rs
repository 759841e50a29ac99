//! How often each caller may call.
//!
//! A bucket is one instant, the one at which it is full again (the generic cell rate algorithm). That takes a dozen
//! lines, and what the crates for it lack matters here: the number of buckets is bounded, and a bucket can be looked at
//! without taking from it.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash, RandomState};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::peer::{Peer, household};
use crate::{Limits, Rate, Refusal};

/// Full buckets are forgotten at most this often: looking for them passes over all.
const FORGET_INTERVAL: Duration = Duration::from_secs(1);
/// The bucket of all who find no place for one of their own.
const CROWD: u64 = 0;

/// The rates of all callers of a process. Clones share them.
#[derive(Clone)]
pub struct Rates(Arc<BucketsOfAll>);

struct BucketsOfAll {
    callers: Option<Buckets>,
    addresses: Option<Buckets>,
    // Keyed, so that nobody can choose names or addresses that fall together.
    hasher: RandomState,
}

impl Rates {
    /// Rates as in `limits`, all buckets full.
    pub fn new(limits: &Limits) -> Self {
        let buckets = |rate: Option<Rate>| rate.map(|rate| Buckets::new(rate, limits.rate_buckets_max));
        Self(Arc::new(BucketsOfAll {
            callers: buckets(limits.caller_rate),
            addresses: buckets(limits.stranger_rate),
            hasher: RandomState::new(),
        }))
    }

    /// One call of a caller, by whatever tells callers apart.
    ///
    /// # Errors
    /// [`Refusal::RateLimited`], not counted yet, when the caller called too often.
    pub fn take_for_caller(&self, caller: impl Hash) -> Result<(), Refusal> {
        let key = self.0.hasher.hash_one(caller);
        take(self.0.callers.as_ref(), key)
    }

    /// One call from an address, for which nobody answers.
    ///
    /// # Errors
    /// [`Refusal::RateLimited`], not counted yet, when too many such calls came from there.
    pub fn take_for_address(&self, address: Option<Peer>) -> Result<(), Refusal> {
        take(self.0.addresses.as_ref(), self.key_of(address))
    }

    /// As [`Self::take_for_address`], but takes nothing.
    ///
    /// # Errors
    /// As there.
    pub fn look_at_address(&self, address: Option<Peer>) -> Result<(), Refusal> {
        let Some(buckets) = &self.0.addresses else {
            return Ok(());
        };
        let looked = buckets.look(self.key_of(address), Instant::now());
        looked.map_err(|wait| buckets.refusal(wait))
    }

    fn key_of(&self, address: Option<Peer>) -> u64 {
        let address = address.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.0);
        self.0.hasher.hash_one(household(address))
    }
}

fn take(buckets: Option<&Buckets>, key: u64) -> Result<(), Refusal> {
    let Some(buckets) = buckets else { return Ok(()) };
    let taken = buckets.take(key, Instant::now());
    taken.map_err(|wait| buckets.refusal(wait))
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

    fn refusal(&self, wait: Duration) -> Refusal {
        Refusal::RateLimited {
            rate: self.rate,
            wait,
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
