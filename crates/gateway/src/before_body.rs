//! Decides of a REST request what can be decided before a byte of its body is read: whether there is a seat for it,
//! whether its address was turned away, and who calls.
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

use crate::authenticate::Gate;
use crate::in_flight::InFlight;
use crate::rate::Rates;

/// What the layer needs: the parts that are asked, the cheapest first.
#[derive(Clone)]
pub(crate) struct BeforeBody {
    pub(crate) in_flight: InFlight,
    pub(crate) rates: Rates,
    pub(crate) gate: Gate,
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
        && before.gate.identify_early(&mut request).await;
    if !is_welcome {
        request.headers_mut().remove(header::CONTENT_LENGTH);
        request.headers_mut().remove(header::CONTENT_ENCODING);
        *request.body_mut() = Body::empty();
    }
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
