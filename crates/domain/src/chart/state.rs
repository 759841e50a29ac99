//! What the events of a chart of accounts add up to.

use std::collections::{BTreeMap, HashMap};

use super::{Account, CostCenter, RoleAccount};
use crate::{AccountCode, AccountRole, CostCenterId, StoreId};

/// The chart as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChartState {
    /// Whether there is one.
    pub is_begun: bool,
    accounts: BTreeMap<AccountCode, KnownAccount>,
    cost_centers: BTreeMap<CostCenterId, KnownCostCenter>,
    roles: HashMap<AccountRole, RoleAccounts>,
    /// The controlled role of each account that ever had one: what is owed remembers its account.
    controlled: BTreeMap<AccountCode, AccountRole>,
}

/// An account, and whether it is still in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAccount {
    /// As it was defined or changed last.
    pub account: Account,
    /// Whether nothing more is posted to it.
    pub is_retired: bool,
}

/// A cost centre, and whether it is still in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownCostCenter {
    /// As it was defined or changed last.
    pub cost_center: CostCenter,
    /// Whether nothing more is posted to it.
    pub is_retired: bool,
}

/// The accounts of one role.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct RoleAccounts {
    everywhere: Option<AccountCode>,
    of_stores: BTreeMap<StoreId, AccountCode>,
}

impl ChartState {
    /// An account, also a retired one.
    #[must_use]
    pub fn account(&self, code: &AccountCode) -> Option<&Account> {
        self.known(code).map(|known| &known.account)
    }

    /// An account with whether it is in use.
    #[must_use]
    pub fn known(&self, code: &AccountCode) -> Option<&KnownAccount> {
        self.accounts.get(code)
    }

    /// All accounts, in the order of their codes.
    pub fn accounts(&self) -> impl ExactSizeIterator<Item = &KnownAccount> {
        self.accounts.values()
    }

    /// Whether entries may be posted to it by hand or by role: it is there, no heading, and in use.
    #[must_use]
    pub fn is_postable(&self, code: &AccountCode) -> bool {
        self.known(code)
            .is_some_and(|known| known.account.postable && !known.is_retired)
    }

    /// Whether the account has, or ever had, a ledger of its own to agree with: nothing is posted there by hand.
    #[must_use]
    pub fn is_controlled(&self, code: &AccountCode) -> bool {
        self.controlled.contains_key(code)
    }

    /// The controlled role that the account has or ever had.
    #[must_use]
    pub fn controlled_role(&self, code: &AccountCode) -> Option<&AccountRole> {
        self.controlled.get(code)
    }

    /// The account that a role is posted to in a store: the store's own, else that of all.
    #[must_use]
    pub fn account_of(&self, role: &AccountRole, store_id: Option<&StoreId>) -> Option<&AccountCode> {
        let accounts = self.roles.get(role)?;
        let own = store_id.and_then(|store_id| accounts.of_stores.get(store_id));
        own.or(accounts.everywhere.as_ref())
    }

    /// The account that was assigned to a role for just this store, or for all.
    #[must_use]
    pub fn assigned(&self, role: &AccountRole, store_id: Option<&StoreId>) -> Option<&AccountCode> {
        let accounts = self.roles.get(role)?;
        match store_id {
            Some(store_id) => accounts.of_stores.get(store_id),
            None => accounts.everywhere.as_ref(),
        }
    }

    /// The roles that an account has now, in the order of their words.
    #[must_use]
    pub fn roles_of(&self, code: &AccountCode) -> Vec<&AccountRole> {
        let has = |accounts: &RoleAccounts| {
            accounts
                .everywhere
                .iter()
                .chain(accounts.of_stores.values())
                .any(|other| other == code)
        };
        let mut roles: Vec<_> = self
            .roles
            .iter()
            .filter(|(_, accounts)| has(accounts))
            .map(|(role, _)| role)
            .collect();
        roles.sort();
        roles
    }

    /// A cost centre with whether it is in use.
    #[must_use]
    pub fn cost_center(&self, id: &CostCenterId) -> Option<&KnownCostCenter> {
        self.cost_centers.get(id)
    }

    /// All cost centres, in the order of their ids.
    pub fn cost_centers(&self) -> impl ExactSizeIterator<Item = &KnownCostCenter> {
        self.cost_centers.values()
    }

    /// Whether entries may name it: it is there and in use.
    #[must_use]
    pub fn is_open_cost_center(&self, id: &CostCenterId) -> bool {
        self.cost_center(id).is_some_and(|known| !known.is_retired)
    }

    /// How many roles have an account, for all or for a store.
    pub(super) fn assigned_count(&self) -> usize {
        let count =
            |accounts: &RoleAccounts| accounts.of_stores.len() + usize::from(accounts.everywhere.is_some());
        self.roles.values().map(count).sum()
    }

    pub(super) fn put(&mut self, account: &Account) {
        let known = KnownAccount {
            account: account.clone(),
            is_retired: false,
        };
        self.accounts.insert(account.code.clone(), known);
    }

    pub(super) fn retire(&mut self, code: &AccountCode) {
        if let Some(known) = self.accounts.get_mut(code) {
            known.is_retired = true;
        }
    }

    pub(super) fn retire_center(&mut self, id: &CostCenterId) {
        if let Some(known) = self.cost_centers.get_mut(id) {
            known.is_retired = true;
        }
    }

    pub(super) fn put_center(&mut self, cost_center: &CostCenter) {
        let known = KnownCostCenter {
            cost_center: cost_center.clone(),
            is_retired: false,
        };
        self.cost_centers
            .insert(cost_center.cost_center_id.clone(), known);
    }

    pub(super) fn assign(&mut self, assigned: &RoleAccount) {
        let accounts = self.roles.entry(assigned.role.clone()).or_default();
        match &assigned.store_id {
            Some(store_id) => {
                accounts.of_stores.insert(store_id.clone(), assigned.code.clone());
            }
            None => accounts.everywhere = Some(assigned.code.clone()),
        }
        if assigned.role.is_controlled() {
            self.controlled
                .insert(assigned.code.clone(), assigned.role.clone());
        }
    }
}
