//! An object that was dropped in a bucket of S3.

use std::fs::File;
use std::sync::Arc;

use posars_aws::{Encryption, ObjectAddress, ObjectError, ObjectFacts, Objects, S3Files};
use posars_xls_importer::limits::FILE_BYTES_MAX;
use posars_xls_importer::{FileRefusal, Language};
use tokio::sync::OnceCell;

use super::recorder::Placed;
use crate::aws_clients::aws_clients;
use crate::failure::{Exit, Failure};
use crate::importing::{CompanyOfPlace, Label, NotImported, Original, Results, company_of, refused};

/// The folder of results in every bucket: where drops are not, or one import would start the next.
pub(crate) const RESULTS: &str = "results";
/// What a bucket that keeps versions no more says of an object.
const NO_VERSION: &str = "null";

/// An object, in the version that was dropped.
pub(crate) struct DroppedObject {
    objects: Objects,
    object: ObjectAddress,
    /// What whoever told of it says of its content.
    etag: Option<String>,
    language: Language,
    facts: OnceCell<ObjectFacts>,
}

impl DroppedObject {
    /// The object of an address; whoever told of it may have said what was in it.
    pub(crate) fn new(
        objects: Objects,
        object: ObjectAddress,
        etag: Option<String>,
        language: Language,
    ) -> Self {
        Self {
            objects,
            object,
            etag,
            language,
            facts: OnceCell::new(),
        }
    }

    async fn facts(&self) -> Result<&ObjectFacts, NotImported> {
        let found = self.facts.get_or_try_init(|| self.objects.facts(&self.object));
        let found = found.await.map_err(not_read)?;
        let is_the_same = self.etag.as_ref().is_none_or(|told| *told == found.etag);
        if is_the_same {
            Ok(found)
        } else {
            Err(not_read(ObjectError::Changed {
                object: self.object.to_string(),
            }))
        }
    }
}

impl Original for DroppedObject {
    async fn identity(&self) -> Result<(String, String), NotImported> {
        let place = format!("s3://{}/{}", self.object.bucket, self.object.key);
        let told = |version: &Option<String>| version.clone().filter(|version| version != NO_VERSION);
        let version = match (told(&self.object.version), &self.etag) {
            (Some(version), _) => version,
            (None, Some(etag)) => etag.clone(),
            (None, None) => {
                let found = self.facts().await?;
                told(&found.version).unwrap_or_else(|| found.etag.clone())
            }
        };
        Ok((place, version))
    }

    async fn spool(&self) -> Result<File, NotImported> {
        let facts = self.facts().await?;
        if facts.size_bytes > FILE_BYTES_MAX {
            let refusal = FileRefusal::TooLarge {
                what: "file".to_owned(),
                actual: facts.size_bytes,
                limit: FILE_BYTES_MAX,
            };
            return Err(NotImported::Refused(refused(
                &self.label(),
                &refusal,
                self.language,
            )));
        }
        let file = tempfile::tempfile().map_err(|error| {
            NotImported::Failed(
                Failure::new(
                    Exit::Unavailable,
                    "SPOOL_UNUSABLE",
                    format!("no room to copy {} to: {error}", self.object),
                )
                .next("make room in the temporary folder (TMPDIR)"),
            )
        })?;
        let mut out = tokio::fs::File::from_std(file);
        let copied = self.objects.copy(&self.object, facts, &mut out).await;
        copied.map_err(not_read)?;
        Ok(out.into_std().await)
    }
}

impl Label for DroppedObject {
    fn label(&self) -> String {
        self.object.to_string()
    }
}

impl Placed for DroppedObject {
    fn company(&self) -> CompanyOfPlace {
        company_of(&self.object.key)
    }

    async fn results(&self) -> Result<Results, Failure> {
        results_of(&self.object.bucket).await
    }
}

fn not_read(error: ObjectError) -> NotImported {
    let told = |exit, code: &'static str| Failure::new(exit, code, &error);
    match &error {
        ObjectError::Missing { .. } => NotImported::Gone(told(Exit::Failure, "OBJECT_MISSING")),
        ObjectError::Changed { .. } => NotImported::Gone(told(Exit::Conflict, "OBJECT_CHANGED")),
        ObjectError::Unavailable { .. } => NotImported::Failed(told(Exit::Unavailable, "OBJECT_UNAVAILABLE")),
        ObjectError::Refused { .. } => NotImported::Failed(told(Exit::Failure, "OBJECT_REFUSED")),
    }
}

/// Where the results of a bucket's drops go: beside them.
///
/// # Errors
/// `AWS_REGION_MISSING`, `FILES_ADDRESS_INVALID`.
pub(crate) async fn results_of(bucket: &str) -> Result<Results, Failure> {
    let place = format!("s3://{bucket}/{RESULTS}");
    let store = S3Files::at(aws_clients().await?, &place, Encryption::AsTheBucket)?;
    Ok(Results {
        store: Arc::new(store),
        place,
    })
}
