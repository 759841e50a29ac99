//! Pauses between tries: longer each time, and never in step with others.

use std::hash::{BuildHasher as _, Hasher as _};
use std::time::Duration;

/// Tries of one command; with the pauses between them about half a second in all, in which a stream that is written
/// to once a millisecond lets everybody through.
pub(crate) const ATTEMPTS_MAX: u32 = 10;
/// The longest pause, in microseconds.
const PAUSE_MAX_US: u64 = 100_000;

/// The pause after a number of failed tries, from 1: a random part of 0.5 ms, 1 ms, 2 ms … 100 ms.
pub(crate) fn pause_after(attempts: u32) -> Duration {
    let longest_us = 500_u64
        .saturating_mul(1 << attempts.saturating_sub(1).min(10))
        .min(PAUSE_MAX_US);
    Duration::from_micros(longest_us / 2 + random() % (longest_us / 2))
}

/// Every new hasher state of the standard library is random.
fn random() -> u64 {
    std::hash::RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_bounded() {
        assert!(pause_after(1) < Duration::from_millis(1));
        assert!(pause_after(4) >= Duration::from_millis(2));
        assert!(pause_after(u32::MAX) <= Duration::from_millis(100));
    }
}
