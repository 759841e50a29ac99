//! Receipts of goods of a sheet into the log.

use std::sync::Arc;

use posars_commands::{CommandError, ReceiveGoods, ReceiveGoodsLine};
use posars_domain::stock::ReceivedCost;
use posars_domain::store::StoreSettings;
use posars_domain::{Amount, Quantity};

use super::deliveries::Deliveries;
use super::ledger::{Answer, Ledger, Record};
use super::sales::refuse_all;
use super::{ImportProgress, Run, instant};
use crate::header::Header;
use crate::product_names::ProductName;
use crate::reading::StoreName;
use crate::refusal::FileRefusal;
use crate::row_fault::RowReason;
use crate::sheet::Sheet;
use crate::stock::{StockReading, StockReceiptDraft};

impl Run<'_> {
    pub(super) async fn stock<P: Fn(ImportProgress)>(
        &self,
        sheet: &Sheet,
        header: &Header,
        ledger: &mut Ledger<P>,
    ) -> Result<(), FileRefusal> {
        let reading = StockReading::read(sheet, header, &self.settings.read)?;
        ledger.outcome.tally = reading.tally().clone();
        ledger.outcome.refusals = reading.refusals().clone();
        ledger.outcome.records.refused = reading.refused_receipts();
        ledger.outcome.footer_checks = reading.footer_checks().to_vec();
        ledger.rows_refused_in_reading();
        if reading.is_count() {
            let note = "the quantities are a count; they are taken in as opening stock, once";
            ledger.outcome.notes.push(note.to_owned());
        }
        let mut names: Vec<StoreName> = Vec::new();
        for receipt in reading.receipts() {
            if !names.iter().any(|known| known.store_id == receipt.store.store_id) {
                names.push(receipt.store.clone());
            }
        }
        let stores = self.stores(&names, ledger).await;
        if !ledger.is_interrupted() {
            self.define_products(&products(&reading), ledger).await;
        }
        let mut deliveries = Deliveries::default();
        for draft in reading.receipts() {
            if ledger.is_interrupted() {
                break;
            }
            let record = weigh(draft);
            let Some(store) = stores.get(&draft.store.store_id) else {
                let detail = format!("UNKNOWN_STORE: {}; --define-missing", draft.store.store_id);
                refuse_all(&record, RowReason::Rejected, &detail, ledger);
                continue;
            };
            let command = self.receive_goods(draft, &store.settings);
            // A count of nothing moves nothing; and what a dry run has not defined cannot be asked.
            if command.lines.is_empty() || store.is_imagined {
                ledger.enter(&record, Answer::Accepted);
                continue;
            }
            self.deliver(record, command, draft.date.is_none(), &mut deliveries, ledger)
                .await;
        }
        deliveries.finish(ledger).await;
        Ok(())
    }

    async fn deliver<P: Fn(ImportProgress)>(
        &self,
        record: Record,
        command: ReceiveGoods,
        is_undated: bool,
        deliveries: &mut Deliveries,
        ledger: &mut Ledger<P>,
    ) {
        let envelope = self.envelope(record.rows.iter().copied().min().unwrap_or_default());
        let commands = self.commands.clone();
        let offered = Arc::new((command, envelope));
        let attempt = move || {
            let (commands, offered) = (commands.clone(), Arc::clone(&offered));
            async move {
                let (command, envelope) = &*offered;
                match commands.receive_stock(command, envelope).await {
                    Ok(receipt) => Ok(receipt.replayed),
                    // The id of an undated row is made of all it says, so only the hour of the import can differ.
                    Err(CommandError::IdempotencyMismatch { .. }) if is_undated => Ok(true),
                    Err(error) => Err(error),
                }
            }
        };
        deliveries.send(record, attempt, ledger).await;
    }

    fn receive_goods(&self, draft: &StockReceiptDraft, store: &StoreSettings) -> ReceiveGoods {
        let received_at = self.settings.received_at;
        let occurred_at = draft
            .date
            .and_then(|day| instant(store, day, None))
            .unwrap_or(received_at);
        let lines = draft.lines.iter().filter(|line| !line.quantity.is_zero());
        ReceiveGoods {
            receipt_id: draft.receipt_id,
            store_id: store.store_id.clone(),
            occurred_at,
            currency: store.currency,
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

/// Rows of the lines that are offered, in their order; those of nothing follow.
fn weigh(draft: &StockReceiptDraft) -> Record {
    let (offered, nothing): (Vec<_>, Vec<_>) = draft.lines.iter().partition(|line| !line.quantity.is_zero());
    Record {
        rows: offered.iter().chain(&nothing).map(|line| line.row).collect(),
        quantity: Quantity::checked_sum(offered.iter().map(|line| line.quantity)).unwrap_or(Quantity::ZERO),
        amount: Amount::checked_sum(offered.iter().map(|line| line.cost)).unwrap_or(Amount::ZERO),
    }
}

fn products(reading: &StockReading) -> Vec<ProductName> {
    let lines = reading.receipts().iter().flat_map(|receipt| &receipt.lines);
    lines
        .map(|line| ProductName {
            sku: line.sku.clone(),
            name: line.name.clone(),
            unit: line.unit.clone(),
            decimals: u8::try_from(line.quantity.decimals()).unwrap_or_default(),
        })
        .collect()
}
