//! Rows of a stock sheet into receipts of goods: deliveries by document, or a count taken over as opening stock.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::stock::RECEIPT_LINES_MAX;
use posars_domain::{Amount, LineId, Quantity, ReceiptId, Sku, UnitPrice};

use crate::columns::Columns;
use crate::field::Field;
use crate::footer_check::FooterCheck;
use crate::goods_cost::unit_cost;
use crate::header::Header;
use crate::moment::Moment;
use crate::natural_key::{receipt_id, receipt_id_by_content};
use crate::product_names::sku_of;
use crate::read_options::ReadOptions;
use crate::reading::{Refusals, RowTally, Seen, StoreName, Walk};
use crate::refusal::FileRefusal;
use crate::row_fault::{RowFault, keep};
use crate::row_reason::RowReason;
use crate::sheet::{Cell, Row, Sheet};

/// Goods received together: the lines of one document, or one row without a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockReceiptDraft {
    /// Made from store, supplier, document and date, or from content and occurrence.
    pub receipt_id: ReceiptId,
    /// Where.
    pub store: StoreName,
    /// The supplier's document, if the sheet says.
    pub document: Option<String>,
    /// Who delivered, if the sheet says.
    pub supplier: Option<String>,
    /// When, if the sheet says.
    pub date: Option<Date>,
    /// Where the sheet names the zone of its times: the instant, whose day in the store counts.
    pub instant: Option<Timestamp>,
    /// What.
    pub lines: Vec<StockLineDraft>,
    refused_by_row: Option<u32>,
}

/// One line of a [`StockReceiptDraft`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockLineDraft {
    /// From 1, in the order of the sheet.
    pub line_id: LineId,
    /// Number of its row in the sheet.
    pub row: u32,
    /// What.
    pub sku: Sku,
    /// Its name.
    pub name: String,
    /// Unit of measure, if the sheet says.
    pub unit: Option<String>,
    /// The SKU was a number cell, which keeps no zeros in front.
    pub(crate) may_lack_zeros: bool,
    /// How much; zero only in a count, where there is nothing to receive.
    pub quantity: Quantity,
    /// Cost of one.
    pub unit_cost: UnitPrice,
    /// Quantity times cost.
    pub cost: Amount,
}

/// A stock sheet, read.
#[derive(Debug)]
pub struct StockReading {
    tally: RowTally,
    refusals: Refusals,
    footer_checks: Vec<FooterCheck>,
    receipts: Vec<StockReceiptDraft>,
    refused_receipts: u32,
    is_count: bool,
}

/// Sums over the receipts that are not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StockTotals {
    /// Lines, those of quantity zero included.
    pub lines: u32,
    /// Lines of quantity zero.
    pub lines_of_nothing: u32,
    /// Units of all lines.
    pub quantity: Quantity,
    /// Quantity times cost of all lines.
    pub cost: Amount,
}

impl StockReading {
    /// Reads all rows below the titles.
    ///
    /// # Errors
    /// `needs_mapping` when neither the sheet nor the caller names the store.
    pub fn read(sheet: &Sheet, header: &Header, options: &ReadOptions) -> Result<Self, FileRefusal> {
        if !header.mapping.has(Field::Store) && options.store.is_none() {
            return Err(header.needs(Field::Store));
        }
        let columns = Columns::new(sheet, header, options);
        let quantity_field = header.counted.unwrap_or(Field::Quantity);
        let mut reader = StockReader {
            columns: &columns,
            options,
            quantity_field,
            receipts: Vec::new(),
            by_document: HashMap::new(),
            occurrences: HashMap::new(),
            refusals: Refusals::default(),
            previous: None,
            after_unreadable: false,
            doubtful_documents: HashSet::new(),
            is_of_refused_rows: header.is_of_refused_rows(),
            is_count: header.counted.is_some(),
        };
        let walk = Walk::over(sheet, header, &columns, |row, seen| match seen {
            Seen::Record(fault) => reader.take(row, fault),
            Seen::Cancelled => reader.pass_over(row),
        });
        let StockReader {
            receipts,
            mut refusals,
            doubtful_documents,
            ..
        } = reader;
        let offered = receipts.len();
        let receipts = standing(receipts, &doubtful_documents, &mut refusals);
        let refused_receipts = u32::try_from(offered - receipts.len()).unwrap_or(u32::MAX);
        refusals.sort();
        let is_count = header.counted.is_some();
        let Walk {
            tally, footer_checks, ..
        } = walk;
        Ok(Self {
            tally,
            refusals,
            footer_checks,
            receipts,
            refused_receipts,
            is_count,
        })
    }

