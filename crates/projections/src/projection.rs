//! What a projection is: a pure fold of events into rows, and how the rows reach their table.

use std::any::Any;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use deadpool_postgres::Transaction;

use crate::row::{self, RowChange, StoredRow};
use crate::{ApplyError, DatabaseError, Event};

/// Events folded into the rows of one table.
///
/// The fold is pure: no I/O, no clock, no randomness. It holds *changes*, so that a page of events can be folded
/// by itself and written over what the table has, and ranges of the log can be folded side by side:
///
/// ```
/// use posars_domain::sale::SaleKind;
/// use posars_projections::{ApplyError, Event, EventKind, Projection};
///
/// /// How many sales each stream category saw: a fold without a table shows the shape.
/// fn apply(event: &Event<'_>, sales: &mut u64) -> Result<(), ApplyError> {
///     if event.kind == EventKind::Sale(SaleKind::SaleRecorded) {
///         *sales += 1;
///     }
///     Ok(())
/// }
/// let merge = |earlier: &mut u64, later: u64| *earlier += later;
/// let (mut first, second) = (2, 3);
/// merge(&mut first, second);
/// assert_eq!(first, 5);
/// # let _ = apply;
/// ```
pub trait Projection: Send + Sync + 'static {
    /// The name of the projection and of its table.
    const NAME: &'static str;
    /// Raised whenever the same events would give other rows; the runner then rebuilds.
    const VERSION: u16;
    /// The changes of some events, in memory.
    type Fold: Fold;

    /// Folds one event in. On an error the fold must be as it was, and whether there is an error must depend on
    /// the event alone: the same event is then parked live and in every rebuild.
    ///
    /// # Errors
    /// [`ApplyError`] says why the event cannot be read.
    fn apply(event: &Event<'_>, fold: &mut Self::Fold) -> Result<(), ApplyError>;
}

/// The changes of some events in memory, and their way into the table. Most read models take one of the two folds in
/// `fold.rs`.
pub trait Fold: Default + Send + 'static {
    /// How a rebuild may fill the table.
    const LOAD: Load;

    /// Adds what a later part of the log came to.
    fn merge(&mut self, later: Self);

    /// How much memory it takes, about, in bytes; bounds a rebuild's.
    fn bytes(&self) -> usize;

    /// Writes the changes over what the table has.
    fn write(self, target: &Target<'_>) -> impl Future<Output = Result<(), DatabaseError>> + Send;

    /// Copies the rows of a log folded from its start into a table without indexes; with [`Load::InParts`] also those of
    /// any later part. Gives back what the next part has to know and what [`Fold::write`] has to add at the end.
    fn copy(self, target: &Target<'_>) -> impl Future<Output = Result<Self, DatabaseError>> + Send;
}

/// How a rebuild fills a table whose rows are too many for the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Load {
    /// An event makes a row, and what changes rows of earlier parts is little: part after part is copied.
    InParts,
    /// A row gathers many events: after the first part the others are written over what the table has.
    ByKey,
}

/// Where a fold goes: the tables that the transaction's search path finds, and the log.
pub struct Target<'a> {
    pub(crate) transaction: &'a Transaction<'a>,
    pub(crate) log_id: i32,
    /// Whether this transaction made the table.
    pub(crate) is_new: bool,
}

