//! Shops whose receipt numbers begin again, as the sheet or the log shows: the key of their receipts includes the day.
//!
//! A daily export shows nothing by itself: that its number 1 was another sale's before is known to the log alone. A sale
//! that is in the log under its number without the day, and is of that very day, keeps that key: so the same file stays
//! a no-op, whichever of the two keys it was imported under.

use std::collections::HashSet;

use foldhash::{HashMap, HashMapExt as _};
use jiff::ToSpan as _;
use jiff::civil::Date;
use posars_commands::CommandError;
use posars_domain::sale::{SaleRecorded, id_of_receipt};
use posars_domain::{Amount, ReceiptNumber, SaleId, StoreId};

use super::definitions::ImportStore;
use super::tally::ImportTally;
use super::{ImportProgress, Run};
use crate::finding::Finding;
use crate::natural_key::{receipt_of_day, receipt_without_day};
use crate::sales::{SaleDraft, SalesReading, digits_of};

/// Receipts of a store that the log is asked about: those with its lowest numbers.
const LOWEST: usize = 16;
/// Days before and behind a sale of which the log is asked whether its number was given then.
const NEIGHBOURS_DAYS: i32 = 35;
/// Ids of one question.
const ASKED_MAX: usize = 1_000;

/// Why the numbers of a store are taken to begin again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// Its receipts have the day in them already.
    BySheet,
    ByLog,
}

/// The stores whose receipts are known by number and day.
#[derive(Debug, Default)]
pub(super) struct ReceiptsByDay {
    stores: HashMap<StoreId, Shown>,
    /// Sales of these stores that are in the log without the day, and their days.
    kept: HashSet<(SaleId, Date)>,
}

impl ReceiptsByDay {
    /// The id and receipt that a sale is recorded under.
    pub(super) fn key(&self, draft: &SaleDraft<'_>) -> (SaleId, Option<ReceiptNumber>) {
        let as_read = || (draft.sale_id, draft.receipt.cloned());
        let Some((plain, dated)) = self.receipts(draft) else {
            return as_read();
        };
        let plain_id = id_of(draft, &plain);
        if self.kept.contains(&(plain_id, draft.date)) {
            (plain_id, Some(plain))
        } else {
            (id_of(draft, &dated), Some(dated))
        }
    }

    /// Whether the numbers of a store begin again.
    pub(super) fn has(&self, store_id: &StoreId) -> bool {
        self.stores.contains_key(store_id)
    }

    /// The receipt without the day and with it, in a store whose numbers begin again.
    fn receipts(&self, draft: &SaleDraft<'_>) -> Option<(ReceiptNumber, ReceiptNumber)> {
        let receipt = draft.receipt?;
        match self.stores.get(&draft.store.store_id)? {
            Shown::BySheet => Some((receipt_without_day(receipt, draft.date)?, receipt.clone())),
            Shown::ByLog => Some((receipt.clone(), receipt_of_day(receipt, draft.date)?)),
        }
    }
}

/// The id of a sale under a receipt.
pub(super) fn id_of(draft: &SaleDraft<'_>, receipt: &ReceiptNumber) -> SaleId {
    id_of_receipt(draft.store.store_id.as_str(), draft.register_no, receipt)
}

