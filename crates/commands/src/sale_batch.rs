//! Many sales at once, as a spreadsheet brings them: one append for all that are new.
//!
//! Offered one by one, each sale costs a key of its own, its own wait and its own answer. Here the sale's stream is
//! what makes it happen once: a stream that exists already is compared with what is offered, which is the same rule
//! that a lone sale falls back to.

use std::collections::HashSet;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::time::Instant;

use foldhash::HashMap;
use posars_domain::sale::{RecordSale, Sale, SaleEvent, SaleState};
use posars_domain::{Aggregate as _, Command as _, Decision, Given, Sku, StoreId};
use posars_event_store::{Guard, StreamName, Version};

use crate::batch::{Accepted, Offered, Together, give_way};
use crate::batch_answers::{BatchAnswer, BatchAnswers, Written};
use crate::event_encoder::EventEncoder;
use crate::keys::stream_of;
use crate::known_stores::KnownStore;
use crate::load::decode;
use crate::names::Name;
use crate::plan::Write;
use crate::turns::{Turn, Turns};
use crate::{CommandError, Commands};

/// How often the rest of a batch is offered together before it goes one by one.
const TRIES_TOGETHER: usize = 2;

/// About how many lines of sales one question about recorded ones may bring; 100 to 2,000 bytes each.
const LINES_ASKED_MAX: usize = 5_000;

/// The stores of one call's sales: each is looked up once, not once per sale.
#[derive(Default)]
struct Stores(HashMap<StoreId, StoreOfSales>);

struct StoreOfSales {
    /// Its settings, and the condition that they are the present ones; none if it is not defined.
    known: Option<Arc<KnownStore>>,
    /// The append that has the condition already.
    guarded_in: Option<u32>,
}

impl StoreOfSales {
    /// The condition, unless that append of the call has it already.
    fn guard_in(&mut self, append: u32) -> Option<Guard> {
        let is_new = self.guarded_in.replace(append) != Some(append);
        let known = self.known.as_ref().filter(|_| is_new);
        known.map(|known| known.guard())
    }

    /// What decisions on its sales look at.
    fn given(&self, sale: &Offered<RecordSale>) -> Given<'_> {
        Given {
            store: self.known.as_deref().map(|known| &known.settings),
            ..Given::at(sale.envelope.received_at)
        }
    }
}

impl Commands {
    /// Records up to [`BATCH_MAX`](crate::BATCH_MAX) sales that took place, each as [`Commands::carry_out`] would,
    /// and answers for each, in their order. Those that are new go into the log in one transaction.
    ///
    /// # Errors
    /// Each sale has its own [`CommandError`]; one that is refused does not stand in the way of the others.
    pub async fn record_sales(&self, sales: &[Offered<RecordSale>]) -> Vec<BatchAnswer> {
        let started = Instant::now();
        let (mut answers, mut turns) = (BatchAnswers::none_of(sales.len()), Turns::default());
        // A key of the caller's own must be claimed, and a caller may be limited to stores: that is the lone command's
        // business.
        let is_special = |sale: &Offered<RecordSale>| {
            sale.envelope.request_id.is_some() || sale.envelope.stores.is_limited()
        };
        match self.absent_products(sales.iter().map(|sale| &sale.command)).await {
            Ok(absent) if !sales.iter().any(is_special) => {
                for _ in 0..TRIES_TOGETHER {
                    self.append_together(sales, &absent, &mut turns, &mut answers)
                        .await;
                    if answers.are_complete() {
                        break;
                    }
                    self.find_recorded(sales, &mut answers).await;
                }
            }
            Err(error) if error.passing().is_some() => {
                answers.refuse(0, error);
            }
            // Also where the policy cannot be read: each says so for itself.
            Ok(_) | Err(_) => self.name_all(sales, &mut turns, &mut answers).await,
        }
        turns
            .take(sales, &mut answers, |sale| self.record_alone(sale))
            .await;
        let answers = answers.completed();
        self.shared
            .metrics
            .done("RecordSales", started.elapsed(), BatchAnswers::outcome(&answers));
        answers
    }

    /// Appends all sales that have no answer yet and whose turn it is, in as few appends as the log's limits allow. No
    /// answer where the log says no to some of them together, so that each must be looked at; nor where a product is
    /// absent from a catalogue that is strict, because the sale may be in the log from before it was.
    async fn append_together(
        &self,
        sales: &[Offered<RecordSale>],
        absent: &HashSet<Sku>,
        turns: &mut Turns,
        answers: &mut BatchAnswers,
    ) {
        let mut stores = Stores::default();
        let mut encoder = EventEncoder::default();
        let mut together = Together::default();
        for (done, (index, sale)) in answers.open(sales).into_iter().enumerate() {
            give_way(done).await;
            let (accepted, store) = match self.decide(index, sale, &mut stores, &mut encoder).await {
                Ok(decided) => decided,
                Err(error) => {
                    if answers.refuse(index, error) {
                        break;
                    }
                    continue;
                }
            };
            turns.name(index, accepted.names());
            if !absent.is_empty()
                && sale
                    .command
                    .products()
                    .into_iter()
                    .any(|sku| absent.contains(sku))
            {
                continue;
            }
            match turns.of(index, answers) {
                Turn::Now => {
                    if !together.has_room_for(&accepted) {
                        self.append_gathered(together.take(), answers).await;
                    }
                    let guard = store.guard_in(together.number);
                    together.push(accepted, guard);
                }
                Turn::Later => {}
                Turn::Never(error) => answers.give(index, Err(error)),
            }
        }
        self.append_gathered(together, answers).await;
    }

