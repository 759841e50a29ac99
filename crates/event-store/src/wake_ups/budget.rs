//! How often a channel is called whose calls cost money.

use std::time::{Duration, Instant};

/// Calls that may be made at once after a pause: a lone hint is received and settled without waiting.
const BURST: u32 = 4;
/// The longest that a call waits for its turn: hints that come faster than the budget allows must still be received.
const WAIT_MAX: Duration = Duration::from_millis(100);

/// Spreads the calls of one receiver over the seconds.
#[derive(Debug)]
pub(crate) struct CallBudget {
    /// Between two calls; zero where calls are free.
    interval: Duration,
    /// When the calls made so far are paid for.
    paid_at: Instant,
}

impl CallBudget {
    pub(crate) fn of(calls_per_second_max: Option<u32>, now: Instant) -> Self {
        Self {
            interval: calls_per_second_max
                .map_or(Duration::ZERO, |calls| Duration::from_secs(1) / calls.max(1)),
            paid_at: now,
        }
    }

    /// Counts a call that is made anyway.
    pub(crate) fn spend(&mut self, now: Instant) {
        self.paid_at = self.paid_at.max(now) + self.interval;
    }

    /// Counts a call; how long it has to wait for its turn.
    pub(crate) fn take(&mut self, now: Instant) -> Duration {
        self.spend(now);
        let due = self.paid_at.checked_sub(self.interval * BURST);
        let wait = due.map_or(Duration::ZERO, |due| due.saturating_duration_since(now));
        wait.min(WAIT_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_call_does_not_wait_and_many_are_spread() {
        let started = Instant::now();
        let mut now = started;
        let mut budget = CallBudget::of(Some(40), now);
        for _ in 0..BURST {
            assert_eq!(budget.take(now), Duration::ZERO);
        }
        for _ in 0..80 {
            now += budget.take(now);
        }
        assert_eq!(now - started, Duration::from_secs(2));
        // Whatever was spent meanwhile, nobody waits long.
        for _ in 0..1_000 {
            budget.spend(now);
        }
        assert_eq!(budget.take(now), WAIT_MAX);
        now += Duration::from_secs(60);
        assert_eq!(budget.take(now), Duration::ZERO);
        let mut free = CallBudget::of(None, now);
        for _ in 0..1_000 {
            assert_eq!(free.take(now), Duration::ZERO);
        }
    }
}
