//! One queue of SQS: send, receive, delete, hold back, put aside. Whatever takes several at once goes in batches of ten.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    BatchResultErrorEntry, ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, Message,
    MessageAttributeValue, MessageSystemAttributeName, QueueAttributeName, SendMessageBatchRequestEntry,
};
use jiff::Timestamp;

use super::error::QueueError;
use crate::AwsClients;

/// The most messages of one request.
pub const BATCH_MAX: usize = 10;
/// The longest that SQS lets a receive wait.
pub const WAIT_MAX: Duration = Duration::from_secs(20);
/// How much longer than its wait a receive may take before the connection counts as dead.
const RECEIVE_GRACE: Duration = Duration::from_secs(10);
/// How long one attempt of any other call may take.
const ATTEMPT: Duration = Duration::from_secs(3);
/// The longest that SQS holds a message back, counted from its receipt.
const HOLD_MAX: Duration = Duration::from_hours(12);
/// What the name of a dead-letter queue ends with.
const DEAD_LETTER: &str = "-dlq";
/// The most characters of the explanation beside a message that was put aside.
const DETAIL_CHARS_MAX: usize = 1_000;
/// Code points that are no control characters, and that SQS refuses as XML does.
const NO_CHARACTERS: [char; 2] = ['\u{fffe}', '\u{ffff}'];
/// What SQS says of a receipt whose message is gone or with somebody else.
const STALE: [&str; 3] = [
    "ReceiptHandleIsInvalid",
    "InvalidParameterValue",
    "MessageNotInflight",
];

/// A queue of SQS, with its dead-letter queue beside it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SqsQueue {
    url: String,
    client: Client,
    /// Waits longer for an answer.
    receiving: Client,
}

/// A message that was received: nobody else sees it until its time is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqsMessage {
    /// Which message it is, the same each time that it is received.
    pub id: String,
    /// What was sent.
    pub body: String,
    /// What deletes it and holds it back. It ends with the message's time.
    pub receipt: String,
    /// How often it was received, this time included.
    pub receive_count: u32,
    /// When it was sent.
    pub sent_at: Option<Timestamp>,
}

/// About how many messages a queue has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueDepth {
    /// Of those that wait.
    pub waiting: u64,
    /// Of those that somebody has received and not deleted.
    pub in_flight: u64,
}

impl SqsQueue {
    /// The queue at an address, such as `https://sqs.us-east-1.amazonaws.com/123456789012/posars-imports`. Nothing is asked.
    #[must_use]
    pub fn new(clients: &AwsClients, url: &str) -> Self {
        Self {
            url: url.to_owned(),
            client: clients.sqs(ATTEMPT),
            receiving: clients.sqs(WAIT_MAX + RECEIVE_GRACE),
        }
    }

    /// Makes a queue, for a measurement or a test; those of an installation are made with their dead-letter queues.
    ///
    /// # Errors
    /// [`QueueError`].
    pub async fn create(clients: &AwsClients, name: &str) -> Result<Self, QueueError> {
        let made = clients.sqs(ATTEMPT).create_queue().queue_name(name).send().await;
        let made = made.map_err(|error| QueueError::of(name, &error))?;
        Ok(Self::new(clients, made.queue_url().unwrap_or_default()))
    }

