//! Many sales at once, as a spreadsheet brings them: one append for all that are new.
//!
//! Offered one by one, each sale costs a key of its own, its own wait and its own answer. Here the sale's stream is
//! what makes it happen once: a stream that exists already is compared with what is offered, which is the same rule
//! that a lone sale falls back to.

use std::collections::hash_map::Entry;
use std::time::Instant;

use foldhash::HashMap;
use futures_util::future::join_all;
use posars_domain::sale::{RecordSale, Sale, SaleContext, SaleEvent, SaleState};
use posars_domain::{Claim, Decider as _, Decision, StoreId};
use posars_event_store::{
    APPEND_BYTES_MAX, APPEND_CHECKS_MAX, APPEND_EVENTS_MAX, Append, AppendError, ExpectedVersion, Guard,
    NewEvent, StreamName, Version,
};

use crate::error::from_append;
use crate::event_encoder::EventEncoder;
use crate::keys::{LogClaim, stream_of};
use crate::load::decode;
use crate::plan::Write;
use crate::{CommandError, Commands, Envelope};

/// The most sales of one call: as many events as one append takes.
pub const SALES_MAX: usize = APPEND_EVENTS_MAX;
/// How often the rest of a batch is offered together before it goes one by one.
const TRIES_TOGETHER: usize = 2;

/// Sales decided before others on this thread have a turn, such as the batch before this one, which is being sent: less
/// than a millisecond of work.
const SALES_BETWEEN_YIELDS: usize = 50;

/// A sale to be recorded, and what surrounds it.
#[derive(Clone, Debug)]
pub struct OfferedSale {
    command: RecordSale,
    envelope: Envelope,
}

/// Since when a sale is in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// This call wrote it, or would have.
    Now,
    /// It was there before, with the same content.
    Before,
}

type Answer = Result<Recorded, CommandError>;

impl OfferedSale {
    /// Puts the two together.
    #[must_use]
    pub const fn new(command: RecordSale, envelope: Envelope) -> Self {
        Self { command, envelope }
    }

    fn stream(&self) -> Result<StreamName, CommandError> {
        Ok(stream_of::<Sale>(Sale::stream_id(&self.command.sale_id))?)
    }
}

/// A sale that the rules accept, ready for the log.
struct Accepted {
    index: usize,
    stream: StreamName,
    events: Vec<NewEvent>,
    claims: Vec<Guard>,
}

/// What one append is to write, and on which conditions.
#[derive(Default)]
struct Together {
    /// Which append of the call it is.
    number: u32,
    accepted: Vec<Accepted>,
    /// On the stores; the claims are with their sales.
    guards: Vec<Guard>,
    check_count: usize,
    event_count: usize,
    size_bytes: usize,
}

/// The stores of one call's sales: each is looked up once, not once per sale.
#[derive(Default)]
struct Stores(HashMap<StoreId, StoreOfSales>);

struct StoreOfSales {
    /// What decisions on its sales need.
    context: SaleContext,
    /// The condition that its settings are the present ones; none if it is not defined.
    guard: Option<Guard>,
    /// The append that has the condition already.
    guarded_in: Option<u32>,
}

impl Commands {
    /// Records up to [`SALES_MAX`] sales that took place, each as [`Commands::record_sale`] would, and answers for
    /// each, in their order. Those that are new go into the log in one transaction.
    ///
    /// # Errors
    /// Each sale has its own [`CommandError`]; one that is refused does not stand in the way of the others.
    pub async fn record_sales(&self, sales: &[OfferedSale]) -> Vec<Answer> {
        let started = Instant::now();
        let mut answers: Vec<Option<Answer>> = Vec::new();
        answers.resize_with(sales.len(), || None);
        // A strict catalogue asks about every line, and a key of the caller's own must be claimed: both are the lone
        // command's business.
        let has_own_key = sales.iter().any(|sale| sale.envelope.request_id.is_some());
        if !self.shared.policy.strict_catalog && !has_own_key {
            for _ in 0..TRIES_TOGETHER {
                if self.append_together(sales, &mut answers).await {
                    break;
                }
                self.find_recorded(sales, &mut answers).await;
            }
        }
        self.record_each(sales, &mut answers).await;
        self.shared
            .metrics
            .done("RecordSales", started.elapsed(), &Ok(()));
        let answered = answers.into_iter().flatten();
        answered.collect()
    }

