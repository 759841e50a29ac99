//! The stores of a batch of sales.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use foldhash::HashMap;
use posars_domain::sale::RecordSale;
use posars_domain::{Given, StoreId};
use posars_event_store::Guard;

use crate::batch::Offered;
use crate::known_persons::KnownPerson;
use crate::known_stores::KnownStore;
use crate::{CommandError, Commands};

/// The stores of one call's sales: each is looked up once, not once per sale.
#[derive(Default)]
pub(crate) struct Stores(HashMap<StoreId, StoreOfSales>);

/// One of them.
pub(crate) struct StoreOfSales {
    /// Its settings, and the condition that they are the present ones; none if it is not defined.
    known: Option<Arc<KnownStore>>,
    /// The append that has the condition already.
    guarded_in: Option<u32>,
}

impl StoreOfSales {
    /// The condition, unless that append of the call has it already.
    pub(crate) fn guard_in(&mut self, append: u32) -> Option<Guard> {
        let is_new = self.guarded_in.replace(append) != Some(append);
        let known = self.known.as_ref().filter(|_| is_new);
        known.map(|known| known.guard())
    }

    /// What decisions on its sales look at.
    pub(crate) fn given<'g>(
        &'g self,
        sale: &Offered<RecordSale>,
        buyer: Option<&'g KnownPerson>,
    ) -> Given<'g> {
        Given {
            store: self.known.as_deref().map(|known| &known.settings),
            person: buyer.map(|buyer| &buyer.given),
            ..Given::at(sale.envelope.received_at)
        }
    }
}

impl Commands {
    /// The store of a sale, looked up once for all.
    pub(crate) async fn store_of<'a>(
        &self,
        sale: &Offered<RecordSale>,
        stores: &'a mut Stores,
    ) -> Result<&'a mut StoreOfSales, CommandError> {
        match stores.0.entry(sale.command.store_id.clone()) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(unknown) => {
                let known = self.known_store(unknown.key()).await?;
                Ok(unknown.insert(StoreOfSales {
                    known,
                    guarded_in: None,
                }))
            }
        }
    }
}
