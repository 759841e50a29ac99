//! The rules that a company begins with: how each value is posted in a Brazilian retailer's books.

use PostedEvent as E;
use PostingPart as P;

use super::{PostedEvent, PostingPart, PostingRule, PostingRulesDefined};
use crate::open_item::ItemKind;
use crate::stock::AdjustmentReason;
use crate::{AccountRole as R, FIRST_DAY, PaymentMethod as M};

/// Where what was paid by a method goes: to the till, to what is owed for it, or to what it cost.
const METHODS: [(M, R); 17] = [
    (M::CASH, R::CASH),
    (M::CREDIT_CARD, R::CARD_RECEIVABLE),
    (M::DEBIT_CARD, R::CARD_RECEIVABLE),
    (M::PIX, R::PIX_IN_TRANSIT),
    (M::PIX_STATIC, R::PIX_IN_TRANSIT),
    (M::DEPOSIT, R::PIX_IN_TRANSIT),
    (M::TRANSFER, R::PIX_IN_TRANSIT),
    (M::BOLETO, R::BOLETO_RECEIVABLE),
    (M::TRADE_BILL, R::BOLETO_RECEIVABLE),
    (M::STORE_CREDIT, R::CUSTOMER_RECEIVABLE),
    (M::LATER, R::CUSTOMER_RECEIVABLE),
    (M::CHECK, R::CHECK_RECEIVABLE),
    (M::FOOD, R::VOUCHER_RECEIVABLE),
    (M::MEAL, R::VOUCHER_RECEIVABLE),
    (M::FUEL, R::VOUCHER_RECEIVABLE),
    (M::GIFT, R::GIFT_VOUCHERS),
    (M::LOYALTY, R::LOYALTY_COST),
];

/// Rules for all sorts of a part.
const GENERAL: [(E, P, R); 43] = [
    (E::SaleRecorded, P::Gross, R::GROSS_REVENUE),
    (E::SaleRecorded, P::Discount, R::SALES_DISCOUNTS),
    (E::SaleRecorded, P::Payment, R::UNIDENTIFIED_RECEIPTS),
    (E::SaleVoided, P::Cancelled, R::SALES_CANCELLED),
    (E::SaleVoided, P::Payment, R::UNIDENTIFIED_RECEIPTS),
    (E::SaleReturned, P::Returned, R::SALES_RETURNS),
    (E::SaleReturned, P::Payment, R::UNIDENTIFIED_RECEIPTS),
    (E::StockReceived, P::Inventory, R::INVENTORY),
    (E::StockReceived, P::Cost, R::COGS),
    (E::StockReceived, P::Supplied, R::SUPPLIERS),
    (E::StockIssued, P::Inventory, R::INVENTORY),
    (E::StockIssued, P::Cost, R::COGS),
    (E::StockReturned, P::Inventory, R::INVENTORY),
    (E::StockReturned, P::Cost, R::COGS),
    (E::StockAdjusted, P::Inventory, R::INVENTORY),
    (E::StockAdjusted, P::Cost, R::COGS),
    (E::StockAdjusted, P::Loss, R::SHRINKAGE),
    (E::StockAdjusted, P::Gain, R::SURPLUS),
    (E::ReceivableSettled, P::Fee, R::BANK_FEES),
    (E::ReceivableSettled, P::EarlyDiscount, R::DISCOUNTS_GIVEN),
    (E::ReceivableSettled, P::Interest, R::INTEREST_INCOME),
    (E::ReceivableSettlementReversed, P::Fee, R::BANK_FEES),
    (
        E::ReceivableSettlementReversed,
        P::EarlyDiscount,
        R::DISCOUNTS_GIVEN,
    ),
    (E::ReceivableSettlementReversed, P::Interest, R::INTEREST_INCOME),
    (E::ReceivableCredited, P::Credit, R::SALES_RETURNS),
    (E::ReceivableWrittenOff, P::WriteOff, R::BAD_DEBTS),
    (E::PayableSettled, P::Fee, R::BANK_FEES),
    (E::PayableSettled, P::EarlyDiscount, R::DISCOUNTS_OBTAINED),
    (E::PayableSettled, P::Interest, R::INTEREST_EXPENSE),
    (E::PayableSettlementReversed, P::Fee, R::BANK_FEES),
    (
        E::PayableSettlementReversed,
        P::EarlyDiscount,
        R::DISCOUNTS_OBTAINED,
    ),
    (E::PayableSettlementReversed, P::Interest, R::INTEREST_EXPENSE),
    (E::PayableCredited, P::Credit, R::OTHER_INCOME),
    (E::PayableWrittenOff, P::WriteOff, R::OTHER_INCOME),
    (E::StatementLineWrittenOff, P::Fee, R::BANK_FEES),
    (E::PayrollRecorded, P::Wages, R::SALARIES),
    (E::PayrollRecorded, P::Charges, R::PAYROLL_CHARGES),
    (E::PayrollRecorded, P::NetWages, R::SALARIES_PAYABLE),
    (E::PayrollRecorded, P::Levies, R::TAXES_PAYABLE),
    (E::PayrollVoided, P::Wages, R::SALARIES),
    (E::PayrollVoided, P::Charges, R::PAYROLL_CHARGES),
    (E::PayrollVoided, P::NetWages, R::SALARIES_PAYABLE),
    (E::PayrollVoided, P::Levies, R::TAXES_PAYABLE),
];

/// What is kept of a card or a voucher is a cost of selling, and no bank's charge.
const FEES: [ItemKind; 2] = [ItemKind::Card, ItemKind::Voucher];

/// Rules for reasons of adjustments: what was there before the books is no loss and no gain.
const REASONS: [(P, AdjustmentReason, R); 3] = [
    (P::Loss, AdjustmentReason::InternalUse, R::INTERNAL_USE),
    (P::Loss, AdjustmentReason::Opening, R::OPENING_BALANCE),
    (P::Gain, AdjustmentReason::Opening, R::OPENING_BALANCE),
];

impl PostingRulesDefined {
    /// Rules for every event that moves value, from the first day that a document may bear.
    #[must_use]
    pub fn brazilian_retail() -> Self {
        let rule = |(event, part, role): &(E, P, R), qualifier: Option<&str>| PostingRule {
            event: *event,
            part: *part,
            qualifier: qualifier.map(str::to_owned),
            role: role.clone(),
            valid_from: FIRST_DAY,
        };
        let mut rules: Vec<_> = GENERAL.iter().map(|general| rule(general, None)).collect();
        for event in [E::SaleRecorded, E::SaleVoided, E::SaleReturned] {
            for (method, role) in &METHODS {
                rules.push(rule(&(event, P::Payment, role.clone()), Some(method.as_str())));
            }
        }
        for event in [E::ReceivableSettled, E::ReceivableSettlementReversed] {
            let fees = FEES
                .iter()
                .map(|kind| rule(&(event, P::Fee, R::CARD_FEES), Some(kind.as_str())));
            rules.extend(fees);
        }
        for (part, reason, role) in &REASONS {
            rules.push(rule(
                &(E::StockAdjusted, *part, role.clone()),
                Some(reason.as_str()),
            ));
        }
        let by_supplier = (E::PayableCredited, P::Credit, R::DISCOUNTS_OBTAINED);
        rules.push(rule(&by_supplier, Some(ItemKind::Supplier.as_str())));
        Self { rules }
    }
}
