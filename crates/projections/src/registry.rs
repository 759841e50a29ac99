//! Every projection there is, one line each.

use std::marker::PhantomData;

use crate::projection::{AnyProjection, Registered};
use crate::read_models::{
    DailySalesFold, NamesFold, PlacesFold, ProductsFold, SalesFold, StockMovementsFold, StockPositionFold,
};
use crate::{Projection, ProjectionError};

/// Every projection; a new one is a line here and a table, partitioned by log, in a migration.
pub(crate) const ALL: [&dyn AnyProjection; 7] = [
    registered::<NamesFold>(),
    registered::<PlacesFold>(),
    registered::<ProductsFold>(),
    registered::<SalesFold>(),
    registered::<DailySalesFold>(),
    registered::<StockPositionFold>(),
    registered::<StockMovementsFold>(),
];

const fn registered<P: Projection>() -> &'static dyn AnyProjection {
    &Registered::<P>(PhantomData)
}

/// The projection with a name.
pub(crate) fn find(name: &str) -> Result<&'static dyn AnyProjection, ProjectionError> {
    ALL.into_iter()
        .find(|projection| projection.name() == name)
        .ok_or_else(|| {
            let known: Vec<&str> = ALL.iter().map(|projection| projection.name()).collect();
            ProjectionError::UnknownProjection {
                name: name.to_owned(),
                known: known.join(", "),
            }
        })
}
