//! What a person may do in a company.

use std::fmt;
use std::str::FromStr;

/// What a person may do in a company; what each may call is written at the RPCs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Owns the business.
    Owner,
    /// Runs stores.
    Manager,
    /// Sells.
    Cashier,
    /// Receives, counts and adjusts goods.
    Stock,
    /// Reads and reconciles money.
    Finance,
    /// Looks after employees.
    Hr,
    /// Reads everything, changes nothing.
    Auditor,
    /// Runs the software: imports, rebuilds, diagnoses.
    Operator,
}

impl Role {
    /// Every role there is.
    pub const ALL: [Self; 8] = [
        Self::Owner,
        Self::Manager,
        Self::Cashier,
        Self::Stock,
        Self::Finance,
        Self::Hr,
        Self::Auditor,
        Self::Operator,
    ];

    /// The word for it in tokens, grants and options: lower case.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Manager => "manager",
            Self::Cashier => "cashier",
            Self::Stock => "stock",
            Self::Finance => "finance",
            Self::Hr => "hr",
            Self::Auditor => "auditor",
            Self::Operator => "operator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// A word that is no role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no role; roles are owner, manager, cashier, stock, finance, hr, auditor and operator")]
pub struct UnknownRole;

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or(UnknownRole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_reads_back_and_nothing_else_is_one() {
        for role in Role::ALL {
            assert_eq!(role.to_string().parse(), Ok(role));
        }
        for text in ["", "Owner", "owner ", "root", "admin"] {
            assert_eq!(text.parse::<Role>(), Err(UnknownRole), "{text:?}");
        }
    }
}