impl Target<'_> {
    /// Asks about rows that the table has: `$1` is the log.
    pub(crate) async fn query(
        &self,
        sql: &str,
        params: &[row::Value<'_>],
    ) -> Result<Vec<tokio_postgres::Row>, DatabaseError> {
        let statement = self.transaction.prepare_cached(sql).await?;
        let mut all: Vec<row::Value<'_>> = vec![&self.log_id];
        all.extend_from_slice(params);
        Ok(self.transaction.query(&statement, &all).await?)
    }

    /// Writes rows, over those that have the same key as their columns say.
    pub(crate) async fn put<R: StoredRow>(&self, rows: &[R]) -> Result<(), DatabaseError> {
        row::write(self.transaction, &R::statements().put, self.log_id, rows).await
    }

    /// Inserts rows; those whose key is there already stay as they are.
    pub(crate) async fn insert<R: StoredRow>(&self, rows: &[R]) -> Result<(), DatabaseError> {
        row::insert(self.transaction, self.log_id, rows).await
    }

    /// Changes rows that are there.
    pub(crate) async fn change<C: RowChange>(&self, changes: &[C]) -> Result<(), DatabaseError> {
        row::write(self.transaction, C::statement(), self.log_id, changes).await
    }

    /// Removes the rows that have one of these texts in a column.
    pub(crate) async fn remove<R: StoredRow>(
        &self,
        column: &'static str,
        texts: &[&str],
    ) -> Result<(), DatabaseError> {
        if !texts.is_empty() {
            self.query(&R::TABLE.removal(column), &[&texts]).await?;
        }
        Ok(())
    }

    /// Copies rows in; each may be made as it goes, since all of them twice would be the most that a rebuild holds.
    pub(crate) async fn copy<R: StoredRow>(
        &self,
        rows: impl Iterator<Item = R>,
    ) -> Result<(), DatabaseError> {
        let statements = R::statements();
        // Frozen rows come in the transaction that made the table.
        let sql = if self.is_new {
            &statements.copy_frozen
        } else {
            &statements.copy
        };
        Ok(row::copy::<R>(self.transaction, sql, self.log_id, rows).await?)
    }
}

type Written<'a> = Pin<Box<dyn Future<Output = Result<(), DatabaseError>> + Send + 'a>>;
type Copied<'a> = Pin<Box<dyn Future<Output = Result<Box<dyn AnyFold>, DatabaseError>> + Send + 'a>>;

/// A projection as the runner and the rebuild handle it, whatever its rows are.
pub(crate) trait AnyProjection: Send + Sync {
    fn name(&self) -> &'static str;
    fn version(&self) -> u16;
    fn load(&self) -> Load;
    fn empty(&self) -> Box<dyn AnyFold>;
}

/// A fold of some projection.
pub(crate) trait AnyFold: Send {
    fn apply(&mut self, event: &Event<'_>) -> Result<(), ApplyError>;
    fn merge(&mut self, later: Box<dyn AnyFold>);
    fn bytes(&self) -> usize;
    fn write<'a>(self: Box<Self>, target: &'a Target<'a>) -> Written<'a>;
    fn copy<'a>(self: Box<Self>, target: &'a Target<'a>) -> Copied<'a>;
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

/// Makes a projection one of many.
pub(crate) struct Registered<P>(pub(crate) PhantomData<P>);

impl<P: Projection> AnyProjection for Registered<P> {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn version(&self) -> u16 {
        P::VERSION
    }

    fn load(&self) -> Load {
        P::Fold::LOAD
    }

    fn empty(&self) -> Box<dyn AnyFold> {
        Box::new(FoldOf::<P>(P::Fold::default()))
    }
}

struct FoldOf<P: Projection>(P::Fold);

impl<P: Projection> AnyFold for FoldOf<P> {
    fn apply(&mut self, event: &Event<'_>) -> Result<(), ApplyError> {
        P::apply(event, &mut self.0)
    }

    fn merge(&mut self, later: Box<dyn AnyFold>) {
        // Folds are only ever merged within one rebuild of one projection, so the types agree.
        if let Ok(later) = later.into_any().downcast::<Self>() {
            self.0.merge(later.0);
        } else {
            debug_assert!(false, "folds of two projections were merged");
        }
    }

    fn bytes(&self) -> usize {
        self.0.bytes()
    }

    fn write<'a>(self: Box<Self>, target: &'a Target<'a>) -> Written<'a> {
        Box::pin(self.0.write(target))
    }

    fn copy<'a>(self: Box<Self>, target: &'a Target<'a>) -> Copied<'a> {
        Box::pin(async move {
            let rest = self.0.copy(target).await?;
            Ok::<Box<dyn AnyFold>, _>(Box::new(Self(rest)))
        })
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}
