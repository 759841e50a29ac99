//! The requests to end: Ctrl-C and SIGTERM.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// How often the process was asked to end, since this was made.
#[derive(Clone, Debug)]
pub(crate) struct EndRequests(watch::Receiver<u32>);

impl EndRequests {
    /// Begins to listen: from now on neither signal ends the process by itself.
    pub(crate) fn listen() -> Self {
        let (count, requests) = watch::channel(0);
        tokio::spawn(async move {
            let (Ok(mut interrupt), Ok(mut terminate)) =
                (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
            else {
                // Without handlers the signals keep their own effect, which is to end the process.
                return std::future::pending().await;
            };
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                count.send_modify(|count| *count += 1);
            }
        });
        Self(requests)
    }

    /// Returns once the process was asked to end.
    pub(crate) async fn first(&self) {
        self.reached(1).await;
    }

    /// Returns once it was asked once more from now on: somebody does not want to wait.
    pub(crate) async fn one_more(&self) {
        let so_far = *self.0.borrow();
        self.reached(so_far + 1).await;
    }

    async fn reached(&self, wanted: u32) {
        let mut requests = self.0.clone();
        if requests.wait_for(|count| *count >= wanted).await.is_err() {
            // The listener is gone only when the runtime ends.
            std::future::pending::<()>().await;
        }
    }
}
