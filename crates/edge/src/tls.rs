//! TLS with certificates from files.

use std::fmt;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// The protocols offered in the handshake, the better one first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];
/// How often the files are looked at. Certificates are renewed days before they end.
const LOOK_INTERVAL: Duration = Duration::from_secs(5);
/// Read by everybody.
const WORLD_READABLE: u32 = 0o004;

/// Where the certificate and its key are, both in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate chain, the server's own first.
    pub certificate: PathBuf,
    /// The private key of the first certificate: PKCS #8, PKCS #1 or SEC 1, without a password.
    pub key: PathBuf,
}

/// Why a certificate and its key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file is not there or may not be read.
    #[error("{} cannot be read: {problem}. Next: check the path and who may read it", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        problem: io::Error,
    },
    /// A file holds broken PEM.
    #[error("{} is no PEM file: {problem}. Next: write the file anew from where it was made", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong in it.
        problem: String,
    },
    /// The certificate file holds no certificate.
    #[error(
        "{} holds no certificate. Next: give a file with a section -----BEGIN CERTIFICATE-----, the server's own first",
        path.display()
    )]
    CertificateMissing {
        /// The file.
        path: PathBuf,
    },
    /// The key file holds no private key.
    #[error(
        "{} holds no private key that can be read. Next: give a file with a section -----BEGIN PRIVATE KEY-----, \
         without a password",
        path.display()
    )]
    KeyMissing {
        /// The file.
        path: PathBuf,
    },
    /// The key is of another certificate.
    #[error(
        "the key in {} is not that of the first certificate in {}. Next: give the two files that were made together",
        files.key.display(),
        files.certificate.display()
    )]
    Mismatch {
        /// The files.
        files: TlsFiles,
    },
    /// TLS cannot work with them.
    #[error(
        "the certificate in {} and the key in {} cannot be used: {problem}. Next: make them anew, with \
         RSA from 2048 bits, ECDSA P-256 or P-384, or Ed25519",
        files.certificate.display(),
        files.key.display()
    )]
    Unusable {
        /// The files.
        files: TlsFiles,
        /// What TLS says of them.
        problem: String,
    },
}

/// A certificate in use, read again when its files change. Clones share it.
#[derive(Clone)]
pub struct Tls(Arc<FilesInUse>);

struct FilesInUse {
    files: TlsFiles,
    look_interval: Duration,
    current: RwLock<Arc<ServerConfig>>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tls").field(&self.0.files).finish()
    }
}

impl Tls {
    /// Reads the files. While a server uses them it looks every 5 s whether they changed; what cannot be used then is
    /// logged, and what was in use stays.
    ///
    /// # Errors
    /// Each way in which the files can be unusable, see [`TlsError`].
    pub fn load(files: TlsFiles) -> Result<Self, TlsError> {
        Self::load_and_look_every(files, LOOK_INTERVAL)
    }

    /// As [`Self::load`], looking at the files more or less often.
    ///
    /// # Errors
    /// As there.
    pub fn load_and_look_every(files: TlsFiles, look_interval: Duration) -> Result<Self, TlsError> {
        let current = RwLock::new(Arc::new(read(&files)?));
        Ok(Self(Arc::new(FilesInUse {
            files,
            look_interval,
            current,
        })))
    }

    /// What a new connection is greeted with.
    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.0.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks at the files for ever and takes over what changed.
    pub(crate) async fn follow_files(&self) {
        let mut seen = self.0.fingerprints();
        loop {
            tokio::time::sleep(self.0.look_interval).await;
            let now = self.0.fingerprints();
            if now == seen {
                continue;
            }
            let in_use = Arc::clone(&self.0);
            match tokio::task::spawn_blocking(move || read(&in_use.files)).await {
                Ok(Ok(config)) => {
                    *self.0.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(config);
                    tracing::info!(certificate = %self.0.files.certificate.display(), "a new certificate is in use");
                }
                // Often only one of the two is written yet, and the next look finds both.
                Ok(Err(error)) => {
                    tracing::error!(%error, "the new certificate cannot be used; the one before stays in use");
                }
                Err(error) => tracing::error!(%error, "the certificate could not be read again"),
            }
            seen = now;
        }
    }
}

impl FilesInUse {
    fn fingerprints(&self) -> [Option<Fingerprint>; 2] {
        [&self.files.certificate, &self.files.key].map(|path| Fingerprint::of(path))
    }
}

/// What changes when a file is written or replaced, also behind a symbolic link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fingerprint {
    device: u64,
    inode: u64,
    size_bytes: u64,
    modified: Option<SystemTime>,
}

impl Fingerprint {
    fn of(path: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(path).ok()?;
        Some(Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size_bytes: metadata.len(),
            modified: metadata.modified().ok(),
        })
    }
}

fn read(files: &TlsFiles) -> Result<ServerConfig, TlsError> {
    let unusable = |problem: rustls::Error| TlsError::Unusable {
        files: files.clone(),
        problem: problem.to_string(),
    };
    let certificates = read_certificates(&files.certificate)?;
    let key = read_key(&files.key)?;
    // The provider is named: a second one in the program would make the choice by itself a panic.
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_no_client_auth()
        .with_single_cert(certificates, key)
        .map_err(|error| {
            if matches!(error, rustls::Error::InconsistentKeys(_)) {
                TlsError::Mismatch { files: files.clone() }
            } else {
                unusable(error)
            }
        })?;
    config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    Ok(config)
}

fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes_of(path)?).collect();
    let certificates = all.map_err(|error| malformed(path, &error))?;
    if certificates.is_empty() {
        return Err(TlsError::CertificateMissing {
            path: path.to_owned(),
        });
    }
    Ok(certificates)
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let bytes = bytes_of(path)?;
    if std::fs::metadata(path).is_ok_and(|metadata| metadata.mode() & WORLD_READABLE != 0) {
        tracing::warn!(key = %path.display(), "every user of this machine can read the private key; chmod o-r it");
    }
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|error| {
        if matches!(error, pem::Error::NoItemsFound) {
            TlsError::KeyMissing {
                path: path.to_owned(),
            }
        } else {
            malformed(path, &error)
        }
    })
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path).map_err(|problem| TlsError::Unreadable {
        path: path.to_owned(),
        problem,
    })
}

fn malformed(path: &Path, error: &pem::Error) -> TlsError {
    TlsError::Malformed {
        path: path.to_owned(),
        problem: error.to_string(),
    }
}
