//! Stock -> alarm: a stock at or below its reorder point is low, each time told once, and once again when it no longer
//! is.
//!
//! Every source event is judged by policy and stock as they were at that event, in the order of the log, so dealing with
//! it again gives the same. An alarm carries the position of the source event that led to it: what was judged before it
//! is not judged again.

mod on_hand;
mod retrying;
mod source;
mod state;

use std::collections::HashSet;
use std::time::Duration;

use jiff::Timestamp;
use posars_domain::stock::Stock;
use posars_domain::stock_policy::{StockPolicy, StockPolicyEvent, StockPolicyState, WatchStock};
use posars_domain::waiting::SourceEventParked;
use posars_domain::{Aggregate as _, Command as _, Given, Quantity, Rejection as _};
use posars_event_store::{Log, PageDone, Position, StreamName, Version};
use tokio::time::{Instant, sleep_until};

use self::on_hand::{OnHand, stock_at};
use self::source::{Happened, Input, Item, Moved};
use self::state::{State, policy_at};
use crate::CommandError;
use crate::error::EVENT_UNREADABLE;
use crate::event_encoder::EventEncoder;
use crate::reactors::cause::Cause;
use crate::reactors::intake::{Intake, Sources};
use crate::reactors::work::Work;
use crate::reactors::{Reacted, Reactor, ReactorError, Retried};

/// What moves stock, and what says when it is low.
const SOURCES: Sources = Sources {
    usual: &[Stock::CATEGORY],
    rare: &[StockPolicy::CATEGORY],
};

/// How often the first policy is looked for: a shop that sells all the time must not pay for alarms that nobody wants.
const LOOK_PAUSE: Duration = Duration::from_millis(200);

/// Watches stocks that have a reorder point, a page of the log at a time.
#[derive(Debug)]
pub struct LowStockReactor {
    work: Work<State>,
    on_hand: OnHand,
    /// Whether there is any policy. Until then no stock need be looked at.
    has_policies: bool,
    /// When that was looked for last, in vain.
    looked_at: Option<Instant>,
}

impl Reactor for LowStockReactor {
    const NAME: &'static str = "reactor.low_stock";
    const WORKER: &'static str = "low_stock_reactor";
    const WHAT: &'static str = "looking for low stock";

    fn categories() -> Vec<&'static str> {
        SOURCES.categories()
    }

    fn of(log: Log) -> Self {
        Self {
            work: Work::new(log, Self::NAME),
            on_hand: OnHand::default(),
            has_policies: false,
            looked_at: None,
        }
    }

    async fn page(&mut self, after: Position) -> Result<Reacted, ReactorError> {
        self.work.begin();
        self.on_hand.trim();
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
        self.on_hand.forget();
    }

    async fn parked_count(&mut self) -> Result<usize, ReactorError> {
        self.work.parked_count().await
    }

    async fn retry(&mut self, parked: &SourceEventParked) -> Result<Retried, ReactorError> {
        self.try_again(parked).await
    }
}

impl LowStockReactor {
    /// The low stock reactor of a log.
    #[must_use]
    pub fn new(log: Log) -> Self {
        Self::of(log)
    }

