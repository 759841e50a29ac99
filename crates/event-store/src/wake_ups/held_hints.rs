//! Hints that were received and must not come again before their consumers are there.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::followed_logs::LogKey;
use crate::Position;

/// Settled together, as many as a call takes.
pub(crate) const BATCH_MAX: usize = 10;
/// How long a hint that is dealt with may wait for others to be settled with.
const GATHER: Duration = Duration::from_millis(500);

/// What one receiver holds: at most one hint a log, and those that can go.
#[derive(Debug, Default)]
pub(crate) struct HeldHints {
    open: HashMap<LogKey, Held>,
    done: Vec<String>,
    /// When the first of those came.
    done_since: Option<Instant>,
}

/// A hint whose consumers are not there yet.
#[derive(Debug)]
pub(crate) struct Held {
    /// Which message it is.
    id: String,
    receipt: String,
    /// Where the consumers must be for it to go.
    position: Position,
    /// When it was received, or last held back.
    held_at: Instant,
    received_at: Timestamp,
}

/// A message as it was received this time.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) receipt: String,
}

/// Where one log and the slowest of the consumers are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Progress {
    pub(crate) log: LogKey,
    pub(crate) head: Position,
    pub(crate) reached: Position,
}

impl HeldHints {
    pub(crate) fn is_empty(&self) -> bool {
        self.open.is_empty() && self.done.is_empty()
    }

    /// Takes a hint. Of one log the furthest is held, and stands for the others: if this process dies, it comes again. One
    /// that came again, because its time was over, goes by its new receipt from now on.
    pub(crate) fn add(&mut self, log: LogKey, message: Message, position: Position, now: Instant) {
        let held = Held {
            id: message.id,
            receipt: message.receipt,
            position,
            held_at: now,
            received_at: Timestamp::now(),
        };
        match self.open.entry(log) {
            Entry::Vacant(open) => drop(open.insert(held)),
            Entry::Occupied(mut open) if open.get().id == held.id => {
                let open = open.get_mut();
                // Where it was held to is known better by now.
                (open.receipt, open.held_at) = (held.receipt, held.held_at);
            }
            Entry::Occupied(mut open) => {
                let covered = if open.get().position < position {
                    std::mem::replace(open.get_mut(), held)
                } else {
                    held
                };
                self.let_go(covered.receipt, now);
            }
        }
    }

    /// Takes a hint that need not come again.
    pub(crate) fn let_go(&mut self, receipt: String, now: Instant) {
        self.done.push(receipt);
        self.done_since.get_or_insert(now);
    }

    /// The logs whose consumers are waited for.
    pub(crate) fn logs(&self) -> Vec<LogKey> {
        self.open.keys().copied().collect()
    }

    /// Lets go what the consumers have reached. A hint beyond the log, made up or from before a restore, means no more than
    /// the log's end.
    pub(crate) fn advance(&mut self, progress: Progress, now: Instant) {
        let Some(held) = self.open.get_mut(&progress.log) else {
            return;
        };
        held.position = held.position.min(progress.head);
        if held.position <= progress.reached
            && let Some(held) = self.open.remove(&progress.log)
        {
            self.let_go(held.receipt, now);
        }
    }

    /// Takes out what is worth a call that settles.
    pub(crate) fn take_done(&mut self, now: Instant) -> Vec<String> {
        let waited = self
            .done_since
            .is_some_and(|since| now.duration_since(since) >= GATHER);
        if self.done.len() < BATCH_MAX && !waited {
            return Vec::new();
        }
        let batch = self.done.len().min(BATCH_MAX);
        let taken: Vec<String> = self.done.drain(..batch).collect();
        self.done_since = (!self.done.is_empty()).then_some(now);
        taken
    }

    /// The hints of which half the time is over; they count as held back from now on.
    pub(crate) fn take_ending(&mut self, hold: Duration, now: Instant) -> Vec<String> {
        let ending = self
            .open
            .values_mut()
            .filter(|held| now.duration_since(held.held_at) >= hold / 2);
        ending
            .take(BATCH_MAX)
            .map(|held| {
                held.held_at = now;
                held.receipt.clone()
            })
            .collect()
    }

