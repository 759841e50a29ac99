//! Folds of the usual shapes: rows under their keys, and changes of rows that are not in the fold.

use crate::fold_map::TextMap;
use crate::projection::{Fold, Target};
use crate::row::{RowChange, StoredRow, row_bytes};
use crate::{DatabaseError, Load};

/// Rows under their keys: for a read model whose every event tells a whole row. A later row is merged into an earlier one
/// as its columns say.
#[derive(Debug)]
pub struct Rows<R>(pub(crate) TextMap<R>);

impl<R> Default for Rows<R> {
    fn default() -> Self {
        Self(TextMap::default())
    }
}

impl<R: StoredRow> Rows<R> {
    /// Puts a row under its key.
    pub(crate) fn put(&mut self, row: R) {
        self.0.put(row, R::write_key, R::merge);
    }
}

impl<R: StoredRow> Fold for Rows<R> {
    const LOAD: Load = Load::ByKey;

    fn merge(&mut self, later: Self) {
        self.0.merge(later.0, R::merge);
    }

    fn bytes(&self) -> usize {
        self.0.rows().iter().map(R::bytes).sum()
    }

    async fn write(self, target: &Target<'_>) -> Result<(), DatabaseError> {
        target.put(&self.0.into_rows()).await
    }

    async fn copy(self, target: &Target<'_>) -> Result<Self, DatabaseError> {
        target.copy(self.0.into_rows().into_iter()).await?;
        Ok(Self::default())
    }
}

/// Rows that one event each tells whole and no later one changes.
#[derive(Debug)]
pub struct Once<R>(Vec<R>);

impl<R> Default for Once<R> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<R: StoredRow> Once<R> {
    /// Adds the rows of an event.
    pub(crate) fn extend(&mut self, rows: impl IntoIterator<Item = R>) {
        self.0.extend(rows);
    }
}

impl<R: StoredRow> Fold for Once<R> {
    const LOAD: Load = Load::InParts;

    fn merge(&mut self, mut later: Self) {
        self.0.append(&mut later.0);
    }

    fn bytes(&self) -> usize {
        row_bytes::<R>() * self.0.len()
    }

    async fn write(self, target: &Target<'_>) -> Result<(), DatabaseError> {
        target.insert(&self.0).await
    }

    async fn copy(self, target: &Target<'_>) -> Result<Self, DatabaseError> {
        target.copy(self.0.into_iter()).await?;
        Ok(Self::default())
    }
}

/// A change that some event may tell before any told the row.
pub trait LoneChange: RowChange {
    /// The row that the change makes where there is none; mostly nothing.
    fn alone(&self) -> Option<Self::Whole>;
}

/// What some events came to for one row.
#[derive(Debug)]
enum Part<W, C> {
    /// The row was told in them.
    Whole(Box<W>),
    /// It was told before them, and they changed it.
    Change(C),
}

/// Rows under their keys: for a read model of whose events some tell a whole row and others change one.
#[derive(Debug)]
pub struct Parts<W, C>(TextMap<Part<W, C>>);

impl<W, C> Default for Parts<W, C> {
    fn default() -> Self {
        Self(TextMap::default())
    }
}

impl<C: LoneChange> Parts<C::Whole, C> {
    /// Puts a row under its key.
    pub(crate) fn put(&mut self, row: C::Whole) {
        self.0
            .put(Part::Whole(Box::new(row)), Part::write_key, Part::merge);
    }

    /// Changes the row with the change's key.
    pub(crate) fn change(&mut self, change: C) {
        self.0.put(Part::Change(change), Part::write_key, Part::merge);
    }

    fn into_parts(self) -> (Vec<C::Whole>, Vec<C>) {
        let (mut rows, mut changes) = (Vec::new(), Vec::new());
        for part in self.0.into_rows() {
            match part {
                Part::Whole(row) => rows.push(*row),
                Part::Change(change) => changes.push(change),
            }
        }
        (rows, changes)
    }
}

impl<C: RowChange> Part<C::Whole, C> {
    fn write_key(&self, key: &mut String) {
        match self {
            Self::Whole(row) => row.write_key(key),
            Self::Change(change) => change.write_key(key),
        }
    }

    fn merge(&mut self, later: Self) {
        match (self, later) {
            (Self::Whole(row), Self::Whole(later)) => row.merge(*later),
            (Self::Whole(row), Self::Change(change)) => change.apply_to(row),
            (Self::Change(earlier), Self::Change(later)) => earlier.merge(later),
            (earlier @ Self::Change(_), later @ Self::Whole(_)) => *earlier = later,
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Whole(row) => row.bytes(),
            Self::Change(_) => row_bytes::<C>(),
        }
    }
}

impl<C: LoneChange> Fold for Parts<C::Whole, C> {
    const LOAD: Load = Load::ByKey;

    fn merge(&mut self, later: Self) {
        self.0.merge(later.0, Part::merge);
    }

    fn bytes(&self) -> usize {
        self.0.rows().iter().map(Part::bytes).sum()
    }

    async fn write(self, target: &Target<'_>) -> Result<(), DatabaseError> {
        let (rows, changes) = self.into_parts();
        let alone: Vec<C::Whole> = changes.iter().filter_map(C::alone).collect();
        target.put(&rows).await?;
        // Before the changes, which are of rows that are there.
        target.insert(&alone).await?;
        target.change(&changes).await
    }

    async fn copy(self, target: &Target<'_>) -> Result<Self, DatabaseError> {
        let (mut rows, changes) = self.into_parts();
        // Nothing went before: a change without its row stands alone.
        rows.extend(changes.iter().filter_map(C::alone));
        target.copy(rows.into_iter()).await?;
        Ok(Self::default())
    }
}
