//! The load balancer's rules: each path and each gRPC method reaches the role that serves it.
//!
//! After a change that is meant, write the file again with `POSARS_BLESS=1 cargo test -p posars-gateway --test routes`
//! and review it with the change.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod balancer;
mod written;

use std::collections::BTreeSet;
use std::{env, fs};

use posars_gateway::proto::FILE_DESCRIPTOR_SET;
use posars_transcoder::{Bindings, Segment};
use prost_reflect::DescriptorPool;

use balancer::{Balancer, Target};
use written::{area_of, routes};

const FILE: &str = "../../deploy/terraform/modules/load-balancer/routes.json";
/// What an Application Load Balancer takes: rules beside the default one, and values of one rule.
const RULES_MAX: usize = 100;
const VALUES_MAX: usize = 5;
const WILDCARDS_MAX: usize = 5;
const VALUE_BYTES_MAX: usize = 128;

fn pool() -> DescriptorPool {
    DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap()
}

fn checked_in() -> Balancer {
    Balancer::read(&fs::read_to_string(FILE).unwrap()).unwrap()
}

#[test]
fn the_rules_are_checked_in() -> anyhow::Result<()> {
    let current = serde_json::to_string_pretty(&routes(&pool())?)? + "\n";
    if env::var_os("POSARS_BLESS").is_some() {
        fs::write(FILE, &current)?;
    }
    anyhow::ensure!(
        fs::read_to_string(FILE).unwrap_or_default() == current,
        "deploy/terraform/modules/load-balancer/routes.json is not what the protos say.\nNext: run POSARS_BLESS=1 cargo test \
         -p posars-gateway --test routes and commit the file"
    );
    Ok(())
}

#[test]
fn the_balancer_takes_the_rules() {
    let balancer = checked_in();
    assert!(
        balancer.rules.len() <= RULES_MAX,
        "{} rules",
        balancer.rules.len()
    );
    for rule in &balancer.rules {
        let values: Vec<&String> = rule.values().collect();
        assert!((1..=VALUES_MAX).contains(&values.len()), "{values:?}");
        let wildcards: usize = rule
            .wildcards()
            .map(|value| value.matches(['*', '?']).count())
            .sum();
        assert!(wildcards <= WILDCARDS_MAX, "{values:?}");
        for value in values {
            assert!(value.len() <= VALUE_BYTES_MAX, "{} bytes: {value}", value.len());
        }
        for expression in &rule.path_expressions {
            assert!(
                expression.starts_with('^') && expression.ends_with('$'),
                "{expression}"
            );
        }
    }
}

/// Ids that look like parts of other paths: the names of all collections, and what callers really use.
fn ids(bindings: &Bindings) -> BTreeSet<String> {
    let literals = bindings.iter().flat_map(|binding| &binding.template.segments);
    let mut ids: BTreeSet<String> = literals
        .filter_map(|segment| match segment {
            Segment::Literal(name) => Some(name.clone()),
            Segment::Any | Segment::Rest => None,
        })
        .collect();
    ids.extend(
        [
            "main",
            "loja%20centro",
            "CAFE-500",
            "a.b_c~d",
            "7891000100103",
            "-",
        ]
        .map(str::to_owned),
    );
    ids
}

/// The path of these segments, with one id at one of the variable places and `main` at the others.
fn path_of(segments: &[Segment], verb: Option<&str>, strange: usize, id: &str) -> String {
    let mut path = String::new();
    for (at, segment) in segments.iter().enumerate() {
        path.push('/');
        match segment {
            Segment::Literal(name) => path.push_str(name),
            Segment::Any | Segment::Rest if at == strange => path.push_str(id),
            Segment::Any | Segment::Rest => path.push_str("main"),
        }
    }
    if let Some(verb) = verb {
        path.push(':');
        path.push_str(verb);
    }
    path
}

#[test]
fn every_path_reaches_the_role_that_serves_it() -> anyhow::Result<()> {
    let balancer = checked_in();
    let bindings = Bindings::of(&pool())?;
    let ids = ids(&bindings);
    let mut paths = 0;
    for binding in bindings.iter() {
        let area = area_of(binding.rpc.parent_service().full_name())?;
        let verb = binding.template.verb.as_deref();
        for strange in 0..binding.template.segments.len() {
            for id in &ids {
                let path = path_of(&binding.template.segments, verb, strange, id);
                for content_type in ["", "application/json", "text/plain"] {
                    let target = balancer.target(&path, content_type);
                    assert_eq!(
                        target,
                        Target::http(area),
                        "{path} of {}",
                        binding.rpc.full_name()
                    );
                }
                paths += 1;
            }
        }
    }
    assert!(paths > 10_000, "{paths} paths");
    Ok(())
}

#[test]
fn every_method_reaches_the_role_that_serves_it() -> anyhow::Result<()> {
    let balancer = checked_in();
    let mut methods = 0;
    for rpc in pool()
        .services()
        .flat_map(|service| service.methods().collect::<Vec<_>>())
    {
        let service = rpc.parent_service().full_name().to_owned();
        if !service.starts_with("posars.") {
            continue;
        }
        let area = area_of(&service)?;
        let path = format!("/{service}/{}", rpc.name());
        for grpc in [
            "application/grpc",
            "application/grpc+proto",
            "Application/gRPC; x=y",
        ] {
            assert_eq!(
                balancer.target(&path, grpc),
                Target::grpc(area),
                "{path} as {grpc}"
            );
        }
        // gRPC-Web is HTTP of any version; a target group for gRPC takes HTTP/2 alone.
        for web in [
            "application/grpc-web",
            "application/grpc-web+proto",
            "application/grpc-web-text",
        ] {
            assert_eq!(balancer.target(&path, web), Target::http(area), "{path} as {web}");
        }
        // A browser asks first whether it may.
        assert_eq!(
            balancer.target(&path, ""),
            Target::http(area),
            "{path} asked by OPTIONS"
        );
        methods += 1;
    }
    assert!(methods >= 100, "{methods} methods");
    Ok(())
}

#[test]
fn what_every_role_serves_has_one_place() {
    let balancer = checked_in();
    let area = balancer.default_area.clone();
    for path in [
        "/",
        "/docs",
        "/openapi.json",
        "/livez",
        "/readyz",
        "/v1/companies/main/nothing",
        "/v1",
    ] {
        assert_eq!(balancer.target(path, ""), Target::http(&area), "{path}");
    }
    for path in [
        "/grpc.health.v1.Health/Check",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    ] {
        assert_eq!(
            balancer.target(path, "application/grpc"),
            Target::grpc(&area),
            "{path}"
        );
    }
}

#[test]
fn a_rule_that_is_wrong_is_found() {
    let text = fs::read_to_string(FILE).unwrap();
    let balancer = Balancer::read(&text).unwrap();
    let path = "/v1/companies/main/products/sales";
    assert_eq!(balancer.target(path, ""), Target::http("inventory"));
    // With `*`, or an expression that crosses slashes as `*` does, a product called `sales` would be a list of sales.
    let wide = text.replacen("[^/]+/(accounts|", ".+/(sales|accounts|", 1);
    assert_ne!(wide, text);
    let crossing = Balancer::read(&wide).unwrap();
    assert_eq!(crossing.target(path, ""), Target::http("finance"));
}
