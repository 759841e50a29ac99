//! A bucket, or a part of it, as a store of files.

use std::fmt;
use std::ops::Range;
use std::time::{Duration, SystemTime};

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{ProvideCredentials as _, SharedCredentialsProvider};
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ServerSideEncryption;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _, stream};
use jiff::Timestamp;
use posars_files::{
    Content, FileError, FileFacts, FileName, FilePage, FileStore, FolderName, LIST_FILES_MAX, Link,
    LinkLifetime, Put, Source,
};
use sha2::{Digest as _, Sha256};

use super::trouble::{Trouble, Verdict};
use crate::AwsClients;

/// What is put in one call; more goes in parts of this size, which S3 wants to be 5 MiB at least.
pub(super) const PART_BYTES: usize = 8 * 1024 * 1024;
/// The metadata that holds the SHA-256 of all of the content, in hexadecimal.
pub(super) const SHA256: &str = "posars-sha256";
/// How often a put is tried that meets another of the same name under way.
const CONFLICTS_MAX: u32 = 5;
const CONFLICT_PAUSE: Duration = Duration::from_millis(200);
/// Longest prefix that leaves room for our names in a key of 1,024 bytes.
const PREFIX_BYTES_MAX: usize = 200;

/// How S3 encrypts what is put.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Encryption {
    /// As the bucket says, which is with S3's own key at least.
    #[default]
    AsTheBucket,
    /// With this key of KMS.
    Kms(String),
}

/// Why an address is none of a store of files.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is no place in S3. Next: write it as s3://BUCKET or s3://BUCKET/PREFIX")]
pub struct S3FilesError {
    given: String,
}

/// Files in a bucket, below a prefix. Cheap to clone.
#[derive(Clone)]
pub struct S3Files {
    pub(super) client: Client,
    credentials: Option<SharedCredentialsProvider>,
    pub(super) bucket: String,
    /// Empty, or with a slash at its end.
    prefix: String,
    pub(super) encryption: Encryption,
}

impl fmt::Debug for S3Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S3Files(s3://{}/{})", self.bucket, self.prefix)
    }
}

/// What is put, looked through once.
pub(super) struct Whole {
    pub(super) source: Source,
    pub(super) size_bytes: u64,
    pub(super) sha256: [u8; 32],
}

impl S3Files {
    /// The files at an address such as `s3://bucket/prefix`.
    ///
    /// # Errors
    /// [`S3FilesError`] when it names no bucket.
    pub fn at(clients: &AwsClients, address: &str, encryption: Encryption) -> Result<Self, S3FilesError> {
        let wrong = || S3FilesError {
            given: address.to_owned(),
        };
        let place = address.strip_prefix("s3://").ok_or_else(wrong)?;
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        let prefix = prefix.trim_matches('/');
        if !super::objects::is_bucket(bucket) || prefix.len() > PREFIX_BYTES_MAX {
            return Err(wrong());
        }
        let slash = if prefix.is_empty() { "" } else { "/" };
        Ok(Self {
            client: clients.s3(),
            credentials: clients.credentials(),
            bucket: bucket.to_owned(),
            prefix: format!("{prefix}{slash}"),
            encryption,
        })
    }

    /// The address of a file, for people and for other programs of AWS.
    #[must_use]
    pub fn address(&self, name: &FileName) -> String {
        format!("s3://{}/{}", self.bucket, self.key(name))
    }

    pub(super) fn key(&self, name: &FileName) -> String {
        format!("{}{name}", self.prefix)
    }

    pub(super) fn encrypted(&self) -> (Option<ServerSideEncryption>, Option<String>) {
        match &self.encryption {
            Encryption::AsTheBucket => (None, None),
            Encryption::Kms(key) => (Some(ServerSideEncryption::AwsKms), Some(key.clone())),
        }
    }

