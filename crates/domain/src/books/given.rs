//! What whoever posts must know of the books.

use super::BooksState;
use crate::chart::ChartState;

/// The chart of accounts and the months, as the append will find them: it guards the versions that they were read at.
#[derive(Debug, Clone, Copy)]
pub struct GivenBooks<'a> {
    /// The chart.
    pub chart: &'a ChartState,
    /// The months.
    pub months: &'a BooksState,
}
