//! Rows of a sales sheet into sales: grouped by receipt, wherever its rows stand.

mod amounts;
mod comparison;
mod content;
mod customers;
mod group;
mod grouping;
mod line;
mod line_reader;
mod named;
mod numbering;
mod open_discounts;
mod price;
mod repeated;
mod stated_sums;
mod tables;

use std::sync::Arc;

use jiff::civil::{Date, DateTime, Time};
use posars_domain::sale::Customer;
use posars_domain::{
    Amount, LineId, Payment, PaymentMethod, Quantity, ReceiptNumber, RegisterNo, SaleId, Sku, UnitPrice,
};

use crate::field::Field;
use crate::footer_check::FooterCheck;
use crate::header::Header;
use crate::product_names::ProductName;
use crate::read_options::ReadOptions;
use crate::reading::{Refusals, RowTally, StoreName};
use crate::refusal::FileRefusal;
use crate::sheet::Sheet;

use group::Group;
use grouping::group_lines;
use line::Line;
use line_reader::{LineReader, Lines};
use named::Named;
pub(crate) use numbering::digits_of;
use numbering::{NumbersAgain, number_of, split_by_day};
use repeated::Repeats;

/// A sales sheet, read: which rows make which sales, and which are refused.
///
/// Lines are held in about 100 bytes each; sales are put together one at a time by [`SalesReading::sales`].
#[derive(Debug)]
pub struct SalesReading {
    tally: RowTally,
    refusals: Refusals,
    footer_checks: Vec<FooterCheck>,
    stores: Vec<StoreName>,
    products: Vec<ProductName>,
    named: Named,
    payments: Vec<PaymentMethod>,
    sellers: Vec<String>,
    customers: Vec<Customer>,
    lines: Vec<Line>,
    groups: Vec<Group>,
    receipts_with_several_dates: u32,
    numbers_again: Vec<NumbersAgain>,
}

/// One sale as the sheet tells it; the store's zone turns its date into an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaleDraft<'a> {
    /// Made from the natural key: store, register, series and number, or content and occurrence.
    pub sale_id: SaleId,
    /// Where.
    pub store: &'a StoreName,
    /// The till, if the sheet says.
    pub register_no: Option<&'a RegisterNo>,
    /// The receipt, if the sheet says.
    pub receipt: Option<&'a ReceiptNumber>,
    /// Day of the sale; the earliest, where the rows of a receipt differ.
    pub date: Date,
    /// Time of day, if the sheet says.
    pub time: Option<Time>,
    /// The moment in UTC, where the sheet names the zone of its times.
    pub utc: Option<DateTime>,
    /// What was sold.
    pub lines: Vec<SaleLineDraft<'a>>,
    /// How it was paid: one payment a method, `not_informed` where the sheet does not say.
    pub payments: Vec<Payment>,
    /// Sum of the lines.
    pub total: Amount,
    /// Who sold, if the sheet says.
    pub seller: Option<&'a str>,
    /// Who bought, if the sheet says.
    pub customer: Option<&'a Customer>,
}

/// One line of a [`SaleDraft`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SaleLineDraft<'a> {
    /// From 1, in the order of the sheet.
    pub line_id: LineId,
    /// Number of its row in the sheet.
    pub row: u32,
    /// What was sold.
    pub sku: &'a Sku,
    /// Its name.
    pub description: &'a Arc<str>,
    /// Unit of measure, if the sheet says.
    pub unit: Option<&'a Arc<str>>,
    /// How much.
    pub quantity: Quantity,
    /// Price of one.
    pub unit_price: UnitPrice,
    /// Discount of the line.
    pub line_discount: Amount,
    /// What the line came to, after its discount.
    pub net: Amount,
}

/// A store whose receipt numbers begin again, with an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceiptsByDay<'a> {
    /// The store.
    pub store: &'a StoreName,
    /// How many numbers stand on several days.
    pub receipts: u32,
    /// One of them.
    pub number: &'a str,
    /// Two of its days.
    pub days: (Date, Date),
}

