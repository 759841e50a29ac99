//! The commands of stock, from the wire.

use posars_domain::stock::{AdjustStock, AdjustmentReason, ReceiveGoods, ReceiveGoodsLine, ReceivedCost};
use posars_domain::{Currency, LineId, Sku, StoreId, reasons};
use tonic::Status;

use super::Reader;
use super::from_request::{FromRequest, OCCUR_TIME};
use super::reader::FIELD_INVALID;
use super::value::{given, read_amount, read_decimal, read_optional_amount, read_time};
use crate::proto::inventory::v1 as pb;
use crate::proto::inventory::v1::receive_stock_line::Cost;
use crate::status::FieldNames;

impl FromRequest for ReceiveGoods {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[OCCUR_TIME]);
}

/// Reads the command of a `ReceiveStockRequest`; the store is in its parent, and `currency` is the store's.
pub(crate) fn read_receive_stock(
    request: pb::ReceiveStockRequest,
    store_id: StoreId,
    currency: Currency,
) -> Result<ReceiveGoods, Status> {
    let mut reader = Reader::new();
    if request.lines.is_empty() {
        reader.refuse(
            "lines",
            reasons::FIELD_REQUIRED,
            "required, but empty; a receipt has at least one line",
        );
    }
    let receipt_id = reader.text("receipt_id", &request.receipt_id);
    let occurred_at = read_time(&mut reader, "occur_time", request.occur_time);
    let access_key = reader.optional("access_key", &request.access_key);
    let mut place = 0;
    let lines = reader.each("lines", request.lines, |reader, line| {
        place += 1;
        let line_id = LineId(if line.line_id == 0 { place } else { line.line_id });
        read_line(reader, line, line_id, currency)
    });
    let supplier = given(request.supplier);
    let command = (|| {
        Some(ReceiveGoods {
            receipt_id: receipt_id?,
            store_id,
            occurred_at: occurred_at?,
            currency,
            supplier,
            access_key: access_key?,
            lines: lines?,
        })
    })();
    reader.finish(command)
}

fn read_line(
    reader: &mut Reader,
    line: pb::ReceiveStockLine,
    line_id: LineId,
    currency: Currency,
) -> Option<ReceiveGoodsLine> {
    let sku = reader.text("sku", &line.sku);
    let quantity = read_decimal(reader, "quantity", line.quantity);
    let cost = read_cost(reader, line.cost, currency);
    let landed = read_optional_amount(reader, "landed", line.landed, currency);
    Some(ReceiveGoodsLine {
        line_id,
        sku: sku?,
        quantity: quantity?,
        cost: cost?,
        landed: landed?.unwrap_or_default(),
    })
}

fn read_cost(reader: &mut Reader, cost: Option<Cost>, currency: Currency) -> Option<ReceivedCost> {
    match cost {
        Some(Cost::UnitCost(unit)) => read_decimal(reader, "unit_cost", Some(unit)).map(ReceivedCost::Unit),
        Some(Cost::TotalCost(total)) => {
            read_amount(reader, "total_cost", Some(total), currency).map(ReceivedCost::Total)
        }
        None => {
            reader.refuse(
                "cost",
                reasons::FIELD_REQUIRED,
                "give unit_cost or total_cost; 0 for goods that cost nothing",
            );
            None
        }
    }
}

impl FromRequest for AdjustStock {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[
        OCCUR_TIME,
        ("currency", "value.currency_code"),
        ("expected_version", "etag"),
        ("quantity", "delta"),
    ]);
}

/// Reads the command of an `AdjustStockRequest`; store and product are in its name, and `currency` is the store's.
pub(crate) fn read_adjust_stock(
    request: pb::AdjustStockRequest,
    store_id: StoreId,
    sku: Sku,
    currency: Currency,
) -> Result<AdjustStock, Status> {
    let mut reader = Reader::new();
    let adjustment_id = reader.text("adjustment_id", &request.adjustment_id);
    let occurred_at = read_time(&mut reader, "occur_time", request.occur_time);
    let delta = read_decimal(&mut reader, "delta", request.delta);
    let value = read_optional_amount(&mut reader, "value", request.value, currency);
    let reason = read_reason(&mut reader, request.reason);
    let expected_version = read_etag(&mut reader, &request.etag);
    let command = (|| {
        Some(AdjustStock {
            store_id,
            sku,
            adjustment_id: adjustment_id?,
            occurred_at: occurred_at?,
            currency,
            delta: delta?,
            value: value?,
            reason: reason?,
            note: given(request.note),
            allow_negative: request.allow_negative,
            expected_version: expected_version?,
        })
    })();
    reader.finish(command)
}

/// A reason that is not said is left to the domain to refuse; a number that no release knows is refused here.
pub(super) fn read_reason(reader: &mut Reader, number: i32) -> Option<Option<AdjustmentReason>> {
    use pb::AdjustmentReason as Wire;
    let reason = match Wire::try_from(number) {
        Ok(Wire::Unspecified) => return Some(None),
        Ok(Wire::Opening) => AdjustmentReason::Opening,
        Ok(Wire::Count) => AdjustmentReason::Count,
        Ok(Wire::Damage) => AdjustmentReason::Damage,
        Ok(Wire::Expiry) => AdjustmentReason::Expiry,
        Ok(Wire::Loss) => AdjustmentReason::Loss,
        Ok(Wire::Found) => AdjustmentReason::Found,
        Ok(Wire::InternalUse) => AdjustmentReason::InternalUse,
        Ok(Wire::Correction) => AdjustmentReason::Correction,
        Ok(Wire::Other) => AdjustmentReason::Other,
        Err(_) => {
            reader.refuse(
                "reason",
                reasons::REASON_UNKNOWN,
                format!("{number} is no reason that this server knows"),
            );
            return None;
        }
    };
    Some(Some(reason))
}

/// Writes the reason of an adjustment.
pub(super) const fn write_reason(reason: AdjustmentReason) -> pb::AdjustmentReason {
    use pb::AdjustmentReason as Wire;
    match reason {
        AdjustmentReason::Opening => Wire::Opening,
        AdjustmentReason::Count => Wire::Count,
        AdjustmentReason::Damage => Wire::Damage,
        AdjustmentReason::Expiry => Wire::Expiry,
        AdjustmentReason::Loss => Wire::Loss,
        AdjustmentReason::Found => Wire::Found,
        AdjustmentReason::InternalUse => Wire::InternalUse,
        AdjustmentReason::Correction => Wire::Correction,
        AdjustmentReason::Other => Wire::Other,
    }
}

/// An etag is the version of a stream.
fn read_etag(reader: &mut Reader, etag: &str) -> Option<Option<u64>> {
    if etag.is_empty() {
        return Some(None);
    }
    let version = etag.parse().ok();
    if version.is_none() {
        let problem =
            format!("\"{etag}\" is no etag of this server; send one from an earlier answer, or none");
        reader.refuse("etag", FIELD_INVALID, problem);
    }
    version.map(Some)
}
