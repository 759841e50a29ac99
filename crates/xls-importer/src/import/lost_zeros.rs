//! Codes in number cells: a spreadsheet program makes 123 of 00123, and the catalogue knows which product that is.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use posars_commands::{BATCH_MAX, CommandError};
use posars_domain::Sku;

use super::{ImportProgress, Run};
use crate::import::tally::ImportTally;
use crate::note::Note;

/// Lengths of codes with zeros in front: those people number products with, and those of bar codes.
const LENGTHS: [usize; 12] = [2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14];

/// What became of the codes that may have lost zeros; those that are as they should be are not in it.
#[derive(Debug, Default)]
pub(super) struct LostZeros {
    found: HashMap<Sku, Vec<Sku>>,
}

impl LostZeros {
    /// Gives a code its zeros back, if that makes it one product's.
    pub(super) fn restore(&self, sku: &mut Sku) {
        if let Some([one]) = self.found.get(sku).map(Vec::as_slice) {
            sku.clone_from(one);
        }
    }

    /// The codes it can be, if it can be several products'.
    pub(super) fn unclear(&self, sku: &Sku) -> Option<String> {
        let found = self.found.get(sku).filter(|found| found.len() > 1)?;
        let codes: Vec<&str> = found.iter().map(Sku::as_str).collect();
        Some(format!("{sku}: {}", codes.join(", ")))
    }
}

impl Run<'_> {
    /// Finds the products of codes that stand in number cells. A product of that very code is the one meant; else one
    /// whose code has zeros in front of it, in the catalogue or in a text of the same sheet. `codes` are all codes of
    /// the sheet, and whether they may lack zeros.
    pub(super) async fn lost_zeros<P: Fn(ImportProgress)>(
        &self,
        codes: impl Iterator<Item = (&Sku, bool)>,
        tally: &mut ImportTally<P>,
    ) -> LostZeros {
        let (mut bare, mut whole) = (BTreeSet::new(), HashSet::new());
        for (sku, may_lack_zeros) in codes {
            let is_number = sku.as_str().bytes().all(|byte| byte.is_ascii_digit());
            if may_lack_zeros && is_number {
                bare.insert(sku.clone());
            } else if is_number {
                whole.insert(sku.clone());
            }
        }
        bare.retain(|sku| !whole.contains(sku));
        if bare.is_empty() {
            return LostZeros::default();
        }
        let found = self.with_zeros(bare, &whole).await.unwrap_or_else(|error| {
            tally.interrupt(&error);
            BTreeMap::new()
        });
        let matched = found.values().filter(|codes| codes.len() == 1).count();
        if matched > 0 {
            tally.outcome.notes.push(Note::ZerosRestored(matched));
        }
        LostZeros {
            found: found.into_iter().collect(),
        }
    }

    async fn with_zeros(
        &self,
        bare: BTreeSet<Sku>,
        of_sheet: &HashSet<Sku>,
    ) -> Result<BTreeMap<Sku, Vec<Sku>>, CommandError> {
        let bare: Vec<Sku> = bare.into_iter().collect();
        let defined = self.defined(&bare).await?;
        let candidates: Vec<(&Sku, Sku)> = bare
            .iter()
            .filter(|sku| !defined.contains(*sku))
            .flat_map(|sku| candidates(sku).map(move |candidate| (sku, candidate)))
            .collect();
        let asked: Vec<Sku> = candidates
            .iter()
            .map(|(_, candidate)| candidate.clone())
            .collect();
        let defined = self.defined(&asked).await?;
        let mut found: BTreeMap<Sku, Vec<Sku>> = BTreeMap::new();
        for (sku, candidate) in candidates {
            if defined.contains(&candidate) || of_sheet.contains(&candidate) {
                found.entry(sku.clone()).or_default().push(candidate);
            }
        }
        Ok(found)
    }

    /// Those of the codes that are products'.
    async fn defined(&self, skus: &[Sku]) -> Result<HashSet<Sku>, CommandError> {
        let mut defined = HashSet::new();
        for some in skus.chunks(BATCH_MAX) {
            let known = self.commands.products(some).await?;
            let known = some.iter().zip(known).filter(|(_, known)| known.is_some());
            defined.extend(known.map(|(sku, _)| sku.clone()));
        }
        Ok(defined)
    }
}

/// The codes that a number can have been.
fn candidates(sku: &Sku) -> impl Iterator<Item = Sku> {
    let digits = sku.as_str();
    let longer = LENGTHS.into_iter().filter(move |length| *length > digits.len());
    longer.filter_map(move |length| format!("{digits:0>length$}").parse().ok())
}