/// Sums over the sales that are not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SalesTotals {
    /// Sales.
    pub sales: u32,
    /// Lines.
    pub lines: u32,
    /// Units of all lines.
    pub quantity: Quantity,
    /// Net of all lines.
    pub total: Amount,
}

impl SalesReading {
    /// Reads all rows below the titles.
    ///
    /// # Errors
    /// `needs_mapping` when neither the sheet nor the caller names the store.
    pub fn read(sheet: &Sheet, header: &Header, options: &ReadOptions) -> Result<Self, FileRefusal> {
        if !header.mapping.has(Field::Store) && options.store.is_none() {
            return Err(header.needs(Field::Store));
        }
        let Lines {
            walk,
            mut refusals,
            mut table,
            mut lines,
            mut groups,
            rows_aside,
            open_discounts,
        } = LineReader::read_all(sheet, header, options);
        open_discounts::decide(&open_discounts, &mut lines, options.currency);
        let numbers_again = split_by_day(&mut lines, &mut groups, &rows_aside, &mut refusals, &table);
        let repeats = Repeats::find(header, &lines, &groups);
        let receipts_with_several_dates =
            group_lines(&mut lines, &mut groups, &mut refusals, (&table, &repeats));
        refusals.sort();
        Ok(Self {
            tally: walk.tally,
            footer_checks: walk.footer_checks,
            refusals,
            stores: std::mem::take(&mut table.stores),
            payments: std::mem::take(&mut table.payments),
            sellers: std::mem::take(&mut table.sellers),
            customers: std::mem::take(&mut table.customers).into_all(),
            products: table.products.into_names(),
            named: Named::of(&groups, &lines),
            lines,
            groups,
            receipts_with_several_dates,
            numbers_again,
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

    /// Receipts whose rows have different dates; the earliest is taken.
    #[must_use]
    pub fn receipts_with_several_dates(&self) -> u32 {
        self.receipts_with_several_dates
    }

    /// The stores whose receipt numbers begin again: the key of their receipts includes the day.
    pub fn stores_by_day(&self) -> impl Iterator<Item = ReceiptsByDay<'_>> {
        self.numbers_again.iter().filter_map(|again| {
            Some(ReceiptsByDay {
                store: at(&self.stores, again.store)?,
                receipts: again.receipts,
                number: &again.number,
                days: again.days,
            })
        })
    }

    /// The sales of each store with the lowest receipt numbers, those of the number 1 first: where numbers begin again,
    /// these are the ones that come back.
    #[must_use]
    pub fn lowest_receipts(&self, per_store: usize) -> Vec<SaleDraft<'_>> {
        let numbered = self
            .groups
            .iter()
            .filter(|group| !group.refused && group.receipt.is_some());
        let mut numbered: Vec<(u32, u64, &Group)> = numbered
            .map(|group| (group.store, number_of(group).unwrap_or(u64::MAX), group))
            .collect();
        numbered.sort_by_key(|(store, number, _)| (*store, *number));
        let of_each = numbered.chunk_by(|one, other| one.0 == other.0);
        of_each
            .flat_map(|groups| groups.iter().take(per_store))
            .filter_map(|(_, _, group)| self.draft(group))
            .collect()
    }

    /// Sales that are refused because of their rows; rows that belong to no sale are not among them.
    #[must_use]
    pub fn refused_sales(&self) -> u32 {
        u32::try_from(self.groups.iter().filter(|group| group.refused).count()).unwrap_or(u32::MAX)
    }

    /// Stores of the sheet, each once.
    #[must_use]
    pub fn stores(&self) -> &[StoreName] {
        &self.stores
    }

    /// Those of rows that can be read.
    pub(crate) fn stores_of_lines(&self) -> impl Iterator<Item = &StoreName> {
        let stores = (0..).zip(&self.stores);
        stores
            .filter(|(index, _)| self.named.stores.contains(index))
            .map(|(_, store)| store)
    }

    /// Products of the sheet, each spelling once.
    #[must_use]
    pub fn products(&self) -> &[ProductName] {
        &self.products
    }

    /// Those of rows that can be read.
    pub(crate) fn products_of_lines(&self) -> impl Iterator<Item = &ProductName> {
        let products = (0..).zip(&self.products);
        products
            .filter(|(index, _)| self.named.products.contains(index))
            .map(|(_, product)| product)
    }

    /// The same, for a code that turns out to be another.
    pub(crate) fn products_mut(&mut self) -> &mut [ProductName] {
        &mut self.products
    }

    /// Sums over all sales that are not refused.
    #[must_use]
    pub fn totals(&self) -> SalesTotals {
        let mut totals = SalesTotals::default();
        for group in self.groups.iter().filter(|group| !group.refused) {
            totals.sales += 1;
            for line in group.lines_of(&self.lines) {
                totals.lines += 1;
                totals.quantity = totals
                    .quantity
                    .checked_add(line.quantity)
                    .unwrap_or(totals.quantity);
                totals.total = totals.total.checked_add(line.net).unwrap_or(totals.total);
            }
        }
        totals
    }

    /// The sales, put together one at a time, in the order of their first rows.
    pub fn sales(&self) -> impl Iterator<Item = SaleDraft<'_>> {
        self.groups
            .iter()
            .filter(|group| !group.refused)
            .filter_map(|group| self.draft(group))
    }

