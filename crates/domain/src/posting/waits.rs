//! What an event waits for that cannot be posted yet.

use crate::posting_rules::{PostedEvent, PostingPart};
use crate::{AccountRole, Currency, PayrollId, SaleId, StoreId};

/// What an event waits for that cannot be posted yet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Waits {
    /// No rule says where a part of it is posted.
    #[error(
        "no posting rule for {}; define one that holds on the day of the event",
        shown(*.event, *.part, .qualifier.as_deref())
    )]
    ForRule {
        /// The event.
        event: PostedEvent,
        /// The part of it.
        part: PostingPart,
        /// Its sort.
        qualifier: Option<String>,
    },
    /// The rule sends a part of it to an account that has a ledger of its own, in which it would be missing.
    #[error(
        "the posting rule for {} names the role {role}, whose accounts agree with a ledger of their own; \
         define a rule with another role",
        shown(*.event, *.part, .qualifier.as_deref())
    )]
    ForOtherRule {
        /// The event.
        event: PostedEvent,
        /// The part of it.
        part: PostingPart,
        /// Its sort.
        qualifier: Option<String>,
        /// The role.
        role: AccountRole,
    },
    /// A role has no account.
    #[error("no account has the role {role}{}; assign one", in_store(.store_id.as_ref()))]
    ForAccount {
        /// The role.
        role: AccountRole,
        /// The store; `None` for what is of no store.
        store_id: Option<StoreId>,
    },
    /// It undoes something of a sale that is not posted itself.
    #[error("sale {sale_id} is not posted yet; this follows when it is")]
    ForSale {
        /// The sale.
        sale_id: SaleId,
    },
    /// It takes a payroll back that is not posted itself.
    #[error("payroll {payroll_id} is not posted yet; this follows when it is")]
    ForPayroll {
        /// The payroll.
        payroll_id: PayrollId,
    },
    /// The books are kept in another currency.
    #[error(
        "the books are kept in {books}, and this is in {given}; amounts in other currencies are not posted; \
         keep a journal of them elsewhere, the months close without them"
    )]
    ForCurrency {
        /// The currency of the event.
        given: Currency,
        /// That of the books.
        books: Currency,
    },
}

impl Waits {
    /// The key that it waits under.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::ForRule {
                event,
                part,
                qualifier,
            }
            | Self::ForOtherRule {
                event,
                part,
                qualifier,
                ..
            } => key_of_rule(*event, *part, qualifier.as_deref()),
            Self::ForAccount { role, store_id } => key_of_role(role, store_id.as_ref()),
            Self::ForSale { sale_id } => key_of_sale(*sale_id),
            Self::ForPayroll { payroll_id } => key_of_payroll(*payroll_id),
            Self::ForCurrency { given, .. } => format!("currency-{given}"),
        }
    }

    /// The stable code of what is missing.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::ForRule { .. } => "POSTING_RULE_MISSING",
            Self::ForOtherRule { .. } => "POSTING_RULE_UNFIT",
            Self::ForAccount { .. } => "ACCOUNT_ROLE_UNASSIGNED",
            Self::ForSale { .. } => "SALE_NOT_POSTED",
            Self::ForPayroll { .. } => "PAYROLL_NOT_POSTED",
            Self::ForCurrency { .. } => "CURRENCY_NOT_OF_BOOKS",
        }
    }
}

/// The key of what waits for a rule. That of a part alone begins the key of each of its sorts.
#[must_use]
pub fn key_of_rule(event: PostedEvent, part: PostingPart, qualifier: Option<&str>) -> String {
    match qualifier {
        Some(qualifier) => format!("rule-{event}-{part}-{qualifier}"),
        None => format!("rule-{event}-{part}"),
    }
}

/// The key of what waits for the account of a role. That of all stores begins the key of each.
#[must_use]
pub fn key_of_role(role: &AccountRole, store_id: Option<&StoreId>) -> String {
    match store_id {
        Some(store_id) => format!("role-{role}-{store_id}"),
        None => format!("role-{role}"),
    }
}

/// The key of what waits for a sale to be posted.
#[must_use]
pub fn key_of_sale(sale_id: SaleId) -> String {
    format!("sale-{sale_id}")
}

/// The key of what waits for a payroll to be posted.
#[must_use]
pub fn key_of_payroll(payroll_id: PayrollId) -> String {
    format!("payroll-{payroll_id}")
}

fn shown(event: PostedEvent, part: PostingPart, qualifier: Option<&str>) -> String {
    match qualifier {
        Some(qualifier) => format!("{event}, {part} of {qualifier}"),
        None => format!("{event}, {part}"),
    }
}

fn in_store(store_id: Option<&StoreId>) -> String {
    store_id.map_or_else(String::new, |store_id| format!(" in store {store_id}"))
}
