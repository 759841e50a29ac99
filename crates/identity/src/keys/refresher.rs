//! The task that fetches keys whether or not anybody calls.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::AbortHandle;

use super::source::Source;
use super::{Keys, Why};

/// How often a file is looked at; a look is one `stat`.
const FILE_LOOK: Duration = Duration::from_secs(2);
/// How soon a failed fetch is tried again, in gaps.
const RETRY_GAPS: u32 = 3;

/// Ends the task when dropped.
pub(crate) struct Refresher {
    task: AbortHandle,
}

impl Refresher {
    pub(super) fn start(keys: &Arc<Keys>) -> Self {
        // Not an `Arc`: the task must not keep alive what it works for.
        let weak = Arc::downgrade(keys);
        let task = tokio::spawn(async move {
            while let Some(keys) = weak.upgrade() {
                let pause = keys.pause();
                drop(keys);
                tokio::time::sleep(pause).await;
                let Some(keys) = weak.upgrade() else { return };
                keys.refresh(Why::Look).await;
            }
        });
        Self {
            task: task.abort_handle(),
        }
    }
}

impl Drop for Refresher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Keys {
    fn pause(&self) -> Duration {
        let is_failing = self.held.load().failing_since.is_some();
        let usual = match self.source {
            Source::File(_) => FILE_LOOK,
            Source::Url { .. } => self.interval,
        };
        if is_failing {
            usual.min(self.gap.saturating_mul(RETRY_GAPS))
        } else {
            usual.min(self.interval)
        }
    }
}
