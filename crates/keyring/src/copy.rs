//! The table of keys as lines of a file and back: what a backup of the log needs to be read, and what makes a backup from
//! before an erasure as blind as the log is now.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::person::Person;
use posars_domain::{Aggregate as _, KeyId, SubjectId};
use posars_event_store::StreamName;
use serde::{Deserialize, Serialize};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::company_key::company_context;
use crate::{Keyring, KeyringError, Wrapped};

/// The most keys that are read or written by one statement.
pub const KEYS_COPIED_MAX: usize = 2_000;

/// A company's own key as it is copied: wrapped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompanyKeyCopy {
    /// Which master key wraps it.
    pub master_key: String,
    /// The key, in base64.
    pub wrapped: String,
}

/// A person's key as it is copied: wrapped by the company's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyCopy {
    /// Its id.
    pub key_id: KeyId,
    /// Whose it is.
    pub subject_id: SubjectId,
    /// The class.
    pub class: String,
    /// The key, in base64.
    pub wrapped: String,
    /// The latest business day of anything that it seals.
    pub last_used_on: Date,
    /// When it was made.
    pub created_at: Timestamp,
    /// What the person is found by, each in base64.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub finders: Vec<String>,
}

/// What became of copied keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Restored {
    /// Put in: what they sealed can be read again.
    pub added: u64,
    /// They were here.
    pub known: u64,
    /// Not put in, because the log says that what they sealed was erased.
    pub erased: u64,
    /// Not put in, because the person has another key of the class here.
    pub superseded: u64,
    /// Destroyed here, because they were older than the copy and not in it: they had been destroyed before it was made.
    pub destroyed: u64,
}

/// Copied keys in the order of their ids, at most [`KEYS_COPIED_MAX`], and what they are all of.
#[derive(Debug, Clone, Copy)]
pub struct CopiedRange<'a> {
    /// They are all copied keys behind this one.
    pub after: Option<KeyId>,
    /// The keys.
    pub copies: &'a [KeyCopy],
    /// Whether the copy holds none behind the last of them.
    pub is_last: bool,
    /// When the copy was made.
    pub copied_at: Timestamp,
}

impl CopiedRange<'_> {
    fn bounds(&self) -> (Uuid, Uuid, Vec<Uuid>) {
        let ids: Vec<Uuid> = self.copies.iter().map(|copy| copy.key_id.uuid()).collect();
        let from = self.after.map_or(Uuid::nil(), KeyId::uuid);
        let to = ids.last().filter(|_| !self.is_last).copied();
        (from, to.unwrap_or(Uuid::max()), ids)
    }
}

impl std::ops::AddAssign for Restored {
    fn add_assign(&mut self, other: Self) {
        self.added += other.added;
        self.known += other.known;
        self.erased += other.erased;
        self.superseded += other.superseded;
        self.destroyed += other.destroyed;
    }
}

impl Keyring {
    /// The company's own key as it is copied; none before the first use.
    ///
    /// # Errors
    /// [`KeyringError::Store`].
    pub async fn copy_company(&self) -> Result<Option<CompanyKeyCopy>, KeyringError> {
        let stored = self.stored_company().await?;
        Ok(stored.map(|(wrapped, _)| CompanyKeyCopy {
            master_key: wrapped.master_key,
            wrapped: BASE64_STANDARD.encode(wrapped.ciphertext),
        }))
    }

    /// Up to [`KEYS_COPIED_MAX`] keys of persons behind this one, in the order of their ids.
    ///
    /// # Errors
    /// [`KeyringError::Store`].
    pub async fn copy_keys(&self, after: Option<KeyId>) -> Result<Vec<KeyCopy>, KeyringError> {
        let log = &self.shared.log;
        let after = after.map_or(Uuid::nil(), KeyId::uuid);
        let limit = i64::try_from(KEYS_COPIED_MAX).unwrap_or(i64::MAX);
        let params: [&(dyn ToSql + Sync); 3] = [&log.id(), &after, &limit];
        let rows = log.query(include_str!("sql/copy_keys.sql"), &params).await?;
        let copies = rows.iter().map(|row| {
            let subject: &str = row.get("subject_id");
            let finders: Vec<&[u8]> = row.get("finders");
            Ok(KeyCopy {
                key_id: KeyId::new(row.get("key_id")),
                subject_id: subject
                    .parse()
                    .map_err(|_| KeyringError::Damaged("a subject id".to_owned()))?,
                class: row.get("class"),
                wrapped: BASE64_STANDARD.encode(row.get::<_, &[u8]>("wrapped")),
                last_used_on: row.get("last_used_on"),
                created_at: row.get("created_at"),
                finders: finders
                    .iter()
                    .map(|digest| BASE64_STANDARD.encode(digest))
                    .collect(),
            })
        });
        copies.collect()
    }

