//! Adding an account to the chart.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::{Account, AccountDefined, Chart, ChartEvent, ChartRejection, ChartState};
use crate::misplaced::{Refused, not_in_code, not_in_words};
use crate::text::{self, NAME_CHARS_MAX};
use crate::{AccountCode, AccountType, Command, Decided, Decision, Given, InvalidValue, Side};

/// The most accounts of a chart, retired ones included: every decision on the books reads them.
pub const ACCOUNTS_MAX: usize = 5_000;

/// Adds an account or a heading to the chart; the same definition again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefineAccount {
    /// The account.
    pub code: AccountCode,
    /// Its name, 1 to 200 characters.
    pub name: String,
    /// What it is; the same as its heading's.
    pub account_type: AccountType,
    /// The side on which it usually grows; `None` is that of its type.
    pub nature: Option<Side>,
    /// The heading that it stands under.
    pub parent: Option<AccountCode>,
    /// Whether entries are posted to it; otherwise it is a heading.
    pub postable: bool,
    /// Whether what it holds is money at hand; only of assets that are posted to.
    pub liquid: bool,
}

impl Command for DefineAccount {
    type Of = Chart;
    // Any event of the account made it as it is.
    type Answer = ChartEvent;

    const NAME: &'static str = "DefineAccount";

    fn stream_id(&self) -> impl Display + Send {
        Chart::stream_id()
    }

    fn is_answer(&self, event: &ChartEvent) -> bool {
        event.account(&self.code).is_some()
    }

    fn decide(&self, state: &ChartState, _given: &Given<'_>) -> Decided<Chart> {
        let account = Account {
            code: self.code.clone(),
            name: text::required("name", &self.name, NAME_CHARS_MAX)?,
            account_type: self.account_type,
            nature: self.nature.unwrap_or(self.account_type.nature()),
            parent: self.parent.clone(),
            postable: self.postable,
            liquid: self.liquid,
        };
        check_liquid(&account)?;
        state.begun()?;
        match state.known(&self.code) {
            Some(known) if known.is_retired => Err(ChartRejection::AccountRetired {
                path: "code".into(),
                code: account.code,
            }),
            Some(known) if known.account == account => Ok(Decision::nothing()),
            Some(_) => Err(ChartRejection::AccountExists { code: account.code }),
            None => {
                if state.accounts().len() >= ACCOUNTS_MAX {
                    return Err(ChartRejection::Full {
                        of: "accounts",
                        count_max: ACCOUNTS_MAX,
                    });
                }
                not_in_code("code", account.code.as_str())?;
                not_in_words("name", &account.name, Refused::Both)?;
                state.check_place(&account)?;
                Ok(Decision::event(AccountDefined { account }))
            }
        }
    }
}

/// Refuses money at hand that is no asset, or is never posted to.
pub(super) fn check_liquid(account: &Account) -> Result<(), InvalidValue> {
    if !account.liquid || (account.postable && account.account_type == AccountType::Asset) {
        return Ok(());
    }
    let rule = "only an asset that entries are posted to is money at hand; leave liquid out";
    Err(InvalidValue::new("ACCOUNT_NOT_LIQUID", "true", rule).at("liquid"))
}
