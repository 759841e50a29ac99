//! Keeps a status small: it travels in headers, and clients of gRPC take 8 KiB of those. What quotes a caller's own words
//! could be as long as a request, and then no client would see the refusal at all.
//!
//! It is also the one way of words into a status, so people's numbers are masked here: who sends a CPF where none belongs
//! must not find it in an error, which programs log.

use posars_domain::mask_cpf;
use tonic_types::FieldViolation;

/// Longest message. It begins with what is wrong and ends with the next step, so the middle is left out.
pub(crate) const MESSAGE_CHARS_MAX: usize = 1_000;
/// Longest value for programs, such as an id, or the list of a caller's companies.
pub(crate) const VALUE_CHARS_MAX: usize = 300;
/// Longest description of one field, and longest path to one.
const FIELD_CHARS_MAX: usize = 200;
/// Most fields that one refusal lists. Whoever sends more wrong ones than this has one mistake many times.
const FIELDS_MAX: usize = 10;
/// Stands for what was left out.
const LEFT_OUT: char = '…';

/// The text with every CPF masked, or its begin and end when it is longer than `chars_max`.
pub(crate) fn shortened(text: String, chars_max: usize) -> String {
    // Masked before it is cut: half a number is a number still.
    let text = mask_cpf(&text);
    // No character is shorter than a byte.
    if text.len() <= chars_max {
        return text;
    }
    let count = text.chars().count();
    if count <= chars_max {
        return text;
    }
    let end = chars_max / 3;
    let begin = chars_max - end - 1;
    let kept = text.chars().take(begin).chain([LEFT_OUT]);
    kept.chain(text.chars().skip(count - end)).collect()
}

/// The first fields, each in few words.
pub(crate) fn few(violations: Vec<FieldViolation>) -> Vec<FieldViolation> {
    let first = violations.into_iter().take(FIELDS_MAX);
    first
        .map(|mut violation| {
            violation.field = shortened(violation.field, FIELD_CHARS_MAX);
            violation.description = shortened(violation.description, FIELD_CHARS_MAX);
            violation
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_keeps_its_begin_and_its_end() {
        assert_eq!(shortened("café".to_owned(), 4), "café");
        assert_eq!(shortened("cafés".to_owned(), 4), "ca…s");
        let long = shortened(format!("wrong: {}; do this", "é".repeat(5_000_000)), 100);
        assert!(
            long.starts_with("wrong: éé") && long.ends_with("éé; do this"),
            "{long}"
        );
        assert_eq!(long.chars().count(), 100);
    }

    #[test]
    fn a_cpf_is_masked_before_the_text_is_cut() {
        assert_eq!(
            shortened("no company \"529.982.247-25\" here".to_owned(), 100),
            "no company \"<CPF>\" here"
        );
        for chars_max in 8..40 {
            let cut = shortened(
                format!("{}52998224725 {}", "a".repeat(8), "b".repeat(16)),
                chars_max,
            );
            assert!(!cut.contains("529") && !cut.contains("725"), "{cut}");
        }
    }

    #[test]
    fn a_refusal_of_many_fields_lists_the_first() {
        let wrong = FieldViolation::new("lines[0].sku", "x".repeat(5_000));
        let listed = few(vec![wrong; 1_000]);
        assert_eq!(listed.len(), FIELDS_MAX);
        assert_eq!(listed[0].field, "lines[0].sku");
        assert!(
            listed
                .iter()
                .all(|field| field.description.chars().count() == FIELD_CHARS_MAX)
        );
    }
}
