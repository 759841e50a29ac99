//! Receipt numbers that begin again: a number that comes back on another day is another receipt, and its key includes the
//! day. A receipt over midnight stays one.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::ToSpan as _;
use jiff::civil::{Date, DateTime, Time};
use posars_domain::sale::id_of_receipt;
use posars_domain::{ReceiptNumber, RegisterNo, StoreId};

use super::group::Group;
use super::line::Line;
use super::tables::Tables;
use crate::natural_key::receipt_of_day;
use crate::reading::Refusals;
use crate::row_fault::RowFault;
use crate::row_reason::RowReason;

/// Longest time between two rows of one receipt, in hours: nobody stands at a till longer.
const RECEIPT_HOURS_MAX: i64 = 6;
/// Doubtful receipts of a store from which on they are no mistake: its numbers begin again.
const DOUBTFUL_MIN: usize = 2;

/// Rows that are not recorded: what their receipts and numbers are.
#[derive(Debug, Default)]
pub(super) struct RowsAside {
    /// Refused rows of a receipt, by its group, and their days where they can be read.
    refused: HashMap<u32, Vec<(u32, Option<Date>)>>,
    /// Numbers of what was called off.
    cancelled: Vec<(StoreId, Till, Date, u64)>,
}

impl RowsAside {
    /// Notes a refused row of a receipt.
    pub(super) fn refuse(&mut self, group: u32, row: u32, date: Option<Date>) {
        self.refused.entry(group).or_default().push((row, date));
    }

    /// Notes that a number is given, to something that was called off.
    pub(super) fn give(
        &mut self,
        store: StoreId,
        register_no: Option<&RegisterNo>,
        receipt: &ReceiptNumber,
        date: Date,
    ) {
        if let Some(number) = digits_of(receipt) {
            let till = till_of(register_no, Some(receipt));
            self.cancelled.push((store, till, date, number));
        }
    }
}

/// A store whose receipt numbers begin again, as its sheet shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NumbersAgain {
    pub(super) store: u32,
    /// How many numbers stand on several days.
    pub(super) receipts: u32,
    /// One of them.
    pub(super) number: String,
    /// Two of its days.
    pub(super) days: (Date, Date),
}

/// What the rows of a receipt on several days are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// One receipt over midnight.
    Night,
    /// Several receipts.
    Again,
    /// Nothing shows which.
    Doubtful,
}

/// The rows of a receipt on one day, as they follow each other, with their times of day.
type Day = Vec<(Option<Time>, u32)>;

/// The numbers of a till by day, for the order they were given in.
type NumbersByDay = BTreeMap<Date, BTreeSet<u64>>;

/// Splits the receipts of the stores whose numbers begin again, and says which stores those are. A receipt of which
/// nobody can tell is refused.
pub(super) fn split_by_day(
    lines: &mut [Line],
    groups: &mut Vec<Group>,
    aside: &RowsAside,
    refusals: &mut Refusals,
    table: &Tables,
) -> Vec<NumbersAgain> {
    let spanning: BTreeSet<u32> = groups
        .iter()
        .filter(|group| group.spans_days)
        .map(|group| group.store)
        .collect();
    let mut tills = numbers_of(&spanning, lines, groups);
    add_numbers_aside(&mut tills, groups, aside, table);
    let mut found: BTreeMap<u32, NumbersAgain> = BTreeMap::new();
    let mut doubtful: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (index, group) in (0..).zip(groups.iter()).filter(|(_, group)| group.spans_days) {
        let days = days_of(group, lines);
        let till = tills
            .get(&group.store)
            .and_then(|tills| tills.get(&till_of_group(group)));
        let verdict = verdict(group, &days, till);
        let doubtful = doubtful.entry(group.store).or_default();
        if verdict == Verdict::Doubtful {
            doubtful.push(index);
        }
        if verdict == Verdict::Again || doubtful.len() >= DOUBTFUL_MIN {
            found.entry(group.store).or_insert_with(|| example(group, &days));
        }
    }
    let undecided = doubtful.iter().filter(|(store, _)| !found.contains_key(store));
    undecided.for_each(|(_, doubtful)| refuse(doubtful, lines, groups, refusals));
    let mut again: BTreeMap<u32, Again> = found
        .into_iter()
        .map(|(store, found)| {
            let tills = tills.remove(&store).unwrap_or_default();
            (store, Again { found, tills })
        })
        .collect();
    if !again.is_empty() {
        split(&mut again, lines, groups, aside, table);
    }
    again.into_values().map(|again| again.found).collect()
}

