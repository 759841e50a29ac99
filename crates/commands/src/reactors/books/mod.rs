//! What moves value -> the books: one entry for each event, with what it changes of what is owed, in one append.
//!
//! An entry's stream is named by its event, so the entry is posted once by existing. It is written without a look; only
//! when the log objects, as after a restart, is a page looked up and what is there passed over. Chart, rules, terms and
//! months are guarded in every append: whatever is posted was decided by what held at that moment. What cannot be posted
//! yet waits in a list of the log, and is posted when what it waits for comes.

mod facts;
mod input;
mod known_source;
mod learn;
mod learn_payrolls;
mod parking;
mod release;
mod retrying;
mod state;
mod unposted_list;
mod wanted;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use posars_domain::journal::{Entry, EntryEvent, entry_id_of};
use posars_domain::open_item::{ItemEvent, ItemSide, OpenItem, Payable, Receivable};
use posars_domain::posting::{NotPosted, Posted, Source, SourcePlace, Waits, post};
use posars_domain::waiting::SourceEventParked;
use posars_domain::{Aggregate as _, EntryId, OpenItemId, PayrollId, SaleId};
use posars_event_store::{InvalidName, Log, PageDone, Position, StreamName, Version};
use tokio::time::{Instant, sleep_until};

use self::facts::KnownFacts;
use self::input::{Input, SOURCES, What};
use self::known_source::KnownSource;
use self::release::Releasing;
use self::state::{OwedSide, State};
pub use self::unposted_list::count_unposted;
use crate::CommandError;
use crate::event_encoder::EventEncoder;
use crate::keys::stream_of;
use crate::reactors::cause::Cause;
use crate::reactors::intake::Intake;
use crate::reactors::work::Work;
use crate::reactors::{Reacted, Reactor, ReactorError, Retried};

/// How often books that have not begun are looked for: a log without a company must not pay for them.
const LOOK_PAUSE: Duration = Duration::from_millis(200);

const ENTRY_ID_TAKEN: &str = "ENTRY_ID_TAKEN";
const ITEM_ID_TAKEN: &str = "ITEM_ID_TAKEN";

/// Posts what moves value, a page of the log at a time.
#[derive(Debug)]
pub struct BooksReactor {
    work: Work<State>,
    facts: Option<Arc<KnownFacts>>,
    /// Whether they may have changed since they were read.
    are_facts_old: bool,
    /// The sales that voids and returns at hand are about.
    sales: HashMap<SaleId, KnownSource>,
    /// The payrolls that voids at hand are about.
    payrolls: HashMap<PayrollId, KnownSource>,
    /// Whether entries are looked for before they are written: some of the last page were there.
    careful: bool,
    /// Whether a look of this page has found an entry that was there.
    found_entries: bool,
    /// How far what stands before the books in the log was dealt with: a log may have a history when they begin.
    history: Position,
    looked_at: Option<Instant>,
    /// How many events wait; `None` until they are counted.
    waiting: Option<u64>,
    releasing: Releasing,
}

/// What became of an event.
enum Outcome {
    /// It is posted, was before, or has nothing to post.
    Done,
    /// It waits.
    Waits(Waits),
    /// It cannot be worked on: a stable code, and what went wrong with the next step.
    Failed(&'static str, String),
}

impl Reactor for BooksReactor {
    const NAME: &'static str = "reactor.books";
    const WORKER: &'static str = "books_reactor";
    const WHAT: &'static str = "posting to the books";

    fn categories() -> Vec<&'static str> {
        SOURCES.categories()
    }

    fn of(log: Log) -> Self {
        Self {
            work: Work::new(log, Self::NAME),
            facts: None,
            are_facts_old: false,
            sales: HashMap::new(),
            payrolls: HashMap::new(),
            careful: false,
            found_entries: false,
            history: Position::START,
            looked_at: None,
            waiting: None,
            releasing: Releasing::default(),
        }
    }

    async fn page(&mut self, after: Position) -> Result<Reacted, ReactorError> {
        self.work.begin();
        // Nothing of a page is asked for by the next ones, but for what is put aside.
        self.work.slice.forget_all(&[
            Entry::CATEGORY,
            Receivable::CATEGORY,
            Payable::CATEGORY,
            posars_domain::unposted::CATEGORY,
        ]);
        let mut done = self.work_after(after).await;
        if let Err(ReactorError::Lost { stream }) = &done
            && !self.careful
            && is_written_unseen(stream)
        {
            // Most likely the page was dealt with before.
            self.forget();
            self.careful = true;
            done = self.work_after(after).await;
        }
        self.work.ended(&done);
        if done.is_err() {
            // What is remembered has run ahead of the log.
            self.forget();
        }
        done
    }

    fn forget(&mut self) {
        self.work.forget();
        self.work.guard_by(Vec::new());
        self.are_facts_old = true;
        self.sales.clear();
        self.payrolls.clear();
        self.waiting = None;
        self.releasing = Releasing::default();
    }

