//! Keys of people that go to another database with their company.
//!
//! They are in one place only: an erasure there would mean nothing while a copy is left here. So what is carried over is
//! removed here once the company lives there.

use std::collections::HashMap;

use futures_util::future::try_join;
use posars_event_store::{EventStore, Log, StoreError, carry_rows};
use tokio_postgres::types::ToSql;

use crate::KeyringError;

/// The parts in which keys are compared.
const PARTS: std::ops::Range<i32> = 0..256;

/// The keys of one company's people in one database.
#[derive(Clone, Copy, Debug)]
pub struct KeysAt<'a> {
    /// The database.
    pub store: &'a EventStore,
    /// The company's log there.
    pub log: &'a Log,
}

impl KeysAt<'_> {
    /// Makes the keys at `to` what they are here; only what differs is copied. Answers in how many of 256 parts that was.
    ///
    /// # Errors
    /// [`KeyringError::Store`]; then nothing has changed.
    pub async fn carry_to(&self, to: &KeysAt<'_>) -> Result<usize, KeyringError> {
        let (here, there) = try_join(self.sums(), to.sums()).await?;
        let parts: Vec<i32> = PARTS.filter(|part| here.get(part) != there.get(part)).collect();
        let to_id = to.log.id();
        let mut writes: Vec<(&str, Vec<&(dyn ToSql + Sync)>)> = Vec::new();
        let company = include_str!("sql/get_company_key.sql");
        let company = self.store.query(company, &[&self.log.id()]).await?;
        let company = company.first().map(|key| {
            let wrapped: Vec<u8> = key.get("wrapped");
            let (master_key, created_at): (String, jiff::Timestamp) =
                (key.get("master_key"), key.get("created_at"));
            (wrapped, master_key, created_at)
        });
        if let Some((wrapped, master_key, created_at)) = &company {
            let params: Vec<&(dyn ToSql + Sync)> = vec![&to_id, wrapped, master_key, created_at];
            writes.push((include_str!("sql/carry_company_key.sql"), params));
        }
        let mut copies = Vec::new();
        if !parts.is_empty() {
            writes.push((include_str!("sql/remove_carried_keys.sql"), vec![&to_id, &parts]));
            writes.push((
                include_str!("sql/remove_carried_destroyed.sql"),
                vec![&to_id, &parts],
            ));
            copies = self.copies(to_id, &parts);
        }
        carry_rows(self.store, to.store, &writes, &copies).await?;
        Ok(parts.len())
    }

    /// What is read here and what takes it in there, a key before what belongs to it.
    fn copies(&self, to_id: i32, parts: &[i32]) -> Vec<(String, &'static str)> {
        let list: Vec<String> = parts.iter().map(ToString::to_string).collect();
        // COPY takes no binds; only integers are written in.
        let copy = |out: &str| {
            out.replace("$1", &self.log.id().to_string())
                .replace("$2", &list.join(", "))
                .replace("$3", &to_id.to_string())
        };
        vec![
            (
                copy(include_str!("sql/carry_keys.sql")),
                include_str!("sql/carry_keys_in.sql"),
            ),
            (
                copy(include_str!("sql/carry_finders.sql")),
                include_str!("sql/carry_finders_in.sql"),
            ),
            (
                copy(include_str!("sql/carry_destroyed.sql")),
                include_str!("sql/carry_destroyed_in.sql"),
            ),
        ]
    }

    /// Removes the keys from here, because the company lives elsewhere, with them.
    ///
    /// # Errors
    /// [`KeyringError::Store`].
    pub async fn remove(&self) -> Result<(), KeyringError> {
        // By the owner: what callers may do stops while a company moves.
        let log_id = self.log.id();
        self.store
            .query(include_str!("sql/remove_all_keys.sql"), &[&log_id])
            .await?;
        self.store
            .query(include_str!("sql/remove_company_key.sql"), &[&log_id])
            .await?;
        Ok(())
    }

    /// Rows and hashes of each part that is not empty.
    async fn sums(&self) -> Result<HashMap<i32, (i64, String)>, StoreError> {
        let sql = include_str!("sql/sums_of_keys.sql");
        let rows = self.store.query(sql, &[&self.log.id()]).await?;
        let sum = |row: &tokio_postgres::Row| (row.get("part"), (row.get("rows"), row.get("hashes")));
        Ok(rows.iter().map(sum).collect())
    }
}
