//! An event that the stock reactor had put aside, tried again.
//!
//! Sales move a stock in the order of the log, and its mark says how far they have. So what was put aside can be done
//! only while nothing later has moved the stocks it concerns; after that the stock needs a count.

use posars_domain::Aggregate as _;
use posars_domain::product::{Product, ProductDefined, ProductEvent};
use posars_domain::sale::Sale;
use posars_domain::waiting::{SourceEventParked, WaitingEvent};
use posars_event_store::{Direction, Position, RecordedEvent, StreamName, Version};

use super::StockReactor;
use super::catalogue::Standing;
use super::source::{MovedSku, Movement, stock_stream};
use super::state::State;
use super::waiting::waiting_stream;
use crate::event_encoder::EventEncoder;
use crate::keys::stream_of;
use crate::load::decode;
use crate::reactors::cause::Cause;
use crate::reactors::work::unreadable_again;
use crate::reactors::{Reactor as _, ReactorError, Retried};

/// Beyond every position: as things stand now.
const NOW: Position = Position::new(u64::MAX);
/// Events of one read of what waits.
const PAGE_EVENTS: u32 = 500;

impl StockReactor {
    /// Deals with what was put aside and says so in the same append; or leaves everything as it is, with the reason.
    pub(super) async fn try_again(&mut self, parked: &SourceEventParked) -> Result<Retried, ReactorError> {
        let event = match self.work.source_of(parked).await? {
            Ok(event) => event,
            Err(failed) => return Ok(failed),
        };
        let cause = Cause::of(&event, Self::NAME, &mut EventEncoder::default())?;
        let outcome = unreadable_again(self.deal_with(parked, &event, &cause).await)?;
        if outcome == Retried::Done {
            self.work.dealt_with(parked, &cause).await?;
        }
        Ok(outcome)
    }

    async fn deal_with(
        &mut self,
        parked: &SourceEventParked,
        event: &RecordedEvent,
        cause: &Cause,
    ) -> Result<Retried, ReactorError> {
        let category = event.stream.category();
        if category == Product::CATEGORY {
            return match decode(event)? {
                ProductEvent::ProductDefined(defined) => self.release_again(&defined, cause).await,
                // The catalogue reads these itself, whenever it is asked.
                ProductEvent::ProductChanged(_) | ProductEvent::ProductRetired(_) => Ok(Retried::Done),
            };
        }
        let movement = if category == Sale::CATEGORY {
            Movement::read(event, cause)?
        } else {
            match decode(event)? {
                WaitingEvent::SaleLinesParked(lines) => {
                    let sale_stream = stream_of::<Sale>(Sale::stream_id(&lines.sale_id))?;
                    Some(Movement::parked(&lines, sale_stream, cause)?)
                }
                WaitingEvent::SaleLinesReleased(_)
                | WaitingEvent::SourceEventParked(_)
                | WaitingEvent::SourceEventRetried(_) => None,
            }
        };
        let Some(mut movement) = movement else {
            return Ok(Retried::Done);
        };
        // Put aside for one stock only, the others of the sale have moved.
        if movement
            .skus
            .iter()
            .any(|moved| moved.stock.as_str() == parked.key)
        {
            movement.skus.retain(|moved| moved.stock.as_str() == parked.key);
        }
        self.move_again(&movement).await
    }

    /// Moves all stocks of a movement, or none.
    async fn move_again(&mut self, movement: &Movement) -> Result<Retried, ReactorError> {
        self.learn_stocks(std::slice::from_ref(movement)).await?;
        let position = movement.cause.position;
        let mut to_move = Vec::new();
        for moved in &movement.skus {
            let standing = self.standing_again(moved, position).await?;
            let stream = match standing {
                Standing::Unknown => waiting_stream(&moved.sku)?,
                Standing::Untracked | Standing::Tracked => moved.stock.clone(),
            };
            self.work.learn_streams(std::slice::from_ref(&stream)).await?;
            if self.is_beyond(&stream, position) {
                return Ok(Retried::TooLate { stream });
            }
            to_move.push((moved, standing));
        }
        for (moved, standing) in to_move {
            if standing == Standing::Unknown {
                self.park(movement, moved).await?;
            } else if let Some((reason, problem)) = self.try_move(movement, moved, standing).await? {
                // What was gathered for the other stocks must not go out alone.
                self.forget();
                return Ok(Retried::Failed { reason, problem });
            }
        }
        Ok(Retried::Done)
    }

    /// Whether stock is kept of a product, by the catalogue as it was at the event; where nobody had defined it then, as it
    /// is now.
    async fn standing_again(&mut self, moved: &MovedSku, at: Position) -> Result<Standing, ReactorError> {
        let stream = stream_of::<Product>(Product::stream_id(&moved.sku))?;
        let last = self.work.last_event(&stream).await?;
        for position in [at, NOW] {
            let product = (&moved.sku, &stream);
            self.catalogue
                .learn(&self.work.log, product, last.as_ref(), position)
                .await?;
            let standing = self.catalogue.standing(&moved.sku);
            if standing != Standing::Unknown {
                return Ok(standing);
            }
        }
        Ok(Standing::Unknown)
    }

    /// Whether something later than a position was done in a stream.
    fn is_beyond(&self, stream: &StreamName, position: Position) -> bool {
        let through = match self.work.slice.state(stream) {
            State::Stock(state) => state.balance.issued_through,
            State::Waiting(through) => *through,
            State::Nothing | State::Unreadable(_) => 0,
        };
        through > position.get()
    }

    /// Lets everything move stock that waited for a product whose definition had been put aside.
    async fn release_again(
        &mut self,
        defined: &ProductDefined,
        cause: &Cause,
    ) -> Result<Retried, ReactorError> {
        let stream = waiting_stream(&defined.settings.sku)?;
        let last = self.work.last_event(&stream).await?;
        self.work.slice.learn(&stream, last.as_ref());
        let Some(last) = last else {
            return Ok(Retried::Done);
        };
        let WaitingEvent::SaleLinesParked(newest) = decode(&last)? else {
            return Ok(Retried::Done);
        };
        if defined.settings.tracked
            && let Some(stream) = self.first_beyond(&stream, newest.source_position).await?
        {
            return Ok(Retried::TooLate { stream });
        }
        let through = cause.position.max(Position::new(newest.source_position));
        self.release_through(defined, cause, through).await?;
        Ok(Retried::Done)
    }

    /// A stock that sales have moved which came later than everything that waits for its product.
    async fn first_beyond(
        &mut self,
        waiting: &StreamName,
        newest: u64,
    ) -> Result<Option<StreamName>, ReactorError> {
        let mut from = Version::START.plus(1);
        loop {
            let page = self
                .work
                .log
                .read_stream(waiting, from, Direction::Forwards, PAGE_EVENTS)
                .await?;
            let Some(last) = page.last() else { return Ok(None) };
            from = last.version.plus(1);
            for recorded in &page {
                let WaitingEvent::SaleLinesParked(lines) = decode(recorded)? else {
                    continue;
                };
                let stock = stock_stream(&lines.store_id, &lines.sku)?;
                if !self.work.slice.knows(&stock) {
                    self.work.learn_streams(std::slice::from_ref(&stock)).await?;
                }
                if self.is_beyond(&stock, Position::new(newest)) {
                    return Ok(Some(stock));
                }
            }
        }
    }
}
