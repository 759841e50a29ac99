//! The keys of one company's people.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD_NO_PAD;
use foldhash::{HashMap, HashSet};
use jiff::civil::Date;
use posars_domain::{KeyId, PersonalField, RetentionClass, Sealed, SubjectId};
use posars_event_store::Log;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::cipher::{Key, filled, unfilled};
use crate::company_key::CompanyKey;
use crate::kept::Kept;
use crate::{KeyringError, MasterKey, Opened, Opening, Place, SubjectKeys};

/// The keys of one company's people. Cheap to clone.
#[derive(Clone)]
pub struct Keyring {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    pub(crate) log: Log,
    pub(crate) master: Option<Arc<dyn MasterKey>>,
    pub(crate) company: Mutex<Option<Arc<CompanyKey>>>,
    pub(crate) kept: Mutex<Kept>,
}

/// What there is of keys that were asked for.
#[derive(Default)]
struct Fetched {
    keys: HashMap<KeyId, Key>,
    destroyed: HashSet<KeyId>,
}

/// A person's key that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// The class.
    pub class: RetentionClass,
    /// The latest business day of anything that it seals.
    pub last_used_on: Date,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Keyring({})", self.shared.log.name())
    }
}

impl Keyring {
    /// The keys of the company whose log this is. Without a master key nothing can be sealed or opened, and everything else
    /// works.
    #[must_use]
    pub fn new(log: Log, master: Option<Arc<dyn MasterKey>>) -> Self {
        Self {
            shared: Arc::new(Shared {
                log,
                master,
                company: Mutex::default(),
                kept: Mutex::default(),
            }),
        }
    }

    /// The keys of the same company in another database, under the same master key.
    #[must_use]
    pub fn of_log(&self, log: Log) -> Self {
        Self::new(log, self.shared.master.clone())
    }

    pub(crate) fn log(&self) -> &Log {
        &self.shared.log
    }

    /// Seals the fields of an event with keys that were asked for.
    ///
    /// # Errors
    /// [`KeyringError::Damaged`] when a key was not asked for.
    pub fn seal(
        &self,
        fields: Vec<PersonalField<'_>>,
        place: Place<'_>,
        keys: &SubjectKeys,
    ) -> Result<(), KeyringError> {
        let log = self.shared.log.name();
        for field in fields {
            let Some(json) = field.data.to_clear_json().map(Zeroizing::new) else {
                continue;
            };
            let key = keys.get(field.subject, field.class);
            let key =
                key.ok_or_else(|| KeyringError::Damaged(format!("no key was made for {}", field.path)))?;
            let ciphertext = key.key.encrypt(&filled(&json), &place.binding(log, &field.path));
            field.data.seal(Sealed {
                key: key.key_id,
                sealed: BASE64_STANDARD_NO_PAD.encode(ciphertext).into(),
            });
        }
        Ok(())
    }

