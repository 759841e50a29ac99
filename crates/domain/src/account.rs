//! What accounts are known by and what they are for.

use crate::closed_word::closed_word;
use crate::open_word::open_word;
use crate::text::serde_as_str;

closed_word!(
    /// What an account is, which says where it stands in the statements.
    AccountType, "ACCOUNT_TYPE_INVALID", "a type is asset, liability, equity, revenue, deduction, cost or expense", {
        /// What the company has.
        Asset = "asset",
        /// What it owes.
        Liability = "liability",
        /// What is its owners'.
        Equity = "equity",
        /// What it earned.
        Revenue = "revenue",
        /// What lowers revenue: returns, cancellations, discounts, taxes on sales.
        Deduction = "deduction",
        /// What the goods sold had cost.
        Cost = "cost",
        /// What the business costs beside its goods.
        Expense = "expense",
    }
);

impl AccountType {
    /// The side on which an account of this type usually grows.
    #[must_use]
    pub const fn nature(self) -> Side {
        match self {
            Self::Asset | Self::Deduction | Self::Cost | Self::Expense => Side::Debit,
            Self::Liability | Self::Equity | Self::Revenue => Side::Credit,
        }
    }

    /// Whether it is part of the income statement, and not of the balance sheet.
    #[must_use]
    pub const fn is_of_result(self) -> bool {
        match self {
            Self::Revenue | Self::Deduction | Self::Cost | Self::Expense => true,
            Self::Asset | Self::Liability | Self::Equity => false,
        }
    }
}

closed_word!(
    /// One of the two sides of an account.
    Side, "SIDE_INVALID", "a side is debit or credit", {
        /// The left one.
        Debit = "debit",
        /// The right one.
        Credit = "credit",
    }
);

impl Side {
    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Debit => Self::Credit,
            Self::Credit => Self::Debit,
        }
    }
}

open_word!(
    /// What posting needs an account for; the list is open, because a company may post by roles of its own.
    AccountRole, "ACCOUNT_ROLE_INVALID", "an account's role is 1 to 40 of a-z, 0-9 and _", {
        /// Notes and coins in a store.
        CASH = "cash",
        /// Money at a bank.
        BANK = "bank",
        /// PIX and transfers that the bank has not shown yet.
        PIX_IN_TRANSIT = "pix_in_transit",
        /// What acquirers owe for cards.
        CARD_RECEIVABLE = "card_receivable",
        /// What is owed on bank slips and trade bills.
        BOLETO_RECEIVABLE = "boleto_receivable",
        /// What customers owe the store itself.
        CUSTOMER_RECEIVABLE = "customer_receivable",
        /// What issuers owe for food, meal and fuel vouchers.
        VOUCHER_RECEIVABLE = "voucher_receivable",
        /// Checks that are not paid in yet.
        CHECK_RECEIVABLE = "check_receivable",
        /// Other money to come.
        OTHER_RECEIVABLE = "other_receivable",
        /// Money whose means nobody told.
        UNIDENTIFIED_RECEIPTS = "unidentified_receipts",
        /// Goods.
        INVENTORY = "inventory",
        /// What is owed for goods.
        SUPPLIERS = "suppliers",
        /// What is owed to employees.
        SALARIES_PAYABLE = "salaries_payable",
        /// What is owed in taxes.
        TAXES_PAYABLE = "taxes_payable",
        /// What is owed to customers for what they gave back.
        REFUNDS_PAYABLE = "refunds_payable",
        /// What else is owed.
        OTHER_PAYABLES = "other_payables",
        /// Gift vouchers that were sold and not used.
        GIFT_VOUCHERS = "gift_vouchers",
        /// The other side of balances from before the books.
        OPENING_BALANCE = "opening_balance",
        /// Goods sold, before any discount.
        GROSS_REVENUE = "gross_revenue",
        /// Goods that came back.
        SALES_RETURNS = "sales_returns",
        /// Sales that were voided.
        SALES_CANCELLED = "sales_cancelled",
        /// Discounts on sales.
        SALES_DISCOUNTS = "sales_discounts",
        /// What was paid with points.
        LOYALTY_COST = "loyalty_cost",
        /// What the goods sold had cost.
        COGS = "cogs",
        /// Goods lost, broken or past their date.
        SHRINKAGE = "shrinkage",
        /// Goods found.
        SURPLUS = "surplus",
        /// Goods that the shop used itself.
        INTERNAL_USE = "internal_use",
        /// What acquirers keep.
        CARD_FEES = "card_fees",
        /// What banks keep.
        BANK_FEES = "bank_fees",
        /// Discounts for paying early, given.
        DISCOUNTS_GIVEN = "discounts_given",
        /// Discounts for paying early, obtained.
        DISCOUNTS_OBTAINED = "discounts_obtained",
        /// Interest and fines received.
        INTEREST_INCOME = "interest_income",
        /// Interest and fines paid.
        INTEREST_EXPENSE = "interest_expense",
        /// What nobody will pay any more.
        BAD_DEBTS = "bad_debts",
        /// Salaries.
        SALARIES = "salaries",
        /// What the employer pays on top of wages, such as INSS and FGTS.
        PAYROLL_CHARGES = "payroll_charges",
        /// Other income.
        OTHER_INCOME = "other_income",
        /// Other expenses.
        OTHER_EXPENSE = "other_expense",
    }
);
serde_as_str!(AccountRole);

