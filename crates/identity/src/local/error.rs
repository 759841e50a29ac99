//! Why the local issuer cannot sign.

use std::io;
use std::path::PathBuf;

/// Why the local issuer cannot sign; each text ends with the next step.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    /// There is no key in the folder.
    #[error(
        "there is no signing key in {folder}. Next: start `posars up` on this data folder once, which makes it, \
         or name the right folder with --data DIR"
    )]
    NoKey {
        /// The folder looked into.
        folder: PathBuf,
    },
    /// Others could read or replace the key, and sign as anybody.
    #[error(
        "{path} may be read or written by other users of this machine (mode {mode:o}), so anybody could have signed \
         tokens. Next: `chmod {wanted:o} {path}`; if others were on this machine meanwhile, remove the key file \
         instead and start `posars up` again, which makes a new one"
    )]
    Exposed {
        /// The file or folder.
        path: PathBuf,
        /// Its permissions now.
        mode: u32,
        /// Those it should have.
        wanted: u32,
    },
    /// A file could not be read or written.
    #[error(
        "{doing} {path} failed: {source}. Next: check the folder's owner, its permissions and the free space"
    )]
    File {
        /// What was being done.
        doing: &'static str,
        /// To what.
        path: PathBuf,
        /// The system's own words.
        source: io::Error,
    },
    /// What is in the key file is no key.
    #[error(
        "{path} holds no RSA key in PEM form. Next: remove it and start `posars up` again, which makes a new one; \
         tokens signed before are refused from then on"
    )]
    BadKey {
        /// The key file.
        path: PathBuf,
    },
    /// Making a key or signing failed.
    #[error("signing failed. Next: try again; if it stays so, run `posars doctor`")]
    Signing,
    /// Not a subject.
    #[error("a subject is 1 to 64 visible characters without white space. Next: give another one")]
    Subject,
    /// Too short or too long a life.
    #[error("a token lives for 1 s to 30 days. Next: give a lifetime in between, such as 1h")]
    Lifetime,
    /// The token would be longer than what a verifier takes.
    #[error(
        "the token would hold too many grants and exceed 8 KiB. Next: revoke some, or grant whole companies"
    )]
    TooManyMemberships,
}
