//! The promises of the protos themselves: every RPC has a REST binding, and no request fits two of them.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;

use posars_gateway::proto::FILE_DESCRIPTOR_SET;
use prost_reflect::{DescriptorPool, DynamicMessage, MethodDescriptor};

struct Binding {
    rpc: String,
    verb: String,
    template: String,
    body: String,
}

fn pool() -> DescriptorPool {
    DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap()
}

fn our_methods(pool: &DescriptorPool) -> Vec<MethodDescriptor> {
    pool.services()
        .filter(|service| service.full_name().starts_with("posars."))
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .collect()
}

fn text(message: &DynamicMessage, field: &str) -> String {
    message
        .get_field_by_name(field)
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}

fn bindings_of(pool: &DescriptorPool, method: &MethodDescriptor) -> Vec<Binding> {
    let extension = pool.get_extension_by_name("google.api.http").unwrap();
    let options = method.options();
    if !options.has_extension(&extension) {
        return Vec::new();
    }
    let rule = options.get_extension(&extension);
    let rule = rule.as_message().unwrap();
    let mut rules = vec![rule.clone()];
    let additional = rule.get_field_by_name("additional_bindings").unwrap();
    rules.extend(
        additional
            .as_list()
            .unwrap()
            .iter()
            .map(|rule| rule.as_message().unwrap().clone()),
    );
    rules
        .iter()
        .map(|rule| {
            let verb = ["get", "put", "post", "delete", "patch"]
                .into_iter()
                .find(|verb| rule.has_field_by_name(verb));
            assert!(
                verb.is_some(),
                "{} has a binding without a method",
                method.full_name()
            );
            let verb = verb.unwrap();
            Binding {
                rpc: method.full_name().to_owned(),
                verb: verb.to_owned(),
                template: text(rule, verb),
                body: text(rule, "body"),
            }
        })
        .collect()
}

/// Writes a template with its variables as bare stars: two templates that become equal match the same paths.
fn shape(template: &str) -> String {
    let mut shape = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (variable, after) = after.split_once('}').unwrap();
        shape.push_str(before);
        shape.push_str(variable.split_once('=').map_or("*", |(_name, pattern)| pattern));
        rest = after;
    }
    shape.push_str(rest);
    shape
}

fn variables(template: &str) -> Vec<String> {
    template
        .split('{')
        .skip(1)
        .map(|part| part.split(['}', '=']).next().unwrap().to_owned())
        .collect()
}

#[test]
fn every_rpc_has_a_binding_and_no_two_clash() {
    let pool = pool();
    let mut taken: BTreeMap<(String, String), String> = BTreeMap::new();
    let methods = our_methods(&pool);
    assert!(methods.len() >= 17, "{} methods", methods.len());
    for method in methods {
        let bindings = bindings_of(&pool, &method);
        assert!(
            !bindings.is_empty(),
            "{} has no google.api.http binding",
            method.full_name()
        );
        for binding in bindings {
            assert!(binding.template.starts_with("/v1/companies") || binding.template.starts_with("/v1/{"));
            let key = (binding.verb.clone(), shape(&binding.template));
            if let Some(other) = taken.insert(key, binding.rpc.clone()) {
                panic!(
                    "{} and {other} are both {} {}",
                    binding.rpc, binding.verb, binding.template
                );
            }
        }
    }
}

#[test]
fn bindings_name_fields_of_their_request() {
    let pool = pool();
    for method in our_methods(&pool) {
        for binding in bindings_of(&pool, &method) {
            let mut paths = variables(&binding.template);
            if !binding.body.is_empty() && binding.body != "*" {
                paths.push(binding.body.clone());
            }
            let reads = binding.verb == "get" || binding.verb == "delete";
            assert_eq!(
                binding.body.is_empty(),
                reads,
                "{}: body of {}",
                binding.rpc,
                binding.verb
            );
            for path in paths {
                let mut message = Some(method.input());
                for part in path.split('.') {
                    let field = message.take().and_then(|message| message.get_field_by_name(part));
                    let field = field.unwrap_or_else(|| panic!("{} binds {path}, no field", binding.rpc));
                    message = field.kind().as_message().cloned();
                }
            }
        }
    }
}

#[test]
fn commands_can_be_tried_and_repeated_and_queries_can_wait() {
    let pool = pool();
    for method in our_methods(&pool) {
        let reads = bindings_of(&pool, &method)
            .iter()
            .any(|binding| binding.verb == "get");
        let wanted: &[&str] = if reads {
            &["min_position"]
        } else {
            &["validate_only", "request_id"]
        };
        for field in wanted {
            assert!(
                method.input().get_field_by_name(field).is_some(),
                "{} has no field {field}",
                method.full_name()
            );
        }
        let answer = if reads { "position" } else { "recorded" };
        assert!(
            method.output().get_field_by_name(answer).is_some(),
            "{}: {answer}",
            method.full_name()
        );
    }
}

#[test]
fn comments_and_error_details_are_in_the_descriptors() {
    let pool = pool();
    for name in [
        "google.rpc.Status",
        "google.rpc.ErrorInfo",
        "google.rpc.BadRequest",
        "google.rpc.RetryInfo",
    ] {
        assert!(pool.get_message_by_name(name).is_some(), "{name}");
    }
    let sale = pool.get_message_by_name("posars.sales.v1.Sale").unwrap();
    let file = sale.parent_file();
    let locations = &file
        .file_descriptor_proto()
        .source_code_info
        .as_ref()
        .unwrap()
        .location;
    let comment = locations
        .iter()
        .find(|location| location.path == sale.path())
        .unwrap();
    assert!(
        comment.leading_comments().contains("A sale as recorded"),
        "{comment:?}"
    );
    let field = sale.get_field_by_name("total").unwrap();
    assert!(matches!(field.kind().as_message(), Some(money) if money.full_name() == "posars.money.v1.Money"));
}
