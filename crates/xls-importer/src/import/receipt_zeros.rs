//! Receipt numbers that a spreadsheet program has taken the zeros in front from, or that stand without them in the log:
//! the receipt 0001 must not come in once more as 1.

use foldhash::{HashMap, HashMapExt as _};
use posars_commands::CommandError;
use posars_domain::{ReceiptNumber, SaleId, StoreId};

use super::definitions::ImportStore;
use super::receipts_by_day::{ReceiptsByDay, day_of, has_the_goods, id_of};
use super::tally::ImportTally;
use super::{ImportProgress, Run};
use crate::note::Note;
use crate::sales::{SaleDraft, SalesReading};

/// Receipts of a store that the log is asked about: those with its lowest numbers.
const LOWEST: usize = 8;
/// Digits of a receipt number at most: those of tax law have nine.
const DIGITS_MAX: usize = 9;

/// The stores whose receipt numbers stand in the log with other zeros in front, and how many digits they have there.
#[derive(Debug, Default)]
pub(super) struct ReceiptZeros(HashMap<StoreId, usize>);

impl ReceiptZeros {
    /// The id and receipt that a sale is recorded under, in a store whose numbers stand otherwise in the log.
    pub(super) fn key(&self, draft: &SaleDraft<'_>) -> Option<(SaleId, Option<ReceiptNumber>)> {
        let digits = self.0.get(&draft.store.store_id)?;
        let receipt = with_digits(draft.receipt?, *digits)?;
        Some((id_of(draft, &receipt), Some(receipt)))
    }
}

/// The number with so many digits, those in front being zeros; more digits stay.
fn with_digits(receipt: &ReceiptNumber, digits: usize) -> Option<ReceiptNumber> {
    let plain = significant(receipt)?;
    ReceiptNumber::new(receipt.series(), &format!("{plain:0>digits$}")).ok()
}

/// The digits without zeros in front, of a number that is made of digits alone.
fn significant(receipt: &ReceiptNumber) -> Option<&str> {
    let number = receipt.number();
    let plain = number.trim_start_matches('0');
    let is_number = !plain.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(plain)
}

/// A receipt as it may stand in the log, with how many digits.
struct Asked<'d, 'r> {
    draft: &'d SaleDraft<'r>,
    digits: usize,
    sale_id: SaleId,
}

impl Run<'_> {
    /// Finds the stores of which the log has the sales of the sheet under the same numbers with more zeros or fewer.
    pub(super) async fn receipt_zeros<P: Fn(ImportProgress)>(
        &self,
        reading: &SalesReading,
        (stores, by_day): (&HashMap<StoreId, ImportStore>, &ReceiptsByDay),
        tally: &mut ImportTally<P>,
    ) -> ReceiptZeros {
        let mut lowest = reading.lowest_receipts(LOWEST);
        lowest.retain(|draft| {
            let store = stores.get(&draft.store.store_id);
            store.is_some_and(|store| !store.is_imagined) && !by_day.has(&draft.store.store_id)
        });
        match self.otherwise_recorded(&lowest, stores).await {
            Ok(zeros) => {
                for store in zeros.0.keys() {
                    let name = reading.stores().iter().find(|known| known.store_id == *store);
                    let name = name.map_or_else(|| store.to_string(), |known| known.name.clone());
                    tally.outcome.notes.push(Note::ReceiptsWithOtherZeros(name));
                }
                zeros
            }
            Err(error) => {
                tally.interrupt(&error);
                ReceiptZeros::default()
            }
        }
    }

    async fn otherwise_recorded(
        &self,
        drafts: &[SaleDraft<'_>],
        stores: &HashMap<StoreId, ImportStore>,
    ) -> Result<ReceiptZeros, CommandError> {
        let own = self
            .recorded(drafts.iter().map(|draft| draft.sale_id).collect())
            .await?;
        // One that is in the log as the sheet writes it is no other number's.
        let new = drafts.iter().zip(own).filter(|(_, own)| own.is_none());
        let asked: Vec<Asked<'_, '_>> = new.flat_map(|(draft, _)| otherwise_written(draft)).collect();
        let mut digits: HashMap<StoreId, usize> = HashMap::new();
        let recorded = self
            .recorded(asked.iter().map(|asked| asked.sale_id).collect())
            .await?;
        for (asked, known) in asked.iter().zip(recorded) {
            let store_id = &asked.draft.store.store_id;
            if let (Some(known), Some(store)) = (known, stores.get(store_id))
                && day_of(&known, store) == asked.draft.date
                && has_the_goods(asked.draft, &known)
            {
                // A number without zeros says least of how many digits they have.
                let most = digits.entry(store_id.clone()).or_default();
                let is_padded = asked.draft.receipt.and_then(significant).map(str::len) < Some(asked.digits);
                *most = if is_padded { asked.digits.max(*most) } else { *most };
            }
        }
        Ok(ReceiptZeros(digits))
    }
}

/// The number of a receipt in every other way of writing its zeros.
fn otherwise_written<'d, 'r>(draft: &'d SaleDraft<'r>) -> impl Iterator<Item = Asked<'d, 'r>> {
    let found = draft
        .receipt
        .and_then(|receipt| Some((receipt, significant(receipt)?)));
    found.into_iter().flat_map(move |(receipt, plain)| {
        let digits = plain.len()..=DIGITS_MAX;
        let others = digits.filter(|digits| *digits != receipt.number().len());
        others.filter_map(move |digits| {
            let written = with_digits(receipt, digits)?;
            let sale_id = id_of(draft, &written);
            Some(Asked {
                draft,
                digits,
                sale_id,
            })
        })
    })
}
