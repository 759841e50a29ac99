//! The company's policy, kept for a second: every sale asks for it, and it hardly ever changes.
//!
//! A stale one is followed for that second by other processes than the one that set it. That is meant so: a policy is a
//! rule for what comes in, not a promise about what is in the log, so no append is made to depend on the version it was
//! read at. A guard would cost every sale a check, and the change of a setting would send all that are under way back.

use std::sync::{PoisonError, RwLock};
use std::time::{Duration, Instant};

use posars_domain::Policy;
use tokio::sync::{Mutex, MutexGuard};

/// How old a policy may be that a command is decided by.
const POLICY_AGE_MAX: Duration = Duration::from_secs(1);

/// The policy that this process has read last.
#[derive(Debug, Default)]
pub(crate) struct KnownPolicy {
    kept: RwLock<Kept>,
    /// Held by the one command that reads, while the others that need the policy wait for it.
    reading: Mutex<()>,
}

#[derive(Debug, Default)]
struct Kept {
    /// What was read, and when that was begun.
    policy: Option<(Policy, Instant)>,
    /// How often this process has forgotten it.
    forgotten: u64,
    /// How often it could not be read.
    failed: u64,
}

/// A reading under way.
pub(crate) struct Reading {
    begun: Instant,
    forgotten: u64,
}

impl KnownPolicy {
    pub(crate) fn get(&self) -> Option<Policy> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let (policy, begun) = kept.policy?;
        (begun.elapsed() < POLICY_AGE_MAX).then_some(policy)
    }

    /// Waits until no other command is reading. `None` when one has failed meanwhile: a database that is slow to fail is
    /// asked at once by all that wait, not by one after the other.
    pub(crate) async fn turn(&self) -> Option<MutexGuard<'_, ()>> {
        let before = self.failed();
        let turn = self.reading.lock().await;
        (self.failed() == before).then_some(turn)
    }

    pub(crate) fn begin(&self) -> Reading {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        Reading {
            begun: Instant::now(),
            forgotten: kept.forgotten,
        }
    }

    /// Keeps what was read, unless this process has set another policy meanwhile.
    pub(crate) fn keep(&self, reading: &Reading, policy: Policy) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.forgotten == reading.forgotten {
            kept.policy = Some((policy, reading.begun));
        }
    }

    pub(crate) fn fail(&self) {
        self.kept.write().unwrap_or_else(PoisonError::into_inner).failed += 1;
    }

    /// Forgets it, also on behalf of those that are reading now.
    pub(crate) fn forget(&self) {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        kept.policy = None;
        kept.forgotten += 1;
    }

    fn failed(&self) -> u64 {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).failed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRICT: Policy = Policy {
        void_window_hours: None,
        strict_catalog: true,
    };

    #[test]
    fn what_was_read_before_it_was_set_is_not_kept_after() {
        let known = KnownPolicy::default();
        let reading = known.begin();
        known.keep(&reading, STRICT);
        assert_eq!(known.get(), Some(STRICT));
        let reading = known.begin();
        known.forget();
        assert_eq!(known.get(), None);
        known.keep(&reading, STRICT);
        assert_eq!(known.get(), None);
        known.keep(&known.begin(), STRICT);
        assert_eq!(known.get(), Some(STRICT));
    }

    #[test]
    fn an_old_one_is_read_again() {
        let known = KnownPolicy::default();
        let mut reading = known.begin();
        reading.begun -= POLICY_AGE_MAX;
        known.keep(&reading, STRICT);
        assert_eq!(known.get(), None);
    }

    #[tokio::test]
    async fn those_that_wait_while_one_fails_do_not_wait_for_each_other() {
        let known = KnownPolicy::default();
        let first = known.turn().await;
        assert!(first.is_some());
        let fail = async {
            tokio::task::yield_now().await;
            known.fail();
            drop(first);
        };
        let (second, third, ()) = tokio::join!(known.turn(), known.turn(), fail);
        assert!(second.is_none() && third.is_none());
        assert!(known.turn().await.is_some());
    }
}
