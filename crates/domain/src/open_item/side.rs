//! The two sides of what is owed, and the kinds that there are of it.

use crate::AccountRole;
use crate::closed_word::closed_word;

/// Owed to the company.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Receivable;

/// Owed by the company.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Payable;

closed_word!(
    /// What something is owed for.
    ItemKind, "ITEM_KIND_INVALID",
    "a kind is card, pix, boleto, customer, voucher, check or other_receivable; or supplier, salary, tax, refund or other_payable", {
        /// A card; the acquirer owes.
        Card = "card",
        /// PIX or a transfer; the bank owes until it shows it.
        Pix = "pix",
        /// A bank slip or trade bill.
        Boleto = "boleto",
        /// Credit that the store itself gave.
        Customer = "customer",
        /// A food, meal or fuel voucher; its issuer owes.
        Voucher = "voucher",
        /// A check.
        Check = "check",
        /// Anything else owed to the company.
        OtherReceivable = "other_receivable",
        /// A delivery.
        Supplier = "supplier",
        /// Salaries.
        Salary = "salary",
        /// Taxes.
        Tax = "tax",
        /// What a customer gets back.
        Refund = "refund",
        /// Anything else that the company owes.
        OtherPayable = "other_payable",
    }
);

impl ItemKind {
    /// The role whose account holds items of this kind.
    #[must_use]
    pub const fn role(self) -> AccountRole {
        match self {
            Self::Card => AccountRole::CARD_RECEIVABLE,
            Self::Pix => AccountRole::PIX_IN_TRANSIT,
            Self::Boleto => AccountRole::BOLETO_RECEIVABLE,
            Self::Customer => AccountRole::CUSTOMER_RECEIVABLE,
            Self::Voucher => AccountRole::VOUCHER_RECEIVABLE,
            Self::Check => AccountRole::CHECK_RECEIVABLE,
            Self::OtherReceivable => AccountRole::OTHER_RECEIVABLE,
            Self::Supplier => AccountRole::SUPPLIERS,
            Self::Salary => AccountRole::SALARIES_PAYABLE,
            Self::Tax => AccountRole::TAXES_PAYABLE,
            Self::Refund => AccountRole::REFUNDS_PAYABLE,
            Self::OtherPayable => AccountRole::OTHER_PAYABLES,
        }
    }

    /// The kind whose items an account of this role holds; `None` where it holds none.
    #[must_use]
    pub fn of_role(role: &AccountRole) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.role() == *role)
    }
}
