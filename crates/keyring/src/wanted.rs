//! Keys to seal with: found in memory or in the table, and made where there are none.

use std::collections::BTreeMap;

use jiff::civil::Date;
use posars_domain::{KeyId, RetentionClass, SubjectId};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::cipher::Key;
use crate::company_key::{CompanyKey, Digest};
use crate::keyring::class;
use crate::{Keyring, KeyringError, SubjectKey, SubjectKeys};

/// A key that something is to be sealed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The person.
    pub subject: SubjectId,
    /// The class.
    pub class: RetentionClass,
    /// The business day of what is sealed.
    pub used_on: Date,
    /// The tax number by which the person is found from now on, without punctuation.
    pub finder: Option<String>,
}

/// What is asked of one key: its latest day and its finders.
struct Asked {
    used_on: Date,
    digests: Vec<Digest>,
}

/// The keys to ask the table for, in its order: all processes lock rows in the same.
type AskedKeys<'a> = BTreeMap<(&'a SubjectId, RetentionClass), Asked>;

impl Keyring {
    /// The keys to seal with, made where there are none; one statement for all that are not kept in memory.
    ///
    /// Read the version of each person's stream before, and guard it in the append: an erasure between the two is then
    /// noticed.
    ///
    /// # Errors
    /// [`KeyringError`]; [`KeyringError::CpfTaken`] when a finder of an employee is another's.
    pub async fn keys(&self, wanted: &[Wanted]) -> Result<SubjectKeys, KeyringError> {
        let mut keys = SubjectKeys::default();
        if wanted.is_empty() {
            return Ok(keys);
        }
        let company = self.company().await?;
        let mut asked = AskedKeys::new();
        self.kept(|kept| {
            for wanted in wanted {
                let digest = wanted.finder.as_deref().map(|finder| company.digest(finder));
                let known = kept.key(&wanted.subject, wanted.class);
                match known.filter(|key| serves(key, wanted, digest.as_ref())) {
                    Some(key) => keys.put(&wanted.subject, wanted.class, key.clone()),
                    None => {
                        let asked = asked.entry((&wanted.subject, wanted.class)).or_insert(Asked {
                            used_on: wanted.used_on,
                            digests: Vec::new(),
                        });
                        asked.used_on = asked.used_on.max(wanted.used_on);
                        asked.digests.extend(digest);
                    }
                }
            }
        });
        if !asked.is_empty() {
            self.ensure(&company, asked, &mut keys).await?;
        }
        Ok(keys)
    }

    async fn ensure(
        &self,
        company: &CompanyKey,
        mut asked: AskedKeys<'_>,
        keys: &mut SubjectKeys,
    ) -> Result<(), KeyringError> {
        let (mut key_ids, mut subjects, mut classes) = (Vec::new(), Vec::new(), Vec::new());
        let (mut wrapped, mut days) = (Vec::new(), Vec::new());
        let (mut finder_keys, mut digests) = (Vec::new(), Vec::new());
        for (place, ((subject, class), asked)) in (1_i32..).zip(&mut asked) {
            let key_id = KeyId::new(Uuid::new_v4());
            wrapped.push(
                company
                    .wrapping
                    .encrypt(Key::random().bytes(), &self.binding(key_id)),
            );
            key_ids.push(key_id.uuid());
            subjects.push(subject.as_str());
            classes.push(class.as_str());
            days.push(asked.used_on);
            asked.digests.sort_unstable();
            asked.digests.dedup();
            finder_keys.extend(asked.digests.iter().map(|_| place));
            digests.extend(asked.digests.iter().map(<[u8; 32]>::as_slice));
        }
        let params: [&(dyn ToSql + Sync); 8] = [
            &self.shared.log.id(),
            &key_ids,
            &subjects,
            &classes,
            &wrapped,
            &days,
            &finder_keys,
            &digests,
        ];
        let statement = include_str!("sql/ensure_keys.sql");
        let rows = self.shared.log.query(statement, &params).await?;
        let mut doubtful = Vec::new();
        let mut made = Vec::with_capacity(rows.len());
        for row in &rows {
            let (subject, class): (&str, _) = (row.get("subject_id"), class(row.get("class"))?);
            let subject: SubjectId = subject
                .parse()
                .map_err(|_| KeyringError::Damaged("a subject id".to_owned()))?;
            let key_id = KeyId::new(row.get("key_id"));
            let digests = asked.get(&(&subject, class)).map(|asked| asked.digests.clone());
            let digests = digests.unwrap_or_default();
            if row.get::<_, bool>("is_closing") {
                return Err(KeyringError::Closing);
            }
            if row.get::<_, bool>("is_doubtful") {
                doubtful.extend(digests.iter().map(|digest| (key_id, *digest)));
            }
            let key = SubjectKey {
                key_id,
                key: self.unwrapped(company, key_id, row.get("wrapped"))?,
                last_used_on: row.get("last_used_on"),
                digests,
            };
            made.push((subject, class, key));
        }
        self.settle(&doubtful, &key_ids).await?;
        self.kept(|kept| {
            for (subject, class, key) in made {
                kept.keep(&subject, class, &key);
                keys.put(&subject, class, key);
            }
        });
        Ok(())
    }

