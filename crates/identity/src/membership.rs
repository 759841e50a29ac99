//! A role in a company, as a group of a token says it.

use std::fmt;
use std::str::FromStr;

use posars_domain::{CompanyId, StoreId};

use crate::Role;

/// A role in a company, or in one store of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Membership {
    /// The company.
    pub company: CompanyId,
    /// What the person may do there.
    pub role: Role,
    /// The one store that it is for; none means every store.
    pub store: Option<StoreId>,
}

impl fmt::Display for Membership {
    /// `company/role` or `company/role/store`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.company, self.role)?;
        match &self.store {
            Some(store) => write!(out, "/{store}"),
            None => Ok(()),
        }
    }
}

/// A text that is no membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a group is company/role or company/role/store")]
pub struct InvalidMembership;

impl FromStr for Membership {
    type Err = InvalidMembership;

    fn from_str(text: &str) -> Result<Self, InvalidMembership> {
        let mut parts = text.split('/');
        let company = parts.next().and_then(|part| part.parse().ok());
        let role = parts.next().and_then(|part| part.parse().ok());
        // A store that is there but wrong must not read as "every store".
        let store = parts.next().map(str::parse).transpose();
        match (company, role, store, parts.next()) {
            (Some(company), Some(role), Ok(store), None) => Ok(Self { company, role, store }),
            _ => Err(InvalidMembership),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_read_back() {
        for text in ["main/owner", "acme.br/cashier/centro", "a/hr/b"] {
            assert_eq!(text.parse::<Membership>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_broken_group_is_never_a_wider_one() {
        for text in [
            "",
            "/",
            "main",
            "main/",
            "/owner",
            "main/owner/",
            "main/owner/centro/",
            "main/owner/centro/x",
            "main/root",
            "main/owner/Centro",
            "main/owner/../x",
            "Main/owner",
            "main/owner ",
            "main//owner",
        ] {
            assert_eq!(text.parse::<Membership>(), Err(InvalidMembership), "{text:?}");
        }
    }
}
