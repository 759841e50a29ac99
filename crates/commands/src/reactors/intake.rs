//! What a reactor reads of the log: the events of some categories, in order.

use posars_event_store::{EventType, ExportedEvent, Log, Position, ReadLog, RecordedEvent, StreamName};

use super::error::ReactorError;
use crate::CommandError;

/// The most events of the rarer categories on one page; fewer positions are covered when there are more.
const RARE_EVENTS: u32 = 5_000;
/// How far behind the head, in pages, a mass export is cheaper than asking for the categories.
const FAR_PAGES: u64 = 2;

/// What a reactor follows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sources {
    /// The categories that most of its source events are of.
    pub(crate) usual: &'static [&'static str],
    /// The others, where there are far fewer of them: they are asked for apart, so that a page is as many of the usual
    /// ones.
    pub(crate) rare: &'static [&'static str],
}

/// Source events of a stretch of the log.
pub(crate) struct Intake {
    pub(crate) events: Vec<RecordedEvent>,
    /// Everything up to here was looked at.
    pub(crate) scanned_to: Position,
    /// Whether the log held nothing further.
    pub(crate) at_end: bool,
}

impl Sources {
    /// The next source events, about `page_events` of them.
    pub(crate) async fn read(
        self,
        log: &Log,
        after: Position,
        page_events: u32,
    ) -> Result<Intake, ReactorError> {
        let far = FAR_PAGES * u64::from(page_events);
        let is_far = |head: Position| head.get().saturating_sub(after.get()) > far;
        // The first is only what this process has heard; the log is asked before a range of it is.
        if is_far(log.watch().position()) {
            let head = log.head().await?.position;
            if is_far(head) {
                let to = Position::new(after.get() + u64::from(page_events));
                return self.export(log, after, to).await;
            }
        }
        self.read_few(log, after, page_events).await
    }

    /// Far behind the head, as after an import, nearly every event is a source.
    async fn export(self, log: &Log, after: Position, to: Position) -> Result<Intake, ReactorError> {
        let mut export = log.export(after, to).await?;
        let mut events = Vec::new();
        while let Some(event) = export.next().await? {
            if self.has(event.stream) {
                events.push(recorded(&event)?);
            }
        }
        Ok(Intake {
            events,
            scanned_to: to,
            at_end: false,
        })
    }

    fn has(self, stream: &str) -> bool {
        let category = stream.split_once('-').map_or(stream, |(category, _)| category);
        self.usual.contains(&category) || self.rare.contains(&category)
    }

    /// All of them.
    pub(crate) fn categories(self) -> Vec<&'static str> {
        [self.usual, self.rare].concat()
    }

    /// At most `page_events` of the usual categories and those of the others between them, by category: among the reactor's
    /// own events, which are most of a living log, few are sources.
    pub(crate) async fn read_few(
        self,
        log: &Log,
        after: Position,
        page_events: u32,
    ) -> Result<Intake, ReactorError> {
        let usual = of_all(ReadLog::after(after, page_events), self.usual);
        let usual = log.read_log(&usual).await?;
        if self.rare.is_empty() {
            return Ok(Intake {
                events: usual.events,
                scanned_to: usual.scanned_to,
                at_end: usual.at_end,
            });
        }
        let rare = of_all(ReadLog::after(after, RARE_EVENTS), self.rare).up_to(usual.scanned_to);
        let rare = log.read_log(&rare).await?;
        let scanned_to = rare.scanned_to.min(usual.scanned_to);
        let mut events = usual.events;
        events.retain(|event| event.position <= scanned_to);
        if !rare.events.is_empty() {
            events.extend(rare.events);
            events.sort_unstable_by_key(|event| event.position);
        }
        Ok(Intake {
            events,
            scanned_to,
            at_end: usual.at_end && rare.at_end,
        })
    }
}

fn of_all(read: ReadLog, categories: &[&str]) -> ReadLog {
    categories.iter().copied().fold(read, ReadLog::category)
}

fn recorded(event: &ExportedEvent<'_>) -> Result<RecordedEvent, CommandError> {
    Ok(RecordedEvent {
        position: event.position,
        stream: StreamName::parse(event.stream)?,
        version: event.version,
        event_id: event.event_id,
        event_type: EventType::parse(event.event_type)?,
        schema_version: event.schema_version,
        data: event.data.to_owned(),
        metadata: event.metadata.to_owned(),
        recorded_at: event.recorded_at(),
    })
}
