//! Tokens that were verified a moment ago, so that a caller pays for RSA once a minute and not at every call.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::Identity;

/// Parts that are locked apart, so that cores do not wait for each other. A power of two.
const SHARDS: u8 = 16;

/// Names a token without being one: what is remembered cannot be used to call.
pub(crate) type Fingerprint = [u8; 32];

pub(crate) fn fingerprint(token: &str) -> Fingerprint {
    Sha256::digest(token.as_bytes()).into()
}

/// A bounded memory of verified tokens.
pub(crate) struct Cache {
    shards: Vec<Mutex<HashMap<Fingerprint, Entry>>>,
    entries_max: usize,
}

/// A verified token.
pub(crate) struct Entry {
    /// Whom it speaks for.
    pub(crate) identity: Arc<Identity>,
    /// The key set it was verified with; under another one it has to be verified again.
    pub(crate) generation: u64,
    /// Not before: a clock that was set back would make it live longer.
    pub(crate) from: Timestamp,
    /// Not at this time or later.
    pub(crate) until: Timestamp,
}

impl Cache {
    /// Room for at least `entries_max` tokens; none when it is 0.
    pub(crate) fn new(entries_max: usize) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            entries_max: entries_max / usize::from(SHARDS),
        }
    }

    pub(crate) fn get(&self, key: &Fingerprint, generation: u64, now: Timestamp) -> Option<Arc<Identity>> {
        let shard = self.shard(key)?;
        let entry = shard.get(key)?;
        let is_good = entry.generation == generation && entry.from <= now && now < entry.until;
        is_good.then(|| Arc::clone(&entry.identity))
    }

    pub(crate) fn put(&self, key: Fingerprint, entry: Entry) {
        let now = entry.from;
        let Some(mut shard) = self.shard(&key) else {
            return;
        };
        if shard.len() >= self.entries_max && !shard.contains_key(&key) {
            shard.retain(|_, old| old.generation == entry.generation && now < old.until);
        }
        if shard.len() >= self.entries_max && !shard.contains_key(&key) {
            // Some hundred entries are walked through in less time than the RSA check that led here.
            let next_to_end = shard.iter().min_by_key(|(_, old)| old.until).map(|(key, _)| *key);
            match next_to_end {
                Some(next_to_end) => shard.remove(&next_to_end),
                None => return,
            };
        }
        shard.insert(key, entry);
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        for shard in &self.shards {
            lock(shard).clear();
        }
    }

    /// How many tokens are remembered.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).len()).sum()
    }

    fn shard(&self, key: &Fingerprint) -> Option<MutexGuard<'_, HashMap<Fingerprint, Entry>>> {
        let [first, ..] = key;
        self.shards.get(usize::from(first % SHARDS)).map(lock)
    }
}

/// No code that holds the lock can leave a half-made entry, so a poisoned one is as good.
fn lock(shard: &Mutex<HashMap<Fingerprint, Entry>>) -> MutexGuard<'_, HashMap<Fingerprint, Entry>> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn entry(generation: u64, from: i64, until: i64) -> Entry {
        let identity = Identity {
            subject: "s".to_owned(),
            client: "c".to_owned(),
            memberships: Vec::new(),
            role_by_hand: None,
            expires_at: at(until),
        };
        Entry {
            identity: Arc::new(identity),
            generation,
            from: at(from),
            until: at(until),
        }
    }

    #[test]
    fn an_entry_lives_from_its_begin_to_its_end_under_its_keys() {
        let cache = Cache::new(160);
        let key = fingerprint("a");
        cache.put(key, entry(1, 100, 160));
        for (generation, now, expected) in [
            (1, 100, true),
            (1, 159, true),
            (1, 160, false),
            (1, 99, false),
            (2, 120, false),
        ] {
            assert_eq!(
                cache.get(&key, generation, at(now)).is_some(),
                expected,
                "{generation} {now}"
            );
        }
        assert!(cache.get(&fingerprint("b"), 1, at(120)).is_none());
        cache.clear();
        assert!(cache.get(&key, 1, at(120)).is_none());
    }

    #[test]
    fn it_never_holds_more_than_its_bound_and_lets_the_oldest_go() {
        let cache = Cache::new(160);
        for number in 0..10_000 {
            cache.put(fingerprint(&number.to_string()), entry(1, 100, 200 + number));
        }
        assert_eq!(cache.len(), 160);
        assert!(cache.get(&fingerprint("9999"), 1, at(150)).is_some());
        assert!(cache.get(&fingerprint("0"), 1, at(150)).is_none());
        let none = Cache::new(0);
        none.put(fingerprint("a"), entry(1, 100, 160));
        assert_eq!(none.len(), 0);
    }
}
