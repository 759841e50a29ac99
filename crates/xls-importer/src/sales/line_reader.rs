//! One row of a sales sheet into one line, and the line into the group of its receipt.

use foldhash::{HashMap, HashMapExt as _};
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use posars_domain::sale::id_of_receipt;
use posars_domain::{Amount, Quantity, ReceiptNumber, RegisterNo, SaleId};

use super::amounts::{Amounts, read_amounts};
use super::content::content_of;
use super::group::Group;
use super::line::Line;
use super::numbering::RowsAside;
use super::stated_sums::with_stated_sums;
use super::tables::Tables;
use crate::aliases::is_unit_or_store;
use crate::columns::Columns;
use crate::discount::OpenDiscounts;
use crate::field::Field;
use crate::header::Header;
use crate::moment::Moment;
use crate::natural_key::sale_id_by_content;
use crate::product_names::unit_in_title;
use crate::read_options::ReadOptions;
use crate::reading::{Refusals, Seen, StoreName, Walk};
use crate::row_fault::{RowFault, keep};
use crate::row_reason::RowReason;
use crate::sheet::{Cell, Row, Sheet};
use crate::title::normalise_title;

/// Everything one pass over the rows gives.
pub(super) struct Lines {
    pub(super) walk: Walk,
    pub(super) refusals: Refusals,
    pub(super) table: Tables,
    pub(super) lines: Vec<Line>,
    pub(super) groups: Vec<Group>,
    pub(super) rows_aside: RowsAside,
    pub(super) open_discounts: OpenDiscounts,
}

/// Where a row belongs.
struct Place {
    store: Result<u32, RowFault>,
    register_no: Option<RegisterNo>,
    receipt: Result<Option<ReceiptNumber>, RowFault>,
}

/// The fields that say which receipt a row belongs to.
const RECEIPT_FIELDS: [Field; 4] = [Field::Receipt, Field::Store, Field::Register, Field::Series];

/// The receipt of an earlier row, and the cells that said so: rows of one receipt mostly follow each other.
struct Remembered<'s> {
    cells: [Cell<'s>; RECEIPT_FIELDS.len()],
    group: u32,
}

pub(super) struct LineReader<'a, 's> {
    columns: &'a Columns<'a>,
    options: &'a ReadOptions,
    table: Tables,
    lines: Vec<Line>,
    groups: Vec<Group>,
    /// By the id, which is made of store, register and receipt alone.
    group_indexes: HashMap<SaleId, u32>,
    occurrences: HashMap<SaleId, u32>,
    refusals: Refusals,
    rows_aside: RowsAside,
    open_discounts: OpenDiscounts,
    remembered: Option<Remembered<'s>>,
    /// The receipt of the row before, and whether this row may belong to a receipt that cannot be read.
    previous_group: Option<u32>,
    after_unreadable: bool,
    /// Whether rows without a receipt have lost their place among equal ones.
    is_of_refused_rows: bool,
    /// The unit in the title of the quantity, for rows without one of their own.
    quantity_unit: Option<&'static str>,
    /// Whether the unit tells rows apart: the sender named its column, or its title was always read.
    is_unit_known: bool,
}

