//! The description of the REST paths: an OpenAPI document and a table, both from the descriptors that are served.
//!
//! Both are checked in (`docs/openapi.json`, `docs/bindings.txt`) and compared by `tests/contract.rs`: a path that
//! changes without its file is a promise broken by accident.

use std::collections::BTreeMap;

use posars_transcoder::openapi::{self, About, Header, Security};
use posars_transcoder::{BindingError, Bindings};
use prost_reflect::{DescriptorError, DescriptorPool, MethodDescriptor};
use serde_json::{Value, json};

use crate::access::{Access, AccessRules, AccessRulesError};
use crate::authorize::COMPANY_HEADER;
use crate::proto::FILE_DESCRIPTOR_SET;

/// Name of the security scheme in the document.
const TOKEN: &str = "token";

const DESCRIPTION: &str = "\
The back office of a retailer: sales, stock, companies and figures. Every operation here is also a gRPC method of the \
same server and port, with the same rules, limits and errors.

**Tokens.** A call carries `Authorization: Bearer <token>`. On a server of your own, `posars token --role owner` \
prints one. A token is good for the companies and stores that it names; where it names several companies, the header \
`posars-company` chooses.

**JSON.** Names of fields are lowerCamelCase. 64-bit integers are strings, because a JSON number would lose digits. \
Money is `{\"currencyCode\": \"BRL\", \"amountMinor\": \"1990\"}`: R$ 19.90 in the smallest unit. Enums are names; numbers \
are taken too. Answers hold every field but those that are absent.

**Retries.** Every command takes an id that the client makes, and may be sent again: the answer is the first one.

**Reading what was written.** The answer to a command holds a `position`. Give it as `minPosition` to a query that must \
see the command's effect.

**Errors.** Every failure is a `google.rpc.Status`. Its `details` hold a `google.rpc.ErrorInfo` whose `reason` is stable: \
decide by it, never by the text. `Accept-Language: pt` asks for the text in Portuguese.";

/// What stands in the details of our errors.
const ERROR_DETAILS: [&str; 4] = [
    "google.rpc.ErrorInfo",
    "google.rpc.BadRequest",
    "google.rpc.RetryInfo",
    "google.rpc.LocalizedMessage",
];

/// A body that each command takes, by full name of the RPC; together they are one story.
const EXAMPLES: &str = include_str!("api_document/examples.json");

/// Why the REST paths could not be described: the descriptors built into the program cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ApiDocumentError {
    /// The descriptors do not decode.
    #[error("the protos built into this program cannot be read ({0}); build it again from clean sources")]
    Descriptors(#[from] DescriptorError),
    /// A binding cannot be served.
    #[error(transparent)]
    Binding(#[from] BindingError),
    /// An RPC does not say who may call it.
    #[error(transparent)]
    Access(#[from] AccessRulesError),
    /// The examples of request bodies are not JSON.
    #[error("the examples built into this program cannot be read ({0}); build it again from clean sources")]
    Examples(#[from] serde_json::Error),
}

/// The OpenAPI 3.1 document of every REST path. The same for every server of one version.
///
/// # Errors
/// When the descriptors built into the program cannot be used; a mistake of the build.
pub fn api_document() -> Result<Value, ApiDocumentError> {
    let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET)?;
    let bindings = Bindings::of(&pool)?;
    let rules = AccessRules::of(&pool)?;
    Ok(openapi::document(&pool, &bindings, &about()?, &|rpc| {
        security(&rules, rpc)
    }))
}

/// One line per REST path, `METHOD path body RPC`, sorted by path.
///
/// # Errors
/// As [`api_document`].
pub fn binding_table() -> Result<String, ApiDocumentError> {
    let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET)?;
    Ok(Bindings::of(&pool)?.table())
}

fn about() -> Result<About, serde_json::Error> {
    let scheme = json!({
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token, signed with RS256.",
    });
    Ok(About {
        title: "posars".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        description: DESCRIPTION.to_owned(),
        license: Some(env!("CARGO_PKG_LICENSE").to_owned()),
        servers: vec!["/".to_owned()],
        security_schemes: BTreeMap::from([(TOKEN.to_owned(), scheme)]),
        headers: vec![Header {
            name: COMPANY_HEADER.to_owned(),
            description:
                "Id of the company that the call is about. Needed only where the token names several."
                    .to_owned(),
        }],
        error_details: ERROR_DETAILS.map(str::to_owned).to_vec(),
        examples: serde_json::from_str(EXAMPLES)?,
    })
}

fn security(rules: &AccessRules, rpc: &MethodDescriptor) -> Security {
    let path = format!("/{}/{}", rpc.parent_service().full_name(), rpc.name());
    let Some(rule) = rules.rule(&path) else {
        return Security::default();
    };
    let mut notes = Vec::new();
    let mut extensions = BTreeMap::new();
    let scheme = match &rule.access {
        Access::Public => {
            notes.push("Anybody may call this, also without a token.".to_owned());
            None
        }
        Access::AnyOf(roles) => {
            let names: Vec<String> = roles.iter().map(ToString::to_string).collect();
            notes.push(format!("Roles that may call this: {}.", names.join(", ")));
            extensions.insert("x-posars-roles".to_owned(), json!(names));
            Some(TOKEN.to_owned())
        }
    };
    if rule.is_across_companies {
        notes.push(format!(
            "The call is about every company in which the caller has such a role, or about the one that {COMPANY_HEADER} \
             names."
        ));
    }
    if let Some(longest) = rule.deadline_max {
        notes.push(format!("A call takes at most {} s.", longest.as_secs()));
    }
    Security {
        scheme,
        note: notes.join(" "),
        extensions,
    }
}
