//! The events that move stock, read as far as the reactor needs them.

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::sale::{Disposition, SaleKind};
use posars_domain::stock::{FinalCost, IssueForSale, IssueLine, LineBack, RestockLine, RestockReturn, Stock};
use posars_domain::waiting::{ParkedMovement, SaleLinesParked};
use posars_domain::{Currency, LineId, Quantity, ReturnId, SaleId, Sku, StoreId};
use posars_event_store::{InvalidName, Position, RecordedEvent, StreamName, Version};
use serde::Deserialize;

use crate::CommandError;
use crate::keys::stream_of;
use crate::load::{decode_part, kind_of};
use crate::reactors::cause::Cause;

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

impl Movement {
    /// Reads an event of the sale category; `None` for one that moves no goods.
    pub(crate) fn read(event: &RecordedEvent, cause: &Cause) -> Result<Option<Self>, CommandError> {
        let event_kind = kind_of(event)?;
        let kind = match event_kind {
            SaleKind::SaleRecorded => ParkedMovement::Sale,
            SaleKind::SaleVoided => ParkedMovement::Void,
            SaleKind::SaleReturned => ParkedMovement::Return,
        };
        let sale: SaleJson = decode_part(event, event_kind)?;
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

pub(crate) fn stock_stream(store_id: &StoreId, sku: &Sku) -> Result<StreamName, InvalidName> {
    stream_of::<Stock>(Stock::stream_id(store_id, sku))
}

/// The sale's rules keep what came back within what was sold, so the sum always fits.
pub(crate) fn sum(quantities: impl IntoIterator<Item = Quantity>) -> Quantity {
    Quantity::checked_sum(quantities).unwrap_or(Quantity::MAX)
}

/// How much of each line an earlier return took back.
pub(crate) fn returned(event: &RecordedEvent) -> Result<Vec<(LineId, Quantity)>, CommandError> {
    let json: ReturnJson = decode_part(event, SaleKind::SaleReturned)?;
    Ok(json
        .lines
        .iter()
        .map(|line| (line.line_id, line.quantity))
        .collect())
}

#[cfg(test)]
mod tests {
    use posars_domain::Kind as _;
    use posars_event_store::EventType;
    use uuid::Uuid;

    use super::*;
    use crate::event_encoder::EventEncoder;

    /// Every example of a sale's event that was ever released, as if it stood first in the log.
    fn released() -> Vec<RecordedEvent> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../domain/tests/golden");
        let mut events = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let (stem, version) = name.rsplit_once(".v").unwrap();
            let event_type = stem.split('.').next().unwrap();
            if SaleKind::parse(event_type).is_none() {
                continue;
            }
            events.push(RecordedEvent {
                position: Position::new(1),
                stream: StreamName::parse("sale-1").unwrap(),
                version: Version::new(1),
                event_id: Uuid::nil(),
                event_type: EventType::parse(event_type).unwrap(),
                schema_version: version.parse().unwrap(),
                data: std::fs::read_to_string(&path).unwrap(),
                metadata: "{}".to_owned(),
                recorded_at: Timestamp::UNIX_EPOCH,
            });
        }
        events
    }

    #[test]
    fn every_sale_event_ever_released_is_read() {
        let mut seen = std::collections::HashSet::new();
        for event in released() {
            let cause = Cause::of(&event, "reactor.test", &mut EventEncoder::default()).unwrap();
            let movement = Movement::read(&event, &cause).unwrap().unwrap();
            assert!(!movement.skus.is_empty(), "{}", event.event_type);
            let kind: SaleKind = kind_of(&event).unwrap();
            if kind == SaleKind::SaleReturned {
                assert!(movement.return_id.is_some());
                assert!(!returned(&event).unwrap().is_empty());
            }
            seen.insert((kind, event.schema_version));
        }
        for kind in SaleKind::ALL {
            for version in 1..=kind.schema_version() {
                assert!(seen.contains(&(*kind, version)), "{kind:?} v{version}");
            }
        }
    }

    #[test]
    fn a_sale_event_of_a_newer_build_is_unreadable_and_not_skipped() {
        let mut event = released().remove(0);
        event.event_type = EventType::parse("SaleGiftWrapped").unwrap();
        let cause = Cause::of(&event, "reactor.test", &mut EventEncoder::default()).unwrap();
        let error = Movement::read(&event, &cause).unwrap_err();
        assert_eq!(error.reason(), "EVENT_UNREADABLE");
        assert!(error.to_string().contains("SaleGiftWrapped"), "{error}");
    }
}
