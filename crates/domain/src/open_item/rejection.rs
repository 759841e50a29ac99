//! How something owed can say no.

use jiff::civil::Date;

use super::ItemKind;
use crate::{
    AccountRole, Amount, Circumstance, InvalidValue, OpenItemId, Rejection, SettlementId, Told, reasons,
};

/// Why a command to something owed was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ItemRejection {
    /// A field breaks its own rule.
    #[error(transparent)]
    Invalid(#[from] InvalidValue),
    /// What is outside the stream stands in the way.
    #[error(transparent)]
    Circumstance(#[from] Circumstance),
    /// The instalments do not sum to the amount.
    #[error("the instalments come to {sum} minor units, the amount is {amount}; correct either")]
    InstallmentsMismatch {
        /// The field that has them.
        field: &'static str,
        /// What they should sum to.
        amount: Amount,
        /// The sum of the instalments.
        sum: Amount,
    },
    /// The kind is one of the other side.
    #[error("kind {kind} is not one of a {side}; choose one of {kinds}")]
    KindOfOtherSide {
        /// The kind.
        kind: ItemKind,
        /// The side, as its stream is called.
        side: &'static str,
        /// The kinds that there are.
        kinds: String,
    },
    /// Nothing with this id is registered.
    #[error("{item_id} is not registered; register it first, or correct the id")]
    ItemUnknown {
        /// The item.
        item_id: OpenItemId,
    },
    /// The item has no such instalment.
    #[error("there is no instalment {number} of {item_id}; name one of its instalments")]
    InstallmentUnknown {
        /// The item.
        item_id: OpenItemId,
        /// The instalment.
        number: u16,
    },
    /// More would be paid than is open.
    #[error(
        "{given} minor units are more than the {open} that are open of instalment {number}; pay at most that"
    )]
    SettlementExceedsOpen {
        /// The instalment.
        number: u16,
        /// What is open of it.
        open: Amount,
        /// What would be paid.
        given: Amount,
    },
    /// Nothing is open of the instalment.
    #[error("nothing is open of instalment {number}; check whether the payment is recorded twice")]
    AlreadySettled {
        /// The instalment.
        number: u16,
    },
    /// More would be taken off than is open.
    #[error("{given} minor units are more than the {open} that are open; take off at most that")]
    AmountExceedsOpen {
        /// What is open.
        open: Amount,
        /// What would be taken off.
        given: Amount,
    },
    /// Nothing is open.
    #[error("nothing is open of {item_id}, so there is nothing to change; check the id")]
    NothingOpen {
        /// The item.
        item_id: OpenItemId,
    },
    /// Another settlement has this reference of the bank.
    #[error("reference {reference} of this account belongs to another settlement; check for a double entry")]
    BankReferenceInUse {
        /// The reference.
        reference: String,
    },
    /// The item has no such settlement.
    #[error("settlement {settlement_id} is not one of {item_id}; correct the id")]
    SettlementUnknown {
        /// The item.
        item_id: OpenItemId,
        /// The settlement.
        settlement_id: SettlementId,
    },
    /// The settlement is undone already.
    #[error("settlement {settlement_id} is reversed already; nothing is left to undo")]
    SettlementAlreadyReversed {
        /// The settlement.
        settlement_id: SettlementId,
    },
    /// Payments, credits or write-offs stand, so the item cannot be taken back.
    #[error(
        "{item_id} has {settlements} settlements or credits; reverse the settlements first, or write off the rest"
    )]
    HasSettlements {
        /// The item.
        item_id: OpenItemId,
        /// How many.
        settlements: usize,
    },
    /// The item is owed for something that is recorded.
    #[error("{item_id} is owed for a recorded {origin}; void or return that, or write this off")]
    ItemIsDerived {
        /// The item.
        item_id: OpenItemId,
        /// What it is owed for.
        origin: &'static str,
    },
    /// The day is before that of the item, or of the payment that is undone.
    #[error("{date} is before {earliest}, the day of what it is about; correct the date")]
    DateTooEarly {
        /// The day.
        date: Date,
        /// The first day that makes sense.
        earliest: Date,
    },
    /// No account holds items of this kind.
    #[error("no account has the role {role}, which holds {kind}; assign it one first")]
    KindHasNoAccount {
        /// The kind.
        kind: ItemKind,
        /// Its role.
        role: AccountRole,
    },
    /// Too much has happened to the item.
    #[error("{item_id} has {count} {what}, which is the most; register what is left as another")]
    ItemFull {
        /// The item.
        item_id: OpenItemId,
        /// What there is too much of.
        what: &'static str,
        /// How many there are.
        count: usize,
    },
    /// It is recorded already, with other content.
    #[error("{what} is recorded with other content; use a new id, or send exactly what was sent before")]
    IdempotencyMismatch {
        /// What.
        what: String,
    },
}

