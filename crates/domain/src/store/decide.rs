//! The rules of a store.

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use super::{StoreDefined, StoreEvent, StoreRejection, StoreState};
use crate::misplaced::{Refused, not_an_id, not_in_words};
use crate::text::{self, NAME_CHARS_MAX};
use crate::{Claim, Cnpj, Currency, Decider, Decision, StoreId, StoreZone};

/// The store's rules.
#[derive(Debug, Clone, Copy)]
pub struct Store;

impl Store {
    /// The id part of the stream's name.
    #[must_use]
    pub fn stream_id(store_id: &StoreId) -> String {
        store_id.to_string()
    }
}

/// A store's decisions need nothing from outside its stream.
#[derive(Debug, Clone, Copy, Default)]
pub struct StoreContext;

/// What can be asked of a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StoreCommand {
    /// Set it up.
    DefineStore(DefineStore),
}

/// Sets up a store; the same definition again changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefineStore {
    /// The store.
    pub store_id: StoreId,
    /// Its name, 1 to 200 characters.
    pub name: String,
    /// Its own CNPJ, unique in the company.
    pub cnpj: Option<Cnpj>,
    /// The zone its clocks show.
    pub time_zone: StoreZone,
    /// When its trading day begins; midnight for most.
    pub day_cutover: Time,
    /// The currency it trades in.
    pub currency: Currency,
}

impl From<DefineStore> for StoreCommand {
    fn from(command: DefineStore) -> Self {
        Self::DefineStore(command)
    }
}

impl Decider for Store {
    const CATEGORY: &'static str = "store";
    type Command = StoreCommand;
    type Context = StoreContext;
    type Event = StoreEvent;
    type State = StoreState;
    type Rejection = StoreRejection;

    fn decide(
        state: &StoreState,
        command: &StoreCommand,
        _context: &StoreContext,
    ) -> Result<Decision<StoreEvent, StoreRejection>, StoreRejection> {
        match command {
            StoreCommand::DefineStore(command) => define(state, command),
        }
    }

    fn evolve(_state: StoreState, event: &StoreEvent) -> StoreState {
        match event {
            StoreEvent::StoreDefined(defined) => StoreState {
                defined: Some(defined.clone()),
            },
        }
    }
}

fn define(
    state: &StoreState,
    command: &DefineStore,
) -> Result<Decision<StoreEvent, StoreRejection>, StoreRejection> {
    let defined = StoreDefined {
        store_id: command.store_id.clone(),
        name: text::required("name", &command.name, NAME_CHARS_MAX)?,
        cnpj: command.cnpj.clone(),
        time_zone: command.time_zone.clone(),
        day_cutover: command.day_cutover,
        currency: command.currency,
    };
    match &state.defined {
        None => {
            // Many a retailer calls a store by its CNPJ.
            not_an_id("store_id", defined.store_id.as_str(), Refused::Cpf)?;
            not_in_words("name", &defined.name, Refused::Both)?;
            let claim = |cnpj: &Cnpj| Claim {
                key: format!("store-cnpj:{cnpj}"),
                holder: None,
                namesake: None,
                taken: StoreRejection::CnpjInUse { cnpj: cnpj.clone() },
            };
            let claims = defined.cnpj.iter().map(claim).collect();
            Ok(Decision {
                events: vec![defined.into()],
                claims,
            })
        }
        Some(before) if *before == defined => Ok(Decision::nothing()),
        Some(before) => Err(StoreRejection::StoreExists {
            store_id: before.store_id.clone(),
        }),
    }
}