    /// Removes the queue, with all that is in it.
    ///
    /// # Errors
    /// [`QueueError`].
    pub async fn remove(self) -> Result<(), QueueError> {
        let removed = self.client.delete_queue().queue_url(&self.url).send().await;
        removed.map_err(|error| QueueError::of(&self.url, &error))?;
        Ok(())
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where what nobody can use is put aside: beside it, by a name that ends with `-dlq`.
    #[must_use]
    pub fn dead_letter_url(&self) -> String {
        format!("{}{DEAD_LETTER}", self.url)
    }

    /// Sends messages, in batches of ten.
    ///
    /// # Errors
    /// [`QueueError`]; [`QueueError::Unavailable`] also when only some were taken, and they may all be sent again.
    pub async fn send(&self, bodies: &[String]) -> Result<(), QueueError> {
        for batch in bodies.chunks(BATCH_MAX) {
            let entries = batch.iter().enumerate().map(|(index, body)| {
                SendMessageBatchRequestEntry::builder()
                    .id(index.to_string())
                    .message_body(body)
                    .build()
            });
            let entries: Result<Vec<_>, _> = entries.collect();
            let request = self.client.send_message_batch().queue_url(&self.url);
            let sent = request
                .set_entries(Some(entries.map_err(|error| self.unsendable(&error))?))
                .send()
                .await
                .map_err(|error| QueueError::of(&self.url, &error))?;
            self.all_taken(sent.failed(), |_| false)?;
        }
        Ok(())
    }

    /// Waits for messages, at most [`WAIT_MAX`], and answers at most ten; none when none came.
    ///
    /// Each is held back from others for `hold`, or as long as the queue says.
    ///
    /// # Errors
    /// [`QueueError`].
    pub async fn receive(
        &self,
        wait: Duration,
        messages_max: usize,
        hold: Option<Duration>,
    ) -> Result<Vec<SqsMessage>, QueueError> {
        let received = self
            .receiving
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(i32::try_from(messages_max.clamp(1, BATCH_MAX)).unwrap_or(1))
            .wait_time_seconds(seconds(wait.min(WAIT_MAX)))
            .set_visibility_timeout(hold.map(|hold| seconds(hold.min(HOLD_MAX))))
            .message_system_attribute_names(MessageSystemAttributeName::ApproximateReceiveCount)
            .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp)
            .send()
            .await
            .map_err(|error| QueueError::of(&self.url, &error))?;
        let messages = received.messages.unwrap_or_default();
        Ok(messages.into_iter().filter_map(read).collect())
    }

    /// Deletes messages by their receipts. One whose time is over, or that is gone, is no failure: if it still is there, it
    /// comes again.
    ///
    /// # Errors
    /// [`QueueError`].
    pub async fn delete(&self, receipts: &[String]) -> Result<(), QueueError> {
        for batch in receipts.chunks(BATCH_MAX) {
            let entries = batch.iter().enumerate().map(|(index, receipt)| {
                DeleteMessageBatchRequestEntry::builder()
                    .id(index.to_string())
                    .receipt_handle(receipt)
                    .build()
            });
            let entries: Result<Vec<_>, _> = entries.collect();
            let request = self.client.delete_message_batch().queue_url(&self.url);
            let deleted = request
                .set_entries(Some(entries.map_err(|error| self.unsendable(&error))?))
                .send()
                .await
                .map_err(|error| QueueError::of(&self.url, &error))?;
            self.all_taken(deleted.failed(), is_stale)?;
        }
        Ok(())
    }

    /// Holds messages back for so long from now on. One whose time is over is no failure: somebody else may have it.
    ///
    /// # Errors
    /// [`QueueError`].
    pub async fn hold(&self, receipts: &[String], hold: Duration) -> Result<(), QueueError> {
        for batch in receipts.chunks(BATCH_MAX) {
            let entries = batch.iter().enumerate().map(|(index, receipt)| {
                ChangeMessageVisibilityBatchRequestEntry::builder()
                    .id(index.to_string())
                    .receipt_handle(receipt)
                    .visibility_timeout(seconds(hold.min(HOLD_MAX)))
                    .build()
            });
            let entries: Result<Vec<_>, _> = entries.collect();
            let request = self.client.change_message_visibility_batch().queue_url(&self.url);
            let held = request
                .set_entries(Some(entries.map_err(|error| self.unsendable(&error))?))
                .send()
                .await
                .map_err(|error| QueueError::of(&self.url, &error))?;
            self.all_taken(held.failed(), is_stale)?;
        }
        Ok(())
    }

