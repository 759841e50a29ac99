//! Every HTTP binding of a descriptor pool, checked when the program starts.
//!
//! A mistake in a proto must not wait for the first request that meets it, so everything that can be wrong about a
//! binding is refused here: the router and the transcoder trust what they are given.

use std::collections::HashMap;
use std::fmt::Write as _;

use http::Method;
use prost_reflect::{DescriptorPool, FieldDescriptor, Kind, MessageDescriptor, MethodDescriptor};

use crate::binding_error::{BindingError, BindingProblem};
use crate::http_rule::{HttpRule, rules_of};
use crate::template::{PathTemplate, Segment};

/// How an HTTP request becomes a request of one RPC.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The HTTP method; that of the custom kind, `*`, takes every method that no other binding of the path has.
    pub method: Method,
    /// The path.
    pub template: PathTemplate,
    /// For each variable of the template, the chain of fields from the request message down.
    pub path_fields: Vec<Vec<FieldDescriptor>>,
    /// What the body of the request holds.
    pub body: Body,
    /// The field of the answer that is sent instead of the whole.
    pub response_body: Option<FieldDescriptor>,
    /// The RPC that is called.
    pub rpc: MethodDescriptor,
    /// 0 for the main binding of the RPC, then its additional ones from 1.
    pub ordinal: usize,
}

/// What the body of an HTTP request holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Nothing: every field comes from the path or the query.
    None,
    /// The request message, but for what the path says.
    All,
    /// One field of the request message.
    Field(FieldDescriptor),
}

/// All HTTP bindings of a descriptor pool.
#[derive(Clone, Debug)]
pub struct Bindings {
    bindings: Vec<Binding>,
}

impl Bindings {
    /// Reads and checks every binding of the pool.
    ///
    /// # Errors
    /// The first binding, in the order of the protos, that is not valid or takes the same requests as an earlier one.
    pub fn of(pool: &DescriptorPool) -> Result<Self, BindingError> {
        let mut bindings: Vec<Binding> = Vec::new();
        let mut places: HashMap<(Method, String), usize> = HashMap::new();
        for rpc in pool
            .services()
            .flat_map(|service| service.methods().collect::<Vec<_>>())
        {
            let refuse = |ordinal, problem| BindingError {
                rpc: rpc.full_name().to_owned(),
                ordinal,
                problem,
            };
            let rules = rules_of(pool, &rpc).map_err(|problem| refuse(0, problem))?;
            for (ordinal, rule) in rules.into_iter().enumerate() {
                let binding = checked(rule, &rpc, ordinal).map_err(|problem| refuse(ordinal, problem))?;
                let place = (binding.method.clone(), shape(&binding.template));
                if let Some(other) = places.get(&place).and_then(|&at| bindings.get(at)) {
                    let problem = BindingProblem::Clash {
                        method: binding.method,
                        template: binding.template.to_string(),
                        other: other.rpc.full_name().to_owned(),
                    };
                    return Err(refuse(ordinal, problem));
                }
                places.insert(place, bindings.len());
                bindings.push(binding);
            }
        }
        Ok(Self { bindings })
    }

    /// Every binding, in the order of the protos.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Binding> {
        self.bindings.iter()
    }

    /// One line per binding, `METHOD path body RPC`, sorted by path: the promise to REST clients, fit to be checked in.
    ///
    /// The body is `-`, `*` or a field; a `response_body` stands behind it as `>field`.
    pub fn table(&self) -> String {
        let mut lines: Vec<(String, String)> = self.bindings.iter().map(line).collect();
        lines.sort();
        let mut table = String::new();
        for (_path, line) in lines {
            // Writing into a string cannot fail.
            let _written = writeln!(table, "{line}");
        }
        table
    }
}

fn line(binding: &Binding) -> (String, String) {
    let path = binding.template.to_string();
    let body = match &binding.body {
        Body::None => "-".to_owned(),
        Body::All => "*".to_owned(),
        Body::Field(field) => field.name().to_owned(),
    };
    let response_body = binding
        .response_body
        .as_ref()
        .map(|field| format!(">{}", field.name()))
        .unwrap_or_default();
    let line = format!(
        "{} {path} {body}{response_body} {}",
        binding.method,
        binding.rpc.full_name()
    );
    (path, line)
}