impl AccountRole {
    /// The roles that the domain has a word for.
    pub const KNOWN: [Self; 38] = [
        Self::CASH,
        Self::BANK,
        Self::PIX_IN_TRANSIT,
        Self::CARD_RECEIVABLE,
        Self::BOLETO_RECEIVABLE,
        Self::CUSTOMER_RECEIVABLE,
        Self::VOUCHER_RECEIVABLE,
        Self::CHECK_RECEIVABLE,
        Self::OTHER_RECEIVABLE,
        Self::UNIDENTIFIED_RECEIPTS,
        Self::INVENTORY,
        Self::SUPPLIERS,
        Self::SALARIES_PAYABLE,
        Self::TAXES_PAYABLE,
        Self::REFUNDS_PAYABLE,
        Self::OTHER_PAYABLES,
        Self::GIFT_VOUCHERS,
        Self::OPENING_BALANCE,
        Self::GROSS_REVENUE,
        Self::SALES_RETURNS,
        Self::SALES_CANCELLED,
        Self::SALES_DISCOUNTS,
        Self::LOYALTY_COST,
        Self::COGS,
        Self::SHRINKAGE,
        Self::SURPLUS,
        Self::INTERNAL_USE,
        Self::CARD_FEES,
        Self::BANK_FEES,
        Self::DISCOUNTS_GIVEN,
        Self::DISCOUNTS_OBTAINED,
        Self::INTEREST_INCOME,
        Self::INTEREST_EXPENSE,
        Self::BAD_DEBTS,
        Self::SALARIES,
        Self::PAYROLL_CHARGES,
        Self::OTHER_INCOME,
        Self::OTHER_EXPENSE,
    ];

    /// The roles whose accounts have a ledger of their own to agree with: nothing is posted there by hand.
    pub const CONTROLLED: [Self; 13] = [
        Self::INVENTORY,
        Self::PIX_IN_TRANSIT,
        Self::CARD_RECEIVABLE,
        Self::BOLETO_RECEIVABLE,
        Self::CUSTOMER_RECEIVABLE,
        Self::VOUCHER_RECEIVABLE,
        Self::CHECK_RECEIVABLE,
        Self::OTHER_RECEIVABLE,
        Self::SUPPLIERS,
        Self::SALARIES_PAYABLE,
        Self::TAXES_PAYABLE,
        Self::REFUNDS_PAYABLE,
        Self::OTHER_PAYABLES,
    ];

    /// Whether accounts of this role have a ledger of their own to agree with.
    #[must_use]
    pub fn is_controlled(&self) -> bool {
        Self::CONTROLLED.contains(self)
    }
}
