//! Reports that put a receipt's items beside its payments, or the amounts of the receipt beside each item: summed up row by
//! row they come to a multiple of what was sold.

use posars_domain::{Amount, Quantity, UnitPrice};

use super::group::Group;
use super::line::Line;
use crate::field::{Field, SheetKind};
use crate::header::Header;
use crate::row_fault::RowFault;
use crate::row_reason::RowReason;
use crate::title::normalise_title;

/// What the receipts of a sheet show of that, taken together.
#[derive(Debug, Default)]
pub(super) struct Repeats {
    /// The total that each row gives is that of its receipt.
    total: Option<Field>,
    /// And so is the discount.
    discount: bool,
    /// The sheet numbers the items of its receipts.
    are_numbered: bool,
}

/// Receipts whose lines of different quantities all come to the same, from which on that is no coincidence, whatever the
/// title says.
const RECEIPTS_MIN: u32 = 3;

impl Repeats {
    pub(super) fn find(header: &Header, lines: &[Line], groups: &[Group]) -> Self {
        let of_several = || groups.iter().filter(|group| group.lines_len > 1);
        Self {
            total: total_to_doubt(header).filter(|field| {
                let is_titled = speaks_of_receipt(header.title(*field), &OF_RECEIPT);
                is_total_of_receipt(of_several(), lines, is_titled)
            }),
            discount: is_discount_to_doubt(header) && is_discount_of_receipt(of_several(), lines),
            are_numbered: header.mapping.has(Field::Line),
        }
    }

    /// The fault of a receipt that repeats something; its rows are no lines.
    pub(super) fn fault(&self, group: &Group, lines: &[Line]) -> Option<RowFault> {
        if group.lines_len < 2 {
            return None;
        }
        let receipt = group.receipt.as_ref()?;
        let is_discounted = || group.lines_of(lines).any(|line| !line.discount.is_zero());
        let amount = self
            .total
            .or((self.discount && is_discounted()).then_some(Field::Discount));
        if let Some(field) = amount {
            let fault = RowFault::of(RowReason::ReceiptAmountRepeated, field, "");
            return Some(fault.with_detail(receipt.to_string()));
        }
        let are_repeated =
            is_repeated_by_payment(group, lines) || (self.are_numbered && has_a_number_twice(group, lines));
        are_repeated.then(|| RowFault::of_row(RowReason::ItemsRepeated, receipt.to_string()))
    }
}

/// The total that nothing in its row confirms.
fn total_to_doubt(header: &Header) -> Option<Field> {
    let has = |field| header.mapping.has(field);
    let is_confirmed = header.mapping.kind != SheetKind::Sales || has(Field::UnitPrice);
    let mut totals = [Field::Total, Field::Net, Field::Gross]
        .into_iter()
        .filter(|field| has(*field));
    let only = totals
        .next()
        .filter(|field| !is_confirmed && !header.is_chosen(*field))?;
    totals.next().is_none().then_some(only)
}

/// Whether the discount is one that nothing in its row confirms, and that its title gives to the receipt.
fn is_discount_to_doubt(header: &Header) -> bool {
    let field = Field::Discount;
    let is_confirmed = header.mapping.has(Field::Total) || header.mapping.has(Field::Net);
    let title = header.title(field);
    let may_be = speaks_of_receipt(title, &OF_RECEIPT) || speaks_of_receipt(title, &["total", "geral"]);
    header.mapping.has(field) && !is_confirmed && !header.is_chosen(field) && may_be
}

/// Words for a receipt.
const OF_RECEIPT: [&str; 16] = [
    "venda",
    "vendas",
    "pedido",
    "cupom",
    "nota",
    "nf",
    "nfe",
    "nfce",
    "comanda",
    "compra",
    "order",
    "receipt",
    "sale",
    "invoice",
    "ticket",
    "transaction",
];

fn speaks_of_receipt(title: &str, wanted: &[&str]) -> bool {
    normalise_title(title)
        .split(' ')
        .any(|word| wanted.contains(&word))
}

/// Whether in every receipt all lines come to the same, although they are of other goods.
fn is_total_of_receipt<'g>(groups: impl Iterator<Item = &'g Group>, lines: &[Line], is_titled: bool) -> bool {
    let (mut of_other_goods, mut of_other_quantities) = (0_u32, 0_u32);
    for group in groups {
        let mut members = group.lines_of(lines);
        let Some(first) = members.next() else { continue };
        let (mut other_goods, mut other_quantity) = (false, false);
        for line in members {
            if line.stated_total != first.stated_total {
                return false;
            }
            other_goods |= line.product != first.product;
            other_quantity |= line.quantity != first.quantity;
        }
        of_other_goods += u32::from(other_goods || other_quantity);
        of_other_quantities += u32::from(other_quantity);
    }
    (is_titled && of_other_goods > 0) || of_other_quantities >= RECEIPTS_MIN
}

/// Whether in every receipt that has a discount all lines have the same, although their prices are others.
fn is_discount_of_receipt<'g>(groups: impl Iterator<Item = &'g Group>, lines: &[Line]) -> bool {
    let mut is_of_other_prices = false;
    for group in groups {
        let mut members = group.lines_of(lines);
        let Some(first) = members.next() else { continue };
        for line in members {
            if line.discount != first.discount {
                return false;
            }
            is_of_other_prices |= !line.discount.is_zero() && line.gross != first.gross;
        }
    }
    is_of_other_prices
}

/// All that a line says of its item.
type Item = (u32, Quantity, UnitPrice, Amount, Option<Amount>);

fn item(line: &Line) -> Item {
    let Line {
        product,
        quantity,
        unit_price,
        discount,
        stated_total,
        ..
    } = line;
    (*product, *quantity, *unit_price, *discount, *stated_total)
}

/// Whether one number of an item stands twice, both times for the same.
fn has_a_number_twice(group: &Group, lines: &[Line]) -> bool {
    let numbers = group.lines_of(lines).map(|line| (line.line_number, item(line)));
    let mut numbers: Vec<(u32, Item)> = numbers.collect();
    numbers.sort_unstable();
    numbers
        .windows(2)
        .any(|pair| matches!(pair, [one, other] if one == other))
}

/// Whether every item stands once for each means of payment of the receipt.
fn is_repeated_by_payment(group: &Group, lines: &[Line]) -> bool {
    let mut payments = group.lines_of(lines).map(|line| line.payment);
    let first = payments.next();
    // Nearly every receipt is paid in one way.
    if payments.all(|payment| Some(payment) == first) {
        return false;
    }
    let mut methods: Vec<u32> = group.lines_of(lines).map(|line| line.payment).collect();
    methods.sort_unstable();
    methods.dedup();
    let mut items: Vec<(Item, u32)> = group
        .lines_of(lines)
        .map(|line| (item(line), line.payment))
        .collect();
    items.sort_unstable();
    items.chunk_by(|one, other| one.0 == other.0).all(|same| {
        let times = same.len() / methods.len();
        let runs = same.chunk_by(|one, other| one.1 == other.1);
        same.len() == times * methods.len() && runs.map(<[_]>::len).all(|len| len == times)
    })
}
