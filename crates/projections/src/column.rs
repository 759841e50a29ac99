//! What columns hold besides the types of the driver: JSON, what a row has many of, each under a number of its own; and how
//! columns that are added up come together.

use std::collections::BTreeMap;

use bytes::{BufMut as _, BytesMut};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

/// Why a value has no binary form.
pub(crate) type EncodeError = Box<dyn std::error::Error + Send + Sync>;

/// Stands before the text of every binary `jsonb`.
const JSONB_VERSION: u8 = 1;

/// What a column with the rule `add` holds.
pub(crate) trait Addable {
    fn add(&mut self, later: Self);
}

impl Addable for i64 {
    fn add(&mut self, later: Self) {
        *self = self.saturating_add(later);
    }
}

impl Addable for i32 {
    fn add(&mut self, later: Self) {
        *self = self.saturating_add(later);
    }
}

/// Things by number. Adding two puts their things together, in the table too, whichever comes first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct JsonObject<T>(pub(crate) BTreeMap<u32, T>);

impl<T> JsonObject<T> {
    /// Memory of what it holds, about: twice the things, because their texts lie elsewhere.
    pub(crate) fn bytes(&self) -> usize {
        2 * self.0.len() * size_of::<(u32, T)>()
    }
}

impl<T> Addable for JsonObject<T> {
    fn add(&mut self, later: Self) {
        self.0.extend(later.0);
    }
}

impl<T: Serialize + std::fmt::Debug> ToSql for JsonObject<T> {
    fn to_sql(&self, _sql_type: &Type, out: &mut BytesMut) -> Result<IsNull, EncodeError> {
        out.put_u8(JSONB_VERSION);
        serde_json::to_writer(out.writer(), &self.0)?;
        Ok(IsNull::No)
    }

    fn accepts(sql_type: &Type) -> bool {
        *sql_type == Type::JSONB
    }

    to_sql_checked!();
}

impl<'a, T: DeserializeOwned> FromSql<'a> for JsonObject<T> {
    fn from_sql(_sql_type: &Type, raw: &'a [u8]) -> Result<Self, EncodeError> {
        let text = raw
            .strip_prefix(&[JSONB_VERSION])
            .ok_or("a jsonb of an unknown version")?;
        Ok(Self(serde_json::from_slice(text)?))
    }

    fn accepts(sql_type: &Type) -> bool {
        *sql_type == Type::JSONB
    }
}
