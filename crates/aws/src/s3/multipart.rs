//! Files that are too big for one call: in parts, each with its checksum, and whole only when all are there.

use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jiff::Timestamp;
use posars_files::{FileError, FileName};
use sha2::{Digest as _, Sha256};

use super::files::{S3Files, SHA256, Whole, hexadecimal};
use super::trouble::{Trouble, Verdict};

impl S3Files {
    /// False when something is there, or is being put there. What was sent of a put that failed is removed.
    pub(super) async fn put_in_parts(&self, name: &FileName, whole: &Whole) -> Result<bool, FileError> {
        let key = self.key(name);
        let (encryption, key_id) = self.encrypted();
        let begun = self
            .client
            .create_multipart_upload()
            .bucket(&self.bucket)
            .key(&key)
            .content_type(name.file_type().content_type())
            .checksum_algorithm(ChecksumAlgorithm::Sha256)
            .metadata(SHA256, hexadecimal(&whole.sha256))
            .set_server_side_encryption(encryption)
            .set_ssekms_key_id(key_id)
            .send()
            .await
            .map_err(|error| self.problem("beginning to put", &key, Trouble::of(&error)))?;
        let Some(upload) = begun.upload_id() else {
            return Err(FileError::Unavailable {
                doing: format!("beginning to put {}", self.address(name)),
                detail: "S3 gave no id for the parts".to_owned(),
            });
        };
        let put = match self.put_parts(&key, upload, whole).await {
            Ok(parts) => self.complete(name, upload, parts).await,
            Err(error) => Err(error),
        };
        if !matches!(put, Ok(true))
            && let Err(error) = self.abort(&key, upload).await
        {
            tracing::warn!(file = %self.address(name), %error, "parts of a file that was not put stay for now");
        }
        put
    }

    async fn put_parts(
        &self,
        key: &str,
        upload: &str,
        whole: &Whole,
    ) -> Result<Vec<CompletedPart>, FileError> {
        let mut parts = Vec::new();
        let (mut number, mut from) = (1, 0);
        while from < whole.size_bytes {
            let bytes = whole.part(from).await?;
            if bytes.is_empty() {
                return Err(FileError::Unavailable {
                    doing: format!("putting s3://{}/{key}", self.bucket),
                    detail: "what is put became shorter meanwhile".to_owned(),
                });
            }
            from += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            let sha256 = BASE64_STANDARD.encode(Sha256::digest(&bytes));
            let put = self
                .client
                .upload_part()
                .bucket(&self.bucket)
                .key(key)
                .upload_id(upload)
                .part_number(number)
                .checksum_algorithm(ChecksumAlgorithm::Sha256)
                .checksum_sha256(&sha256)
                .body(ByteStream::from(bytes))
                .send()
                .await
                .map_err(|error| self.problem("putting a part of", key, Trouble::of(&error)))?;
            parts.push(
                CompletedPart::builder()
                    .part_number(number)
                    .checksum_sha256(sha256)
                    .set_e_tag(put.e_tag().map(str::to_owned))
                    .build(),
            );
            number += 1;
        }
        Ok(parts)
    }

    async fn complete(
        &self,
        name: &FileName,
        upload: &str,
        parts: Vec<CompletedPart>,
    ) -> Result<bool, FileError> {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let completed = self
            .client
            .complete_multipart_upload()
            .bucket(&self.bucket)
            .key(self.key(name))
            .upload_id(upload)
            .if_none_match("*")
            .multipart_upload(parts)
            .send()
            .await;
        match completed {
            Ok(_) => Ok(true),
            Err(error) => match Trouble::of(&error) {
                // The answer to an earlier try was lost: what is there tells.
                trouble if trouble.verdict == Verdict::Missing => Ok(false),
                trouble => self.not_put(name, trouble),
            },
        }
    }

    async fn abort(&self, key: &str, upload: &str) -> Result<(), FileError> {
        let asked = self.client.abort_multipart_upload().bucket(&self.bucket).key(key);
        match asked.upload_id(upload).send().await {
            Ok(_) => Ok(()),
            Err(error) => match Trouble::of(&error) {
                trouble if trouble.verdict == Verdict::Missing => Ok(()),
                trouble => Err(self.problem("removing parts of", key, trouble)),
            },
        }
    }

    /// Removes the parts of puts that began before and never ended; answers of how many.
    pub(super) async fn abort_abandoned(
        &self,
        prefix: String,
        older_than: Duration,
    ) -> Result<usize, FileError> {
        let before = Timestamp::now().as_second() - i64::try_from(older_than.as_secs()).unwrap_or(i64::MAX);
        let (mut removed, mut key_marker, mut upload_marker) = (0, None, None);
        loop {
            let found = self
                .client
                .list_multipart_uploads()
                .bucket(&self.bucket)
                .prefix(&prefix)
                .set_key_marker(key_marker)
                .set_upload_id_marker(upload_marker)
                .send()
                .await
                .map_err(|error| self.problem("listing parts of", &prefix, Trouble::of(&error)))?;
            for upload in found.uploads() {
                let (Some(key), Some(id), Some(begun)) =
                    (upload.key(), upload.upload_id(), upload.initiated())
                else {
                    continue;
                };
                if begun.secs() <= before && key.starts_with(&prefix) {
                    self.abort(key, id).await?;
                    removed += 1;
                }
            }
            key_marker = found.next_key_marker().map(str::to_owned);
            upload_marker = found.next_upload_id_marker().map(str::to_owned);
            if found.is_truncated() != Some(true) || key_marker.is_none() {
                return Ok(removed);
            }
        }
    }
}
