//! What events waited for has come: they are posted, in the order in which they came to wait, a stretch at a time.
//!
//! However many wait, a stretch of them is all that is in memory, and all that one page deals with. Each stretch ends
//! with a mark in its list; killed before the mark, it is done again, and entries that are there are passed over. What came
//! to wait later in the log than what it waited for came was decided by that already: it is left to what comes next.

use std::collections::HashMap;

use posars_domain::posting::{Source, Waits, key_of_payroll, key_of_sale};
use posars_domain::unposted::{self, PostingParked, PostingReleased, UnpostedEvent, UnpostedKind};
use posars_event_store::{Direction, Position, RecordedEvent, StreamName, Version};

use super::input::{Came, Input, What};
use super::parking::unposted_stream;
use super::state::{State, Waiting};
use super::{BooksReactor, Outcome};
use crate::CommandError;
use crate::error::EVENT_UNREADABLE;
use crate::event_encoder::EventEncoder;
use crate::load::{decode, kind_of};
use crate::reactors::cause::Cause;
use crate::reactors::{Reactor as _, ReactorError};

/// Events of one read of what waits.
const PAGE_EVENTS: u32 = 400;
/// Waiting events after which a page ends, so that it takes less than the lease of its runner.
const PAGE_RELEASED: usize = 2_000;
/// Lists asked about at once.
const LISTS: u32 = 500;
/// Behind every position.
const END: Position = Position::new(u64::MAX);

/// A release that is under way.
#[derive(Debug, Default)]
pub(super) struct Releasing {
    /// The event that led to it.
    at: Position,
    /// The next event of each list.
    next: HashMap<StreamName, Version>,
}

/// An event that waits, with where that stands.
struct Parked {
    recorded: RecordedEvent,
    event: PostingParked,
}

impl BooksReactor {
    /// Posts what waited for something; whether that is all of it.
    pub(super) async fn release(&mut self, came: &Came, cause: &Cause) -> Result<bool, ReactorError> {
        if self.releasing.at != cause.position {
            self.releasing = Releasing {
                at: cause.position,
                ..Releasing::default()
            };
        }
        let mut left = PAGE_RELEASED;
        let exact = unposted_stream(&came.key)?;
        if !self.release_list(&exact, cause, &mut left).await? {
            return Ok(false);
        }
        if !came.with_sorts {
            return Ok(true);
        }
        let first = format!("{exact}-");
        let mut after = StreamName::parse(&first)?;
        loop {
            let page = self
                .work
                .log
                .streams_of(unposted::CATEGORY, Some(&after), LISTS)
                .await?;
            let streams = page.into_iter().map(|(stream, _)| stream);
            let streams: Vec<StreamName> = streams
                .take_while(|stream| stream.as_str().starts_with(&first))
                .collect();
            let Some(last) = streams.last() else {
                return Ok(true);
            };
            after = last.clone();
            let unknown = streams.iter().filter(|stream| !self.work.slice.knows(stream));
            let unknown: Vec<StreamName> = unknown.cloned().collect();
            self.work.learn_streams(&unknown).await?;
            for stream in &streams {
                if !self.release_list(stream, cause, &mut left).await? {
                    return Ok(false);
                }
            }
        }
    }

    /// Posts what waits in a list; whether that is all of it.
    async fn release_list(
        &mut self,
        stream: &StreamName,
        cause: &Cause,
        left: &mut usize,
    ) -> Result<bool, ReactorError> {
        loop {
            let (released, posted) = self.release_some(stream, cause, cause.position).await?;
            if released == 0 {
                return Ok(true);
            }
            for key in posted {
                self.release_behind(&key, cause).await?;
            }
            *left = left.saturating_sub(released);
            if *left == 0 {
                return Ok(false);
            }
        }
    }

    /// Posts what waited behind an event, such as the returns and the void of a sale, which wait in no order but theirs.
    pub(super) async fn release_behind(&mut self, key: &str, cause: &Cause) -> Result<(), ReactorError> {
        let stream = unposted_stream(key)?;
        while self.release_some(&stream, cause, END).await?.0 > 0 {}
        Ok(())
    }

    /// Posts the next stretch of what waits in a list since before a place in the log: how many events, and under
    /// which keys others may wait for those that are posted now.
    async fn release_some(
        &mut self,
        stream: &StreamName,
        cause: &Cause,
        before: Position,
    ) -> Result<(usize, Vec<String>), ReactorError> {
        let page = self.next_waiting(stream, before).await?;
        if page.is_empty() {
            return Ok((0, Vec::new()));
        }
        let mut moved = Vec::new();
        let mut posted = Vec::new();
        let inputs = self.sources_of(stream, &page).await?;
        let was_careful = std::mem::replace(&mut self.careful, true);
        let learnt = self.learn(&inputs).await;
        self.careful = was_careful;
        learnt?;
        for input in &inputs {
            match &input.what {
                What::Value(source) => match self.try_post(source, &input.cause).await? {
                    Outcome::Done => posted.extend(key_behind(source)),
                    Outcome::Waits(waits) => moved.push((waits, source, &input.cause)),
                    Outcome::Failed(reason, problem) => {
                        let problem = (reason, problem);
                        self.work.put_aside(&input.stream, &input.cause, problem).await?;
                    }
                },
                What::Unreadable(error) => {
                    let problem = (error.reason(), error.to_string());
                    self.work.put_aside(&input.stream, &input.cause, problem).await?;
                }
                What::Came(_) | What::Nothing => {}
            }
        }
        self.work.flush().await?;
        self.mark(stream, &page, moved, cause).await?;
        if let Some(last) = page.last() {
            let next = last.recorded.version.plus(1);
            self.releasing.next.insert(stream.clone(), next);
        }
        Ok((page.len(), posted))
    }

