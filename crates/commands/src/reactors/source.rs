//! The events that move stock, read as far as the reactor needs them.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::sale::Disposition;
use posars_domain::stock::{FinalCost, IssueForSale, IssueLine, LineBack, RestockLine, RestockReturn, Stock};
use posars_domain::waiting::{ParkedMovement, SaleLinesParked};
use posars_domain::{Currency, LineId, Quantity, ReturnId, SaleId, Sku, StoreId};
use posars_event_store::{InvalidName, JsonText, Position, RecordedEvent, StreamName, Version};
use serde::Deserialize;
use uuid::Uuid;

use crate::event_encoder::EventEncoder;
use crate::keys::stream_of;
use crate::{Actor, CommandError, Envelope, Source};

/// The one shape of sales, voids and returns that this build reads.
const SCHEMA_VERSION: u16 = 1;

/// A sale, void or return, split by SKU.
#[derive(Clone, Debug)]
pub(crate) struct Movement {
    pub(crate) cause: Cause,
    pub(crate) kind: ParkedMovement,
    pub(crate) sale_stream: StreamName,
    /// The version of this event in the sale's stream, where it is at hand.
    pub(crate) sale_version: Option<Version>,
    pub(crate) sale_id: SaleId,
    pub(crate) return_id: Option<ReturnId>,
    pub(crate) store_id: StoreId,
    pub(crate) occurred_at: Timestamp,
    pub(crate) business_date: Date,
    pub(crate) currency: Currency,
    /// What moves of each SKU, in the order of the receipt.
    pub(crate) skus: Vec<MovedSku>,
}

/// The lines of one SKU that move.
#[derive(Clone, Debug)]
pub(crate) struct MovedSku {
    pub(crate) sku: Sku,
    /// The stream of its stock in the movement's store.
    pub(crate) stock: StreamName,
    /// In the order of the receipt.
    pub(crate) lines: Vec<MovedLine>,
}

/// The event that leads to others.
#[derive(Clone, Debug)]
pub(crate) struct Cause {
    pub(crate) position: Position,
    pub(crate) event_id: Uuid,
    pub(crate) recorded_at: Timestamp,
    /// What the events that follow say of why they are there.
    pub(crate) metadata: JsonText,
}

/// One line of goods that move.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MovedLine {
    pub(crate) line_id: LineId,
    pub(crate) quantity: Quantity,
    /// How much of the sale's line came back before this, all returns counted.
    pub(crate) returned_before: Quantity,
}

/// Goods of one SKU that come back.
#[derive(Debug)]
pub(crate) struct ComesBack {
    /// The log position of their sale.
    pub(crate) sale_position: u64,
    /// Each with its cost.
    pub(crate) lines: Vec<RestockLine>,
}

impl ComesBack {
    /// The lines that went out; none when no line did.
    pub(crate) fn of(cost: &FinalCost, back: &[LineBack]) -> Option<Self> {
        let lines: Vec<RestockLine> = cost.restock(back).into_iter().flatten().collect();
        (!lines.is_empty()).then(|| Self {
            sale_position: cost.sale_position(),
            lines,
        })
    }
}

#[derive(Deserialize)]
struct SaleJson {
    sale_id: SaleId,
    store_id: StoreId,
    #[serde(default)]
    return_id: Option<ReturnId>,
    occurred_at: Timestamp,
    business_date: Date,
    currency: Currency,
    lines: Vec<LineJson>,
}

#[derive(Deserialize)]
struct LineJson {
    line_id: LineId,
    sku: Sku,
    quantity: Quantity,
    #[serde(default)]
    disposition: Option<Disposition>,
}

#[derive(Deserialize)]
struct ReturnJson {
    lines: Vec<LineJson>,
}

#[derive(Deserialize)]
struct CorrelationJson {
    #[serde(default)]
    correlation_id: Option<Uuid>,
}

impl Cause {
    pub(crate) fn of(
        event: &RecordedEvent,
        reactor: &str,
        encoder: &mut EventEncoder,
    ) -> Result<Self, CommandError> {
        let correlation: Option<CorrelationJson> = serde_json::from_str(&event.metadata).ok();
        let name: Arc<str> = reactor.into();
        let actor = Actor {
            subject: Arc::clone(&name),
            client: None,
        };
        let source = Source::Reactor {
            name,
            source_position: event.position,
        };
        let mut envelope = Envelope::new(actor, source, event.recorded_at);
        envelope.causation_id = Some(event.event_id);
        envelope.correlation_id = correlation.and_then(|json| json.correlation_id);
        Ok(Self {
            position: event.position,
            event_id: event.event_id,
            recorded_at: event.recorded_at,
            metadata: envelope.metadata(encoder)?,
        })
    }
}

impl Movement {
    /// Reads an event of the sale category; `None` for one that moves no goods.
    pub(crate) fn read(event: &RecordedEvent, cause: &Cause) -> Result<Option<Self>, CommandError> {
        let kind = match event.event_type.as_str() {
            "SaleRecorded" => ParkedMovement::Sale,
            "SaleVoided" => ParkedMovement::Void,
            "SaleReturned" => ParkedMovement::Return,
            _ => return Ok(None),
        };
        let sale: SaleJson = parse(event)?;
        let skus = movable(kind, &sale)?;
        Ok(Some(Self {
            cause: cause.clone(),
            kind,
            sale_stream: event.stream.clone(),
            sale_version: Some(event.version),
            sale_id: sale.sale_id,
            return_id: sale.return_id,
            store_id: sale.store_id,
            occurred_at: sale.occurred_at,
            business_date: sale.business_date,
            currency: sale.currency,
            skus,
        }))
    }

