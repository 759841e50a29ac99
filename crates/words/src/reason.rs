//! One reason of the catalogue and its words.

use std::collections::HashMap;

use crate::language::Language;

/// One reason why something can be refused: part of the public contract, so a reason is never renamed or reused.
#[derive(Clone, Copy, Debug)]
pub struct Reason {
    /// The stable word in `google.rpc.ErrorInfo.reason`, `UPPER_SNAKE_CASE`.
    pub reason: &'static str,
    meaning: Words,
    next_step: Words,
}

/// A text in English and in Portuguese.
///
/// `{key}` stands for a value of the refusal. A part in square brackets is left out when one of its
/// values is not there: the same reason can come from a rule, which knows the values, and from the reading of a request.
type Words = [&'static str; 2];

/// A reason with its words.
pub(crate) const fn reason(reason: &'static str, meaning: Words, next_step: Words) -> Reason {
    Reason {
        reason,
        meaning,
        next_step,
    }
}

impl Reason {
    /// What happened, as written in the catalogue: with placeholders.
    #[must_use]
    pub fn meaning(&self, language: Language) -> &'static str {
        pick(self.meaning, language)
    }

    /// What to do now, as written in the catalogue: with placeholders.
    #[must_use]
    pub fn next_step(&self, language: Language) -> &'static str {
        pick(self.next_step, language)
    }

    /// What happened, with the values of one refusal filled in.
    #[must_use]
    pub fn what(&self, language: Language, values: &HashMap<String, String>) -> String {
        fill(self.meaning(language), values)
    }

    /// What to do now, with the values of one refusal filled in.
    #[must_use]
    pub fn next(&self, language: Language, values: &HashMap<String, String>) -> String {
        fill(self.next_step(language), values)
    }

    /// What happened and what to do now, with the values of one refusal filled in. `values["field"]` is the path of the
    /// field at fault, if there is one.
    #[must_use]
    pub fn text(&self, language: Language, values: &HashMap<String, String>) -> String {
        let field = values.get("field").filter(|field| !field.is_empty());
        let prefix = field.map_or_else(String::new, |field| format!("{field}: "));
        format!(
            "{prefix}{}. {}.",
            self.what(language, values),
            self.next(language, values)
        )
    }
}

fn pick([english, portuguese]: Words, language: Language) -> &'static str {
    language.pick(portuguese, english)
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
            [
                "Store {store}[ of {company}] is away",
                "A loja {store}[ de {company}] saiu",
            ],
            ["Look[ at {company}]", "Veja[ em {company}]"],
        );
        let both = values(&[("store", "sp01"), ("company", "acme"), ("field", "store_id")]);
        assert_eq!(
            sample.text(Language::En, &both),
            "store_id: Store sp01 of acme is away. Look at acme."
        );
        let one = values(&[("store", "{company}")]);
        assert_eq!(
            sample.text(Language::PtBr, &one),
            "A loja {company} saiu. Veja.",
            "a value is never read as a placeholder"
        );
    }
}
