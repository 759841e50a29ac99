//! Every projection there is, one line each, and the handle on the read models of them all.

use std::marker::PhantomData;

use posars_event_store::{EventStore, Log};

use crate::projection::{AnyProjection, Registered};
use crate::read_models;
use crate::{Projection, ProjectionError, Projections};

/// Every projection; a new one is a file in `read_models/`, a line here and a table, partitioned by log, in a migration.
pub(crate) const ALL: &[&dyn AnyProjection] = &[
    registered::<read_models::NamesFold>(),
    registered::<read_models::PlacesFold>(),
    registered::<read_models::ProductsFold>(),
    registered::<read_models::SalesFold>(),
    registered::<read_models::DailySalesFold>(),
    registered::<read_models::StockPositionFold>(),
    registered::<read_models::StockMovementsFold>(),
    registered::<read_models::StockReceiptsFold>(),
    registered::<read_models::StockAdjustmentsFold>(),
    registered::<read_models::ShortagesFold>(),
    registered::<read_models::WaitingLinesFold>(),
    registered::<read_models::LowStockFold>(),
    registered::<read_models::AccountsFold>(),
    registered::<read_models::BookSettingsFold>(),
    registered::<read_models::JournalEntriesFold>(),
    registered::<read_models::LedgerLinesFold>(),
    registered::<read_models::AccountDaysFold>(),
    registered::<read_models::BookTiesFold>(),
    registered::<read_models::OpenItemsFold>(),
    registered::<read_models::InstallmentsFold>(),
    registered::<read_models::ItemMovesFold>(),
    registered::<read_models::ItemLookupsFold>(),
    registered::<read_models::StatementLinesFold>(),
    registered::<read_models::PeriodsFold>(),
    registered::<read_models::UnpostedFold>(),
    registered::<read_models::EmployeesFold>(),
    registered::<read_models::EmployeeStintsFold>(),
    registered::<read_models::EmployeeTermsFold>(),
    registered::<read_models::EmployeeSalariesFold>(),
    registered::<read_models::LeavesFold>(),
    registered::<read_models::PayrollsFold>(),
    registered::<read_models::PayrollCostsFold>(),
    registered::<read_models::PersonRecordsFold>(),
];

const fn registered<P: Projection>() -> &'static dyn AnyProjection {
    &Registered::<P>(PhantomData)
}

/// The projection with a name.
pub(crate) fn find(name: &str) -> Result<&'static dyn AnyProjection, ProjectionError> {
    ALL.iter()
        .copied()
        .find(|projection| projection.name() == name)
        .ok_or_else(|| ProjectionError::UnknownProjection {
            name: name.to_owned(),
            known: projection_names().join(", "),
        })
}

/// The names of all projections, in the order they are listed in.
#[must_use]
pub fn projection_names() -> Vec<&'static str> {
    ALL.iter().map(|projection| projection.name()).collect()
}

impl Projections {
    /// Opens the read models of a log, making their empty tables when the log is new.
    ///
    /// # Errors
    /// [`ProjectionError::Database`] when the database is away or not migrated.
    pub async fn open(store: EventStore, log: Log) -> Result<Self, ProjectionError> {
        Self::of(store, log, &projection_names()).await
    }

    /// The version of the code that fills a projection's table here; a table of another one may hold other rows.
    ///
    /// # Errors
    /// [`ProjectionError::UnknownProjection`].
    pub fn version_of(&self, projection: &str) -> Result<u16, ProjectionError> {
        Ok(find(projection)?.version())
    }

    /// The names of all projections, in the order they are listed in.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        projection_names()
    }
}
