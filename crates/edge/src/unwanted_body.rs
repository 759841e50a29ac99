//! The end of a request body that nobody wants.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body::Body as _;

/// What is still taken of it; an ordinary request has some 2 KB.
const DISCARDED_BYTES_MAX: u64 = 64 * 1024;
const DISCARD_TIME: Duration = Duration::from_millis(500);

/// Lets a short body come to its end, and keeps nothing of it. An answer in HTTP/2 to a request that still comes is
/// followed by a reset of its stream, and clients that meet both at once (curl 7.88 is one) show only the reset.
pub async fn discard(mut body: Body) {
    let is_long =
        |body: &Body, seen: u64| body.size_hint().lower().saturating_add(seen) > DISCARDED_BYTES_MAX;
    let to_its_end = async {
        let mut seen = 0_u64;
        while !is_long(&body, seen)
            && let Some(Ok(frame)) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await
        {
            let bytes = frame.data_ref().map_or(0, Bytes::len);
            seen = seen.saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX));
        }
    };
    // Whoever is slower than this has read the answer when the reset comes.
    drop(tokio::time::timeout(DISCARD_TIME, to_its_end).await);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio_stream::StreamExt as _;

    use super::*;

    /// How many of so many pieces of 1 KiB are taken.
    async fn pieces_taken(pieces: usize) -> usize {
        let taken = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&taken);
        let pieces = tokio_stream::iter(0..pieces).map(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
            Ok::<_, std::io::Error>(Bytes::from_static(&[0; 1024]))
        });
        discard(Body::from_stream(pieces)).await;
        taken.load(Ordering::Relaxed)
    }

    #[tokio::test]
    async fn a_short_body_comes_to_its_end_and_a_long_one_does_not() {
        assert_eq!(pieces_taken(2).await, 2);
        assert_eq!(pieces_taken(1_000).await, 65);
        let begun = tokio::time::Instant::now();
        discard(Body::from_stream(
            tokio_stream::pending::<std::io::Result<Bytes>>(),
        ))
        .await;
        assert!(begun.elapsed() >= DISCARD_TIME, "{:?}", begun.elapsed());
    }
}
