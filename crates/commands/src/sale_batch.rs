//! Many sales at once, as a spreadsheet brings them: one append for all that are new.
//!
//! Offered one by one, each sale costs a key of its own, its own wait and its own answer. Here the sale's stream is
//! what makes it happen once: a stream that exists already is compared with what is offered, which is the same rule
//! that a lone sale falls back to.

use std::collections::HashSet;
use std::time::Instant;

use posars_domain::sale::{RecordSale, Sale, SaleEvent, SaleState};
use posars_domain::{Aggregate as _, Command as _, Decision, DomainEvent as _, Sku};
use posars_event_store::{StreamName, Version};

use crate::batch::{Accepted, Offered, Together, give_way};
use crate::batch_answers::{BatchAnswer, BatchAnswers, Written};
use crate::buyers::Buyers;
use crate::event_encoder::EventEncoder;
use crate::keys::stream_of;
use crate::load::decode;
use crate::names::Name;
use crate::plan::{Surroundings, Write};
use crate::stores_of_sales::{StoreOfSales, Stores};
use crate::turns::{Turn, Turns};
use crate::whereabouts::{Whereabouts, take_second};
use crate::{CommandError, Commands};

/// How often the rest of a batch is offered together before it goes one by one.
const TRIES_TOGETHER: usize = 2;

/// About how many lines of sales one question about recorded ones may bring; 100 to 2,000 bytes each.
const LINES_ASKED_MAX: usize = 5_000;

/// What decisions on the sales of one call look at.
struct AtHand<'a> {
    stores: Stores,
    buyers: &'a mut Buyers,
    encoder: EventEncoder,
}

