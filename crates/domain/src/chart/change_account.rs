//! Giving an account another name or place.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::define_account::check_liquid;
use super::role_fit::check_fit;
use super::{Account, AccountChanged, Chart, ChartEvent, ChartRejection, ChartState};
use crate::misplaced::{Refused, not_in_words};
use crate::product::Edit;
use crate::text::{self, NAME_CHARS_MAX};
use crate::{AccountCode, AccountType, Command, Decided, Decision, Given, Side};

/// Gives an account another name or place; what is `None` or [`Edit::Keep`] stays as it is. What it is, its nature and
/// whether it is posted to never change: entries that are there would mean something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeAccount {
    /// The account.
    pub code: AccountCode,
    /// A new name, 1 to 200 characters.
    pub name: Option<String>,
    /// What to do with the heading that it stands under.
    pub parent: Edit<AccountCode>,
    /// Whether what it holds is money at hand.
    pub liquid: Option<bool>,
    /// What the caller believes it to be; it does not change.
    pub account_type: Option<AccountType>,
    /// The side on which the caller believes that it grows; it does not change.
    pub nature: Option<Side>,
    /// Whether the caller believes that entries are posted to it; that does not change.
    pub postable: Option<bool>,
}

impl Command for ChangeAccount {
    type Of = Chart;
    // Any event of the account made it as it is.
    type Answer = ChartEvent;

    const NAME: &'static str = "ChangeAccount";

    fn stream_id(&self) -> impl Display + Send {
        Chart::stream_id()
    }

    fn is_answer(&self, event: &ChartEvent) -> bool {
        event.account(&self.code).is_some()
    }

    fn decide(&self, state: &ChartState, _given: &Given<'_>) -> Decided<Chart> {
        let before = state.in_use("code", &self.code)?;
        self.check_fixed(before)?;
        let account = Account {
            name: match &self.name {
                Some(name) => text::required("name", name, NAME_CHARS_MAX)?,
                None => before.name.clone(),
            },
            parent: self.parent.applied_to(before.parent.as_ref()),
            liquid: self.liquid.unwrap_or(before.liquid),
            ..before.clone()
        };
        check_liquid(&account)?;
        if account == *before {
            return Ok(Decision::nothing());
        }
        if account.name != before.name {
            not_in_words("name", &account.name, Refused::Both)?;
        }
        if account.parent != before.parent {
            state.check_place(&account)?;
        }
        for role in state.roles_of(&self.code) {
            check_fit(role, &account)?;
        }
        Ok(Decision::event(AccountChanged { account }))
    }
}

impl ChangeAccount {
    fn check_fixed(&self, before: &Account) -> Result<(), ChartRejection> {
        let differs = [
            (
                "account_type",
                self.account_type.is_some_and(|of| of != before.account_type),
            ),
            (
                "nature",
                self.nature.is_some_and(|nature| nature != before.nature),
            ),
            (
                "postable",
                self.postable.is_some_and(|postable| postable != before.postable),
            ),
        ];
        match differs.into_iter().find(|(_, differs)| *differs) {
            None => Ok(()),
            Some((field, _)) => Err(ChartRejection::AccountIsFixed {
                field,
                code: self.code.clone(),
            }),
        }
    }
}
