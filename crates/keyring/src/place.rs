//! Where a sealed field stands: what it was sealed for is the only place where it opens.

use posars_domain::{KeyId, Path, Sealable};
use posars_event_store::{LogName, StreamName};
use uuid::Uuid;

/// The event of a field.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Its stream.
    pub stream: &'a StreamName,
    /// Its id.
    pub event_id: Uuid,
}

/// A field to be opened.
pub struct Opening<'a> {
    /// Its event.
    pub place: Place<'a>,
    /// Where it is in the payload.
    pub path: Path,
    /// The field.
    pub data: &'a mut dyn Sealable,
}

/// What became of fields that were to be opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opened {
    /// How many are in the clear.
    pub clear: usize,
    /// How many have lost their key: they were erased.
    pub erased: usize,
    /// The keys that are not there although nobody destroyed them, in the order of their ids: what they sealed can be read
    /// again once a copy of the keys is brought in that has them.
    pub missing: Vec<KeyId>,
}

impl Place<'_> {
    /// What the ciphertext is bound to. A NUL stands in none of the parts.
    pub(crate) fn binding(&self, log: &LogName, path: &Path) -> Vec<u8> {
        format!("{log}\0{}\0{}\0{path}", self.stream, self.event_id).into_bytes()
    }
}
