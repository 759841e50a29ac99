//! Operations: one per binding.

use prost_reflect::{FieldDescriptor, MethodDescriptor};
use serde_json::{Value, json};

use super::behavior::is_deprecated;
use super::comments::{self, Comments};
use super::names::Names;
use super::paths::{ExpandedPath, PathParameter, json_path};
use super::schemas::{Schemas, Variant};
use super::{About, Object, Security, content, query};
use crate::Binding;

/// Writes operations, and collects the schemas that they refer to.
pub(super) struct Operations<'a> {
    pub(super) about: &'a About,
    pub(super) security: &'a dyn Fn(&MethodDescriptor) -> Security,
    pub(super) comments: &'a Comments,
    pub(super) names: &'a Names,
    pub(super) schemas: Schemas<'a>,
}

impl Operations<'_> {
    pub(super) fn describe(&mut self, binding: &Binding, path: &ExpandedPath) -> Value {
        let rpc = &binding.rpc;
        let security = (self.security)(rpc);
        let mut operation = Object::new();
        operation.insert("operationId".to_owned(), json!(self.names.operation_id(binding)));
        operation.insert("tags".to_owned(), json!([self.names.tag(rpc)]));
        operation.insert("summary".to_owned(), json!(self.summary(rpc)));
        operation.insert("description".to_owned(), json!(self.description(rpc, &security)));
        let mut parameters = self.path_parameters(path);
        parameters.extend(query::parameters(&mut self.schemas, binding));
        if security.scheme.is_some() {
            parameters.extend(
                self.about
                    .headers
                    .iter()
                    .map(|header| json!({"$ref": format!("#/components/parameters/{}", header.name)})),
            );
        }
        if !parameters.is_empty() {
            operation.insert("parameters".to_owned(), Value::Array(parameters));
        }
        if let Some(mut body) = content::request(&mut self.schemas, binding) {
            let example = self.about.examples.get(rpc.full_name());
            if let Some(example) = example.filter(|_example| binding.ordinal == 0) {
                content::add_example(&mut body, example);
            }
            operation.insert("requestBody".to_owned(), body);
        }
        let output = rpc.output();
        let text = self.comments.message(&output).unwrap_or("The answer.");
        let answer = content::response(&mut self.schemas, binding, text);
        let error = json!({"$ref": format!("#/components/responses/{}", content::ERROR_RESPONSE)});
        operation.insert("responses".to_owned(), json!({"200": answer, "default": error}));
        let schemes = security.scheme.iter().map(|scheme| json!({scheme: []}));
        operation.insert("security".to_owned(), schemes.collect());
        if is_deprecated(&rpc.options()) {
            operation.insert("deprecated".to_owned(), json!(true));
        }
        operation.extend(security.extensions);
        Value::Object(operation)
    }

    fn summary(&self, rpc: &MethodDescriptor) -> String {
        match self.comments.method(rpc) {
            Some(text) => comments::summary(text),
            None => rpc.name().to_owned(),
        }
    }

    fn description(&self, rpc: &MethodDescriptor, security: &Security) -> String {
        let mut parts: Vec<String> = Vec::new();
        parts.extend(self.comments.method(rpc).map(str::to_owned));
        if !security.note.is_empty() {
            parts.push(security.note.clone());
        }
        parts.push(format!(
            "gRPC: `{}/{}`.",
            rpc.parent_service().full_name(),
            rpc.name()
        ));
        parts.join("\n\n")
    }

    fn path_parameters(&mut self, path: &ExpandedPath) -> Vec<Value> {
        path.parameters
            .iter()
            .map(|parameter| self.path_parameter(parameter))
            .collect()
    }

    fn path_parameter(&mut self, parameter: &PathParameter) -> Value {
        let field: Option<&FieldDescriptor> = parameter.field.last();
        let schema = match (field, &parameter.part_of) {
            (Some(field), None) if !parameter.is_rest => {
                self.schemas.value(&field.kind(), &Variant::default())
            }
            (Some(_) | None, _) => json!({"type": "string"}),
        };
        let mut parts: Vec<String> = Vec::new();
        parts.extend(field.and_then(|field| self.schemas.field_text(field)));
        if let Some(pattern) = &parameter.part_of {
            parts.push(format!(
                "A part of `{}`, which is `{pattern}`.",
                json_path(&parameter.field)
            ));
        }
        if parameter.is_rest {
            parts.push(
                "All that is left of the path: slashes in it stay slashes, and it may be empty.".to_owned(),
            );
        }
        let mut described = Object::new();
        described.insert("name".to_owned(), json!(parameter.name));
        described.insert("in".to_owned(), json!("path"));
        described.insert("required".to_owned(), json!(true));
        described.insert("schema".to_owned(), schema);
        if !parts.is_empty() {
            described.insert("description".to_owned(), json!(parts.join("\n\n")));
        }
        Value::Object(described)
    }
}