    /// Puts a copied company key in the place of none, or of one that wraps the same under a master key which is not at
    /// hand. Whether there is a key now: where neither has one, nothing personal was ever kept.
    ///
    /// # Errors
    /// [`KeyringError::Locked`] when the master key of the copy is not at hand, [`KeyringError::Damaged`] when it is the
    /// key of another company or of another database's, or the copy has none and this database has.
    pub async fn restore_company(&self, copy: Option<&CompanyKeyCopy>) -> Result<bool, KeyringError> {
        let log = &self.shared.log;
        let Some(copy) = copy else {
            return match self.stored_company().await? {
                None => Ok(false),
                Some(_) => Err(KeyringError::Damaged(format!(
                    "the copy has no key for {}, and this database has: it is of another one, or older than the first key",
                    log.name()
                ))),
            };
        };
        let context = company_context(log.name());
        let copied = Wrapped {
            master_key: copy.master_key.clone(),
            ciphertext: bytes(&copy.wrapped)?,
        };
        let plain = self.master()?.unwrap(&copied, &context).await?;
        let Some((stored, _)) = self.stored_company().await? else {
            let params: [&(dyn ToSql + Sync); 3] = [&log.id(), &copied.ciphertext, &copied.master_key];
            log.query(include_str!("sql/make_company_key.sql"), &params)
                .await?;
            return Ok(true);
        };
        match self.master()?.unwrap(&stored, &context).await {
            Ok(ours) if *ours == *plain => Ok(true),
            Ok(_) => Err(KeyringError::Damaged(
                "the copy is of another company key than the one in this database".to_owned(),
            )),
            Err(KeyringError::Locked { .. }) => {
                let params: [&(dyn ToSql + Sync); 4] = [
                    &log.id(),
                    &copied.ciphertext,
                    &copied.master_key,
                    &stored.ciphertext,
                ];
                log.query(include_str!("sql/rewrap_company_key.sql"), &params)
                    .await?;
                *self.company_cell() = None;
                Ok(true)
            }
            Err(error) => Err(error),
        }
    }

    /// Puts copied keys in where there are none, and destroys those here that lie in the range, are older than the copy, and
    /// are not among them.
    ///
    /// # Errors
    /// [`KeyringError`].
    pub async fn restore_keys(&self, range: &CopiedRange<'_>) -> Result<Restored, KeyringError> {
        let log = &self.shared.log;
        let mut restored = Restored::default();
        let (from, to, ids) = range.bounds();
        let copies = range.copies;
        let params: [&(dyn ToSql + Sync); 5] = [&log.id(), &from, &to, &ids, &range.copied_at];
        let destroyed = log
            .query(include_str!("sql/destroy_uncopied.sql"), &params)
            .await?;
        restored.destroyed = count(destroyed.len());
        let (known, gone) = self.known_ids(&ids).await?;
        restored.known = count(known.len());
        let mut missing: Vec<&KeyCopy> = copies.iter().collect();
        missing.retain(|copy| !known.contains(&copy.key_id.uuid()));
        let before = missing.len();
        missing.retain(|copy| !gone.contains(&copy.key_id.uuid()));
        let erased = self.erased_of(&missing).await?;
        missing.retain(|copy| !erased.contains(&copy.key_id));
        restored.erased = count(before - missing.len());
        restored.added = self.put_in(&missing).await?;
        restored.superseded = count(missing.len()) - restored.added;
        Ok(restored)
    }

    /// Those of these keys that are here, and those that were destroyed here.
    async fn known_ids(&self, ids: &[Uuid]) -> Result<(Vec<Uuid>, Vec<Uuid>), KeyringError> {
        let log = &self.shared.log;
        let rows = log
            .query(include_str!("sql/get_keys.sql"), &[&log.id(), &ids])
            .await?;
        let is_here = |row: &tokio_postgres::Row| row.get::<_, Option<&[u8]>>("wrapped").is_some();
        let (here, destroyed): (Vec<_>, Vec<_>) = rows.iter().partition(|row| is_here(row));
        let ids = |rows: Vec<&tokio_postgres::Row>| rows.iter().map(|row| row.get("key_id")).collect();
        Ok((ids(here), ids(destroyed)))
    }