    /// Counts of the rows.
    #[must_use]
    pub fn tally(&self) -> &RowTally {
        &self.tally
    }

    /// Rows refused while reading.
    #[must_use]
    pub fn refusals(&self) -> &Refusals {
        &self.refusals
    }

    /// Sums at the foot of the sheet beside ours.
    #[must_use]
    pub fn footer_checks(&self) -> &[FooterCheck] {
        &self.footer_checks
    }

    /// Receipts with a document that are refused; rows without one are counted as rows only.
    #[must_use]
    pub fn refused_receipts(&self) -> u32 {
        self.refused_receipts
    }

    /// The receipts that are not refused, in the order of their first rows.
    #[must_use]
    pub fn receipts(&self) -> &[StockReceiptDraft] {
        &self.receipts
    }

    /// All lines, for a code that turns out to be another.
    pub(crate) fn lines_mut(&mut self) -> impl Iterator<Item = &mut StockLineDraft> {
        self.receipts.iter_mut().flat_map(|receipt| &mut receipt.lines)
    }

    /// Whether the quantities are what is there (a count), not what came.
    #[must_use]
    pub fn is_count(&self) -> bool {
        self.is_count
    }

    /// Sums over the receipts that are not refused.
    #[must_use]
    pub fn totals(&self) -> StockTotals {
        let mut totals = StockTotals::default();
        for line in self.receipts.iter().flat_map(|receipt| &receipt.lines) {
            totals.lines += 1;
            totals.lines_of_nothing += u32::from(line.quantity.is_zero());
            totals.quantity = totals
                .quantity
                .checked_add(line.quantity)
                .unwrap_or(totals.quantity);
            totals.cost = totals.cost.checked_add(line.cost).unwrap_or(totals.cost);
        }
        totals
    }
}

/// Drops the receipts that have, or may have, a refused row, and refuses their other rows.
fn standing(
    receipts: Vec<StockReceiptDraft>,
    doubtful: &HashSet<String>,
    refusals: &mut Refusals,
) -> Vec<StockReceiptDraft> {
    let mut standing = Vec::with_capacity(receipts.len());
    for receipt in receipts {
        let document = receipt.document.as_deref().unwrap_or_default();
        let fault = if let Some(row) = receipt.refused_by_row {
            RowFault::of_row(RowReason::ReceiptHasRefusedRows, format!("{document} -> {row}"))
        } else if doubtful.contains(document) {
            RowFault::of_row(RowReason::ReceiptHasRefusedRows, document)
        } else if receipt.lines.len() > RECEIPT_LINES_MAX {
            RowFault::of_row(
                RowReason::ReceiptTooLong,
                format!("{document}: {}", receipt.lines.len()),
            )
        } else {
            standing.push(receipt);
            continue;
        };
        for line in &receipt.lines {
            refusals.add(line.row, vec![fault.clone()]);
        }
    }
    standing
}

struct StockReader<'a> {
    columns: &'a Columns<'a>,
    options: &'a ReadOptions,
    quantity_field: Field,
    receipts: Vec<StockReceiptDraft>,
    by_document: HashMap<ReceiptId, usize>,
    occurrences: HashMap<ReceiptId, u32>,
    refusals: Refusals,
    /// The document of the row before, if it has one.
    previous: Option<usize>,
    /// Whether the row before could not be told to which document it belongs.
    after_unreadable: bool,
    /// Documents of rows whose store, date or supplier cannot be read: every receipt of them is in doubt.
    doubtful_documents: HashSet<String>,
    /// Whether rows without a document have lost their place among equal ones.
    is_of_refused_rows: bool,
    is_count: bool,
}

/// Store, date and supplier.
type Place = (StoreName, Option<Moment>, Option<String>);

