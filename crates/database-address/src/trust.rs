//! Whom a connection trusts: the authorities in a file, or those that this machine trusts.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::Protection;
use crate::file::{self, Fingerprint};
use crate::problem::Problem;
use crate::verify::Verifier;

/// Amazon's bundle for all regions has 160 KiB.
const ROOTS_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// What libpq calls the authorities that the machine trusts.
const SYSTEM: &str = "system";
/// The name of the protocol, for servers that begin with TLS at once.
const ALPN: &[u8] = b"postgresql";

/// TLS as an address wants it, made when it is first needed and anew when the file changes.
#[derive(Debug)]
pub(crate) struct Trust {
    protection: Protection,
    /// None: those of the machine.
    roots: Option<PathBuf>,
    is_direct: bool,
    current: Mutex<Option<Current>>,
}

struct Current {
    /// Of the file; none for the machine's authorities, which are read once a process.
    seen: Option<Fingerprint>,
    tls: MakeRustlsConnect,
}

impl std::fmt::Debug for Current {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Current")
            .field("seen", &self.seen)
            .finish_non_exhaustive()
    }
}

impl Trust {
    pub(crate) fn new(protection: Protection, roots: Option<PathBuf>, is_direct: bool) -> Self {
        Self {
            protection,
            roots: roots.filter(|path| path != Path::new(SYSTEM)),
            is_direct,
            current: Mutex::default(),
        }
    }

    /// TLS for the next connection. Blocks for the time that it takes to read a small file.
    pub(crate) fn tls(&self) -> Result<MakeRustlsConnect, Problem> {
        let seen = match &self.roots {
            Some(path) if self.protection.verifies() => {
                let seen = Fingerprint::of(path).map_err(|error| unusable(path, &error))?;
                Some(seen)
            }
            Some(_) | None => None,
        };
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = current.as_ref().filter(|known| known.seen == seen) {
            return Ok(known.tls.clone());
        }
        let tls = MakeRustlsConnect::new(self.config()?);
        *current = Some(Current {
            seen,
            tls: tls.clone(),
        });
        Ok(tls)
    }

    fn config(&self) -> Result<ClientConfig, Problem> {
        let roots = match &self.roots {
            _ if !self.protection.verifies() => RootCertStore::empty(),
            Some(path) => roots_in(path)?,
            None => roots_of_machine()?,
        };
        // The provider is named: a second one in the program would make the choice by itself a panic.
        let provider = Arc::new(ring::default_provider());
        let verifier = Verifier {
            protection: self.protection,
            roots: Arc::new(roots),
            provider: Arc::clone(&provider),
        };
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(Problem::Tls)?
            // Not dangerous: it does what the usual verifier does, unless the operator wrote otherwise.
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier))
            .with_no_client_auth();
        if self.is_direct {
            config.alpn_protocols = vec![ALPN.to_vec()];
        }
        Ok(config)
    }
}

fn roots_in(path: &Path) -> Result<RootCertStore, Problem> {
    let bytes = file::read(path, ROOTS_BYTES_MAX).map_err(|error| unusable(path, &error))?;
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(&bytes) {
        let certificate = certificate.map_err(|error| unusable(path, &error))?;
        roots.add(certificate).map_err(|error| unusable(path, &error))?;
    }
    if roots.is_empty() {
        return Err(unusable(path, &"there is no certificate in it"));
    }
    Ok(roots)
}

fn unusable(path: &Path, reason: &dyn std::fmt::Display) -> Problem {
    Problem::Roots {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}

fn roots_of_machine() -> Result<RootCertStore, Problem> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // Old machines keep a few that cannot be read; the others serve.
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let reasons: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
        let reason = if reasons.is_empty() {
            "none were found".to_owned()
        } else {
            reasons.join("; ")
        };
        return Err(Problem::NoRoots { reason });
    }
    Ok(roots)
}
