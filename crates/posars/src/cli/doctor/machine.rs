//! What can be checked without a database: the folder, the disk, the port, the clock.

use std::ffi::OsString;
use std::net::{TcpListener, ToSocketAddrs as _};
use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use jiff::Timestamp;
use posars_edge::{Tls, TlsFiles};
use posars_identity::{IssuerError, LocalIssuer};

use super::checkup::Check;
use crate::failure::{Exit, Failure};
use crate::folder_lock::owner_of;
use crate::settings::{Place, Words};

/// Below this PostgreSQL may stop at any checkpoint: its WAL alone grows to 4 GiB under load.
const DISK_FREE_BYTES_MIN: u64 = 512 * 1024 * 1024;
/// Below this somebody should begin to look for room.
const DISK_FREE_BYTES_LOW: u64 = 5 * 1024 * 1024 * 1024;
/// A machine whose clock stands before this release was built has lost its battery.
const CLOCK_MIN: &str = "2026-01-01T00:00:00Z";
const MIB: u64 = 1024 * 1024;

/// The checks, in order.
pub(super) fn checks(place: &Place, listen: &str) -> Vec<Check> {
    let folder = match place {
        Place::Folder(folder) => Some(folder.as_path()),
        Place::Url(_) => None,
    };
    let mut checks = Vec::new();
    if let Some(folder) = folder {
        checks.extend([data_folder(folder), disk(folder)]);
    }
    checks.extend([port(listen, folder), clock(Timestamp::now())]);
    checks
}

fn data_folder(folder: &Path) -> Check {
    const NAME: &str = "data_folder";
    let shown = folder.display();
    let existing = nearest_existing(folder);
    if !existing.is_dir() {
        return Check::fault(
            NAME,
            format!("{} is not a folder", existing.display()),
            "choose another folder with --data DIR",
        );
    }
    if let Err(error) = rustix::fs::access(
        existing,
        rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK,
    ) {
        return Check::fault(
            NAME,
            format!("{} is not writable for this user: {error}", existing.display()),
            "choose another folder with --data DIR, or give this user the right to write there",
        );
    }
    match (
        posars_local_postgres::cluster_major(folder),
        posars_local_postgres::running_pid(folder),
    ) {
        (Some(major), Some(pid)) => Check::ok(
            NAME,
            format!("{shown} (PostgreSQL {major}, running as process {pid})"),
        ),
        (Some(major), None) => Check::ok(NAME, format!("{shown} (PostgreSQL {major}, not running)")),
        (None, _) => Check::warning(
            NAME,
            format!("{shown} holds no data yet"),
            "nothing to do: `posars up` or `posars import FILE` makes it",
        ),
    }
}

fn disk(folder: &Path) -> Check {
    const NAME: &str = "disk_space";
    let existing = nearest_existing(folder);
    let free_bytes = match rustix::fs::statvfs(existing) {
        Ok(stat) => stat.f_bavail.saturating_mul(stat.f_frsize),
        Err(error) => {
            return Check::skipped(NAME, format!("{} cannot be asked: {error}", existing.display()));
        }
    };
    let found = format!("{} MiB free at {}", free_bytes / MIB, existing.display());
    let fix = "make room on that disk, or move the data folder to a larger one and name it with --data DIR";
    if free_bytes < DISK_FREE_BYTES_MIN {
        Check::fault(NAME, found, fix)
    } else if free_bytes < DISK_FREE_BYTES_LOW {
        Check::warning(NAME, found, fix)
    } else {
        Check::ok(NAME, found)
    }
}

fn port(listen: &str, folder: Option<&Path>) -> Check {
    const NAME: &str = "listen_address";
    let address = match listen.to_socket_addrs().map(|mut found| found.next()) {
        Ok(Some(address)) => address,
        Ok(None) | Err(_) => {
            return Check::fault(
                NAME,
                format!("{listen} is no address"),
                "write it as ADDRESS:PORT, such as 127.0.0.1:8080",
            );
        }
    };
    match TcpListener::bind(address) {
        Ok(_) => Check::ok(NAME, format!("{listen} is free")),
        Err(error) => match folder.and_then(owner_of) {
            Some(owner) if owner.listen == address.to_string() => Check::ok(
                NAME,
                format!("{listen} is served by posars up, process {}", owner.pid),
            ),
            Some(_) | None => Check::fault(
                NAME,
                format!("{listen} cannot be listened on: {error}"),
                "end the program that uses it (see `ss -ltnp`), or choose another with --listen ADDR",
            ),
        },
    }
}

