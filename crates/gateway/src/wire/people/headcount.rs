//! Figures of how many people work where, and the months that figures are asked for.

use posars_domain::Month;
use posars_projections::HeadcountRow;

use crate::proto::hr::v1 as pb;
use crate::wire::{DATE_RANGE_INVALID, Reader};

/// Reads the first and the last month of figures, both of which must be there.
pub(crate) fn read_months(reader: &mut Reader, start: &str, end: &str) -> Option<(Month, Month)> {
    let first = reader.text("start_month", start);
    let last = reader.text("end_month", end);
    let (first, last) = first.zip(last)?;
    in_order(reader, Some(first), Some(last)).map(|()| (first, last))
}

/// Reads the first and the last month of a list, each of which may be empty.
pub(crate) fn read_optional_months(
    reader: &mut Reader,
    start: &str,
    end: &str,
) -> Option<(Option<Month>, Option<Month>)> {
    let first = reader.optional("start_month", start);
    let last = reader.optional("end_month", end);
    let (first, last) = first.zip(last)?;
    in_order(reader, first, last).map(|()| (first, last))
}

fn in_order(reader: &mut Reader, first: Option<Month>, last: Option<Month>) -> Option<()> {
    if first.zip(last).is_none_or(|(first, last)| first <= last) {
        return Some(());
    }
    let problem = "the last month is before the first; swap them";
    reader.refuse("end_month", DATE_RANGE_INVALID, problem);
    None
}

/// Writes a row of the headcount.
pub(crate) fn write_headcount(row: &HeadcountRow) -> pb::Headcount {
    let count = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    pb::Headcount {
        month: row.month.to_string(),
        store_id: row.store_id.to_string(),
        store_name: row.store_name.clone(),
        job_title: row.job.clone(),
        employee_count: count(row.employees),
        on_leave_count: count(row.on_leave),
        hired_count: count(row.hired),
        left_count: count(row.terminated),
    }
}