    /// Takes down what each sale asks for, when they are to go one by one.
    async fn name_all(&self, sales: &[Offered<RecordSale>], turns: &mut Turns, answers: &mut BatchAnswers) {
        let mut stores = Stores::default();
        let mut encoder = EventEncoder::default();
        for (done, (index, sale)) in answers.open(sales).into_iter().enumerate() {
            give_way(done).await;
            turns.name(index, sale.envelope.request_id.map(Name::request));
            match self.decide(index, sale, &mut stores, &mut encoder).await {
                Ok((accepted, _)) => turns.name(index, accepted.names()),
                // The lone command says why; a sale that is refused takes nothing from others.
                Err(error) if error.passing().is_none() => {}
                Err(error) => {
                    answers.refuse(index, error);
                    break;
                }
            }
        }
    }

    async fn decide<'a>(
        &self,
        index: usize,
        sale: &Offered<RecordSale>,
        stores: &'a mut Stores,
        encoder: &mut EventEncoder,
    ) -> Result<(Accepted, &'a mut StoreOfSales), CommandError> {
        let store = self.store_of(sale, stores).await?;
        let given = store.given(sale);
        let decision = sale.command.decide(&SaleState::default(), &given);
        let Decision { events, claims } = decision.map_err(CommandError::rejected)?;
        let write = Write {
            stream: stream(sale)?,
            version: Version::START,
            events,
        };
        let metadata = sale.envelope.metadata(encoder)?;
        let events = self.new_events(encoder, &write, &metadata, &sale.envelope.source)?;
        let accepted = Accepted::new(index, write.stream, events, &claims)?;
        Ok((accepted, store))
    }

    async fn store_of<'a>(
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

    /// BatchAnswers for those sales that are in the log already; the others stay without an answer.
    async fn find_recorded(&self, sales: &[Offered<RecordSale>], answers: &mut BatchAnswers) {
        let mut stores = Stores::default();
        let open = answers.open(sales);
        let mut rest = open.as_slice();
        while !rest.is_empty() {
            // What is found is about as long as what is offered.
            let lines = rest.iter().scan(0, |lines, (_, sale)| {
                let before = *lines;
                *lines += sale.command.lines.len();
                Some(before)
            });
            let (some, others) = rest.split_at(lines.take_while(|before| *before < LINES_ASKED_MAX).count());
            self.find_some_recorded(some, &mut stores, answers).await;
            rest = others;
        }
    }

    async fn find_some_recorded(
        &self,
        sales: &[(usize, &Offered<RecordSale>)],
        stores: &mut Stores,
        answers: &mut BatchAnswers,
    ) {
        let mut asked = Vec::with_capacity(sales.len());
        let mut streams = Vec::with_capacity(sales.len());
        for (index, sale) in sales {
            if let Ok(stream) = stream(sale) {
                asked.push((*index, *sale));
                streams.push(stream);
            }
        }
        let first = match self.shared.log.first_events(&streams).await {
            Ok(first) => first,
            Err(error) => {
                let indexes: Vec<usize> = asked.iter().map(|(index, _)| *index).collect();
                return answers.give_all(&indexes, || Err(error.clone().into()));
            }
        };
        for (done, ((index, sale), first)) in asked.into_iter().zip(first).enumerate() {
            give_way(done).await;
            let Some(first) = first else { continue };
            let answer = match decode::<SaleEvent>(&first) {
                Ok(event) => self.compare(sale, &event, stores).await,
                Err(error) => Err(error),
            };
            answers.give(index, answer);
        }
    }

    /// Whether what is offered is what the log has.
    async fn compare(
        &self,
        sale: &Offered<RecordSale>,
        first: &SaleEvent,
        stores: &mut Stores,
    ) -> BatchAnswer {
        let store = self.store_of(sale, stores).await?;
        let given = store.given(sale);
        match sale.command.decide(&Sale::fold([first]), &given) {
            Ok(_) => Ok(Written::Before),
            Err(rejection) => Err(CommandError::rejected(rejection)),
        }
    }

    async fn record_alone(&self, sale: &Offered<RecordSale>) -> BatchAnswer {
        let receipt = self.carry_out(&sale.command, &sale.envelope).await?;
        Ok(receipt.written())
    }
}

fn stream(sale: &Offered<RecordSale>) -> Result<StreamName, CommandError> {
    Ok(stream_of::<Sale>(Sale::stream_id(&sale.command.sale_id))?)
}