    /// Records those alone, all at once, that have no answer yet.
    async fn record_each(&self, sales: &[OfferedSale], answers: &mut [Option<Answer>]) {
        let open: Vec<usize> = (0..answers.len())
            .filter(|index| answers.get(*index).is_some_and(Option::is_none))
            .collect();
        let alone = open.iter().filter_map(|index| sales.get(*index));
        let alone = join_all(alone.map(|sale| self.record_alone(sale))).await;
        for (index, answer) in open.into_iter().zip(alone) {
            if let Some(slot) = answers.get_mut(index) {
                *slot = Some(answer);
            }
        }
    }

    /// Appends all sales that have no answer yet, in as few appends as the log's limits allow. False when the log says
    /// no to some of them together, so that each must be looked at.
    async fn append_together(&self, sales: &[OfferedSale], answers: &mut [Option<Answer>]) -> bool {
        let mut stores = Stores::default();
        let mut encoder = EventEncoder::default();
        let mut together = Together::default();
        let mut agreed = true;
        for (index, sale) in sales.iter().enumerate() {
            if answers.get(index).is_none_or(Option::is_some) {
                continue;
            }
            if index % SALES_BETWEEN_YIELDS == 0 {
                tokio::task::yield_now().await;
            }
            match self.decide(index, sale, &mut stores, &mut encoder).await {
                Ok((accepted, store)) => {
                    if !together.has_room_for(&accepted) {
                        agreed &= self.append_gathered(together.take(), answers).await;
                    }
                    together.push(accepted, store);
                }
                Err(error) => {
                    if let Some(slot) = answers.get_mut(index) {
                        *slot = Some(Err(error));
                    }
                }
            }
        }
        self.append_gathered(together, answers).await && agreed
    }

    async fn append_gathered(&self, together: Together, answers: &mut [Option<Answer>]) -> bool {
        let (indexes, append) = together.into_append();
        let Some(append) = append.filter(|_| self.writes) else {
            answer_all(answers, &indexes, || Ok(Recorded::Now));
            return true;
        };
        match self.shared.log.append(append).await {
            Ok(_) => answer_all(answers, &indexes, || Ok(Recorded::Now)),
            Err(AppendError::WrongVersion { stream, .. }) => {
                // If it is a store's, its settings have changed.
                self.shared.stores.forget(&stream);
                return false;
            }
            Err(AppendError::ClaimTaken { .. } | AppendError::Invalid(_)) => return false,
            Err(
                error @ (AppendError::IdempotencyMismatch { .. }
                | AppendError::QueueFull
                | AppendError::DeadlineExceeded { .. }
                | AppendError::OutcomeUnknown(_)
                | AppendError::Store(_)),
            ) => answer_all(answers, &indexes, || Err(from_append(&error))),
        }
        true
    }

    async fn decide<'a>(
        &self,
        index: usize,
        sale: &OfferedSale,
        stores: &'a mut Stores,
        encoder: &mut EventEncoder,
    ) -> Result<(Accepted, &'a mut StoreOfSales), CommandError> {
        let store = self.store_of(sale, stores).await?;
        let decision = Sale::record(&SaleState::default(), &sale.command, &store.context);
        let Decision { events, claims } = decision.map_err(CommandError::rejected)?;
        let write = Write {
            stream: sale.stream()?,
            version: Version::START,
            events,
        };
        let metadata = sale.envelope.metadata(encoder)?;
        let events = self.new_events(encoder, &write, &metadata, &sale.envelope.source)?;
        let accepted = Accepted::new(index, write.stream, events, &claims)?;
        Ok((accepted, store))
    }

    /// The store of a sale, with the context as of that sale.
    async fn store_of<'a>(
        &self,
        sale: &OfferedSale,
        stores: &'a mut Stores,
    ) -> Result<&'a mut StoreOfSales, CommandError> {
        match stores.0.entry(sale.command.store_id.clone()) {
            Entry::Occupied(known) => {
                let store = known.into_mut();
                store.context.recorded_at = sale.envelope.received_at;
                Ok(store)
            }
            Entry::Vacant(unknown) => {
                let known = self.known_store(unknown.key()).await?;
                let settings = known.as_ref().map(|known| known.settings.clone());
                Ok(unknown.insert(StoreOfSales {
                    context: self.sale_context(settings, &sale.envelope),
                    guard: known.map(|known| known.guard()),
                    guarded_in: None,
                }))
            }
        }
    }

    /// Answers for those sales that are in the log already; the others stay without an answer.
    async fn find_recorded(&self, sales: &[OfferedSale], answers: &mut [Option<Answer>]) {
        let mut open = Vec::new();
        for (index, (sale, answer)) in sales.iter().zip(answers.iter()).enumerate() {
            if answer.is_none()
                && let Ok(stream) = sale.stream()
            {
                open.push((index, sale, stream));
            }
        }
        let streams: Vec<StreamName> = open.iter().map(|(_, _, stream)| stream.clone()).collect();
        let first = match self.shared.log.first_events(&streams).await {
            Ok(first) => first,
            Err(error) => {
                let indexes: Vec<usize> = open.iter().map(|(index, ..)| *index).collect();
                return answer_all(answers, &indexes, || Err(error.clone().into()));
            }
        };
        let mut stores = Stores::default();
        for ((index, sale, _), first) in open.into_iter().zip(first) {
            let Some(first) = first else { continue };
            let answer = match decode::<SaleEvent>(&first) {
                Ok(event) => self.compare(sale, &event, &mut stores).await,
                Err(error) => Err(error),
            };
            if let Some(slot) = answers.get_mut(index) {
                *slot = Some(answer);
            }
        }
    }

    /// Whether what is offered is what the log has.
    async fn compare(&self, sale: &OfferedSale, first: &SaleEvent, stores: &mut Stores) -> Answer {
        let store = self.store_of(sale, stores).await?;
        match Sale::record(&Sale::fold([first]), &sale.command, &store.context) {
            Ok(_) => Ok(Recorded::Before),
            Err(rejection) => Err(CommandError::rejected(rejection)),
        }
    }

    async fn record_alone(&self, sale: &OfferedSale) -> Answer {
        let receipt = self.record_sale(sale.command.clone(), &sale.envelope).await?;
        Ok(if receipt.replayed {
            Recorded::Before
        } else {
            Recorded::Now
        })
    }
}

