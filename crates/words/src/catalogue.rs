//! Every reason that a person can be told, by where it comes from.

mod access;
mod book_codes;
mod chart;
mod codes;
mod employees;
mod items;
mod journal;
mod operations;
mod payroll;
mod people;
mod posting;
mod rest;
mod sale;
mod server;
mod shop;
mod values;

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::reason::Reason;

/// Where reasons come from, in the order of `docs/errors.md`: the title and the reasons of each, in alphabetical order.
pub const PARTS: [(&str, &[Reason]); 16] = [
    ("Who may call, and how often", access::REASONS),
    ("The server, the log and the read models", server::REASONS),
    (
        "Those who look after the server and its users",
        operations::REASONS,
    ),
    ("REST", rest::REASONS),
    ("Sales", sale::REASONS),
    ("Companies, stores, products and stock", shop::REASONS),
    ("People and what is known of them", people::REASONS),
    ("The chart, posting rules and terms", chart::REASONS),
    ("The journal and its months", journal::REASONS),
    ("Events that are not posted", posting::REASONS),
    ("What is owed, and statements", items::REASONS),
    ("Employees, their pay and leave", employees::REASONS),
    ("Payrolls", payroll::REASONS),
    ("Ids and codes", codes::REASONS),
    ("Ids and words of the books", book_codes::REASONS),
    ("Amounts, quantities, texts and lists", values::REASONS),
];

/// Every reason, part by part, each part in alphabetical order.
pub fn catalogue() -> impl Iterator<Item = &'static Reason> {
    PARTS.iter().flat_map(|(_, reasons)| reasons.iter())
}

/// The entry of a reason; none when it is not ours.
#[must_use]
pub fn entry(reason: &str) -> Option<&'static Reason> {
    static BY_NAME: LazyLock<HashMap<&'static str, &'static Reason>> =
        LazyLock::new(|| catalogue().map(|entry| (entry.reason, entry)).collect());
    BY_NAME.get(reason).copied()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::Language;

    /// The longest reason that `google.rpc.ErrorInfo` takes.
    const REASON_BYTES_MAX: usize = 63;

    #[test]
    fn entries_are_whole_and_in_order() {
        let mut seen = HashSet::new();
        for (title, reasons) in PARTS {
            assert!(
                reasons.is_sorted_by_key(|reason| reason.reason),
                "{title} is not in alphabetical order"
            );
            for reason in reasons {
                let name = reason.reason;
                assert!(seen.insert(name), "{name} is explained twice");
                assert!(is_well_written(name), "{name} is not written as a reason is");
                let texts = [Language::En, Language::PtBr]
                    .map(|language| [reason.meaning(language), reason.next_step(language)]);
                for text in texts.as_flattened() {
                    assert!(
                        text.len() > 5 && !text.ends_with(['.', ';', ' ']),
                        "{name}: {text:?}"
                    );
                    assert!(
                        text.starts_with(|first: char| !first.is_lowercase() || text.starts_with("min_"))
                    );
                    let [opened, closed] = ['[', ']'].map(|mark| text.matches(mark).count());
                    assert_eq!(opened, closed, "{name}: {text}");
                }
                let [english, portuguese] = texts.map(|texts| placeholders(&texts.join(" ")));
                assert_eq!(
                    english, portuguese,
                    "{name} tells other values in the two languages"
                );
                let [english, portuguese] = texts;
                assert!(
                    english[0] != portuguese[0] && english[1] != portuguese[1],
                    "{name}"
                );
            }
        }
    }

    fn is_well_written(reason: &str) -> bool {
        let letters = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        (3..=REASON_BYTES_MAX).contains(&reason.len())
            && reason.bytes().all(letters)
            && reason.starts_with(|first: char| first.is_ascii_uppercase())
            && !reason.ends_with('_')
    }

    /// The placeholders of a text, sorted.
    fn placeholders(text: &str) -> Vec<String> {
        let mut found: Vec<String> = text
            .split('{')
            .skip(1)
            .filter_map(|rest| rest.split_once('}'))
            .map(|(key, _)| key.to_owned())
            .collect();
        found.sort_unstable();
        found
    }
}
