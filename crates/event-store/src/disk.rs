//! The last append that the database's disk did not take, for whoever asks if this process can serve.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use crate::StoreError;

/// The last append that the disk did not take, until one is taken.
#[derive(Clone, Debug)]
pub struct DiskRefusal {
    /// When it was refused.
    pub at: Instant,
    /// What the database said.
    pub problem: String,
}

/// Where the writer of a log leaves it. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct LastRefusal(Arc<Mutex<Option<DiskRefusal>>>);

impl LastRefusal {
    pub(crate) fn note(&self, error: &StoreError) {
        if let StoreError::DiskFull(_) = error {
            let refusal = DiskRefusal {
                at: Instant::now(),
                problem: error.to_string(),
            };
            self.set(Some(refusal));
        }
    }

    pub(crate) fn clear(&self) {
        self.set(None);
    }

    fn set(&self, refusal: Option<DiskRefusal>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = refusal;
    }

    pub(crate) fn get(&self) -> Option<DiskRefusal> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
