//! Why a text is no address.

use std::path::PathBuf;

/// Why a text is no address of a database. No variant holds a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The driver cannot read it.
    #[error("{0}")]
    Unreadable(String),
    /// Not a word of `sslmode`.
    #[error("sslmode={0:?} is not known; it is one of disable, prefer, require, verify-ca and verify-full")]
    UnknownProtection(String),
    /// There is no host in it.
    #[error("it names no host; add host=…, a name, an address or the folder of a unix socket")]
    NoHost,
    /// A unix socket and a host by name: one `sslmode` cannot be right for both.
    #[error("it names a unix socket and a host in the network; name hosts of one kind")]
    HostsOfTwoKinds,
    /// A password and a file of one.
    #[error("it holds a password and names a passfile; leave the password out")]
    TwoPasswords,
    /// A file of certificates or of a password by a path that depends on where the process stands.
    #[error("{} is no absolute path; write it out from /", .0.display())]
    RelativePath(PathBuf),
    /// Certificates to trust, and a `sslmode` that trusts everybody.
    #[error("sslrootcert is of no use with sslmode={0}; write sslmode=verify-full, or leave sslrootcert out")]
    RootsUnused(&'static str),
    /// The authorities of the machine sign for everybody, so they prove something only together with the host's name.
    #[error(
        "sslmode=verify-ca needs sslrootcert=/path, the authorities that are yours; with those of the machine write \
         sslmode=verify-full"
    )]
    RootsMissing,
}
