//! The option `google.api.http` of a method, read without generated code.

use http::Method;
use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor};

use crate::binding_error::BindingProblem;

const EXTENSION: &str = "google.api.http";

/// One rule as it is written in the proto; nothing is checked but that it names a method and a path.
pub(crate) struct HttpRule {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: String,
    pub(crate) response_body: String,
}

/// The rules of one RPC: the main one, then its additional bindings. Empty when the RPC has none.
pub(crate) fn rules_of(
    pool: &DescriptorPool,
    rpc: &MethodDescriptor,
) -> Result<Vec<HttpRule>, BindingProblem> {
    let Some(extension) = pool.get_extension_by_name(EXTENSION) else {
        return Ok(Vec::new());
    };
    let options = rpc.options();
    if !options.has_extension(&extension) {
        return Ok(Vec::new());
    }
    let value = options.get_extension(&extension);
    let Some(main) = value.as_message() else {
        return Ok(Vec::new());
    };
    let mut rules = vec![read(main)?];
    let additional = main.get_field_by_name("additional_bindings");
    for rule in additional.iter().filter_map(|list| list.as_list()).flatten() {
        let Some(rule) = rule.as_message() else { continue };
        if rule.has_field_by_name("additional_bindings") {
            return Err(BindingProblem::NestedAdditional);
        }
        rules.push(read(rule)?);
    }
    Ok(rules)
}

fn read(rule: &DynamicMessage) -> Result<HttpRule, BindingProblem> {
    let (method, path) = pattern(rule)?;
    Ok(HttpRule {
        method,
        path,
        body: text(rule, "body"),
        response_body: text(rule, "response_body"),
    })
}

fn pattern(rule: &DynamicMessage) -> Result<(Method, String), BindingProblem> {
    let named = [
        ("get", Method::GET),
        ("put", Method::PUT),
        ("post", Method::POST),
        ("delete", Method::DELETE),
        ("patch", Method::PATCH),
    ];
    for (field, method) in named {
        if rule.has_field_by_name(field) {
            return Ok((method, text(rule, field)));
        }
    }
    let custom = rule.get_field_by_name("custom");
    let custom = custom.as_ref().and_then(|value| value.as_message());
    match custom {
        Some(custom) if rule.has_field_by_name("custom") => {
            let kind = text(custom, "kind");
            match Method::from_bytes(kind.as_bytes()) {
                Ok(method) => Ok((method, text(custom, "path"))),
                Err(_not_a_token) => Err(BindingProblem::BadMethod { kind }),
            }
        }
        Some(_) | None => Err(BindingProblem::WithoutPattern),
    }
}

fn text(message: &DynamicMessage, field: &str) -> String {
    let value = message.get_field_by_name(field);
    value
        .as_ref()
        .and_then(|value| value.as_str())
        .unwrap_or_default()
        .to_owned()
}
