//! Daily figures, to the wire.

use posars_domain::Currency;
use posars_projections::{DailySales, SalesFigures};
use tonic::Status;

use super::value::{write_date, write_money, write_quantity};
use crate::proto::reporting::v1 as pb;
use crate::status;

/// Writes rows per day, store, currency and method as days with their methods; the rows come in that order.
///
/// # Errors
/// When a day's sums leave the range of an amount, which no real shop's do.
pub(crate) fn write_daily_sales(rows: &[DailySales]) -> Result<Vec<pb::DailySales>, Status> {
    let same_day = |one: &DailySales, other: &DailySales| {
        (one.business_date, &one.store_id, one.currency)
            == (other.business_date, &other.store_id, other.currency)
    };
    rows.chunk_by(same_day)
        .filter_map(|methods| methods.first().map(|first| write_day(first, methods)))
        .collect()
}

fn write_day(first: &DailySales, methods: &[DailySales]) -> Result<pb::DailySales, Status> {
    let mut whole = Some(SalesFigures::default());
    for method in methods {
        whole = whole.and_then(|whole| whole.checked_add(&method.figures));
    }
    let whole = whole.ok_or_else(|| status::out_of_range(&first.business_date, &first.store_id))?;
    let write_method = |row: &DailySales| pb::MethodFigures {
        method: row.method.to_string(),
        figures: Some(write_figures(&row.figures, row.currency)),
    };
    Ok(pb::DailySales {
        store_id: first.store_id.to_string(),
        store_name: first.store_name.clone(),
        business_date: Some(write_date(first.business_date)),
        figures: Some(write_figures(&whole, first.currency)),
        methods: methods.iter().map(write_method).collect(),
    })
}

fn write_figures(figures: &SalesFigures, currency: Currency) -> pb::SalesFigures {
    pb::SalesFigures {
        sale_count: figures.sales,
        payment_count: figures.payments,
        quantity: write_quantity(figures.quantity),
        gross_total: write_money(figures.gross, currency),
        discount_total: write_money(figures.discount, currency),
        total: write_money(figures.total, currency),
        return_count: figures.returns,
        refund_total: write_money(figures.refunds, currency),
        void_count: figures.voids,
        void_total: write_money(figures.voided, currency),
        net_total: figures.net().and_then(|net| write_money(net, currency)),
    }
}
