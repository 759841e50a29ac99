//! What a request weighs in memory, told while it is read.

use std::fmt;
use std::sync::Arc;

use tonic::Status;

type Weigh = dyn Fn(usize) -> Result<(), Status> + Send + Sync;

/// Is told how many bytes of memory a request takes, each time that they become more, and may refuse it.
///
/// Whoever bounds the memory of all requests together leaves one with each, as an extension of the request. A body's
/// size is not enough: compressed it is longer when it is read, and a list of nothing takes many times its own text.
#[derive(Clone)]
pub struct BodyScale(Arc<Weigh>);

impl BodyScale {
    /// Asks `weigh`, with the bytes that the request takes by now, what it was told before included. The status of a
    /// refusal is what the client is told.
    pub fn new(weigh: impl Fn(usize) -> Result<(), Status> + Send + Sync + 'static) -> Self {
        Self(Arc::new(weigh))
    }

    /// Tells that the request takes `bytes`.
    pub(crate) fn weigh(&self, bytes: usize) -> Result<(), Status> {
        (self.0)(bytes)
    }
}

impl fmt::Debug for BodyScale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BodyScale").finish_non_exhaustive()
    }
}