    /// Puts a message aside that can never be dealt with: into the dead-letter queue, with a stable reason and what happened,
    /// then out of this one. Killed in between, it is there twice.
    ///
    /// # Errors
    /// [`QueueError`].
    pub async fn put_aside(
        &self,
        message: &SqsMessage,
        reason: &str,
        detail: &str,
    ) -> Result<(), QueueError> {
        let detail: String = detail
            .chars()
            .filter(|character| !character.is_control() && !NO_CHARACTERS.contains(character))
            .take(DETAIL_CHARS_MAX)
            .collect();
        let dead_letters = self.dead_letter_url();
        let mut request = self
            .client
            .send_message()
            .queue_url(&dead_letters)
            .message_body(&message.body)
            .message_attributes("reason", self.attribute(reason)?);
        // An empty attribute is refused.
        if !detail.is_empty() {
            request = request.message_attributes("detail", self.attribute(&detail)?);
        }
        request
            .send()
            .await
            .map_err(|error| QueueError::of(&dead_letters, &error))?;
        self.delete(std::slice::from_ref(&message.receipt)).await
    }

    /// About how much waits, for a person; the counts lag by seconds.
    ///
    /// # Errors
    /// [`QueueError`].
    pub async fn depth(&self) -> Result<QueueDepth, QueueError> {
        let answer = self
            .client
            .get_queue_attributes()
            .queue_url(&self.url)
            .attribute_names(QueueAttributeName::ApproximateNumberOfMessages)
            .attribute_names(QueueAttributeName::ApproximateNumberOfMessagesNotVisible)
            .send()
            .await
            .map_err(|error| QueueError::of(&self.url, &error))?;
        let count = |name: &QueueAttributeName| {
            let text = answer.attributes().and_then(|attributes| attributes.get(name));
            text.and_then(|text| text.parse().ok()).unwrap_or(0)
        };
        Ok(QueueDepth {
            waiting: count(&QueueAttributeName::ApproximateNumberOfMessages),
            in_flight: count(&QueueAttributeName::ApproximateNumberOfMessagesNotVisible),
        })
    }

    fn attribute(&self, text: &str) -> Result<MessageAttributeValue, QueueError> {
        MessageAttributeValue::builder()
            .data_type("String")
            .string_value(text)
            .build()
            .map_err(|error| self.unsendable(&error))
    }

    /// A batch has one answer, and a verdict on each of its entries.
    fn all_taken(
        &self,
        failed: &[BatchResultErrorEntry],
        is_harmless: fn(&BatchResultErrorEntry) -> bool,
    ) -> Result<(), QueueError> {
        match failed.iter().find(|entry| !is_harmless(entry)) {
            None => Ok(()),
            Some(entry) => Err(QueueError::Unavailable {
                queue: self.url.clone(),
                problem: format!(
                    "of a batch {} were not taken: {}: {}",
                    failed.len(),
                    entry.code(),
                    entry.message().unwrap_or_default()
                ),
            }),
        }
    }

    fn unsendable(&self, problem: &impl std::fmt::Display) -> QueueError {
        QueueError::Unavailable {
            queue: self.url.clone(),
            problem: problem.to_string(),
        }
    }
}

fn is_stale(entry: &BatchResultErrorEntry) -> bool {
    STALE.iter().any(|code| entry.code().ends_with(code))
}

/// A message without a receipt could never be deleted; SQS sends none.
fn read(message: Message) -> Option<SqsMessage> {
    let attribute = |name: MessageSystemAttributeName| {
        let text = message.attributes.as_ref()?.get(&name)?;
        text.parse::<i64>().ok()
    };
    let receive_count = attribute(MessageSystemAttributeName::ApproximateReceiveCount);
    let sent_at = attribute(MessageSystemAttributeName::SentTimestamp);
    Some(SqsMessage {
        receive_count: receive_count
            .and_then(|count| u32::try_from(count).ok())
            .unwrap_or(1),
        sent_at: sent_at.and_then(|at| Timestamp::from_millisecond(at).ok()),
        id: message.message_id.unwrap_or_default(),
        receipt: message.receipt_handle?,
        body: message.body.unwrap_or_default(),
    })
}

/// Whole seconds, as SQS counts; a part of one is a whole one, or it would be none.
fn seconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_millis().div_ceil(1_000)).unwrap_or(i32::MAX)
}
