//! Where this process keeps files: a folder, or a bucket, as the settings say.

use std::path::PathBuf;
use std::sync::Arc;

use posars_aws::{Encryption, S3Files};
use posars_files::{FileStore, Folder};

use crate::aws_clients::aws_clients;
use crate::failure::Failure;
use crate::settings::{FileArgs, Place};

/// How a place in S3 begins.
const S3: &str = "s3://";

/// The store of files.
#[derive(Clone, Debug)]
pub(crate) enum Files {
    /// A folder, whose links our own server follows.
    Folder(Folder),
    /// A bucket, whose links go to S3.
    S3(S3Files),
}

impl Files {
    /// That of the settings. Nothing is asked of it yet.
    ///
    /// # Errors
    /// `FILES_ADDRESS_INVALID`, `AWS_REGION_MISSING`, `NO_DATA_FOLDER`.
    pub(crate) async fn open(args: &FileArgs, place: &Place) -> Result<Self, Failure> {
        match args.files.as_deref().filter(|files| files.starts_with(S3)) {
            Some(address) => {
                let encryption = match &args.files_kms_key {
                    Some(key) => Encryption::Kms(key.clone()),
                    None => Encryption::AsTheBucket,
                };
                let clients = aws_clients().await?;
                Ok(Self::S3(S3Files::at(clients, address, encryption)?))
            }
            None => Ok(Self::Folder(Folder::new(args.folder(place)?))),
        }
    }

    /// The store at an address: `s3://BUCKET/PREFIX`, else a folder. A bucket encrypts as it is set to.
    ///
    /// # Errors
    /// `FILES_ADDRESS_INVALID`, `AWS_REGION_MISSING`.
    pub(crate) async fn at(address: &str) -> Result<Self, Failure> {
        if address.starts_with(S3) {
            let clients = aws_clients().await?;
            return Ok(Self::S3(S3Files::at(clients, address, Encryption::AsTheBucket)?));
        }
        Ok(Self::Folder(Folder::new(PathBuf::from(address))))
    }

    /// The store, whatever it is.
    pub(crate) fn store(&self) -> Arc<dyn FileStore> {
        match self {
            Self::Folder(folder) => Arc::new(folder.clone()),
            Self::S3(bucket) => Arc::new(bucket.clone()),
        }
    }
}
