//! Sums of the records so far, against which a sum in the sheet is held: from the first record, from the last sum, or
//! from the last one of the same label.

use rust_decimal::Decimal;

use crate::columns::Columns;
use crate::field::Field;
use crate::footer_check::FooterCheck;
use crate::row_kind::Claim;
use crate::sheet::Row;
use crate::total_words::TotalWords;

/// Fields whose sums a sheet shows.
const SUMMED: [Field; 7] = [
    Field::Quantity,
    Field::OnHand,
    Field::Counted,
    Field::Discount,
    Field::Total,
    Field::Net,
    Field::Gross,
];
/// Labels whose last sum is remembered. A sheet has two or three; more would be names.
const LABELS_MAX: usize = 16;

/// What a row is to a sum of the sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// A record; the sum includes it.
    Records,
    /// Called off; some programs sum it up all the same.
    Cancelled,
    /// A return or the like; programs include it, leave it out, or take it off.
    Opposing,
}

/// The ways in which programs sum up what was called off and what came back, the likeliest first.
const WAYS: [Way; 4] = [
    Way {
        cancelled: 0,
        opposing: 1,
    },
    Way {
        cancelled: 1,
        opposing: 1,
    },
    Way {
        cancelled: 0,
        opposing: 0,
    },
    Way {
        cancelled: 0,
        opposing: -1,
    },
];

/// How often rows besides the usual ones are in a sum.
#[derive(Debug, Clone, Copy)]
struct Way {
    cancelled: i8,
    opposing: i8,
}

/// The sums of one part of the rows; none where no cell of the field could be read.
#[derive(Debug, Clone, Default)]
struct PartSums {
    rows: u32,
    sums: [Option<Decimal>; SUMMED.len()],
}

impl PartSums {
    fn since(&self, earlier: &Self) -> Self {
        let mut grown = self.clone();
        grown.rows -= earlier.rows;
        for (now, before) in grown.sums.iter_mut().zip(earlier.sums) {
            *now = now.and_then(|now| now.checked_sub(before.unwrap_or_default()));
        }
        grown
    }
}

/// Sums up to one place of the sheet.
#[derive(Debug, Clone, Default)]
struct Sums {
    records: PartSums,
    cancelled: PartSums,
    opposing: PartSums,
}

impl Sums {
    /// What has been added since.
    fn since(&self, earlier: &Self) -> Self {
        Self {
            records: self.records.since(&earlier.records),
            cancelled: self.cancelled.since(&earlier.cancelled),
            opposing: self.opposing.since(&earlier.opposing),
        }
    }

    fn rows(&self) -> u32 {
        self.records.rows + self.cancelled.rows + self.opposing.rows
    }

    /// Whether a way of summing up differs from the likeliest one for these rows.
    fn has_way(&self, way: Way) -> bool {
        let [first, ..] = WAYS;
        (way.cancelled == first.cancelled || self.cancelled.rows > 0)
            && (way.opposing == first.opposing || self.opposing.rows > 0)
    }

    /// The sums and how many rows they are of, summed up in a way.
    fn in_way(&self, way: Way) -> PartSums {
        let mut all = self.records.clone();
        for (part, times) in [(&self.cancelled, way.cancelled), (&self.opposing, way.opposing)] {
            if times == 0 {
                continue;
            }
            all.rows += part.rows;
            for (sum, more) in all.sums.iter_mut().zip(part.sums) {
                let Some(more) = more.and_then(|more| more.checked_mul(times.into())) else {
                    continue;
                };
                *sum = Some(sum.unwrap_or_default().checked_add(more).unwrap_or_default());
            }
        }
        all
    }
}

/// The sums as the walk goes on.
#[derive(Debug)]
pub(crate) struct RunningSums {
    /// The fields that the sheet has, by their places among all that are summed.
    fields: Vec<(usize, Field)>,
    now: Sums,
    last_footer: Option<Sums>,
    by_label: Vec<(String, Sums)>,
}

/// A figure of the sheet beside ours.
type Pair = (Field, Decimal, Decimal);

impl RunningSums {
    pub(crate) fn of(columns: &Columns<'_>) -> Self {
        let fields = SUMMED.into_iter().enumerate();
        Self {
            fields: fields.filter(|(_, field)| columns.has(*field)).collect(),
            now: Sums::default(),
            last_footer: None,
            by_label: Vec::new(),
        }
    }

