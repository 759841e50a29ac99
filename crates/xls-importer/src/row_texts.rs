//! The words for each reason a row is refused.

mod of_cells;
mod of_rows;

use crate::row_reason::RowReason;

/// A reason's stable code and its words, in Portuguese and in English.
pub(crate) struct RowTexts {
    pub(crate) reason: RowReason,
    pub(crate) code: &'static str,
    /// What is wrong.
    pub(crate) problem: [&'static str; 2],
    /// How to correct it.
    pub(crate) fix: [&'static str; 2],
}

/// For a reason nobody has found words for yet; a test sees that there is none.
pub(crate) const UNWORDED: RowTexts = RowTexts {
    reason: RowReason::Rejected,
    code: "rejected",
    problem: ["recusado", "refused"],
    fix: ["veja o detalhe", "see the detail"],
};

const fn texts(
    reason: RowReason,
    code: &'static str,
    problem: [&'static str; 2],
    fix: [&'static str; 2],
) -> RowTexts {
    RowTexts {
        reason,
        code,
        problem,
        fix,
    }
}

/// The words for every reason.
pub(crate) fn all() -> impl Iterator<Item = &'static RowTexts> {
    of_cells::TEXTS.iter().chain(of_rows::TEXTS)
}

#[cfg(test)]
mod tests {
    use super::all;

    #[test]
    fn the_code_is_the_name_and_every_reason_has_words() {
        let mut seen = std::collections::HashSet::new();
        for texts in all() {
            assert_eq!(serde_json::json!(texts.reason), texts.code);
            assert_eq!(texts.reason.code(), texts.code);
            assert!(seen.insert(texts.code), "{} twice", texts.code);
            assert!(
                texts
                    .problem
                    .iter()
                    .chain(&texts.fix)
                    .all(|words| !words.is_empty())
            );
        }
        assert_eq!(all().count(), REASONS);
    }

    /// Variants of the reason; a new one needs words first.
    const REASONS: usize = 44;
}
