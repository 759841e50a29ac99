//! Which receivable a line of a statement pays.

use super::{StatementLineRecorded, UnmatchedReason};
use crate::Amount;
use crate::OpenItemId;
use crate::open_item::{InstallmentState, ItemState, Receivable};

/// How many days a statement may say that something was paid before the day that its sale counts for: a bank's day ends at
/// midnight, a store's may end later, and two clocks may differ.
const DAYS_EARLY_MAX: i32 = 3;

/// How many days after an instalment fell due a line may still pay it by itself: numbers of transactions begin anew.
const DAYS_LATE_MAX: i32 = 400;

/// What a line pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found<'a> {
    /// This instalment of this receivable, of which at least so much is open.
    Pays {
        /// The receivable.
        item: &'a ItemState<Receivable>,
        /// The instalment.
        installment: &'a InstallmentState,
    },
    /// Nothing.
    Nothing {
        /// Why.
        reason: UnmatchedReason,
        /// What it would pay, where that is known.
        item_id: Option<OpenItemId>,
    },
}

/// Finds what a line pays among receivables that have a key in common with it.
///
/// Numbers of transactions begin anew, so several may have the same one: of them that which has an instalment of just this
/// amount open is meant, else the only one that is open at all. Another amount is paid only where a stronger key says the
/// same on both sides. `is_capped` says that there are more candidates than were looked at.
#[must_use]
pub(super) fn find<'a>(
    line: &StatementLineRecorded,
    candidates: &[&'a ItemState<Receivable>],
    is_capped: bool,
) -> Found<'a> {
    let known: Vec<&ItemState<Receivable>> = candidates
        .iter()
        .copied()
        .filter(|item| is_of(line, item))
        .collect();
    let in_currency = |item: &&&ItemState<Receivable>| {
        item.registered
            .as_ref()
            .is_some_and(|one| one.item.currency == line.currency)
    };
    let mut fitting: Vec<&ItemState<Receivable>> = known.iter().filter(in_currency).copied().collect();
    if fitting.is_empty() {
        let reason = if known.is_empty() {
            UnmatchedReason::NothingFound
        } else {
            UnmatchedReason::OtherCurrency
        };
        return nothing(reason, &known);
    }
    for narrows in [has_exactly, has_open] {
        if fitting.len() > 1 {
            let narrowed: Vec<_> = fitting
                .iter()
                .filter(|item| narrows(line, item))
                .copied()
                .collect();
            if !narrowed.is_empty() {
                fitting = narrowed;
            }
        }
    }
    match fitting.as_slice() {
        [item] if is_capped && !is_surely_of(line, item) => nothing(UnmatchedReason::Ambiguous, &[item]),
        [item] => installment_of(line, item),
        several if several.iter().all(|item| item.open().is_zero()) => {
            nothing(UnmatchedReason::PaidAlready, several)
        }
        several => nothing(UnmatchedReason::Ambiguous, several),
    }
}

/// The instalment that a line pays: the one that it names, else one of just this amount, else the first that it fits into,
/// else the first.
fn installment_of<'a>(line: &StatementLineRecorded, item: &'a ItemState<Receivable>) -> Found<'a> {
    let open = item.open_installments();
    let installment = match line.installment {
        Some(number) => item.installment(number),
        None => open
            .iter()
            .find(|installment| installment.open == line.gross)
            .or_else(|| open.iter().find(|installment| installment.open >= line.gross))
            .or_else(|| open.first())
            .copied(),
    };
    match installment {
        Some(installment) if installment.open == line.gross => Found::Pays { item, installment },
        Some(installment) if installment.open > line.gross && is_surely_of(line, item) => {
            Found::Pays { item, installment }
        }
        Some(installment) if installment.open > line.gross => nothing(UnmatchedReason::Ambiguous, &[item]),
        Some(installment) if !installment.open.is_zero() => nothing(UnmatchedReason::BeyondOpen, &[item]),
        None if line.installment.is_some() => nothing(UnmatchedReason::NothingFound, &[item]),
        Some(_) | None => nothing(UnmatchedReason::PaidAlready, &[item]),
    }
}

fn is_of(line: &StatementLineRecorded, item: &ItemState<Receivable>) -> bool {
    item.registered.as_ref().is_some_and(|registered| {
        let days_early = registered
            .business_date
            .since(line.date)
            .map_or(i32::MAX, |span| span.get_days());
        registered.keys.agrees(&line.keys) && days_early <= DAYS_EARLY_MAX && !is_too_late(line, item)
    })
}

/// Whether the line is from long after the last instalment fell due.
fn is_too_late(line: &StatementLineRecorded, item: &ItemState<Receivable>) -> bool {
    let last = item
        .installments
        .iter()
        .map(|installment| installment.due_date)
        .max();
    let days_late = last
        .and_then(|last| line.date.since(last).ok())
        .map(|span| span.get_days());
    days_late.is_some_and(|days_late| days_late > DAYS_LATE_MAX)
}

/// Whether more than the number of a transaction says that the line is of this receivable.
fn is_surely_of(line: &StatementLineRecorded, item: &ItemState<Receivable>) -> bool {
    item.registered
        .as_ref()
        .is_some_and(|registered| registered.keys.agrees_strongly(&line.keys))
}

fn has_exactly(line: &StatementLineRecorded, item: &ItemState<Receivable>) -> bool {
    let is_named = |number: u16| line.installment.is_none_or(|named| named == number);
    let mut installments = item.installments.iter();
    installments.any(|installment| installment.open == line.gross && is_named(installment.number))
}

fn has_open(_line: &StatementLineRecorded, item: &ItemState<Receivable>) -> bool {
    item.open() > Amount::ZERO
}

/// Nothing is paid; the receivable is told where there is only one that could be meant.
fn nothing<'a>(reason: UnmatchedReason, items: &[&ItemState<Receivable>]) -> Found<'a> {
    let item_id = match items {
        [item] => item.registered.as_ref().map(|registered| registered.item.item_id),
        _ => None,
    };
    Found::Nothing { reason, item_id }
}
