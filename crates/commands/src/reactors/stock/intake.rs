//! What the stock reactor reads of the log: sales and the products' events, in order.

use posars_domain::Aggregate as _;
use posars_domain::product::Product;
use posars_domain::sale::Sale;
use posars_event_store::{EventType, ExportedEvent, Log, Position, ReadLog, RecordedEvent, StreamName};

use crate::CommandError;
use crate::reactors::ReactorError;

/// The most products' events of one page; fewer positions are covered when there are more.
const PRODUCT_EVENTS: u32 = 5_000;
/// How far behind the head, in pages, a mass export is cheaper than asking for two categories.
const FAR_PAGES: u64 = 2;

/// Source events of a stretch of the log.
pub(crate) struct Intake {
    pub(crate) events: Vec<RecordedEvent>,
    /// Everything up to here was looked at.
    pub(crate) scanned_to: Position,
    /// Whether the log held nothing further.
    pub(crate) at_end: bool,
}

/// The next source events, about `page_events` of them.
pub(crate) async fn read_sources(
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
            return export_sources(log, after, to).await;
        }
    }
    read_few_sources(log, after, page_events).await
}

/// Far behind the head, as after an import, nearly every event is a source.
async fn export_sources(log: &Log, after: Position, to: Position) -> Result<Intake, ReactorError> {
    let mut export = log.export(after, to).await?;
    let mut events = Vec::new();
    while let Some(event) = export.next().await? {
        if is_source(event.stream) {
            events.push(recorded(&event)?);
        }
    }
    Ok(Intake {
        events,
        scanned_to: to,
        at_end: false,
    })
}

fn is_source(stream: &str) -> bool {
    let category = stream.split_once('-').map_or(stream, |(category, _)| category);
    category == Sale::CATEGORY || category == Product::CATEGORY
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

/// At most `page_events` sales and the products' events between them, category by category: among the reactor's own
/// movements, which are most of a living log, few events are sources.
pub(crate) async fn read_few_sources(
    log: &Log,
    after: Position,
    page_events: u32,
) -> Result<Intake, ReactorError> {
    let sales = ReadLog::after(after, page_events).category(Sale::CATEGORY);
    let sales = log.read_log(&sales).await?;
    let products = ReadLog::after(after, PRODUCT_EVENTS)
        .category(Product::CATEGORY)
        .up_to(sales.scanned_to);
    let products = log.read_log(&products).await?;
    let scanned_to = products.scanned_to.min(sales.scanned_to);
    let mut events = sales.events;
    events.retain(|event| event.position <= scanned_to);
    if !products.events.is_empty() {
        events.extend(products.events);
        events.sort_unstable_by_key(|event| event.position);
    }
    Ok(Intake {
        events,
        scanned_to,
        at_end: sales.at_end && products.at_end,
    })
}