/// A store whose numbers begin again, and all its numbers.
struct Again {
    found: NumbersAgain,
    tills: BTreeMap<Till, NumbersByDay>,
}

/// Register and series: numbers are given per till.
type Till = (String, String);

fn till_of_group(group: &Group) -> Till {
    till_of(group.register_no.as_ref(), group.receipt.as_ref())
}

fn till_of(register_no: Option<&RegisterNo>, receipt: Option<&ReceiptNumber>) -> Till {
    let register = register_no.map(ToString::to_string);
    let series = receipt.and_then(ReceiptNumber::series);
    (
        register.unwrap_or_default(),
        series.unwrap_or_default().to_owned(),
    )
}

/// The numbers of the tills of these stores.
fn numbers_of(
    stores: &BTreeSet<u32>,
    lines: &[Line],
    groups: &[Group],
) -> BTreeMap<u32, BTreeMap<Till, NumbersByDay>> {
    let mut of_stores: BTreeMap<u32, BTreeMap<Till, NumbersByDay>> = BTreeMap::new();
    for group in groups.iter().filter(|group| stores.contains(&group.store)) {
        let Some(number) = number_of(group) else { continue };
        let tills = of_stores.entry(group.store).or_default();
        let till = tills.entry(till_of_group(group)).or_default();
        for (_, line) in members(group, lines) {
            till.entry(line.date).or_default().insert(number);
        }
    }
    of_stores
}

/// Adds the numbers of what is refused or was called off: they are given, too.
fn add_numbers_aside(
    of_stores: &mut BTreeMap<u32, BTreeMap<Till, NumbersByDay>>,
    groups: &[Group],
    aside: &RowsAside,
    table: &Tables,
) {
    for (group, rows) in &aside.refused {
        let group = usize::try_from(*group).ok().and_then(|index| groups.get(index));
        let Some((group, tills)) = group.and_then(|group| Some((group, of_stores.get_mut(&group.store)?)))
        else {
            continue;
        };
        let Some(number) = number_of(group) else { continue };
        let till = tills.entry(till_of_group(group)).or_default();
        for date in rows.iter().filter_map(|(_, date)| *date) {
            till.entry(date).or_default().insert(number);
        }
    }
    for (store_id, till, date, number) in &aside.cancelled {
        let of_store = of_stores.iter_mut().find(|(index, _)| {
            table
                .store_at(**index)
                .is_some_and(|store| store.store_id == *store_id)
        });
        if let Some((_, tills)) = of_store {
            let till = tills.entry(till.clone()).or_default();
            till.entry(*date).or_default().insert(*number);
        }
    }
}

/// The digits at the end of a receipt's number.
pub(crate) fn digits_of(receipt: &ReceiptNumber) -> Option<u64> {
    let digits = receipt
        .number()
        .rsplit(|character: char| !character.is_ascii_digit())
        .next()?;
    digits.parse().ok()
}

pub(super) fn number_of(group: &Group) -> Option<u64> {
    digits_of(group.receipt.as_ref()?)
}

fn members<'l>(group: &Group, lines: &'l [Line]) -> impl Iterator<Item = (u32, &'l Line)> {
    let line_at = |index: u32| Some((index, lines.get(usize::try_from(index).ok()?)?));
    let first = (group.lines_len > 0).then_some(group.first_line);
    std::iter::successors(first.and_then(line_at), move |(_, line)| line_at(line.next?))
}

fn days_of(group: &Group, lines: &[Line]) -> BTreeMap<Date, Day> {
    let mut days: BTreeMap<Date, Day> = BTreeMap::new();
    for (index, line) in members(group, lines) {
        days.entry(line.date).or_default().push((line.time, index));
    }
    days.values_mut().for_each(|day| day.sort_unstable());
    days
}