    async fn parked_count(&mut self) -> Result<usize, ReactorError> {
        self.work.parked_count().await
    }

    async fn waiting_count(&mut self) -> Result<u64, ReactorError> {
        if let Some(count) = self.waiting {
            return Ok(count);
        }
        let count = count_unposted(&self.work.log).await?;
        self.waiting = Some(count);
        Ok(count)
    }

    async fn retry(&mut self, parked: &SourceEventParked) -> Result<Retried, ReactorError> {
        self.try_again(parked).await
    }
}

impl BooksReactor {
    /// The books reactor of a log.
    #[must_use]
    pub fn new(log: Log) -> Self {
        Self::of(log)
    }

    /// Deals with the page after a position; before the books began, with what stands before them in the log, from its
    /// start: what was passed over while there were none is posted too.
    async fn work_after(&mut self, after: Position) -> Result<Reacted, ReactorError> {
        let Some(begun_at) = self.facts().await?.begun_at() else {
            return self.without_books(after).await;
        };
        if after >= begun_at {
            return self.work_through(after).await;
        }
        let mut reacted = self.work_through(self.history).await?;
        self.history = reacted.done.scanned_to;
        if self.history < after {
            (reacted.done.scanned_to, reacted.done.at_end) = (after, false);
        }
        Ok(reacted)
    }

    /// Where the log ends, as long as the books have not begun.
    async fn without_books(&mut self, after: Position) -> Result<Reacted, ReactorError> {
        if let Some(looked_at) = self.looked_at {
            sleep_until(looked_at + LOOK_PAUSE).await;
        }
        self.looked_at = Some(Instant::now());
        // In this order: books that begin between the two stand beyond this end.
        let head = self.work.log.head().await?.position;
        self.are_facts_old = true;
        let is_begun = self.facts().await?.begun_at().is_some();
        self.are_facts_old = !is_begun;
        Ok(Reacted {
            done: PageDone {
                scanned_to: if is_begun { after } else { head.max(after) },
                at_end: !is_begun,
                worked: false,
            },
            appended: 0,
            recorded_at: None,
        })
    }

    /// What is posted by, as it was read last. The appends of a page are guarded by the same.
    async fn facts(&mut self) -> Result<Arc<KnownFacts>, ReactorError> {
        let known = match self.facts.take() {
            Some(facts) if !self.are_facts_old => return Ok(Arc::clone(self.facts.insert(facts))),
            known => known.and_then(Arc::into_inner),
        };
        let facts = match known {
            // The months carry their seals: only what is new is read.
            Some(mut known) => {
                known.read_on(&self.work.log).await?;
                known
            }
            None => KnownFacts::read(&self.work.log).await?,
        };
        let facts = Arc::new(facts);
        self.are_facts_old = false;
        self.work.guard_by(facts.guards());
        Ok(Arc::clone(self.facts.insert(facts)))
    }

