//! What REST clients were promised: the checked-in description of every path is the one that is served.
//!
//! After a change that is meant, write the files again with `POSARS_BLESS=1 cargo test -p posars-gateway --test
//! contract` and review them with the change: a path that is gone or differs breaks clients.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::path::Path;
use std::{env, fs};

use posars_gateway::proto::FILE_DESCRIPTOR_SET;
use posars_gateway::{AccessRules, api_document, binding_table};
use posars_transcoder::{Bindings, Body};
use prost_reflect::{DescriptorPool, DeserializeOptions, DynamicMessage};
use serde_json::Value;

const DOCS: &str = "../../docs";

/// Fails with the first line that differs, unless the file shall be written again.
fn expect_file(name: &str, current: &str) -> anyhow::Result<()> {
    let path = Path::new(DOCS).join(name);
    if env::var_os("POSARS_BLESS").is_some() {
        fs::write(&path, current)?;
        return Ok(());
    }
    let checked_in = fs::read_to_string(&path).unwrap_or_default();
    if checked_in == current {
        return Ok(());
    }
    let lines = checked_in.lines().chain([""]).zip(current.lines().chain([""]));
    let (number, (before, now)) = lines
        .enumerate()
        .find(|(_number, (before, now))| before != now)
        .unwrap_or_default();
    anyhow::bail!(
        "docs/{name} is not what is served, from line {}:\n  checked in: {before}\n  served:     {now}\nNext: if clients can \
         live with the change, run POSARS_BLESS=1 cargo test -p posars-gateway --test contract and commit docs/{name}",
        number + 1
    )
}

#[test]
fn the_document_is_checked_in() -> anyhow::Result<()> {
    let document = serde_json::to_string_pretty(&api_document()?)?;
    expect_file("openapi.json", &(document + "\n"))
}

#[test]
fn the_table_of_bindings_is_checked_in() -> anyhow::Result<()> {
    expect_file("bindings.txt", &binding_table()?)
}

/// The operations of the document, by the path and method of each.
fn operations(document: &Value) -> Vec<&Value> {
    let items = document["paths"].as_object().unwrap().values();
    items
        .flat_map(|item| item.as_object().unwrap().values())
        .collect()
}

#[test]
fn every_rpc_is_in_the_document_with_the_roles_that_may_call_it() -> anyhow::Result<()> {
    let document = api_document()?;
    let operations = operations(&document);
    let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET)?;
    let rules = AccessRules::of(&pool)?;
    assert!(rules.paths().count() >= 17, "{} RPCs", rules.paths().count());
    for path in rules.paths() {
        let rpc = path.trim_start_matches('/');
        let described = operations.iter().find(|operation| {
            let description = operation["description"].as_str().unwrap();
            description.ends_with(&format!("gRPC: `{rpc}`."))
        });
        let operation = described.unwrap_or_else(|| unreachable!("{rpc} is not in the document"));
        let roles = operation["x-posars-roles"].as_array().unwrap();
        assert!(!roles.is_empty(), "{rpc}");
        for role in roles {
            let description = operation["description"].as_str().unwrap();
            assert!(
                description.contains(role.as_str().unwrap()),
                "{rpc}: {description}"
            );
        }
        assert_eq!(operation["security"], serde_json::json!([{"token": []}]), "{rpc}");
    }
    Ok(())
}

#[test]
fn every_field_and_operation_says_what_it_is_for() -> anyhow::Result<()> {
    let document = api_document()?;
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut silent = Vec::new();
    for (name, schema) in schemas
        .iter()
        .filter(|(name, _schema)| name.starts_with("posars."))
    {
        if schema["description"].as_str().is_none() {
            silent.push(name.clone());
        }
        for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
            if schema["description"].as_str().is_none() {
                silent.push(format!("{name}.{field}"));
            }
        }
    }
    assert!(silent.is_empty(), "without a comment in the proto: {silent:?}");
    Ok(())
}

/// The example of the operation for this RPC, and the names that its body must have.
fn example<'d>(document: &'d Value, rpc: &str) -> Option<(&'d Value, Vec<&'d str>)> {
    let by_path = operations(document);
    let operation = by_path.iter().find(|operation| {
        let description = operation["description"].as_str().unwrap();
        description.ends_with(&format!("gRPC: `{rpc}`."))
    });
    let json = operation?.pointer("/requestBody/content/application~1json")?;
    let reference = json["schema"]["$ref"].as_str()?.trim_start_matches('#');
    let required = document.pointer(reference)?["required"].as_array();
    let required = required.into_iter().flatten().map(|name| name.as_str().unwrap());
    Some((json.get("example")?, required.collect()))
}

#[test]
fn every_command_shows_a_body_that_it_takes() -> anyhow::Result<()> {
    let document = api_document()?;
    let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET)?;
    let mut commands = 0;
    for binding in Bindings::of(&pool)?.iter() {
        let message = match &binding.body {
            Body::None => continue,
            Body::All => binding.rpc.input(),
            Body::Field(field) => field.kind().as_message().unwrap().clone(),
        };
        let rpc = format!(
            "{}/{}",
            binding.rpc.parent_service().full_name(),
            binding.rpc.name()
        );
        let (body, required) =
            example(&document, &rpc).unwrap_or_else(|| unreachable!("{rpc} shows no body"));
        for name in required {
            assert!(body.get(name).is_some(), "the example of {rpc} lacks {name}");
        }
        let options = DeserializeOptions::new().deny_unknown_fields(true);
        let read = DynamicMessage::deserialize_with_options(message, body.clone(), &options);
        assert!(read.is_ok(), "the example of {rpc}: {read:?}");
        commands += 1;
    }
    assert!(commands >= 11, "{commands} commands");
    Ok(())
}
