//! The tally of one import: what became of every record, counted as the answers come in.

use std::collections::BTreeSet;

use posars_commands::{CommandError, Unavailability};
use posars_domain::{Amount, Quantity, Sku, reasons};

use super::{ImportProgress, state};
use crate::field::SheetKind;
use crate::finding::{Finding, PRODUCTS_NAMED_MAX};
use crate::note::Note;
use crate::outcome::ImportOutcome;
use crate::row_fault::RowFault;
use crate::row_reason::RowReason;
use crate::told_refusal::ToldRefusal;

/// Rows between two reports of progress; they take about a hundredth of a second.
const ROWS_TOLD_EVERY: u32 = 500;

/// A record that was offered to the log: its rows and what it weighs.
#[derive(Debug, Clone, Default)]
pub(super) struct RowGroup {
    /// Rows in the order of the command's lines.
    pub(super) rows: Vec<u32>,
    /// Later rows that say the same as the record: duplicates of it, or refused with it.
    pub(super) repeats: Vec<u32>,
    pub(super) quantity: Quantity,
    pub(super) amount: Amount,
    /// Products of its rows that are not in the catalogue: what moves of them waits.
    pub(super) waiting: Vec<(Sku, Quantity)>,
}

impl RowGroup {
    /// How many records the rows make: the repeats count for themselves.
    fn with_repeats(&self) -> u32 {
        u32::try_from(1 + self.repeats.len()).unwrap_or(u32::MAX)
    }
}

/// What the log answered.
#[derive(Debug)]
pub(super) enum Fate {
    /// New in the log.
    Accepted,
    /// There already.
    Duplicate,
    /// Not offered, for it would change nothing.
    Nothing,
    /// Not taken.
    Refused(CommandError),
}

/// Counts answers into the outcome.
pub(super) struct ImportTally<P> {
    pub(super) outcome: ImportOutcome,
    interrupted: bool,
    quantity: Quantity,
    amount: Amount,
    waiting: Waiting,
    rows_done: u32,
    rows_told: u32,
    progress: P,
}

/// What waits for products to be defined.
#[derive(Debug, Default)]
struct Waiting {
    products: BTreeSet<Sku>,
    rows: u32,
    quantity: Quantity,
}

impl<P: Fn(ImportProgress)> ImportTally<P> {
    pub(super) fn new(outcome: ImportOutcome, progress: P) -> Self {
        Self {
            outcome,
            interrupted: false,
            quantity: Quantity::ZERO,
            amount: Amount::ZERO,
            waiting: Waiting::default(),
            rows_done: 0,
            rows_told: 0,
            progress,
        }
    }

    /// Whether nothing more may be offered.
    pub(super) fn is_interrupted(&self) -> bool {
        self.interrupted
    }

    /// Stops the import, once, with the reason.
    pub(super) fn interrupt(&mut self, error: &CommandError) {
        if !self.interrupted {
            // The note is for people; what the driver says is for those who run the database.
            tracing::warn!(%error, reason = error.reason(), "an import was interrupted");
        }
        self.stop(Note::Interrupted(ToldRefusal::of(error)));
    }

    /// As [`ImportTally::interrupt`], for a reason that is no command's.
    pub(super) fn stop(&mut self, note: Note) {
        if !self.interrupted {
            self.outcome.notes.push(note);
        }
        self.interrupted = true;
    }

    /// Adds rows refused while reading.
    pub(super) fn rows_refused_in_reading(&mut self) {
        self.rows_done = self.outcome.refusals.count();
        self.tell();
    }

    /// Refuses all rows of a record without asking the log.
    pub(super) fn refuse_all(&mut self, record: &RowGroup, fault: &RowFault) {
        self.outcome.records.refused += record.with_repeats();
        for row in record.rows.iter().chain(&record.repeats) {
            self.outcome.refusals.add(*row, vec![fault.clone()]);
        }
        self.have_fate(record);
    }

    /// Enters an answer.
    pub(super) fn enter(&mut self, record: &RowGroup, answer: Fate) {
        match answer {
            Fate::Accepted => {
                self.outcome.records.accepted += 1;
                record
                    .rows
                    .iter()
                    .for_each(|row| self.outcome.accepted_rows.add(*row));
                self.enter_repeats(record);
                self.weigh(record);
            }
            Fate::Duplicate => {
                self.outcome.records.duplicate += 1;
                record
                    .rows
                    .iter()
                    .for_each(|row| self.outcome.duplicate_rows.add(*row));
                self.enter_repeats(record);
                self.weigh(record);
            }
            Fate::Nothing => {
                self.outcome.records.without_effect += 1;
                let rows = record.rows.iter();
                rows.for_each(|row| self.outcome.rows_without_effect.add(*row));
            }
            Fate::Refused(error) if is_about_the_record(&error) => {
                self.outcome.records.refused += record.with_repeats();
                self.refuse(record, &error);
            }
            Fate::Refused(error) => {
                self.interrupt(&error);
                return;
            }
        }
        self.have_fate(record);
    }

