//! Paths as OpenAPI writes them: one parameter per segment, where a template has variables of several.

use std::collections::{BTreeMap, HashMap};

use http::Method;
use prost_reflect::FieldDescriptor;
use serde_json::{Value, json};

use super::Object;
use crate::{Binding, PathTemplate, Segment, escape};

/// Member of a path that holds what OpenAPI 3.1 has no place for: custom methods, and `**` beside `*`.
const FURTHER_OPERATIONS: &str = "x-further-operations";
/// The methods that a path of OpenAPI 3.1 may have.
const METHODS: [Method; 8] = [
    Method::GET,
    Method::PUT,
    Method::POST,
    Method::DELETE,
    Method::OPTIONS,
    Method::HEAD,
    Method::PATCH,
    Method::TRACE,
];

/// A template with one parameter per variable segment.
pub(super) struct ExpandedPath {
    pub(super) path: String,
    pub(super) parameters: Vec<PathParameter>,
}

/// A segment of a path that a caller fills in.
pub(super) struct PathParameter {
    pub(super) name: String,
    /// The field that the segment goes into, with the fields that lead there. Empty for a `*` outside of variables.
    pub(super) field: Vec<FieldDescriptor>,
    /// What the whole field looks like, such as `shelves/*`, when the segment is only a part of it.
    pub(super) part_of: Option<String>,
    /// `**`: the parameter takes all that is left of the path.
    pub(super) is_rest: bool,
}

/// The path items of the document.
#[derive(Default)]
pub(super) struct Paths {
    items: BTreeMap<String, Object>,
    /// The names in use for each path, whatever its parameters are called: OpenAPI refuses `/a/{b}` beside `/a/{c}`.
    names_by_shape: HashMap<String, Vec<String>>,
}

impl Paths {
    pub(super) fn expand(&mut self, binding: &Binding) -> ExpandedPath {
        let template = &binding.template;
        let mut parameters = Vec::new();
        for (at, segment) in template.segments.iter().enumerate() {
            if !matches!(segment, Segment::Literal(_)) {
                let mut parameter = parameter(binding, at);
                parameter.name = free_name(&parameter.name, &parameters);
                parameters.push(parameter);
            }
        }
        let shape = written(template, &vec![""; parameters.len()]);
        let names = self.names_by_shape.entry(shape).or_insert_with(|| {
            parameters
                .iter()
                .map(|parameter| parameter.name.clone())
                .collect()
        });
        for (parameter, name) in parameters.iter_mut().zip(names.iter()) {
            parameter.name.clone_from(name);
        }
        ExpandedPath {
            path: written(template, names),
            parameters,
        }
    }

    pub(super) fn insert(&mut self, path: &str, binding: &Binding, operation: Value) {
        let item = self.items.entry(path.to_owned()).or_default();
        let method = binding.method.as_str().to_ascii_lowercase();
        if METHODS.contains(&binding.method) && !item.contains_key(&method) {
            item.insert(method, operation);
            return;
        }
        let further = item.entry(FURTHER_OPERATIONS).or_insert_with(|| json!({}));
        if let Some(further) = further.as_object_mut() {
            further.insert(format!("{} {}", binding.method, binding.template), operation);
        }
    }

    pub(super) fn into_value(self) -> Value {
        json!(self.items)
    }
}

fn written<N: AsRef<str>>(template: &PathTemplate, names: &[N]) -> String {
    let mut names = names.iter();
    let mut path = String::new();
    for segment in &template.segments {
        path.push('/');
        match segment {
            Segment::Literal(text) => path.push_str(&escape::encode(text)),
            Segment::Any | Segment::Rest => {
                let name = names.next().map_or("", AsRef::as_ref);
                path.push_str(&format!("{{{name}}}"));
            }
        }
    }
    if let Some(verb) = &template.verb {
        path.push(':');
        path.push_str(&escape::encode(verb));
    }
    path
}

/// The parameter for the segment at this index, which is a wildcard.
fn parameter(binding: &Binding, at: usize) -> PathParameter {
    let template = &binding.template;
    let is_rest = template.segments.get(at) == Some(&Segment::Rest);
    let before = at
        .checked_sub(1)
        .and_then(|before| Some((before, template.segments.get(before)?)));
    let variable = template
        .variables
        .iter()
        .zip(&binding.path_fields)
        .find(|(variable, _field)| variable.segments.contains(&at));
    let Some((variable, field)) = variable else {
        let name = match before {
            Some((_at, Segment::Literal(text))) => singular(text),
            Some((_, Segment::Any | Segment::Rest)) | None => "segment".to_owned(),
        };
        return PathParameter {
            name,
            field: Vec::new(),
            part_of: None,
            is_rest,
        };
    };
    let is_whole = variable.segments.len() == 1;
    let name = match before {
        Some((before, Segment::Literal(text))) if variable.segments.contains(&before) => singular(text),
        Some(_) | None => json_path(field),
    };
    let pattern = template
        .segments
        .get(variable.segments.clone())
        .unwrap_or_default();
    PathParameter {
        name,
        field: field.clone(),
        part_of: (!is_whole).then(|| pattern_text(pattern)),
        is_rest,
    }
}

fn pattern_text(pattern: &[Segment]) -> String {
    let texts: Vec<String> = pattern
        .iter()
        .map(|segment| match segment {
            Segment::Literal(text) => escape::encode(text).to_string(),
            Segment::Any => "*".to_owned(),
            Segment::Rest => "**".to_owned(),
        })
        .collect();
    texts.join("/")
}

/// The names of the fields in JSON, with dots between them.
pub(super) fn json_path(fields: &[FieldDescriptor]) -> String {
    let names: Vec<&str> = fields.iter().map(FieldDescriptor::json_name).collect();
    names.join(".")
}

fn free_name(name: &str, taken: &[PathParameter]) -> String {
    let is_taken = |name: &str| taken.iter().any(|parameter| parameter.name == name);
    let mut free = name.to_owned();
    let mut number = 2;
    while is_taken(&free) {
        free = format!("{name}{number}");
        number += 1;
    }
    free
}

/// What one member of a collection is called: names of collections are English plurals by convention.
fn singular(collection: &str) -> String {
    let word: String = collection
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '_'
            }
        })
        .collect();
    let endings = [
        ("lves", "lf"),
        ("ies", "y"),
        ("sses", "ss"),
        ("xes", "x"),
        ("ches", "ch"),
        ("shes", "sh"),
        ("ss", "ss"),
        ("s", ""),
    ];
    for (plural, one) in endings {
        if let Some(stem) = word.strip_suffix(plural).filter(|stem| !stem.is_empty()) {
            return format!("{stem}{one}");
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_called_as_its_collection_in_the_singular() {
        let table = [
            ("shelves", "shelf"),
            ("companies", "company"),
            ("sales", "sale"),
            ("stockItems", "stockItem"),
            ("addresses", "address"),
            ("boxes", "box"),
            ("branches", "branch"),
            ("archives", "archive"),
            ("stock", "stock"),
            ("access", "access"),
            ("s", "s"),
            ("daily-sales", "daily_sale"),
        ];
        for (collection, expected) in table {
            assert_eq!(singular(collection), expected, "{collection}");
        }
    }
}
