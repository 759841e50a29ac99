//! What can have happened to a chart of accounts; append-only.

use serde::{Deserialize, Serialize};

use crate::event::events;
use crate::{AccountCode, AccountRole, AccountType, CostCenterId, Side, StoreId};

events! {
    /// What can have happened to a chart of accounts.
    pub enum ChartEvent of ChartKind {
        /// The chart began with these accounts.
        ChartDefined(ChartDefined) = 1,
        /// An account was added.
        AccountDefined(AccountDefined) = 1,
        /// An account was given another name or place.
        AccountChanged(AccountChanged) = 1,
        /// Nothing more is posted to an account.
        AccountRetired(AccountRetired) = 1,
        /// A role was given an account.
        AccountRoleAssigned(AccountRoleAssigned) = 1,
        /// A cost centre was added.
        CostCenterDefined(CostCenterDefined) = 1,
        /// A cost centre was given another name.
        CostCenterChanged(CostCenterChanged) = 1,
        /// Nothing more is posted to a cost centre.
        CostCenterRetired(CostCenterRetired) = 1,
    }
}

impl ChartEvent {
    /// An account as this event leaves it; `None` when the event does not say.
    #[must_use]
    pub fn account(&self, code: &AccountCode) -> Option<&Account> {
        let mut accounts = match self {
            Self::ChartDefined(event) => event.accounts.iter(),
            Self::AccountDefined(event) => std::slice::from_ref(&event.account).iter(),
            Self::AccountChanged(event) => std::slice::from_ref(&event.account).iter(),
            Self::AccountRetired(_)
            | Self::AccountRoleAssigned(_)
            | Self::CostCenterDefined(_)
            | Self::CostCenterChanged(_)
            | Self::CostCenterRetired(_) => return None,
        };
        accounts.find(|account| account.code == *code)
    }

    /// A cost centre as this event leaves it; `None` when the event does not say.
    #[must_use]
    pub fn cost_center(&self, id: &CostCenterId) -> Option<&CostCenter> {
        let mut cost_centers = match self {
            Self::ChartDefined(event) => event.cost_centers.iter(),
            Self::CostCenterDefined(event) => std::slice::from_ref(&event.cost_center).iter(),
            Self::CostCenterChanged(event) => std::slice::from_ref(&event.cost_center).iter(),
            Self::AccountDefined(_)
            | Self::AccountChanged(_)
            | Self::AccountRetired(_)
            | Self::AccountRoleAssigned(_)
            | Self::CostCenterRetired(_) => return None,
        };
        cost_centers.find(|cost_center| cost_center.cost_center_id == *id)
    }
}

/// An account of the chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The account.
    pub code: AccountCode,
    /// Its name, 1 to 200 characters.
    pub name: String,
    /// What it is.
    #[serde(rename = "type")]
    pub account_type: AccountType,
    /// The side on which it usually grows; another than that of its type makes it a contra account.
    pub nature: Side,
    /// The heading that it stands under, of the same type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<AccountCode>,
    /// Whether entries are posted to it; a heading has none of its own.
    pub postable: bool,
    /// Whether what it holds is money at hand: cash and bank accounts are the cash flow.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub liquid: bool,
}

/// A cost centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostCenter {
    /// The cost centre.
    pub cost_center_id: CostCenterId,
    /// Its name, 1 to 200 characters.
    pub name: String,
}

/// The account that a role is posted to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleAccount {
    /// The role.
    pub role: AccountRole,
    /// The store that this is about; `None` for all that have no account of their own for the role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store_id: Option<StoreId>,
    /// The account, which is postable.
    pub code: AccountCode,
}

/// The chart began with these accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartDefined {
    /// Its accounts, each after the one that it stands under.
    pub accounts: Vec<Account>,
    /// Its cost centres.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cost_centers: Vec<CostCenter>,
    /// The accounts of the roles.
    pub roles: Vec<RoleAccount>,
}

/// An account was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountDefined {
    /// As it is.
    pub account: Account,
}

/// An account was given another name or place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountChanged {
    /// As it is from now on.
    pub account: Account,
}

/// Nothing more is posted to an account; what is there stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRetired {
    /// The account.
    pub code: AccountCode,
}

/// A role was given an account; what was posted before stays where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRoleAssigned {
    /// The role and its account.
    pub assigned: RoleAccount,
}

/// A cost centre was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostCenterDefined {
    /// As it is.
    pub cost_center: CostCenter,
}

/// A cost centre was given another name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostCenterChanged {
    /// As it is from now on.
    pub cost_center: CostCenter,
}

/// Nothing more is posted to a cost centre; what is there stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostCenterRetired {
    /// The cost centre.
    pub cost_center_id: CostCenterId,
}
