//! An address, read from its text.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslNegotiation};

use crate::text::Parted;
use crate::trust::Trust;
use crate::{AddressError, Protection};

/// Long enough for a server that is still recovering, short enough that a wrong host is noticed.
const DEADLINE: Duration = Duration::from_secs(15);
/// A peer that vanished without a word is noticed in about 20 s instead of two hours.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(10);
/// See [`KEEPALIVE_IDLE`].
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(3);
/// See [`KEEPALIVE_IDLE`].
const KEEPALIVE_RETRIES: u32 = 3;
/// A rotation changes a password at the server first. Whoever writes the file is told, and follows in some seconds.
const PASSWORD_PATIENCE: Duration = Duration::from_secs(12);
/// As keep-alive, for what was sent and is not acknowledged.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(15);

/// Where a database is, as whom to go there, and how the way is protected. Cheap to clone. Neither `Display` nor `Debug`
/// shows a password.
#[derive(Clone)]
pub struct Address {
    /// Without the password of a file.
    pub(crate) config: Config,
    pub(crate) protection: Protection,
    pub(crate) password_file: Option<PathBuf>,
    pub(crate) trust: Arc<Trust>,
    /// For all hosts and steps of one connection together.
    pub(crate) deadline: Duration,
    /// For the file of a refused password to change.
    pub(crate) password_patience: Duration,
}

impl Address {
    /// Reads a `postgres://…` URL or `key=value` pairs, as libpq does.
    ///
    /// # Errors
    /// [`AddressError`], one variant for each way in which a text is no address.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let parted = Parted::of(text)?;
        let mut config: Config = parted.rest.parse().map_err(|error| unreadable(&error))?;
        let is_local = is_local(&config)?;
        let protection = match parted.value("sslmode") {
            Some(word) => word.parse()?,
            None if is_local => Protection::Prefer,
            None => Protection::VerifyFull,
        };
        let says_system = parted.value("sslrootcert") == Some("system");
        let roots = absolute(parted.value("sslrootcert").filter(|_| !says_system))?;
        let protection = match (protection, &roots) {
            // PostgreSQL has no TLS on unix sockets; libpq takes no notice of sslmode there, too.
            _ if has_socket(&config) => Protection::Disable,
            // As libpq: who names authorities wants them asked.
            (Protection::Require, Some(_)) => Protection::VerifyCa,
            (Protection::Disable | Protection::Prefer, Some(_)) => {
                return Err(AddressError::RootsUnused(protection.word()));
            }
            // Anybody has a certificate of a public authority, for some host: with those the host must be looked at.
            (Protection::VerifyCa, None) => return Err(AddressError::RootsMissing),
            _ if says_system && protection != Protection::VerifyFull => {
                return Err(AddressError::RootsUnused(protection.word()));
            }
            _ => protection,
        };
        let password_file = absolute(parted.value("passfile"))?;
        if password_file.is_some() && config.get_password().is_some() {
            return Err(AddressError::TwoPasswords);
        }
        let is_direct = config.get_ssl_negotiation() == SslNegotiation::Direct;
        if config.get_hosts().is_empty() {
            // The name that a certificate is compared with.
            for address in config.get_hostaddrs().to_vec() {
                config.host(address.to_string());
            }
        }
        let deadline = config.get_connect_timeout().copied().unwrap_or(DEADLINE);
        config
            .ssl_mode(protection.of_driver())
            .keepalives_idle(KEEPALIVE_IDLE)
            .keepalives_interval(KEEPALIVE_INTERVAL)
            .keepalives_retries(KEEPALIVE_RETRIES)
            .tcp_user_timeout(TCP_USER_TIMEOUT);
        let address = Self {
            config,
            protection,
            password_file,
            trust: Arc::new(Trust::new(protection, roots, is_direct)),
            deadline,
            password_patience: PASSWORD_PATIENCE,
        };
        Ok(address.within(deadline))
    }

    /// The same, where a connection takes at most so long.
    #[must_use]
    pub fn within(mut self, deadline: Duration) -> Self {
        self.config.connect_timeout(deadline);
        self.deadline = deadline;
        self
    }

    /// The same, where the file of a refused password is waited for no longer than that. Usually 12 s, apart from the
    /// connection's own time.
    #[must_use]
    pub fn with_password_patience(mut self, patience: Duration) -> Self {
        self.password_patience = patience;
        self
    }

    /// How long [`Address::connect`] may take at most.
    #[must_use]
    pub fn connect_max(&self) -> Duration {
        match self.password_file {
            Some(_) => self.deadline * 2 + self.password_patience,
            None => self.deadline,
        }
    }

    /// Whether its connections go through the network in the clear.
    pub(crate) fn is_plain(&self) -> bool {
        self.protection == Protection::Disable && !has_socket(&self.config)
    }

    /// The same, for sessions that PostgreSQL lists under a name, unless the text gave one.
    #[must_use]
    pub fn named(mut self, application_name: &str) -> Self {
        if self.config.get_application_name().is_none() {
            self.config.application_name(application_name);
        }
        self
    }

    /// The same server, another database.
    #[must_use]
    pub fn in_database(mut self, name: &str) -> Self {
        self.config.dbname(name);
        self
    }

    /// The name of the database; none when the text names none, which is then that of the user.
    #[must_use]
    pub fn database(&self) -> Option<&str> {
        self.config.get_dbname()
    }

    /// What TLS protects its connections from.
    #[must_use]
    pub const fn protection(&self) -> Protection {
        self.protection
    }

    /// Whether the text itself holds a password, so that it must be kept as one.
    #[must_use]
    pub fn holds_password(&self) -> bool {
        self.config.get_password().is_some()
    }

    /// The file of the password, if there is one.
    #[must_use]
    pub fn password_file(&self) -> Option<&Path> {
        self.password_file.as_deref()
    }

    /// Host and database in words, for messages.
    #[must_use]
    pub fn place(&self) -> String {
        let user = self.config.get_user().unwrap_or("");
        let database = self.config.get_dbname().unwrap_or(user);
        format!("database {database:?} on {}", self.hosts().join(", "))
    }

    fn hosts(&self) -> Vec<String> {
        let ports = self.config.get_ports();
        let hosts = self.config.get_hosts().iter().enumerate();
        hosts
            .map(|(number, host)| match host {
                Host::Unix(path) => path.display().to_string(),
                Host::Tcp(name) => match ports.get(number).or(ports.first()) {
                    None | Some(5432) => name.clone(),
                    Some(port) => format!("{name}:{port}"),
                },
            })
            .collect()
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        Self::parse(text)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = self.config.get_user().unwrap_or("");
        let database = self.config.get_dbname().unwrap_or(user);
        write!(f, "postgres://{user}@{}/{database}", self.hosts().join(","))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self} sslmode={})", self.protection)
    }
}

