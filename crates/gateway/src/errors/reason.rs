//! One reason of the catalogue and its words.

use std::collections::HashMap;

use tonic::Code;

use super::language::Language;

/// One reason why a call can be refused: part of the public contract, so a reason is never renamed or reused.
#[derive(Clone, Copy, Debug)]
pub struct Reason {
    /// The stable word in `google.rpc.ErrorInfo.reason`, `UPPER_SNAKE_CASE`.
    pub reason: &'static str,
    /// The gRPC code it always comes with.
    pub code: Code,
    /// The HTTP status it comes with in REST, where that is not the usual one of `code`.
    pub(super) http_status: Option<u16>,
    pub(super) meaning: Words,
    pub(super) next_step: Words,
}

/// A text in English and in Portuguese.
///
/// `{key}` stands for a value of `google.rpc.ErrorInfo.metadata`. A part in square brackets is left out when one of its
/// values is not there: the same reason can come from a rule, which knows the values, and from the reading of a request.
pub(super) type Words = [&'static str; 2];

/// A reason with the usual HTTP status of its code. `meaning` and `next_step` are in English and in Portuguese.
pub(super) const fn reason(reason: &'static str, code: Code, meaning: Words, next_step: Words) -> Reason {
    Reason {
        reason,
        code,
        http_status: None,
        meaning,
        next_step,
    }
}

impl Reason {
    /// The same with an HTTP status of its own.
    pub(super) const fn with_http_status(self, http_status: u16) -> Self {
        Self {
            http_status: Some(http_status),
            ..self
        }
    }

    /// The HTTP status of the answer in REST, 400 to 599.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        self.http_status.unwrap_or(usual_http_status(self.code))
    }

    /// What happened, as written in the catalogue: with placeholders.
    #[must_use]
    pub fn meaning(&self, language: Language) -> &'static str {
        language.pick(self.meaning)
    }

    /// What to do now, as written in the catalogue: with placeholders.
    #[must_use]
    pub fn next_step(&self, language: Language) -> &'static str {
        language.pick(self.next_step)
    }

    /// What happened and what to do now, with the values of one refusal filled in. `values["field"]` is the path of the
    /// field at fault, if there is one.
    #[must_use]
    pub fn text(&self, language: Language, values: &HashMap<String, String>) -> String {
        let field = values.get("field").filter(|field| !field.is_empty());
        let prefix = field.map_or_else(String::new, |field| format!("{field}: "));
        let (meaning, next_step) = (self.meaning(language), self.next_step(language));
        format!("{prefix}{}. {}.", fill(meaning, values), fill(next_step, values))
    }
}

/// The usual HTTP status of a gRPC code, as `google/rpc/code.proto` gives it.
fn usual_http_status(code: Code) -> u16 {
    match code {
        Code::Ok => 200,
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => 400,
        Code::Unauthenticated => 401,
        Code::PermissionDenied => 403,
        Code::NotFound => 404,
        Code::AlreadyExists | Code::Aborted => 409,
        Code::ResourceExhausted => 429,
        Code::Cancelled => 499,
        Code::Unknown | Code::Internal | Code::DataLoss => 500,
        Code::Unimplemented => 501,
        Code::Unavailable => 503,
        Code::DeadlineExceeded => 504,
    }
}

/// The code's name on the wire, such as `INVALID_ARGUMENT`.
#[must_use]
pub fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

/// Fills the placeholders of a text. A part with one that has no value stays as it is written outside brackets, and is
/// left out inside them.
fn fill(text: &str, values: &HashMap<String, String>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, optional, after)) = cut(rest, '[', ']') {
        filled.push_str(&fill_all(before, values));
        filled.push_str(&fill_each(optional, values).unwrap_or_default());
        rest = after;
    }
    filled.push_str(&fill_all(rest, values));
    filled
}

/// Fills a part outside brackets. Tests and developers notice one that is refused without its values.
fn fill_all(text: &str, values: &HashMap<String, String>) -> String {
    let filled = fill_each(text, values);
    debug_assert!(
        filled.is_some(),
        "{text:?} is told without all of its values: {values:?}"
    );
    filled.unwrap_or_else(|| text.to_owned())
}

/// Fills every placeholder, or none when a value is missing.
fn fill_each(text: &str, values: &HashMap<String, String>) -> Option<String> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, key, after)) = cut(rest, '{', '}') {
        filled.push_str(before);
        filled.push_str(values.get(key)?);
        rest = after;
    }
    filled.push_str(rest);
    Some(filled)
}

/// What stands before, between and behind the first pair of marks.
fn cut(text: &str, open: char, close: char) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once(open)?;
    let (between, after) = rest.split_once(close)?;
    Some((before, between, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> HashMap<String, String> {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn values_are_filled_in_and_optional_parts_dropped_without_them() {
        let sample = reason(
            "SAMPLE",
            Code::NotFound,
            [
                "Store {store}[ of {company}] is away",
                "A loja {store}[ de {company}] saiu",
            ],
            ["Look[ at {company}]", "Veja[ em {company}]"],
        );
        let both = values(&[("store", "sp01"), ("company", "acme"), ("field", "store_id")]);
        assert_eq!(
            sample.text(Language::English, &both),
            "store_id: Store sp01 of acme is away. Look at acme."
        );
        let one = values(&[("store", "{company}")]);
        assert_eq!(
            sample.text(Language::Portuguese, &one),
            "A loja {company} saiu. Veja.",
            "a value is never read as a placeholder"
        );
    }

    #[test]
    fn a_reason_may_have_an_http_status_of_its_own() {
        let plain = reason("SAMPLE", Code::ResourceExhausted, ["", ""], ["", ""]);
        assert_eq!(plain.http_status(), 429);
        assert_eq!(plain.with_http_status(413).http_status(), 413);
    }
}