    fn enter_repeats(&mut self, record: &RowGroup) {
        for row in &record.repeats {
            self.outcome.records.duplicate += 1;
            self.outcome.duplicate_rows.add(*row);
        }
    }

    fn have_fate(&mut self, record: &RowGroup) {
        let rows = record.rows.len() + record.repeats.len();
        self.rows_done += u32::try_from(rows).unwrap_or(u32::MAX);
        self.tell();
    }

    /// Reports progress once in [`ROWS_TOLD_EVERY`] rows: the listener takes longer for a report than we for a row.
    fn tell(&mut self) {
        if self.rows_done - self.rows_told >= ROWS_TOLD_EVERY {
            self.rows_told = self.rows_done;
            (self.progress)(self.reached());
        }
    }

    fn reached(&self) -> ImportProgress {
        ImportProgress {
            rows_done: self.rows_done,
            rows: self.outcome.tally.records,
        }
    }

    fn weigh(&mut self, record: &RowGroup) {
        self.quantity = self
            .quantity
            .checked_add(record.quantity)
            .unwrap_or(self.quantity);
        self.amount = self.amount.checked_add(record.amount).unwrap_or(self.amount);
        for (sku, quantity) in &record.waiting {
            self.waiting.rows += 1;
            let sum = self.waiting.quantity.checked_add(*quantity);
            self.waiting.quantity = sum.unwrap_or(self.waiting.quantity);
            if !self.waiting.products.contains(sku) {
                self.waiting.products.insert(sku.clone());
            }
        }
    }

    /// The row of the line at fault says why; its siblings say that it fell with that row.
    fn refuse(&mut self, record: &RowGroup, error: &CommandError) {
        let at_fault = error
            .path()
            .and_then(|path| path.index_in("lines"))
            .and_then(|index| record.rows.get(index));
        // By its code: the log says it of a key, the rule of a sale that it compared.
        let reason = if error.reason() == reasons::IDEMPOTENCY_MISMATCH {
            RowReason::IdempotencyMismatch
        } else {
            RowReason::Rejected
        };
        let refusal = ToldRefusal::of(error);
        for row in record.rows.iter().chain(&record.repeats) {
            let fault = match at_fault {
                Some(at_fault) if at_fault != row => {
                    RowFault::of_row(RowReason::ReceiptHasRefusedRows, format!("-> {at_fault}"))
                }
                _ => RowFault::refused(reason, refusal.clone()),
            };
            self.outcome.refusals.add(*row, vec![fault]);
        }
    }

    /// Closes the tally with a last word about the progress. Totals are of what is in the log, or would be.
    pub(super) fn close(mut self, dry_run: bool) -> ImportOutcome {
        (self.progress)(self.reached());
        self.outcome.refusals.sort();
        if self.outcome.tally.cancelled > 0 {
            self.outcome
                .notes
                .push(Note::Cancelled(self.outcome.tally.cancelled));
        }
        if self.outcome.kind != SheetKind::Products {
            self.outcome.totals.quantity = Some(self.quantity);
            self.outcome.totals.amount = Some(self.amount);
        }
        if self.waiting.rows > 0 {
            let named = self.waiting.products.iter().take(PRODUCTS_NAMED_MAX);
            self.outcome.findings.push(Finding::StockWaits {
                products: named.map(Sku::to_string).collect(),
                products_len: self.waiting.products.len(),
                rows: self.waiting.rows,
                quantity: self.waiting.quantity,
            });
        }
        self.outcome.state = state(self.outcome.refusals.count(), self.interrupted, dry_run);
        self.outcome
    }
}

/// Whether the answer says something about the record, not about the database's day.
fn is_about_the_record(error: &CommandError) -> bool {
    match error {
        CommandError::Rejected(_)
        | CommandError::IdempotencyMismatch { .. }
        | CommandError::OutOfScope
        // Records of nobody go their way; those of people are taken when the file comes again.
        | CommandError::Unavailable {
            reason: Unavailability::PersonalDataLocked,
            ..
        } => true,
        CommandError::Conflict { .. }
        | CommandError::Unreadable { .. }
        | CommandError::Unavailable { .. } => false,
    }
}
