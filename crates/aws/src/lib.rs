//! SQS, S3 and KMS behind the seams whose first implementations are local.
//!
//! [`AwsClients`] makes the clients. [`SqsQueue`] is a queue as it is, [`SqsWakeUps`] one of hints. [`S3Files`] is a store of files, and [`Objects`] reads
//! what others dropped. [`KmsMasterKey`] wraps keys. Nothing here is made before a setting asks for it.

mod clients;
mod kms;
mod s3;
mod sqs;

pub use clients::{AwsClients, ClientsError};
pub use kms::{KMS_PREFIX, KmsKeyName, KmsKeyNameError, KmsMasterKey};
pub use s3::{
    Encryption, ObjectAddress, ObjectAddressError, ObjectError, ObjectFacts, Objects, S3Files, S3FilesError,
};
pub use sqs::{BATCH_MAX, QueueDepth, QueueError, SqsMessage, SqsQueue, SqsWakeUps, WAIT_MAX};
