//! The known name that an unknown one was probably meant to be.

use prost_reflect::MessageDescriptor;

/// Names that are told when none is near.
const TOLD_MAX: usize = 12;
/// A longer name is nobody's slip, and comparing it costs its length times that of every name.
const COMPARED_CHARS_MAX: usize = 64;

/// More are no slips any more.
const SLIPS_MAX: usize = 4;

/// What a refusal of an unknown name says beside the name itself: the nearest known one, or else those there are.
pub(crate) fn proposal(nearest: Option<&str>, known: &[String]) -> String {
    if let Some(nearest) = nearest {
        return format!("did you mean {nearest}?");
    }
    let told = known.iter().take(TOLD_MAX).map(String::as_str);
    let told = told.collect::<Vec<_>>().join(", ");
    match known.len() {
        0 => "there is none".to_owned(),
        count if count > TOLD_MAX => format!("known are {told} and {} more", count - TOLD_MAX),
        _ => format!("known are {told}"),
    }
}

/// The known name that differs least, if it differs by no more than a slip of the hand.
pub(crate) fn nearest<'k>(unknown: &str, known: &'k [String]) -> Option<&'k str> {
    let asked = bare(unknown);
    if asked.is_empty() || asked.len() > COMPARED_CHARS_MAX {
        return None;
    }
    let near = known.iter().filter_map(|name| {
        let meant = bare(name);
        let distance = distance(&asked, &meant);
        let slips_max = ((asked.len().max(meant.len()) + 1) / 3).clamp(1, SLIPS_MAX);
        (distance <= slips_max).then_some((distance, name.as_str()))
    });
    near.min_by_key(|(distance, _name)| *distance)
        .map(|(_distance, name)| name)
}

/// The letters and digits of a name without the key of a map: `store_id`, `store-id` and `StoreID` are all `storeId`.
fn bare(name: &str) -> Vec<char> {
    let name = name.split('[').next().unwrap_or_default();
    let letters = name
        .chars()
        .filter(|letter| letter.is_alphanumeric() || *letter == '.');
    letters.flat_map(char::to_lowercase).collect()
}

/// How many letters must be added, left out, changed or swapped with their neighbour.
fn distance(left: &[char], right: &[char]) -> usize {
    let mut before = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, letter) in left.iter().enumerate() {
        let mut next = Vec::with_capacity(last.len());
        next.push(row + 1);
        for (column, other) in right.iter().enumerate() {
            let cost = |from: &[usize], at: usize| from.get(at).copied().unwrap_or(usize::MAX);
            let changed = cost(&last, column).saturating_add(usize::from(letter != other));
            let added = cost(&next, column).saturating_add(1);
            let dropped = cost(&last, column + 1).saturating_add(1);
            let mut least = changed.min(added).min(dropped);
            let is_swapped = row > 0
                && column > 0
                && left.get(row - 1) == Some(other)
                && right.get(column - 1) == Some(letter);
            if is_swapped {
                least = least.min(cost(&before, column - 1).saturating_add(1));
            }
            next.push(least);
        }
        before = std::mem::replace(&mut last, next);
    }
    last.last().copied().unwrap_or_default()
}

/// The fields of a message, as JSON writes them.
pub(crate) fn fields(message: &MessageDescriptor) -> Vec<String> {
    let fields = message.fields();
    fields.map(|field| field.json_name().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(unknown: &str, known: &[String]) -> String {
        proposal(nearest(unknown, known), known)
    }

    #[test]
    fn a_slip_finds_its_name_and_a_stranger_does_not() {
        let known = [
            "storeId",
            "startDate.year",
            "startDate.month",
            "endDate.year",
            "pageSize",
            "pageToken",
        ]
        .map(str::to_owned);
        for (unknown, expected) in [
            ("storeid", "storeId"),
            ("store_ids", "storeId"),
            ("STORE-ID", "storeId"),
            ("pagesize", "pageSize"),
            ("pagSize", "pageSize"),
            ("paegSize", "pageSize"),
            ("startDate.yeer", "startDate.year"),
            ("stratDate.month", "startDate.month"),
            ("pageTokens", "pageToken"),
        ] {
            assert_eq!(
                told(unknown, &known),
                format!("did you mean {expected}?"),
                "{unknown}"
            );
        }
        for unknown in ["x", "", "colour", "$alt", "päge", &"pageSize".repeat(20)] {
            let told = told(unknown, &known);
            assert!(
                told.starts_with("known are storeId, startDate.year"),
                "{unknown}: {told}"
            );
        }
        assert_eq!(told("x", &[]), "there is none");
        let many: Vec<String> = (0..40).map(|number| format!("field{number}x")).collect();
        assert!(told("zzz", &many).ends_with("field11x and 28 more"));
    }

    #[test]
    fn the_distance_counts_slips() {
        for (left, right, slips) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "acb", 1),
            ("abcd", "abd", 1),
            ("abc", "xbz", 2),
        ] {
            let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
            assert_eq!(distance(&left, &right), slips, "{left:?} {right:?}");
            assert_eq!(distance(&right, &left), slips, "{left:?} {right:?}");
        }
    }
}
