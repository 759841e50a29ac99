//! Giving a role of posting its account.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::role_fit::check_fit;
use super::{AccountRoleAssigned, Chart, ChartEvent, ChartRejection, ChartState, RoleAccount};
use crate::books::BooksCircumstance;
use crate::{AccountCode, AccountRole, Command, Decided, Decision, Given, StoreId};

/// The most roles of a chart, each store's own counted: every decision on the books reads them.
pub const ROLES_MAX: usize = 10_000;

/// Gives a role its account, in a store or in all that have none of their own; the same again changes nothing.
///
/// What was posted before stays where it is, and what is owed stays on the account that it began on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignAccountRole {
    /// The role.
    pub role: AccountRole,
    /// The store that this is about; `None` for all that have no account of their own for the role.
    pub store_id: Option<StoreId>,
    /// The account, to which entries can be posted.
    pub code: AccountCode,
}

impl Command for AssignAccountRole {
    type Of = Chart;
    type Answer = AccountRoleAssigned;

    const NAME: &'static str = "AssignAccountRole";

    fn stream_id(&self) -> impl Display + Send {
        Chart::stream_id()
    }

    fn stores(&self) -> Vec<&StoreId> {
        self.store_id.iter().collect()
    }

    fn is_answer(&self, event: &ChartEvent) -> bool {
        matches!(event, ChartEvent::AccountRoleAssigned(event) if event.assigned == self.assigned())
    }

    fn decide(&self, state: &ChartState, _given: &Given<'_>) -> Decided<Chart> {
        let account = state.in_use("code", &self.code)?;
        if !account.postable {
            return Err(BooksCircumstance::AccountNotPostable {
                path: "code".into(),
                code: self.code.clone(),
            }
            .into());
        }
        check_fit(&self.role, account)?;
        self.check_alone(state)?;
        let before = state.assigned(&self.role, self.store_id.as_ref());
        if before == Some(&self.code) {
            return Ok(Decision::nothing());
        }
        if before.is_none() && state.assigned_count() >= ROLES_MAX {
            return Err(ChartRejection::Full {
                of: "roles",
                count_max: ROLES_MAX,
            });
        }
        Ok(Decision::event(AccountRoleAssigned {
            assigned: self.assigned(),
        }))
    }
}

impl AssignAccountRole {
    /// The role and its account as they are to be.
    #[must_use]
    pub fn assigned(&self) -> RoleAccount {
        RoleAccount {
            role: self.role.clone(),
            store_id: self.store_id.clone(),
            code: self.code.clone(),
        }
    }

    /// An account that has to agree with a ledger holds what is in that ledger and nothing else, also after it has lost
    /// its role: what is owed remembers it.
    fn check_alone(&self, state: &ChartState) -> Result<(), ChartRejection> {
        let roles = state.roles_of(&self.code).into_iter();
        let mut others = roles.filter(|held| **held != self.role);
        let other = match state.controlled_role(&self.code) {
            Some(held) => Some(held).filter(|held| **held != self.role),
            None if self.role.is_controlled() => others.next(),
            None => None,
        };
        match other {
            None => Ok(()),
            Some(held) => Err(ChartRejection::RoleAccountShared {
                code: self.code.clone(),
                held: held.clone(),
            }),
        }
    }
}
