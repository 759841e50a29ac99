//! Which accounts a role may have.

use super::{Account, ChartRejection};
use crate::open_item::{ItemKind, ItemSide as _, Receivable};
use crate::{AccountRole, AccountType};

/// Refuses an account on which a role would turn the statements wrong.
pub(super) fn check_fit(role: &AccountRole, account: &Account) -> Result<(), ChartRejection> {
    let (fits, needed) = fit(role, account);
    if fits {
        return Ok(());
    }
    Err(ChartRejection::RoleAccountUnfit {
        role: role.clone(),
        code: account.code.clone(),
        needed,
    })
}

/// Whether the account is what the role needs, and what that is.
fn fit(role: &AccountRole, account: &Account) -> (bool, &'static str) {
    const MONEY: [AccountRole; 2] = [AccountRole::CASH, AccountRole::BANK];
    const DEDUCTIONS: [AccountRole; 3] = [
        AccountRole::SALES_RETURNS,
        AccountRole::SALES_CANCELLED,
        AccountRole::SALES_DISCOUNTS,
    ];
    let is = |of: AccountType| account.account_type == of;
    if MONEY.contains(role) {
        return (account.liquid, "an asset that is money at hand");
    }
    if let Some(kind) = ItemKind::of_role(role) {
        return if Receivable::KINDS.contains(&kind) {
            // What is owed is no money yet: as such it would be in the cash flow twice.
            (
                is(AccountType::Asset) && !account.liquid,
                "an asset that is not money at hand",
            )
        } else {
            (is(AccountType::Liability), "a liability")
        };
    }
    if *role == AccountRole::INVENTORY {
        return (
            is(AccountType::Asset) && !account.liquid,
            "an asset that is not money at hand",
        );
    }
    if *role == AccountRole::GROSS_REVENUE {
        return (is(AccountType::Revenue), "a revenue");
    }
    if DEDUCTIONS.contains(role) {
        return (is(AccountType::Deduction), "a deduction");
    }
    if *role == AccountRole::COGS {
        return (is(AccountType::Cost), "a cost");
    }
    (true, "")
}
