//! What is refused when the program starts, and the table of what is served.

use posars_transcoder::{BindingProblem, Bindings};
use prost_reflect::DescriptorPool;
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver, IncludeFileResolver};

use crate::service;

/// One proto from a text.
struct Source(String);

impl FileResolver for Source {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        if name == "test.proto" {
            File::from_source(name, &self.0)
        } else {
            Err(protox::Error::file_not_found(name))
        }
    }
}

/// The bindings of a service with one method `One` with these options, and further methods.
fn bindings(rule: &str, more: &str) -> Result<Bindings, posars_transcoder::BindingError> {
    let source = format!(
        r#"syntax = "proto3"; package t; import "google/api/annotations.proto"; import "google/protobuf/timestamp.proto";
        service S {{
          rpc One(Q) returns (Q) {{ option (google.api.http) = {{{rule}}}; }}
          {more}
        }}
        message Q {{
          string name = 1; Q inner = 2; repeated string words = 3; map<string, string> labels = 4;
          google.protobuf.Timestamp at = 5;
        }}"#
    );
    let mut resolver = ChainFileResolver::new();
    resolver.add(Source(source));
    resolver.add(IncludeFileResolver::new("../../proto".into()));
    resolver.add(GoogleFileResolver::new());
    let mut compiler = protox::Compiler::with_file_resolver(resolver);
    compiler.include_imports(true).open_file("test.proto").unwrap();
    let pool = DescriptorPool::decode(compiler.encode_file_descriptor_set().as_slice()).unwrap();
    Bindings::of(&pool)
}

fn two(rule: &str) -> String {
    format!("rpc Two(Q) returns (Q) {{ option (google.api.http) = {{{rule}}}; }}")
}

type Check = fn(&BindingProblem) -> bool;

fn refused(cases: &[(&str, &str, Check)]) {
    for (rule, other, check) in cases {
        let more = if other.is_empty() {
            String::new()
        } else {
            two(other)
        };
        let Err(error) = bindings(rule, &more) else {
            panic!("{rule} / {other} was taken");
        };
        assert!(check(&error.problem), "{rule} / {other}: {error}");
        assert!(error.to_string().contains(&error.rpc), "{error}");
    }
}

#[test]
fn bindings_that_cannot_be_served() {
    use BindingProblem as Problem;
    refused(&[
        ("body: '*'", "", |p| matches!(p, Problem::WithoutPattern)),
        ("get: '/v1/{name'", "", |p| matches!(p, Problem::Template { .. })),
        ("get: ''", "", |p| matches!(p, Problem::Template { .. })),
        ("custom: {kind: 'NOT A TOKEN' path: '/v1'}", "", |p| {
            matches!(p, Problem::BadMethod { .. })
        }),
        ("get: '/v1/{nme}'", "", |p| {
            matches!(p, Problem::UnknownField { .. })
        }),
        ("get: '/v1/{inner.nme}'", "", |p| {
            matches!(p, Problem::UnknownField { .. })
        }),
        ("get: '/v1/{name.x}'", "", |p| {
            matches!(p, Problem::NotInPath { .. })
        }),
        ("get: '/v1/{inner}'", "", |p| {
            matches!(p, Problem::NotInPath { .. })
        }),
        ("get: '/v1/{words}'", "", |p| {
            matches!(p, Problem::NotInPath { .. })
        }),
        ("get: '/v1/{labels}'", "", |p| {
            matches!(p, Problem::NotInPath { .. })
        }),
        ("get: '/v1/{labels.key}'", "", |p| {
            matches!(p, Problem::NotInPath { .. })
        }),
        ("get: '/v1' body: '*'", "", |p| {
            matches!(p, Problem::BodyNotAllowed { .. })
        }),
        ("post: '/v1' body: 'nme'", "", |p| {
            matches!(p, Problem::UnknownField { .. })
        }),
        ("post: '/v1' body: 'inner.name'", "", |p| {
            matches!(p, Problem::UnknownField { .. })
        }),
        ("post: '/v1/{name}' body: 'name'", "", |p| {
            matches!(p, Problem::InPathAndBody { .. })
        }),
        ("get: '/v1' response_body: 'nme'", "", |p| {
            matches!(p, Problem::UnknownField { .. })
        }),
    ]);
    let stream = "rpc Two(stream Q) returns (Q) { option (google.api.http) = {get: '/v2'}; }";
    let error = bindings("get: '/v1'", stream).expect_err("a stream without a body");
    assert!(
        matches!(error.problem, BindingProblem::StreamWithoutBody),
        "{error}"
    );
}

#[test]
fn bindings_that_take_the_same_requests() {
    use BindingProblem as Problem;
    refused(&[
        (
            "get: '/v1' additional_bindings {get: '/v2' additional_bindings {get: '/v3'}}",
            "",
            |p| matches!(p, Problem::NestedAdditional),
        ),
        ("get: '/v1' additional_bindings {get: '/v1'}", "", |p| {
            matches!(p, Problem::Clash { .. })
        }),
        ("get: '/v1/{name}'", "get: '/v1/{inner.name}'", |p| {
            matches!(p, Problem::Clash { .. })
        }),
        ("get: '/v1/{name=a/*}'", "get: '/v1/a/{name}'", |p| {
            matches!(p, Problem::Clash { .. })
        }),
        ("get: '/v1/{name=**}:x'", "get: '/v1/**:x'", |p| {
            matches!(p, Problem::Clash { .. })
        }),
        ("get: '/v1/%61'", "get: '/v1/a'", |p| {
            matches!(p, Problem::Clash { .. })
        }),
    ]);
}

#[test]
fn bindings_that_only_look_alike() {
    for (rule, other) in [
        ("get: '/v1/{name}'", "post: '/v1/{name}'"),
        ("get: '/v1/{name}'", "get: '/v1/{name=**}'"),
        ("get: '/v1/{name}'", "get: '/v1/{name}:x'"),
        ("get: '/v1/{name=a/*}'", "get: '/v1/{name=*/a}'"),
        ("get: '/v1/{at}'", "custom: {kind: '*' path: '/v1/{name}'}"),
    ] {
        assert!(bindings(rule, &two(other)).is_ok(), "{rule} / {other}");
    }
}

#[test]
fn the_table_names_every_binding() {
    let bindings = Bindings::of(&service::pool()).unwrap();
    let table = bindings.table();
    assert_eq!(table.lines().count(), bindings.iter().len());
    for line in [
        "GET /v1/echo/{name} - shelves.v1.EchoService.Get",
        "GET /v1/words-only ->words shelves.v1.EchoService.Get",
        "POST /v1/{name=shelves/*}:check * shelves.v1.EchoService.Post",
        "PATCH /v1/inner/{name} inner shelves.v1.EchoService.Post",
        "* /v1/anyhow/{name} - shelves.v1.EchoService.Get",
        "GET /v1/with%20blank/{name} - shelves.v1.EchoService.Get",
    ] {
        assert!(
            table.lines().any(|found| found == line),
            "{line} is not in\n{table}"
        );
    }
}

#[test]
fn a_pool_without_annotations_serves_nothing() {
    assert_eq!(Bindings::of(&DescriptorPool::new()).unwrap().iter().len(), 0);
}
