//! How a company's keys stand, and their rotation.

use jiff::Timestamp;
use posars_domain::RetentionClass;
use posars_event_store::EventStore;
use tokio_postgres::types::ToSql;

use crate::company_key::company_context;
use crate::keyring::class;
use crate::{Keyring, KeyringError, Wrapped};

/// How a company's keys stand.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The company's own key; none before the first use.
    pub company: Option<CompanyStanding>,
    /// How many keys persons have, by class.
    pub keys: Vec<(RetentionClass, u64)>,
}

/// How a company's own key stands.
#[derive(Debug, Clone)]
pub struct CompanyStanding {
    /// The master key that wraps it.
    pub master_key: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// Why nothing that is personal can be read; none when it can.
    pub problem: Option<KeyringError>,
}

impl Keyring {
    /// How the keys stand.
    ///
    /// # Errors
    /// [`KeyringError::Store`].
    pub async fn standing(&self) -> Result<Standing, KeyringError> {
        let log = &self.shared.log;
        let company = match self.stored_company().await? {
            Some((wrapped, created_at)) => {
                let context = company_context(log.name());
                let opened = match self.master() {
                    Ok(master) => master.unwrap(&wrapped, &context).await,
                    Err(error) => Err(error),
                };
                Some(CompanyStanding {
                    master_key: wrapped.master_key,
                    created_at,
                    problem: opened.err(),
                })
            }
            None => None,
        };
        let rows = log
            .query(include_str!("sql/count_keys.sql"), &[&log.id()])
            .await?;
        let keys = rows.iter().map(|row| {
            let count = u64::try_from(row.get::<_, i64>("keys")).unwrap_or_default();
            Ok((class(row.get("class"))?, count))
        });
        Ok(Standing {
            company,
            keys: keys.collect::<Result<_, KeyringError>>()?,
        })
    }

    /// Wraps the company's key with the current master key; whether it was wrapped by another. The keys of persons, and what
    /// they seal, stay as they are.
    ///
    /// # Errors
    /// [`KeyringError`]: the master key that wraps it now must be at hand.
    pub async fn rewrap(&self) -> Result<bool, KeyringError> {
        let log = &self.shared.log;
        let context = company_context(log.name());
        let Some((old, _)) = self.stored_company().await? else {
            return Ok(false);
        };
        let plain = self.master()?.unwrap(&old, &context).await?;
        let new = self.master()?.wrap(&plain, &context).await?;
        if new.master_key == old.master_key {
            return Ok(false);
        }
        let params: [&(dyn ToSql + Sync); 4] = [&log.id(), &new.ciphertext, &new.master_key, &old.ciphertext];
        log.query(include_str!("sql/rewrap_company_key.sql"), &params)
            .await?;
        Ok(true)
    }

    pub(crate) async fn stored_company(&self) -> Result<Option<(Wrapped, Timestamp)>, KeyringError> {
        let log = &self.shared.log;
        let rows = log
            .query(include_str!("sql/get_company_key.sql"), &[&log.id()])
            .await?;
        Ok(rows.first().map(|row| {
            let wrapped = Wrapped {
                master_key: row.get("master_key"),
                ciphertext: row.get("wrapped"),
            };
            (wrapped, row.get("created_at"))
        }))
    }
}

/// The master keys that wrap companies' keys in a database.
///
/// # Errors
/// [`KeyringError::Store`].
pub async fn master_keys_in_use(store: &EventStore) -> Result<Vec<String>, KeyringError> {
    let rows = store
        .query(include_str!("sql/master_keys_in_use.sql"), &[])
        .await?;
    Ok(rows.iter().map(|row| row.get("master_key")).collect())
}

/// Takes what is left of destroyed keys out of the tables' pages, as far as no other transaction still sees them.
///
/// # Errors
/// [`KeyringError::Store`].
pub async fn sweep(store: &EventStore) -> Result<(), KeyringError> {
    store.query(include_str!("sql/sweep_finders.sql"), &[]).await?;
    store.query(include_str!("sql/sweep_keys.sql"), &[]).await?;
    Ok(())
}

/// The time to put down with a copy of the keys that begins now: every key that was made before it is in the copy. A minute
/// ago by the database's clock, since what is being written in this moment is not seen yet.
///
/// # Errors
/// [`KeyringError::Store`].
pub async fn time_of_copy(store: &EventStore) -> Result<Timestamp, KeyringError> {
    let rows = store.query(include_str!("sql/time_of_copy.sql"), &[]).await?;
    let row = rows.first().ok_or(KeyringError::Damaged("no clock".to_owned()))?;
    Ok(row.get("copied_at"))
}
