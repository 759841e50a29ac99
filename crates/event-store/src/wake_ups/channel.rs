//! How processes tell each other that a log has grown.

use std::fmt;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use super::hint::Hint;

/// A way for hints from those who append to those who read.
///
/// It may lose, double, mix up, delay and make up hints: whoever receives one looks at the log itself. The first is
/// PostgreSQL's NOTIFY, which every process hears; a queue gives each hint to one process, and gives it again until it is
/// settled.
pub trait WakeUpChannel: fmt::Debug + Send + Sync {
    /// What it is called in logs and metrics.
    fn name(&self) -> &str;

    /// What it promises and costs.
    fn terms(&self) -> Terms;

    /// Whether anybody who receives from it may have something to do with a hint. What nobody wants is not announced.
    fn wants(&self, _hint: &Hint) -> bool {
        true
    }

    /// Tells those who listen.
    ///
    /// # Errors
    /// [`ChannelError`]; some hints may have been told, and all may be told again.
    fn announce<'a>(&'a self, hints: &'a [Hint]) -> BoxFuture<'a, Result<(), ChannelError>>;

    /// Waits for hints. Answers none when none came for as long as the channel waits. Dropped while it waits, it may lose
    /// what came at that instant until that comes again.
    ///
    /// # Errors
    /// [`ChannelError`].
    fn receive(&self) -> BoxFuture<'_, Result<Vec<Delivery>, ChannelError>>;

    /// These need not come again. A receipt whose time is over is no failure.
    ///
    /// # Errors
    /// [`ChannelError`]; what was not settled comes again.
    fn settle<'a>(&'a self, receipts: &'a [String]) -> BoxFuture<'a, Result<(), ChannelError>>;

    /// Holds these back for [`Terms::hold`] from now on. A receipt whose time is over is no failure.
    ///
    /// # Errors
    /// [`ChannelError`]; what was not held back comes again.
    fn hold<'a>(&'a self, receipts: &'a [String]) -> BoxFuture<'a, Result<(), ChannelError>>;
}

/// What a channel promises and costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How long a hint is held back from others once it was received; it then comes again, unless it was settled. None for
    /// a channel whose hints come once, to everybody.
    pub hold: Option<Duration>,
    /// How many calls a second one who receives should make at most, because each costs money; none where they are free.
    pub calls_per_second_max: Option<u32>,
    /// Whether the head of a log is looked at for a moment after each of its hints, so that the calls may be few.
    pub looks: bool,
}

/// Something that came out of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The hint; none when what came cannot be read as one.
    pub hint: Option<Hint>,
    /// Which message it is, each time that it comes. Empty where nothing comes again.
    pub id: String,
    /// What settles it and holds it back; it ends with its time. Empty where there is nothing to settle.
    pub receipt: String,
    /// When it was announced, by the channel's clock.
    pub sent_at: Option<Timestamp>,
}

/// A channel did not do what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{channel}: {problem}")]
pub struct ChannelError {
    /// The channel.
    pub channel: String,
    /// What happened, and the next step where a person must take one.
    pub problem: String,
    /// Whether it will be so until a person takes that step, as where a right is missing: it is asked again less often.
    pub needs_person: bool,
}

impl ChannelError {
    /// Pause before a channel is asked again that failed for a moment.
    const RETRY: Duration = Duration::from_secs(1);
    /// The same where a person must act: each call costs money, and tells nothing new.
    const RETRY_AFTER_PERSON: Duration = Duration::from_secs(60);

    /// How long to wait before the channel is asked again.
    pub(crate) const fn pause(&self) -> Duration {
        if self.needs_person {
            Self::RETRY_AFTER_PERSON
        } else {
            Self::RETRY
        }
    }
}
