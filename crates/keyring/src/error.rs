//! Why keys cannot be used.

use posars_event_store::StoreError;

/// Why personal data cannot be sealed, opened or found now.
#[derive(Debug, Clone, thiserror::Error)]
pub enum KeyringError {
    /// There is no master key at all.
    #[error(
        "there is no master key, so nothing personal can be sealed or opened; set POSARS_MASTER_KEY_FILE"
    )]
    NoMasterKey,
    /// The master key that wraps the company's key is not at hand.
    #[error(
        "the master key {master_key} of this company's personal data is not in {place}; names, tax numbers, addresses, \
         bank accounts and wages cannot be read until it is put back. All else works"
    )]
    Locked {
        /// Which master key.
        master_key: String,
        /// Where it was looked for.
        place: String,
    },
    /// The key store is away or refuses.
    #[error("the store of the master key cannot be used: {0}")]
    MasterKeyStore(String),
    /// What is stored of a key is no work of the key above it.
    #[error(
        "a stored key of this company is damaged ({0}); restore the table of keys with `posars keys import`"
    )]
    Damaged(String),
    /// The CPF is another employee's.
    #[error("another employee of the company has this CPF")]
    CpfTaken,
    /// The person's key is about to be destroyed, or is kept after all: a moment later it is known.
    #[error("what is known of this person is about to be erased; try again in a moment")]
    Closing,
    /// The database is away or refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
}
