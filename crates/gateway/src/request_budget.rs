//! Bounds the memory that requests under way take, all of them together and those of each caller.
//!
//! A seat bounds how many calls there are, and a size how large each of them may be, but the product of both is more than
//! a small machine has. So whatever a request takes beyond an ordinary one counts against a budget of the process, from
//! the moment at which the request says how large it is until its answer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::Request;
use axum::http::header;
use posars_transcoder::BodyScale;
use tonic::Status;

use crate::refusals::Refusals;
use crate::{Limits, Principal, status};

/// What a request may take without being counted: a receipt of some thirty lines. So whoever sends ordinary requests is
/// served while others have taken the whole budget, and asks no lock.
const ORDINARY_BYTES_MAX: usize = 64 * 1024;
/// What a value takes in memory beside its own bytes, about.
pub(crate) const VALUE_BYTES: usize = 128;
/// One caller may have one byte of so many.
const CALLER_SHARE: usize = 2;

/// The memory for requests. Clones share it.
#[derive(Clone)]
pub(crate) struct RequestBudget {
    bytes_max: usize,
    caller_bytes_max: usize,
    taken: Arc<Mutex<Taken>>,
    refusals: Refusals,
}

/// What is taken by all, and by each caller that takes something: by each subject, because one with roles in several
/// companies is still one.
#[derive(Default)]
struct Taken {
    bytes: usize,
    by_caller: HashMap<String, usize>,
}

