//! What can have happened to a company; append-only.

use serde::{Deserialize, Serialize};

use crate::event::events;
use crate::{Cnpj, CompanyId, Currency, Policy, RetentionPolicy};

events! {
    /// What can have happened to a company.
    pub enum CompanyEvent of CompanyKind {
        /// The company was set up.
        CompanyDefined(CompanyDefined) = 1,
        /// The company chose where the rules leave a choice.
        CompanyPolicySet(CompanyPolicySet) = 1,
        /// The company said for how long personal data is kept.
        RetentionPolicySet(RetentionPolicySet) = 1,
    }
}

/// The company was set up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyDefined {
    /// The company.
    pub company_id: CompanyId,
    /// Its name.
    pub name: String,
    /// The CNPJ of its head office.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cnpj: Option<Cnpj>,
    /// The currency its books are kept in.
    pub currency: Currency,
}

/// The company chose where the rules leave a choice; the whole policy from then on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyPolicySet {
    /// The company.
    pub company_id: CompanyId,
    /// For how many hours after the sale it may be voided, by the clock of the sale and of the void; `None` is for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub void_window_hours: Option<u32>,
    /// Whether sales and receipts of goods whose SKU is not in the catalogue are refused.
    pub strict_catalog: bool,
}

impl CompanyPolicySet {
    /// The policy as rules look at it.
    #[must_use]
    pub const fn policy(&self) -> Policy {
        Policy {
            void_window_hours: self.void_window_hours,
            strict_catalog: self.strict_catalog,
        }
    }
}

/// The company said for how long personal data is kept; the whole policy from then on, also for what is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetentionPolicySet {
    /// The company.
    pub company_id: CompanyId,
    /// For how many months what reaches a person is kept after its last use, 1 to 1,200.
    pub contact_months: u32,
    /// For how many months it is kept who bought, 1 to 1,200.
    pub fiscal_months: u32,
    /// For how many months what an employer has to keep is kept after the last day of work, 1 to 1,200.
    pub labour_months: u32,
}

impl RetentionPolicySet {
    /// The policy as rules look at it.
    #[must_use]
    pub const fn policy(&self) -> RetentionPolicy {
        RetentionPolicy {
            contact_months: self.contact_months,
            fiscal_months: self.fiscal_months,
            labour_months: self.labour_months,
        }
    }
}
