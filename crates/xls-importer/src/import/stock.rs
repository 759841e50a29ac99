//! Receipts of goods of a sheet into the log.

use std::collections::HashSet;

use foldhash::HashMap;
use posars_commands::{BATCH_MAX, CommandError, Offered, Written};
use posars_domain::stock::{ReceiveGoods, ReceiveGoodsLine, ReceivedCost};
use posars_domain::store::StoreSettings;
use posars_domain::{Amount, Quantity, Sku, StoreId};

use super::catalogue::Catalogue;
use super::definitions::ImportStore;
use super::deliveries::{UNDER_WAY_MAX, deliver_batches};
use super::tally::{Fate, ImportTally, RowGroup};
use super::{ImportProgress, Run, instant};
use crate::header::Header;
use crate::note::Note;
use crate::product_names::ProductName;
use crate::reading::StoreName;
use crate::refusal::FileRefusal;
use crate::row_fault::RowFault;
use crate::row_reason::RowReason;
use crate::sheet::Sheet;
use crate::stock::{StockLineDraft, StockReading, StockReceiptDraft};

impl Run<'_> {
    pub(super) async fn stock<P: Fn(ImportProgress)>(
        &self,
        sheet: &Sheet,
        header: &Header,
        tally: &mut ImportTally<P>,
    ) -> Result<(), FileRefusal> {
        let mut reading = StockReading::read(sheet, header, &self.settings.read)?;
        tally.outcome.tally = reading.tally().clone();
        tally.outcome.refusals = reading.refusals().clone();
        tally.outcome.records.refused = reading.refused_receipts();
        tally.outcome.footer_checks = reading.footer_checks().to_vec();
        tally.rows_refused_in_reading();
        if reading.is_count() {
            tally.outcome.notes.push(Note::CountAsOpeningStock);
        }
        let lines = reading.receipts().iter().flat_map(|receipt| &receipt.lines);
        let codes = lines.map(|line| (&line.sku, line.may_lack_zeros));
        let lost_zeros = self.lost_zeros(codes, tally).await;
        for line in reading.lines_mut() {
            lost_zeros.restore(&mut line.sku);
        }
        let mut names: Vec<StoreName> = Vec::new();
        for receipt in reading.receipts() {
            if !names.iter().any(|known| known.store_id == receipt.store.store_id) {
                names.push(receipt.store.clone());
            }
        }
        let stores = self.stores(&names, tally).await;
        let catalogue = if tally.is_interrupted() {
            Catalogue::default()
        } else {
            let mut products = products(&reading);
            products.retain(|product| lost_zeros.unclear(&product.sku).is_none());
            self.define_products(&products, tally).await
        };
        let commands = self.commands_in(&stores, &catalogue);
        let moved = self.moved_stocks(&reading, &stores, tally).await;
        let mut drafts = reading.receipts().iter();
        let next = |tally: &mut ImportTally<P>| {
            loop {
                let draft = drafts.next()?;
                let unclear = draft.lines.iter().find_map(|line| lost_zeros.unclear(&line.sku));
                if let Some(detail) = unclear {
                    tally.refuse_all(&weigh(draft), &RowFault::of_row(RowReason::CodeUnclear, detail));
                    continue;
                }
                let units = draft.lines.iter().map(|line| (&line.sku, line.unit.as_deref()));
                if let Some(detail) = catalogue.other_unit(units) {
                    tally.refuse_all(&weigh(draft), &RowFault::of_row(RowReason::UnitDiffers, detail));
                    continue;
                }
                let offer = self.receipt_offer(draft, (&stores, &moved), tally);
                if offer.is_some() {
                    return offer;
                }
            }
        };
        let attempt = async |offers: &[Offer]| {
            let deliveries: Vec<&Offered<ReceiveGoods>> =
                offers.iter().map(|offer| &offer.delivery).collect();
            let answers = commands.receive_deliveries(&deliveries).await;
            let told = offers.iter().zip(answers).map(|(offer, answer)| match answer {
                // The id of an undated row is made of all it says, so only the hour of the import can differ.
                Err(CommandError::IdempotencyMismatch { .. }) if offer.is_undated => Ok(Written::Before),
                answer => answer,
            });
            told.collect()
        };
        deliver_batches(tally, next, UNDER_WAY_MAX, attempt).await;
        Ok(())
    }

    /// Of a count, the stocks that have moved otherwise than by its own rows: it would be added to what is there.
    async fn moved_stocks<P: Fn(ImportProgress)>(
        &self,
        reading: &StockReading,
        stores: &HashMap<StoreId, ImportStore>,
        tally: &mut ImportTally<P>,
    ) -> HashSet<(StoreId, Sku)> {
        let mut moved = HashSet::default();
        if !reading.is_count() || tally.is_interrupted() {
            return moved;
        }
        let receipts = reading
            .receipts()
            .iter()
            .map(|receipt| receipt.receipt_id)
            .collect();
        let mut counted: HashSet<(StoreId, Sku)> = HashSet::default();
        for receipt in reading.receipts() {
            let store_id = &receipt.store.store_id;
            if stores.get(store_id).is_some_and(|store| !store.is_imagined) {
                counted.extend(
                    receipt
                        .lines
                        .iter()
                        .map(|line| (store_id.clone(), line.sku.clone())),
                );
            }
        }
        let counted: Vec<(StoreId, Sku)> = counted.into_iter().collect();
        for some in counted.chunks(BATCH_MAX) {
            match self.commands.have_moved_otherwise(some, &receipts).await {
                Ok(have_moved) => {
                    let some = some.iter().zip(have_moved).filter(|(_, has_moved)| *has_moved);
                    moved.extend(some.map(|(stock, _)| stock.clone()));
                }
                Err(error) => {
                    tally.interrupt(&error);
                    break;
                }
            }
        }
        moved
    }

    /// What is to be offered to the log; what need not or cannot be is settled here.
    fn receipt_offer<P: Fn(ImportProgress)>(
        &self,
        draft: &StockReceiptDraft,
        (stores, moved): (&HashMap<StoreId, ImportStore>, &HashSet<(StoreId, Sku)>),
        tally: &mut ImportTally<P>,
    ) -> Option<(RowGroup, Offer)> {
        let record = weigh(draft);
        let Some(store) = stores.get(&draft.store.store_id) else {
            tally.refuse_all(
                &record,
                &RowFault::unknown_store(&draft.store.store_id, &draft.store.name),
            );
            return None;
        };
        let has_moved =
            |line: &&StockLineDraft| moved.contains(&(draft.store.store_id.clone(), line.sku.clone()));
        if let Some(line) = draft.lines.iter().find(has_moved).filter(|_| !moved.is_empty()) {
            let detail = format!("{}: {}", draft.store.store_id, line.sku);
            tally.refuse_all(&record, &RowFault::of_row(RowReason::StockHasHistory, detail));
            return None;
        }
        let command = self.receive_goods(draft, &store.settings);
        // A count of nothing moves nothing: all is as the sheet says.
        if command.lines.is_empty() {
            tally.enter(&record, Fate::Nothing);
            return None;
        }
        let envelope = self.envelope(record.rows.iter().copied().min().unwrap_or_default());
        let offer = Offer {
            delivery: Offered::new(command, envelope),
            is_undated: draft.date.is_none(),
        };
        Some((record, offer))
    }

    fn receive_goods(&self, draft: &StockReceiptDraft, store: &StoreSettings) -> ReceiveGoods {
        let received_at = self.settings.received_at;
        let day = match draft.instant {
            Some(instant) => Some(store.time_zone.time_zone().to_datetime(instant).date()),
            None => draft.date,
        };
        let occurred_at = day
            .and_then(|day| instant(store, day, None))
            .unwrap_or(received_at);
        let lines = draft.lines.iter().filter(|line| !line.quantity.is_zero());
        ReceiveGoods {
            receipt_id: draft.receipt_id,
            store_id: store.store_id.clone(),
            occurred_at,
            currency: self.settings.read.currency,
            supplier: draft.supplier.clone(),
            access_key: None,
            lines: lines
                .map(|line| ReceiveGoodsLine {
                    line_id: line.line_id,
                    sku: line.sku.clone(),
                    quantity: line.quantity,
                    cost: ReceivedCost::Unit(line.unit_cost),
                    landed: Amount::ZERO,
                })
                .collect(),
        }
    }
}

