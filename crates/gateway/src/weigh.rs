//! Refuses requests that are larger than any may be, or for which there is no memory now, before a service reads them.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http_body_util::BodyExt as _;
use posars_edge::{BudgetPart, Limits, RequestBudget, RequestSize, announced_bytes};
use posars_transcoder::BodyScale;
use prost_reflect::DescriptorPool;

use crate::principal::Subject;
use crate::{Principal, status};

/// Whom a request counts against. Calls that anybody may make are nobody's, and share a part of their own.
type Caller = Option<Subject>;

/// How large requests may be, each and all together. Clones share it.
#[derive(Clone)]
pub(crate) struct Weighing {
    size: RequestSize,
    budget: RequestBudget<Caller>,
}

impl Weighing {
    /// Admits messages of the RPCs in `pool` within the limits.
    pub(crate) fn new(limits: &Limits, pool: &DescriptorPool) -> Self {
        Self {
            size: RequestSize::new(limits, pool),
            budget: RequestBudget::new(limits),
        }
    }

    /// Takes what a REST request says that it will need, before its body is read, and lets the transcoder weigh the
    /// rest. False when there is not enough. The part stays with the request, for the layer before the services.
    pub(crate) fn weigh_early(&self, request: &mut Request, caller: &Principal) -> bool {
        let part = self.budget.part_of(Some(Subject::of(caller)));
        let announced = announced_bytes(request.headers());
        let has_room = part.grow_to(announced.unwrap_or_default()).is_ok();
        let asked = part.clone();
        let weigh = move |bytes| asked.grow_to(bytes).map_err(status::from_refusal);
        let extensions = request.extensions_mut();
        extensions.insert(part);
        extensions.insert(BodyScale::new(weigh));
        has_room
    }
}

/// Refuses a request that says itself that it is too large.
pub(crate) async fn refuse_large(State(weighing): State<Weighing>, request: Request, next: Next) -> Response {
    match weighing.size.admit(request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => status::from_refusal(refusal).into_http::<Body>(),
    }
}

/// After authentication: weighs the request as it comes, against the limits of one and the budget of all. What it takes
/// of the budget it has until its answer.
pub(crate) async fn weigh_request(
    State(weighing): State<Weighing>,
    mut request: Request,
    next: Next,
) -> Response {
    let part = request
        .extensions_mut()
        .remove::<BudgetPart<Caller>>()
        .unwrap_or_else(|| {
            let caller = request.extensions().get::<Principal>();
            weighing.budget.part_of(caller.map(Subject::of))
        });
    if let Err(refusal) = part.grow_to(announced_bytes(request.headers()).unwrap_or_default()) {
        return status::from_refusal(refusal).into_http::<Body>();
    }
    let (head, body) = request.into_parts();
    let weighed = weighing.size.weigh(head.uri.path(), body, part.clone());
    let body = Body::new(weighed.map_err(status::of_broken_body));
    let response = next.run(Request::from_parts(head, body)).await;
    drop(part);
    response
}

#[cfg(test)]
mod tests {
    use axum::http::header;

    use super::*;
    use crate::proto::FILE_DESCRIPTOR_SET;

    const KIB: usize = 1024;

    #[test]
    fn a_rest_request_says_before_its_body_what_it_needs() {
        let limits = Limits {
            requests_bytes_max: 1000 * KIB,
            request_bytes_max: 400 * KIB,
            request_values_max: 0,
            ..Limits::default()
        };
        let weighing = Weighing::new(&limits, &DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap());
        let ana = Principal::with("ana", "till", Vec::new());
        let ask = |length: usize| {
            let request = Request::post("/v1").header(header::CONTENT_LENGTH, length);
            let mut request = request.body(Body::empty()).unwrap();
            let has_room = weighing.weigh_early(&mut request, &ana);
            (has_room, request)
        };
        let (has_room, first) = ask(400 * KIB);
        assert!(has_room && first.extensions().get::<BodyScale>().is_some());
        let (has_room, second) = ask(300 * KIB);
        assert!(!has_room);
        let part = second.extensions().get::<BudgetPart<Caller>>().unwrap();
        assert!(part.grow_to(0).is_err(), "the layer behind hears of it");
        drop(first);
        assert!(ask(300 * KIB).0);
    }
}