    /// A movement that had waited; `cause` is the definition that ends its wait.
    pub(crate) fn parked(
        parked: &SaleLinesParked,
        sale_stream: StreamName,
        cause: &Cause,
    ) -> Result<Self, InvalidName> {
        let lines = parked.lines.iter().map(|line| MovedLine {
            line_id: line.line_id,
            quantity: line.quantity,
            returned_before: line.returned_before,
        });
        Ok(Self {
            cause: Cause {
                position: Position::new(parked.source_position),
                event_id: parked.source_event_id,
                ..cause.clone()
            },
            kind: parked.movement,
            sale_stream,
            sale_version: None,
            sale_id: parked.sale_id,
            return_id: parked.return_id,
            store_id: parked.store_id.clone(),
            occurred_at: parked.occurred_at,
            business_date: parked.business_date,
            currency: parked.currency,
            skus: vec![MovedSku {
                sku: parked.sku.clone(),
                stock: stock_stream(&parked.store_id, &parked.sku)?,
                lines: lines.collect(),
            }],
        })
    }

    /// The command that takes the goods of one SKU out.
    pub(crate) fn issue(&self, sku: &Sku, lines: &[MovedLine]) -> IssueForSale {
        let line = |line: &MovedLine| IssueLine {
            line_id: line.line_id,
            quantity: line.quantity,
        };
        IssueForSale {
            store_id: self.store_id.clone(),
            sku: sku.clone(),
            sale_id: self.sale_id,
            source_position: self.cause.position.get(),
            occurred_at: self.occurred_at,
            business_date: self.business_date,
            currency: self.currency,
            lines: lines.iter().map(line).collect(),
        }
    }

    /// The command that takes goods of one SKU back.
    pub(crate) fn restock(&self, sku: &Sku, back: ComesBack) -> RestockReturn {
        RestockReturn {
            store_id: self.store_id.clone(),
            sku: sku.clone(),
            sale_id: self.sale_id,
            return_id: self.return_id,
            source_position: self.cause.position.get(),
            sale_position: back.sale_position,
            occurred_at: self.occurred_at,
            business_date: self.business_date,
            currency: self.currency,
            lines: back.lines,
        }
    }

    /// The event that makes the goods of one SKU wait.
    pub(crate) fn park(&self, sku: &Sku, lines: &[MovedLine]) -> SaleLinesParked {
        let line = |line: &MovedLine| posars_domain::waiting::ParkedLine {
            line_id: line.line_id,
            quantity: line.quantity,
            returned_before: line.returned_before,
        };
        SaleLinesParked {
            sku: sku.clone(),
            store_id: self.store_id.clone(),
            sale_id: self.sale_id,
            movement: self.kind,
            return_id: self.return_id,
            source_position: self.cause.position.get(),
            source_event_id: self.cause.event_id,
            occurred_at: self.occurred_at,
            business_date: self.business_date,
            currency: self.currency,
            lines: lines.iter().map(line).collect(),
        }
    }
}

fn parse<T: for<'a> Deserialize<'a>>(event: &RecordedEvent) -> Result<T, CommandError> {
    let unreadable = |problem: String| CommandError::Unreadable {
        subject: event.stream.to_string(),
        position: event.position,
        problem,
    };
    if event.schema_version != SCHEMA_VERSION {
        let problem = format!(
            "{} has schema version {}, the reactor reads {SCHEMA_VERSION}; run a newer version",
            event.event_type, event.schema_version
        );
        return Err(unreadable(problem));
    }
    serde_json::from_str(&event.data).map_err(|error| {
        unreadable(format!(
            "{} cannot be decoded: {error}; run `posars audit verify`",
            event.event_type
        ))
    })
}

/// Groups the lines by SKU. Of a return only what goes back on the shelf moves, but all of it counts as come back.
fn movable(kind: ParkedMovement, sale: &SaleJson) -> Result<Vec<MovedSku>, InvalidName> {
    let mut skus: Vec<MovedSku> = Vec::with_capacity(sale.lines.len());
    for (index, line) in sale.lines.iter().enumerate() {
        if kind == ParkedMovement::Return && line.disposition != Some(Disposition::Restock) {
            continue;
        }
        let earlier = sale
            .lines
            .iter()
            .take(index)
            .filter(|earlier| earlier.line_id == line.line_id);
        let returned_before = match kind {
            ParkedMovement::Return => sum(earlier.map(|earlier| earlier.quantity)),
            ParkedMovement::Sale | ParkedMovement::Void => Quantity::ZERO,
        };
        let moved = MovedLine {
            line_id: line.line_id,
            quantity: line.quantity,
            returned_before,
        };
        match skus.iter_mut().find(|known| known.sku == line.sku) {
            Some(known) => known.lines.push(moved),
            None => skus.push(MovedSku {
                sku: line.sku.clone(),
                stock: stock_stream(&sale.store_id, &line.sku)?,
                lines: vec![moved],
            }),
        }
    }
    Ok(skus)
}

fn stock_stream(store_id: &StoreId, sku: &Sku) -> Result<StreamName, InvalidName> {
    stream_of::<Stock>(Stock::stream_id(store_id, sku))
}

/// The sale's rules keep what came back within what was sold, so the sum always fits.
pub(crate) fn sum(quantities: impl IntoIterator<Item = Quantity>) -> Quantity {
    Quantity::checked_sum(quantities).unwrap_or(Quantity::MAX)
}

/// How much of each line an earlier return took back.
pub(crate) fn returned(event: &RecordedEvent) -> Result<Vec<(LineId, Quantity)>, CommandError> {
    let json: ReturnJson = parse(event)?;
    Ok(json
        .lines
        .iter()
        .map(|line| (line.line_id, line.quantity))
        .collect())
}