    /// Adds a row that is no sum.
    pub(crate) fn add(&mut self, row: &Row<'_>, columns: &Columns<'_>, part: Part) {
        let part = match part {
            Part::Records => &mut self.now.records,
            Part::Cancelled => &mut self.now.cancelled,
            Part::Opposing => &mut self.now.opposing,
        };
        part.rows += 1;
        for (place, field) in &self.fields {
            if let Some(sum) = part.sums.get_mut(*place)
                && let Ok(Some(value)) = columns.decimal(row, *field)
            {
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
        let [likeliest, ..] = WAYS;
        let place = SUMMED.iter().position(|summed| *summed == field);
        let all = self.now.in_way(likeliest);
        let sum = place.and_then(|place| all.sums.get(place).copied().flatten());
        sum.unwrap_or_default()
    }

    /// Whether all figures of a row are the sums of the same rows above, and enough of them to be no coincidence.
    pub(crate) fn are_summed_up_in(&self, row: &Row<'_>, columns: &Columns<'_>, claim: &Claim) -> bool {
        let figures_min = if claim.words.as_ref().is_some_and(|words| words.is_plain) {
            1
        } else {
            self.fields.len().min(2)
        };
        let figures = self.figures(row, columns);
        in_ways(&self.parts(claim.words.as_ref())).any(|(_, sums)| {
            let pairs = pairs(&sums, &figures);
            sums.rows >= claim.rows_min
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
        let figures = self.figures(row, columns);
        let parts = self.parts(words);
        let Some((rows, pairs)) = best(&parts, &figures) else {
            return Vec::new();
        };
        let is_of_all = rows == self.now.rows() && !words.is_some_and(|words| words.is_part);
        if !is_of_all && pairs.iter().all(|(_, theirs, ours)| theirs == ours) {
            return Vec::new();
        }
        checks(row, pairs)
    }

    /// A sum of the sheet beside ours of all records so far.
    pub(crate) fn check_all(&self, row: &Row<'_>, columns: &Columns<'_>) -> Vec<FooterCheck> {
        let figures = self.figures(row, columns);
        let found = best(std::slice::from_ref(&self.now), &figures);
        found.map_or_else(Vec::new, |(_, pairs)| checks(row, pairs))
    }

    /// The figures of a row that sums up others.
    fn figures(&self, row: &Row<'_>, columns: &Columns<'_>) -> Vec<(usize, Field, Decimal)> {
        let figure = |(place, field): &(usize, Field)| {
            let figure = columns.decimal(row, *field).ok().flatten()?;
            Some((*place, *field, figure))
        };
        self.fields.iter().filter_map(figure).collect()
    }

    /// The parts of the sheet that a sum here may be of, the likeliest first.
    fn parts(&self, words: Option<&TotalWords>) -> Vec<Sums> {
        let from_footer = self.last_footer.as_ref().map(|footer| self.now.since(footer));
        let of_label = words.and_then(|words| {
            let known = self.by_label.iter().find(|(label, _)| *label == words.label);
            known.map(|(_, sums)| self.now.since(sums))
        });
        let is_grand = words.is_some_and(|words| words.is_grand);
        let mut parts: Vec<Sums> = of_label.into_iter().chain(from_footer).collect();
        // A sum right below another one is of more than nothing.
        parts.retain(|part| part.rows() > 0);
        if is_grand {
            parts.insert(0, self.now.clone());
        } else {
            parts.push(self.now.clone());
        }
        parts
    }
}

/// Every part in every way it can be summed up, the likeliest first.
fn in_ways(parts: &[Sums]) -> impl DoubleEndedIterator<Item = (&Sums, PartSums)> {
    WAYS.into_iter().flat_map(move |way| {
        let parts = parts.iter().filter(move |part| part.has_way(way));
        parts.map(move |part| (part, part.in_way(way)))
    })
}

/// How many rows the part has whose sums agree most with the figures, and the pairs; the first one of several.
fn best(parts: &[Sums], figures: &[(usize, Field, Decimal)]) -> Option<(u32, Vec<Pair>)> {
    let compared = in_ways(parts).map(|(part, sums)| (part.rows(), pairs(&sums, figures)));
    let agreeing =
        |(_, pairs): &(u32, Vec<Pair>)| pairs.iter().filter(|(_, theirs, ours)| theirs == ours).count();
    compared.rev().max_by_key(agreeing)
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

fn pairs(sums: &PartSums, figures: &[(usize, Field, Decimal)]) -> Vec<Pair> {
    let pair = |(place, field, theirs): &(usize, Field, Decimal)| {
        let ours = sums.sums.get(*place).copied().flatten()?;
        Some((*field, *theirs, ours))
    };
    figures.iter().filter_map(pair).collect()
}