impl RequestBudget {
    /// What the limits give to everybody, and half of it to each caller; never less than what one request may take.
    pub(crate) fn new(limits: &Limits) -> Self {
        let values_bytes = limits.request_values_max.saturating_mul(VALUE_BYTES);
        let largest_bytes = limits.request_bytes_max.saturating_add(values_bytes);
        let bytes_max = limits.requests_bytes_max.max(largest_bytes);
        let taken = Arc::<Mutex<Taken>>::default();
        let seen = Arc::clone(&taken);
        opentelemetry::global::meter("posars.gateway")
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
    pub(crate) fn part_of(&self, caller: Option<&Principal>) -> BudgetPart {
        BudgetPart(Arc::new(Part {
            budget: self.clone(),
            caller: caller.cloned(),
            held: Mutex::default(),
        }))
    }

    /// Takes what a REST request says that it will need, before its body is read, and lets the transcoder weigh the
    /// rest. False when there is not enough. The part stays with the request, for the layer before the services.
    pub(crate) fn weigh_early(&self, request: &mut Request, caller: &Principal) -> bool {
        let part = self.part_of(Some(caller));
        let announced = request
            .headers()
            .get(header::CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
        let has_room = part.grow_to(announced.unwrap_or_default()).is_ok();
        let asked = part.clone();
        let extensions = request.extensions_mut();
        extensions.insert(part);
        extensions.insert(BodyScale::new(move |bytes| asked.grow_to(bytes)));
        has_room
    }

    /// Takes `more` bytes for `caller`; false when that would be too much.
    fn take(&self, caller: &str, more: usize) -> bool {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let all = taken.bytes.saturating_add(more);
        let own = taken.by_caller.get(caller).copied().unwrap_or_default();
        let own = own.saturating_add(more);
        if all > self.bytes_max || own > self.caller_bytes_max {
            return false;
        }
        taken.bytes = all;
        taken.by_caller.insert(caller.to_owned(), own);
        true
    }

    fn give_back(&self, caller: &str, bytes: usize) {
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
pub(crate) struct BudgetPart(Arc<Part>);

struct Part {
    budget: RequestBudget,
    caller: Option<Principal>,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    bytes: usize,
    is_refused: bool,
}

impl BudgetPart {
    /// Takes what is missing to `bytes`.
    ///
    /// # Errors
    /// `REQUESTS_OVERLOADED` when there is not enough, and from then on: who hears it stops reading the request.
    pub(crate) fn grow_to(&self, bytes: usize) -> Result<(), Status> {
        let Part { budget, held, .. } = &*self.0;
        let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
        let is_more = bytes > ORDINARY_BYTES_MAX && bytes > held.bytes;
        if is_more && !held.is_refused {
            if budget.take(self.0.caller(), bytes - held.bytes) {
                held.bytes = bytes;
            } else {
                held.is_refused = true;
                budget.refusals.count(status::REQUESTS_OVERLOADED);
            }
        }
        if held.is_refused {
            return Err(status::requests_overloaded(budget.caller_bytes_max));
        }
        Ok(())
    }
}

impl Part {
    /// Whom it counts against. Calls that anybody may make are nobody's, and share a part of their own.
    fn caller(&self) -> &str {
        self.caller.as_ref().map_or("", Principal::subject)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.bytes > 0 {
            self.budget.give_back(self.caller(), held.bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use tonic::Code;

    use super::*;

    const KIB: usize = 1024;

    fn caller(subject: &str) -> Principal {
        Principal::with(subject, "till", Vec::new())
    }

    fn budget_of(requests_bytes_max: usize) -> RequestBudget {
        RequestBudget::new(&Limits {
            requests_bytes_max,
            request_bytes_max: 400 * KIB,
            request_values_max: 0,
            ..Limits::default()
        })
    }

    fn taken(budget: &RequestBudget) -> (usize, usize) {
        let taken = budget.taken.lock().unwrap();
        (taken.bytes, taken.by_caller.len())
    }

    #[test]
    fn ordinary_requests_cost_nothing_and_large_ones_have_an_end() {
        let budget = budget_of(1000 * KIB);
        let ana = caller("ana");
        let parts: Vec<_> = (0..5).map(|_| budget.part_of(Some(&ana))).collect();
        for part in &parts {
            part.grow_to(64 * KIB).unwrap();
        }
        assert_eq!(taken(&budget), (0, 0));
        parts[0].grow_to(300 * KIB).unwrap();
        parts[0].grow_to(200 * KIB).unwrap();
        assert_eq!(taken(&budget), (300 * KIB, 1), "what was taken stays taken");
        parts[1].grow_to(200 * KIB).unwrap();
        let refused = parts[2].grow_to(65 * KIB).unwrap_err();
        assert_eq!(refused.code(), Code::Unavailable);
        assert!(parts[2].grow_to(1).is_err(), "a part that was refused stays so");
        assert!(parts[3].grow_to(64 * KIB).is_ok(), "ordinary ones go on");

        let bia = budget.part_of(Some(&caller("bia")));
        bia.grow_to(400 * KIB).unwrap();
        let carla = budget.part_of(Some(&caller("carla")));
        assert!(
            carla.grow_to(200 * KIB).is_err(),
            "a share is no use when all is taken"
        );
        drop((parts, carla));
        assert_eq!(taken(&budget), (400 * KIB, 1));
        budget.part_of(Some(&ana)).grow_to(500 * KIB).unwrap();
        drop(bia);
        assert_eq!(taken(&budget), (0, 0));
    }

    #[test]
    fn the_largest_request_always_fits_alone() {
        let budget = budget_of(0);
        let part = budget.part_of(None);
        part.grow_to(400 * KIB).unwrap();
        assert!(budget.part_of(None).grow_to(65 * KIB).is_err());
        assert!(part.grow_to(401 * KIB).is_err());
    }

    #[test]
    fn a_rest_request_says_before_its_body_what_it_needs() {
        let budget = budget_of(1000 * KIB);
        let ask = |length: usize| {
            let request = Request::post("/v1").header(header::CONTENT_LENGTH, length);
            let mut request = request.body(Body::empty()).unwrap();
            let has_room = budget.weigh_early(&mut request, &caller("ana"));
            (has_room, request)
        };
        let (has_room, first) = ask(400 * KIB);
        assert!(has_room && first.extensions().get::<BodyScale>().is_some());
        let (has_room, second) = ask(300 * KIB);
        assert!(!has_room);
        let part = second.extensions().get::<BudgetPart>().unwrap();
        assert!(part.grow_to(0).is_err(), "the layer behind hears of it");
        drop(first);
        assert!(ask(300 * KIB).0);
    }
}
