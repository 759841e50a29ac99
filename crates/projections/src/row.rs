//! Rows on their way into a table: as arrays for `unnest`, or as a binary COPY.

use std::borrow::Borrow;

use bytes::{BufMut, Bytes, BytesMut};
use deadpool_postgres::Transaction;
use futures_util::{SinkExt, pin_mut};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{IsNull, ToSql, Type};

use crate::DatabaseError;
use crate::column::EncodeError;
use crate::table::{Statements, Table};

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

/// A value on its way to the server.
pub(crate) type Value<'a> = &'a (dyn ToSql + Sync);
/// A column of many rows.
pub(crate) type Column<'a> = Box<dyn ToSql + Sync + Send + 'a>;

/// A row whose columns are known once, for both ways in.
pub trait TableRow: Send + Sync + Sized {
    /// How many columns it has, without the log.
    const COLUMNS: i16;

    /// Writes its columns, in order, as a COPY has them.
    fn encode(&self, out: &mut BytesMut) -> Result<(), EncodeError>;

    fn columns(rows: &[Self]) -> Vec<Column<'_>>;
}

/// A whole row of a read model's table.
pub trait StoredRow: TableRow + 'static {
    /// The table and its columns.
    const TABLE: Table;

    /// Its ways into the table.
    fn statements() -> &'static Statements;

    /// Writes the values of its key, to find it in a fold.
    fn write_key(&self, key: &mut String);

    /// Takes a later row with the same key up, as `put` does in the table.
    fn merge(&mut self, later: Self);

    /// Memory that it takes in a fold, about.
    fn bytes(&self) -> usize;
}

/// What changes a row that is there: its key and some of its columns.
pub trait RowChange: TableRow + 'static {
    /// The row.
    type Whole: StoredRow;
    /// The table with the columns that change.
    const TABLE: Table;

    /// Its way into the table.
    fn statement() -> &'static str;

    /// Writes the values of its key, as the row does.
    fn write_key(&self, key: &mut String);

    /// Changes a row that is still in memory.
    fn apply_to(self, whole: &mut Self::Whole);

    /// Takes a later change of the same row up.
    fn merge(&mut self, later: Self);
}