fn verdict(group: &Group, days: &BTreeMap<Date, Day>, till: Option<&NumbersByDay>) -> Verdict {
    let mut pairs = days.iter().zip(days.iter().skip(1));
    let (Some((one, other)), None) = (pairs.next(), pairs.next()) else {
        return Verdict::Again;
    };
    if let Some(verdict) = by_time(one, other) {
        return verdict;
    }
    let (Some(number), Some(till)) = (number_of(group), till) else {
        return Verdict::Doubtful;
    };
    let others = |day: &Date| {
        let numbers = till.get(day).into_iter().flatten().copied();
        numbers.filter(move |other| *other != number)
    };
    // Given in order, it is the last one of the first day and the first one of the next.
    let goes_on = others(one.0).all(|other| other < number) && others(other.0).all(|other| other > number);
    let has_others = others(one.0).chain(others(other.0)).next().is_some();
    let begins_with_one = till.values().flatten().any(|number| *number <= 1);
    match (goes_on, has_others) {
        _ if number <= 1 => Verdict::Again,
        (true, true) => Verdict::Night,
        (false, _) if begins_with_one => Verdict::Again,
        (true | false, _) => Verdict::Doubtful,
    }
}

/// What days and times show by themselves.
fn by_time(one: (&Date, &Day), other: (&Date, &Day)) -> Option<Verdict> {
    if one.0.checked_add(1.day()).ok() != Some(*other.0) {
        return Some(Verdict::Again);
    }
    Some(if rows_of_night(one, other)? == other.1.len() {
        Verdict::Night
    } else {
        Verdict::Again
    })
}

/// How many rows of the next day follow those of the first so closely that they are of one receipt. None where a time
/// is missing.
fn rows_of_night(one: (&Date, &Day), other: (&Date, &Day)) -> Option<usize> {
    let (last, _) = one.1.last()?;
    let mut last = DateTime::from_parts(*one.0, (*last)?);
    let mut rows = 0;
    if one.1.iter().chain(other.1).any(|(time, _)| time.is_none()) {
        return None;
    }
    for (time, _) in other.1 {
        let next = DateTime::from_parts(*other.0, (*time)?);
        if next.duration_since(last).as_hours() >= RECEIPT_HOURS_MAX {
            break;
        }
        (last, rows) = (next, rows + 1);
    }
    Some(rows)
}

fn example(group: &Group, days: &BTreeMap<Date, Day>) -> NumbersAgain {
    let number = group.receipt.as_ref().map(|receipt| receipt.number().to_owned());
    let mut dates = days.keys().copied();
    let first = dates.next().unwrap_or_default();
    NumbersAgain {
        store: group.store,
        receipts: 0,
        number: number.unwrap_or_default(),
        days: (first, dates.next().unwrap_or(first)),
    }
}

/// Makes a receipt of every day, and counts the numbers that stand on several of them.
fn split(
    again: &mut BTreeMap<u32, Again>,
    lines: &mut [Line],
    groups: &mut Vec<Group>,
    aside: &RowsAside,
    table: &Tables,
) {
    let before = std::mem::take(groups);
    for (index, group) in (0_u32..).zip(before) {
        let again = again.get_mut(&group.store).filter(|_| group.receipt.is_some());
        let Some(again) = again.filter(|_| group.lines_len > 0) else {
            groups.push(group);
            continue;
        };
        let nights = nights_of(
            &group,
            days_of(&group, lines),
            again.tills.get(&till_of_group(&group)),
        );
        again.found.receipts += u32::from(nights.len() > 1);
        let refused = aside.refused.get(&index).map(Vec::as_slice).unwrap_or_default();
        for (day, night) in nights {
            groups.push(part_of(&group, day, &night, refused, lines, table));
        }
    }
    groups.sort_by_key(|group| group.first_line);
}

/// The rows of one receipt: of a day, or of a night.
struct Night {
    last_day: Date,
    lines: Vec<u32>,
}

