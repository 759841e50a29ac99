//! Setting a store up.

use std::fmt::Display;

use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use super::{Store, StoreDefined, StoreRejection, StoreState};
use crate::misplaced::{Refused, not_an_id, not_in_words};
use crate::text::{self, NAME_CHARS_MAX};
use crate::{Claim, Cnpj, Command, Currency, Decided, Decision, Given, StoreId, StoreZone};

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

impl Command for DefineStore {
    type Of = Store;
    type Answer = StoreDefined;

    const NAME: &'static str = "DefineStore";

    fn stream_id(&self) -> impl Display + Send {
        &self.store_id
    }

    fn decide(&self, state: &StoreState, _given: &Given<'_>) -> Decided<Store> {
        let defined = StoreDefined {
            store_id: self.store_id.clone(),
            name: text::required("name", &self.name, NAME_CHARS_MAX)?,
            cnpj: self.cnpj.clone(),
            time_zone: self.time_zone.clone(),
            day_cutover: self.day_cutover,
            currency: self.currency,
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
}
