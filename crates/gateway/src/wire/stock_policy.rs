//! Stock policies, from the wire and to it.

use posars_domain::CompanyId;
use posars_domain::stock_policy::DefineStockPolicy;
use posars_projections::StockPolicyRow;
use tonic::Status;

use super::Reader;
use super::from_request::FromRequest;
use super::names::{ResourceName as _, StockItemName};
use super::value::{read_decimal, write_quantity, write_time};
use crate::proto::inventory::v1 as pb;
use crate::status::FieldNames;

impl FromRequest for DefineStockPolicy {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[]);
}

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
        ..Default::default()
    }
}

/// Writes a policy as the read model has it.
pub(crate) fn write_stock_policy_row(company: &CompanyId, policy: &StockPolicyRow) -> pb::StockPolicy {
    let item = StockItemName {
        store_id: policy.store_id.clone(),
        sku: policy.sku.clone(),
    };
    pb::StockPolicy {
        name: item.of(company),
        store_id: policy.store_id.to_string(),
        sku: policy.sku.to_string(),
        reorder_point: write_quantity(policy.reorder_point),
        product_name: policy.product_name.clone(),
        quantity: write_quantity(policy.on_hand),
        low: policy.low_since.is_some(),
        low_start_time: policy.low_since.map(write_time),
    }
}
