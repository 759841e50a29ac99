//! The rules of a register.

use serde::{Deserialize, Serialize};

use super::{RegisterDefined, RegisterEvent, RegisterRejection, RegisterState};
use crate::misplaced::{Refused, not_an_id, not_in_any_words};
use crate::store::StoreSettings;
use crate::text::{self, NAME_CHARS_MAX};
use crate::{Decider, Decision, RegisterNo, StoreId};

/// The register's rules.
#[derive(Debug, Clone, Copy)]
pub struct Register;

impl Register {
    /// The id part of the stream's name; a store id has no hyphen, so the two parts can be told apart.
    #[must_use]
    pub fn stream_id(store_id: &StoreId, register_no: &RegisterNo) -> String {
        format!("{store_id}-{register_no}")
    }
}

/// What a register's decisions need from outside its stream.
#[derive(Debug, Clone, Default)]
pub struct RegisterContext {
    /// The store named in the command; `None` when it is not defined.
    pub store: Option<StoreSettings>,
}

/// What can be asked of a register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RegisterCommand {
    /// Set it up.
    DefineRegister(DefineRegister),
}

/// Sets up a register; the same definition again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefineRegister {
    /// The store it stands in.
    pub store_id: StoreId,
    /// Its number in the store.
    pub register_no: RegisterNo,
    /// What people call it, at most 200 characters.
    pub name: Option<String>,
}

impl From<DefineRegister> for RegisterCommand {
    fn from(command: DefineRegister) -> Self {
        Self::DefineRegister(command)
    }
}

impl Decider for Register {
    const CATEGORY: &'static str = "register";
    type Command = RegisterCommand;
    type Context = RegisterContext;
    type Event = RegisterEvent;
    type State = RegisterState;
    type Rejection = RegisterRejection;

    fn decide(
        state: &RegisterState,
        command: &RegisterCommand,
        context: &RegisterContext,
    ) -> Result<Decision<RegisterEvent, RegisterRejection>, RegisterRejection> {
        match command {
            RegisterCommand::DefineRegister(command) => define(state, command, context),
        }
    }

    fn evolve(_state: RegisterState, event: &RegisterEvent) -> RegisterState {
        match event {
            RegisterEvent::RegisterDefined(defined) => RegisterState {
                defined: Some(defined.clone()),
            },
        }
    }
}

fn define(
    state: &RegisterState,
    command: &DefineRegister,
    context: &RegisterContext,
) -> Result<Decision<RegisterEvent, RegisterRejection>, RegisterRejection> {
    if context
        .store
        .as_ref()
        .is_none_or(|store| store.store_id != command.store_id)
    {
        return Err(RegisterRejection::UnknownStore {
            store_id: command.store_id.clone(),
        });
    }
    let defined = RegisterDefined {
        store_id: command.store_id.clone(),
        register_no: command.register_no.clone(),
        name: text::maybe("name", command.name.as_ref(), NAME_CHARS_MAX)?,
    };
    match &state.defined {
        None => {
            not_an_id("register_no", defined.register_no.as_str(), Refused::Both)?;
            not_in_any_words("name", defined.name.as_ref(), Refused::Both)?;
            Ok(Decision::event(defined))
        }
        Some(before) if *before == defined => Ok(Decision::nothing()),
        Some(before) => Err(RegisterRejection::RegisterExists {
            store_id: before.store_id.clone(),
            register_no: before.register_no.clone(),
        }),
    }
}
