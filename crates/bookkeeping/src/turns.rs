//! Which lines of a statement may go side by side: those that cannot pay the same.

use std::collections::HashMap;
use std::hash::Hash;

/// Puts what has a name in common into one group, also by way of others; groups and what is in them stay in order.
pub(crate) fn groups<N: Eq + Hash>(names: impl IntoIterator<Item = Vec<N>>) -> Vec<Vec<usize>> {
    let mut group_of = Vec::new();
    let mut named: HashMap<N, usize> = HashMap::new();
    for (index, names) in names.into_iter().enumerate() {
        group_of.push(index);
        for name in names {
            let other = *named.entry(name).or_insert(index);
            let (one, other) = (root(&mut group_of, index), root(&mut group_of, other));
            let (first, second) = (one.min(other), one.max(other));
            if let Some(joined) = group_of.get_mut(second) {
                *joined = first;
            }
        }
    }
    let mut groups: Vec<Vec<usize>> = vec![Vec::new(); group_of.len()];
    for index in 0..group_of.len() {
        let root = root(&mut group_of, index);
        if let Some(group) = groups.get_mut(root) {
            group.push(index);
        }
    }
    groups.retain(|group| !group.is_empty());
    groups
}

/// The first of the group; the way there is shortened for the next time.
fn root(group_of: &mut [usize], index: usize) -> usize {
    let mut at = index;
    while let Some(&next) = group_of.get(at).filter(|next| **next != at) {
        let after = group_of.get(next).copied().unwrap_or(next);
        if let Some(short) = group_of.get_mut(at) {
            *short = after;
        }
        at = after;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::groups;

    #[test]
    fn what_shares_a_name_is_together_also_by_way_of_others() {
        let names = [
            vec!["a"],
            vec!["b"],
            vec![],
            vec!["c", "b"],
            vec!["a", "d"],
            vec!["c"],
            vec!["d"],
        ];
        assert_eq!(groups(names), [vec![0, 4, 6], vec![1, 3, 5], vec![2]]);
        assert_eq!(groups([vec!["x"], vec!["y"], vec!["x", "y"]]), [vec![0, 1, 2]]);
        assert!(groups::<u8>([]).is_empty());
    }
}
