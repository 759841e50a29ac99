//! Stock policies, from the wire and to it.

use posars_domain::CompanyId;
use posars_domain::stock_policy::DefineStockPolicy;
use tonic::Status;

use super::Reader;
use super::names::{ResourceName as _, StockItemName};
use super::value::{read_decimal, write_quantity};
use crate::proto::inventory::v1 as pb;

/// Reads the command of a `DefineStockPolicyRequest`; store and product are in its name.
pub(crate) fn read_define_stock_policy(
    request: pb::DefineStockPolicyRequest,
    item: StockItemName,
) -> Result<DefineStockPolicy, Status> {
    let mut reader = Reader::new();
    let reorder_point = match request.reorder_point {
        Some(decimal) => read_decimal(&mut reader, "reorder_point", Some(decimal)).map(Some),
        None => Some(None),
    };
    let StockItemName { store_id, sku } = item;
    let command = reorder_point.map(|reorder_point| DefineStockPolicy {
        store_id,
        sku,
        reorder_point,
    });
    reader.finish(command)
}

/// Writes the policy that a command has left, or found, as it asks for it.
pub(crate) fn write_stock_policy(company: &CompanyId, as_asked: DefineStockPolicy) -> pb::StockPolicy {
    let DefineStockPolicy {
        store_id,
        sku,
        reorder_point,
    } = as_asked;
    pb::StockPolicy {
        store_id: store_id.to_string(),
        sku: sku.to_string(),
        reorder_point: reorder_point.and_then(write_quantity),
        name: StockItemName { store_id, sku }.of(company),
    }
}