    /// What an error of a call is to a caller of the store.
    pub(super) fn problem(&self, doing: &str, key: &str, trouble: Trouble) -> FileError {
        let doing = format!("{doing} s3://{}/{key}", self.bucket);
        let detail = trouble.detail;
        match trouble.verdict {
            Verdict::Missing => FileError::Missing {
                name: key.strip_prefix(&self.prefix).unwrap_or(key).to_owned(),
            },
            Verdict::Passing | Verdict::Conflict | Verdict::Precondition => {
                FileError::Unavailable { doing, detail }
            }
            Verdict::Lasting | Verdict::BadRange => FileError::Refused { doing, detail },
        }
    }

    async fn put(&self, name: &FileName, source: Source) -> Result<Put, FileError> {
        let whole = Whole::of(source).await?;
        for _ in 0..CONFLICTS_MAX {
            let tried = if whole.size_bytes <= u64::try_from(PART_BYTES).unwrap_or(u64::MAX) {
                self.put_in_one(name, &whole).await
            } else {
                match self.head(name).await? {
                    // Before all of it is sent for nothing.
                    Some(_) => Ok(false),
                    None => self.put_in_parts(name, &whole).await,
                }
            };
            match tried {
                Ok(true) => return Ok(Put::Now),
                Ok(false) => {
                    if let Some((_, sha256)) = self.head(name).await? {
                        let same = sha256.is_some_and(|sha256| sha256 == hexadecimal(&whole.sha256));
                        let taken = || FileError::Taken {
                            name: name.to_string(),
                        };
                        return same.then_some(Put::Before).ok_or_else(taken);
                    }
                    // Another put is under way, or the file was deleted this moment.
                    tokio::time::sleep(CONFLICT_PAUSE).await;
                }
                Err(error) => return Err(error),
            }
        }
        Err(FileError::Unavailable {
            doing: format!("putting {}", self.address(name)),
            detail: "others put the same name and do not end".to_owned(),
        })
    }

    /// False when something is there, or is being put there.
    async fn put_in_one(&self, name: &FileName, whole: &Whole) -> Result<bool, FileError> {
        let (encryption, key_id) = self.encrypted();
        let bytes = whole.part(0).await?;
        let put = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(self.key(name))
            .if_none_match("*")
            .content_type(name.file_type().content_type())
            .checksum_sha256(BASE64_STANDARD.encode(whole.sha256))
            .metadata(SHA256, hexadecimal(&whole.sha256))
            .set_server_side_encryption(encryption)
            .set_ssekms_key_id(key_id)
            .body(ByteStream::from(bytes));
        match put.send().await {
            Ok(_) => Ok(true),
            Err(error) => self.not_put(name, Trouble::of(&error)),
        }
    }

    /// False when a put failed because the name is taken; any other failure is an error.
    pub(super) fn not_put(&self, name: &FileName, trouble: Trouble) -> Result<bool, FileError> {
        match trouble.verdict {
            Verdict::Precondition | Verdict::Conflict => Ok(false),
            Verdict::Missing | Verdict::BadRange | Verdict::Passing | Verdict::Lasting => {
                Err(self.problem("putting", &self.key(name), trouble))
            }
        }
    }

    /// What is known of a file, and its checksum when we put it.
    async fn head(&self, name: &FileName) -> Result<Option<(FileFacts, Option<String>)>, FileError> {
        let key = self.key(name);
        let asked = self.client.head_object().bucket(&self.bucket).key(&key);
        match asked.send().await {
            Ok(found) => {
                let sha256 = found.metadata().and_then(|all| all.get(SHA256)).cloned();
                let facts = facts(found.content_length(), found.last_modified());
                Ok(Some((facts, sha256)))
            }
            Err(error) => match Trouble::of(&error) {
                trouble if trouble.verdict == Verdict::Missing => Ok(None),
                trouble => Err(self.problem("looking at", &key, trouble)),
            },
        }
    }

