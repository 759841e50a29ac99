//! A binding with everything that can be known before its first request.

use std::time::Duration;

use http::Uri;
use http::uri::PathAndQuery;
use prost_reflect::{FieldDescriptor, MessageDescriptor};

use crate::binding::{Binding, Body};
use crate::body::is_http_body;
use crate::field_mask::mask_field;
use crate::options::TranscoderOptions;
use crate::printer::Printer;
use crate::template::Segment;

pub(crate) struct Route {
    pub(crate) binding: Binding,
    /// `/package.Service/Method`.
    pub(crate) uri: Uri,
    pub(crate) input: MessageDescriptor,
    pub(crate) output: MessageDescriptor,
    /// How the printer prints it.
    pub(crate) output_plan: usize,
    pub(crate) deadline_max: Duration,
    pub(crate) body_form: BodyForm,
    pub(crate) mask_field: Option<FieldDescriptor>,
    pub(crate) answer_form: AnswerForm,
    /// For each variable, whether `**` ends it.
    pub(crate) takes_rest: Vec<bool>,
}

/// How the body of a request is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyForm {
    None,
    Json,
    /// `google.api.HttpBody`: any bytes.
    Raw,
    /// Many JSON values, one message each.
    JsonStream,
    /// Any bytes, passed on piece by piece.
    RawStream,
}

/// How the messages of an answer are written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum AnswerForm {
    /// The whole message, as JSON.
    Whole,
    /// One field that holds a message, as JSON.
    Message(FieldDescriptor),
    /// One field of another kind, as JSON.
    Field(FieldDescriptor),
    /// `google.api.HttpBody`: its bytes under its own content type.
    Raw(Option<FieldDescriptor>),
}

impl Route {
    pub(crate) fn of(binding: Binding, options: &TranscoderOptions, printer: &mut Printer) -> Self {
        let rpc = &binding.rpc;
        let path = format!("/{}/{}", rpc.parent_service().full_name(), rpc.name());
        // Every full name is a path. One that were none must not shift the routes behind it, so it leads nowhere.
        let uri = PathAndQuery::try_from(path).map(Uri::from).unwrap_or_default();
        let deadline_of = options.deadline_of.as_ref();
        let deadline_max = deadline_of.and_then(|of| of(rpc)).unwrap_or(options.deadline_max);
        let takes_rest = binding
            .template
            .variables
            .iter()
            .map(|variable| {
                let last = variable.segments.end.saturating_sub(1);
                binding.template.segments.get(last) == Some(&Segment::Rest)
            })
            .collect();
        Self {
            uri,
            input: rpc.input(),
            output: rpc.output(),
            output_plan: printer.plan(&rpc.output()),
            deadline_max,
            body_form: body_form(&binding),
            mask_field: mask_field(&binding),
            answer_form: answer_form(&binding),
            takes_rest,
            binding,
        }
    }

    /// Whether the field at the end of the chain comes from the path or the body. The path goes before the query, and
    /// what the body holds is the body's alone.
    pub(crate) fn is_elsewhere(&self, chain: &[FieldDescriptor]) -> bool {
        let in_body = matches!(&self.binding.body, Body::Field(field) if chain.first() == Some(field));
        in_body || self.binding.path_fields.iter().any(|bound| bound == chain)
    }
}

fn body_form(binding: &Binding) -> BodyForm {
    let is_raw = match &binding.body {
        Body::None => return BodyForm::None,
        Body::All => is_http_body(&binding.rpc.input()),
        Body::Field(field) => !field.is_list() && field.kind().as_message().is_some_and(is_http_body),
    };
    match (is_raw, binding.rpc.is_client_streaming()) {
        (false, false) => BodyForm::Json,
        (true, false) => BodyForm::Raw,
        (false, true) => BodyForm::JsonStream,
        (true, true) => BodyForm::RawStream,
    }
}

fn answer_form(binding: &Binding) -> AnswerForm {
    let Some(field) = binding.response_body.clone() else {
        return if is_http_body(&binding.rpc.output()) {
            AnswerForm::Raw(None)
        } else {
            AnswerForm::Whole
        };
    };
    let kind = field.kind();
    match kind.as_message().filter(|_| !field.is_list() && !field.is_map()) {
        Some(message) if is_http_body(message) => AnswerForm::Raw(Some(field)),
        Some(_) => AnswerForm::Message(field),
        None => AnswerForm::Field(field),
    }
}
