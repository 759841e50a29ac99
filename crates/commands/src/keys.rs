//! Names that the log takes, made from the trade's own: streams, claims and derived ids.

use std::borrow::Cow;
use std::fmt::{Display, Write as _};
use std::iter;

use posars_domain::{Aggregate, Claim, name_based_id};
use posars_event_store::{ClaimKey, ExpectedVersion, Guard, InvalidName, NAME_BYTES_MAX, StreamName};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// The namespace of every id that is derived; a random number, never to change.
const NAMESPACE: Uuid = Uuid::from_u128(0x6f1c_93a4_6f0e_4b57_9a0e_55d2_41c8_77be);
/// Bytes of a long name that are kept; the rest is a mark made from the whole.
const KEPT_BYTES: usize = NAME_BYTES_MAX - 33;
/// Room for most names: a log's, a category, a UUID or a store and a SKU, and a version.
const NAME_BYTES_USUAL: usize = 96;

/// The stream of an aggregate.
pub(crate) fn stream_of<A: Aggregate>(id: impl Display) -> Result<StreamName, InvalidName> {
    stream(A::CATEGORY, &id)
}

/// The stream `category-id`.
pub(crate) fn stream(category: &str, id: &dyn Display) -> Result<StreamName, InvalidName> {
    StreamName::parse(&fitting(&written(&format_args!("{category}-{id}"))))
}

/// The key of a claim. White space, which a receipt number may hold and the log's names may not, is escaped.
pub(crate) fn claim_key(key: &str) -> Result<ClaimKey, InvalidName> {
    ClaimKey::parse(&fitting(key))
}

/// The log's form of a claim.
#[derive(Clone)]
pub(crate) struct LogClaim {
    pub(crate) key: ClaimKey,
    pub(crate) holder: StreamName,
    /// Whether the holder's own name is made of the key, so that nothing has to be written down.
    is_namesake: bool,
    /// The stream that would hold the key by existing.
    pub(crate) absent: Option<StreamName>,
}

impl LogClaim {
    /// Of a claim made for a stream, which holds it unless the claim names another.
    pub(crate) fn new<R>(stream: &StreamName, claim: &Claim<R>) -> Result<Self, InvalidName> {
        let holder = match &claim.holder {
            Some(holder) => StreamName::parse(holder)?,
            None => stream.clone(),
        };
        let is_namesake = claim.namesake.as_deref() == Some(holder.as_str());
        let absent = claim.namesake.as_ref().filter(|_| !is_namesake);
        Ok(Self {
            key: claim_key(&claim.key)?,
            absent: absent.map(|name| StreamName::parse(name)).transpose()?,
            holder,
            is_namesake,
        })
    }

    /// What the log is to check for it.
    pub(crate) fn guards(self) -> impl Iterator<Item = Guard> {
        let Self { key, holder, .. } = self;
        let claim = if self.is_namesake {
            Guard::Unclaimed { key, holder }
        } else {
            Guard::Claim { key, holder }
        };
        let absent = self.absent.map(|stream| Guard::Stream {
            stream,
            expected: ExpectedVersion::NoStream,
        });
        iter::once(claim).chain(absent)
    }
}

/// Escapes white space, control characters and the escape itself, and shortens what is too long to a beginning and a
/// mark: two names never become one.
fn fitting(name: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'%';
    if name.len() <= NAME_BYTES_MAX && name.bytes().all(is_plain) {
        return Cow::Borrowed(name);
    }
    let mut fitting = String::with_capacity(name.len());
    for character in name.chars() {
        if character.is_whitespace() || character.is_control() || character == '%' {
            // Writing to a string cannot fail.
            let _ = write!(fitting, "%{:x};", u32::from(character));
        } else {
            fitting.push(character);
        }
    }
    if fitting.len() <= NAME_BYTES_MAX {
        return Cow::Owned(fitting);
    }
    let digest = Sha256::digest(fitting.as_bytes());
    let mut kept = KEPT_BYTES;
    while !fitting.is_char_boundary(kept) {
        kept -= 1;
    }
    fitting.truncate(kept);
    fitting.push('~');
    for byte in digest.iter().take(16) {
        let _ = write!(fitting, "{byte:02x}");
    }
    Cow::Owned(fitting)
}

/// A name as text, in room that nearly every name fits: grown from nothing it would move several times.
fn written(name: &dyn Display) -> String {
    let mut written = String::with_capacity(NAME_BYTES_USUAL);
    // Writing to a string cannot fail.
    let _ = write!(written, "{name}");
    written
}

/// The id that the same name always gives.
pub(crate) fn derived(name: &dyn Display) -> Uuid {
    name_based_id(NAMESPACE, &written(name))
}

/// The id that the same event and the same name always give.
pub(crate) fn derived_from(event_id: Uuid, name: &str) -> Uuid {
    name_based_id(event_id, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_fits_and_stays_one_of_its_kind() {
        assert_eq!(
            claim_key("receipt:centro:1::42").unwrap().as_str(),
            "receipt:centro:1::42"
        );
        let names = ["a b", "a%20;b", "a%b", "a\u{a0}b"].map(|name| claim_key(name).unwrap());
        for (index, name) in names.iter().enumerate() {
            assert!(
                !names.get(index + 1..).unwrap().contains(name),
                "{name} stands for two"
            );
        }
        let long = |last: &str| stream("stock", &format!("centro-{}{last}", "café".repeat(60))).unwrap();
        assert_ne!(long("1"), long("2"));
        assert!(long("1").as_str().len() <= NAME_BYTES_MAX);
        assert_eq!(long("1").category(), "stock");
    }
}
