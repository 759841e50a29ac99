//! Quantities keep to the decimals of their product.

use super::StockRejection;
use crate::{Given, Quantity, Sku};

/// Half a bottle cannot be counted: the quantity keeps to the decimals of the product's unit.
pub(crate) fn in_product_decimals(
    given: &Given<'_>,
    sku: &Sku,
    (field, quantity): (&'static str, Quantity),
) -> Result<(), StockRejection> {
    let Some(product) = given.product.filter(|product| product.sku == *sku) else {
        return Ok(());
    };
    let decimals = product.decimals;
    if quantity.decimals() > u32::from(decimals) {
        return Err(StockRejection::UnitDecimals {
            field,
            sku: sku.clone(),
            quantity,
            decimals,
        });
    }
    Ok(())
}
