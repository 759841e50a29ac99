//! Lists of the kinds of events: one that is long is written by category, or derived.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, Ident, Spacing, TokenStream, TokenTree};

use crate::sources;
use crate::verdict;

/// The kinds of all categories together, in the crate that reads them all.
const EVERY_KIND: &str = "EventKind";
/// A read model names the events of its own category and the other categories: those that it passes over need a word per
/// category, not one per event.
const LIST_LINES_MAX: usize = 12;

#[test]
fn kinds_of_events_are_listed_by_category() -> anyhow::Result<()> {
    let mut kinds = BTreeSet::from([EVERY_KIND.to_owned()]);
    for file in sources::files("/event.rs")? {
        if file.crate_name() == Some("domain") {
            declared(file.tokens()?, &mut kinds);
        }
    }
    anyhow::ensure!(
        kinds.len() > 5,
        "the kinds of events are not found: this check checks nothing"
    );
    let mut findings = Vec::new();
    for file in sources::files(".rs")? {
        if file.path.starts_with("crates/") && !file.is_test() {
            for (line, length) in long_lists(file.tokens()?, &kinds) {
                findings.push(format!("{}:{line}: {length} lines of kinds", file.path));
            }
        }
    }
    verdict(
        "a match or an array lists the kinds of events in at most 12 lines",
        &findings,
        "match what is not your own by its category, `EventKind::Stock(_)`, or derive the list from the events' declaration",
    )
}

/// Collects the names behind `enum … of …`.
fn declared(tokens: TokenStream, kinds: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => declared(group.stream(), kinds),
            TokenTree::Ident(word) if word == "of" => {
                if let Some(TokenTree::Ident(name)) = tokens.get(at + 1) {
                    kinds.insert(name.to_string());
                }
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// First line and length of every list that is too long.
fn long_lists(tokens: TokenStream, kinds: &BTreeSet<String>) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    look_into(tokens, kinds, &mut found);
    found
}

fn look_into(tokens: TokenStream, kinds: &BTreeSet<String>, found: &mut Vec<(usize, usize)>) {
    let mut after_match = false;
    for token in tokens {
        match token {
            TokenTree::Ident(word) => after_match |= word == "match",
            TokenTree::Group(group) => {
                let lines = match group.delimiter() {
                    Delimiter::Brace if std::mem::take(&mut after_match) => lines_of_patterns(&group, kinds),
                    Delimiter::Bracket => lines_of_kinds(group.stream(), kinds),
                    Delimiter::Brace | Delimiter::Parenthesis | Delimiter::None => BTreeSet::new(),
                };
                if let Some(first) = lines.first().filter(|_| lines.len() > LIST_LINES_MAX) {
                    found.push((*first, lines.len()));
                }
                look_into(group.stream(), kinds, found);
            }
            TokenTree::Punct(punct) if punct.as_char() == ';' => after_match = false,
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// The lines on which the arms of a match name kinds: what stands before each `=>`.
fn lines_of_patterns(arms: &Group, kinds: &BTreeSet<String>) -> BTreeSet<usize> {
    let mut lines = BTreeSet::new();
    let mut pattern: Vec<TokenTree> = Vec::new();
    let mut is_pattern = true;
    for token in arms.stream() {
        match &token {
            TokenTree::Punct(punct) if punct.as_char() == '=' && punct.spacing() == Spacing::Joint => {
                lines.extend(lines_of_kinds(pattern.drain(..).collect(), kinds));
                is_pattern = false;
            }
            TokenTree::Punct(punct) if punct.as_char() == ',' => is_pattern = true,
            // An arm in braces may go without a comma.
            TokenTree::Group(group) if !is_pattern && group.delimiter() == Delimiter::Brace => {
                is_pattern = true;
            }
            TokenTree::Punct(_) | TokenTree::Group(_) | TokenTree::Ident(_) | TokenTree::Literal(_) => {
                if is_pattern {
                    pattern.push(token);
                }
            }
        }
    }
    lines
}

fn lines_of_kinds(tokens: TokenStream, kinds: &BTreeSet<String>) -> BTreeSet<usize> {
    let mut lines = BTreeSet::new();
    let is_kind = |word: &Ident| kinds.contains(&word.to_string());
    for token in tokens {
        match token {
            TokenTree::Ident(word) if is_kind(&word) => {
                lines.insert(word.span().start().line);
            }
            // `EventKind::Sale(SaleKind::SaleVoided | …)`
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                lines.extend(lines_of_kinds(group.stream(), kinds));
            }
            TokenTree::Group(_) | TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    lines
}

#[test]
fn the_lists_of_kinds_are_seen() -> anyhow::Result<()> {
    let kinds = BTreeSet::from(["EventKind".to_owned(), "SaleKind".to_owned()]);
    let listed = |count: usize, one: &str| vec![one; count].join("\n");
    let texts = [
        (listed(13, "EventKind::Sale(_) => {}"), 13),
        (
            listed(13, "EventKind::Sale(SaleKind::SaleVoided)\n|") + "_ => {}",
            13,
        ),
        (listed(13, "SaleKind::SaleVoided => done(),"), 13),
        (listed(12, "EventKind::Sale(_) => {}"), 0),
        (listed(13, "Other::Sale => EventKind::Sale,"), 0),
    ];
    for (arms, length) in texts {
        let code: TokenStream = format!("fn apply() {{ match kind {{\n{arms}\n}} }}")
            .parse()
            .map_err(|error| anyhow::anyhow!("{arms}: {error}"))?;
        let expected: Vec<(usize, usize)> = (length > 0).then_some((2, length)).into_iter().collect();
        assert_eq!(long_lists(code, &kinds), expected, "{arms}");
    }
    let array = format!(
        "const KINDS: [SaleKind; 14] = [\n{}\n];",
        listed(14, "SaleKind::SaleVoided,")
    );
    let code: TokenStream = array
        .parse()
        .map_err(|error| anyhow::anyhow!("{array}: {error}"))?;
    assert_eq!(long_lists(code, &kinds), [(2, 14)]);
    Ok(())
}
