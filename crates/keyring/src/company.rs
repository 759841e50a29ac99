//! The company's own key: what wraps the keys of its people, and what its people are found by.

use std::sync::{Arc, MutexGuard, PoisonError};

use posars_domain::KeyId;
use tokio_postgres::types::ToSql;
use zeroize::Zeroizing;

use crate::cipher::{KEY_BYTES, Key};
use crate::company_key::{CompanyKey, company_context};
use crate::{Keyring, KeyringError, MasterKey};

impl Keyring {
    /// The company's own key, made at the first use.
    pub(crate) async fn company(&self) -> Result<Arc<CompanyKey>, KeyringError> {
        match self.known_company().await? {
            Some(company) => Ok(company),
            None => self.make_company().await,
        }
    }

    async fn make_company(&self) -> Result<Arc<CompanyKey>, KeyringError> {
        let log = &self.shared.log;
        let new = Zeroizing::new([*Key::random().bytes(), *Key::random().bytes()].concat());
        let wrapped = self.master()?.wrap(&new, &company_context(log.name())).await?;
        let params: [&(dyn ToSql + Sync); 3] = [&log.id(), &wrapped.ciphertext, &wrapped.master_key];
        log.query(include_str!("sql/make_company_key.sql"), &params)
            .await?;
        // Another process may have been faster: what is there holds.
        match self.known_company().await {
            Ok(Some(company)) => Ok(company),
            Ok(None) => Err(KeyringError::Damaged("the company's key".to_owned())),
            Err(error) => {
                // The master key was dropped while this was under way: what can never be opened is not left behind.
                let params: [&(dyn ToSql + Sync); 2] = [&log.id(), &wrapped.ciphertext];
                log.query(include_str!("sql/unmake_company_key.sql"), &params)
                    .await?;
                Err(error)
            }
        }
    }

    /// The company's own key; none before the first use.
    pub(crate) async fn known_company(&self) -> Result<Option<Arc<CompanyKey>>, KeyringError> {
        let known = self.company_cell().clone();
        if known.is_some() {
            return Ok(known);
        }
        let Some((wrapped, _)) = self.stored_company().await? else {
            return Ok(None);
        };
        let context = company_context(self.shared.log.name());
        let plain = self.master()?.unwrap(&wrapped, &context).await?;
        let both = plain.split_at_checked(KEY_BYTES);
        let both = both.and_then(|(one, other)| Some((Key::from_bytes(one)?, Key::from_bytes(other)?)));
        let (wrapping, finding) =
            both.ok_or_else(|| KeyringError::Damaged("the company's key".to_owned()))?;
        let company = Arc::new(CompanyKey::new(wrapping, finding));
        *self.company_cell() = Some(Arc::clone(&company));
        Ok(Some(company))
    }

    pub(crate) fn master(&self) -> Result<&Arc<dyn MasterKey>, KeyringError> {
        self.shared.master.as_ref().ok_or(KeyringError::NoMasterKey)
    }

    pub(crate) fn company_cell(&self) -> MutexGuard<'_, Option<Arc<CompanyKey>>> {
        self.shared.company.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn unwrapped(
        &self,
        company: &CompanyKey,
        key_id: KeyId,
        wrapped: &[u8],
    ) -> Result<Key, KeyringError> {
        let plain = company.wrapping.decrypt(wrapped, &self.binding(key_id));
        let key = plain.ok().and_then(|plain| Key::from_bytes(&plain));
        key.ok_or_else(|| KeyringError::Damaged(format!("key {key_id}")))
    }

    /// What a wrapped key is bound to.
    pub(crate) fn binding(&self, key_id: KeyId) -> Vec<u8> {
        format!("{}\0{key_id}", self.shared.log.name()).into_bytes()
    }
}
