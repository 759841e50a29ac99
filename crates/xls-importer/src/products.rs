//! Rows of a catalogue into products.

use std::collections::HashMap;

use posars_domain::{Gtin, Ncm, Quantity, Sku, UnitPrice};
use rust_decimal::Decimal;

use crate::columns::Columns;
use crate::field::Field;
use crate::footer_check::FooterCheck;
use crate::header::Header;
use crate::product_names::sku_of;
use crate::read_options::ReadOptions;
use crate::reading::{Refusals, RowTally, Seen, Walk};
use crate::row_fault::{RowFault, keep};
use crate::row_reason::RowReason;
use crate::sheet::{Row, Sheet};

/// One product of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductDraft {
    /// Number of its row in the sheet.
    pub row: u32,
    /// The SKU of the sheet, or one made from the name.
    pub sku: Sku,
    /// Its name.
    pub name: String,
    /// Number under its bar code.
    pub gtin: Option<Gtin>,
    /// Its goods code.
    pub ncm: Option<Ncm>,
    /// Unit of measure, if the sheet says.
    pub unit: Option<String>,
    /// SKU of the product it is a variation of.
    pub parent_sku: Option<String>,
    /// Its price, if the sheet says.
    pub unit_price: Option<UnitPrice>,
    /// What the sheet says is in stock; can be below zero. It is reported, not booked: a catalogue has no cost.
    pub on_hand: Option<Quantity>,
    /// The SKU was a number cell, which keeps no zeros in front.
    pub(crate) may_lack_zeros: bool,
    /// Numbers of the later rows that define the same product in the same way.
    pub repeated_in: Vec<u32>,
}

impl ProductDraft {
    /// Whether two rows define the same product in the same way.
    fn defines_the_same(&self, other: &Self) -> bool {
        self.name == other.name && self.gtin == other.gtin && self.ncm == other.ncm && self.unit == other.unit
    }
}

/// A catalogue, read.
#[derive(Debug)]
pub struct ProductsReading {
    tally: RowTally,
    refusals: Refusals,
    footer_checks: Vec<FooterCheck>,
    products: Vec<ProductDraft>,
    without_sku: u32,
    on_hand: Decimal,
}

impl ProductsReading {
    /// Reads all rows below the titles.
    #[must_use]
    pub fn read(sheet: &Sheet, header: &Header, options: &ReadOptions) -> Self {
        let columns = Columns::new(sheet, header, options);
        let mut products: Vec<ProductDraft> = Vec::new();
        let mut by_sku: HashMap<Sku, usize> = HashMap::new();
        let mut refusals = Refusals::default();
        let mut without_sku = 0;
        let walk = Walk::over(sheet, header, &columns, |row, seen| {
            let Seen::Record(fault) = seen else { return };
            let (draft, mut faults) = draft(row, &columns);
            faults.extend(fault);
            without_sku += u32::from(columns.has(Field::Sku) && has_no_sku(row, &columns));
            let Some(draft) = draft.filter(|_| faults.is_empty()) else {
                refusals.add(row.number, faults);
                return;
            };
            let first = by_sku.get(&draft.sku).and_then(|index| products.get_mut(*index));
            match first {
                None => {
                    by_sku.insert(draft.sku.clone(), products.len());
                    products.push(draft);
                }
                Some(first) if first.defines_the_same(&draft) => first.repeated_in.push(row.number),
                Some(first) => {
                    let fault = RowFault::of(RowReason::DuplicateKey, Field::Sku, &draft.sku);
                    refusals.add(row.number, vec![fault.with_detail(format!("-> {}", first.row))]);
                }
            }
        });
        let on_hand = walk.sum(Field::OnHand);
        let Walk {
            tally, footer_checks, ..
        } = walk;
        Self {
            tally,
            refusals,
            footer_checks,
            products,
            without_sku,
            on_hand,
        }
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

    /// The products, each SKU once.
    #[must_use]
    pub fn products(&self) -> &[ProductDraft] {
        &self.products
    }

    /// The same, for a code that turns out to be another.
    pub(crate) fn products_mut(&mut self) -> &mut [ProductDraft] {
        &mut self.products
    }

    /// Rows whose SKU is empty; their SKU is made from the name.
    #[must_use]
    pub fn without_sku(&self) -> u32 {
        self.without_sku
    }

    /// Sum of what the sheet says is in stock.
    #[must_use]
    pub fn on_hand(&self) -> Decimal {
        self.on_hand
    }
}

fn has_no_sku(row: &Row<'_>, columns: &Columns<'_>) -> bool {
    matches!(columns.text(row, Field::Sku), Ok(None))
}

fn draft(row: &Row<'_>, columns: &Columns<'_>) -> (Option<ProductDraft>, Vec<RowFault>) {
    let mut faults = Vec::new();
    let sku_text = keep(columns.text(row, Field::Sku), &mut faults).flatten();
    let name = keep(columns.required_text(row, Field::Description), &mut faults);
    let sku = match (&sku_text, &name) {
        (None, None) => None,
        (sku, name) => keep(sku_of(sku.as_deref(), name.as_deref()), &mut faults),
    };
    let gtin = keep(columns.gtin(row), &mut faults).flatten();
    let ncm = keep(ncm(row, columns), &mut faults).flatten();
    let unit = keep(columns.text(row, Field::Unit), &mut faults).flatten();
    let parent = keep(columns.text(row, Field::ParentSku), &mut faults).flatten();
    let unit_price = keep(columns.unit_price(row, Field::UnitPrice), &mut faults).flatten();
    let on_hand = keep(columns.quantity(row, Field::OnHand), &mut faults).flatten();
    let draft = sku.zip(name).map(|(sku, name)| ProductDraft {
        row: row.number,
        sku,
        name: name.into_owned(),
        gtin,
        ncm,
        unit: unit.map(|unit| unit.into_owned()),
        parent_sku: parent.map(|parent| parent.into_owned()),
        unit_price,
        on_hand,
        may_lack_zeros: columns.may_lack_zeros(row, Field::Sku),
        repeated_in: Vec::new(),
    });
    (draft, faults)
}

/// Eight digits; a number cell that lost one leading zero gets it back.
fn ncm(row: &Row<'_>, columns: &Columns<'_>) -> Result<Option<Ncm>, RowFault> {
    let Some(text) = columns.text(row, Field::Ncm)? else {
        return Ok(None);
    };
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let padded = if digits.len() == 7 {
        format!("0{digits}")
    } else {
        digits
    };
    padded
        .parse()
        .map(Some)
        .map_err(|_| RowFault::of(RowReason::TextInvalid, Field::Ncm, &text))
}
