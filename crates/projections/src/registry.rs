//! Every projection there is, one line each, and the handle on the read models of them all.

use std::marker::PhantomData;

use posars_event_store::{EventStore, Log};

use crate::projection::{AnyProjection, Registered};
use crate::read_models::{
    DailySalesFold, NamesFold, PlacesFold, ProductsFold, SalesFold, StockMovementsFold, StockPositionFold,
};
use crate::{Projection, ProjectionError, Projections};

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
        .ok_or_else(|| ProjectionError::UnknownProjection {
            name: name.to_owned(),
            known: names().join(", "),
        })
}

fn names() -> [&'static str; ALL.len()] {
    ALL.map(|projection| projection.name())
}

impl Projections {
    /// Opens the read models of a log, making their empty tables when the log is new.
    ///
    /// # Errors
    /// [`ProjectionError::Database`] when the database is away or not migrated.
    pub async fn open(store: EventStore, log: Log) -> Result<Self, ProjectionError> {
        Self::of(store, log, &names()).await
    }

    /// The names of all projections, in the order they are listed in.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        names().to_vec()
    }
}
