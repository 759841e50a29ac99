//! The parts of an event's value.

use std::borrow::Cow;

use crate::books::{BooksBegun, OpeningStock};
use crate::payroll::PayrollCost;
use crate::posting_rules::PostingPart;
use crate::sale::{SaleRecorded, SaleReturned, SaleVoided};
use crate::statement_line::StatementLineWrittenOff;
use crate::stock::{StockAdjusted, StockIssued, StockReceived, StockReturned};
use crate::{AccountCode, AccountRole, Amount, CostCenterId, MethodAmount, Side, StoreId};

/// A part of an event's value, which is posted to one account on one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Where it is posted.
    pub place: Place,
    /// On which side when it is above zero; below zero it is the other one.
    pub side: Side,
    /// How much.
    pub amount: Amount,
    /// Which payment of a sale it is, from 0.
    pub payment: Option<usize>,
}

/// Where a part is posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Where the rules say.
    Rule {
        /// The part.
        part: PostingPart,
        /// Its sort: a payment method, the reason of an adjustment, a kind of item.
        qualifier: Option<Cow<'static, str>>,
    },
    /// Where the rules say, in a store and a cost centre.
    RuleIn {
        /// The part.
        part: PostingPart,
        /// The store.
        store_id: StoreId,
        /// The cost centre.
        cost_center: Option<CostCenterId>,
    },
    /// To the account of a role in a store, whatever the rules say.
    Role {
        /// The role.
        role: AccountRole,
        /// The store.
        store_id: StoreId,
    },
    /// To an account that the event names.
    Account {
        /// The account.
        account: AccountCode,
        /// The role that it has here; `None` where somebody named the account.
        role: Option<AccountRole>,
        /// The cost centre.
        cost_center: Option<CostCenterId>,
    },
}

impl Part {
    pub(super) const fn debit(part: PostingPart, amount: Amount) -> Self {
        Self::by_rule(Side::Debit, part, None, amount)
    }

    pub(super) const fn credit(part: PostingPart, amount: Amount) -> Self {
        Self::by_rule(Side::Credit, part, None, amount)
    }

    pub(super) const fn by_rule(
        side: Side,
        part: PostingPart,
        qualifier: Option<Cow<'static, str>>,
        amount: Amount,
    ) -> Self {
        Self {
            place: Place::Rule { part, qualifier },
            side,
            amount,
            payment: None,
        }
    }

    pub(super) fn to_account(side: Side, account: &AccountCode, amount: Amount) -> Self {
        Self {
            place: Place::Account {
                account: account.clone(),
                role: None,
                cost_center: None,
            },
            side,
            amount,
            payment: None,
        }
    }
}

/// What a sale came to: what was paid and the discounts against the goods.
pub(super) fn of_sale(sale: &SaleRecorded) -> Vec<Part> {
    let received = sale.received_by_payment().into_iter();
    let mut parts: Vec<Part> = received
        .map(|(payment, received)| Part {
            payment,
            ..of_payment(Side::Debit, &received)
        })
        .collect();
    parts.push(Part::debit(PostingPart::Discount, sale.discount_total));
    parts.push(Part::credit(PostingPart::Gross, sale.gross_total));
    parts
}

pub(super) fn of_void(void: &SaleVoided) -> Vec<Part> {
    let mut parts = vec![Part::debit(PostingPart::Cancelled, void.total)];
    parts.extend(void.refunds.iter().map(|refund| of_payment(Side::Credit, refund)));
    parts
}

/// By the money that was given back, as the figures of sales have it: what the goods were worth may be more or less.
pub(super) fn of_return(back: &SaleReturned) -> Vec<Part> {
    let mut parts = vec![Part::debit(PostingPart::Returned, back.total_refund)];
    parts.extend(back.refunds.iter().map(|refund| of_payment(Side::Credit, refund)));
    parts
}

fn of_payment(side: Side, paid: &MethodAmount) -> Part {
    let method = Cow::Owned(paid.method.as_str().to_owned());
    Part::by_rule(side, PostingPart::Payment, Some(method), paid.amount)
}

