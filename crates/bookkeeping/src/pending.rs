//! What keeps a month from being closed.

use std::fmt;

use posars_domain::{Month, Rejection, Told};

/// Something of a month, or of one before it, that is not in the books yet, or does not agree with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// What sort of thing.
    pub kind: PendingKind,
    /// How many.
    pub count: u64,
    /// The first of them: a key, a SKU, a place in the log, or two figures that should be one.
    pub first: String,
}

/// The sorts of things that keep a month from being closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PendingKind {
    /// Events that wait for a posting rule or the account of a role.
    Unposted,
    /// Lines of sales that wait for their product, so that their goods are still in stock.
    WaitingLines,
    /// Events that a reactor set aside because it could not work on them.
    SetAside,
    /// Events that a read model lacks.
    Parked,
    /// A stock or something owed that is not what its account holds.
    Tie,
    /// A reactor that has not dealt with what was recorded.
    Behind,
}

impl PendingKind {
    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unposted => "unposted",
            Self::WaitingLines => "waiting_lines",
            Self::SetAside => "set_aside",
            Self::Parked => "parked",
            Self::Tie => "tie",
            Self::Behind => "behind",
        }
    }
}

impl fmt::Display for PendingKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl fmt::Display for Pending {
    /// As `unposted 3 (POSTING_RULE_MISSING rule-sale-payment)`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, count, first } = self;
        write!(out, "{kind} {count} ({first})")
    }
}

/// A month that cannot be closed yet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{month} has pending work: {}; deal with it and close the month then",
    listed(pending)
)]
pub struct PeriodHasPendingWork {
    /// The month.
    pub month: Month,
    /// What is pending, at least one.
    pub pending: Vec<Pending>,
}

impl Rejection for PeriodHasPendingWork {
    fn told(&self) -> Told {
        Told::state("PERIOD_HAS_PENDING_WORK")
            .with("month", self.month)
            .with("pending", listed(&self.pending))
    }
}

fn listed(pending: &[Pending]) -> String {
    let texts: Vec<String> = pending.iter().map(Pending::to_string).collect();
    texts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pending_is_told_with_its_kind_its_number_and_the_first() {
        let pending = vec![
            Pending {
                kind: PendingKind::Unposted,
                count: 3,
                first: "POSTING_RULE_MISSING rule-sale".to_owned(),
            },
            Pending {
                kind: PendingKind::Behind,
                count: 12,
                first: "reactor.books".to_owned(),
            },
        ];
        let refusal = PeriodHasPendingWork {
            month: "2026-10".parse().unwrap(),
            pending,
        };
        assert_eq!(refusal.reason(), "PERIOD_HAS_PENDING_WORK");
        let text = "unposted 3 (POSTING_RULE_MISSING rule-sale), behind 12 (reactor.books)";
        assert_eq!(
            refusal.metadata(),
            [("month", "2026-10".to_owned()), ("pending", text.to_owned())]
        );
        assert!(refusal.to_string().contains(text));
    }
}
