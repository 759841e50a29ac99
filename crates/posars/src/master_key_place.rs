//! Where the settings say that the master key is.

use std::path::PathBuf;

use posars_aws::KmsKeyName;

use crate::failure::{Exit, Failure};

/// Where the settings say that the master key is. What another place wrapped can be opened as well, as far as it is known.
#[derive(Clone, Debug, Default)]
pub(crate) struct MasterKeyPlace {
    /// The key of KMS that wraps; none where the file's does.
    pub(crate) kms: Option<KmsKeyName>,
    /// The file; none where nobody said so and the user has no home.
    pub(crate) file: Option<PathBuf>,
}

/// Reads a name of a key of KMS.
///
/// # Errors
/// `MASTER_KEY_INVALID`.
pub(crate) fn kms_name(text: &str) -> Result<KmsKeyName, Failure> {
    KmsKeyName::parse(text).map_err(|error| Failure::new(Exit::Usage, "MASTER_KEY_INVALID", error))
}
