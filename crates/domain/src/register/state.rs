//! What a register's events add up to.

use super::{RegisterDefined, RegisterEvent, RegisterRejection};
use crate::{Aggregate, RegisterNo, StoreId};

/// What a register is.
#[derive(Debug, Clone, Copy)]
pub struct Register;

impl Register {
    /// The id part of the stream's name; a store id has no hyphen, so the two parts can be told apart.
    #[must_use]
    pub fn stream_id(store_id: &StoreId, register_no: &RegisterNo) -> String {
        format!("{store_id}-{register_no}")
    }
}

impl Aggregate for Register {
    const CATEGORY: &'static str = "register";
    type Event = RegisterEvent;
    type State = RegisterState;
    type Rejection = RegisterRejection;

    fn evolve(_state: RegisterState, event: &RegisterEvent) -> RegisterState {
        match event {
            RegisterEvent::RegisterDefined(defined) => RegisterState {
                defined: Some(defined.clone()),
            },
        }
    }
}

/// The register as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegisterState {
    /// The definition; `None` before it.
    pub defined: Option<RegisterDefined>,
}
