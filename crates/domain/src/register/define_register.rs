//! Setting a register up.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::{Register, RegisterDefined, RegisterRejection, RegisterState};
use crate::misplaced::{Refused, not_an_id, not_in_any_words};
use crate::text::{self, NAME_CHARS_MAX};
use crate::{Command, Decided, Decision, Given, Needs, RegisterNo, StoreId};

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

impl Command for DefineRegister {
    type Of = Register;
    type Answer = RegisterDefined;

    const NAME: &'static str = "DefineRegister";

    fn stream_id(&self) -> impl Display + Send {
        Register::stream_id(&self.store_id, &self.register_no)
    }

    fn needs<'a>(&'a self, _state: &'a RegisterState) -> Needs<'a> {
        Needs::store(&self.store_id)
    }

    fn decide(&self, state: &RegisterState, given: &Given<'_>) -> Decided<Register> {
        given.store(&self.store_id)?;
        let defined = RegisterDefined {
            store_id: self.store_id.clone(),
            register_no: self.register_no.clone(),
            name: text::maybe("name", self.name.as_ref(), NAME_CHARS_MAX)?,
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
}