    /// Opens fields as far as their keys are there; those whose key is gone stay sealed.
    ///
    /// # Errors
    /// [`KeyringError::Damaged`] when a field was sealed for another place or was changed; nothing is told of what it may
    /// have been.
    pub async fn open(&self, fields: &mut [Opening<'_>]) -> Result<Opened, KeyringError> {
        let sealed = fields.iter().filter_map(|field| field.data.as_sealed());
        let key_ids: Vec<Uuid> = sealed.map(|sealed| sealed.key.uuid()).collect();
        if key_ids.is_empty() {
            return Ok(Opened::default());
        }
        let fetched = self.fetched(key_ids).await?;
        let mut opened = Opened::default();
        for field in fields {
            let Some(sealed) = field.data.as_sealed() else {
                continue;
            };
            let Some(key) = fetched.keys.get(&sealed.key) else {
                if fetched.destroyed.contains(&sealed.key) {
                    opened.erased += 1;
                } else {
                    opened.missing.push(sealed.key);
                }
                continue;
            };
            let foreign =
                || KeyringError::Damaged(format!("{} of event {}", field.path, field.place.event_id));
            let ciphertext = BASE64_STANDARD_NO_PAD
                .decode(&*sealed.sealed)
                .map_err(|_| foreign())?;
            let binding = field.place.binding(self.shared.log.name(), &field.path);
            let plain = key.decrypt(&ciphertext, &binding).map_err(|_| foreign())?;
            let json = unfilled(&plain).ok_or_else(foreign)?;
            field.data.open(json).map_err(|_| foreign())?;
            opened.clear += 1;
        }
        opened.missing.sort_unstable();
        opened.missing.dedup();
        if !opened.missing.is_empty() {
            tracing::error!(
                keys = opened.missing.len(),
                "keys are missing that nobody destroyed; bring in a later copy with `posars keys import`"
            );
        }
        Ok(opened)
    }

    /// The keys that are there, and those that were destroyed. The tables are asked each time, so that a key which another
    /// process has destroyed opens nothing here.
    async fn fetched(&self, mut key_ids: Vec<Uuid>) -> Result<Fetched, KeyringError> {
        let mut fetched = Fetched::default();
        key_ids.sort_unstable();
        key_ids.dedup();
        let log_id = self.shared.log.id();
        let rows = self
            .shared
            .log
            .query(include_str!("sql/get_keys.sql"), &[&log_id, &key_ids])
            .await?;
        let mut company = None;
        for row in rows {
            let key_id = KeyId::new(row.get("key_id"));
            let Some(wrapped) = row.get::<_, Option<&[u8]>>("wrapped") else {
                fetched.destroyed.insert(key_id);
                continue;
            };
            if company.is_none() {
                company = self.known_company().await?;
            }
            let Some(company) = &company else {
                return Err(KeyringError::Damaged("the company's key".to_owned()));
            };
            fetched
                .keys
                .insert(key_id, self.unwrapped(company, key_id, wrapped)?);
        }
        Ok(fetched)
    }

    /// The keys of a person that are there.
    ///
    /// # Errors
    /// [`KeyringError`].
    pub async fn uses(&self, subject: &SubjectId) -> Result<Vec<KeyUse>, KeyringError> {
        let params: [&(dyn tokio_postgres::types::ToSql + Sync); 2] =
            [&self.shared.log.id(), &subject.as_str()];
        let rows = self
            .shared
            .log
            .query(include_str!("sql/keys_of_subject.sql"), &params)
            .await?;
        let uses = rows.iter().map(|row| {
            Ok(KeyUse {
                class: class(row.get("class"))?,
                last_used_on: row.get("last_used_on"),
            })
        });
        uses.collect()
    }

    /// Destroys keys of a person, for ever; those that are gone already are no matter. Only after the event that says so.
    ///
    /// # Errors
    /// [`KeyringError`].
    pub async fn destroy(
        &self,
        subject: &SubjectId,
        classes: &[RetentionClass],
    ) -> Result<u64, KeyringError> {
        let names: Vec<&str> = classes.iter().map(|class| class.as_str()).collect();
        let params: [&(dyn tokio_postgres::types::ToSql + Sync); 3] =
            [&self.shared.log.id(), &subject.as_str(), &names];
        let rows = self
            .shared
            .log
            .query(include_str!("sql/destroy_keys.sql"), &params)
            .await?;
        self.forget(subject);
        Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
    }

    /// Forgets the keys of a person that are kept in memory, as after an erasure by another process.
    pub fn forget(&self, subject: &SubjectId) {
        self.kept(|kept| kept.forget(subject));
    }

    pub(crate) fn kept<T>(&self, look: impl FnOnce(&mut Kept) -> T) -> T {
        look(
            self.shared
                .kept
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .fresh(),
        )
    }
}

/// A class as the tables have it.
pub(crate) fn class(word: &str) -> Result<RetentionClass, KeyringError> {
    word.parse()
        .map_err(|_| KeyringError::Damaged(format!("retention class {word}")))
}
