//! Rows on their way into a table: as arrays for `unnest`, or as a binary COPY.

use deadpool_postgres::Transaction;
use futures_util::pin_mut;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};

use crate::DatabaseError;

/// Most rows of one statement: its arrays stay within a few megabytes.
const WRITE_ROWS_MAX: usize = 5_000;

/// A value on its way to the server.
pub(crate) type Value<'a> = &'a (dyn ToSql + Sync);
/// A column of many rows.
pub(crate) type Column<'a> = Box<dyn ToSql + Sync + Send + 'a>;

/// A row whose columns are known once, for both ways in.
pub(crate) trait TableRow: Send + Sync + Sized {
    /// The types of its columns, in order.
    const TYPES: &'static [Type];

    fn values(&self) -> Vec<Value<'_>>;

    fn columns(rows: &[Self]) -> Vec<Column<'_>>;
}

/// Declares a row: its fields are the columns of its statements, in order and after the log.
macro_rules! table_row {
    (
        $(#[$meta:meta])*
        struct $name:ident { $($field:ident: $type:ty = $sql:ident),+ $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        struct $name {
            $($field: $type),+
        }

        impl $crate::row::TableRow for $name {
            const TYPES: &'static [tokio_postgres::types::Type] =
                &[$(tokio_postgres::types::Type::$sql),+];

            fn values(&self) -> Vec<$crate::row::Value<'_>> {
                vec![$(&self.$field),+]
            }

            fn columns(rows: &[Self]) -> Vec<$crate::row::Column<'_>> {
                vec![$(Box::new(rows.iter().map(|row| &row.$field).collect::<Vec<_>>())),+]
            }
        }
    };
}
pub(crate) use table_row;

/// Runs a statement over all rows, some thousand at a time.
pub(crate) async fn write<R: TableRow>(
    transaction: &Transaction<'_>,
    sql: &str,
    log_id: i32,
    rows: &[R],
) -> Result<(), DatabaseError> {
    if rows.is_empty() {
        return Ok(());
    }
    let statement = transaction.prepare_cached(sql).await?;
    for rows in rows.chunks(WRITE_ROWS_MAX) {
        let columns = R::columns(rows);
        let mut params: Vec<Value<'_>> = vec![&log_id];
        for column in &columns {
            params.push(&**column);
        }
        transaction.execute(&statement, &params).await?;
    }
    Ok(())
}

/// Copies all rows in.
pub(crate) async fn copy<R: TableRow>(
    transaction: &Transaction<'_>,
    sql: &str,
    log_id: i32,
    rows: &[R],
) -> Result<(), DatabaseError> {
    let types: Vec<Type> = std::iter::once(Type::INT4)
        .chain(R::TYPES.iter().cloned())
        .collect();
    let writer = BinaryCopyInWriter::new(transaction.copy_in(sql).await?, &types);
    pin_mut!(writer);
    let mut values: Vec<Value<'_>> = Vec::with_capacity(types.len());
    for row in rows {
        values.clear();
        values.push(&log_id);
        values.extend(row.values());
        writer.as_mut().write(&values).await?;
    }
    writer.finish().await?;
    Ok(())
}
