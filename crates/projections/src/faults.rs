//! Places where a test may stop the work as a crash would; nothing at all in a build that ships.

use crate::ProjectionError;

/// A place between two steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A page was read, nothing written.
    PageRead,
    /// The checkpoint is written, not committed.
    CheckpointWritten,
    /// The rows are written, not committed.
    RowsWritten,
    /// Page committed, nobody told.
    PageCommitted,
    /// A rebuild has folded, nothing written.
    Folded,
    /// The new table is there, full or not yet.
    Copied,
    /// The new table has its indexes and caught up.
    CaughtUp,
    /// The tables are swapped, not committed.
    Swapped,
    /// The swap is committed.
    SwapCommitted,
}

/// The stop a test has set; none otherwise.
#[derive(Clone, Default)]
pub(crate) struct Faults {
    #[cfg(test)]
    stop: std::sync::Arc<std::sync::Mutex<Option<(Step, u32)>>>,
}

impl Faults {
    /// Says that a step is reached.
    #[cfg(not(test))]
    #[expect(
        clippy::unnecessary_wraps,
        clippy::unused_self,
        reason = "only a test's build stops here"
    )]
    pub(crate) fn reach(&self, _step: Step) -> Result<(), ProjectionError> {
        Ok(())
    }

    /// Says that a step is reached; an error if the test wants to stop here.
    #[cfg(test)]
    pub(crate) fn reach(&self, step: Step) -> Result<(), ProjectionError> {
        let mut stop = self.stop.lock().unwrap();
        match stop.as_mut() {
            Some((at, 1)) if *at == step => {
                *stop = None;
                Err(ProjectionError::Injected(format!("{step:?}")))
            }
            Some((at, times)) if *at == step => {
                *times -= 1;
                Ok(())
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Stops at the `times`th reach of a step.
    #[cfg(test)]
    pub(crate) fn stop_at(&self, step: Step, times: u32) {
        *self.stop.lock().unwrap() = Some((step, times));
    }
}
