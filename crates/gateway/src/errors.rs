//! The catalogue of reasons: every reason that can leave the server, with what it means and what to do, in English and
//! in Portuguese.
//!
//! `docs/errors.md` is written from it. A test compares it with the sources of every crate that makes reasons, so that
//! none leaves the server unexplained and none is explained that no longer exists.

mod access;
mod codes;
mod language;
mod operations;
mod reason;
mod rest;
mod sale;
mod server;
mod shop;
mod values;

use std::collections::HashMap;
use std::sync::LazyLock;

pub use language::Language;
pub use reason::{Reason, code_name};

/// Where reasons come from, in the order of the document: the title and the reasons of each, in alphabetical order.
pub const PARTS: [(&str, &[Reason]); 8] = [
    ("Who may call, and how often", access::REASONS),
    ("The server, the log and the read models", server::REASONS),
    (
        "Those who look after the server and its users",
        operations::REASONS,
    ),
    ("REST", rest::REASONS),
    ("Sales", sale::REASONS),
    ("Companies, stores, products and stock", shop::REASONS),
    ("Ids and codes", codes::REASONS),
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