    /// How many keys [`Keyring::restore_keys`] would destroy.
    ///
    /// # Errors
    /// [`KeyringError::Store`].
    pub async fn count_uncopied(&self, range: &CopiedRange<'_>) -> Result<u64, KeyringError> {
        let log = &self.shared.log;
        let (from, to, ids) = range.bounds();
        let params: [&(dyn ToSql + Sync); 5] = [&log.id(), &from, &to, &ids, &range.copied_at];
        let rows = log.query(include_str!("sql/count_uncopied.sql"), &params).await?;
        let keys = rows.first().map_or(0, |row| row.get::<_, i64>("keys"));
        Ok(u64::try_from(keys).unwrap_or_default())
    }

    /// Which of these keys were given up, as the persons' streams tell: none of them comes back.
    async fn erased_of(&self, copies: &[&KeyCopy]) -> Result<Vec<KeyId>, KeyringError> {
        let log = &self.shared.log;
        let streams = copies
            .iter()
            .map(|copy| StreamName::new(Person::CATEGORY, copy.subject_id.as_str()))
            .collect::<Result<Vec<_>, _>>();
        let streams = streams.map_err(|_| KeyringError::Damaged("a subject id".to_owned()))?;
        let told = log.last_events(&streams).await?;
        let mut erased = Vec::new();
        for ((copy, stream), _) in copies
            .iter()
            .zip(&streams)
            .zip(told)
            .filter(|(_, told)| told.is_some())
        {
            if self.erased_classes(stream).await?.contains(&copy.class) {
                erased.push(copy.key_id);
            }
        }
        Ok(erased)
    }

    async fn erased_classes(&self, stream: &StreamName) -> Result<Vec<String>, KeyringError> {
        let mut state = <Person as posars_domain::Aggregate>::State::default();
        let mut from = posars_event_store::Version::START.plus(1);
        loop {
            let log = &self.shared.log;
            let direction = posars_event_store::Direction::Forwards;
            let page = log.read_stream(stream, from, direction, 500).await?;
            let Some(last) = page.last() else { break };
            from = last.version.plus(1);
            for stored in &page {
                let event_type = stored.event_type.as_str();
                let event =
                    posars_domain::DomainEvent::from_json(event_type, stored.schema_version, &stored.data);
                let event = event.map_err(|error| KeyringError::Damaged(error.to_string()))?;
                state = Person::evolve(state, &event);
            }
        }
        Ok(state
            .erased
            .iter()
            .map(|class| class.as_str().to_owned())
            .collect())
    }

    async fn put_in(&self, copies: &[&KeyCopy]) -> Result<u64, KeyringError> {
        if copies.is_empty() {
            return Ok(0);
        }
        let ids: Vec<Uuid> = copies.iter().map(|copy| copy.key_id.uuid()).collect();
        let subjects: Vec<&str> = copies.iter().map(|copy| copy.subject_id.as_str()).collect();
        let classes: Vec<&str> = copies.iter().map(|copy| copy.class.as_str()).collect();
        let days: Vec<Date> = copies.iter().map(|copy| copy.last_used_on).collect();
        let times: Vec<Timestamp> = copies.iter().map(|copy| copy.created_at).collect();
        let mut wrapped = Vec::with_capacity(copies.len());
        let (mut finder_keys, mut digests) = (Vec::new(), Vec::new());
        for copy in copies {
            wrapped.push(bytes(&copy.wrapped)?);
            for finder in &copy.finders {
                finder_keys.push(copy.key_id.uuid());
                digests.push(bytes(finder)?);
            }
        }
        let log = &self.shared.log;
        let params: [&(dyn ToSql + Sync); 9] = [
            &log.id(),
            &ids,
            &subjects,
            &classes,
            &wrapped,
            &days,
            &times,
            &finder_keys,
            &digests,
        ];
        let rows = log.query(include_str!("sql/restore_keys.sql"), &params).await?;
        Ok(count(rows.len()))
    }
}

fn bytes(text: &str) -> Result<Vec<u8>, KeyringError> {
    BASE64_STANDARD
        .decode(text)
        .map_err(|_| KeyringError::Damaged("a copied key".to_owned()))
}

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}
