//! Keeps one caller from working on all the calls that the process may.
//!
//! A slot is taken before anybody knows who calls, and one caller whose requests come slowly could hold all of them.
//! So once it is known who calls, the call also counts against the caller, for as long as it has its slot.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use posars_edge::{Refusal, Refusals, Share, Shares, holding};

use crate::principal::Subject;
use crate::{Principal, status};

/// One caller may have one slot of so many.
const CALLER_SHARE: usize = 2;

/// The calls under way of each caller: of each subject, because one with roles in several companies is still one. Only
/// calls with a slot are counted, so there are no more callers to remember than slots.
#[derive(Clone)]
pub(crate) struct CallerShares {
    shares: Shares<Subject>,
    refusals: Refusals,
}

impl CallerShares {
    /// Half of `calls_max` calls for each caller, and one at least.
    pub(crate) fn new(calls_max: usize) -> Self {
        Self {
            shares: Shares::new((calls_max / CALLER_SHARE).max(1)),
            refusals: Refusals::new(),
        }
    }

    /// Counts a REST call before its body is read, for [`keep_share`] to find. False when its caller has no more.
    pub(crate) fn take_early(&self, request: &mut Request, caller: &Principal) -> bool {
        let taken = self.take(caller);
        let is_free = taken.0.is_some();
        request.extensions_mut().insert(taken);
        is_free
    }

    fn take(&self, caller: &Principal) -> Taken {
        Taken(self.shares.take(Subject::of(caller)).map(Arc::new))
    }
}

/// What the caller was given for a call, or not; shared, because what is left with a request can be cloned.
#[derive(Clone)]
struct Taken(Option<Arc<Share<Subject>>>);

/// After authentication: counts the call against its caller until its answer was taken, or refuses it with
/// `CALLER_OVERLOADED`. Calls that anybody may make are nobody's.
pub(crate) async fn keep_share(
    State(callers): State<CallerShares>,
    mut request: Request,
    next: Next,
) -> Response {
    let early = request.extensions_mut().remove::<Taken>();
    let Some(caller) = request.extensions().get::<Principal>() else {
        return next.run(request).await;
    };
    let Taken(share) = early.unwrap_or_else(|| callers.take(caller));
    let Some(share) = share else {
        let refusal = Refusal::CallerOverloaded {
            caller_calls_max: callers.shares.share_max(),
        };
        return status::counted_refusal(&callers.refusals, refusal);
    };
    next.run(request).await.map(|answer| holding(share, answer))
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, Bytes};
    use axum::middleware::from_fn_with_state;
    use axum::{Extension, Router};
    use tonic::Status;
    use tower::ServiceExt as _;

    use super::*;

    /// Who asks something whose answer never comes to its end.
    async fn ask(callers: &CallerShares, subject: &str) -> Response {
        let endless = || Body::from_stream(tokio_stream::pending::<std::io::Result<Bytes>>());
        let router = Router::new()
            .fallback(async move || endless())
            .layer(from_fn_with_state(callers.clone(), keep_share))
            .layer(Extension(Principal::with(subject, "till", Vec::new())));
        router.oneshot(Request::new(Body::empty())).await.unwrap()
    }

    fn is_refused(response: &Response) -> bool {
        Status::from_header_map(response.headers()).is_some()
    }

    #[tokio::test]
    async fn a_call_counts_until_its_answer_was_taken() {
        let callers = CallerShares::new(5);
        let first = ask(&callers, "ana").await;
        let second = ask(&callers, "ana").await;
        assert!(!is_refused(&first) && !is_refused(&second));
        assert!(is_refused(&ask(&callers, "ana").await), "half of five is two");
        assert!(!is_refused(&ask(&callers, "bia").await));
        drop(first);
        let third = ask(&callers, "ana").await;
        assert!(!is_refused(&third), "whoever lets an answer go may ask again");
        drop((second, third));
        assert_eq!(callers.shares.owners(), 0);
    }

    #[tokio::test]
    async fn the_only_slot_is_for_anybody() {
        let callers = CallerShares::new(1);
        assert!(!is_refused(&ask(&callers, "ana").await));
    }
}
