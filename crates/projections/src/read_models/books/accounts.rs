//! Accounts: the chart as it stands, one row per account.

use std::borrow::Cow;

use posars_domain::chart::ChartKind;
use posars_domain::{AccountCode, AccountType, Side};
use serde::Deserialize;

use super::entry_payload::text_or_empty;
use crate::fold::Rows;
use crate::read::{Columns, ReadRow, sql_position};
use crate::row::table_row;
use crate::{ApplyError, Event, EventKind, Projection, QueryError};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct AccountsFold;

table_row! {
    /// What an event tells of an account.
    pub struct Told of accounts {
        code: String = TEXT key,
        position: i64 = INT8,
        name: Option<String> = TEXT keep,
        account_type: Option<String> = TEXT keep,
        nature: Option<String> = TEXT keep,
        parent: Option<String> = TEXT keep,
        postable: Option<bool> = BOOL keep,
        liquid: Option<bool> = BOOL keep,
        retired: bool = BOOL max,
    }
}

#[derive(Deserialize)]
struct Account<'a> {
    code: &'a str,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(rename = "type")]
    account_type: &'a str,
    nature: &'a str,
    #[serde(default)]
    parent: Option<&'a str>,
    postable: bool,
    #[serde(default)]
    liquid: bool,
}

#[derive(Deserialize)]
struct Chart<'a> {
    #[serde(borrow)]
    accounts: Vec<Account<'a>>,
}

#[derive(Deserialize)]
struct OneAccount<'a> {
    #[serde(borrow)]
    account: Account<'a>,
}

#[derive(Deserialize)]
struct Retired<'a> {
    code: &'a str,
}

fn told(event: &Event<'_>, account: Account<'_>) -> Result<Told, ApplyError> {
    let parent = account.parent.map(|parent| event.parse::<AccountCode>(parent));
    Ok(Told {
        code: event.parse::<AccountCode>(account.code)?.to_string(),
        position: sql_position(event.position),
        name: Some(text_or_empty(event, Some(account.name))?),
        account_type: Some(event.parse::<AccountType>(account.account_type)?.to_string()),
        nature: Some(event.parse::<Side>(account.nature)?.to_string()),
        // Empty, because an account may be put at the top again.
        parent: Some(
            parent
                .transpose()?
                .map_or_else(String::new, |parent| parent.to_string()),
        ),
        postable: Some(account.postable),
        liquid: Some(account.liquid),
        retired: false,
    })
}

impl Projection for AccountsFold {
    const NAME: &'static str = "accounts";
    const VERSION: u16 = 1;
    type Fold = Rows<Told>;

    fn apply(event: &Event<'_>, fold: &mut Rows<Told>) -> Result<(), ApplyError> {
        let EventKind::Chart(kind) = event.kind else {
            return Ok(());
        };
        match kind {
            ChartKind::ChartDefined => {
                let chart: Chart<'_> = event.payload()?;
                let accounts = chart.accounts.into_iter().map(|account| told(event, account));
                for account in accounts.collect::<Result<Vec<_>, _>>()? {
                    fold.put(account);
                }
            }
            ChartKind::AccountDefined | ChartKind::AccountChanged => {
                let one: OneAccount<'_> = event.payload()?;
                fold.put(told(event, one.account)?);
            }
            ChartKind::AccountRetired => {
                let account: Retired<'_> = event.payload()?;
                fold.put(Told {
                    code: event.parse::<AccountCode>(account.code)?.to_string(),
                    position: sql_position(event.position),
                    name: None,
                    account_type: None,
                    nature: None,
                    parent: None,
                    postable: None,
                    liquid: None,
                    retired: true,
                });
            }
            ChartKind::AccountRoleAssigned
            | ChartKind::CostCenterDefined
            | ChartKind::CostCenterChanged
            | ChartKind::CostCenterRetired => {}
        }
        Ok(())
    }
}

/// An account of the chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChartAccount {
    /// The account.
    pub code: AccountCode,
    /// Its name.
    pub name: String,
    /// What it is.
    pub account_type: AccountType,
    /// The side on which it usually grows.
    pub nature: Side,
    /// The heading that it stands under.
    pub parent: Option<AccountCode>,
    /// Whether entries are posted to it.
    pub postable: bool,
    /// Whether what it holds is money at hand.
    pub liquid: bool,
    /// Whether nothing more is posted to it.
    pub retired: bool,
}

impl ReadRow for ChartAccount {
    type Of = AccountsFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        let parent: &str = columns.get("parent")?;
        let parent = (!parent.is_empty()).then(|| columns.read("parent", parent));
        Ok(Self {
            code: columns.parse("code")?,
            name: columns.get("name")?,
            account_type: columns.parse("account_type")?,
            nature: columns.parse("nature")?,
            parent: parent.transpose()?,
            postable: columns.get("postable")?,
            liquid: columns.get("liquid")?,
            retired: columns.get("retired")?,
        })
    }
}
