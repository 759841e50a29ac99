//! Bounds the memory that requests under way take, all of them together and those of each caller.
//!
//! A slot bounds how many calls there are, and a size how large each of them may be, but the product of both is more than
//! a small machine has. So whatever a request takes beyond an ordinary one counts against a budget of the process, from
//! the moment at which the request says how large it is until its answer.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use crate::refusals::METER;
use crate::{Limits, Refusal, Refusals};

/// What a request may take without being counted: a document of some thirty lines. So whoever sends ordinary requests is
/// served while others have taken the whole budget, and asks no lock.
const ORDINARY_BYTES_MAX: usize = 64 * 1024;
/// What a value takes in memory beside its own bytes, about.
pub(crate) const VALUE_BYTES: usize = 128;
/// One caller may have one byte of so many.
const CALLER_SHARE: usize = 2;

/// The memory for requests, and who has some of it: a `Caller` is whatever tells callers apart. Clones share it.
#[derive(Clone)]
pub struct RequestBudget<Caller> {
    bytes_max: usize,
    caller_bytes_max: usize,
    taken: Arc<Mutex<Taken<Caller>>>,
    refusals: Refusals,
}

/// What is taken by all, and by each caller that takes something.
struct Taken<Caller> {
    bytes: usize,
    by_caller: HashMap<Caller, usize>,
}

impl<Caller: Clone + Eq + Hash + Send + 'static> RequestBudget<Caller> {
    /// What the limits give to everybody, and half of it to each caller; never less than what one request may take.
    pub fn new(limits: &Limits) -> Self {
        let values_bytes = limits.request_values_max.saturating_mul(VALUE_BYTES);
        let largest_bytes = limits.request_bytes_max.saturating_add(values_bytes);
        let bytes_max = limits.requests_bytes_max.max(largest_bytes);
        let taken = Arc::new(Mutex::new(Taken {
            bytes: 0,
            by_caller: HashMap::<Caller, usize>::new(),
        }));
        let seen = Arc::clone(&taken);
        opentelemetry::global::meter(METER)
            .u64_observable_gauge("rpc.server.requests.memory")
            .with_description("Memory that large requests under way take.")
            .with_unit("By")
            .with_callback(move |gauge| {
                let taken = seen.lock().unwrap_or_else(PoisonError::into_inner);
                gauge.observe(u64::try_from(taken.bytes).unwrap_or(u64::MAX), &[]);
            })
            .build();
        Self {
            bytes_max,
            caller_bytes_max: (bytes_max / CALLER_SHARE).max(largest_bytes),
            taken,
            refusals: Refusals::new(),
        }
    }

    /// A part of the budget for one request of `caller`, with nothing taken yet.
    pub fn part_of(&self, caller: Caller) -> BudgetPart<Caller> {
        BudgetPart(Arc::new(Part {
            budget: self.clone(),
            caller,
            held: Mutex::default(),
        }))
    }

    /// Takes `more` bytes for `caller`; false when that would be too much.
    fn take(&self, caller: &Caller, more: usize) -> bool {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let all = taken.bytes.saturating_add(more);
        let own = taken.by_caller.get(caller).copied().unwrap_or_default();
        let own = own.saturating_add(more);
        if all > self.bytes_max || own > self.caller_bytes_max {
            return false;
        }
        taken.bytes = all;
        taken.by_caller.insert(caller.clone(), own);
        true
    }
}

impl<Caller: Eq + Hash> RequestBudget<Caller> {
    fn give_back(&self, caller: &Caller, bytes: usize) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.bytes = taken.bytes.saturating_sub(bytes);
        match taken.by_caller.get_mut(caller) {
            Some(own) if *own > bytes => *own -= bytes,
            Some(_) | None => drop(taken.by_caller.remove(caller)),
        }
    }
}

/// What one request takes of the budget, given back when the last clone is dropped. Clones are the same part.
#[derive(Clone)]
pub struct BudgetPart<Caller: Eq + Hash>(Arc<Part<Caller>>);

struct Part<Caller: Eq + Hash> {
    budget: RequestBudget<Caller>,
    caller: Caller,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    bytes: usize,
    is_refused: bool,
}

impl<Caller: Clone + Eq + Hash + Send + 'static> BudgetPart<Caller> {
    /// Takes what is missing to `bytes`.
    ///
    /// # Errors
    /// [`Refusal::RequestsOverloaded`], counted once, when there is not enough, and from then on: who hears it stops
    /// reading the request.
    pub fn grow_to(&self, bytes: usize) -> Result<(), Refusal> {
        let Part { budget, caller, held } = &*self.0;
        let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
        let refusal = Refusal::RequestsOverloaded {
            caller_bytes_max: budget.caller_bytes_max,
        };
        let is_more = bytes > ORDINARY_BYTES_MAX && bytes > held.bytes;
        if is_more && !held.is_refused {
            if budget.take(caller, bytes - held.bytes) {
                held.bytes = bytes;
            } else {
                held.is_refused = true;
                budget.refusals.count(refusal.reason());
            }
        }
        if held.is_refused {
            return Err(refusal);
        }
        Ok(())
    }
}

impl<Caller: Eq + Hash> Drop for Part<Caller> {
    fn drop(&mut self) {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.bytes > 0 {
            self.budget.give_back(&self.caller, held.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIB: usize = 1024;

    fn budget_of(requests_bytes_max: usize) -> RequestBudget<&'static str> {
        RequestBudget::new(&Limits {
            requests_bytes_max,
            request_bytes_max: 400 * KIB,
            request_values_max: 0,
            ..Limits::default()
        })
    }

    fn taken(budget: &RequestBudget<&'static str>) -> (usize, usize) {
        let taken = budget.taken.lock().unwrap();
        (taken.bytes, taken.by_caller.len())
    }

    #[test]
    fn ordinary_requests_cost_nothing_and_large_ones_have_an_end() {
        let budget = budget_of(1000 * KIB);
        let parts: Vec<_> = (0..5).map(|_| budget.part_of("ana")).collect();
        for part in &parts {
            part.grow_to(64 * KIB).unwrap();
        }
        assert_eq!(taken(&budget), (0, 0));
        parts[0].grow_to(300 * KIB).unwrap();
        parts[0].grow_to(200 * KIB).unwrap();
        assert_eq!(taken(&budget), (300 * KIB, 1), "what was taken stays taken");
        parts[1].grow_to(200 * KIB).unwrap();
        let refused = parts[2].grow_to(65 * KIB).unwrap_err();
        assert_eq!(
            refused,
            Refusal::RequestsOverloaded {
                caller_bytes_max: 500 * KIB
            }
        );
        assert!(parts[2].grow_to(1).is_err(), "a part that was refused stays so");
        assert!(parts[3].grow_to(64 * KIB).is_ok(), "ordinary ones go on");

        let bia = budget.part_of("bia");
        bia.grow_to(400 * KIB).unwrap();
        let carla = budget.part_of("carla");
        assert!(
            carla.grow_to(200 * KIB).is_err(),
            "a share is no use when all is taken"
        );
        drop((parts, carla));
        assert_eq!(taken(&budget), (400 * KIB, 1));
        budget.part_of("ana").grow_to(500 * KIB).unwrap();
        drop(bia);
        assert_eq!(taken(&budget), (0, 0));
    }

    #[test]
    fn the_largest_request_always_fits_alone() {
        let budget = budget_of(0);
        let part = budget.part_of("");
        part.grow_to(400 * KIB).unwrap();
        assert!(budget.part_of("").grow_to(65 * KIB).is_err());
        assert!(part.grow_to(401 * KIB).is_err());
    }
}