    /// The next stretch of what waits in a list since before a place in the log.
    async fn next_waiting(
        &mut self,
        stream: &StreamName,
        before: Position,
    ) -> Result<Vec<Parked>, ReactorError> {
        if !self.work.slice.knows(stream) {
            self.work.learn_streams(std::slice::from_ref(stream)).await?;
        }
        let count = self.waiting_in(stream).map_or(0, |known| known.count);
        if count == 0 {
            return Ok(Vec::new());
        }
        let next = match self.releasing.next.get(stream) {
            Some(next) => *next,
            None => self.first_waiting(stream, count).await?,
        };
        let page = self
            .work
            .log
            .read_stream(stream, next, Direction::Forwards, PAGE_EVENTS)
            .await?;
        let page = page.into_iter().filter(|event| event.position < before);
        let parked = page.map(parked_of).filter_map(Result::transpose);
        Ok(parked.collect::<Result<_, _>>()?)
    }

    /// Where the first of so many waiting events of a list stands: they are the last ones.
    async fn first_waiting(&self, stream: &StreamName, count: u64) -> Result<Version, ReactorError> {
        let mut first = self.work.slice.version(stream);
        let (mut from, mut left) = (first, count);
        while left > 0 && from > Version::START {
            let page = self
                .work
                .log
                .read_stream(stream, from, Direction::Backwards, PAGE_EVENTS)
                .await?;
            let Some(last) = page.last() else { break };
            from = Version::new(last.version.get() - 1);
            for event in &page {
                if left > 0 && kind_of::<UnpostedKind>(event)? == UnpostedKind::PostingParked {
                    left -= 1;
                    first = event.version;
                }
            }
        }
        Ok(first)
    }

    /// The events that wait, as the log has them, in the order in which they came to wait.
    async fn sources_of(&mut self, stream: &StreamName, page: &[Parked]) -> Result<Vec<Input>, ReactorError> {
        let positions = page
            .iter()
            .map(|parked| Position::new(parked.event.source_position));
        let positions: Vec<Position> = positions.collect();
        let found = self.work.log.events_at(&positions).await?;
        let mut found: HashMap<_, RecordedEvent> =
            found.into_iter().map(|event| (event.event_id, event)).collect();
        let mut encoder = EventEncoder::default();
        let mut inputs = Vec::with_capacity(page.len());
        for Parked { recorded, event } in page {
            if let Some(source) = found.remove(&event.source_event_id) {
                inputs.push(Input::of(&source, &mut encoder)?);
                continue;
            }
            let position = event.source_position;
            let cause = Cause {
                position: Position::new(position),
                event_id: event.source_event_id,
                ..Cause::of(recorded, Self::NAME, &mut encoder)?
            };
            let problem = format!(
                "position {position} of the log does not hold the event that waits here; run `posars audit verify`"
            );
            self.work
                .put_aside(stream, &cause, (EVENT_UNREADABLE, problem))
                .await?;
        }
        Ok(inputs)
    }

    /// Says in a list up to where nothing waits any more, together with what waits for something else now.
    async fn mark(
        &mut self,
        stream: &StreamName,
        page: &[Parked],
        moved: Vec<(Waits, &Source, &Cause)>,
        cause: &Cause,
    ) -> Result<(), ReactorError> {
        let Some(last) = page.last() else { return Ok(()) };
        let streams = moved.iter().map(|(waits, ..)| unposted_stream(&waits.key()));
        let mut streams: Vec<StreamName> = streams.collect::<Result<_, _>>()?;
        streams.retain(|stream| !self.work.slice.knows(stream));
        streams.sort_unstable();
        streams.dedup();
        self.work.learn_streams(&streams).await?;
        let known = self.waiting_in(stream).unwrap_or_default();
        let released = u64::try_from(page.len()).unwrap_or(u64::MAX);
        let count = known.count.saturating_sub(released);
        let event = UnpostedEvent::PostingReleased(PostingReleased {
            key: last.event.key.clone(),
            released_through: last.recorded.position.get(),
            waiting: count,
            through_position: known.through,
        });
        let state = State::Waiting(Waiting {
            count,
            through: known.through,
        });
        let cause = &cause.about(&format!("released/{}", last.recorded.position));
        self.work.slice.push(stream, &[event], cause, state)?;
        self.waiting = self.waiting.map(|count| count.saturating_sub(released));
        for (waits, source, cause) in moved {
            self.park_again(&waits, source, cause)?;
        }
        self.work.flush().await
    }
}

/// Under which key others wait for an event to be posted; `None` where none do.
pub(super) fn key_behind(source: &Source) -> Option<String> {
    match source {
        Source::SaleRecorded(sale) => Some(key_of_sale(sale.sale_id)),
        Source::PayrollRecorded(payroll) => Some(key_of_payroll(payroll.payroll_id)),
        Source::SaleVoided(_)
        | Source::SaleReturned(_)
        | Source::StockReceived(_)
        | Source::StockIssued(_)
        | Source::StockReturned(_)
        | Source::StockAdjusted(_)
        | Source::Receivable(_)
        | Source::Payable(_)
        | Source::StatementLineWrittenOff(_)
        | Source::PayrollVoided(_)
        | Source::BooksBegun(_) => None,
    }
}

fn parked_of(recorded: RecordedEvent) -> Result<Option<Parked>, CommandError> {
    Ok(match decode(&recorded)? {
        UnpostedEvent::PostingParked(event) => Some(Parked { recorded, event }),
        UnpostedEvent::PostingReleased(_) => None,
    })
}
