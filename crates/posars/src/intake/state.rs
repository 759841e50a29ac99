//! How the imports of drops get on, for whoever asks this process.

use std::sync::{Arc, Mutex, PoisonError};

use crate::failure::Failure;

/// Whether drops can be looked at and imported. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct IntakeState(Arc<Mutex<Option<String>>>);

impl IntakeState {
    /// What is wrong, if something is.
    ///
    /// # Errors
    /// What keeps drops from being imported.
    pub(crate) fn get(&self) -> Result<(), String> {
        let problem = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        problem.map_or(Ok(()), Err)
    }

    /// Notes what is away: the place of drops, or what an import needs.
    pub(super) fn waits(&self, failure: &Failure) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure.to_string());
    }

    /// Notes that nothing is in the way.
    pub(super) fn gets_on(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
