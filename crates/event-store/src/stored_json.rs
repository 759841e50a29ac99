//! JSON as PostgreSQL's `json` holds it: the text itself, in both directions.
//!
//! A cast to `text` in the statement would print and parse every payload once more.

use std::error::Error;

use bytes::BytesMut;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, accepts, to_sql_checked};

/// A checked JSON text on its way into a `json` column, or borrowed from a row of one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoredJson<'a>(pub(crate) &'a str);

impl ToSql for StoredJson<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }

    accepts!(JSON);
    to_sql_checked!();
}

impl<'a> FromSql<'a> for StoredJson<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(std::str::from_utf8(raw)?))
    }

    accepts!(JSON);
}
