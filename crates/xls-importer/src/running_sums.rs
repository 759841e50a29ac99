//! Sums of the records so far, against which a sum in the sheet is held: from the first record, from the last sum, or
//! from the last one of the same label.

use rust_decimal::Decimal;

use crate::columns::Columns;
use crate::field::Field;
use crate::reading::FooterCheck;
use crate::row_kind::Claim;
use crate::sheet::Row;
use crate::total_words::TotalWords;

/// Fields whose sums a sheet shows.
const SUMMED: [Field; 4] = [Field::Quantity, Field::OnHand, Field::Discount, Field::Total];
/// Labels whose last sum is remembered. A sheet has two or three; more would be names.
const LABELS_MAX: usize = 16;

/// Sums up to one place of the sheet; none where no cell of the field could be read.
#[derive(Debug, Clone)]
struct Sums {
    records: u32,
    sums: Vec<(Field, Option<Decimal>)>,
}

impl Sums {
    /// What has been added since.
    fn since(&self, earlier: &Self) -> Self {
        let pairs = self.sums.iter().zip(&earlier.sums);
        Self {
            records: self.records - earlier.records,
            sums: pairs
                .map(|((field, now), (_, before))| {
                    let grown = now.and_then(|now| now.checked_sub(before.unwrap_or_default()));
                    (*field, grown)
                })
                .collect(),
        }
    }
}

/// The sums as the walk goes on.
#[derive(Debug)]
pub(crate) struct RunningSums {
    now: Sums,
    start: Sums,
    last_footer: Option<Sums>,
    by_label: Vec<(String, Sums)>,
}

/// A figure of the sheet beside ours.
type Pair = (Field, Decimal, Decimal);

impl RunningSums {
    pub(crate) fn of(columns: &Columns<'_>) -> Self {
        let start = Sums {
            records: 0,
            sums: SUMMED
                .into_iter()
                .filter(|field| columns.has(*field))
                .map(|field| (field, None))
                .collect(),
        };
        Self {
            now: start.clone(),
            start,
            last_footer: None,
            by_label: Vec::new(),
        }
    }

    /// Adds a record.
    pub(crate) fn add(&mut self, row: &Row<'_>, columns: &Columns<'_>) {
        self.now.records += 1;
        for (field, sum) in &mut self.now.sums {
            if let Ok(Some(value)) = columns.decimal(row, *field) {
                let before = sum.unwrap_or_default();
                *sum = Some(before.checked_add(value).unwrap_or(before));
            }
        }
    }

    /// Remembers that a sum stands here.
    pub(crate) fn mark(&mut self, words: Option<&TotalWords>) {
        self.last_footer = Some(self.now.clone());
        let Some(words) = words else { return };
        if let Some((_, sums)) = self.by_label.iter_mut().find(|(label, _)| *label == words.label) {
            sums.clone_from(&self.now);
        } else if self.by_label.len() < LABELS_MAX {
            self.by_label.push((words.label.clone(), self.now.clone()));
        }
    }

    /// Our sum of a field over all records.
    pub(crate) fn total(&self, field: Field) -> Decimal {
        let sum = self.now.sums.iter().find(|(summed, _)| *summed == field);
        sum.and_then(|(_, sum)| *sum).unwrap_or_default()
    }

    /// Whether all figures of a row are the sums of the same rows above, and enough of them to be no coincidence.
    pub(crate) fn are_summed_up_in(&self, row: &Row<'_>, columns: &Columns<'_>, claim: &Claim) -> bool {
        let figures_min = if claim.words.as_ref().is_some_and(|words| words.is_plain) {
            1
        } else {
            self.now.sums.len().min(2)
        };
        self.parts(claim.words.as_ref()).iter().any(|part| {
            let pairs = pairs(part, row, columns);
            part.records >= claim.rows_min
                && pairs.len() >= figures_min.max(1)
                && pairs.iter().all(|(_, theirs, ours)| theirs == ours)
        })
    }

    /// A sum of the sheet beside ours. One of a part is told only when it differs.
    pub(crate) fn check(
        &self,
        row: &Row<'_>,
        columns: &Columns<'_>,
        words: Option<&TotalWords>,
    ) -> Vec<FooterCheck> {
        let parts = self.parts(words);
        let agreeing = |part: &Sums| {
            let pairs = pairs(part, row, columns);
            pairs.iter().filter(|(_, theirs, ours)| theirs == ours).count()
        };
        // The first one of those that agree most.
        let best = parts.iter().rev().max_by_key(|part| agreeing(part));
        let Some(best) = best else { return Vec::new() };
        let pairs = pairs(best, row, columns);
        let is_of_all = best.records == self.now.records && !words.is_some_and(|words| words.is_part);
        if !is_of_all && pairs.iter().all(|(_, theirs, ours)| theirs == ours) {
            return Vec::new();
        }
        checks(row, pairs)
    }

    /// A sum of the sheet beside ours of all records so far.
    pub(crate) fn check_all(&self, row: &Row<'_>, columns: &Columns<'_>) -> Vec<FooterCheck> {
        checks(row, pairs(&self.now, row, columns))
    }

    /// The parts of the sheet that a sum here may be of, the likeliest first.
    fn parts(&self, words: Option<&TotalWords>) -> Vec<Sums> {
        let from_start = self.now.since(&self.start);
        let from_footer = self.last_footer.as_ref().map(|footer| self.now.since(footer));
        let of_label = words.and_then(|words| {
            let known = self.by_label.iter().find(|(label, _)| *label == words.label);
            known.map(|(_, sums)| self.now.since(sums))
        });
        let is_grand = words.is_some_and(|words| words.is_grand);
        let mut parts: Vec<Sums> = of_label.into_iter().chain(from_footer).collect();
        // A sum right below another one is of more than nothing.
        parts.retain(|part| part.records > 0);
        if is_grand {
            parts.insert(0, from_start);
        } else {
            parts.push(from_start);
        }
        parts
    }
}

fn checks(row: &Row<'_>, pairs: Vec<Pair>) -> Vec<FooterCheck> {
    let checks = pairs.into_iter().map(|(field, theirs, ours)| FooterCheck {
        row: row.number,
        field,
        theirs,
        ours,
        agrees: theirs == ours,
    });
    checks.collect()
}

fn pairs(part: &Sums, row: &Row<'_>, columns: &Columns<'_>) -> Vec<Pair> {
    let sums = part.sums.iter();
    sums.filter_map(|(field, ours)| {
        let ours = (*ours)?;
        let theirs = columns.decimal(row, *field).ok().flatten()?;
        Some((*field, theirs, ours))
    })
    .collect()
}
