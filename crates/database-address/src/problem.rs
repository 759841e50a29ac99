//! Why a connection was not made, in words of ours where the driver's say too little.

use std::convert::Infallible;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll};

use rustls::CertificateError;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, Error, NoTls};

use crate::Protection;

/// Why a connection was not made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    /// The file of the password cannot be used.
    #[error("the password file {} cannot be read: {source}. Next: check the path and who may read it", path.display())]
    PasswordFile {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The server does not take what the file says.
    #[error(
        "{place} refuses the password in {}: {message}. Next: if it was changed there a moment ago, the file follows; \
         else write the right one into the file",
        path.display()
    )]
    PasswordRefused {
        place: String,
        path: PathBuf,
        message: String,
    },
    /// The certificates to trust cannot be used.
    #[error(
        "the certificates in {} cannot be used: {reason}. Next: name a PEM file of the authorities that sign the \
         server's certificate with sslrootcert",
        path.display()
    )]
    Roots {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// The machine trusts nobody.
    #[error(
        "this machine has no certificates of authorities that it trusts ({reason}). Next: name a PEM file of those \
         that sign the server's certificate with sslrootcert=/path in the database URL"
    )]
    NoRoots {
        /// What was found instead.
        reason: String,
    },
    /// TLS cannot be set up.
    #[error("TLS cannot be used: {0}")]
    Tls(rustls::Error),
    /// The server shows a certificate that proves nothing.
    #[error("{place} does not prove who it is (sslmode={protection}): {problem}. Next: {next}")]
    Unproven {
        place: String,
        protection: Protection,
        problem: String,
        next: &'static str,
    },
    /// The server has no TLS.
    #[error(
        "{place} takes no TLS, and sslmode={protection} asks for it. Next: turn ssl on there; or, where nobody else \
         can be in between, write sslmode=disable in the database URL"
    )]
    NoTls { place: String, protection: Protection },
    /// The server takes nothing but TLS, or not this user.
    #[error(
        "{place} refuses a connection without TLS: {message}. Next: write sslmode=verify-full in the database URL; if it \
         takes others without TLS, let this user in by a line of its pg_hba.conf"
    )]
    OnlyTls { place: String, message: String },
    /// Nothing came in time.
    #[error(
        "{place} did not answer within {waited_ms} ms. Next: check that it runs and that the network lets us through"
    )]
    Silent { place: String, waited_ms: u128 },
}

/// What was asked for when it failed.
pub(crate) struct Asked {
    /// Host and database.
    pub(crate) place: String,
    pub(crate) protection: Protection,
    /// Whether TLS was not even tried.
    pub(crate) is_plain: bool,
}

impl Problem {
    /// What a driver's error is in words of ours, where they say more.
    pub(crate) fn of(error: &Error, asked: Asked) -> Option<Self> {
        let Asked {
            place,
            protection,
            is_plain,
        } = asked;
        if let Some(refusal) = error.as_db_error() {
            // The lack of encryption is named in the message alone, which may be in any language.
            let may_lack_tls = is_plain && refusal.code().code() == "28000";
            return may_lack_tls.then(|| Self::OnlyTls {
                place,
                message: refusal.message().to_owned(),
            });
        }
        let source = std::error::Error::source(error)?;
        if source.to_string() == "server does not support TLS" {
            return Some(Self::NoTls { place, protection });
        }
        let problem = source
            .downcast_ref::<io::Error>()?
            .get_ref()?
            .downcast_ref::<rustls::Error>()?;
        let rustls::Error::InvalidCertificate(problem) = problem else {
            return None;
        };
        Some(Self::Unproven {
            place,
            protection,
            problem: problem.to_string(),
            next: next_step(problem),
        })
    }

    /// This as an error of the driver, which is what pools and callers of the driver know. A conversation is begun that
    /// fails at the first byte, because the driver's error cannot be made otherwise.
    pub(crate) async fn of_driver(self) -> Result<Infallible, Error> {
        let broken = Broken(Some(io::Error::other(self)));
        let mut config = Config::new();
        config.user("").ssl_mode(SslMode::Disable);
        match config.connect_raw(broken, NoTls).await {
            Err(error) => Err(error),
            // Nothing was sent, so nobody answered.
            Ok(_) => std::future::pending().await,
        }
    }
}

fn next_step(problem: &CertificateError) -> &'static str {
    let is_name = matches!(
        problem,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
    );
    let is_time = matches!(
        problem,
        CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. }
    );
    if is_name {
        "write the host as the certificate names it (its subjectAltName), with hostaddr=… if that name is not found"
    } else if is_time {
        "renew the server's certificate, and check the clocks of both machines"
    } else if problem.to_string().contains("CaUsedAsEndEntity") {
        "give the server a certificate of its own: it shows that of an authority, as `openssl req -x509` makes it"
    } else {
        "name a PEM file of the authority that signed the server's certificate with sslrootcert=/path in the database URL"
    }
}

/// A stream that fails at the first byte.
struct Broken(Option<io::Error>);

impl Broken {
    fn error(&mut self) -> io::Error {
        self.0
            .take()
            .unwrap_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl AsyncRead for Broken {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, _: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Err(self.error()))
    }
}

impl AsyncWrite for Broken {
    fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, _: &[u8]) -> Poll<io::Result<usize>> {
        Poll::Ready(Err(self.error()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
