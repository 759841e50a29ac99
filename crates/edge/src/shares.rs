//! Counts what each owner holds of something limited, and gives no owner more than its share.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

type Held<Owner> = Arc<Mutex<HashMap<Owner, usize>>>;

/// How much each owner holds. Clones share it.
///
/// The map keeps only owners that hold something. So the caller must bound what there is to hold, and give a share only
/// together with a part of that.
#[derive(Clone)]
pub struct Shares<Owner> {
    share_max: usize,
    held: Held<Owner>,
}

/// One of the things that its owner holds, given back when dropped.
pub struct Share<Owner: Eq + Hash> {
    owner: Owner,
    held: Held<Owner>,
}

impl<Owner: Clone + Eq + Hash> Shares<Owner> {
    /// Nobody holds anything yet, and nobody will hold more than `share_max`.
    pub fn new(share_max: usize) -> Self {
        Self {
            share_max,
            held: Arc::default(),
        }
    }

    /// The most that one owner can hold.
    pub fn share_max(&self) -> usize {
        self.share_max
    }

    /// One more for `owner`; none when it holds its whole share.
    pub fn take(&self, owner: Owner) -> Option<Share<Owner>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let own = held.get(&owner).copied().unwrap_or_default();
        if own >= self.share_max {
            return None;
        }
        held.insert(owner.clone(), own.saturating_add(1));
        drop(held);
        Some(Share {
            owner,
            held: Arc::clone(&self.held),
        })
    }

    /// How many hold something.
    pub fn owners(&self) -> usize {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl<Owner: Eq + Hash> Drop for Share<Owner> {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        match held.get_mut(&self.owner) {
            Some(own) if *own > 1 => *own -= 1,
            Some(_) | None => drop(held.remove(&self.owner)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_holds_more_than_a_share_and_nothing_is_kept_of_who_left() {
        let shares = Shares::new(2);
        let first = shares.take("ana").unwrap();
        let second = shares.take("ana").unwrap();
        assert!(shares.take("ana").is_none());
        let other = shares.take("bia");
        assert!(other.is_some(), "others have theirs");
        assert_eq!(shares.owners(), 2, "a refused owner is not kept twice");
        drop(first);
        let third = shares.take("ana").unwrap();
        assert!(shares.take("ana").is_none(), "one came back, not two");
        drop((second, third, other));
        assert_eq!(shares.owners(), 0);
        assert!(Shares::new(0).take("ana").is_none());
    }
}
