//! The codes of the reasons that rules give: they follow from the kind of the rejection, which stands beside each reason
//! in the domain's sources as `Told::state("SALE_VOIDED")`.

use std::collections::BTreeMap;

use posars_domain::RejectionKind;
use posars_gateway::errors::{code_of, code_of_kind};
use tonic::Code;

use crate::sources;

const RULES: &str = "crates/domain/src";
/// What begins a rejection whose kind is not that of a value.
const KINDS: [(&str, RejectionKind); 4] = [
    ("Told::state(", RejectionKind::State),
    ("Told::duplicate(", RejectionKind::Duplicate),
    ("Told::not_found(", RejectionKind::NotFound),
    ("Told::conflict(", RejectionKind::Conflict),
];

/// The code of every reason.
pub(crate) struct Codes(BTreeMap<String, RejectionKind>);

impl Codes {
    /// Reads the sources of the rules.
    pub(crate) fn read() -> Self {
        let mut kinds = BTreeMap::new();
        for file in sources::rust_files(RULES) {
            for (begin, kind) in KINDS {
                for rest in file.text.split(begin).skip(1) {
                    let argument = rest.split(')').next().unwrap_or(rest);
                    let reason = argument.trim().trim_start_matches("reasons::").trim_matches('"');
                    assert!(
                        sources::is_written_like_a_reason(reason),
                        "{}: {begin}{argument}) does not name its reason",
                        file.path
                    );
                    let known = kinds.insert(reason.to_owned(), kind);
                    assert!(
                        known.is_none_or(|known| known == kind),
                        "{reason} is of two kinds"
                    );
                }
            }
        }
        assert!(kinds.len() > 15, "the scan finds too little: {kinds:?}");
        Self(kinds)
    }

    /// The code that a reason comes with. A value that breaks a rule of its own is refused as invalid.
    pub(crate) fn of(&self, reason: &str) -> Code {
        let of_rule = self.0.get(reason).copied().unwrap_or(RejectionKind::Invalid);
        code_of(reason).unwrap_or_else(|| code_of_kind(of_rule))
    }
}
