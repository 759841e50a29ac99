//! Sale -> stock: what is sold goes out, what comes back goes in, each line once, in the order of the log.

mod catalogue;
mod original_cost;
mod retrying;
mod source;
mod state;
mod waiting;
mod waiting_list;

use std::collections::HashSet;
use std::sync::Arc;

use posars_domain::product::{Product, ProductEvent};
use posars_domain::sale::{Sale, SaleKind};
use posars_domain::stock::{FinalCost, LineBack, RestockLine, StockBalance, StockState, returned_cost};
use posars_domain::waiting::{ParkedMovement, SourceEventParked};
use posars_domain::{Aggregate as _, Command as _, Given, LineId, Quantity, Rejection as _, Sku};
use posars_event_store::{Direction, Log, PageDone, Position, RecordedEvent, StreamName, Version};

use self::catalogue::{Catalogue, Standing};
use self::original_cost::{Issued, RecentIssues, find_issue, followed, holds};
use self::source::{ComesBack, MovedLine, MovedSku, Movement, returned, sum};
use self::state::State;
use self::waiting::waiting_stream;
pub use self::waiting_list::{AwaitedProduct, WaitingLines, awaited_products, waiting_lines};
use crate::CommandError;
use crate::error::EVENT_UNREADABLE;
use crate::event_encoder::EventEncoder;
use crate::keys::stream_of;
use crate::load::{decode, kind_of};
use crate::reactors::cause::Cause;
use crate::reactors::intake::{Intake, Sources};
use crate::reactors::slice::Slice;
use crate::reactors::work::Work;
use crate::reactors::{Reacted, Reactor, ReactorError, ReactorRunner, Retried};

/// What moves stock, and what says of which products stock is kept.
const SOURCES: Sources = Sources {
    usual: &[Sale::CATEGORY],
    rare: &[Product::CATEGORY],
};
/// The most events of a sale: its record, its returns and a void, with room to spare.
const SALE_EVENTS: u32 = 1_000;

/// Turns sales into stock movements, a page of the log at a time.
#[derive(Debug)]
pub struct StockReactor {
    work: Work<State>,
    catalogue: Catalogue,
    recent: RecentIssues,
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
    const WORKER: &'static str = "stock_reactor";
    const WHAT: &'static str = "moving stock";

    fn categories() -> Vec<&'static str> {
        SOURCES.categories()
    }

    fn of(log: Log) -> Self {
        Self {
            work: Work::new(log, Self::NAME),
            catalogue: Catalogue::default(),
            recent: RecentIssues::default(),
        }
    }

    async fn page(&mut self, after: Position) -> Result<Reacted, ReactorError> {
        self.work.begin();
        self.catalogue.trim();
        self.recent.trim();
        let done = self.work_through(after).await;
        self.work.ended(&done);
        if done.is_err() {
            // What is remembered has run ahead of the log.
            self.forget();
        }
        done
    }

    fn forget(&mut self) {
        self.work.forget();
        self.catalogue.forget();
        self.recent.forget();
    }

    async fn parked_count(&mut self) -> Result<usize, ReactorError> {
        self.work.parked_count().await
    }

    async fn retry(&mut self, parked: &SourceEventParked) -> Result<Retried, ReactorError> {
        self.try_again(parked).await
    }
}

impl ReactorRunner<StockReactor> {
    /// The reactor that turns sales into stock movements. `holder` names this process in the lease.
    #[must_use]
    pub fn stock(log: Log, holder: &str) -> Self {
        Self::new(log, holder)
    }
}

impl StockReactor {
    /// The stock reactor of a log.
    #[must_use]
    pub fn new(log: Log) -> Self {
        Self::of(log)
    }

    async fn work_through(&mut self, after: Position) -> Result<Reacted, ReactorError> {
        let Intake {
            events,
            scanned_to,
            at_end,
        } = self.work.intake(SOURCES, after).await?;
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
                    self.work
                        .put_aside(stream, cause, (error.reason(), error.to_string()))
                        .await?;
                }
            }
        }
        self.work.flush().await?;
        Ok(Reacted {
            done: PageDone {
                scanned_to,
                at_end,
                worked: !events.is_empty(),
            },
            appended: self.work.appended(),
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
                        wanted.add(&self.work.slice, stock);
                        if !self.catalogue.knows(sku) && asked.insert(sku) {
                            products.push((sku.clone(), stream_of::<Product>(Product::stream_id(sku))?));
                        }
                    }
                }
                Input::Product(_, ProductEvent::ProductDefined(defined)) => {
                    wanted.add(&self.work.slice, &waiting_stream(&defined.settings.sku)?);
                }
                Input::Product(..) | Input::Unreadable(..) => {}
            }
        }
        let product_count = products.len();
        let mut streams: Vec<StreamName> = products.iter().map(|(_, stream)| stream.clone()).collect();
        streams.extend(wanted.streams);
        let last = self.work.last_events(&streams).await?;
        let (last_of_products, last) = last.split_at(product_count.min(last.len()));
        for ((sku, stream), last) in products.iter().zip(last_of_products) {
            self.learn_product((sku, stream), last.as_ref(), after).await?;
        }
        for (stream, last) in streams.iter().skip(product_count).zip(last) {
            self.work.slice.learn(stream, last.as_ref());
        }
        self.learn_waiting(inputs).await
    }

    async fn learn_product(
        &mut self,
        product: (&Sku, &StreamName),
        last: Option<&RecordedEvent>,
        after: Position,
    ) -> Result<(), ReactorError> {
        match self.catalogue.learn(&self.work.log, product, last, after).await {
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
                        wanted.add(&self.work.slice, &waiting_stream(sku)?);
                    }
                }
            }
        }
        self.work.learn_streams(&wanted.streams).await
    }

    async fn learn_stocks(&mut self, movements: &[Movement]) -> Result<(), ReactorError> {
        let mut wanted = Wanted::default();
        for movement in movements {
            for MovedSku { stock, .. } in &movement.skus {
                wanted.add(&self.work.slice, stock);
            }
        }
        self.work.learn_streams(&wanted.streams).await
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
                self.work.put_aside(&moved.stock, &movement.cause, problem).await
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
        let state = match self.work.slice.state(stock) {
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
                let Some(state) = decision.events.last().map(State::of_stock) else {
                    return Ok(None);
                };
                self.work
                    .gather(stock, &decision.events, &movement.cause, state)
                    .await?;
                self.recent.remember(&decision.events);
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
                let version = self.work.slice.appended_version(stock);
                match find_issue(&self.work.log, stock, version, history.position).await? {
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
        if self.work.slice.is_gathered(stock) {
            self.work.flush().await?;
        }
        let version = self.work.slice.appended_version(stock);
        let issue = FinalCost::clone(&issue);
        let cost = followed(issue, &self.work.log, stock, version).await?;
        Ok(ComesBack::of(&cost, &back))
    }

    /// Where a sale was recorded, and what came back of it before this event.
    async fn sale_history(&self, movement: &Movement) -> Result<SaleHistory, CommandError> {
        let first = Version::START.plus(1);
        let events = self
            .work
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
    fn add(&mut self, slice: &Slice<State>, stream: &StreamName) {
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
