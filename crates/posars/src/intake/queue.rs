//! The queue `imports`, in which S3 tells of objects that were dropped.

use std::time::Duration;

use posars_aws::{ObjectAddress, Objects, QueueError, SqsMessage, SqsQueue, WAIT_MAX};
use posars_xls_importer::Language;

use super::notice;
use super::object::DroppedObject;
use super::worker::{Delivery, End, Intake};
use crate::failure::{Exit, Failure};

/// Why a message is put aside that tells of no object.
const UNREADABLE: &str = "MESSAGE_UNREADABLE";
/// Why a message is put aside that names an object in a place where nobody drops files for us.
const ELSEWHERE: &str = "BUCKET_UNKNOWN";

/// The bucket, and the beginning of the keys, of what is dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DropPlace {
    pub(super) bucket: String,
    pub(super) prefix: String,
}

impl DropPlace {
    /// That of an address such as `s3://bucket/intake`; none for what is no address.
    pub(super) fn of(address: &str) -> Option<Self> {
        let place = address.strip_prefix("s3://")?;
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        let prefix = prefix.trim_matches('/');
        let slash = if prefix.is_empty() { "" } else { "/" };
        (!bucket.is_empty()).then(|| Self {
            bucket: bucket.to_owned(),
            prefix: format!("{prefix}{slash}"),
        })
    }

    fn has(&self, object: &ObjectAddress) -> bool {
        object.bucket == self.bucket && object.key.starts_with(&self.prefix)
    }
}

/// The queue of imports.
pub(crate) struct ImportQueue {
    queue: SqsQueue,
    objects: Objects,
    /// Messages can name any object; only those in here are read.
    place: DropPlace,
    /// For how long a message is ours each time that we say so.
    hold: Duration,
    language: Language,
}

impl ImportQueue {
    /// Reads this queue, and the objects that it tells of.
    pub(super) fn new(
        (queue, objects): (SqsQueue, Objects),
        place: DropPlace,
        hold: Duration,
        language: Language,
    ) -> Self {
        Self {
            queue,
            objects,
            place,
            hold,
            language,
        }
    }

    fn dropped(&self, named: notice::NamedObject) -> DroppedObject {
        DroppedObject::new(self.objects.clone(), named.object, named.etag, self.language)
    }
}

impl Intake for ImportQueue {
    type Ticket = SqsMessage;
    type Original = DroppedObject;

    async fn next(&mut self) -> Result<Option<Delivery<SqsMessage, DroppedObject>>, Failure> {
        let mut received = self.queue.receive(WAIT_MAX, 1, Some(self.hold)).await?;
        let Some(message) = received.pop() else {
            return Ok(None);
        };
        let named = match notice::read(&message.body) {
            Ok(named) => named,
            Err(notice::Unreadable(why)) => {
                tracing::warn!(queue = self.queue.url(), why, "a message is put aside");
                self.queue.put_aside(&message, UNREADABLE, &why).await?;
                return Ok(None);
            }
        };
        if let Some(elsewhere) = named.iter().find(|named| !self.place.has(&named.object)) {
            let object = elsewhere.object.to_string();
            tracing::warn!(
                queue = self.queue.url(),
                object,
                "a message names an object that is no drop; it is put aside"
            );
            self.queue.put_aside(&message, ELSEWHERE, &object).await?;
            return Ok(None);
        }
        Ok(Some(Delivery {
            originals: named.into_iter().map(|named| self.dropped(named)).collect(),
            ticket: message,
        }))
    }

    fn keep_every(&self) -> Option<Duration> {
        // A call that is late or lost is followed by another before the message's time is over.
        Some(self.hold / 3)
    }

    async fn keep(&self, ticket: &SqsMessage) -> Result<(), Failure> {
        let receipt = std::slice::from_ref(&ticket.receipt);
        Ok(self.queue.hold(receipt, self.hold).await?)
    }

    async fn end(&mut self, ticket: SqsMessage, end: End) -> Result<(), Failure> {
        let receipt = std::slice::from_ref(&ticket.receipt);
        match end {
            End::Done => self.queue.delete(receipt).await?,
            End::PutAside(failure) => {
                let reason = failure.code.to_ascii_uppercase();
                self.queue.put_aside(&ticket, &reason, &failure.message).await?;
            }
            End::GiveBack(after) => self.queue.hold(receipt, after).await?,
        }
        Ok(())
    }
}

impl From<QueueError> for Failure {
    fn from(error: QueueError) -> Self {
        match &error {
            QueueError::Unavailable { .. } => Self::new(Exit::Unavailable, "QUEUE_UNAVAILABLE", error),
            QueueError::Missing { .. } | QueueError::Denied { .. } => {
                Self::new(Exit::Failure, "QUEUE_REFUSED", error)
            }
        }
    }
}