impl StockReader<'_> {
    fn take(&mut self, row: &Row<'_>, fault: Option<RowFault>) {
        let opposes = fault.is_some();
        let mut faults = Vec::from_iter(fault);
        let document = keep(self.columns.text(row, Field::Receipt), &mut faults);
        let place = self.place(row, document.as_ref().is_some_and(Option::is_some), &mut faults);
        // What is said of the amounts of a row that is no receipt would only distract.
        let line = if faults.is_empty() {
            self.line(row, &mut faults)
        } else {
            None
        };
        if document == Some(None)
            && let Some(above) = self.continued(row)
        {
            faults.push(RowFault::of(RowReason::RequiredMissing, Field::Receipt, ""));
            self.doubt(above, row.number);
            self.refusals.add(row.number, faults);
            return;
        }
        if document == Some(None) && self.is_of_refused_rows {
            faults.push(RowFault::of_row(RowReason::NeedsOriginal, ""));
        }
        if document == Some(None) && !faults.is_empty() && !opposes && self.columns.has(Field::Receipt) {
            // A blank number may mean that the row goes on with the document above, which then is not whole. One that
            // says that it is another thing, with a date of its own, does not.
            self.doubt_previous(row.number);
        }
        let (Some(document), Some((store, moment, supplier))) = (&document, place) else {
            match document {
                Some(document) => self
                    .doubtful_documents
                    .extend(document.map(|text| text.into_owned())),
                None => self.doubt_neighbours(row.number),
            }
            self.refusals.add(row.number, faults);
            return;
        };
        let draft = StockReceiptDraft {
            receipt_id: ReceiptId::new(uuid::Uuid::nil()),
            store,
            document: document.as_deref().map(str::to_owned),
            supplier,
            date: moment.map(|moment| moment.date),
            instant: moment.and_then(Moment::instant),
            lines: Vec::new(),
            refused_by_row: None,
        };
        let line = line.filter(|_| faults.is_empty());
        if !faults.is_empty() {
            self.refusals.add(row.number, faults);
        }
        if draft.document.is_some() {
            self.take_into_document(draft, line, row.number);
            return;
        }
        (self.previous, self.after_unreadable) = (None, false);
        if let Some(line) = line {
            let receipt_id = self.id_by_content(&draft, &line);
            self.receipts.push(StockReceiptDraft {
                receipt_id,
                lines: vec![line],
                ..draft
            });
        }
    }

    /// A row of what was called off: one that leaves out its document goes on with it, and not with the one above that.
    fn pass_over(&mut self, row: &Row<'_>) {
        if !self.leaves_out(row) {
            self.previous = None;
        }
    }

    /// The document above, where a row leaves out both document and date: such a row goes on with it, and without the
    /// row that document is not whole.
    fn continued(&self, row: &Row<'_>) -> Option<usize> {
        self.previous.filter(|_| self.leaves_out(row))
    }

    /// Whether a row leaves out what would say which document it belongs to, in a sheet that says so elsewhere.
    fn leaves_out(&self, row: &Row<'_>) -> bool {
        let is_left_out = |field| self.columns.has(field) && self.columns.cell(row, field) == Cell::Empty;
        is_left_out(Field::Receipt) && is_left_out(Field::Date)
    }

    /// Where the goods of a row came in, when and from whom; a document's id is for ever, so it must have a date.
    fn place(&self, row: &Row<'_>, has_document: bool, faults: &mut Vec<RowFault>) -> Option<Place> {
        let store = keep(self.store(row), faults);
        let date = keep(self.columns.moment(row), faults);
        let supplier = keep(self.columns.text(row, Field::Supplier), faults);
        if has_document && date == Some(None) {
            faults.push(RowFault::of(RowReason::RequiredMissing, Field::Date, ""));
            return None;
        }
        let supplier = supplier?.map(|supplier| supplier.into_owned());
        Some((store?, date?, supplier))
    }

    /// Adds a line to its document, or the knowledge that one of its lines is refused.
    fn take_into_document(&mut self, draft: StockReceiptDraft, line: Option<StockLineDraft>, row: u32) {
        let index = self.receipt_of_document(draft);
        self.previous = Some(index);
        if std::mem::take(&mut self.after_unreadable) || line.is_none() {
            self.doubt(index, row);
        }
        if let (Some(line), Some(receipt)) = (line, self.receipts.get_mut(index)) {
            let number = u32::try_from(receipt.lines.len() + 1).unwrap_or(u32::MAX);
            receipt.lines.push(StockLineDraft {
                line_id: LineId(number),
                ..line
            });
        }
    }

    /// A row whose document cannot be read may belong to the one above or the one below: neither is whole for certain,
    /// and one that was booked without the row could never take it in.
    fn doubt_neighbours(&mut self, row: u32) {
        self.doubt_previous(row);
        self.after_unreadable = true;
    }

    /// Marks the document of the row before as having a refused row.
    fn doubt_previous(&mut self, row: u32) {
        if let Some(previous) = self.previous {
            self.doubt(previous, row);
        }
    }

    /// Marks a receipt as having a refused row.
    fn doubt(&mut self, index: usize, row: u32) {
        if let Some(receipt) = self.receipts.get_mut(index) {
            receipt.refused_by_row.get_or_insert(row);
        }
    }

    fn receipt_of_document(&mut self, draft: StockReceiptDraft) -> usize {
        let date = draft.date.map(|date| date.to_string()).unwrap_or_default();
        let supplier = draft.supplier.as_deref().unwrap_or_default();
        let document = draft.document.as_deref().unwrap_or_default();
        let receipt_id = receipt_id(draft.store.store_id.as_str(), supplier, document, &date);
        *self.by_document.entry(receipt_id).or_insert_with(|| {
            self.receipts.push(StockReceiptDraft { receipt_id, ..draft });
            self.receipts.len() - 1
        })
    }

    fn id_by_content(&mut self, draft: &StockReceiptDraft, line: &StockLineDraft) -> ReceiptId {
        let date = draft.date.map(|date| date.to_string()).unwrap_or_default();
        let (quantity, cost) = (line.quantity.to_string(), line.unit_cost.to_string());
        let supplier = draft.supplier.as_deref().unwrap_or_default();
        let content = [
            draft.store.store_id.as_str(),
            &date,
            supplier,
            line.sku.as_str(),
            &quantity,
            &cost,
        ];
        let seen = self
            .occurrences
            .entry(receipt_id_by_content(&content, 0))
            .or_insert(0);
        let receipt_id = receipt_id_by_content(&content, *seen);
        *seen += 1;
        receipt_id
    }

    fn store(&self, row: &Row<'_>) -> Result<StoreName, RowFault> {
        let text = self.columns.text(row, Field::Store)?;
        let text = text.as_deref().or(self.options.store.as_deref());
        StoreName::of(text.ok_or_else(|| RowFault::of(RowReason::RequiredMissing, Field::Store, ""))?)
    }

    fn line(&self, row: &Row<'_>, faults: &mut Vec<RowFault>) -> Option<StockLineDraft> {
        let sku_text = keep(self.columns.text(row, Field::Sku), faults);
        let name = keep(self.columns.text(row, Field::Description), faults);
        let unit = keep(self.columns.text(row, Field::Unit), faults);
        let quantity = keep(self.quantity(row), faults);
        let unit_cost = match quantity {
            Some(quantity) => keep(
                unit_cost(self.columns, row, quantity, self.options.currency),
                faults,
            ),
            None => None,
        };
        let (sku_text, name) = (sku_text?, name?);
        let sku = keep(sku_of(sku_text.as_deref(), name.as_deref()), faults);
        let (quantity, unit_cost) = (quantity?, unit_cost?);
        let cost = quantity.times(unit_cost, self.options.currency);
        if cost.is_none() {
            faults.push(RowFault::of(
                RowReason::NumberPrecisionLost,
                Field::UnitCost,
                unit_cost,
            ));
        }
        Some(StockLineDraft {
            line_id: LineId(1),
            row: row.number,
            sku: sku?,
            name: name
                .or(sku_text)
                .map(|name| name.into_owned())
                .unwrap_or_default(),
            unit: unit?.map(|unit| unit.into_owned()),
            may_lack_zeros: self.columns.may_lack_zeros(row, Field::Sku),
            quantity,
            unit_cost,
            cost: cost?,
        })
    }

    fn quantity(&self, row: &Row<'_>) -> Result<Quantity, RowFault> {
        let field = self.quantity_field;
        let quantity = self.columns.quantity(row, field)?;
        let quantity = quantity.ok_or_else(|| RowFault::of(RowReason::RequiredMissing, field, ""))?;
        let counted_nothing = self.is_count && quantity.is_zero();
        if !quantity.is_positive() && !counted_nothing {
            return Err(RowFault::of(RowReason::QuantityNotPositive, field, quantity));
        }
        Ok(quantity)
    }
}