/// A receipt of goods on its way to the log.
struct Offer {
    delivery: Offered<ReceiveGoods>,
    is_undated: bool,
}

/// Rows of the lines that are offered, in their order; those of nothing follow.
fn weigh(draft: &StockReceiptDraft) -> RowGroup {
    let (offered, nothing): (Vec<_>, Vec<_>) = draft.lines.iter().partition(|line| !line.quantity.is_zero());
    RowGroup {
        rows: offered.iter().chain(&nothing).map(|line| line.row).collect(),
        repeats: Vec::new(),
        quantity: Quantity::checked_sum(offered.iter().map(|line| line.quantity)).unwrap_or(Quantity::ZERO),
        amount: Amount::checked_sum(offered.iter().map(|line| line.cost)).unwrap_or(Amount::ZERO),
        waiting: Vec::new(),
    }
}

fn products(reading: &StockReading) -> Vec<ProductName> {
    let lines = reading.receipts().iter().flat_map(|receipt| &receipt.lines);
    lines
        .map(|line| ProductName {
            sku: line.sku.clone(),
            name: line.name.as_str().into(),
            unit: line.unit.as_deref().map(Into::into),
            may_lack_zeros: line.may_lack_zeros,
            decimals: u8::try_from(line.quantity.decimals()).unwrap_or_default(),
        })
        .collect()
}