/// Goods settle what went out below zero before they are goods on hand: that much is a cost at once.
pub(super) fn of_receipt(received: &StockReceived) -> Option<Vec<Part>> {
    let on_hand = received.value.checked_sub(received.negative_settled)?;
    Some(vec![
        Part::debit(PostingPart::Inventory, on_hand),
        Part::debit(PostingPart::Cost, received.negative_settled),
        Part::credit(PostingPart::Supplied, received.value),
    ])
}

pub(super) fn of_issue(issued: &StockIssued) -> Vec<Part> {
    vec![
        Part::debit(PostingPart::Cost, issued.cost),
        Part::credit(PostingPart::Inventory, issued.cost),
    ]
}

pub(super) fn of_restock(returned: &StockReturned) -> Option<Vec<Part>> {
    let on_hand = returned.value.checked_sub(returned.negative_settled)?;
    Some(vec![
        Part::debit(PostingPart::Inventory, on_hand),
        Part::credit(PostingPart::Cost, on_hand),
    ])
}

pub(super) fn of_adjustment(adjusted: &StockAdjusted) -> Option<Vec<Part>> {
    let on_hand = adjusted.value.checked_sub(adjusted.negative_settled)?;
    let reason = Some(Cow::Borrowed(adjusted.reason.as_str()));
    let other_side = if adjusted.value.is_negative() {
        let lost = adjusted.value.checked_neg()?;
        Part::by_rule(Side::Debit, PostingPart::Loss, reason, lost)
    } else {
        Part::by_rule(Side::Credit, PostingPart::Gain, reason, adjusted.value)
    };
    Some(vec![
        Part::debit(PostingPart::Inventory, on_hand),
        Part::debit(PostingPart::Cost, adjusted.negative_settled),
        other_side,
    ])
}

/// Goods from before the books, against what the company is worth.
pub(super) fn of_opening(begun: &BooksBegun) -> Vec<Part> {
    let mut parts = Vec::with_capacity(begun.opening.len() * 2);
    for OpeningStock { store_id, value } in &begun.opening {
        let part = |role, side| Part {
            place: Place::Role {
                role,
                store_id: store_id.clone(),
            },
            side,
            amount: *value,
            payment: None,
        };
        parts.push(part(AccountRole::INVENTORY, Side::Debit));
        parts.push(part(AccountRole::OPENING_BALANCE, Side::Credit));
    }
    parts
}

/// What stores and cost centres bear on this side, and what is owed for it on the other: the wages that are paid out, and
/// what goes to the state and others.
pub(super) fn of_payroll(costs: &[PayrollCost], side: Side) -> Option<Vec<Part>> {
    let mut parts = Vec::with_capacity(costs.len() * 2 + 2);
    for cost in costs {
        for (part, amount) in [
            (PostingPart::Wages, cost.amounts.gross),
            (PostingPart::Charges, cost.amounts.charges),
        ] {
            parts.push(Part {
                place: Place::RuleIn {
                    part,
                    store_id: cost.store_id.clone(),
                    cost_center: cost.cost_center.clone(),
                },
                side,
                amount,
                payment: None,
            });
        }
    }
    let total = PayrollCost::total(costs)?;
    let levies = total.withheld()?.checked_add(total.charges)?;
    parts.push(Part::by_rule(
        side.other(),
        PostingPart::NetWages,
        None,
        total.net,
    ));
    parts.push(Part::by_rule(side.other(), PostingPart::Levies, None, levies));
    Some(parts)
}

pub(super) fn of_statement_line(line: &StatementLineWrittenOff) -> Option<Vec<Part>> {
    let net = line.gross.checked_sub(line.fee)?;
    Some(vec![
        Part::to_account(Side::Debit, &line.money_account, net),
        Part::debit(PostingPart::Fee, line.fee),
        Part::to_account(Side::Credit, &line.counter, line.gross),
    ])
}