/// The driver's own text says only that it is invalid; the cause says how.
fn unreadable(error: &tokio_postgres::Error) -> AddressError {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    AddressError::Unreadable(format!("{error}{}", cause.unwrap_or_default()))
}

/// Whether every host of it is this machine.
fn is_local(config: &Config) -> Result<bool, AddressError> {
    let (hosts, addresses) = (config.get_hosts(), config.get_hostaddrs());
    let is_socket = |host: &Host| matches!(host, Host::Unix(_));
    if hosts.is_empty() && addresses.is_empty() {
        return Err(AddressError::NoHost);
    }
    if hosts.iter().any(is_socket) && !hosts.iter().all(is_socket) {
        return Err(AddressError::HostsOfTwoKinds);
    }
    let is_near = |host: &Host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name.trim_end_matches('.').eq_ignore_ascii_case("localhost")
                || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        }
    };
    Ok(hosts.iter().all(is_near) && addresses.iter().all(IpAddr::is_loopback))
}

fn has_socket(config: &Config) -> bool {
    config
        .get_hosts()
        .iter()
        .any(|host| matches!(host, Host::Unix(_)))
}

fn absolute(path: Option<&str>) -> Result<Option<PathBuf>, AddressError> {
    match path.map(PathBuf::from) {
        Some(path) if path.is_relative() => Err(AddressError::RelativePath(path)),
        path => Ok(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn protection(text: &str) -> Protection {
        Address::parse(text).unwrap().protection()
    }

    #[test]
    fn other_machines_must_prove_who_they_are_unless_somebody_says_otherwise() {
        for local in [
            "postgres://ana@localhost/shop",
            "postgres://ana@127.0.0.9:5433/shop",
            "postgres://ana@[::1]/shop",
            "host=localhost hostaddr=127.0.0.1",
            "hostaddr=::1",
        ] {
            assert_eq!(protection(local), Protection::Prefer, "{local}");
        }
        for remote in [
            "postgres://ana@db.example/shop",
            "postgres://ana@localhost,db.example/shop",
            "postgres://ana@localhost.example/shop",
            "postgres://ana@10.0.0.1/shop",
            "host=localhost hostaddr=10.0.0.1",
            "host=db.example hostaddr=127.0.0.1",
        ] {
            assert_eq!(protection(remote), Protection::VerifyFull, "{remote}");
        }
        for word in Protection::ALL {
            let roots = if word.verifies() {
                "&sslrootcert=/ca.pem"
            } else {
                ""
            };
            let text = format!("postgres://db.example/x?sslmode={word}{roots}");
            assert_eq!(protection(&text), word);
        }
    }

    #[test]
    fn a_unix_socket_needs_no_tls_whatever_is_written() {
        for text in [
            "postgres://%2Frun%2Fposars/shop",
            "host=/run/posars sslmode=verify-full sslrootcert=/ca.pem",
            "host=/run/posars,/run/other",
        ] {
            assert_eq!(protection(text), Protection::Disable, "{text}");
        }
    }

    #[test]
    fn who_names_authorities_wants_them_asked() {
        assert_eq!(
            protection("postgres://db/x?sslmode=require&sslrootcert=/ca.pem"),
            Protection::VerifyCa
        );
        assert_eq!(
            protection("postgres://db/x?sslrootcert=system"),
            Protection::VerifyFull
        );
    }

    #[test]
    fn what_is_no_address_is_refused_with_its_reason() {
        for (text, expected) in [
            (
                "postgres://db/x?sslmode=allow",
                AddressError::UnknownProtection("allow".into()),
            ),
            (
                "postgres://db/x?sslmode=Require",
                AddressError::UnknownProtection("Require".into()),
            ),
            ("dbname=x", AddressError::NoHost),
            ("", AddressError::NoHost),
            ("postgres:///shop", AddressError::NoHost),
            ("host=/run/posars,db.example", AddressError::HostsOfTwoKinds),
            (
                "postgres://ana:secret@db/x?passfile=/p",
                AddressError::TwoPasswords,
            ),
            (
                "postgres://db/x?passfile=p",
                AddressError::RelativePath("p".into()),
            ),
            (
                "postgres://db/x?sslrootcert=ca.pem",
                AddressError::RelativePath("ca.pem".into()),
            ),
            ("postgres://db/x?sslmode=verify-ca", AddressError::RootsMissing),
            (
                "postgres://db/x?sslmode=verify-ca&sslrootcert=system",
                AddressError::RootsMissing,
            ),
            (
                "postgres://db/x?sslmode=require&sslrootcert=system",
                AddressError::RootsUnused("require"),
            ),
            (
                "postgres://db/x?sslmode=disable&sslrootcert=/ca.pem",
                AddressError::RootsUnused("disable"),
            ),
        ] {
            assert_eq!(Address::parse(text).unwrap_err(), expected, "{text}");
        }
        for text in ["postgres://[", "host=db port=x", "host=db sslcert=/c", "nonsense"] {
            let error = Address::parse(text).unwrap_err();
            assert!(matches!(error, AddressError::Unreadable(_)), "{text}: {error}");
        }
    }

    #[test]
    fn no_password_is_shown() {
        for text in [
            "postgres://ana:hunter2@db.example:5433/shop",
            "host=db.example port=5433 user=ana password=hunter2 dbname=shop",
        ] {
            let address = Address::parse(text).unwrap();
            assert!(address.holds_password());
            assert_eq!(address.to_string(), "postgres://ana@db.example:5433/shop");
            assert_eq!(address.place(), "database \"shop\" on db.example:5433");
            let shown = format!("{address:?}");
            assert!(!shown.contains("hunter2"), "{shown}");
        }
    }
}
