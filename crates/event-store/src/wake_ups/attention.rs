//! Where one hint came more will follow: for a while the head of its log is looked at more often than a queue is asked.
//!
//! A look costs a tenth of a millisecond of the database, a call of a queue costs money and is under way for longer. So the
//! hints of a busy log need not be received the instant they come.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::followed_logs::LogKey;

/// How often a log is looked at that is attended to.
pub(crate) const LOOK: Duration = Duration::from_millis(20);
/// How long a hint is attended to: longer than a receiver lets the next one wait.
const SPAN: Duration = Duration::from_millis(300);

/// The logs that are attended to.
#[derive(Debug, Default)]
pub(crate) struct Attention(HashMap<LogKey, Instant>);

impl Attention {
    /// A hint of a log came.
    pub(crate) fn turn_to(&mut self, log: LogKey, now: Instant) {
        self.0.insert(log, now + SPAN);
    }

    /// Those that are attended to now.
    pub(crate) fn logs(&mut self, now: Instant) -> Vec<LogKey> {
        self.0.retain(|_, until| *until > now);
        self.0.keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: LogKey = LogKey { store: 0, log_id: 1 };

    #[test]
    fn a_log_is_attended_to_for_a_while_after_its_last_hint() {
        let (mut attention, now) = (Attention::default(), Instant::now());
        assert!(attention.logs(now).is_empty());
        attention.turn_to(LOG, now);
        assert_eq!(attention.logs(now + LOOK), [LOG]);
        attention.turn_to(LOG, now + LOOK);
        assert_eq!(attention.logs(now + SPAN), [LOG]);
        assert!(attention.logs(now + SPAN + LOOK).is_empty());
    }
}
