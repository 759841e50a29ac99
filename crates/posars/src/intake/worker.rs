//! The loop of whoever imports what is dropped: take what came, import it, say what came of it, whatever fails meanwhile.

use std::convert::Infallible;
use std::future::Future;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use opentelemetry::KeyValue;
use opentelemetry::metrics::Counter;

use super::state::IntakeState;
use crate::failure::{Exit, Failure};
use crate::importing::{Label, NotImported};

/// Pauses after the database or a store was away: the first, and the longest.
const PAUSE: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(30);
/// How long before a delivery is tried again that failed for something that does not pass by itself.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(60);

/// The code of a workbook whose parser was ended by somebody else, and how often that may happen to one drop: it may be the
/// reason itself.
const PARSER_DIED: &str = "parser_died";
const DEATHS_MAX: u32 = 3;

/// What came, with what it takes to say what became of it.
pub(crate) struct Delivery<T, O> {
    /// The delivery itself.
    pub(crate) ticket: T,
    /// What it is of: usually one.
    pub(crate) originals: Vec<O>,
}

/// What became of a delivery.
#[derive(Debug)]
pub(crate) enum End {
    /// All of it is in the log, less what was refused row by row.
    Done,
    /// Nobody can import it; why.
    PutAside(Failure),
    /// It is to come again, after this.
    GiveBack(Duration),
}

impl End {
    /// All words that [`End::word`] has.
    const WORDS: [&str; 3] = ["done", "put_aside", "given_back"];

    /// What a metric calls it.
    const fn word(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::PutAside(_) => "put_aside",
            Self::GiveBack(_) => "given_back",
        }
    }
}

/// How many deliveries ended how, from zero on: an alert that looks for a rise would miss the first one otherwise.
struct Ends(Counter<u64>);

impl Ends {
    fn begin() -> Self {
        let counter = opentelemetry::global::meter("posars")
            .u64_counter("posars.imports")
            .with_description("Drops that were dealt with, by what became of them")
            .build();
        for word in End::WORDS {
            counter.add(0, &[KeyValue::new("end", word)]);
        }
        Self(counter)
    }

    fn note(&self, end: &End) {
        self.0.add(1, &[KeyValue::new("end", end.word())]);
    }
}

/// A delivery of an intake.
type DeliveryOf<I> = Delivery<<I as Intake>::Ticket, <I as Intake>::Original>;

/// Where files are dropped: a folder that is watched, or a queue that tells of a bucket.
pub(crate) trait Intake: Send + Sync + 'static {
    /// What says which delivery it is.
    type Ticket: Send + Sync;
    /// What is dropped.
    type Original: Label;

    /// Waits for something for a while; none when nothing came. Safe to drop.
    ///
    /// # Errors
    /// What keeps it from looking.
    fn next(&mut self) -> impl Future<Output = Result<Option<DeliveryOf<Self>>, Failure>> + Send;

    /// How often a delivery has to be kept; never where nobody else could take it.
    fn keep_every(&self) -> Option<Duration>;

    /// Keeps others from taking a delivery.
    ///
    /// # Errors
    /// What kept it from saying so.
    fn keep(&self, ticket: &Self::Ticket) -> impl Future<Output = Result<(), Failure>> + Send;

    /// Says what became of a delivery; one that is no longer ours is no failure.
    ///
    /// # Errors
    /// What kept it from saying so: it comes again then, and is found done.
    fn end(&mut self, ticket: Self::Ticket, end: End) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// What brings an original into the log.
pub(crate) trait Record<O>: Send + Sync + 'static {
    /// Imports it, unless that was done before.
    ///
    /// # Errors
    /// See [`NotImported`].
    fn record<'a>(&'a self, original: &'a O) -> BoxFuture<'a, Result<(), NotImported>>;
}

/// Imports what is dropped.
pub(crate) struct IntakeWorker<I, R> {
    /// Where.
    pub(crate) intake: I,
    /// How.
    pub(crate) recorder: R,
    /// Whether it gets on.
    pub(crate) state: IntakeState,
}