    async fn open(&self, name: &FileName, range: Option<Range<u64>>) -> Result<Content, FileError> {
        let key = self.key(name);
        if range.as_ref().is_some_and(Range::is_empty) {
            return Err(self.bad_range(name).await);
        }
        let is_whole = range.is_none();
        let wanted = range.map(|range| format!("bytes={}-{}", range.start, range.end - 1));
        let asked = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(&key)
            .set_range(wanted);
        let found = match asked.send().await {
            Ok(found) => found,
            Err(error) => {
                let trouble = Trouble::of(&error);
                return Err(if trouble.verdict == Verdict::BadRange {
                    self.bad_range(name).await
                } else {
                    self.problem("reading", &key, trouble)
                });
            }
        };
        Ok(content(found, is_whole, name.to_string(), self.address(name)))
    }

    async fn bad_range(&self, name: &FileName) -> FileError {
        let name_of = || name.to_string();
        match self.head(name).await {
            Ok(Some((facts, _))) => FileError::BadRange {
                name: name_of(),
                size_bytes: facts.size_bytes,
            },
            Ok(None) => FileError::Missing { name: name_of() },
            Err(error) => error,
        }
    }

    async fn page(
        &self,
        under: &FolderName,
        after: Option<&FileName>,
        limit: usize,
    ) -> Result<FilePage, FileError> {
        let slash = if under.as_str().is_empty() { "" } else { "/" };
        let prefix = format!("{}{under}{slash}", self.prefix);
        let mut page = FilePage::default();
        let mut after = after.map(|after| self.key(after));
        // What others put there is no file of ours; more is asked for in its place.
        while page.files.len() < limit {
            let room = i32::try_from(limit - page.files.len()).unwrap_or(i32::MAX);
            let asked = self.client.list_objects_v2().bucket(&self.bucket).prefix(&prefix);
            let asked = asked.set_start_after(after.clone()).max_keys(room).send().await;
            let found = asked.map_err(|error| self.problem("listing", &prefix, Trouble::of(&error)))?;
            for object in found.contents() {
                let Some(key) = object.key() else { continue };
                after = Some(key.to_owned());
                let name = key
                    .strip_prefix(&self.prefix)
                    .and_then(|name| name.parse::<FileName>().ok());
                if let Some(name) = name {
                    page.files
                        .push((name, facts(object.size(), object.last_modified())));
                }
            }
            if found.is_truncated() != Some(true) || found.contents().is_empty() {
                return Ok(page);
            }
        }
        page.next = page.files.last().map(|(name, _)| name.clone());
        Ok(page)
    }

    /// How long a link can last: with the credentials of a role it ends when they do.
    async fn lasting(&self, asked: LinkLifetime) -> LinkLifetime {
        let Some(provider) = &self.credentials else {
            return asked;
        };
        // Credentials that cannot be had are told when the link is signed.
        let ends = provider.provide_credentials().await.ok();
        let ends = ends.and_then(|credentials| credentials.expiry());
        let Some(ends) = ends else { return asked };
        let left = ends.duration_since(SystemTime::now()).unwrap_or_default();
        LinkLifetime::clamped(asked.get().min(left))
    }

    async fn presigned(&self, name: &FileName, lifetime: LinkLifetime) -> Result<Link, FileError> {
        let lifetime = self.lasting(lifetime).await;
        let refused = |detail: String| FileError::Refused {
            doing: format!("making a link to {}", self.address(name)),
            detail,
        };
        let config =
            PresigningConfig::expires_in(lifetime.get()).map_err(|error| refused(error.to_string()))?;
        let signed = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(self.key(name))
            .response_content_type(name.file_type().content_type())
            .response_content_disposition(format!("attachment; filename=\"{}\"", name.last_part()))
            .presigned(config)
            .await
            .map_err(|error| refused(Trouble::of(&error).detail))?;
        Ok(Link {
            url: signed.uri().to_owned(),
            lifetime,
        })
    }

    async fn remove(&self, name: &FileName) -> Result<(), FileError> {
        let key = self.key(name);
        let asked = self.client.delete_object().bucket(&self.bucket).key(&key);
        match asked.send().await {
            Ok(_) => Ok(()),
            Err(error) => match Trouble::of(&error) {
                trouble if trouble.verdict == Verdict::Missing => Ok(()),
                trouble => Err(self.problem("deleting", &key, trouble)),
            },
        }
    }
}

