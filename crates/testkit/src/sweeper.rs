//! Drops the databases of finished tests, one after the other, off the tests' own threads.
//!
//! A test's runtime is already going down when its database is dropped, so it cannot be asked to wait for it.

use std::sync::OnceLock;
use std::sync::mpsc::{Receiver, Sender, channel};

use crate::TestServer;

/// Queues a database for dropping; when that is not possible, the whole server goes soon anyway.
pub(crate) fn drop_later(name: String) {
    static QUEUE: OnceLock<Sender<String>> = OnceLock::new();
    let queue = QUEUE.get_or_init(|| {
        let (queue, names) = channel();
        // Without the thread the receiver is gone and sending below fails, which is ignored.
        drop(
            std::thread::Builder::new()
                .name("database-sweeper".to_owned())
                .spawn(move || sweep(&names)),
        );
        queue
    });
    drop(queue.send(name));
}

fn sweep(names: &Receiver<String>) {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return;
    };
    for name in names {
        runtime.block_on(async {
            if let Ok(server) = TestServer::shared().await.and_then(TestServer::running) {
                // Best effort: a failure leaves a database on a server that is thrown away.
                drop(server.drop_database(&name).await);
            }
        });
    }
}
