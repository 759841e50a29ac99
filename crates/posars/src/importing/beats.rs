//! Signs of life of an import: a line in the log and a file beside the original, again and again.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use posars_files::{FileError, FileName, FileStore, Source};
use posars_xls_importer::ImportProgress;

use crate::lease_holder::holder;

/// How often. Work that ends sooner leaves none.
const INTERVAL: Duration = Duration::from_secs(10);

/// How far an import is, for whoever looks meanwhile.
#[derive(Debug, Default)]
pub(super) struct Reached {
    done: AtomicU32,
    rows: AtomicU32,
}

impl Reached {
    pub(super) fn show(&self, progress: ImportProgress) {
        self.done.store(progress.rows_done, Ordering::Relaxed);
        self.rows.store(progress.rows, Ordering::Relaxed);
    }
}

/// Tells of an import for as long as this is polled.
pub(super) async fn beat(
    label: String,
    reached: Arc<Reached>,
    results: Arc<dyn FileStore>,
    name: FileName,
) -> Infallible {
    let mut is_told = false;
    loop {
        tokio::time::sleep(INTERVAL).await;
        let (done, rows) = (
            reached.done.load(Ordering::Relaxed),
            reached.rows.load(Ordering::Relaxed),
        );
        tracing::info!(file = label, rows_done = done, rows, "the import is under way");
        if let Err(error) = tell(results.as_ref(), &name, (done, rows)).await
            && !std::mem::replace(&mut is_told, true)
        {
            tracing::warn!(file = label, %error, "how far the import is cannot be written beside it; the import goes on");
        }
    }
}

/// Writes how far it is in the place of what was written before. Another import of the same file may do so too.
async fn tell(results: &dyn FileStore, name: &FileName, (done, rows): (u32, u32)) -> Result<(), FileError> {
    let told = serde_json::json!({
        "state": "under_way",
        "rows_done": done,
        "rows": rows,
        "at": Timestamp::now(),
        "by": holder(),
    });
    results.delete(name).await?;
    results
        .put_once(name, Source::from(told.to_string().into_bytes()))
        .await?;
    Ok(())
}
