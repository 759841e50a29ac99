//! Snapshots: the folded state of a long stream, so that loading it need not start at version 1.
//!
//! A snapshot is a cache. One of another `schema_version` than asked for is as good as none.

use crate::log::Log;
use crate::{JsonText, StoreError, StreamName, Version};

/// A stream's state as of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The version of the last event folded in.
    pub version: Version,
    /// The shape of `state`.
    pub schema_version: u16,
    /// The state.
    pub state: String,
}

impl Log {
    /// Keeps a state; an older one never replaces a newer one of the same shape.
    ///
    /// # Errors
    /// [`StoreError`] when the database is away or refuses.
    pub async fn save_snapshot(
        &self,
        stream: &StreamName,
        version: Version,
        schema_version: u16,
        state: &JsonText,
    ) -> Result<(), StoreError> {
        let shape = i16::try_from(schema_version).map_err(|_| {
            StoreError::Refused(format!("snapshot schema version {schema_version} is above 32767"))
        })?;
        let sql = include_str!("sql/save_snapshot.sql");
        let params: [&(dyn tokio_postgres::types::ToSql + Sync); 5] = [
            &stream.as_str(),
            &self.id,
            &version.to_sql(),
            &shape,
            &state.as_str(),
        ];
        self.connections().query(sql, &params).await?;
        Ok(())
    }

    /// The newest snapshot of a stream that has the shape asked for.
    ///
    /// # Errors
    /// [`StoreError`] when the database is away or refuses.
    pub async fn load_snapshot(
        &self,
        stream: &StreamName,
        schema_version: u16,
    ) -> Result<Option<Snapshot>, StoreError> {
        let sql = include_str!("sql/load_snapshot.sql");
        let rows = self
            .connections()
            .query(sql, &[&stream.as_str(), &self.id])
            .await?;
        let snapshot = rows.first().map(|row| Snapshot {
            version: Version::from_sql(row.get("version")),
            schema_version: u16::try_from(row.get::<_, i16>("schema_version")).unwrap_or(0),
            state: row.get("state"),
        });
        Ok(snapshot.filter(|snapshot| snapshot.schema_version == schema_version))
    }
}
