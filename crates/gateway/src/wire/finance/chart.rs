//! Accounts and cost centres, to the wire.

use posars_domain::CompanyId;
use posars_domain::chart::{Account, CostCenter, RoleAccount};

use super::names::{AccountName, CostCenterName};
use super::words::{write_account_type, write_side};
use crate::proto::finance::v1 as pb;
use crate::wire::names::ResourceName as _;

/// Writes an account as the chart has it: without its place in the tree, its roles and its balance.
pub(crate) fn write_account(company: &CompanyId, account: &Account, retired: bool) -> pb::Account {
    let name = AccountName {
        code: account.code.clone(),
    };
    pb::Account {
        name: name.of(company),
        code: account.code.to_string(),
        display_name: account.name.clone(),
        r#type: write_account_type(account.account_type).into(),
        nature: write_side(account.nature).into(),
        parent_code: account
            .parent
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        postable: account.postable,
        liquid: account.liquid,
        retired,
        depth: 0,
        roles: Vec::new(),
        balance: None,
    }
}

/// Writes a role that an account has.
pub(crate) fn write_account_role(role: &RoleAccount) -> pb::AccountRole {
    pb::AccountRole {
        role: role.role.to_string(),
        store_id: role
            .store_id
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
    }
}

/// Writes a cost centre.
pub(crate) fn write_cost_center(company: &CompanyId, center: &CostCenter, retired: bool) -> pb::CostCenter {
    let name = CostCenterName {
        cost_center_id: center.cost_center_id.clone(),
    };
    pb::CostCenter {
        name: name.of(company),
        cost_center_id: center.cost_center_id.to_string(),
        display_name: center.name.clone(),
        retired,
    }
}
