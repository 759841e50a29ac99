//! Rows on their way into a table: as arrays for `unnest`, or as a binary COPY.

use std::borrow::Borrow;

use bytes::{BufMut, Bytes, BytesMut};
use deadpool_postgres::Transaction;
use futures_util::{SinkExt, pin_mut};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{IsNull, ToSql, Type};

use crate::DatabaseError;

/// Most rows of one statement: its arrays stay within a few megabytes.
const WRITE_ROWS_MAX: usize = 5_000;
/// Rows from which on a COPY costs less than an INSERT: it takes three more round trips, and half the time per row.
const COPY_ROWS_MIN: usize = 250;

/// Bytes of one message of a COPY.
const COPY_MESSAGE_BYTES: usize = 64 * 1_024;
/// The signature of a binary COPY, no flags, no extension.
const COPY_HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// Stands where the next row's number of columns would.
const COPY_END: i16 = -1;

/// The two ways of new rows into a table, with the same columns in the same order.
pub(crate) struct Insert {
    /// A COPY, for many rows.
    pub(crate) copy: &'static str,
    /// An INSERT of arrays, for few; it alone knows what becomes of a row whose key is there already.
    pub(crate) write: &'static str,
}

/// A value on its way to the server.
pub(crate) type Value<'a> = &'a (dyn ToSql + Sync);
/// A column of many rows.
pub(crate) type Column<'a> = Box<dyn ToSql + Sync + Send + 'a>;

/// Why a value has no binary form.
pub(crate) type EncodeError = Box<dyn std::error::Error + Send + Sync>;

/// A row whose columns are known once, for both ways in.
pub(crate) trait TableRow: Send + Sync + Sized {
    /// How many columns it has, without the log.
    const COLUMNS: i16;

    /// Writes its columns, in order, as a COPY has them.
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError>;

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
            const COLUMNS: i16 = 0 $(+ { let _ = stringify!($field); 1 })+;

            fn encode(&self, out: &mut bytes::BytesMut) -> Result<(), $crate::row::EncodeError> {
                $($crate::row::put(&self.$field, &tokio_postgres::types::Type::$sql, out)?;)+
                Ok(())
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

/// Inserts rows whose keys are new; where one is not, the INSERT decides.
pub(crate) async fn insert<R: TableRow>(
    transaction: &Transaction<'_>,
    sql: &Insert,
    log_id: i32,
    rows: &[R],
) -> Result<(), DatabaseError> {
    if rows.len() < COPY_ROWS_MIN {
        return write(transaction, sql.write, log_id, rows).await;
    }
    // A COPY cannot pass over a row, so it must be possible to take it back. The commit releases the savepoint.
    transaction.batch_execute("savepoint before_copy").await?;
    match copy::<R>(transaction, sql.copy, log_id, rows.iter()).await {
        Err(CopyError::Database(error)) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => {
            transaction
                .batch_execute("rollback to savepoint before_copy")
                .await?;
            write(transaction, sql.write, log_id, rows).await
        }
        copied => Ok(copied?),
    }
}

/// Why rows could not be copied in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CopyError {
    #[error(transparent)]
    Database(#[from] tokio_postgres::Error),
    #[error("a value has no binary form: {0}")]
    NoForm(EncodeError),
}

impl From<CopyError> for DatabaseError {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Database(error) => error.into(),
            CopyError::NoForm(_) => Self::Refused(error.to_string()),
        }
    }
}

/// Copies all rows in.
///
/// Not by the driver's own writer: that sends 4 kB at a time, and each message wakes another task.
pub(crate) async fn copy<R: TableRow>(
    transaction: &Transaction<'_>,
    sql: &str,
    log_id: i32,
    rows: impl Iterator<Item: Borrow<R>>,
) -> Result<(), CopyError> {
    let sink = transaction.copy_in::<_, Bytes>(sql).await?;
    pin_mut!(sink);
    let empty = || BytesMut::with_capacity(COPY_MESSAGE_BYTES + COPY_MESSAGE_BYTES / 8);
    let mut out = empty();
    out.put_slice(COPY_HEADER);
    for row in rows {
        out.put_i16(R::COLUMNS + 1);
        put(&log_id, &Type::INT4, &mut out)
            .and_then(|()| row.borrow().encode(&mut out))
            .map_err(CopyError::NoForm)?;
        if out.len() >= COPY_MESSAGE_BYTES {
            sink.send(std::mem::replace(&mut out, empty()).freeze()).await?;
        }
    }
    out.put_i16(COPY_END);
    sink.send(out.freeze()).await?;
    sink.finish().await?;
    Ok(())
}

/// Writes one value as COPY has it: its length, -1 for null, and its binary form.
pub(crate) fn put<T: ToSql>(value: &T, sql_type: &Type, out: &mut BytesMut) -> Result<(), EncodeError> {
    debug_assert!(T::accepts(sql_type), "a column of another type: {sql_type}");
    let start = out.len();
    out.put_i32(-1);
    let form = out.len();
    if let IsNull::No = value.to_sql(sql_type, out)? {
        let size = i32::try_from(out.len() - form)?;
        out[start..form].copy_from_slice(&size.to_be_bytes());
    }
    Ok(())
}