    async fn work_through(&mut self, after: Position) -> Result<Reacted, ReactorError> {
        let Intake {
            events,
            mut scanned_to,
            mut at_end,
        } = self.work.intake(SOURCES, after).await?;
        let mut encoder = EventEncoder::default();
        let mut inputs = Vec::with_capacity(events.len());
        for event in &events {
            inputs.push(Input::of(event, &mut encoder)?);
        }
        let facts = self.facts().await?;
        if !inputs.iter().all(|input| facts.has(&input.stream, input.version)) {
            self.facts = None;
            self.facts().await?;
        }
        self.found_entries = false;
        self.learn(&inputs).await?;
        for (index, input) in inputs.iter().enumerate() {
            if let What::Came(came) = &input.what {
                self.work.flush().await?;
                if !self.release(came, &input.cause).await? {
                    // Much waited for it: the next page goes on from there.
                    scanned_to = Position::new(input.cause.position.get().saturating_sub(1));
                    at_end = false;
                    break;
                }
                // What waited has taken the place of what the page was to know.
                self.learn(inputs.get(index + 1..).unwrap_or_default()).await?;
            } else {
                self.follow(input).await?;
            }
        }
        self.work.flush().await?;
        // A page without anything to post tells nothing of the next one.
        let has_value = inputs.iter().any(|input| input.value().is_some());
        self.careful = self.careful && (self.found_entries || !has_value);
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

    /// Posts one event, lets it wait or puts it aside.
    async fn follow(&mut self, input: &Input) -> Result<(), ReactorError> {
        match &input.what {
            What::Value(source) => match self.try_post(source, &input.cause).await? {
                Outcome::Done => Ok(()),
                Outcome::Waits(waits) => self.park(&waits, source, &input.cause).await,
                Outcome::Failed(reason, problem) => {
                    let problem = (reason, problem);
                    self.work.put_aside(&input.stream, &input.cause, problem).await
                }
            },
            What::Unreadable(error) => {
                let problem = (error.reason(), error.to_string());
                self.work.put_aside(&input.stream, &input.cause, problem).await
            }
            What::Came(_) | What::Nothing => Ok(()),
        }
    }

    /// Posts an event, unless that was done before, with all that it needs learnt.
    async fn try_post(&mut self, source: &Source, cause: &Cause) -> Result<Outcome, ReactorError> {
        let place = input::place_of(cause);
        let entry = entry_stream(entry_id_of(place.event_id))?;
        if let Some(outcome) = self.before(&entry, place) {
            return Ok(outcome);
        }
        let facts = self.facts().await?;
        let posted = {
            let facts = facts.facts();
            let owed = match self.owed(source, &facts)? {
                Ok(owed) => owed,
                Err(outcome) => return Ok(outcome),
            };
            post(source, place, &facts, &owed)
        };
        match posted {
            Ok(None) => Ok(Outcome::Done),
            Ok(Some(posted)) => self.gather(&entry, posted, cause).await,
            Err(NotPosted::Waits(waits)) => Ok(Outcome::Waits(waits)),
            Err(NotPosted::Impossible { reason, problem }) => Ok(Outcome::Failed(reason, problem)),
        }
    }

    /// What became of an event before, where its entry is there.
    fn before(&self, entry: &StreamName, place: SourcePlace) -> Option<Outcome> {
        if self.work.slice.version(entry) == Version::START {
            return None;
        }
        match self.work.slice.state(entry) {
            State::Entry(Some(event_id)) if *event_id == place.event_id => Some(Outcome::Done),
            State::Unreadable(problem) => {
                Some(Outcome::Failed(crate::error::EVENT_UNREADABLE, problem.clone()))
            }
            State::Entry(_)
            | State::Nothing
            | State::Receivable(_)
            | State::Payable(_)
            | State::Waiting(_)
            | State::PutAside => Some(Outcome::Failed(
                ENTRY_ID_TAKEN,
                format!(
                    "{entry} was posted by hand under the id of this event's entry; reverse it and post by hand"
                ),
            )),
        }
    }

    /// Gathers an entry with what it changes of what is owed, all for one append.
    async fn gather(
        &mut self,
        stream: &StreamName,
        posted: Posted,
        cause: &Cause,
    ) -> Result<Outcome, ReactorError> {
        let Posted {
            entry,
            receivables,
            payables,
        } = posted;
        let taken = self
            .taken::<Receivable>(&receivables)?
            .or(self.taken::<Payable>(&payables)?);
        if let Some(taken) = taken {
            let problem = format!(
                "{taken} was registered by hand under the id of what this event makes owed; cancel it"
            );
            return Ok(Outcome::Failed(ITEM_ID_TAKEN, problem));
        }
        self.work
            .make_room_for(1 + receivables.len() + payables.len())
            .await?;
        let state = State::Entry(Some(cause.event_id));
        let entry = EntryEvent::JournalEntryPosted(entry);
        self.work.slice.push(stream, &[entry], cause, state)?;
        for event in receivables {
            self.push_item::<Receivable>(event, cause)?;
        }
        for event in payables {
            self.push_item::<Payable>(event, cause)?;
        }
        Ok(Outcome::Done)
    }

    /// A stream that something new would be registered in, and that is there already.
    fn taken<S: ItemSide>(&self, events: &[S::Event]) -> Result<Option<StreamName>, InvalidName> {
        for event in events {
            let event = S::of(event);
            let stream = item_stream::<S>(event.item().item_id)?;
            if matches!(event, ItemEvent::Registered(_)) && self.work.slice.version(&stream) > Version::START
            {
                return Ok(Some(stream));
            }
        }
        Ok(None)
    }

    fn push_item<S: OwedSide>(&mut self, event: S::Event, cause: &Cause) -> Result<(), CommandError> {
        let stream = item_stream::<S>(S::of(&event).item().item_id)?;
        let before = S::of_state(self.work.slice.state(&stream))
            .cloned()
            .unwrap_or_default();
        let state = S::state(Box::new(OpenItem::<S>::evolve(before, &event)));
        self.work.slice.push(&stream, &[event], cause, state)
    }
}

pub(crate) fn entry_stream(entry_id: EntryId) -> Result<StreamName, InvalidName> {
    stream_of::<Entry>(entry_id)
}

pub(crate) fn item_stream<S: ItemSide>(item_id: OpenItemId) -> Result<StreamName, InvalidName> {
    stream_of::<OpenItem<S>>(item_id)
}

/// Whether a stream is of those that are written without a look whether they are there.
fn is_written_unseen(stream: &StreamName) -> bool {
    [Entry::CATEGORY, Receivable::CATEGORY, Payable::CATEGORY].contains(&stream.category())
}
