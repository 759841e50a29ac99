//! What the stock lacks, to the wire.

use posars_domain::CompanyId;
use posars_domain::waiting::ParkedMovement;
use posars_projections::{Shortage, WaitingLine};

use super::names::{ResourceName as _, SaleName, StockItemName};
use super::value::{write_date, write_quantity, write_time};
use crate::proto::inventory::v1 as pb;

/// Writes a shortage.
pub(crate) fn write_shortage(company: &CompanyId, shortage: &Shortage) -> pb::Shortage {
    let item = StockItemName {
        store_id: shortage.store_id.clone(),
        sku: shortage.sku.clone(),
    };
    let sale = shortage.sale_id.map(|sale_id| SaleName { sale_id }.of(company));
    pb::Shortage {
        stock_item: item.of(company),
        store_id: shortage.store_id.to_string(),
        sku: shortage.sku.to_string(),
        product_name: shortage.product_name.clone(),
        open: shortage.is_open,
        start_time: Some(write_time(shortage.began_at)),
        start_date: Some(write_date(shortage.began_on)),
        missing: write_quantity(shortage.missing),
        sale: sale.unwrap_or_default(),
        end_time: shortage.ended_at.map(write_time),
        end_date: shortage.ended_on.map(write_date),
        times: shortage.times,
    }
}

/// Writes a line of a sale that waits for its product.
pub(crate) fn write_waiting_line(company: &CompanyId, line: &WaitingLine) -> pb::WaitingSaleLine {
    let movement = match line.movement {
        ParkedMovement::Sale => pb::SaleMovement::Sale,
        ParkedMovement::Void => pb::SaleMovement::Void,
        ParkedMovement::Return => pb::SaleMovement::Return,
    };
    let sale = SaleName {
        sale_id: line.sale_id,
    };
    pb::WaitingSaleLine {
        sku: line.sku.to_string(),
        store_id: line.store_id.to_string(),
        sale: sale.of(company),
        line_id: line.line_id.0,
        movement: movement.into(),
        return_id: line.return_id.map(|id| id.to_string()).unwrap_or_default(),
        quantity: write_quantity(line.quantity),
        occur_time: Some(write_time(line.occurred_at)),
        business_date: Some(write_date(line.business_date)),
        wait_time: Some(write_time(line.waits_since)),
    }
}