    /// Who bought: of several the first with a document, which says more than a name.
    fn customer_of(&self, rows: &[&Line]) -> Option<&Customer> {
        let mut named = rows.iter().filter_map(|line| at(&self.customers, line.customer?));
        let with_document = named.clone().find(|customer| customer.tax_id.is_some());
        with_document.or_else(|| named.next())
    }

    fn draft<'a>(&'a self, group: &'a Group) -> Option<SaleDraft<'a>> {
        let mut rows: Vec<&Line> = group.lines_of(&self.lines).collect();
        rows.sort_by_key(|line| line.line_number);
        let mut lines = Vec::with_capacity(rows.len());
        let mut paid: Vec<(u32, Amount)> = Vec::new();
        let mut total = Amount::ZERO;
        for (line, number) in rows.iter().zip(1..) {
            let product = at(&self.products, line.product)?;
            lines.push(SaleLineDraft {
                line_id: LineId(number),
                row: line.row,
                sku: &product.sku,
                description: &product.name,
                unit: product.unit.as_ref(),
                quantity: line.quantity,
                unit_price: line.unit_price,
                line_discount: line.discount,
                net: line.net,
            });
            total = total.checked_add(line.net)?;
            match paid.iter_mut().find(|(method, _)| *method == line.payment) {
                Some((_, amount)) => *amount = amount.checked_add(line.net)?,
                None => paid.push((line.payment, line.net)),
            }
        }
        let payments = paid
            .into_iter()
            .map(|(method, amount)| Some(Payment::new(at(&self.payments, method)?.clone(), amount)))
            .collect::<Option<Vec<_>>>()?;
        let moments = rows.iter().map(|line| (line.date, line.time, line.utc));
        let (date, time, utc) = moments.min()?;
        Some(SaleDraft {
            sale_id: group.sale_id,
            store: at(&self.stores, group.store)?,
            register_no: group.register_no.as_ref(),
            receipt: group.receipt.as_ref(),
            date,
            time,
            utc,
            lines,
            payments,
            total,
            seller: rows
                .iter()
                .find_map(|line| at(&self.sellers, line.seller?))
                .map(String::as_str),
            customer: self.customer_of(&rows),
        })
    }
}

fn at<T>(items: &[T], index: u32) -> Option<&T> {
    items.get(usize::try_from(index).ok()?)
}
