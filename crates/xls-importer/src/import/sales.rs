//! Sales of a sheet into the log.

use std::sync::Arc;

use foldhash::HashMap;
use posars_commands::{BATCH_MAX, Offered};
use posars_domain::sale::{RecordSale, RecordSaleLine};
use posars_domain::store::StoreSettings;
use posars_domain::{Amount, Channel, Currency, Quantity, ReceiptNumber, SaleId, StoreId};

use super::catalogue::Catalogue;
use super::definitions::{ImportStore, shared_unit};
use super::deliveries::deliver_batches;
use super::lost_zeros::LostZeros;
use super::receipt_zeros::ReceiptZeros;
use super::receipts_by_day::ReceiptsByDay;
use super::tally::{ImportTally, RowGroup};
use super::{ImportProgress, Run, instant_of};
use crate::header::Header;
use crate::note::Note;
use crate::product_names::ProductName;
use crate::reading::StoreName;
use crate::refusal::FileRefusal;
use crate::row_fault::RowFault;
use crate::row_reason::RowReason;
use crate::sales::{SaleDraft, SalesReading};
use crate::sheet::Sheet;

impl Run<'_> {
    pub(super) async fn sales<P: Fn(ImportProgress)>(
        &self,
        sheet: &Sheet,
        header: &Header,
        tally: &mut ImportTally<P>,
    ) -> Result<(), FileRefusal> {
        let mut reading = SalesReading::read(sheet, header, &self.settings.read)?;
        tally.outcome.tally = reading.tally().clone();
        tally.outcome.refusals = reading.refusals().clone();
        tally.outcome.records.refused = reading.refused_sales();
        tally.outcome.footer_checks = reading.footer_checks().to_vec();
        tally.rows_refused_in_reading();
        let dates = reading.receipts_with_several_dates();
        if dates > 0 {
            tally.outcome.notes.push(Note::ReceiptsOfSeveralDates(dates));
        }
        let codes = reading.products().iter();
        let codes = codes.map(|product| (&product.sku, product.may_lack_zeros));
        let lost_zeros = self.lost_zeros(codes, tally).await;
        for product in reading.products_mut() {
            lost_zeros.restore(&mut product.sku);
        }
        let stores: Vec<StoreName> = reading.stores_of_lines().cloned().collect();
        let stores = self.stores(&stores, tally).await;
        let catalogue = if tally.is_interrupted() {
            Catalogue::default()
        } else {
            let clear = reading
                .products_of_lines()
                .filter(|product| lost_zeros.unclear(&product.sku).is_none());
            let clear: Vec<ProductName> = clear.cloned().collect();
            self.define_products(&clear, tally).await
        };
        let by_day = if tally.is_interrupted() {
            ReceiptsByDay::default()
        } else {
            self.receipts_by_day(&reading, &stores, tally).await
        };
        let zeros = if tally.is_interrupted() {
            ReceiptZeros::default()
        } else {
            self.receipt_zeros(&reading, (&stores, &by_day), tally).await
        };
        let known = Known {
            stores,
            catalogue,
            lost_zeros,
            by_day,
            zeros,
        };
        let commands = self.commands_in(&known.stores, &known.catalogue);
        let mut drafts = reading.sales();
        let next = |tally: &mut ImportTally<P>| {
            loop {
                let offer = self.sale_offer(drafts.next()?, &known, tally);
                if offer.is_some() {
                    return offer;
                }
            }
        };
        let attempt = async |sales: &[Offered<RecordSale>]| commands.record_sales(sales).await;
        deliver_batches(tally, next, BATCH_MAX, attempt).await;
        Ok(())
    }

    /// What is to be offered to the log; what cannot be is refused here.
    fn sale_offer<P: Fn(ImportProgress)>(
        &self,
        draft: SaleDraft<'_>,
        known: &Known,
        tally: &mut ImportTally<P>,
    ) -> Option<(RowGroup, Offered<RecordSale>)> {
        let record = weigh(&draft, &known.catalogue);
        let mut skus = draft.lines.iter().map(|line| line.sku);
        if let Some(detail) = skus.find_map(|sku| known.lost_zeros.unclear(sku)) {
            tally.refuse_all(&record, &RowFault::of_row(RowReason::CodeUnclear, detail));
            return None;
        }
        let units = draft
            .lines
            .iter()
            .map(|line| (line.sku, line.unit.map(|unit| &**unit)));
        if let Some(detail) = known.catalogue.other_unit(units) {
            tally.refuse_all(&record, &RowFault::of_row(RowReason::UnitDiffers, detail));
            return None;
        }
        let Some(store) = known.stores.get(&draft.store.store_id) else {
            tally.refuse_all(
                &record,
                &RowFault::unknown_store(&draft.store.store_id, &draft.store.name),
            );
            return None;
        };
        let key = known.zeros.key(&draft);
        let key = key.unwrap_or_else(|| known.by_day.key(&draft));
        let Some(command) = command(draft, key, &store.settings, self.settings.read.currency) else {
            // A day that does not exist in the zone; civil days of four digits always do.
            tally.refuse_all(&record, &RowFault::of_row(RowReason::DateInvalid, ""));
            return None;
        };
        let envelope = self.envelope(record.rows.iter().copied().min().unwrap_or_default());
        Some((record, Offered::new(command, envelope)))
    }
}

/// What the log knows of the sheet's names and numbers.
struct Known {
    stores: HashMap<StoreId, ImportStore>,
    catalogue: Catalogue,
    lost_zeros: LostZeros,
    by_day: ReceiptsByDay,
    zeros: ReceiptZeros,
}

fn weigh(draft: &SaleDraft<'_>, catalogue: &Catalogue) -> RowGroup {
    let waiting = draft.lines.iter().filter(|line| catalogue.lacks(line.sku));
    RowGroup {
        rows: draft.lines.iter().map(|line| line.row).collect(),
        repeats: Vec::new(),
        quantity: Quantity::checked_sum(draft.lines.iter().map(|line| line.quantity))
            .unwrap_or(Quantity::ZERO),
        amount: draft.total,
        waiting: waiting.map(|line| (line.sku.clone(), line.quantity)).collect(),
    }
}

/// The currency is the sheet's own: where it is not the store's, the rule refuses the sale by name.
fn command(
    draft: SaleDraft<'_>,
    (sale_id, receipt): (SaleId, Option<ReceiptNumber>),
    store: &StoreSettings,
    currency: Currency,
) -> Option<RecordSale> {
    let occurred_at = instant_of(store, draft.date, draft.time, draft.utc)?;
    let lines = draft.lines.iter().map(|line| RecordSaleLine {
        line_id: line.line_id,
        sku: line.sku.clone(),
        description: Arc::clone(line.description),
        quantity: line.quantity,
        unit: shared_unit(line.unit),
        unit_price: line.unit_price,
        line_discount: line.line_discount,
        net: Some(line.net),
    });
    Some(RecordSale {
        sale_id,
        store_id: draft.store.store_id.clone(),
        register_no: draft.register_no.cloned(),
        receipt,
        occurred_at,
        channel: Channel::IMPORT,
        currency,
        lines: lines.collect(),
        order_discounts: Vec::new(),
        payments: draft.payments,
        change: Amount::ZERO,
        total: Some(draft.total),
        customer: draft.customer.cloned(),
        seller: draft.seller.map(str::to_owned),
        fiscal_ref: None,
        tax_summary: Vec::new(),
    })
}
