//! Sale -> stock: what is sold goes out, what comes back goes in, each line once, in the order of the log.

mod catalogue;
mod intake;
mod original_cost;
mod retrying;
mod slice;
mod source;
mod waiting;
mod waiting_list;

use std::collections::HashSet;
use std::sync::Arc;

use posars_domain::product::{Product, ProductEvent};
use posars_domain::sale::SaleKind;
use posars_domain::stock::{FinalCost, LineBack, RestockLine, StockBalance, StockState, returned_cost};
use posars_domain::waiting::{ParkedMovement, SourceEventParked};
use posars_domain::{Aggregate as _, Command as _, Given, LineId, Quantity, Rejection as _, Sku};
use posars_event_store::{Direction, Log, PageDone, Position, RecordedEvent, StreamName, Version};

use self::catalogue::{Catalogue, Standing};
use self::intake::{Intake, read_few_sources, read_sources};
use self::original_cost::{Issued, RecentIssues, find_issue, followed, holds};
use self::slice::{Slice, State};
use self::source::{Cause, ComesBack, MovedLine, MovedSku, Movement, returned, sum};
use self::waiting::{Parked, waiting_stream};
pub use self::waiting_list::{AwaitedProduct, WaitingLines, awaited_products, waiting_lines};
use crate::CommandError;
use crate::error::EVENT_UNREADABLE;
use crate::event_encoder::EventEncoder;
use crate::keys::stream_of;
use crate::load::{decode, kind_of};
use crate::reactors::{Reacted, Reactor, ReactorError, ReactorRunner, Retried, count_parked};

/// Source events of one page: about two appends of movements.
const PAGE_EVENTS: u32 = 1_000;
/// The most streams asked about at once.
const STREAMS_MAX: usize = 5_000;
/// The most events of a sale: its record, its returns and a void, with room to spare.
const SALE_EVENTS: u32 = 1_000;

/// Turns sales into stock movements, a page of the log at a time.
#[derive(Debug)]
pub struct StockReactor {
    log: Log,
    slice: Slice,
    parked: Option<Parked>,
    catalogue: Catalogue,
    recent: RecentIssues,
    page_events: u32,
    appended: u64,
}

/// A stable code, and what went wrong with the next step.
type Problem = (String, String);

/// A source event as the reactor understands it.
enum Input {
    Movement(Movement),
    Product(Cause, ProductEvent),
    Unreadable(Cause, StreamName, CommandError),
}

impl Reactor for StockReactor {
    const NAME: &'static str = "reactor.stock";

    async fn page(&mut self, after: Position) -> Result<Reacted, ReactorError> {
        self.slice.trim();
        self.catalogue.trim();
        self.recent.trim();
        self.appended = 0;
        let done = self.work_through(after).await;
        match &done {
            Ok(_) => self.page_events = PAGE_EVENTS.min(self.page_events * 2),
            Err(error) => {
                // What is remembered has run ahead of the log.
                self.forget();
                // Who writes to the same stocks all the time must not make all of a large page be done over.
                if matches!(error, ReactorError::Lost { .. }) {
                    self.page_events = (self.page_events / 4).max(1);
                }
            }
        }
        done
    }

    fn forget(&mut self) {
        self.slice.forget();
        self.catalogue.forget();
        self.recent.forget();
        self.parked = None;
    }

    async fn parked_count(&mut self) -> Result<usize, ReactorError> {
        // What was tried again with success, as by a command beside this process, no longer counts.
        if self.parked().await?.is_empty() {
            return Ok(0);
        }
        let open = count_parked(&self.log, Self::NAME).await?;
        Ok(usize::try_from(open).unwrap_or(usize::MAX))
    }

    async fn retry(&mut self, parked: &SourceEventParked) -> Result<Retried, ReactorError> {
        self.try_again(parked).await
    }
}

impl ReactorRunner<StockReactor> {
    /// The reactor that turns sales into stock movements. `holder` names this process in the lease.
    #[must_use]
    pub fn stock(log: Log, holder: &str) -> Self {
        Self::new(StockReactor::new(log.clone()), log, holder)
    }
}

impl StockReactor {
    /// The stock reactor of a log.
    #[must_use]
    pub fn new(log: Log) -> Self {
        Self {
            log,
            slice: Slice::default(),
            parked: None,
            catalogue: Catalogue::default(),
            recent: RecentIssues::default(),
            page_events: PAGE_EVENTS,
            appended: 0,
        }
    }