fn nights_of(group: &Group, days: BTreeMap<Date, Day>, till: Option<&NumbersByDay>) -> BTreeMap<Date, Night> {
    let mut nights: BTreeMap<Date, Night> = BTreeMap::new();
    let mut previous: Option<(Date, Day)> = None;
    for (date, day) in days {
        let of_night = previous.as_ref().map_or(0, |(one, rows)| {
            rows_going_on(group, (one, rows), (&date, &day), till)
        });
        let indexes =
            |rows: &[(Option<Time>, u32)]| -> Vec<u32> { rows.iter().map(|(_, index)| *index).collect() };
        let (night, rest) = day.split_at(of_night.min(day.len()));
        if let Some((open, _)) = previous.as_ref().filter(|_| !night.is_empty())
            && let Some((_, open)) = nights.range_mut(..=*open).next_back()
        {
            open.last_day = date;
            open.lines.extend(indexes(night));
        }
        if !rest.is_empty() {
            let lines = indexes(rest);
            let last_day = date;
            nights.insert(date, Night { last_day, lines });
        }
        previous = Some((date, day));
    }
    nights.values_mut().for_each(|night| night.lines.sort_unstable());
    nights
}

/// How many rows of the next day are of the receipt of the first. Without times, and where numbers begin again, the
/// last number of a day goes on into the next one if that day lacks the number before it.
fn rows_going_on(
    group: &Group,
    one: (&Date, &Day),
    other: (&Date, &Day),
    till: Option<&NumbersByDay>,
) -> usize {
    if one.0.checked_add(1.day()).ok() != Some(*other.0) {
        return 0;
    }
    if let Some(rows) = rows_of_night(one, other) {
        return rows;
    }
    let (Some(number), Some(till)) = (number_of(group), till) else {
        return 0;
    };
    let is_last = till.get(one.0).and_then(BTreeSet::last) == Some(&number);
    let came_to = |day: &Date| {
        number.checked_sub(1).is_none_or(|before| {
            before == 0 || till.get(day).is_some_and(|numbers| numbers.contains(&before))
        })
    };
    if is_last && number > 1 && came_to(one.0) && !came_to(other.0) {
        other.1.len()
    } else {
        0
    }
}

/// The rows of one day or night as a receipt of that day.
fn part_of(
    group: &Group,
    day: Date,
    night: &Night,
    refused: &[(u32, Option<Date>)],
    lines: &mut [Line],
    table: &Tables,
) -> Group {
    let receipt = group
        .receipt
        .as_ref()
        .and_then(|receipt| receipt_of_day(receipt, day));
    let store_id = table.store_at(group.store).map(|store| store.store_id.as_str());
    let sale_id = receipt
        .as_ref()
        .map(|receipt| id_of_receipt(store_id.unwrap_or_default(), group.register_no.as_ref(), receipt));
    let mut part = Group::new(
        sale_id.unwrap_or(group.sale_id),
        group.store,
        group.register_no.clone(),
        receipt.or_else(|| group.receipt.clone()),
    );
    let touches = |refused: &&(u32, Option<Date>)| {
        refused
            .1
            .is_none_or(|date| (day..=night.last_day).contains(&date))
    };
    part.refused_by_row = refused.iter().find(touches).map(|(row, _)| *row);
    part.chain(&night.lines, lines);
    part
}

fn refuse(doubtful: &[u32], lines: &[Line], groups: &mut [Group], refusals: &mut Refusals) {
    for index in doubtful {
        let group = usize::try_from(*index)
            .ok()
            .and_then(|index| groups.get_mut(index));
        let Some(group) = group else { continue };
        let number = group.receipt.as_ref().map(ToString::to_string);
        let mut last_row = None;
        for (_, line) in members(group, lines) {
            let detail = format!("{}, {}", number.as_deref().unwrap_or_default(), line.date);
            let fault = RowFault::of_row(RowReason::ReceiptOnSeveralDays, detail);
            refusals.add(line.row, vec![fault]);
            last_row = Some(line.row);
        }
        // Its rows have their reason already.
        group.refused_by_row = last_row;
        group.lines_len = 0;
    }
}
