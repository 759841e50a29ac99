//! A field that holds personal data.

use std::fmt;

use jiff::civil::Date;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{RetentionClass, Sealed};
use crate::{Path, SubjectId};

/// A piece of personal data: in the clear from the caller to the log and from the log to a reader who may see it, sealed
/// everywhere else.
///
/// Its debug output never shows it. In JSON one in the clear says no more than that it is there: a command's fingerprint
/// covers just that, and what could be guessed from a hash after an erasure never gets into one. Only a sealed one can be
/// read back.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Personal<T> {
    /// As the caller gave it, or opened for a reader.
    Clear(T),
    /// As the log has it.
    Sealed(Sealed),
}

/// What an open field is written as.
const WITHHELD: &str = "withheld";

impl<T> Personal<T> {
    /// The data, unless it is sealed.
    #[must_use]
    pub const fn clear(&self) -> Option<&T> {
        match self {
            Self::Clear(data) => Some(data),
            Self::Sealed(_) => None,
        }
    }

    /// What the log has, unless it is in the clear.
    #[must_use]
    pub const fn sealed(&self) -> Option<&Sealed> {
        match self {
            Self::Clear(_) => None,
            Self::Sealed(sealed) => Some(sealed),
        }
    }

    /// The same data in another form; what is sealed stays as it is.
    ///
    /// # Errors
    /// What the change says no with.
    pub fn try_map<U, E>(self, change: impl FnOnce(T) -> Result<U, E>) -> Result<Personal<U>, E> {
        Ok(match self {
            Self::Clear(data) => Personal::Clear(change(data)?),
            Self::Sealed(sealed) => Personal::Sealed(sealed),
        })
    }
}

impl<T> From<T> for Personal<T> {
    fn from(data: T) -> Self {
        Self::Clear(data)
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Clear(_) => out.write_str("Personal(***)"),
            Self::Sealed(sealed) => write!(out, "Personal(sealed with {})", sealed.key),
        }
    }
}

impl<T> Serialize for Personal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Clear(_) => serializer.serialize_str(WITHHELD),
            Self::Sealed(sealed) => sealed.serialize(serializer),
        }
    }
}

impl<'de, T> Deserialize<'de> for Personal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Sealed::deserialize(deserializer).map(Self::Sealed)
    }
}

/// What sealing and opening do with a field, whatever its data is.
pub trait Sealable: Send {
    /// The data as JSON, if it is in the clear.
    fn to_clear_json(&self) -> Option<String>;

    /// What the log has, if it is sealed.
    fn as_sealed(&self) -> Option<&Sealed>;

    /// Puts what the log is to have in the place of the data.
    fn seal(&mut self, sealed: Sealed);

    /// Puts the data in the place of what the log has.
    ///
    /// # Errors
    /// When the JSON is not of such data.
    fn open(&mut self, json: &str) -> Result<(), serde_json::Error>;
}

impl<T: Serialize + DeserializeOwned + Send> Sealable for Personal<T> {
    fn to_clear_json(&self) -> Option<String> {
        // Data of people are texts, numbers and structs of them, which all have a JSON form.
        self.clear().and_then(|data| serde_json::to_string(data).ok())
    }

    fn as_sealed(&self) -> Option<&Sealed> {
        self.sealed()
    }

    fn seal(&mut self, sealed: Sealed) {
        *self = Self::Sealed(sealed);
    }

    fn open(&mut self, json: &str) -> Result<(), serde_json::Error> {
        *self = Self::Clear(serde_json::from_str(json)?);
        Ok(())
    }
}

/// One field of an event that holds personal data, and whose it is.
pub struct PersonalField<'a> {
    /// Where it is in the payload; what is sealed opens nowhere else.
    pub path: Path,
    /// Whose it is.
    pub subject: &'a SubjectId,
    /// Why it is kept.
    pub class: RetentionClass,
    /// The business day from which the time that it is kept runs.
    pub used_on: Date,
    /// Whether the person is found by it: a CPF or a CNPJ, as its text.
    pub finds: bool,
    /// The field itself.
    pub data: &'a mut dyn Sealable,
}

impl fmt::Debug for PersonalField<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("PersonalField")
            .field("path", &self.path.to_string())
            .field("subject", self.subject)
            .field("class", &self.class)
            .finish_non_exhaustive()
    }
}