    async fn work_through(&mut self, after: Position) -> Result<Reacted, ReactorError> {
        // After a lost race the page is small, and so is what there is to read.
        let intake = if self.page_events == PAGE_EVENTS {
            read_sources(&self.log, after, PAGE_EVENTS).await?
        } else {
            read_few_sources(&self.log, after, self.page_events).await?
        };
        let Intake {
            events,
            scanned_to,
            at_end,
        } = intake;
        let mut encoder = EventEncoder::default();
        let mut inputs = Vec::with_capacity(events.len());
        for event in &events {
            inputs.extend(input_of(event, &mut encoder)?);
        }
        self.learn(&inputs, after).await?;
        for input in &inputs {
            match input {
                Input::Movement(movement) => self.follow(movement).await?,
                Input::Product(cause, event) => {
                    self.catalogue.follow(event);
                    if let ProductEvent::ProductDefined(defined) = event {
                        self.release(defined, cause).await?;
                    }
                }
                Input::Unreadable(cause, stream, error) => {
                    self.put_aside(stream, cause, (error.reason(), error.to_string()))
                        .await?;
                }
            }
        }
        self.flush().await?;
        Ok(Reacted {
            done: PageDone {
                scanned_to,
                at_end,
                worked: !events.is_empty(),
            },
            appended: self.appended,
            recorded_at: events.last().map(|event| event.recorded_at),
        })
    }

    /// Learns in one round trip what a page needs of stocks, products and what waits; in two when SKUs are unknown.
    async fn learn(&mut self, inputs: &[Input], after: Position) -> Result<(), ReactorError> {
        let mut wanted = Wanted::default();
        let mut products: Vec<(Sku, StreamName)> = Vec::new();
        let mut asked = HashSet::new();
        for input in inputs {
            match input {
                Input::Movement(movement) => {
                    for MovedSku { sku, stock, .. } in &movement.skus {
                        wanted.add(&self.slice, stock);
                        if !self.catalogue.knows(sku) && asked.insert(sku) {
                            products.push((sku.clone(), stream_of::<Product>(Product::stream_id(sku))?));
                        }
                    }
                }
                Input::Product(_, ProductEvent::ProductDefined(defined)) => {
                    wanted.add(&self.slice, &waiting_stream(&defined.settings.sku)?);
                }
                Input::Product(..) | Input::Unreadable(..) => {}
            }
        }
        let product_count = products.len();
        let mut streams: Vec<StreamName> = products.iter().map(|(_, stream)| stream.clone()).collect();
        streams.extend(wanted.streams);
        let last = self.last_events(&streams).await?;
        let (last_of_products, last) = last.split_at(product_count.min(last.len()));
        for ((sku, stream), last) in products.iter().zip(last_of_products) {
            self.learn_product((sku, stream), last.as_ref(), after).await?;
        }
        for (stream, last) in streams.iter().skip(product_count).zip(last) {
            self.slice.learn(stream, last.as_ref());
        }
        self.learn_waiting(inputs).await
    }