    async fn work_through(&mut self, after: Position) -> Result<Reacted, ReactorError> {
        if let Some(scanned_to) = self.nothing_to_watch(after).await? {
            return Ok(Reacted {
                done: PageDone {
                    scanned_to,
                    at_end: true,
                    worked: false,
                },
                appended: 0,
                recorded_at: None,
            });
        }
        let Intake {
            events,
            scanned_to,
            at_end,
        } = self.work.intake(SOURCES, after).await?;
        let mut encoder = EventEncoder::default();
        let mut inputs = Vec::with_capacity(events.len());
        for event in &events {
            inputs.push(Input::of(event, &mut encoder)?);
        }
        self.learn(&inputs, after).await?;
        for input in inputs {
            self.follow(input).await?;
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

    /// Where the log ends, as long as nobody has defined any policy.
    async fn nothing_to_watch(&mut self, after: Position) -> Result<Option<Position>, ReactorError> {
        if self.has_policies {
            return Ok(None);
        }
        if let Some(looked_at) = self.looked_at {
            sleep_until(looked_at + LOOK_PAUSE).await;
        }
        self.looked_at = Some(Instant::now());
        // In this order: a policy that comes between the two stands beyond this end.
        let head = self.work.log.head().await?.position;
        let policies = self.work.log.streams_of(StockPolicy::CATEGORY, None, 1).await?;
        self.has_policies = !policies.is_empty();
        Ok((!self.has_policies).then_some(head.max(after)))
    }

    /// Learns the policies that a page is about: in one round trip which there are, in one more each of those.
    async fn learn(&mut self, inputs: &[Input], after: Position) -> Result<(), ReactorError> {
        let mut asked = HashSet::new();
        let mut streams = Vec::new();
        for input in inputs {
            let Ok((item, _)) = &input.read else { continue };
            // One that could not be read may have been mended since.
            let is_known = self.work.slice.knows(&item.policy)
                && !matches!(self.work.slice.state(&item.policy), State::Unreadable(_));
            if !is_known && asked.insert(&item.policy) {
                streams.push(item.policy.clone());
            }
        }
        let last = self.work.last_events(&streams).await?;
        for (stream, last) in streams.iter().zip(last) {
            match last {
                Some(_) => self.learn_policy(stream, after).await?,
                None => self.work.slice.learn(stream, None),
            }
        }
        Ok(())
    }

    async fn learn_policy(&mut self, stream: &StreamName, at: Position) -> Result<(), ReactorError> {
        match policy_at(&self.work.log, stream, at).await {
            Ok((version, state)) => self.work.slice.learn_as(stream, version, State::Policy(state)),
            Err(error @ CommandError::Unreadable { .. }) => {
                let last = self.work.last_event(stream).await?;
                let version = last.map_or(Version::START, |last| last.version);
                let problem = State::Unreadable(error.to_string());
                self.work.slice.learn_as(stream, version, problem);
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    async fn follow(&mut self, input: Input) -> Result<(), ReactorError> {
        let Input {
            cause,
            stream,
            version,
            read,
        } = input;
        match read {
            Ok((item, Happened::Moved(moved))) => self.follow_stock(&item, moved, &cause).await,
            Ok((item, Happened::Policy(event))) => self.follow_policy(&item, &event, version, &cause).await,
            Err(error @ CommandError::Unreadable { .. }) => {
                if stream.category() == StockPolicy::CATEGORY {
                    let problem = State::Unreadable(error.to_string());
                    self.work.slice.follow(&stream, version, problem);
                }
                self.on_hand.forget_one(&stream);
                let problem = (error.reason(), error.to_string());
                self.work.put_aside(&stream, &cause, problem).await
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn follow_stock(&mut self, item: &Item, moved: Moved, cause: &Cause) -> Result<(), ReactorError> {
        if matches!(self.work.slice.state(&item.policy), State::Nothing) {
            return Ok(());
        }
        // What was set aside is left to a retry, also when it can be read by now.
        if self.work.has_put_aside(&item.stock, cause.position).await? {
            self.on_hand.forget_one(&item.stock);
            return Ok(());
        }
        self.on_hand.put(&item.stock, moved.on_hand);
        self.judge_once(item, moved.on_hand, moved.occurred_at, cause)
            .await
    }

    /// A person's word changes the policy. An alarm is looked at too: a retry, or a process that had slept through its
    /// lease, may have written it without having seen what came just before it.
    async fn follow_policy(
        &mut self,
        item: &Item,
        event: &StockPolicyEvent,
        version: Version,
        cause: &Cause,
    ) -> Result<(), ReactorError> {
        let is_new = match event {
            StockPolicyEvent::StockPolicyDefined(_) => true,
            StockPolicyEvent::LowStockDetected(_) | StockPolicyEvent::LowStockResolved(_) => {
                version > self.work.slice.version(&item.policy)
            }
        };
        let known = match self.work.slice.state(&item.policy) {
            State::Policy(state) => Some(state.clone()),
            State::Nothing | State::Marks => Some(StockPolicyState::default()),
            State::Unreadable(_) => None,
        };
        if let Some(state) = known {
            if state.judged_through >= cause.position.get() && !is_new {
                return Ok(());
            }
            if is_new {
                let state = State::Policy(StockPolicy::evolve(state, event));
                self.work.slice.follow(&item.policy, version, state);
            }
        }
        match self.on_hand_at(item, cause.position).await {
            Ok(on_hand) => self.judge_once(item, on_hand, cause.recorded_at, cause).await,
            Err(error @ CommandError::Unreadable { .. }) => {
                let problem = (error.reason(), error.to_string());
                self.work.put_aside(&item.policy, cause, problem).await
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn on_hand_at(&mut self, item: &Item, position: Position) -> Result<Quantity, CommandError> {
        if let Some(on_hand) = self.on_hand.get(&item.stock) {
            return Ok(on_hand);
        }
        let on_hand = stock_at(&self.work.log, &item.stock, position).await?;
        self.on_hand.put(&item.stock, on_hand);
        Ok(on_hand)
    }

    /// As [`Self::judge`], of what was not set aside before; that is left to a retry, also when it could be judged by now.
    async fn judge_once(
        &mut self,
        item: &Item,
        on_hand: Quantity,
        occurred_at: Timestamp,
        cause: &Cause,
    ) -> Result<(), ReactorError> {
        if self.work.has_put_aside(&item.policy, cause.position).await? {
            return Ok(());
        }
        self.judge(item, on_hand, occurred_at, cause).await
    }

    /// Tells when a stock has become low, or no longer is; puts the source event aside when that cannot be told.
    async fn judge(
        &mut self,
        item: &Item,
        on_hand: Quantity,
        occurred_at: Timestamp,
        cause: &Cause,
    ) -> Result<(), ReactorError> {
        let state = match self.work.slice.state(&item.policy) {
            State::Policy(state) => state.clone(),
            State::Nothing | State::Marks => return Ok(()),
            State::Unreadable(problem) => {
                let problem = (EVENT_UNREADABLE, problem.clone());
                return self.work.put_aside(&item.policy, cause, problem).await;
            }
        };
        let watch = WatchStock {
            store_id: item.store_id.clone(),
            sku: item.sku.clone(),
            on_hand,
            source_position: cause.position.get(),
            occurred_at,
        };
        match watch.decide(&state, &Given::at(cause.recorded_at)) {
            Ok(decision) if decision.events.is_empty() => Ok(()),
            Ok(decision) => {
                let state = State::Policy(decision.events.iter().fold(state, StockPolicy::evolve));
                self.work
                    .gather(&item.policy, &decision.events, cause, state)
                    .await
            }
            Err(rejection) => {
                let problem = (rejection.reason(), rejection.to_string());
                self.work.put_aside(&item.policy, cause, problem).await
            }
        }
    }
}
