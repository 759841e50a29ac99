//! How a chart of accounts can say no.

use crate::books::BooksCircumstance;
use crate::{
    AccountCode, AccountRole, AccountType, Circumstance, CostCenterId, InvalidValue, Path, Rejection, Told,
};

/// Why a command to a chart of accounts was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChartRejection {
    /// A field breaks its own rule.
    #[error(transparent)]
    Invalid(#[from] InvalidValue),
    /// There is no chart, or it has no such account or cost centre.
    #[error(transparent)]
    Circumstance(#[from] Circumstance),
    /// The account is defined already, with other content.
    #[error("account {code} exists with other content; change that one, or choose another code")]
    AccountExists {
        /// The account.
        code: AccountCode,
    },
    /// Nothing more is posted to the account.
    #[error("{path}: account {code} is retired and cannot change; define another one")]
    AccountRetired {
        /// Where the account is named.
        path: Path,
        /// The account.
        code: AccountCode,
    },
    /// The type, the nature and whether an account is posted to never change.
    #[error("{field}: account {code} keeps what it is, because entries may be there; define another account")]
    AccountIsFixed {
        /// The field.
        field: &'static str,
        /// The account.
        code: AccountCode,
    },
    /// What should be a heading is an account of its own.
    #[error("account {parent} is posted to, so nothing stands below it; name a heading")]
    ParentIsPostable {
        /// The account that is no heading.
        parent: AccountCode,
    },
    /// The heading is of another type.
    #[error("heading {parent} is of type {parent_type}, the account of {account_type}; name one of its type")]
    ParentOfOtherType {
        /// The heading.
        parent: AccountCode,
        /// What it is.
        parent_type: AccountType,
        /// What the account is.
        account_type: AccountType,
    },
    /// The account would stand below itself.
    #[error("account {code} would stand below itself; name a heading that is not below it")]
    Cycle {
        /// The account.
        code: AccountCode,
    },
    /// The tree would become too deep.
    #[error("the tree would have more than {levels_max} levels; name a heading further up")]
    TooDeep {
        /// The most there may be.
        levels_max: usize,
    },
    /// Something stands below the account.
    #[error("account {child} stands below {code}; give that another heading, or retire it first")]
    HasChildren {
        /// The account.
        code: AccountCode,
        /// One that stands below it.
        child: AccountCode,
    },
    /// A role is posted to the account.
    #[error("account {code} is that of {role}; assign the role to another account first")]
    HasRole {
        /// The account.
        code: AccountCode,
        /// The role.
        role: AccountRole,
    },
    /// The account has, or had, another role, and one of the two has a ledger to agree with.
    #[error(
        "account {code} is or was that of {held}, whose ledger it must agree with; choose another account"
    )]
    RoleAccountShared {
        /// The account.
        code: AccountCode,
        /// The role that it has or had.
        held: AccountRole,
    },
    /// The account is not of the sort that the role needs.
    #[error("{role} needs {needed}, and account {code} is none; choose another account")]
    RoleAccountUnfit {
        /// The role.
        role: AccountRole,
        /// The account.
        code: AccountCode,
        /// What the role needs.
        needed: &'static str,
    },
    /// The cost centre is defined already, with other content.
    #[error("cost centre {id} exists with other content; change that one, or choose another id")]
    CostCenterExists {
        /// The cost centre.
        id: CostCenterId,
    },
    /// Nothing more is posted to the cost centre.
    #[error("cost centre {id} is retired and cannot change; define another one")]
    CostCenterRetired {
        /// The cost centre.
        id: CostCenterId,
    },
    /// The chart holds as much as it may.
    #[error("a chart has at most {count_max} {of}; change one that is there")]
    Full {
        /// Of what.
        of: &'static str,
        /// The most there may be.
        count_max: usize,
    },
}

impl From<BooksCircumstance> for ChartRejection {
    fn from(circumstance: BooksCircumstance) -> Self {
        Self::Circumstance(circumstance.into())
    }
}

impl Rejection for ChartRejection {
    fn told(&self) -> Told {
        match self {
            Self::Invalid(invalid) => invalid.told(),
            Self::Circumstance(circumstance) => circumstance.told(),
            Self::AccountExists { code } => {
                Told::duplicate("ACCOUNT_EXISTS").at("code").with("account", code)
            }
            Self::AccountRetired { path, code } => {
                Told::state("ACCOUNT_RETIRED").at(*path).with("account", code)
            }
            Self::AccountIsFixed { field, code } => {
                Told::state("ACCOUNT_IS_FIXED").at(*field).with("account", code)
            }
            Self::ParentIsPostable { parent } => Told::state("PARENT_IS_POSTABLE")
                .at("parent")
                .with("parent", parent),
            Self::ParentOfOtherType {
                parent,
                parent_type,
                account_type,
            } => Told::state("PARENT_OF_OTHER_TYPE")
                .at("parent")
                .with("parent", parent)
                .with("parent_type", parent_type)
                .with("account_type", account_type),
            Self::Cycle { code } => Told::state("ACCOUNT_CYCLE").at("parent").with("account", code),
            Self::TooDeep { levels_max } => Told::state("CHART_TOO_DEEP")
                .at("parent")
                .with("levels_max", levels_max),
            Self::HasChildren { code, child } => Told::state("ACCOUNT_HAS_CHILDREN")
                .with("account", code)
                .with("child", child),
            Self::HasRole { code, role } => Told::state("ACCOUNT_HAS_ROLE")
                .with("account", code)
                .with("role", role),
            Self::RoleAccountShared { code, held } => Told::state("ROLE_ACCOUNT_SHARED")
                .at("code")
                .with("account", code)
                .with("held", held),
            Self::RoleAccountUnfit { role, code, needed } => Told::state("ROLE_ACCOUNT_UNFIT")
                .at("code")
                .with("role", role)
                .with("account", code)
                .with("needed", needed),
            Self::CostCenterExists { id } => Told::duplicate("COST_CENTER_EXISTS")
                .at("cost_center_id")
                .with("cost_center", id),
            Self::CostCenterRetired { id } => Told::state("COST_CENTER_RETIRED").with("cost_center", id),
            Self::Full { of, count_max } => Told::state("CHART_FULL")
                .with("of", of)
                .with("count_max", count_max),
        }
    }
}
