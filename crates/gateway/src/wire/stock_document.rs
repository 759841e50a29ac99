//! Receipts of goods and adjustments of stock: what is asked of them, from the wire, and they themselves, to the wire.

use jiff::civil::Date;
use posars_domain::{CompanyId, StoreId};
use posars_projections::{AdjustmentFilter, ReceiptFilter, StockAdjustment, StockReceipt, StockReceiptLine};
use tonic::Status;

use super::Reader;
use super::names::ResourceName as _;
use super::product::read_search;
use super::stock_command::{read_reason, write_reason};
use super::stock_names::{StockAdjustmentName, StockReceiptName};
use super::value::{
    check_date_range, given, read_optional_date, write_date, write_money, write_quantity, write_time,
};
use crate::page::{PageAsked, page_asked};
use crate::proto::google::r#type as google;
use crate::proto::inventory::v1 as pb;

/// Reads the filter and the page of a `ListStockReceiptsRequest`; the store is in its parent.
pub(crate) fn read_list_stock_receipts(
    mut request: pb::ListStockReceiptsRequest,
    store_id: Option<StoreId>,
) -> Result<(ReceiptFilter, PageAsked), Status> {
    let mut reader = Reader::new();
    let page = page_asked!(&mut reader, request);
    let days = read_days(&mut reader, request.start_date, request.end_date);
    let supplier = read_search(&mut reader, "supplier", request.supplier);
    let access_key = reader.optional("access_key", &request.access_key);
    let filter = (|| {
        let (from, to) = days?;
        Some(ReceiptFilter {
            store_id,
            from,
            to,
            // As the receipt has it: without blanks around.
            supplier: given(supplier?.trim().to_owned()),
            access_key: access_key?,
        })
    })();
    reader.finish(filter.zip(page))
}

/// Reads the filter and the page of a `ListStockAdjustmentsRequest`; the store is in its parent.
pub(crate) fn read_list_stock_adjustments(
    mut request: pb::ListStockAdjustmentsRequest,
    store_id: Option<StoreId>,
) -> Result<(AdjustmentFilter, PageAsked), Status> {
    let mut reader = Reader::new();
    let page = page_asked!(&mut reader, request);
    let days = read_days(&mut reader, request.start_date, request.end_date);
    let reason = read_reason(&mut reader, request.reason);
    let filter = (|| {
        let (from, to) = days?;
        Some(AdjustmentFilter {
            store_id,
            from,
            to,
            reason: reason?,
        })
    })();
    reader.finish(filter.zip(page))
}

/// Reads the first and the last day of a list; none for no limit.
fn read_days(
    reader: &mut Reader,
    start_date: Option<google::Date>,
    end_date: Option<google::Date>,
) -> Option<(Option<Date>, Option<Date>)> {
    let from = read_optional_date(reader, "start_date", start_date);
    let to = read_optional_date(reader, "end_date", end_date);
    check_date_range(reader, from.flatten(), to.flatten());
    from.zip(to)
}

/// Writes a receipt of goods.
pub(crate) fn write_stock_receipt(company: &CompanyId, receipt: &StockReceipt) -> pb::StockReceipt {
    let currency = receipt.currency;
    let write_line = |line: &StockReceiptLine| pb::StockReceiptLine {
        line_id: line.line_id.0,
        sku: line.sku.to_string(),
        quantity: write_quantity(line.quantity),
        value: write_money(line.value, currency),
        negative_settled: write_money(line.settled, currency),
    };
    let name = StockReceiptName {
        store_id: receipt.store_id.clone(),
        receipt_id: receipt.receipt_id,
    };
    pb::StockReceipt {
        name: name.of(company),
        receipt_id: receipt.receipt_id.to_string(),
        store_id: receipt.store_id.to_string(),
        occur_time: Some(write_time(receipt.occurred_at)),
        record_time: Some(write_time(receipt.recorded_at)),
        business_date: Some(write_date(receipt.business_date)),
        supplier: receipt.supplier.clone().unwrap_or_default(),
        access_key: receipt
            .access_key
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        line_count: receipt.items,
        value: write_money(receipt.value, currency),
        negative_settled: write_money(receipt.settled, currency),
        lines: receipt.lines.iter().map(write_line).collect(),
        position: receipt.last_position.get(),
    }
}

/// Writes an adjustment of stock.
pub(crate) fn write_stock_adjustment(
    company: &CompanyId,
    adjustment: &StockAdjustment,
) -> pb::StockAdjustment {
    let currency = adjustment.currency;
    let name = StockAdjustmentName {
        store_id: adjustment.store_id.clone(),
        adjustment_id: adjustment.adjustment_id,
    };
    pb::StockAdjustment {
        name: name.of(company),
        adjustment_id: adjustment.adjustment_id.to_string(),
        store_id: adjustment.store_id.to_string(),
        sku: adjustment.sku.to_string(),
        product_name: adjustment.product_name.clone(),
        occur_time: Some(write_time(adjustment.occurred_at)),
        record_time: Some(write_time(adjustment.recorded_at)),
        business_date: Some(write_date(adjustment.business_date)),
        delta: write_quantity(adjustment.delta),
        value_change: write_money(adjustment.value, currency),
        negative_settled: write_money(adjustment.settled, currency),
        balance_quantity: write_quantity(adjustment.balance_quantity),
        balance_value: write_money(adjustment.balance_value, currency),
        reason: write_reason(adjustment.reason).into(),
        note: adjustment.note.clone().unwrap_or_default(),
        provisional: adjustment.provisional,
        position: adjustment.position.get(),
    }
}