/// Declares a row: its fields are the columns of its statements, in order and after the log.
///
/// `of` a table it is a whole row, `in` another row it changes that. A column is part of the `key`, or says what becomes of
/// it when its key comes again: `add`, `keep`, `min`, `max`; without a word the later value counts.
macro_rules! table_row {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident of $table:ident {
            $($field:ident: $type:ty = $sql:ident $($rule:ident)?),+ $(,)?
        }
    ) => {
        $crate::row::table_row! { $(#[$meta])* $vis struct $name { $($field: $type = $sql),+ } }

        impl $crate::row::StoredRow for $name {
            const TABLE: $crate::table::Table = $crate::table::Table {
                name: stringify!($table),
                fields: &[$($crate::row::field!($field $sql $($rule)?)),+],
            };

            fn statements() -> &'static $crate::table::Statements {
                static STATEMENTS: std::sync::LazyLock<$crate::table::Statements> =
                    std::sync::LazyLock::new(|| {
                        $crate::table::Statements::of(&<$name as $crate::row::StoredRow>::TABLE)
                    });
                &STATEMENTS
            }

            fn write_key(&self, key: &mut String) {
                $($crate::row::keyed!(key, self.$field $(, $rule)?);)+
            }

            fn merge(&mut self, later: Self) {
                $($crate::row::merged!(self.$field, later.$field $(, $rule)?);)+
            }

            fn bytes(&self) -> usize {
                $crate::row::row_bytes::<Self>() $(+ $crate::row::apart!(&self.$field, $sql))+
            }
        }
    };
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident in $whole:ident {
            $($field:ident: $type:ty = $sql:ident $($rule:ident)?),+ $(,)?
        }
    ) => {
        $crate::row::table_row! { $(#[$meta])* $vis struct $name { $($field: $type = $sql),+ } }

        impl $crate::row::RowChange for $name {
            type Whole = $whole;
            const TABLE: $crate::table::Table = $crate::table::Table {
                name: <$whole as $crate::row::StoredRow>::TABLE.name,
                fields: &[$($crate::row::field!($field $sql $($rule)?)),+],
            };

            fn statement() -> &'static str {
                static STATEMENT: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
                    let whole = <$whole as $crate::row::StoredRow>::TABLE;
                    whole.change(&<$name as $crate::row::RowChange>::TABLE)
                });
                &STATEMENT
            }

            fn write_key(&self, key: &mut String) {
                $($crate::row::keyed!(key, self.$field $(, $rule)?);)+
            }

            fn apply_to(self, whole: &mut $whole) {
                $($crate::row::merged!(whole.$field, self.$field $(, $rule)?);)+
            }

            fn merge(&mut self, later: Self) {
                $($crate::row::merged!(self.$field, later.$field $(, $rule)?);)+
            }
        }
    };
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident { $($field:ident: $type:ty = $sql:ident),+ $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        $vis struct $name {
            $($field: $type),+
        }

        impl $crate::row::TableRow for $name {
            const COLUMNS: i16 = 0 $(+ { let _ = stringify!($field); 1 })+;

            fn encode(&self, out: &mut bytes::BytesMut) -> Result<(), $crate::column::EncodeError> {
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

/// A column of a [`table_row`] with its rule.
macro_rules! field {
    ($name:ident $sql:ident) => {
        $crate::row::field!(@ $name $sql Replace)
    };
    ($name:ident $sql:ident key) => {
        $crate::row::field!(@ $name $sql Key)
    };
    ($name:ident $sql:ident add) => {
        $crate::row::field!(@ $name $sql Add)
    };
    ($name:ident $sql:ident keep) => {
        $crate::row::field!(@ $name $sql Keep)
    };
    ($name:ident $sql:ident min) => {
        $crate::row::field!(@ $name $sql Min)
    };
    ($name:ident $sql:ident max) => {
        $crate::row::field!(@ $name $sql Max)
    };
    (@ $name:ident $sql:ident $rule:ident) => {
        $crate::table::Field {
            name: stringify!($name),
            sql_type: stringify!($sql),
            rule: $crate::table::Rule::$rule,
        }
    };
}
pub(crate) use field;

/// Merges a later value of a column into an earlier one, by the column's rule.
macro_rules! merged {
    ($earlier:expr, $later:expr) => {
        $earlier = $later
    };
    ($earlier:expr, $later:expr, key) => {
        // The same in both.
        let _ = &$later;
    };
    ($earlier:expr, $later:expr, add) => {
        $crate::column::Addable::add(&mut $earlier, $later)
    };
    ($earlier:expr, $later:expr, keep) => {
        if let Some(later) = $later {
            $earlier = Some(later);
        }
    };
    ($earlier:expr, $later:expr, min) => {
        $earlier = $earlier.min($later)
    };
    ($earlier:expr, $later:expr, max) => {
        $earlier = $earlier.max($later)
    };
}
pub(crate) use merged;

/// Writes a value of the key; nothing for a column that is not part of it.
macro_rules! keyed {
    ($key:expr, $value:expr, key) => {{
        $key.push($crate::fold_map::KEY_SEPARATOR);
        // Writing to a String cannot fail.
        let _ = std::fmt::Write::write_fmt($key, format_args!("{}", $value));
    }};
    ($key:expr, $value:expr $(, $rule:ident)?) => {};
}
pub(crate) use keyed;

/// Memory of a value beside its row, where that is worth counting.
macro_rules! apart {
    ($value:expr, JSONB) => {
        $crate::column::JsonObject::bytes($value)
    };
    ($value:expr, $sql:ident) => {
        0
    };
}
pub(crate) use apart;

/// The key of a row in its fold and the texts that it points to, about.
const TEXTS_BYTES: usize = 200;

/// Memory of a row with its key and its texts, about.
pub(crate) const fn row_bytes<R>() -> usize {
    size_of::<R>() + TEXTS_BYTES
}

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

/// Inserts rows whose keys are new; those whose keys are not stay as they are in the table.
pub(crate) async fn insert<R: StoredRow>(
    transaction: &Transaction<'_>,
    log_id: i32,
    rows: &[R],
) -> Result<(), DatabaseError> {
    let statements = R::statements();
    if rows.len() < COPY_ROWS_MIN {
        return write(transaction, &statements.insert, log_id, rows).await;
    }
    // A COPY cannot pass over a row, so it must be possible to take it back. The commit releases the savepoint.
    transaction.batch_execute("savepoint before_copy").await?;
    match copy::<R>(transaction, &statements.copy, log_id, rows.iter()).await {
        Err(CopyError::Database(error)) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => {
            transaction
                .batch_execute("rollback to savepoint before_copy")
                .await?;
            write(transaction, &statements.insert, log_id, rows).await
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
