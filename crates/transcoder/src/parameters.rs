//! The names of the parameters that a query may have.

use prost_reflect::{FieldDescriptor, MessageDescriptor};

use crate::binding::Body;
use crate::body::is_http_body;
use crate::route::Route;
use crate::text_value;

/// Deepest parameter that is proposed, and most of them: a request of many messages has names without end.
const DEPTH_MAX: usize = 4;
const NAMES_MAX: usize = 500;

/// The parameters that a query of the route may have, as JSON writes them.
pub(crate) fn names(route: &Route) -> Vec<String> {
    let mut names = Vec::new();
    if route.binding.body != Body::All {
        collect(route, &route.input, &mut Vec::new(), &mut names);
    }
    names
}

fn collect(
    route: &Route,
    message: &MessageDescriptor,
    chain: &mut Vec<FieldDescriptor>,
    names: &mut Vec<String>,
) {
    for field in message.fields() {
        if names.len() >= NAMES_MAX {
            return;
        }
        chain.push(field.clone());
        if !route.is_elsewhere(chain) {
            let kind = text_value::kind_of(&field);
            let inner = kind.as_message().filter(|inner| {
                let is_single = !field.is_list() && !field.is_map();
                is_single && !inner.full_name().starts_with("google.protobuf.") && !is_http_body(inner)
            });
            if text_value::has_text(&kind) {
                let path: Vec<&str> = chain.iter().map(FieldDescriptor::json_name).collect();
                let key = if field.is_map() { "[key]" } else { "" };
                names.push(format!("{}{key}", path.join(".")));
            } else if let Some(inner) = inner.filter(|_| chain.len() < DEPTH_MAX) {
                collect(route, inner, chain, names);
            }
        }
        chain.pop();
    }
}
