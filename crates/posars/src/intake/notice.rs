//! What S3 says when an object came: its own notification, or the event of EventBridge.
//!
//! The two write a key differently. A notification has it as a form has a field (`+` is a blank, `%2B` a plus); an event has
//! it as it is. Each is read as it was written, once.

use posars_aws::ObjectAddress;
use serde::Deserialize;
use serde_json::Value;

use super::names::is_dropped;
use super::object::RESULTS;

/// An object that somebody was told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NamedObject {
    pub(super) object: ObjectAddress,
    /// What changes with its content.
    pub(super) etag: Option<String>,
}

/// Why a message tells of no object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unreadable(pub(super) String);

#[derive(Deserialize)]
struct Notification {
    #[serde(rename = "Records")]
    records: Vec<Record>,
}

#[derive(Deserialize)]
struct Record {
    #[serde(rename = "eventName", default)]
    event_name: String,
    s3: Place,
}

#[derive(Deserialize)]
struct Place {
    bucket: Bucket,
    object: Object,
}

#[derive(Deserialize)]
struct Bucket {
    name: String,
}

#[derive(Deserialize)]
struct Object {
    key: String,
    #[serde(default, alias = "eTag")]
    etag: Option<String>,
    #[serde(default, alias = "versionId", alias = "version-id")]
    version: Option<String>,
}

/// How the names of events of a notification begin that tell of a new object.
const CREATED: [&str; 2] = ["ObjectCreated:", "s3:ObjectCreated:"];
/// What EventBridge calls one.
const CREATED_EVENT: &str = "Object Created";

/// Reads a message: the objects that it tells of, none for one that tells of something else.
pub(super) fn read(body: &str) -> Result<Vec<NamedObject>, Unreadable> {
    let message: Value =
        serde_json::from_str(body).map_err(|error| Unreadable(format!("it is no JSON: {error}")))?;
    let objects = if message.get("Records").is_some() {
        of_notification(message)?
    } else if let Some(kind) = message.get("detail-type").and_then(Value::as_str) {
        let is_created = kind == CREATED_EVENT;
        let place = Place::deserialize(&message["detail"]);
        match (is_created, place) {
            (true, Ok(place)) => vec![named(&place, &place.object.key)?],
            (true, Err(error)) => return Err(Unreadable(format!("its detail is none of S3: {error}"))),
            (false, _) => Vec::new(),
        }
    } else if message.get("Event").and_then(Value::as_str) == Some("s3:TestEvent") {
        // What S3 sends when notifications are switched on.
        Vec::new()
    } else {
        return Err(Unreadable(
            "it is neither a notification of S3 nor an event of EventBridge".to_owned(),
        ));
    };
    Ok(objects.into_iter().filter(is_a_drop).collect())
}

fn of_notification(message: Value) -> Result<Vec<NamedObject>, Unreadable> {
    let notification: Notification = serde_json::from_value(message)
        .map_err(|error| Unreadable(format!("its records are none of S3: {error}")))?;
    let is_created = |record: &&Record| {
        CREATED
            .iter()
            .any(|created| record.event_name.starts_with(created))
    };
    let records = notification.records.iter().filter(is_created);
    records
        .map(|record| {
            let key = decoded(&record.s3.object.key).ok_or_else(|| {
                Unreadable(format!(
                    "its key {:?} is not encoded as S3 does",
                    record.s3.object.key
                ))
            })?;
            named(&record.s3, &key)
        })
        .collect()
}

fn named(place: &Place, key: &str) -> Result<NamedObject, Unreadable> {
    let version = place
        .object
        .version
        .as_deref()
        .filter(|version| !version.is_empty());
    let object = ObjectAddress::new(&place.bucket.name, key, version);
    let etag = place
        .object
        .etag
        .as_deref()
        .map(|etag| etag.trim_matches('"').to_owned());
    Ok(NamedObject {
        object: object.map_err(|error| Unreadable(error.to_string()))?,
        etag: etag.filter(|etag| !etag.is_empty()),
    })
}

/// Folders are no drops, and neither are our own results.
fn is_a_drop(named: &NamedObject) -> bool {
    let key = &named.object.key;
    let first = key.split_once('/').map(|(first, _)| first);
    let name = key.rsplit('/').next().unwrap_or(key);
    !key.ends_with('/') && first != Some(RESULTS) && is_dropped(name)
}

/// A field of a form as it was before it was written down; none when it was never written so.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notification(key: &str) -> String {
        serde_json::json!({"Records": [{
            "eventVersion": "2.1", "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
            "s3": {
                "bucket": {"name": "drops", "arn": "arn:aws:s3:::drops"},
                "object": {"key": key, "size": 9, "eTag": "e1", "versionId": "v1", "sequencer": "00"},
            },
        }]})
        .to_string()
    }

    fn event(key: &str) -> String {
        serde_json::json!({
            "version": "0", "source": "aws.s3", "detail-type": "Object Created",
            "detail": {
                "bucket": {"name": "drops"},
                "object": {"key": key, "size": 9, "etag": "e1", "version-id": "v1"},
                "reason": "PutObject",
            },
        })
        .to_string()
    }

    fn key(body: &str) -> String {
        let named = read(body).unwrap();
        assert_eq!(named.len(), 1, "{body}");
        assert_eq!(
            (named[0].object.version.as_deref(), named[0].etag.as_deref()),
            (Some("v1"), Some("e1"))
        );
        named[0].object.key.clone()
    }

    #[test]
    fn a_key_is_decoded_once_where_it_was_encoded() {
        assert_eq!(
            key(&notification("loja+centro/vendas%2B11.xlsx")),
            "loja centro/vendas+11.xlsx"
        );
        assert_eq!(
            key(&notification("loja/100%2525+%C3%A7.xlsx")),
            "loja/100%25 ç.xlsx"
        );
        assert_eq!(
            key(&event("loja+centro/vendas%2B11.xlsx")),
            "loja+centro/vendas%2B11.xlsx"
        );
    }

    #[test]
    fn what_tells_of_no_drop_is_nothing() {
        let test = r#"{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"drops"}"#;
        let removed = notification("a.xlsx").replace("ObjectCreated:Put", "ObjectRemoved:Delete");
        let deleted = event("a.xlsx").replace("Object Created", "Object Deleted");
        for body in [
            test.to_owned(),
            removed,
            deleted,
            notification("loja/"),
            notification("results/vendas-1f/refused.xlsx"),
            notification("intake/vendas.xlsx.filepart"),
            event("intake/~$vendas.xlsx"),
            event("results/vendas-1f/result.json"),
            r#"{"Records":[]}"#.to_owned(),
        ] {
            assert_eq!(read(&body), Ok(Vec::new()), "{body}");
        }
    }

    #[test]
    fn what_is_no_message_of_s3_says_why() {
        for body in [
            "",
            "not json",
            "[]",
            "{}",
            "7",
            r#"{"Records":[{"s3":{}}]}"#,
            r#"{"detail-type":"Object Created","detail":{}}"#,
        ] {
            assert!(read(body).is_err(), "{body}");
        }
        for wrong in ["%zz.xlsx", "a%2.xlsx", "%ff.xlsx", ""] {
            assert!(read(&notification(wrong)).is_err(), "{wrong}");
        }
    }
}