fn clock(now: Timestamp) -> Check {
    const NAME: &str = "clock";
    match CLOCK_MIN.parse::<Timestamp>() {
        Ok(earliest) if now < earliest => Check::fault(
            NAME,
            format!("this machine believes it is {now:.0}"),
            "set the clock, for instance with `timedatectl set-ntp true`: sales would land on the wrong day",
        ),
        Ok(_) | Err(_) => Check::ok(NAME, format!("{now:.0}")),
    }
}

/// The value of `POSARS_LANGUAGE`: a wrong one makes reports and imports wrong usage.
pub(super) fn language(given: Option<&str>) -> Check {
    const NAME: &str = "language";
    match given.map(|word| Words::from_str(word, false)) {
        None => Check::ok(NAME, Words::DEFAULT.word()),
        Some(Ok(words)) => Check::ok(NAME, words.word()),
        Some(Err(_)) => Check::fault(
            NAME,
            format!(
                "POSARS_LANGUAGE={} is no language of posars",
                given.unwrap_or_default()
            ),
            "set it to pt or en, or unset it",
        ),
    }
}

/// The certificate and key that a server would speak TLS with; no check where the variables name none.
pub(super) fn tls(certificate: Option<OsString>, key: Option<OsString>) -> Option<Check> {
    const NAME: &str = "tls";
    let (certificate, key) = match (certificate, key) {
        (None, None) => return None,
        (Some(certificate), Some(key)) => (PathBuf::from(certificate), PathBuf::from(key)),
        (Some(_), None) | (None, Some(_)) => {
            return Some(Check::fault(
                NAME,
                "one of POSARS_TLS_CERT and POSARS_TLS_KEY is set and the other is not",
                "set both, or neither for plain HTTP",
            ));
        }
    };
    let found = format!("{} and its key can be used", certificate.display());
    Some(match Tls::load(TlsFiles { certificate, key }) {
        Ok(_) => Check::ok(NAME, found),
        Err(error) => Check::failed(NAME, Failure::new(Exit::Usage, "TLS_FILES_UNUSABLE", error)),
    })
}

/// The key that signs this machine's own tokens: whoever else can read it can be anybody.
pub(super) fn signing_key(folder: &Path) -> Check {
    const NAME: &str = "signing_key";
    let shown = folder.display();
    match LocalIssuer::read(folder) {
        Ok(_) => Check::ok(NAME, format!("in {shown}, for its owner alone")),
        Err(IssuerError::NoKey { .. }) => Check::skipped(
            NAME,
            format!("there is none in {shown} yet; `posars up` makes it"),
        ),
        Err(error) => Check::failed(NAME, error.into()),
    }
}

fn nearest_existing(folder: &Path) -> &Path {
    folder
        .ancestors()
        .find(|part| part.exists())
        .unwrap_or(Path::new("/"))
}

#[cfg(test)]
mod tests {
    use super::super::checkup::State;
    use super::*;

    #[test]
    fn a_clock_before_the_release_is_a_fault() {
        assert_eq!(clock(Timestamp::UNIX_EPOCH).state, State::Fault);
        assert_eq!(clock(Timestamp::now()).state, State::Ok);
    }

    #[test]
    fn a_port_in_use_is_a_fault_and_a_free_one_is_not() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap().to_string();
        assert_eq!(port(&address, None).state, State::Fault);
        drop(taken);
        assert_eq!(port(&address, None).state, State::Ok);
        assert_eq!(port("nowhere", None).state, State::Fault);
    }

    #[test]
    fn a_language_that_nobody_speaks_here_is_a_fault() {
        assert_eq!(language(None).state, State::Ok);
        assert_eq!(language(Some("en")).state, State::Ok);
        assert_eq!(language(Some("de")).state, State::Fault);
    }

    #[test]
    fn a_signing_key_that_others_may_read_is_a_fault() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let keys = folder.path().join("identity");
        assert_eq!(signing_key(&keys).state, State::Skipped);
        LocalIssuer::open(&keys).unwrap();
        assert_eq!(signing_key(&keys).state, State::Ok);
        let key = keys.join("signing-key.pem");
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
        let check = signing_key(&keys);
        assert_eq!(check.state, State::Fault);
        assert!(check.fix.unwrap().contains("chmod 600"));
    }

    #[test]
    fn a_folder_below_a_file_is_a_fault() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert_eq!(data_folder(&file.path().join("posars")).state, State::Fault);
    }
}
