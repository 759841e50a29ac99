//! Products of a catalogue into the log.

use posars_commands::{BATCH_MAX, Offered};
use posars_domain::product::DefineProduct;
use posars_domain::{Amount, Quantity};

use super::definitions::{cut, decimals_of, unit};
use super::deliveries::deliver_batches;
use super::tally::{ImportTally, RowGroup};
use super::{ImportProgress, Run};
use crate::field::Field;
use crate::header::Header;
use crate::note::Note;
use crate::products::{ProductDraft, ProductsReading};
use crate::row_fault::RowFault;
use crate::row_reason::RowReason;
use crate::sheet::Sheet;

impl Run<'_> {
    pub(super) async fn products<P: Fn(ImportProgress)>(
        &self,
        sheet: &Sheet,
        header: &Header,
        tally: &mut ImportTally<P>,
    ) {
        let mut reading = ProductsReading::read(sheet, header, &self.settings.read);
        tally.outcome.tally = reading.tally().clone();
        tally.outcome.refusals = reading.refusals().clone();
        tally.outcome.records.refused = reading.refusals().count();
        tally.outcome.footer_checks = reading.footer_checks().to_vec();
        tally.outcome.sum_not_recorded(Field::OnHand, reading.on_hand());
        tally.rows_refused_in_reading();
        if reading.without_sku() > 0 {
            tally.outcome.notes.push(Note::WithoutSku(reading.without_sku()));
        }
        let codes = reading.products().iter();
        let codes = codes.map(|product| (&product.sku, product.may_lack_zeros));
        let lost_zeros = self.lost_zeros(codes, tally).await;
        for product in reading.products_mut() {
            lost_zeros.restore(&mut product.sku);
        }
        let mut drafts = reading.products().iter();
        let next = |tally: &mut ImportTally<P>| {
            loop {
                let draft = drafts.next()?;
                let record = RowGroup {
                    rows: vec![draft.row],
                    repeats: draft.repeated_in.clone(),
                    quantity: Quantity::ZERO,
                    amount: Amount::ZERO,
                    waiting: Vec::new(),
                };
                if let Some(detail) = lost_zeros.unclear(&draft.sku) {
                    tally.refuse_all(&record, &RowFault::of_row(RowReason::CodeUnclear, detail));
                    continue;
                }
                return Some((record, Offered::new(command(draft), self.envelope(draft.row))));
            }
        };
        let attempt =
            async |products: &[Offered<DefineProduct>]| self.commands.define_products(products).await;
        deliver_batches(tally, next, BATCH_MAX, attempt).await;
    }
}

fn command(draft: &ProductDraft) -> DefineProduct {
    let unit = unit(draft.unit.as_deref());
    DefineProduct {
        sku: draft.sku.clone(),
        name: cut(&draft.name),
        gtin: draft.gtin.clone(),
        ncm: draft.ncm.clone(),
        decimals: decimals_of(&unit),
        unit,
        tracked: true,
    }
}
