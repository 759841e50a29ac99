//! Objects that others dropped: read as they are, and refused when they change meanwhile.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use aws_sdk_s3::Client;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};

use super::trouble::{Trouble, Verdict};

/// Bytes asked for at a time.
const RANGE_BYTES: u64 = 8 * 1024 * 1024;
/// How often the rest of a range is asked for again without a byte of it having come.
const BROKEN_MAX: u32 = 3;
/// Longest key of S3.
const KEY_BYTES_MAX: usize = 1_024;
/// What stands before the version in an address.
const VERSION: &str = "?versionId=";

/// Why a text is no address of an object.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{given:?} names no object in S3. Next: write it as s3://BUCKET/KEY or s3://BUCKET/KEY?versionId=VERSION, with the key \
     as it is, not encoded"
)]
pub struct ObjectAddressError {
    given: String,
}

/// An object in a bucket; in one version, if it says which.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ObjectAddress {
    /// The bucket.
    pub bucket: String,
    /// The key, as it is.
    pub key: String,
    /// The version.
    pub version: Option<String>,
}

impl ObjectAddress {
    /// The object of this key.
    ///
    /// # Errors
    /// [`ObjectAddressError`] when bucket or key can be none.
    pub fn new(bucket: &str, key: &str, version: Option<&str>) -> Result<Self, ObjectAddressError> {
        let is_key = !key.is_empty() && key.len() <= KEY_BYTES_MAX;
        if !is_bucket(bucket) || !is_key || version.is_some_and(str::is_empty) {
            return Err(ObjectAddressError {
                given: format!("s3://{bucket}/{key}"),
            });
        }
        Ok(Self {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            version: version.map(str::to_owned),
        })
    }
}

impl FromStr for ObjectAddress {
    type Err = ObjectAddressError;

    fn from_str(text: &str) -> Result<Self, ObjectAddressError> {
        let wrong = || ObjectAddressError {
            given: text.to_owned(),
        };
        let place = text.strip_prefix("s3://").ok_or_else(wrong)?;
        let (bucket, key) = place.split_once('/').ok_or_else(wrong)?;
        let (key, version) = match key.rsplit_once(VERSION) {
            // So writes a program that had no version to put there.
            Some((key, "")) => (key, None),
            Some((key, version)) => (key, Some(version)),
            None => (key, None),
        };
        Self::new(bucket, key, version).map_err(|_| wrong())
    }
}

impl fmt::Display for ObjectAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.key)?;
        match &self.version {
            Some(version) => write!(f, "{VERSION}{version}"),
            None => Ok(()),
        }
    }
}

/// Whether a bucket can have this name.
pub(super) fn is_bucket(name: &str) -> bool {
    let of_a_name =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
    (3..=63).contains(&name.len()) && name.bytes().all(of_a_name)
}

/// What an object is at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectFacts {
    /// How many bytes it has.
    pub size_bytes: u64,
    /// The ETag without its quotes: it changes with the content.
    pub etag: String,
    /// Its version, where the bucket keeps versions.
    pub version: Option<String>,
}

/// Why an object was not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    /// There is none of that key and version.
    #[error("there is no object {object}. Next: check its name, or drop the file again")]
    Missing {
        /// The object's address.
        object: String,
    },
    /// It is another than it was.
    #[error(
        "object {object} was replaced meanwhile, and nothing of it was recorded. Next: the new one is imported by itself; or \
         name its version"
    )]
    Changed {
        /// The object's address.
        object: String,
    },
    /// S3 is away, or too busy; the same call may work later.
    #[error("reading {object} failed: {detail}. Next: try again")]
    Unavailable {
        /// The object's address.
        object: String,
        /// What S3 said.
        detail: String,
    },
    /// S3 refuses.
    #[error(
        "reading {object} was refused: {detail}. Next: check that the bucket exists and that this program may read it"
    )]
    Refused {
        /// The object's address.
        object: String,
        /// What S3 said.
        detail: String,
    },
}

/// Reads objects. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Objects {
    client: Client,
}

impl Objects {
    /// Those that this client may read.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// What an object is now.
    ///
    /// # Errors
    /// See [`ObjectError`].
    pub async fn facts(&self, object: &ObjectAddress) -> Result<ObjectFacts, ObjectError> {
        let asked = self
            .client
            .head_object()
            .bucket(&object.bucket)
            .key(&object.key)
            .set_version_id(object.version.clone());
        let found = asked
            .send()
            .await
            .map_err(|error| problem(object, Trouble::of(&error)))?;
        Ok(ObjectFacts {
            size_bytes: found
                .content_length()
                .and_then(|size| u64::try_from(size).ok())
                .unwrap_or(0),
            etag: without_quotes(found.e_tag().unwrap_or_default()).to_owned(),
            version: found.version_id().map(str::to_owned),
        })
    }