impl<I: Intake, R: Record<I::Original>> IntakeWorker<I, R> {
    /// Works until told to stop. What is under way then is given back; whoever takes it goes on from there.
    pub(crate) async fn run(mut self, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let ends = Ends::begin();
        let mut failures = 0;
        loop {
            let next = tokio::select! {
                next = self.intake.next() => next,
                () = &mut stop => return,
            };
            let delivery = match next {
                Ok(None) => {
                    self.state.gets_on();
                    failures = 0;
                    continue;
                }
                Ok(Some(delivery)) => delivery,
                Err(failure) => {
                    tracing::warn!(%failure, "what was dropped cannot be looked at; trying again");
                    self.state.waits(&failure);
                    failures += 1;
                    tokio::select! {
                        () = tokio::time::sleep(pause_after(failures)) => continue,
                        () = &mut stop => return,
                    }
                }
            };
            self.state.gets_on();
            failures = 0;
            let end = tokio::select! {
                end = self.deal_with(&delivery.originals) => Some(end),
                never = self.keep(&delivery.ticket) => match never {},
                () = &mut stop => None,
            };
            let is_over = end.is_none();
            end.iter().for_each(|end| ends.note(end));
            let end = end.unwrap_or(End::GiveBack(Duration::ZERO));
            if let Err(failure) = self.intake.end(delivery.ticket, end).await {
                tracing::warn!(%failure, "the end of a drop could not be told; it comes again and is found done");
            }
            if is_over {
                return;
            }
        }
    }

    /// Keeps a delivery for as long as this is polled.
    fn keep<'a>(&'a self, ticket: &'a I::Ticket) -> BoxFuture<'a, Infallible> {
        // Boxed, like the work beside it: the compiler does not see otherwise that it may be sent between threads.
        self.keep_on(ticket).boxed()
    }

    async fn keep_on(&self, ticket: &I::Ticket) -> Infallible {
        let Some(interval) = self.intake.keep_every() else {
            return std::future::pending().await;
        };
        loop {
            tokio::time::sleep(interval).await;
            if let Err(failure) = self.intake.keep(ticket).await {
                tracing::warn!(%failure, "a drop under way could not be kept; another process may take it too");
            }
        }
    }

    fn deal_with<'a>(&'a self, originals: &'a [I::Original]) -> BoxFuture<'a, End> {
        self.deal_with_all(originals).boxed()
    }

    async fn deal_with_all(&self, originals: &[I::Original]) -> End {
        let mut end = End::Done;
        for original in originals {
            let (mut failures, mut deaths) = (0, 0);
            loop {
                let label = original.label();
                match self.recorder.record(original).await {
                    Ok(()) => {
                        self.state.gets_on();
                        break;
                    }
                    Err(NotImported::Refused(failure) | NotImported::Gone(failure)) => {
                        tracing::warn!(file = label, %failure, "a drop is put aside");
                        // The first of several says what to look at.
                        if matches!(end, End::Done) {
                            end = End::PutAside(failure);
                        }
                        break;
                    }
                    Err(NotImported::Failed(failure)) if failure.exit == Exit::Unavailable => {
                        failures += 1;
                        if failure.code == PARSER_DIED {
                            deaths += 1;
                            if deaths >= DEATHS_MAX {
                                tracing::warn!(file = label, %failure, "a drop is put aside");
                                return End::PutAside(failure);
                            }
                        }
                        tracing::warn!(file = label, %failure, "a drop waits for what is away; trying again");
                        self.state.waits(&failure);
                        tokio::time::sleep(pause_after(failures)).await;
                    }
                    Err(NotImported::Failed(failure)) => {
                        tracing::error!(file = label, %failure, "a drop cannot be imported now; it comes again");
                        return End::GiveBack(TRY_AGAIN_AFTER);
                    }
                }
            }
        }
        end
    }
}

fn pause_after(failures: u32) -> Duration {
    let doubled = PAUSE.saturating_mul(1 << failures.saturating_sub(1).min(5));
    doubled.min(PAUSE_MAX)
}

#[cfg(test)]
mod tests;