impl Rejection for ItemRejection {
    fn told(&self) -> Told {
        match self {
            Self::Invalid(invalid) => invalid.told(),
            Self::Circumstance(circumstance) => circumstance.told(),
            Self::InstallmentsMismatch { field, amount, sum } => Told::invalid("INSTALLMENTS_MISMATCH")
                .at(*field)
                .with("amount", amount)
                .with("sum", sum),
            Self::KindOfOtherSide { kind, kinds, .. } => Told::invalid("ITEM_KIND_OF_OTHER_SIDE")
                .at("kind")
                .with("kind", kind)
                .with("kinds", kinds),
            Self::ItemUnknown { item_id } => of(*item_id, Told::not_found("ITEM_UNKNOWN")).at("item_id"),
            Self::InstallmentUnknown { item_id, number } => {
                of(*item_id, Told::not_found("INSTALLMENT_UNKNOWN"))
                    .at("installment")
                    .with("installment", number)
            }
            Self::SettlementExceedsOpen { number, open, given } => {
                beyond(Told::state("SETTLEMENT_EXCEEDS_OPEN"), *open, *given)
                    .at("amount")
                    .with("installment", number)
            }
            Self::AlreadySettled { number } => Told::state("ALREADY_SETTLED")
                .at("installment")
                .with("installment", number),
            Self::AmountExceedsOpen { open, given } => {
                beyond(Told::state("AMOUNT_EXCEEDS_OPEN"), *open, *given).at("amount")
            }
            Self::NothingOpen { item_id } => of(*item_id, Told::state("NOTHING_OPEN")),
            Self::BankReferenceInUse { reference } => Told::duplicate("BANK_REFERENCE_IN_USE")
                .at("bank_reference")
                .with("bank_reference", reference),
            Self::SettlementUnknown {
                item_id,
                settlement_id,
            } => of(*item_id, Told::not_found("SETTLEMENT_UNKNOWN"))
                .at("settlement_id")
                .with("settlement_id", settlement_id),
            Self::SettlementAlreadyReversed { settlement_id } => Told::state("SETTLEMENT_ALREADY_REVERSED")
                .at("settlement_id")
                .with("settlement_id", settlement_id),
            Self::HasSettlements { item_id, settlements } => {
                of(*item_id, Told::state("HAS_SETTLEMENTS")).with("settlements", settlements)
            }
            Self::ItemIsDerived { item_id, origin } => {
                of(*item_id, Told::state("ITEM_IS_DERIVED")).with("origin", origin)
            }
            Self::DateTooEarly { date, earliest } => Told::invalid("DATE_BEFORE_ITEM")
                .at("business_date")
                .with("date", date)
                .with("earliest", earliest),
            Self::KindHasNoAccount { kind, role } => Told::state("KIND_HAS_NO_ACCOUNT")
                .at("kind")
                .with("kind", kind)
                .with("role", role),
            Self::ItemFull { item_id, what, count } => of(*item_id, Told::state("ITEM_FULL"))
                .with("what", what)
                .with("count", count),
            Self::IdempotencyMismatch { what } => {
                Told::duplicate(reasons::IDEMPOTENCY_MISMATCH).with("what", what)
            }
        }
    }
}

fn of(item_id: OpenItemId, told: Told) -> Told {
    told.with("item_id", item_id)
}

fn beyond(told: Told, open: Amount, given: Amount) -> Told {
    told.with("open", open).with("given", given)
}
