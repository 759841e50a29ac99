//! Decides of a REST request what can be decided before a byte of its body is read: whether there is a seat for it,
//! whether its address was turned away, who calls, whether that one has its share already, and whether there is memory
//! for it.
//!
//! The transcoder reads and checks JSON before it calls a service, which costs more memory and time than anything else
//! that a stranger can ask for. So each layer behind it is asked for its part here already, and leaves its answer with
//! the request, where the same layer finds it: nothing is decided twice, and nothing is decided here. A request that one
//! of them will refuse goes on without its body, because the transcoder writes refusals as REST does.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use http_body::Body as _;

use crate::authenticate::Gate;
use crate::caller_share::CallerShares;
use crate::in_flight::InFlight;
use crate::rate::Rates;
use crate::request_budget::RequestBudget;

/// What is still taken of a body that nobody wants; the usual sale has some 2 KB.
const DISCARDED_BYTES_MAX: u64 = 64 * 1024;
const DISCARD_TIME: Duration = Duration::from_millis(500);

/// What the layer needs: the parts that are asked, the cheapest first.
#[derive(Clone)]
pub(crate) struct BeforeBody {
    pub(crate) in_flight: InFlight,
    pub(crate) rates: Rates,
    pub(crate) gate: Gate,
    pub(crate) callers: CallerShares,
    pub(crate) budget: RequestBudget,
}

/// Takes the body of a request away that will be refused.
///
/// That also holds for an RPC that anybody may call: a stranger's body is never read by REST. There is none that takes
/// one, and a test keeps it so.
pub(crate) async fn spare_body(
    State(before): State<BeforeBody>,
    mut request: Request,
    next: Next,
) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let is_welcome = before.in_flight.seat_early(&mut request)
        && before.rates.look_early(&mut request)
        && match before.gate.identify_early(&mut request).await {
            Some(caller) => {
                before.callers.take_early(&mut request, &caller)
                    && before.budget.weigh_early(&mut request, &caller)
            }
            None => false,
        };
    if !is_welcome {
        request.headers_mut().remove(header::CONTENT_LENGTH);
        request.headers_mut().remove(header::CONTENT_ENCODING);
        let unwanted = std::mem::take(request.body_mut());
        let response = next.run(request).await;
        // Now, not before: a stranger must not sit on a seat meanwhile.
        discard(unwanted).await;
        return response;
    }
    next.run(request).await
}

/// Lets a short body come to its end, and keeps nothing of it. An answer in HTTP/2 to a request that still comes is
/// followed by a reset of its stream, and clients that meet both at once (curl 7.88 is one) show only the reset.
async fn discard(mut body: Body) {
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

    use prost_reflect::DescriptorPool;
    use tokio_stream::StreamExt as _;

    use super::*;
    use crate::access::{Access, AccessRules};
    use crate::proto::FILE_DESCRIPTOR_SET;

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

    #[test]
    fn no_rpc_takes_a_body_from_strangers() {
        let rules = AccessRules::of(&DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap()).unwrap();
        for path in rules.paths() {
            assert_ne!(
                rules.rule(path).unwrap().access,
                Access::Public,
                "{path} would get no body by REST; let spare_body know of it first"
            );
        }
    }
}