impl Run<'_> {
    /// Finds the stores whose numbers begin again, and tells which.
    pub(super) async fn receipts_by_day<P: Fn(ImportProgress)>(
        &self,
        reading: &SalesReading,
        stores: &HashMap<StoreId, ImportStore>,
        tally: &mut ImportTally<P>,
    ) -> ReceiptsByDay {
        let mut by_day = ReceiptsByDay::default();
        for shown in reading.stores_by_day() {
            by_day.stores.insert(shown.store.store_id.clone(), Shown::BySheet);
            tally.outcome.findings.push(Finding::ReceiptsByDay {
                store: shown.store.name.clone(),
                receipts: Some(shown.receipts),
                number: shown.number.to_owned(),
                days: shown.days,
            });
        }
        let found = self.shown_by_log(reading, stores, &mut by_day, tally).await;
        let found = match found {
            Ok(()) => self.keep_known(reading, stores, &mut by_day).await,
            Err(error) => Err(error),
        };
        if let Err(error) = found {
            tally.interrupt(&error);
        }
        by_day
    }

    /// Adds the stores of which the log has the lowest numbers of the sheet as other sales of other days.
    async fn shown_by_log<P: Fn(ImportProgress)>(
        &self,
        reading: &SalesReading,
        stores: &HashMap<StoreId, ImportStore>,
        by_day: &mut ReceiptsByDay,
        tally: &mut ImportTally<P>,
    ) -> Result<(), CommandError> {
        let lowest = reading.lowest_receipts(LOWEST);
        let mut of_stores: Vec<(&[SaleDraft<'_>], &ImportStore)> = Vec::new();
        for drafts in lowest.chunk_by(|one, other| one.store == other.store) {
            let store = drafts.first().and_then(|first| stores.get(&first.store.store_id));
            let Some(store) = store.filter(|store| !store.is_imagined) else {
                continue;
            };
            if !by_day.stores.contains_key(&store.settings.store_id) {
                of_stores.push((drafts, store));
            }
        }
        let plain = of_stores.iter().flat_map(|(drafts, _)| *drafts);
        let plain = plain.map(|draft| draft.sale_id).collect();
        let mut plain = self.recorded(plain).await?.into_iter();
        let dated = of_stores
            .iter()
            .flat_map(|(drafts, _)| dated_ids(drafts))
            .collect();
        let mut dated = self.recorded(dated).await?.into_iter();
        for (drafts, store) in of_stores {
            let known: Vec<Option<SaleRecorded>> = plain.by_ref().take(drafts.len()).collect();
            let dated: Vec<SaleRecorded> = dated.by_ref().take(dated_ids(drafts).count()).flatten().collect();
            let other = dated.into_iter().next();
            let other = other.or_else(|| another_sale(drafts, &known, store));
            let (Some(other), Some(first)) = (other, drafts.first()) else {
                continue;
            };
            by_day
                .stores
                .insert(store.settings.store_id.clone(), Shown::ByLog);
            let number = other.receipt.as_ref().map(|receipt| receipt.number().to_owned());
            tally.outcome.findings.push(Finding::ReceiptsByDay {
                store: first.store.name.clone(),
                receipts: None,
                number: number.unwrap_or_default(),
                days: (day_of(&other, store), first.date),
            });
        }
        Ok(())
    }

    /// The sales of these ids, in their order.
    pub(super) async fn recorded(
        &self,
        sale_ids: Vec<SaleId>,
    ) -> Result<Vec<Option<SaleRecorded>>, CommandError> {
        let mut recorded = Vec::with_capacity(sale_ids.len());
        for some in sale_ids.chunks(ASKED_MAX) {
            recorded.extend(self.commands.recorded_sales(some).await?);
        }
        Ok(recorded)
    }

    /// Finds the sales of those stores that are in the log without the day.
    async fn keep_known(
        &self,
        reading: &SalesReading,
        stores: &HashMap<StoreId, ImportStore>,
        by_day: &mut ReceiptsByDay,
    ) -> Result<(), CommandError> {
        if by_day.stores.is_empty() {
            return Ok(());
        }
        let mut asked: Vec<(SaleId, Date, &ImportStore)> = Vec::new();
        // What all days of a number come to, and how many they are.
        let mut sums: HashMap<SaleId, (Amount, u32)> = HashMap::new();
        for draft in reading.sales() {
            let store = stores.get(&draft.store.store_id);
            if let (Some((plain, _)), Some(store)) = (by_day.receipts(&draft), store) {
                let plain_id = id_of(&draft, &plain);
                asked.push((plain_id, draft.date, store));
                let (sum, days) = sums.entry(plain_id).or_default();
                *sum = sum.checked_add(draft.total).unwrap_or(*sum);
                *days += 1;
            }
        }
        for some in asked.chunks(ASKED_MAX) {
            let ids = some.iter().map(|(sale_id, ..)| *sale_id).collect();
            for ((sale_id, date, store), known) in some.iter().zip(self.recorded(ids).await?) {
                let Some(known) = known else { continue };
                // A sale of all days together was made of this sheet before numbers that begin again were understood:
                // none of its days comes in a second time.
                let is_of_all = sums
                    .get(sale_id)
                    .is_some_and(|(sum, days)| *days > 1 && *sum == known.total);
                if is_of_all || day_of(&known, store) == *date {
                    by_day.kept.insert((*sale_id, *date));
                }
            }
        }
        Ok(())
    }
}

/// The ids of these receipts with their day, and of the first one's number on the days around it.
fn dated_ids(drafts: &[SaleDraft<'_>]) -> impl Iterator<Item = SaleId> {
    let own = drafts.iter().map(|draft| dated_id(draft, draft.date));
    let around = drafts.first().into_iter().flat_map(|first| {
        let days = (-NEIGHBOURS_DAYS..=NEIGHBOURS_DAYS).filter(|days| *days != 0);
        days.map(|days| dated_id(first, first.date.checked_add(days.days()).ok()?))
    });
    own.chain(around).flatten()
}

fn dated_id(draft: &SaleDraft<'_>, day: Date) -> Option<SaleId> {
    Some(id_of(draft, &receipt_of_day(draft.receipt?, day)?))
}

/// The sale that had the lowest number on another day, or that of one of the numbers most of which were given before.
/// None when any of the numbers is known of its own day: then the sheet is one that was imported under these keys.
fn another_sale(
    drafts: &[SaleDraft<'_>],
    known: &[Option<SaleRecorded>],
    store: &ImportStore,
) -> Option<SaleRecorded> {
    let pairs = || {
        let pairs = drafts.iter().zip(known);
        pairs.filter_map(|(draft, known)| Some((draft, known.as_ref()?)))
    };
    if pairs().any(|(draft, known)| day_of(known, store) == draft.date) {
        return None;
    }
    // A sale of the same goods is the same sale with a corrected date: it is refused, as it always was.
    let others: Vec<&SaleRecorded> = pairs()
        .filter(|(draft, known)| !has_the_goods(draft, known))
        .map(|(_, known)| known)
        .collect();
    let has_lowest = drafts
        .first()
        .zip(known.first().and_then(Option::as_ref))
        .is_some_and(|(draft, known)| {
            // One number alone, of the day before or behind, may be a receipt over midnight that two exports cut.
            let is_first = draft
                .receipt
                .and_then(digits_of)
                .is_some_and(|number| number <= 1);
            let days = draft.date.duration_since(day_of(known, store)).as_hours().abs() / 24;
            !has_the_goods(draft, known) && (is_first || others.len() > 1 || days > 1)
        });
    let most = others.len() > 1 && others.len() * 2 > drafts.len();
    let are_more = others.len() * 2 > pairs().count();
    others
        .first()
        .filter(|_| (has_lowest || most) && are_more)
        .copied()
        .cloned()
}

/// Whether a sale of the log is of the same goods at the same prices.
pub(super) fn has_the_goods(draft: &SaleDraft<'_>, known: &SaleRecorded) -> bool {
    let lines = draft.lines.iter().map(|line| (line.sku, line.quantity, line.net));
    let known_lines = known
        .lines
        .iter()
        .map(|line| (&line.sku, line.quantity, line.net));
    draft.total == known.total && lines.eq(known_lines)
}

/// The day of a sale of the log, by the clock of its store.
pub(super) fn day_of(sale: &SaleRecorded, store: &ImportStore) -> Date {
    let zone = store.settings.time_zone.time_zone().clone();
    sale.occurred_at.to_zoned(zone).date()
}
