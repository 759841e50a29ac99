//! What the totals mean, which receipts stand, and which fall with one of their rows.

use std::collections::HashSet;

use posars_domain::{Amount, ReceiptNumber, RegisterNo, SaleId};

use super::line_reader::Line;
use super::tables::Tables;
use crate::field::Field;
use crate::limits::RECEIPT_LINES_MAX;
use crate::reading::Refusals;
use crate::row_fault::{RowFault, RowReason};

/// The rows of one receipt.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub(super) sale_id: SaleId,
    pub(super) store: u32,
    pub(super) register_no: Option<RegisterNo>,
    pub(super) receipt: Option<ReceiptNumber>,
    pub(super) first_line: u32,
    pub(super) last_line: u32,
    pub(super) lines_len: u32,
    /// A row of the receipt that is refused.
    pub(super) refused_by_row: Option<u32>,
    pub(super) refused: bool,
}

impl Group {
    pub(super) fn new(
        sale_id: SaleId,
        store: u32,
        register_no: Option<RegisterNo>,
        receipt: Option<ReceiptNumber>,
    ) -> Self {
        Self {
            sale_id,
            store,
            register_no,
            receipt,
            first_line: 0,
            last_line: 0,
            lines_len: 0,
            refused_by_row: None,
            refused: false,
        }
    }
}

/// What the column of totals holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TotalMeaning {
    /// After the line's discount.
    Net,
    /// Before it.
    Gross,
}

/// Computes the nets, refuses what does not add up, and says how many receipts have several dates.
pub(super) fn group_lines(
    lines: &mut [Line],
    groups: &mut [Group],
    refusals: &mut Refusals,
    table: &Tables,
) -> u32 {
    let meaning = total_meaning(lines);
    let doubtful: HashSet<&str> = table.doubtful_numbers.iter().map(String::as_str).collect();
    let mut several_dates = 0;
    let mut members = Vec::new();
    for group in groups.iter_mut() {
        list_members(group, lines, &mut members);
        let mut faults = Vec::new();
        let mut total = Some(Amount::ZERO);
        for index in &members {
            if let Some(line) = lines.get_mut(*index) {
                match settle(line, meaning) {
                    Ok(net) => {
                        line.net = net;
                        total = total.and_then(|total| total.checked_add(net));
                        if total.is_none() {
                            faults.push((*index, out_of_range(line)));
                            total = Some(Amount::ZERO);
                        }
                    }
                    Err(fault) => faults.push((*index, fault)),
                }
            }
        }
        if let Some((index, _)) = faults.first() {
            group
                .refused_by_row
                .get_or_insert(lines.get(*index).map_or(0, |line| line.row));
        }
        let number = group.receipt.as_ref().map(ReceiptNumber::number);
        let in_doubt = number.is_some_and(|number| doubtful.contains(number));
        let too_long = members.len() > RECEIPT_LINES_MAX;
        group.refused = group.refused_by_row.is_some() || in_doubt || too_long || members.is_empty();
        if group.refused {
            refuse_members(group, &members, lines, faults, refusals);
            continue;
        }
        let first_date = members
            .first()
            .and_then(|index| lines.get(*index))
            .map(|line| line.date);
        if members
            .iter()
            .filter_map(|index| lines.get(*index))
            .any(|line| Some(line.date) != first_date)
        {
            several_dates += 1;
        }
    }
    several_dates
}

/// Lists the lines of a group in `members`.
fn list_members(group: &Group, lines: &[Line], members: &mut Vec<usize>) {
    members.clear();
    let mut next = (group.lines_len > 0).then_some(group.first_line);
    while let Some(index) = next.and_then(|index| usize::try_from(index).ok()) {
        members.push(index);
        next = lines.get(index).and_then(|line| line.next);
    }
}

fn refuse_members(
    group: &Group,
    members: &[usize],
    lines: &[Line],
    mut faults: Vec<(usize, RowFault)>,
    refusals: &mut Refusals,
) {
    let receipt = group
        .receipt
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    for index in members {
        let Some(line) = lines.get(*index) else { continue };
        let own = faults
            .iter()
            .position(|(faulty, _)| faulty == index)
            .map(|at| faults.swap_remove(at).1);
        let fault = own.unwrap_or_else(|| {
            if members.len() > RECEIPT_LINES_MAX {
                RowFault::of_row(
                    RowReason::ReceiptTooLong,
                    format!("{receipt}: {} > {RECEIPT_LINES_MAX}", members.len()),
                )
            } else {
                let row = group
                    .refused_by_row
                    .map_or_else(String::new, |row| format!("-> {row}"));
                RowFault::of_row(
                    RowReason::ReceiptHasRefusedRows,
                    format!("{receipt} {row}").trim().to_owned(),
                )
            }
        });
        refusals.add(line.row, vec![fault]);
    }
}

/// Lines with a discount show what the total is: after it unless all of them say before it.
fn total_meaning(lines: &[Line]) -> TotalMeaning {
    let (mut net, mut gross) = (0_u32, 0_u32);
    for line in lines.iter().filter(|line| !line.discount.is_zero()) {
        if let (Some(total), Some(computed)) = (line.stated_total, line.gross) {
            net += u32::from(
                computed
                    .checked_sub(line.discount)
                    .is_some_and(|expected| near(total, expected)),
            );
            gross += u32::from(near(total, computed));
        }
    }
    if gross > 0 && net == 0 {
        TotalMeaning::Gross
    } else {
        TotalMeaning::Net
    }
}

/// The fault of a line with which its receipt comes to more than an amount can hold.
fn out_of_range(line: &Line) -> RowFault {
    RowFault::of(RowReason::NumberPrecisionLost, Field::Total, as_major(line.net))
        .with_detail(format!("> {}", as_major(Amount::MAX)))
}

/// What a line comes to; the sheet's own total stands if it is right to the minor unit.
fn settle(line: &Line, meaning: TotalMeaning) -> Result<Amount, RowFault> {
    if line.discount_is_unclear {
        let given = as_major(line.discount);
        return Err(RowFault::of(RowReason::DiscountUnclear, Field::Discount, given));
    }
    let mismatch = |expected: Option<Amount>| {
        let detail = expected.map_or_else(String::new, |expected| format!("= {}", as_major(expected)));
        let given = line.stated_total.map(as_major).unwrap_or_default();
        RowFault::of(RowReason::TotalMismatch, Field::Total, given).with_detail(detail)
    };
    let net = match (line.gross, line.stated_total, meaning) {
        (Some(gross), None, _) => gross.checked_sub(line.discount),
        (Some(gross), Some(total), TotalMeaning::Net) => {
            let expected = gross.checked_sub(line.discount);
            if !expected.is_some_and(|expected| near(total, expected)) {
                return Err(mismatch(expected));
            }
            Some(total)
        }
        (Some(gross), Some(total), TotalMeaning::Gross) => {
            if !near(total, gross) {
                return Err(mismatch(Some(gross)));
            }
            total.checked_sub(line.discount)
        }
        // The price was made from the total and the discount.
        (None, total, _) => total,
    };
    net.filter(|net| !net.is_negative()).ok_or_else(|| mismatch(None))
}

/// Programs round lines in more than one way: one minor unit either way is no mistake.
pub(super) fn near(one: Amount, other: Amount) -> bool {
    one.checked_sub(other)
        .is_some_and(|difference| difference.minor().abs() <= 1)
}

fn as_major(amount: Amount) -> String {
    let minor = amount.minor();
    format!(
        "{}{}.{:02}",
        if minor < 0 { "-" } else { "" },
        minor.abs() / 100,
        minor.abs() % 100
    )
}
