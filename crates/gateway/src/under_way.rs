//! The calls under way on one connection, their answers included.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How many calls a connection has under way, and since when it has none.
#[derive(Debug)]
pub(crate) struct UnderWay {
    calls: AtomicUsize,
    idle_since: Mutex<Instant>,
}

/// One call, over when dropped.
pub(crate) struct CallUnderWay(Arc<UnderWay>);

impl Default for UnderWay {
    fn default() -> Self {
        Self {
            calls: AtomicUsize::new(0),
            idle_since: Mutex::new(Instant::now()),
        }
    }
}

impl Drop for CallUnderWay {
    fn drop(&mut self) {
        let mut idle_since = self.0.idle_since.lock().unwrap_or_else(PoisonError::into_inner);
        *idle_since = Instant::now();
        self.0.calls.fetch_sub(1, Ordering::Relaxed);
    }
}

impl UnderWay {
    /// A further call begins.
    pub(crate) fn begin(this: &Arc<Self>) -> CallUnderWay {
        this.calls.fetch_add(1, Ordering::Relaxed);
        CallUnderWay(Arc::clone(this))
    }

    /// Since when no call is under way; none while one is.
    pub(crate) fn idle_since(&self) -> Option<Instant> {
        let idle_since = *self.idle_since.lock().unwrap_or_else(PoisonError::into_inner);
        (self.calls.load(Ordering::Relaxed) == 0).then_some(idle_since)
    }

    /// Returns when no call was under way for `timeout`.
    pub(crate) async fn idle_for(&self, timeout: Duration) {
        loop {
            let until = self.idle_since().unwrap_or_else(Instant::now) + timeout;
            if until <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(until).await;
        }
    }
}