impl FileStore for S3Files {
    fn put_once<'a>(&'a self, name: &'a FileName, source: Source) -> BoxFuture<'a, Result<Put, FileError>> {
        self.put(name, source).boxed()
    }

    fn stat<'a>(&'a self, name: &'a FileName) -> BoxFuture<'a, Result<Option<FileFacts>, FileError>> {
        async move { Ok(self.head(name).await?.map(|(facts, _)| facts)) }.boxed()
    }

    fn read<'a>(
        &'a self,
        name: &'a FileName,
        range: Option<Range<u64>>,
    ) -> BoxFuture<'a, Result<Content, FileError>> {
        self.open(name, range).boxed()
    }

    fn list<'a>(
        &'a self,
        under: &'a FolderName,
        after: Option<&'a FileName>,
        limit: usize,
    ) -> BoxFuture<'a, Result<FilePage, FileError>> {
        self.page(under, after, limit.clamp(1, LIST_FILES_MAX)).boxed()
    }

    fn link<'a>(
        &'a self,
        name: &'a FileName,
        lifetime: LinkLifetime,
    ) -> BoxFuture<'a, Result<Link, FileError>> {
        self.presigned(name, lifetime).boxed()
    }

    fn delete<'a>(&'a self, name: &'a FileName) -> BoxFuture<'a, Result<(), FileError>> {
        self.remove(name).boxed()
    }

    fn remove_abandoned(&self, older_than: Duration) -> BoxFuture<'_, Result<usize, FileError>> {
        self.abort_abandoned(self.prefix.clone(), older_than).boxed()
    }
}

impl Whole {
    async fn of(source: Source) -> Result<Self, FileError> {
        let looked = tokio::task::spawn_blocking(move || {
            let (size_bytes, sha256) = (source.size_bytes()?, source.sha256()?);
            Ok(Self {
                source,
                size_bytes,
                sha256,
            })
        });
        looked
            .await
            .unwrap_or_else(|error| Err(error.into()))
            .map_err(not_read)
    }

    /// The part that begins there.
    pub(super) async fn part(&self, from: u64) -> Result<Bytes, FileError> {
        let source = self.source.clone();
        let read = tokio::task::spawn_blocking(move || source.chunk(from, PART_BYTES));
        read.await
            .unwrap_or_else(|error| Err(error.into()))
            .map_err(not_read)
    }
}

fn not_read(error: std::io::Error) -> FileError {
    FileError::Unavailable {
        doing: "reading what is to be put".to_owned(),
        detail: error.to_string(),
    }
}

fn facts(size_bytes: Option<i64>, put_at: Option<&aws_sdk_s3::primitives::DateTime>) -> FileFacts {
    let put_at = put_at.and_then(|at| Timestamp::from_second(at.secs()).ok());
    FileFacts {
        size_bytes: size_bytes.and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
        put_at: put_at.unwrap_or(Timestamp::UNIX_EPOCH),
    }
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A body under way, with the checksum that all of it must have.
struct Body {
    pieces: ByteStream,
    expected: Option<String>,
    hasher: Sha256,
    name: String,
    address: String,
}

fn content(found: GetObjectOutput, is_whole: bool, name: String, address: String) -> Content {
    let expected = found.metadata().and_then(|all| all.get(SHA256)).cloned();
    let body = Body {
        pieces: found.body,
        expected: expected.filter(|_| is_whole),
        hasher: Sha256::new(),
        name,
        address,
    };
    stream::try_unfold(body, |mut body| async move {
        match body.pieces.next().await {
            Some(Ok(piece)) => {
                body.hasher.update(&piece);
                Ok(Some((piece, body)))
            }
            Some(Err(error)) => Err(FileError::Unavailable {
                doing: format!("reading {}", body.address),
                detail: error.to_string(),
            }),
            None => {
                let is_damaged = body
                    .expected
                    .is_some_and(|expected| expected != hexadecimal(&body.hasher.finalize()));
                if is_damaged {
                    Err(FileError::Damaged { name: body.name })
                } else {
                    Ok(None)
                }
            }
        }
    })
    .boxed()
}