impl<'a> AtHand<'a> {
    fn of(buyers: &'a mut Buyers) -> Self {
        Self {
            stores: Stores::default(),
            buyers,
            encoder: EventEncoder::default(),
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
        let mut whereabouts = Whereabouts::of(self);
        let mut answers = whereabouts.commands().record_sales_here(sales).await;
        while whereabouts.are_to_be_done_again(&answers).await {
            let second = whereabouts.commands().record_sales_here(sales).await;
            take_second(&mut answers, second);
        }
        answers
    }

    async fn record_sales_here(&self, sales: &[Offered<RecordSale>]) -> Vec<BatchAnswer> {
        let started = Instant::now();
        let (mut answers, mut turns) = (BatchAnswers::none_of(sales.len()), Turns::default());
        // A key of the caller's own must be claimed, and a caller may be limited to stores: that is the lone command's
        // business.
        let is_special = |sale: &Offered<RecordSale>| {
            sale.envelope.request_id.is_some() || sale.envelope.stores.is_limited()
        };
        match self.absent_products(sales.iter().map(|sale| &sale.command)).await {
            Ok(absent) if !sales.iter().any(is_special) => {
                self.record_together(sales, &absent, &mut turns, &mut answers)
                    .await;
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

    /// Records sales together as far as that goes; those that must be looked at stay without an answer.
    async fn record_together(
        &self,
        sales: &[Offered<RecordSale>],
        absent: &HashSet<Sku>,
        turns: &mut Turns,
        answers: &mut BatchAnswers,
    ) {
        let mut buyers = Buyers::default();
        let to_newcomers = self.learn_buyers(&answers.open(sales), &mut buyers).await;
        // Sales that are in the log already shall bring nobody back whose data was erased since.
        self.find_recorded(sales, |index| to_newcomers.contains(&index), &mut buyers, answers)
            .await;
        for _ in 0..TRIES_TOGETHER {
            self.append_together(sales, absent, turns, (answers, &mut buyers))
                .await;
            if answers.are_complete() {
                break;
            }
            buyers.again();
            self.learn_buyers(&answers.open(sales), &mut buyers).await;
            self.find_recorded(sales, |_| true, &mut buyers, answers).await;
        }
    }

    /// Appends all sales that have no answer yet and whose turn it is, in as few appends as the log's limits allow. No
    /// answer where the log says no to some of them together, so that each must be looked at; nor where a product is
    /// absent from a catalogue that is strict, because the sale may be in the log from before it was.
    async fn append_together(
        &self,
        sales: &[Offered<RecordSale>],
        absent: &HashSet<Sku>,
        turns: &mut Turns,
        (answers, buyers): (&mut BatchAnswers, &mut Buyers),
    ) {
        let mut at_hand = AtHand::of(buyers);
        let mut together = Together::default();
        let open = answers.open(sales);
        self.get_keys_of_buyers(&open, &mut at_hand.stores, at_hand.buyers)
            .await;
        for (done, (index, sale)) in open.into_iter().enumerate() {
            give_way(done).await;
            let (accepted, store) = match self.decide(index, sale, &mut at_hand).await {
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
        for (done, (index, sale)) in answers.open(sales).into_iter().enumerate() {
            give_way(done).await;
            turns.name(index, sale.envelope.request_id.map(Name::request));
            match self.names_of(index, sale, &mut stores).await {
                Ok(names) => turns.name(index, names),
                // The lone command says why; a sale that is refused takes nothing from others.
                Err(error) if error.passing().is_none() => {}
                Err(error) => {
                    answers.refuse(index, error);
                    break;
                }
            }
        }
    }

    /// What a sale asks for, whoever buys.
    async fn names_of(
        &self,
        index: usize,
        sale: &Offered<RecordSale>,
        stores: &mut Stores,
    ) -> Result<Vec<Name>, CommandError> {
        let store = self.store_of(sale, stores).await?;
        let decision = sale
            .command
            .decide(&SaleState::default(), &store.given(sale, None));
        let Decision { claims, .. } = decision.map_err(CommandError::rejected)?;
        let accepted = Accepted::new(index, stream(sale)?, Vec::new(), &claims)?;
        Ok(accepted.names().collect())
    }

    async fn decide<'a>(
        &self,
        index: usize,
        sale: &Offered<RecordSale>,
        at_hand: &'a mut AtHand<'_>,
    ) -> Result<(Accepted, &'a mut StoreOfSales), CommandError> {
        let AtHand {
            stores,
            buyers,
            encoder,
        } = at_hand;
        let store = self.store_of(sale, stores).await?;
        let buyer = self.buyer_of(index, sale, buyers).await?;
        let Decision { events, claims } = match buyers.take_decided(index) {
            Some(decision) => decision,
            None => {
                let given = store.given(sale, buyer.as_deref());
                let decision = sale.command.decide(&SaleState::default(), &given);
                decision.map_err(CommandError::rejected)?
            }
        };
        let mut write = Write {
            stream: stream(sale)?,
            version: Version::START,
            events,
        };
        let metadata = sale.envelope.metadata(encoder)?;
        let surroundings = Surroundings {
            metadata: &metadata,
            source: &sale.envelope.source,
            keys: Some(buyers.keys()),
        };
        let events = self.new_events(encoder, &mut write, surroundings)?;
        let accepted = Accepted::new(index, write.stream, events, &claims)?;
        Ok((accepted.of_person(buyer), store))
    }

    /// Answers for those of these sales that are in the log already; the others stay without an answer.
    async fn find_recorded(
        &self,
        sales: &[Offered<RecordSale>],
        is_asked: impl Fn(usize) -> bool,
        buyers: &mut Buyers,
        answers: &mut BatchAnswers,
    ) {
        let mut at_hand = AtHand::of(buyers);
        let mut open = answers.open(sales);
        open.retain(|(index, _)| is_asked(*index));
        let mut rest = open.as_slice();
        while !rest.is_empty() {
            // What is found is about as long as what is offered.
            let lines = rest.iter().scan(0, |lines, (_, sale)| {
                let before = *lines;
                *lines += sale.command.lines.len();
                Some(before)
            });
            let (some, others) = rest.split_at(lines.take_while(|before| *before < LINES_ASKED_MAX).count());
            self.find_some_recorded(some, &mut at_hand, answers).await;
            rest = others;
        }
    }

    async fn find_some_recorded(
        &self,
        sales: &[(usize, &Offered<RecordSale>)],
        at_hand: &mut AtHand<'_>,
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
        let mut recorded = Vec::with_capacity(first.len());
        for (done, ((index, sale), first)) in asked.into_iter().zip(first).enumerate() {
            give_way(done).await;
            let Some(first) = first else { continue };
            match decode::<SaleEvent>(&first) {
                Ok(event) => recorded.push((index, sale, (first.stream, first.event_id), event)),
                Err(error) => answers.give(index, Err(error)),
            }
        }
        let events = recorded.iter_mut().map(|(.., place, event)| (&*place, event));
        let opened = self.open_events(events).await;
        for (index, sale, _, mut event) in recorded {
            let answer = match &opened {
                Err(error) if !event.personal().is_empty() => Err(error.clone().into()),
                Ok(_) | Err(_) => self.compare(index, sale, &event, at_hand).await,
            };
            answers.give(index, answer);
        }
    }

    /// Whether what is offered is what the log has.
    async fn compare(
        &self,
        index: usize,
        sale: &Offered<RecordSale>,
        first: &SaleEvent,
        at_hand: &mut AtHand<'_>,
    ) -> BatchAnswer {
        let store = self.store_of(sale, &mut at_hand.stores).await?;
        let buyer = self.buyer_of(index, sale, at_hand.buyers).await?;
        let given = store.given(sale, buyer.as_deref());
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