    async fn learn_product(
        &mut self,
        product: (&Sku, &StreamName),
        last: Option<&RecordedEvent>,
        after: Position,
    ) -> Result<(), ReactorError> {
        match self.catalogue.learn(&self.log, product, last, after).await {
            // A definition that nobody can read defines nothing: the lines wait. The event itself is put aside.
            Ok(()) | Err(CommandError::Unreadable { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    async fn learn_waiting(&mut self, inputs: &[Input]) -> Result<(), ReactorError> {
        let mut wanted = Wanted::default();
        for input in inputs {
            if let Input::Movement(movement) = input {
                for MovedSku { sku, .. } in &movement.skus {
                    if self.catalogue.standing(sku) == Standing::Unknown {
                        wanted.add(&self.slice, &waiting_stream(sku)?);
                    }
                }
            }
        }
        self.learn_streams(&wanted.streams).await
    }

    async fn learn_stocks(&mut self, movements: &[Movement]) -> Result<(), ReactorError> {
        let mut wanted = Wanted::default();
        for movement in movements {
            for MovedSku { stock, .. } in &movement.skus {
                wanted.add(&self.slice, stock);
            }
        }
        self.learn_streams(&wanted.streams).await
    }

    async fn learn_streams(&mut self, streams: &[StreamName]) -> Result<(), ReactorError> {
        let last = self.last_events(streams).await?;
        for (stream, last) in streams.iter().zip(&last) {
            self.slice.learn(stream, last.as_ref());
        }
        Ok(())
    }

    async fn last_events(&self, streams: &[StreamName]) -> Result<Vec<Option<RecordedEvent>>, ReactorError> {
        let mut last = Vec::with_capacity(streams.len());
        for streams in streams.chunks(STREAMS_MAX) {
            last.extend(self.log.last_events(streams).await?);
        }
        Ok(last)
    }

    async fn follow(&mut self, movement: &Movement) -> Result<(), ReactorError> {
        for moved in &movement.skus {
            match self.catalogue.standing(&moved.sku) {
                Standing::Unknown => self.park(movement, moved).await?,
                standing @ (Standing::Untracked | Standing::Tracked) => {
                    self.move_stock(movement, moved, standing).await?;
                }
            }
        }
        Ok(())
    }

    /// Moves the stock of one SKU, unless that was done before; puts the event aside when that cannot be done.
    async fn move_stock(
        &mut self,
        movement: &Movement,
        moved: &MovedSku,
        standing: Standing,
    ) -> Result<(), ReactorError> {
        match self.try_move(movement, moved, standing).await? {
            None => Ok(()),
            Some((reason, problem)) => {
                let problem = (reason.as_str(), problem);
                self.put_aside(&moved.stock, &movement.cause, problem).await
            }
        }
    }

    /// Moves the stock of one SKU, unless that was done before; the reason and the problem when that cannot be done.
    async fn try_move(
        &mut self,
        movement: &Movement,
        moved: &MovedSku,
        standing: Standing,
    ) -> Result<Option<Problem>, ReactorError> {
        let MovedSku { sku, stock, lines } = moved;
        let state = match self.slice.state(stock) {
            State::Stock(state) => state.clone(),
            State::Nothing | State::Waiting(_) => StockState::default(),
            State::Unreadable(problem) => {
                return Ok(Some((EVENT_UNREADABLE.to_owned(), problem.clone())));
            }
        };
        if state.balance.issued_through >= movement.cause.position.get() {
            return Ok(None);
        }
        let given = Given::at(movement.cause.recorded_at);
        let decided = match movement.kind {
            ParkedMovement::Sale if standing == Standing::Untracked => return Ok(None),
            ParkedMovement::Sale => movement.issue(sku, lines).decide(&state, &given),
            ParkedMovement::Void | ParkedMovement::Return => {
                match self.what_comes_back(movement, stock, lines, &state.balance).await {
                    Ok(Some(back)) => movement.restock(sku, back).decide(&state, &given),
                    Ok(None) => return Ok(None),
                    Err(ReactorError::Command(error @ CommandError::Unreadable { .. })) => {
                        return Ok(Some((error.reason().to_owned(), error.to_string())));
                    }
                    Err(error) => return Err(error),
                }
            }
        };
        match decided {
            Ok(decision) => {
                let Some(state) = decision.events.last().map(State::after) else {
                    return Ok(None);
                };
                self.make_room_for(decision.events.len()).await?;
                self.recent.remember(&decision.events);
                self.slice.push(stock, &decision.events, &movement.cause, state)?;
                Ok(None)
            }
            Err(rejection) => Ok(Some((rejection.reason().to_owned(), rejection.to_string()))),
        }
    }

    /// The lines that come back, each at what it had cost; a line that never went out does not come back.
    async fn what_comes_back(
        &mut self,
        movement: &Movement,
        stock: &StreamName,
        lines: &[MovedLine],
        now: &StockBalance,
    ) -> Result<Option<ComesBack>, ReactorError> {
        let recent: Option<Vec<Issued>> = lines
            .iter()
            .map(|line| self.recent.get(movement.sale_id, line.line_id))
            .collect();
        let is_first_return =
            movement.kind == ParkedMovement::Void || movement.sale_version == Some(Version::new(2));
        let history = if is_first_return && recent.is_some() {
            SaleHistory::default()
        } else {
            self.sale_history(movement).await?
        };
        let issue = match recent {
            Some(recent) => match recent.first() {
                None => return Ok(None),
                Some(Issued {
                    provisional: Some(issue),
                    ..
                }) => Arc::clone(issue),
                Some(_) => return Ok(Some(at_issued_cost(lines, &recent, &history))),
            },
            None => {
                let version = self.slice.appended_version(stock);
                match find_issue(&self.log, stock, version, history.position).await? {
                    Some(issued) => Arc::new(FinalCost::of(&issued)),
                    None => return Ok(None),
                }
            }
        };
        let back: Vec<LineBack> = lines.iter().map(|line| history.line_back(line)).collect();
        if holds(&issue, now, history.returned.is_empty()) {
            return Ok(ComesBack::of(&issue, &back));
        }
        // What follows the issue may still be in the slice; it is read back from the log.
        if self.slice.is_gathered(stock) {
            self.flush().await?;
        }
        let version = self.slice.appended_version(stock);
        let issue = FinalCost::clone(&issue);
        let cost = followed(issue, &self.log, stock, version).await?;
        Ok(ComesBack::of(&cost, &back))
    }

    /// Where a sale was recorded, and what came back of it before this event.
    async fn sale_history(&self, movement: &Movement) -> Result<SaleHistory, CommandError> {
        let first = Version::START.plus(1);
        let events = self
            .log
            .read_stream(&movement.sale_stream, first, Direction::Forwards, SALE_EVENTS)
            .await?;
        let mut history = SaleHistory::default();
        for event in events
            .iter()
            .take_while(|event| event.position < movement.cause.position)
        {
            match kind_of(event)? {
                SaleKind::SaleRecorded => history.position = event.position,
                SaleKind::SaleReturned => history.returned.extend(returned(event)?),
                SaleKind::SaleVoided => {}
            }
        }
        Ok(history)
    }

    /// Sends what is gathered when so many more events would not fit.
    async fn make_room_for(&mut self, events: usize) -> Result<(), ReactorError> {
        if self.slice.is_full_for(events) {
            self.flush().await
        } else {
            Ok(())
        }
    }

    async fn flush(&mut self) -> Result<(), ReactorError> {
        self.appended += self.slice.flush(&self.log).await?;
        Ok(())
    }
}

#[derive(Debug, Default)]
struct SaleHistory {
    position: Position,
    returned: Vec<(LineId, Quantity)>,
}

impl SaleHistory {
    /// A line, and how much of it came back before.
    fn line_back(&self, line: &MovedLine) -> LineBack {
        let earlier = self
            .returned
            .iter()
            .filter(|(line_id, _)| *line_id == line.line_id);
        let earlier = earlier.map(|(_, quantity)| *quantity);
        LineBack {
            line_id: line.line_id,
            before: sum(earlier.chain([line.returned_before])),
            quantity: line.quantity,
        }
    }
}

/// Lines that went out from what was there, at the cost they went out at: it is final.
fn at_issued_cost(lines: &[MovedLine], issued: &[Issued], history: &SaleHistory) -> ComesBack {
    let line = |(line, issued): (&MovedLine, &Issued)| {
        let back = history.line_back(line);
        RestockLine {
            line_id: back.line_id,
            quantity: back.quantity,
            original_cost: returned_cost(issued.quantity, issued.cost, back.before, back.quantity),
            owed: Quantity::ZERO,
        }
    };
    ComesBack {
        sale_position: issued.first().map_or(0, |issued| issued.sale_position),
        lines: lines.iter().zip(issued).map(line).collect(),
    }
}

/// Streams to ask about, each once.
#[derive(Debug, Default)]
struct Wanted {
    streams: Vec<StreamName>,
    seen: HashSet<StreamName>,
}

impl Wanted {
    fn add(&mut self, slice: &Slice, stream: &StreamName) {
        if !slice.knows(stream) && self.seen.insert(stream.clone()) {
            self.streams.push(stream.clone());
        }
    }
}

fn input_of(event: &RecordedEvent, encoder: &mut EventEncoder) -> Result<Option<Input>, CommandError> {
    let cause = Cause::of(event, StockReactor::NAME, encoder)?;
    let input = if event.stream.category() == Product::CATEGORY {
        decode(event).map(|product| Some(Input::Product(cause.clone(), product)))
    } else {
        Movement::read(event, &cause).map(|movement| movement.map(Input::Movement))
    };
    match input {
        Ok(input) => Ok(input),
        Err(error @ CommandError::Unreadable { .. }) => {
            Ok(Some(Input::Unreadable(cause, event.stream.clone(), error)))
        }
        Err(error) => Err(error),
    }
}
