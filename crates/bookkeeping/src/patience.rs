//! How long a call waits for others.

use std::time::{Duration, Instant};

use posars_projections::{Freshness, Position};

/// How often what others do is looked at.
const POLL: Duration = Duration::from_millis(20);

/// Until when a call waits for reactors and read models.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience(Instant);

impl Patience {
    pub(crate) fn of(wait: Duration) -> Self {
        Self(Instant::now() + wait)
    }

    /// The same, but no longer than that from now.
    pub(crate) fn at_most(self, wait: Duration) -> Self {
        Self(self.0.min(Instant::now() + wait))
    }

    pub(crate) fn left(self) -> Duration {
        self.0.saturating_duration_since(Instant::now())
    }

    /// Pauses until the next look; false when there is no time left for one.
    pub(crate) async fn pause(self) -> bool {
        let left = self.left();
        tokio::time::sleep(left.min(POLL)).await;
        !left.is_zero()
    }

    /// An answer that includes a position, if that comes in time.
    pub(crate) fn at_least(self, position: Position) -> Freshness {
        Freshness::at_least(position, self.left())
    }
}
