//! What the totals mean, which receipts stand, and which fall with one of their rows.

use std::collections::HashSet;

use posars_domain::{Amount, ReceiptNumber};

use super::comparison::{as_major, mismatch, near};
use super::group::Group;
use super::line::Line;
use super::repeated::Repeats;
use super::tables::Tables;
use crate::field::Field;
use crate::limits::RECEIPT_LINES_MAX;
use crate::reading::Refusals;
use crate::row_fault::RowFault;
use crate::row_reason::RowReason;

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
    (table, repeats): (&Tables, &Repeats),
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
        let repeated = repeats.fault(group, lines);
        group.refused = group.refused_by_row.is_some()
            || in_doubt
            || too_long
            || repeated.is_some()
            || members.is_empty();
        if group.refused {
            let of_all = repeated.unwrap_or_else(|| fault_of_all(group, members.len()));
            refuse_members(&members, lines, faults, &of_all, refusals);
            continue;
        }
        several_dates += u32::from(group.spans_days);
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

/// Refuses the lines of a group, each by its own fault or by the one they have in common.
fn refuse_members(
    members: &[usize],
    lines: &[Line],
    mut faults: Vec<(usize, RowFault)>,
    of_all: &RowFault,
    refusals: &mut Refusals,
) {
    for index in members {
        let Some(line) = lines.get(*index) else { continue };
        let own = faults
            .iter()
            .position(|(faulty, _)| faulty == index)
            .map(|at| faults.swap_remove(at).1);
        refusals.add(line.row, vec![own.unwrap_or_else(|| of_all.clone())]);
    }
}

/// What is wrong with every line of a refused group.
fn fault_of_all(group: &Group, members_len: usize) -> RowFault {
    let receipt = group
        .receipt
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    if members_len > RECEIPT_LINES_MAX {
        let detail = format!("{receipt}: {members_len} > {RECEIPT_LINES_MAX}");
        return RowFault::of_row(RowReason::ReceiptTooLong, detail);
    }
    let row = group
        .refused_by_row
        .map_or_else(String::new, |row| format!("-> {row}"));
    let detail = format!("{receipt} {row}").trim().to_owned();
    RowFault::of_row(RowReason::ReceiptHasRefusedRows, detail)
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
    let mismatch = |expected: Option<Amount>| match line.stated_total {
        Some(total) => mismatch(Field::Total, total, expected),
        // What is more than the price is no discount of it.
        None => RowFault::of(RowReason::TotalMismatch, Field::Discount, as_major(line.discount)),
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