    /// Copies all of an object, which must be as these facts say from the first byte to the last.
    ///
    /// # Errors
    /// [`ObjectError::Changed`] when it is not, and all others. What was written until then is only a beginning.
    pub async fn copy(
        &self,
        object: &ObjectAddress,
        facts: &ObjectFacts,
        out: &mut (impl AsyncWrite + Unpin),
    ) -> Result<(), ObjectError> {
        let (mut from, mut broken) = (0, 0);
        while from < facts.size_bytes {
            let to = (from + RANGE_BYTES).min(facts.size_bytes);
            let (count, why) = self.copy_range(object, facts, from..to, out).await?;
            from += count;
            broken = if count > 0 { 0 } else { broken + 1 };
            if broken > BROKEN_MAX {
                return Err(unavailable(
                    object,
                    format!("{from} bytes came, then no more: {why}"),
                ));
            }
        }
        let flushed = out.flush().await;
        flushed.map_err(|error| unavailable(object, format!("writing it down: {error}")))
    }

    /// Copies a range as far as it comes: how many bytes, and why there are no more.
    async fn copy_range(
        &self,
        object: &ObjectAddress,
        facts: &ObjectFacts,
        range: Range<u64>,
        out: &mut (impl AsyncWrite + Unpin),
    ) -> Result<(u64, String), ObjectError> {
        let asked = self
            .client
            .get_object()
            .bucket(&object.bucket)
            .key(&object.key)
            .set_version_id(object.version.clone().or_else(|| facts.version.clone()))
            .if_match(format!("\"{}\"", facts.etag))
            .range(format!("bytes={}-{}", range.start, range.end - 1));
        let found = asked
            .send()
            .await
            .map_err(|error| problem(object, Trouble::of(&error)))?;
        if without_quotes(found.e_tag().unwrap_or_default()) != facts.etag {
            return Err(ObjectError::Changed {
                object: object.to_string(),
            });
        }
        let (mut body, mut count) = (found.body, 0);
        let wanted = range.end - range.start;
        while count < wanted {
            let piece = match body.next().await {
                Some(Ok(piece)) => piece,
                Some(Err(error)) => return Ok((count, error.to_string())),
                None => return Ok((count, "the answer ended".to_owned())),
            };
            count += u64::try_from(piece.len()).unwrap_or(u64::MAX);
            if count > wanted {
                return Err(unavailable(object, "more came than was asked for".to_owned()));
            }
            let written = out.write_all(&piece).await;
            written.map_err(|error| unavailable(object, format!("writing it down: {error}")))?;
        }
        Ok((count, String::new()))
    }
}

fn unavailable(object: &ObjectAddress, detail: String) -> ObjectError {
    ObjectError::Unavailable {
        object: object.to_string(),
        detail,
    }
}

fn without_quotes(etag: &str) -> &str {
    etag.trim_matches('"')
}

fn problem(object: &ObjectAddress, trouble: Trouble) -> ObjectError {
    let (object, detail) = (object.to_string(), trouble.detail);
    match trouble.verdict {
        Verdict::Missing => ObjectError::Missing { object },
        // A range beyond the end is of an object that became shorter.
        Verdict::Precondition | Verdict::BadRange => ObjectError::Changed { object },
        Verdict::Passing | Verdict::Conflict => ObjectError::Unavailable { object, detail },
        Verdict::Lasting => ObjectError::Refused { object, detail },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_the_key_as_it_is() {
        let read = |text: &str| text.parse::<ObjectAddress>().unwrap();
        let plain = read("s3://drops/intake/loja centro/vendas+11.xlsx");
        assert_eq!(
            (plain.key.as_str(), plain.version.as_deref()),
            ("intake/loja centro/vendas+11.xlsx", None)
        );
        let encoded = read("s3://drops/100%25+a.xlsx");
        assert_eq!(encoded.key, "100%25+a.xlsx", "nothing is decoded");
        let question = read("s3://drops/what?.xlsx?versionId=v.1_2");
        assert_eq!(
            (question.key.as_str(), question.version.as_deref()),
            ("what?.xlsx", Some("v.1_2"))
        );
        assert_eq!(question.to_string(), "s3://drops/what?.xlsx?versionId=v.1_2");
        assert_eq!(read("s3://drops/a.xlsx?versionId=").version, None);
        for wrong in [
            "",
            "drops/a",
            "s3://drops",
            "s3://drops/",
            "s3:///a",
            "s3://Drops/a",
            "S3://drops/a",
        ] {
            assert!(wrong.parse::<ObjectAddress>().is_err(), "{wrong}");
        }
        assert!(ObjectAddress::new("drops", &"k".repeat(1_025), None).is_err());
    }
}
