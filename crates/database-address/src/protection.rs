//! What TLS protects a connection from: the words of `sslmode`.

use std::fmt;
use std::str::FromStr;

use tokio_postgres::config::SslMode;

use crate::AddressError;

/// How far a connection is protected, each word more than the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protection {
    /// No TLS. On a unix socket always, where the kernel keeps others out.
    Disable,
    /// TLS where the server offers it. The default on this machine.
    Prefer,
    /// TLS with whatever certificate: nobody can listen, but somebody in between can.
    Require,
    /// TLS with a certificate that a trusted authority signed, for whatever host.
    VerifyCa,
    /// TLS with a certificate that a trusted authority signed for the very host. The default for other machines.
    VerifyFull,
}

impl Protection {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Disable,
        Self::Prefer,
        Self::Require,
        Self::VerifyCa,
        Self::VerifyFull,
    ];

    /// The word of `sslmode`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }

    /// Whether the server must prove who it is.
    #[must_use]
    pub const fn verifies(self) -> bool {
        matches!(self, Self::VerifyCa | Self::VerifyFull)
    }

    /// What the driver does of it; the rest is done by the verifier.
    pub(crate) const fn of_driver(self) -> SslMode {
        match self {
            Self::Disable => SslMode::Disable,
            Self::Prefer => SslMode::Prefer,
            Self::Require | Self::VerifyCa | Self::VerifyFull => SslMode::Require,
        }
    }
}

impl fmt::Display for Protection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Protection {
    type Err = AddressError;

    fn from_str(word: &str) -> Result<Self, AddressError> {
        let known = Self::ALL.into_iter().find(|known| known.word() == word);
        known.ok_or_else(|| AddressError::UnknownProtection(word.to_owned()))
    }
}