    /// When the oldest that is held was received.
    pub(crate) fn oldest(&self) -> Option<Timestamp> {
        self.open.values().map(|held| held.received_at).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOLD: Duration = Duration::from_secs(30);

    fn log(log_id: i32) -> LogKey {
        LogKey { store: 0, log_id }
    }

    fn message(receipt: &str) -> Message {
        Message {
            id: format!("id of {receipt}"),
            receipt: receipt.to_owned(),
        }
    }

    fn progress(head: u64, reached: u64) -> Progress {
        Progress {
            log: log(1),
            head: Position::new(head),
            reached: Position::new(reached),
        }
    }

    /// What is settled when nothing more comes for a while.
    fn settled(held: &mut HeldHints, now: Instant) -> Vec<String> {
        held.take_done(now + GATHER)
    }

    #[test]
    fn a_hint_goes_when_its_consumers_are_there() {
        let (mut held, now) = (HeldHints::default(), Instant::now());
        held.add(log(1), message("a"), Position::new(5), now);
        held.advance(progress(9, 4), now);
        assert_eq!(settled(&mut held, now), [""; 0]);
        held.advance(progress(9, 5), now);
        assert_eq!(settled(&mut held, now), ["a"]);
        assert!(held.is_empty());
        // Of a log that nothing is held of, nothing changes.
        held.advance(progress(9, 9), now);
        assert!(held.is_empty());
    }

    #[test]
    fn the_furthest_stands_for_the_others() {
        let (mut held, now) = (HeldHints::default(), Instant::now());
        for (receipt, position) in [("a", 5), ("b", 9), ("c", 7)] {
            held.add(log(1), message(receipt), Position::new(position), now);
        }
        held.add(log(2), message("other"), Position::new(1), now);
        assert_eq!(settled(&mut held, now), ["a", "c"]);
        held.advance(progress(9, 9), now);
        assert_eq!(settled(&mut held, now), ["b"]);
        assert_eq!(held.logs(), [log(2)]);
    }

    #[test]
    fn one_that_came_again_is_not_settled_before_its_time_and_goes_by_its_new_receipt() {
        let (mut held, now) = (HeldHints::default(), Instant::now());
        held.add(log(1), message("first"), Position::new(5), now);
        let again = Message {
            receipt: "second".to_owned(),
            ..message("first")
        };
        held.add(log(1), again, Position::new(5), now + HOLD);
        assert_eq!(settled(&mut held, now + HOLD), [""; 0]);
        // Its time begins anew.
        assert!(held.take_ending(HOLD, now + HOLD).is_empty());
        held.advance(progress(9, 5), now + HOLD);
        assert_eq!(settled(&mut held, now + HOLD), ["second"]);
    }

    #[test]
    fn one_beyond_the_log_waits_for_its_end_as_first_seen() {
        let (mut held, now) = (HeldHints::default(), Instant::now());
        held.add(log(1), message("forged"), Position::new(u64::MAX), now);
        held.advance(progress(9, 4), now);
        // The log goes on, the consumers behind it: what was meant is reached.
        held.advance(progress(20, 9), now);
        assert_eq!(settled(&mut held, now), ["forged"]);
    }

    #[test]
    fn they_are_settled_by_tens_or_after_a_while_and_held_back_in_time() {
        let (mut held, now) = (HeldHints::default(), Instant::now());
        for number in 0..12 {
            held.let_go(number.to_string(), now);
        }
        assert_eq!(held.take_done(now).len(), BATCH_MAX);
        assert!(held.take_done(now).is_empty());
        assert_eq!(settled(&mut held, now), ["10", "11"]);
        held.add(log(1), message("slow"), Position::new(5), now);
        assert!(held.take_ending(HOLD, now).is_empty());
        assert_eq!(held.take_ending(HOLD, now + HOLD / 2), ["slow"]);
        assert!(held.take_ending(HOLD, now + HOLD / 2).is_empty());
        assert!(held.oldest().is_some());
    }
}
