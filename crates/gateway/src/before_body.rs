//! Decides of a REST request what can be decided before a byte of its body is read: whether there is a slot for it,
//! whether its address was turned away, who calls, whether that one has its share already, and whether there is memory
//! for it.
//!
//! The transcoder reads and checks JSON before it calls a service, which costs more memory and time than anything else
//! that a stranger can ask for. So each layer behind it is asked for its part here already, and leaves its answer with
//! the request, where the same layer finds it: nothing is decided twice, and nothing is decided here. A request that one
//! of them will refuse goes on without its body, because the transcoder writes refusals as REST does.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use http_body::Body as _;
use http_body_util::BodyExt as _;
use posars_edge::discard;

use crate::authenticate::Gate;
use crate::caller_share::CallerShares;
use crate::in_flight::InFlight;
use crate::rate::CallRates;
use crate::status;
use crate::weigh::Weighing;

/// What the layer needs: the parts that are asked, the cheapest first.
#[derive(Clone)]
pub(crate) struct BeforeBody {
    pub(crate) in_flight: InFlight,
    pub(crate) rates: CallRates,
    pub(crate) gate: Gate,
    pub(crate) callers: CallerShares,
    pub(crate) weighing: Weighing,
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
    let is_welcome = before.in_flight.take_early(&mut request)
        && before.rates.look_early(&mut request)
        && match before.gate.identify_early(&mut request).await {
            Some(caller) => {
                before.callers.take_early(&mut request, &caller)
                    && before.weighing.weigh_early(&mut request, &caller)
            }
            None => false,
        };
    if !is_welcome {
        request.headers_mut().remove(header::CONTENT_LENGTH);
        request.headers_mut().remove(header::CONTENT_ENCODING);
        let unwanted = std::mem::take(request.body_mut());
        let response = next.run(request).await;
        // Now, not before: a stranger must not hold a slot meanwhile.
        discard(unwanted).await;
        return response;
    }
    let request = request.map(|body| Body::new(body.map_err(|error| status::of_broken_body(error.into()))));
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use prost_reflect::DescriptorPool;

    use crate::access::{Access, AccessRules};
    use crate::proto::FILE_DESCRIPTOR_SET;

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
