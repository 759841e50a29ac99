//! How the posting rules can say no.

use jiff::civil::Date;

use crate::books::BooksCircumstance;
use crate::{AccountRole, Circumstance, InvalidValue, Rejection, Told};

/// The most rules of a company, with all their versions: whatever posts reads them.
pub const POSTING_RULES_MAX: usize = 2_000;

/// Why a command to the posting rules was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PostingRulesRejection {
    /// A field breaks its own rule.
    #[error(transparent)]
    Invalid(#[from] InvalidValue),
    /// There are no rules yet.
    #[error(transparent)]
    Circumstance(#[from] Circumstance),
    /// A rule for the same begins on the same day.
    #[error("a rule for the same begins on {valid_from} and posts to {role}; choose another day")]
    Overlap {
        /// Where that rule posts.
        role: AccountRole,
        /// Its first day.
        valid_from: Date,
    },
    /// Events of that day were posted by another rule.
    #[error(
        "events from {valid_from} on are posted to {role} already; let the rule begin on {today} or later, and post the \
         difference by hand"
    )]
    Retroactive {
        /// Where they were posted.
        role: AccountRole,
        /// The first day asked for.
        valid_from: Date,
        /// The first day that can be.
        today: Date,
    },
    /// There are as many rules as there may be.
    #[error(
        "a company has at most {POSTING_RULES_MAX} posting rules; one for all sorts of a part replaces many"
    )]
    Full,
}

impl From<BooksCircumstance> for PostingRulesRejection {
    fn from(circumstance: BooksCircumstance) -> Self {
        Self::Circumstance(circumstance.into())
    }
}

impl Rejection for PostingRulesRejection {
    fn told(&self) -> Told {
        match self {
            Self::Invalid(invalid) => invalid.told(),
            Self::Circumstance(circumstance) => circumstance.told(),
            Self::Overlap { role, valid_from } => Told::state("RULE_OVERLAP")
                .at("valid_from")
                .with("role", role)
                .with("valid_from", valid_from),
            Self::Retroactive {
                role,
                valid_from,
                today,
            } => Told::state("POSTING_RULE_RETROACTIVE")
                .at("valid_from")
                .with("role", role)
                .with("valid_from", valid_from)
                .with("today", today),
            Self::Full => Told::state("POSTING_RULES_FULL").with("count_max", POSTING_RULES_MAX),
        }
    }
}