impl<'s> LineReader<'_, 's> {
    /// Reads every record of the sheet.
    pub(super) fn read_all(sheet: &'s Sheet, header: &Header, options: &ReadOptions) -> Lines {
        let columns = Columns::new(sheet, header, options);
        let mut reader = LineReader {
            columns: &columns,
            options,
            table: Tables::default(),
            lines: Vec::with_capacity(sheet.rows_len()),
            // As many receipts as rows at most. What is not filled is not touched.
            groups: Vec::with_capacity(sheet.rows_len()),
            group_indexes: HashMap::new(),
            occurrences: HashMap::new(),
            refusals: Refusals::default(),
            rows_aside: RowsAside::default(),
            open_discounts: OpenDiscounts::default(),
            remembered: None,
            previous_group: None,
            after_unreadable: false,
            is_of_refused_rows: header.is_of_refused_rows(),
            quantity_unit: unit_in_title(header.title(Field::Quantity)),
            is_unit_known: header.is_chosen(Field::Unit)
                || is_unit_or_store(&normalise_title(header.title(Field::Unit))),
        };
        let walk = Walk::over(sheet, header, &columns, |row, seen| match seen {
            Seen::Record(fault) => reader.take(row, fault),
            Seen::Cancelled => reader.pass_over(row),
        });
        let LineReader {
            refusals,
            table,
            lines,
            groups,
            rows_aside,
            open_discounts,
            ..
        } = reader;
        Lines {
            walk,
            refusals,
            table,
            lines,
            groups,
            rows_aside,
            open_discounts,
        }
    }

    fn take(&mut self, row: &Row<'s>, fault: Option<RowFault>) {
        let opposes = fault.is_some();
        let mut faults = Vec::from_iter(fault);
        // What is said of the amounts of a row that is no sale would only distract.
        let line = if faults.is_empty() {
            self.line(row, &mut faults)
        } else {
            None
        };
        let group = match self.remembered_group(row) {
            Some(group) => Some(group),
            None => self.group(row, line.as_ref(), &mut faults),
        };
        if let Some(group) = group {
            if self.after_unreadable {
                self.doubt(Some(group), row.number, None);
                self.after_unreadable = false;
            }
            self.previous_group = Some(group);
        }
        match (line, group) {
            (Some(line), Some(group)) if faults.is_empty() => self.attach(line, group),
            (_, group) => {
                let date = self
                    .columns
                    .moment(row)
                    .ok()
                    .flatten()
                    .map(|moment| self.of_store(moment).0);
                match group {
                    Some(group) => self.doubt(Some(group), row.number, date),
                    None => self.doubt_above(row, date, opposes, &mut faults),
                }
                self.refusals.add(row.number, faults);
            }
        }
    }

    fn remembered_group(&self, row: &Row<'s>) -> Option<u32> {
        let Remembered { cells, group } = self.remembered.as_ref()?;
        let mut pairs = RECEIPT_FIELDS.into_iter().zip(cells);
        pairs
            .all(|(field, cell)| self.columns.cell(row, field) == *cell)
            .then_some(*group)
    }

    /// The group of a row whose cells say something new of where it belongs.
    fn group(&mut self, row: &Row<'s>, line: Option<&Line>, faults: &mut Vec<RowFault>) -> Option<u32> {
        let place = self.place(row);
        match (place.store, place.receipt) {
            (Ok(store), Ok(Some(receipt))) => {
                let group = self.group_of_receipt(store, place.register_no, receipt);
                let cells = RECEIPT_FIELDS.map(|field| self.columns.cell(row, field));
                self.remembered = Some(Remembered { cells, group });
                Some(group)
            }
            (Ok(_), Ok(None)) if self.is_of_refused_rows => {
                faults.push(RowFault::of_row(RowReason::NeedsOriginal, ""));
                None
            }
            (Ok(store), Ok(None)) => line
                .filter(|_| faults.is_empty())
                .map(|line| self.group_of_content(store, place.register_no, line)),
            (store, receipt) => {
                if let Ok(Some(receipt)) = &receipt {
                    self.table.doubtful_numbers.push(receipt.number().to_owned());
                }
                if receipt.is_err() {
                    // The row may belong to the receipt above or to the one below: neither is whole for certain.
                    self.doubt(self.previous_group, row.number, None);
                    self.after_unreadable = true;
                }
                faults.extend(store.err());
                faults.extend(receipt.err());
                None
            }
        }
    }

    /// A refused row with a blank number may go on with the receipt above, which then is not whole; one that leaves out
    /// its date too does. One that says that it is another thing, with a date of its own, does not.
    fn doubt_above(&mut self, row: &Row<'_>, date: Option<Date>, opposes: bool, faults: &mut Vec<RowFault>) {
        let index = self.previous_group.and_then(|group| usize::try_from(group).ok());
        let above = index.and_then(|index| self.groups.get(index));
        let has_number = !matches!(self.columns.text(row, Field::Receipt), Ok(None));
        if has_number || above.is_none_or(|group| group.receipt.is_none()) {
            return;
        }
        if self.leaves_out(row) {
            faults.push(RowFault::of(RowReason::RequiredMissing, Field::Receipt, ""));
        } else if opposes {
            return;
        }
        self.doubt(self.previous_group, row.number, date);
    }

    /// Whether a row leaves out what would say which receipt it belongs to, in a sheet that says so elsewhere.
    fn leaves_out(&self, row: &Row<'_>) -> bool {
        let is_left_out = |field| self.columns.has(field) && self.columns.cell(row, field) == Cell::Empty;
        is_left_out(Field::Receipt) && is_left_out(Field::Date)
    }

    /// A row of what was called off. One that leaves out its receipt goes on with it, and not with the one above that;
    /// the number is given all the same.
    fn pass_over(&mut self, row: &Row<'_>) {
        if self.leaves_out(row) {
            return;
        }
        self.previous_group = None;
        let store = self.columns.text(row, Field::Store).ok().flatten();
        let store = store.as_deref().or(self.options.store.as_deref());
        let store = store.and_then(|store| StoreName::of(store).ok());
        let (Some(store), Ok(register_no), Ok(Some(receipt)), Ok(Some(moment))) = (
            store,
            self.register(row),
            self.receipt(row),
            self.columns.moment(row),
        ) else {
            return;
        };
        self.rows_aside.give(
            store.store_id,
            register_no.as_ref(),
            &receipt,
            self.of_store(moment).0,
        );
    }

    /// Marks a receipt as having a refused row, of a day if that is known.
    fn doubt(&mut self, group: Option<u32>, row: u32, date: Option<Date>) {
        if let Some(group) = group {
            self.rows_aside.refuse(group, row, date);
        }
        let index = group.and_then(|group| usize::try_from(group).ok());
        if let Some(group) = index.and_then(|index| self.groups.get_mut(index)) {
            group.refused_by_row.get_or_insert(row);
        }
    }

    fn attach(&mut self, line: Line, group: u32) {
        let index = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
        let Some(group) = usize::try_from(group)
            .ok()
            .and_then(|group| self.groups.get_mut(group))
        else {
            return;
        };
        let last = (group.lines_len > 0).then_some(group.last_line);
        if group.lines_len == 0 {
            group.first_line = index;
        }
        group.last_line = index;
        group.lines_len += 1;
        let first = usize::try_from(group.first_line)
            .ok()
            .and_then(|first| self.lines.get(first));
        group.spans_days |= first.is_some_and(|first| first.date != line.date);
        if let Some(last) = last.and_then(|last| usize::try_from(last).ok())
            && let Some(last) = self.lines.get_mut(last)
        {
            last.next = Some(index);
        }
        self.table.products.note_quantity(line.product, line.quantity);
        self.lines.push(line);
    }

    fn place(&mut self, row: &Row<'_>) -> Place {
        let store = self.store(row);
        let (register_no, register_fault) = match self.register(row) {
            Ok(register) => (register, None),
            Err(fault) => (None, Some(fault)),
        };
        let receipt = match register_fault {
            Some(fault) => Err(fault),
            None => self.receipt(row),
        };
        Place {
            store,
            register_no,
            receipt,
        }
    }

    fn store(&mut self, row: &Row<'_>) -> Result<u32, RowFault> {
        let text = self.columns.text(row, Field::Store)?;
        let text = text.as_deref().or(self.options.store.as_deref());
        let text = text.ok_or_else(|| RowFault::of(RowReason::RequiredMissing, Field::Store, ""))?;
        self.table.store(text)
    }

    fn register(&self, row: &Row<'_>) -> Result<Option<RegisterNo>, RowFault> {
        let Some(text) = self.columns.text(row, Field::Register)? else {
            return Ok(None);
        };
        let plain: String = text
            .chars()
            .map(|character| if character.is_whitespace() { '_' } else { character })
            .collect();
        plain
            .parse()
            .map(Some)
            .map_err(|_| RowFault::of(RowReason::TextInvalid, Field::Register, &text))
    }

    fn receipt(&self, row: &Row<'_>) -> Result<Option<ReceiptNumber>, RowFault> {
        let Some(number) = self.columns.text(row, Field::Receipt)? else {
            return Ok(None);
        };
        let series = self.columns.text(row, Field::Series)?;
        ReceiptNumber::new(series.as_deref(), &number)
            .map(Some)
            .map_err(|_| RowFault::of(RowReason::TextInvalid, Field::Receipt, &number))
    }

    fn group_of_receipt(&mut self, store: u32, register: Option<RegisterNo>, receipt: ReceiptNumber) -> u32 {
        let store_id = self.table.store_at(store).map(|store| store.store_id.as_str());
        let sale_id = id_of_receipt(store_id.unwrap_or_default(), register.as_ref(), &receipt);
        if let Some(index) = self.group_indexes.get(&sale_id) {
            return *index;
        }
        let index = self.new_group(Group::new(sale_id, store, register, Some(receipt)));
        self.group_indexes.insert(sale_id, index);
        index
    }

    /// A row without a receipt is a sale of its own, known by its content, which is all that the sale will say; equal
    /// rows are counted.
    fn group_of_content(&mut self, store: u32, register: Option<RegisterNo>, line: &Line) -> u32 {
        let content = content_of(&self.table, store, register.as_ref(), line);
        // Other titles of units came to be read later than these ids.
        let content = content.known(self.is_unit_known);
        let content: Vec<&str> = content.iter().map(String::as_str).collect();
        let seen = self
            .occurrences
            .entry(sale_id_by_content(&content, 0))
            .or_insert(0);
        let sale_id = sale_id_by_content(&content, *seen);
        *seen += 1;
        self.new_group(Group::new(sale_id, store, register, None))
    }

    fn new_group(&mut self, group: Group) -> u32 {
        self.groups.push(group);
        u32::try_from(self.groups.len() - 1).unwrap_or(u32::MAX)
    }

    fn line(&mut self, row: &Row<'_>, faults: &mut Vec<RowFault>) -> Option<Line> {
        let moment = keep(required(self.columns.moment(row), Field::Date), faults);
        let product = keep(self.product(row), faults);
        let quantity = keep(self.quantity(row), faults);
        let currency = self.options.currency;
        let amounts = read_amounts(self.columns, row, quantity, currency)
            .and_then(|amounts| with_stated_sums(amounts, self.columns, row, quantity, currency));
        let amounts = keep(amounts, faults);
        let payment = keep(self.payment(row), faults);
        let seller = keep(self.seller(row), faults);
        let customer = keep(self.table.customers.read(self.columns, row), faults);
        let line_number = keep(self.line_number(row), faults)?;
        let (date, time, utc) = self.of_store(moment?);
        let Amounts {
            unit_price,
            gross,
            discount,
            given_discount,
            stated_total,
        } = amounts?;
        self.open_discounts.note(row.number, given_discount);
        Some(Line {
            row: row.number,
            next: None,
            product: product?,
            payment: payment?,
            seller: seller?,
            customer: customer?,
            line_number,
            date,
            time,
            utc,
            quantity: quantity?,
            unit_price,
            gross,
            discount,
            discount_is_unclear: false,
            stated_total,
            net: Amount::ZERO,
        })
    }

    /// Day and time by the clock of the store, and the moment in UTC where the sheet says that.
    fn of_store(&self, moment: Moment) -> (Date, Option<Time>, Option<DateTime>) {
        match moment.instant() {
            Some(instant) => {
                let local = self.options.time_zone.time_zone().to_datetime(instant);
                let utc = Offset::UTC.to_datetime(instant);
                (local.date(), Some(local.time()), Some(utc))
            }
            None => (moment.date, moment.time, None),
        }
    }

    fn product(&mut self, row: &Row<'_>) -> Result<u32, RowFault> {
        let sku = self.columns.text(row, Field::Sku)?;
        let name = self.columns.text(row, Field::Description)?;
        let unit = self.columns.text(row, Field::Unit)?;
        if sku.is_none() && name.is_none() {
            let field = if self.columns.has(Field::Sku) {
                Field::Sku
            } else {
                Field::Description
            };
            return Err(RowFault::of(RowReason::RequiredMissing, field, ""));
        }
        let unit = unit.as_deref().or(self.quantity_unit);
        let may_lack_zeros = self.columns.may_lack_zeros(row, Field::Sku);
        let products = &mut self.table.products;
        let index = products.index_of(sku.as_deref(), name.as_deref(), unit)?;
        products.note_code(index, may_lack_zeros);
        Ok(index)
    }

    fn quantity(&self, row: &Row<'_>) -> Result<Quantity, RowFault> {
        let quantity = required(self.columns.quantity(row, Field::Quantity), Field::Quantity)?;
        if !quantity.is_positive() {
            return Err(RowFault::of(
                RowReason::QuantityNotPositive,
                Field::Quantity,
                quantity,
            ));
        }
        Ok(quantity)
    }

    fn payment(&mut self, row: &Row<'_>) -> Result<u32, RowFault> {
        let text = self.columns.text(row, Field::Payment)?;
        let text = text.as_deref().unwrap_or_default();
        self.table.payment(text)
    }

    fn seller(&mut self, row: &Row<'_>) -> Result<Option<u32>, RowFault> {
        let Some(text) = self.columns.text(row, Field::Seller)? else {
            return Ok(None);
        };
        Ok(Some(self.table.seller(&text)))
    }

    /// Lines keep the order the sheet gives them by number, else the order of the rows.
    fn line_number(&self, row: &Row<'_>) -> Result<u32, RowFault> {
        let number = self.columns.text(row, Field::Line)?;
        Ok(number
            .and_then(|number| number.parse().ok())
            .unwrap_or(row.number))
    }
}

fn required<T>(value: Result<Option<T>, RowFault>, field: Field) -> Result<T, RowFault> {
    value?.ok_or_else(|| RowFault::of(RowReason::RequiredMissing, field, ""))
}