impl Accepted {
    fn new<R>(
        index: usize,
        stream: StreamName,
        events: Vec<NewEvent>,
        claims: &[Claim<R>],
    ) -> Result<Self, CommandError> {
        let mut guards = Vec::with_capacity(claims.len());
        for claim in claims {
            guards.extend(LogClaim::new(&stream, claim)?.guards());
        }
        Ok(Self {
            index,
            stream,
            events,
            claims: guards,
        })
    }

    /// Its stream and its claims.
    fn check_count(&self) -> usize {
        1 + self.claims.len()
    }

    fn size_bytes(&self) -> usize {
        self.events.iter().map(NewEvent::size_bytes).sum()
    }
}

impl Together {
    /// Whether the log would still take it with that sale, and with a condition on the sale's store.
    fn has_room_for(&self, sale: &Accepted) -> bool {
        self.check_count + sale.check_count() < APPEND_CHECKS_MAX
            && self.event_count + sale.events.len() <= APPEND_EVENTS_MAX
            && self.size_bytes + sale.size_bytes() <= APPEND_BYTES_MAX
    }

    fn push(&mut self, sale: Accepted, store: &mut StoreOfSales) {
        if store.guarded_in != Some(self.number) {
            store.guarded_in = Some(self.number);
            self.guards.extend(store.guard.clone());
            self.check_count += usize::from(store.guard.is_some());
        }
        self.check_count += sale.check_count();
        self.event_count += sale.events.len();
        self.size_bytes += sale.size_bytes();
        self.accepted.push(sale);
    }

    /// What is gathered; the next append begins.
    fn take(&mut self) -> Self {
        let next = Self {
            number: self.number + 1,
            ..Self::default()
        };
        std::mem::replace(self, next)
    }

    /// The sales concerned, and the append; none when no sale is left.
    fn into_append(self) -> (Vec<usize>, Option<Append>) {
        let indexes = self.accepted.iter().map(|accepted| accepted.index).collect();
        let mut append: Option<Append> = None;
        let mut guards = self.guards;
        for accepted in self.accepted {
            let (stream, events) = (accepted.stream, accepted.events);
            guards.extend(accepted.claims);
            append = Some(match append {
                None => Append::to(stream, ExpectedVersion::NoStream, events),
                Some(append) => append.also(stream, ExpectedVersion::NoStream, events),
            });
        }
        let append = append.map(|append| guards.into_iter().fold(append, Append::guard));
        (indexes, append)
    }
}

fn answer_all(answers: &mut [Option<Answer>], indexes: &[usize], answer: impl Fn() -> Answer) {
    for index in indexes {
        if let Some(slot) = answers.get_mut(*index) {
            *slot = Some(answer());
        }
    }
}