fn checked(rule: HttpRule, rpc: &MethodDescriptor, ordinal: usize) -> Result<Binding, BindingProblem> {
    let template: PathTemplate = rule.path.parse().map_err(|source| BindingProblem::Template {
        path: rule.path,
        source,
    })?;
    let request = rpc.input();
    let mut path_fields = Vec::with_capacity(template.variables.len());
    for variable in &template.variables {
        path_fields.push(path_field(&request, &variable.field_path)?);
    }
    let body = body(&rule.body, &request)?;
    if body != Body::None && [Method::GET, Method::HEAD].contains(&rule.method) {
        return Err(BindingProblem::BodyNotAllowed { method: rule.method });
    }
    if body == Body::None && rpc.is_client_streaming() {
        return Err(BindingProblem::StreamWithoutBody);
    }
    if let Body::Field(field) = &body
        && path_fields
            .iter()
            .any(|chain| chain.len() == 1 && chain.first() == Some(field))
    {
        return Err(BindingProblem::InPathAndBody {
            field: field.name().to_owned(),
        });
    }
    let response_body = match rule.response_body.as_str() {
        "" => None,
        name => Some(top_field(&rpc.output(), name)?),
    };
    Ok(Binding {
        method: rule.method,
        template,
        path_fields,
        body,
        response_body,
        rpc: rpc.clone(),
        ordinal,
    })
}

fn path_field(request: &MessageDescriptor, path: &[String]) -> Result<Vec<FieldDescriptor>, BindingProblem> {
    let mut chain: Vec<FieldDescriptor> = Vec::with_capacity(path.len());
    let mut message = Some(request.clone());
    for name in path {
        let Some(parent) = message else {
            return Err(BindingProblem::NotInPath {
                field: path.join("."),
            });
        };
        let field = top_field(&parent, name)?;
        if field.is_list() || field.is_map() {
            return Err(BindingProblem::NotInPath {
                field: path.join("."),
            });
        }
        message = field.kind().as_message().cloned();
        chain.push(field);
    }
    match message {
        Some(leaf) if !has_text_form(&leaf) => Err(BindingProblem::NotInPath {
            field: path.join("."),
        }),
        Some(_) | None => Ok(chain),
    }
}

/// Messages that ProtoJSON writes as one string, number or bool, so that a path or query can hold them.
pub(crate) fn has_text_form(message: &MessageDescriptor) -> bool {
    const NAMES: [&str; 12] = [
        "Timestamp",
        "Duration",
        "FieldMask",
        "DoubleValue",
        "FloatValue",
        "Int64Value",
        "UInt64Value",
        "Int32Value",
        "UInt32Value",
        "BoolValue",
        "StringValue",
        "BytesValue",
    ];
    message
        .full_name()
        .strip_prefix("google.protobuf.")
        .is_some_and(|name| NAMES.contains(&name))
}

fn body(text: &str, request: &MessageDescriptor) -> Result<Body, BindingProblem> {
    match text {
        "" => Ok(Body::None),
        "*" => Ok(Body::All),
        name => Ok(Body::Field(top_field(request, name)?)),
    }
}

fn top_field(message: &MessageDescriptor, name: &str) -> Result<FieldDescriptor, BindingProblem> {
    let field = message.get_field_by_name(name);
    // A group has no JSON name that anyone would write; prost-reflect knows it by the name of its type.
    let field = field.filter(|field| !matches!(field.kind(), Kind::Message(_)) || !field.is_group());
    field.ok_or_else(|| BindingProblem::UnknownField {
        message: message.full_name().to_owned(),
        field: name.to_owned(),
    })
}

/// What two templates share exactly when they take the same paths. Wildcards have shapes that no literal can have.
fn shape(template: &PathTemplate) -> String {
    let mut shape = String::new();
    for segment in &template.segments {
        shape.push('/');
        match segment {
            Segment::Literal(text) => shape.push_str(&crate::escape::encode(text)),
            Segment::Any => shape.push('*'),
            Segment::Rest => shape.push_str("**"),
        }
    }
    if let Some(verb) = &template.verb {
        shape.push(':');
        shape.push_str(&crate::escape::encode(verb));
    }
    shape
}
