//! Keys that are kept in memory to seal with, so that most of what is sealed asks no table.
//!
//! A key that was destroyed meanwhile does no harm here: the append that it would seal for guards the person's stream, where
//! the erasure was told before. Nothing is opened with a kept key.

use std::time::{Duration, Instant};

use foldhash::HashMap;
use jiff::civil::Date;
use posars_domain::{KeyId, RetentionClass, SubjectId};

use crate::cipher::Key;
use crate::company_key::Digest;

/// The most keys that are kept in memory; about 300 bytes each.
const KEYS_KEPT_MAX: usize = 50_000;
/// How long they are kept: what the tables lost by hand, as by bringing in a copy, is not sealed with for longer.
const KEPT_FOR: Duration = Duration::from_secs(60);

/// A person's key for a class, ready for use.
#[derive(Debug, Clone)]
pub struct SubjectKey {
    /// Its id, which stands in what it seals.
    pub key_id: KeyId,
    pub(crate) key: Key,
    pub(crate) last_used_on: Date,
    /// What the person is known to be found by.
    pub(crate) digests: Vec<Digest>,
}

/// The keys of persons.
type BySubject = HashMap<SubjectId, [Option<SubjectKey>; RetentionClass::ALL.len()]>;

/// The keys that an append needs.
#[derive(Debug, Clone, Default)]
pub struct SubjectKeys(BySubject);

/// What is kept in memory.
#[derive(Default)]
pub(crate) struct Kept {
    keys: SubjectKeys,
    by_digest: HashMap<Digest, SubjectId>,
    /// Since when.
    began: Option<Instant>,
}

impl SubjectKeys {
    pub(crate) fn get(&self, subject: &SubjectId, class: RetentionClass) -> Option<&SubjectKey> {
        self.0.get(subject)?.get(place_of(class))?.as_ref()
    }

    pub(crate) fn put(&mut self, subject: &SubjectId, class: RetentionClass, key: SubjectKey) {
        let keys = match self.0.get_mut(subject) {
            Some(keys) => keys,
            None => self.0.entry(subject.clone()).or_default(),
        };
        if let Some(place) = keys.get_mut(place_of(class)) {
            *place = Some(key);
        }
    }
}

fn place_of(class: RetentionClass) -> usize {
    match class {
        RetentionClass::Contact => 0,
        RetentionClass::Fiscal => 1,
        RetentionClass::Labour => 2,
    }
}

impl Kept {
    /// What is kept and not too old.
    pub(crate) fn fresh(&mut self) -> &mut Self {
        if self.began.is_none_or(|began| began.elapsed() >= KEPT_FOR) {
            *self = Self {
                began: Some(Instant::now()),
                ..Self::default()
            };
        }
        self
    }

    pub(crate) fn key(&self, subject: &SubjectId, class: RetentionClass) -> Option<&SubjectKey> {
        self.keys.get(subject, class)
    }

    pub(crate) fn keep(&mut self, subject: &SubjectId, class: RetentionClass, key: &SubjectKey) {
        if self.keys.0.len() >= KEYS_KEPT_MAX {
            self.keys = SubjectKeys::default();
            self.by_digest.clear();
        }
        // Who is an employee is asked each time: two may not have one number.
        if class == RetentionClass::Fiscal {
            for digest in &key.digests {
                self.by_digest.entry(*digest).or_insert_with(|| subject.clone());
            }
        }
        self.keys.put(subject, class, key.clone());
    }

    /// The buyer who has this number, if it is one whose key is kept.
    pub(crate) fn buyer(&self, digest: &Digest) -> Option<&SubjectId> {
        self.by_digest.get(digest)
    }

    pub(crate) fn forget(&mut self, subject: &SubjectId) {
        let keys = self.keys.0.remove(subject);
        for digest in keys.iter().flatten().flatten().flat_map(|key| &key.digests) {
            if self.by_digest.get(digest) == Some(subject) {
                self.by_digest.remove(digest);
            }
        }
    }
}
