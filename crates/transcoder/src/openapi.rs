//! An OpenAPI 3.1 document of every HTTP binding, from the same descriptors that the transcoder serves.
//!
//! What the document says is what the transcoder does: paths, bodies and queries come from [`Bindings`], schemas follow
//! the JSON form of protobuf, texts are the comments of the protos. The same descriptors always give the same document,
//! so it can be checked in and compared.

mod behavior;
mod comments;
mod content;
mod names;
mod operation;
mod paths;
mod query;
mod schemas;
mod shapes;

use std::collections::BTreeMap;

use prost_reflect::{DescriptorPool, MethodDescriptor};
use serde_json::{Map, Value, json};

use crate::Bindings;
use comments::Comments;
use names::Names;
use operation::Operations;
use paths::Paths;
use schemas::Schemas;

/// A JSON object in the making.
type Object = Map<String, Value>;

/// The version of OpenAPI that the document is written in.
const OPENAPI_VERSION: &str = "3.1.1";

/// What the document says of the API as a whole.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// Name of the API.
    pub title: String,
    /// Version of the API.
    pub version: String,
    /// What the API is for, in CommonMark.
    pub description: String,
    /// Licence of the API as an SPDX expression; none leaves it out.
    pub license: Option<String>,
    /// Addresses that the paths begin from, such as `/`. None means where the document was found.
    pub servers: Vec<String>,
    /// Security Scheme Objects of OpenAPI by name; those that [`Security::scheme`] names.
    pub security_schemes: BTreeMap<String, Value>,
    /// Request headers that every operation takes which asks for a security scheme.
    pub headers: Vec<Header>,
    /// Full names of the messages that stand in the details of an error, such as `google.rpc.ErrorInfo`. Those that the
    /// pool does not know are left out.
    pub error_details: Vec<String>,
    /// Bodies to show as examples, by full name of the RPC: each as its main binding takes it.
    pub examples: BTreeMap<String, Value>,
}

/// A request header.
#[derive(Clone, Debug)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// What it is for, in CommonMark.
    pub description: String,
}

/// Who may call an RPC, as the document tells it.
#[derive(Clone, Debug, Default)]
pub struct Security {
    /// Name of the scheme of [`About::security_schemes`] that a caller must meet. None: anybody may call.
    pub scheme: Option<String>,
    /// A sentence for the description of the operation. Empty for none.
    pub note: String,
    /// Further members of the operation. Their names begin with `x-`.
    pub extensions: BTreeMap<String, Value>,
}

/// Writes the document.
///
/// `security` is asked once per binding. A binding of a custom HTTP method has no place in OpenAPI 3.1, nor has one whose
/// path differs from another's only by `**` for `*`: these stand in the member `x-further-operations` of their path.
pub fn document(
    pool: &DescriptorPool,
    bindings: &Bindings,
    about: &About,
    security: &dyn Fn(&MethodDescriptor) -> Security,
) -> Value {
    let comments = Comments::of(pool);
    let names = Names::of(bindings);
    let mut operations = Operations {
        about,
        security,
        comments: &comments,
        names: &names,
        schemas: Schemas::new(&comments),
    };
    let mut paths = Paths::default();
    for binding in bindings.iter() {
        let expanded = paths.expand(binding);
        let operation = operations.describe(binding, &expanded);
        paths.insert(&expanded.path, binding, operation);
    }
    operations.schemas.add_status(pool, &about.error_details);
    let tags = tags(&names, &comments);
    json!({
        "openapi": OPENAPI_VERSION,
        "info": info(about),
        "servers": about.servers.iter().map(|url| json!({"url": url})).collect::<Vec<_>>(),
        "tags": tags,
        "paths": paths.into_value(),
        "components": {
            "schemas": operations.schemas.into_value(),
            "responses": { content::ERROR_RESPONSE: content::error_response() },
            "parameters": about.headers.iter().map(header).collect::<Object>(),
            "securitySchemes": about.security_schemes,
        },
    })
}

fn info(about: &About) -> Value {
    let mut info = Object::new();
    info.insert("title".to_owned(), json!(about.title));
    info.insert("version".to_owned(), json!(about.version));
    info.insert("description".to_owned(), json!(about.description));
    if let Some(license) = &about.license {
        info.insert(
            "license".to_owned(),
            json!({"name": license, "identifier": license}),
        );
    }
    Value::Object(info)
}

fn header(header: &Header) -> (String, Value) {
    let parameter = json!({
        "name": header.name,
        "in": "header",
        "description": header.description,
        "schema": {"type": "string"},
    });
    (header.name.clone(), parameter)
}

fn tags(names: &Names, comments: &Comments) -> Vec<Value> {
    let tag = |(tag, service): (&str, &prost_reflect::ServiceDescriptor)| {
        let mut described = Object::new();
        described.insert("name".to_owned(), json!(tag));
        if let Some(text) = comments.interface(service) {
            described.insert("description".to_owned(), json!(text));
        }
        Value::Object(described)
    };
    names.tags().map(tag).collect()
}
