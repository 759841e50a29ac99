//! Who bought, in a batch of sales: looked up together, and their keys made together.

use std::sync::{Arc, LazyLock};

use foldhash::HashMap;
use posars_domain::person::PersonSought;
use posars_domain::sale::{RecordSale, SaleEvent, SaleRejection, SaleState};
use posars_domain::{Command as _, Decision};
use posars_keyring::SubjectKeys;

use crate::batch::{Offered, give_way};
use crate::known_persons::KnownPerson;
use crate::persons::People;
use crate::sealed_event::wanted;
use crate::stores_of_sales::Stores;
use crate::{CommandError, Commands};

/// What was decided on a sale.
pub(crate) type DecidedSale = Decision<SaleEvent, SaleRejection>;

/// The buyers of a batch of sales.
#[derive(Default)]
pub(crate) struct Buyers {
    people: People,
    /// What was decided already, to know which keys are needed.
    decided: HashMap<usize, DecidedSale>,
    keys: SubjectKeys,
    /// Why nothing can be sealed.
    problem: Option<CommandError>,
}

impl Buyers {
    /// What their data is sealed with.
    pub(crate) const fn keys(&self) -> &SubjectKeys {
        &self.keys
    }

    /// What was decided on a sale already, if anything was.
    pub(crate) fn take_decided(&mut self, index: usize) -> Option<DecidedSale> {
        self.decided.remove(&index)
    }

    /// For another try.
    pub(crate) fn again(&mut self) {
        *self = Self {
            people: std::mem::take(&mut self.people).again(),
            ..Self::default()
        };
    }
}

impl Commands {
    /// Looks up the buyers of sales, and answers which of the sales are to somebody who is new: keys are made for these
    /// only once it is known that they are not in the log already.
    pub(crate) async fn learn_buyers(
        &self,
        sales: &[(usize, &Offered<RecordSale>)],
        buyers: &mut Buyers,
    ) -> Vec<usize> {
        let sought: Vec<_> = sales.iter().filter_map(|(_, sale)| buyer(sale)).collect();
        if let Err(error) = self.learn_people(&sought, &mut buyers.people).await {
            buyers.problem = Some(error);
            return Vec::new();
        }
        let mut new = Vec::new();
        for (index, sale) in sales {
            // What is wrong with one is told when its turn comes.
            if let Ok(Some(person)) = self.buyer_of(*index, sale, buyers).await
                && buyers.people.is_new(&person.given.subject_id)
            {
                new.push(*index);
            }
        }
        new
    }

    /// Who bought; nobody where the sale does not say.
    pub(crate) async fn buyer_of(
        &self,
        index: usize,
        sale: &Offered<RecordSale>,
        buyers: &mut Buyers,
    ) -> Result<Option<Arc<KnownPerson>>, CommandError> {
        let Some(sought) = buyer(sale) else {
            return Ok(None);
        };
        if let Some(problem) = buyers.problem.as_ref().and_then(CommandError::repeated) {
            return Err(problem);
        }
        self.person(sought, index, &mut buyers.people).await.map(Some)
    }

    /// Gets the keys of all buyers, for what the rules accept.
    pub(crate) async fn get_keys_of_buyers(
        &self,
        sales: &[(usize, &Offered<RecordSale>)],
        stores: &mut Stores,
        buyers: &mut Buyers,
    ) {
        if !self.writes {
            return;
        }
        let mut all = Vec::new();
        let of_buyers = sales.iter().filter(|(_, sale)| buyer(sale).is_some());
        for (done, (index, sale)) in of_buyers.enumerate() {
            give_way(done).await;
            // What is refused is decided again, and told, when its turn comes.
            let Ok(Some(person)) = self.buyer_of(*index, sale, buyers).await else {
                continue;
            };
            let Ok(store) = self.store_of(sale, stores).await else {
                continue;
            };
            let given = store.given(sale, Some(&person));
            if let Ok(mut decision) = sale.command.decide(&SaleState::default(), &given) {
                all.extend(wanted(decision.events.iter_mut(), sale.envelope.received_at));
                buyers.decided.insert(*index, decision);
            }
        }
        match self.keyring.keys(&all).await {
            Ok(keys) => buyers.keys = keys,
            Err(error) => buyers.problem = Some(error.into()),
        }
    }
}

/// The person whose data a sale holds.
fn buyer(sale: &Offered<RecordSale>) -> Option<PersonSought<'_>> {
    static NOT_RECORDED: LazyLock<SaleState> = LazyLock::new(SaleState::default);
    sale.command.needs(&NOT_RECORDED).person
}
