//! The promises of the protos themselves: every RPC has a REST binding, of the form that all of them share.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use axum::http::Method;
use posars_gateway::proto::FILE_DESCRIPTOR_SET;
use posars_transcoder::{Binding, Bindings, Body, Segment};
use prost_reflect::{DescriptorPool, MethodDescriptor};

fn pool() -> DescriptorPool {
    DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap()
}

fn our_methods(pool: &DescriptorPool) -> Vec<MethodDescriptor> {
    pool.services()
        .filter(|service| service.full_name().starts_with("posars."))
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .collect()
}

/// The bindings of one method; that none is malformed, names no field or clashes is checked by who reads them.
fn bindings_of<'b>(bindings: &'b Bindings, method: &MethodDescriptor) -> Vec<&'b Binding> {
    bindings.iter().filter(|binding| binding.rpc == *method).collect()
}

#[test]
fn every_rpc_has_a_binding_below_the_companies() {
    let pool = pool();
    let bindings = Bindings::of(&pool).unwrap();
    let methods = our_methods(&pool);
    assert!(methods.len() >= 17, "{} methods", methods.len());
    for method in methods {
        let bindings = bindings_of(&bindings, &method);
        assert!(
            !bindings.is_empty(),
            "{} has no google.api.http binding",
            method.full_name()
        );
        for binding in bindings {
            let begin = ["v1", "companies"].map(|text| Segment::Literal(text.to_owned()));
            assert_eq!(
                binding.template.segments.get(..begin.len()),
                Some(begin.as_slice()),
                "{} is at {}",
                method.full_name(),
                binding.template
            );
        }
    }
}

#[test]
fn commands_have_a_body_and_queries_none() {
    let pool = pool();
    for binding in Bindings::of(&pool).unwrap().iter() {
        let reads = [Method::GET, Method::DELETE].contains(&binding.method);
        assert_eq!(
            binding.body == Body::None,
            reads,
            "{}: body of {}",
            binding.rpc.full_name(),
            binding.method
        );
    }
}

#[test]
fn commands_can_be_tried_and_repeated_and_queries_can_wait() {
    let pool = pool();
    let bindings = Bindings::of(&pool).unwrap();
    for method in our_methods(&pool) {
        let reads = bindings_of(&bindings, &method)
            .iter()
            .any(|binding| binding.method == Method::GET);
        let (wanted, answer): (&[&str], &str) = match method.full_name() {
            // Not of one log: who may do what stands beside them.
            "posars.sales.v1.CompanyService.ListCompanies"
            | "posars.identity.v1.UserService.ListUsers"
            | "posars.identity.v1.UserService.GetUser" => continue,
            // Who asks how far the read models or the reactors are wants to know it now. A retry leaves nothing to repeat:
            // what it did is no longer set aside.
            name if name.starts_with("posars.operations.v1.") => (&[], "position"),
            // The month is the key: of one that is closed, its seal is the answer. Each line of a statement is its own.
            "posars.finance.v1.PeriodService.ClosePeriod" => (&["validate_only"], "recorded"),
            "posars.finance.v1.SettlementService.RecordSettlements" => (&["validate_only"], "position"),
            // Looks at the log and at the keys themselves, never at a read model.
            "posars.hr.v1.PersonService.FindPeople"
            | "posars.hr.v1.PersonService.GetPerson"
            | "posars.hr.v1.PersonService.GetRetentionPolicy"
            | "posars.hr.v1.PayrollService.GetPayroll" => continue,
            // What falls due falls due whoever asks, and however often.
            "posars.hr.v1.PersonService.ShredDueData" => {
                assert!(method.input().get_field_by_name("validate_only").is_some());
                continue;
            }
            // That something was handed out cannot be tried.
            "posars.hr.v1.PersonService.ExportPersonalData" => (&["request_id"], "recorded"),
            _ if reads => (&["min_position"], "position"),
            _ => (&["validate_only", "request_id"], "recorded"),
        };
        for field in wanted {
            assert!(
                method.input().get_field_by_name(field).is_some(),
                "{} has no field {field}",
                method.full_name()
            );
        }
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
