//! What everything is posted by: the chart, the rules, the terms and the months, each at its newest version.
//!
//! They are read when they are first needed, and again when the log shows a change. Stale ones do no harm: every append
//! guards the versions that they were read at, and a guard that fails is a lost race.

use posars_domain::Aggregate;
use posars_domain::books::Books;
use posars_domain::chart::Chart;
use posars_domain::posting::Facts;
use posars_domain::posting_rules::PostingRules;
use posars_domain::terms::Terms;
use posars_event_store::{Direction, Guard, InvalidName, Log, Position, StreamName, Version};

use crate::CommandError;
use crate::expected::expected;
use crate::keys::stream_of;
use crate::load::decode;

/// Events of one read.
const PAGE_EVENTS: u32 = 500;

/// What everything is posted by.
#[derive(Debug)]
pub(super) struct KnownFacts {
    chart: Known<Chart>,
    rules: Known<PostingRules>,
    terms: Known<Terms>,
    months: Known<Books>,
}

/// A stream that is folded as far as it was read.
#[derive(Debug)]
struct Known<A: Aggregate> {
    stream: StreamName,
    version: Version,
    /// Where its first event stands.
    begun_at: Position,
    state: A::State,
}

impl KnownFacts {
    pub(super) async fn read(log: &Log) -> Result<Self, CommandError> {
        let mut known = Self {
            chart: Known::new(Chart::stream_id())?,
            rules: Known::new(PostingRules::stream_id())?,
            terms: Known::new(Terms::stream_id())?,
            months: Known::new(Books::stream_id())?,
        };
        known.read_on(log).await?;
        Ok(known)
    }

    /// Follows what was appended since.
    pub(super) async fn read_on(&mut self, log: &Log) -> Result<(), CommandError> {
        self.chart.read_on(log).await?;
        self.rules.read_on(log).await?;
        self.terms.read_on(log).await?;
        self.months.read_on(log).await
    }

    /// Where the books began in the log; `None` before they did.
    pub(super) fn begun_at(&self) -> Option<Position> {
        self.months.state.begun.as_ref().map(|_| self.months.begun_at)
    }

    /// Whether this event of one of the streams was read; `true` for one of any other.
    pub(super) fn has(&self, stream: &StreamName, version: Version) -> bool {
        let known = self.versions();
        known
            .into_iter()
            .all(|(known, read)| known != stream || version <= read)
    }

    pub(super) fn facts(&self) -> Facts<'_> {
        Facts {
            chart: &self.chart.state,
            rules: &self.rules.state,
            terms: &self.terms.state,
            months: &self.months.state,
        }
    }

    /// Hold while these are the present ones.
    pub(super) fn guards(&self) -> Vec<Guard> {
        let guard = |(stream, version): (&StreamName, Version)| Guard::Stream {
            stream: stream.clone(),
            expected: expected(version),
        };
        self.versions().into_iter().map(guard).collect()
    }

    fn versions(&self) -> [(&StreamName, Version); 4] {
        [
            (&self.chart.stream, self.chart.version),
            (&self.rules.stream, self.rules.version),
            (&self.terms.stream, self.terms.version),
            (&self.months.stream, self.months.version),
        ]
    }
}

impl<A: Aggregate> Known<A> {
    fn new(id: &str) -> Result<Self, InvalidName> {
        Ok(Self {
            stream: stream_of::<A>(id)?,
            version: Version::START,
            begun_at: Position::START,
            state: A::State::default(),
        })
    }

    async fn read_on(&mut self, log: &Log) -> Result<(), CommandError> {
        loop {
            let from = self.version.plus(1);
            let page = log
                .read_stream(&self.stream, from, Direction::Forwards, PAGE_EVENTS)
                .await?;
            for event in &page {
                if self.version == Version::START {
                    self.begun_at = event.position;
                }
                let state = std::mem::take(&mut self.state);
                self.state = A::evolve(state, &decode(event)?);
                self.version = event.version;
            }
            if page.len() < usize::try_from(PAGE_EVENTS).unwrap_or(usize::MAX) {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_streams_are_those_of_the_company() {
        let known = KnownFacts {
            chart: Known::new(Chart::stream_id()).unwrap(),
            rules: Known::new(PostingRules::stream_id()).unwrap(),
            terms: Known::new(Terms::stream_id()).unwrap(),
            months: Known::new(Books::stream_id()).unwrap(),
        };
        let streams = known.versions().map(|(stream, _)| stream.to_string());
        assert_eq!(
            streams,
            ["chart-main", "postingrules-main", "terms-main", "books-main"]
        );
        assert_eq!(known.begun_at(), None);
    }
}