    /// Looks who has the CPFs that were not put down for an employee, because they were there already: mostly the same
    /// employee, by another process in the same moment. If it is somebody else, the keys made here are taken back.
    async fn settle(&self, doubtful: &[(KeyId, Digest)], made: &[Uuid]) -> Result<(), KeyringError> {
        if doubtful.is_empty() {
            return Ok(());
        }
        let log_id = self.shared.log.id();
        let key_ids: Vec<Uuid> = doubtful.iter().map(|(key_id, _)| key_id.uuid()).collect();
        let digests: Vec<&[u8]> = doubtful.iter().map(|(_, digest)| digest.as_slice()).collect();
        let statement = include_str!("sql/taken_by_others.sql");
        let rows = self
            .shared
            .log
            .query(statement, &[&log_id, &key_ids, &digests])
            .await?;
        if rows.is_empty() {
            return Ok(());
        }
        let taken = rows.iter().map(|row| row.get("key_id"));
        let unused: Vec<Uuid> = taken.filter(|key_id| made.contains(key_id)).collect();
        let statement = include_str!("sql/take_back.sql");
        self.shared.log.query(statement, &[&log_id, &unused]).await?;
        Err(KeyringError::CpfTaken)
    }

    /// Lets an employee be found by this CPF alone, once it is in the log: a number that was put right belongs to whoever
    /// has it.
    ///
    /// # Errors
    /// [`KeyringError`].
    pub async fn only_finders(&self, wanted: &[Wanted]) -> Result<(), KeyringError> {
        let of_employees = wanted
            .iter()
            .filter(|wanted| wanted.class == RetentionClass::Labour);
        let found: Vec<_> = of_employees
            .filter_map(|wanted| Some((wanted.subject.as_str(), wanted.finder.as_deref()?)))
            .collect();
        if found.is_empty() {
            return Ok(());
        }
        let company = self.company().await?;
        let subjects: Vec<&str> = found.iter().map(|(subject, _)| *subject).collect();
        let digests: Vec<Digest> = found.iter().map(|(_, finder)| company.digest(finder)).collect();
        let digests: Vec<&[u8]> = digests.iter().map(<[u8; 32]>::as_slice).collect();
        let statement = include_str!("sql/only_finders.sql");
        let log = &self.shared.log;
        log.query(statement, &[&log.id(), &subjects, &digests]).await?;
        Ok(())
    }
}

/// Whether a kept key is all that is wanted: the table need not be told of a later day, nor of a number.
fn serves(key: &SubjectKey, wanted: &Wanted, digest: Option<&Digest>) -> bool {
    let is_told = digest.is_none_or(|digest| {
        // Which CPF an employee has is told each time: another process may have put it right.
        key.digests.contains(digest) && wanted.class != RetentionClass::Labour
    });
    is_told && key.last_used_on >= wanted.used_on
}
