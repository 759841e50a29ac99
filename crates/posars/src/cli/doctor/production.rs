//! `posars doctor --production`: what a shop can be tried with, and a company must not rely on.

use std::net::ToSocketAddrs as _;
use std::time::Duration;

use posars_database_address::Address;
use posars_identity::Verifier;

use super::checkup::Check;
use crate::failure::{Exit, Failure};
use crate::serving::drain_wait_of;
use crate::settings::{AuthArgs, Place, TokenSource};

/// Service managers and container services kill 30 s after they have asked. What comes after the wait, the calls in flight
/// and the workers, takes up to 13 s more; the rest is room for a slow machine.
const DRAIN_WAIT_MAX: Duration = Duration::from_secs(12);

/// The settings of a deployment, as far as they are judged here.
#[derive(Clone, Debug, Default)]
pub(super) struct Deployment {
    /// Where it listens.
    pub(super) listen: String,
    /// `POSARS_AUTH_ISSUER`.
    pub(super) issuer: Option<String>,
    /// Whether the port speaks TLS itself.
    pub(super) has_tls: bool,
    /// `POSARS_TRUSTED_PROXIES`.
    pub(super) trusted_proxies: Option<String>,
    /// `POSARS_ALLOW_ORIGINS`.
    pub(super) allowed_origins: Option<String>,
    /// `POSARS_EXPOSE_METRICS`.
    pub(super) expose_metrics: Option<String>,
    /// `POSARS_DRAIN_WAIT`.
    pub(super) drain_wait: Option<String>,
    /// What is logged, unless that is the usual.
    pub(super) log_filter: Option<String>,
    /// `OTEL_EXPORTER_OTLP_ENDPOINT`.
    pub(super) collector: Option<String>,
}

impl Deployment {
    /// That of this process's environment.
    pub(super) fn of_environment(listen: &str, log_filter: Option<String>) -> Self {
        let variable = |name| std::env::var(name).ok().filter(|text: &String| !text.is_empty());
        Self {
            listen: listen.to_owned(),
            issuer: variable("POSARS_AUTH_ISSUER"),
            has_tls: variable("POSARS_TLS_CERT").is_some(),
            trusted_proxies: variable("POSARS_TRUSTED_PROXIES"),
            allowed_origins: variable("POSARS_ALLOW_ORIGINS"),
            expose_metrics: variable("POSARS_EXPOSE_METRICS"),
            drain_wait: variable("POSARS_DRAIN_WAIT"),
            log_filter,
            collector: variable("OTEL_EXPORTER_OTLP_ENDPOINT"),
        }
    }

    /// The checks that need nothing but the settings, in order.
    pub(super) fn checks(&self, place: &Place) -> Vec<Check> {
        vec![
            database_place(place),
            self.tokens(),
            self.transport(),
            self.origins(),
            self.metrics(),
            self.drain(),
            self.log(),
            self.traces(),
        ]
    }

    fn tokens(&self) -> Check {
        const NAME: &str = "tokens";
        match &self.issuer {
            Some(issuer) => Check::ok(NAME, format!("of {}", without_secrets(issuer))),
            None => Check::fault(
                NAME,
                "signed by a key on this machine: whoever can read the file can be anybody, and nobody can be locked out",
                "name the issuer of your people with POSARS_AUTH_ISSUER, and its clients with POSARS_AUTH_CLIENT_IDS",
            ),
        }
    }

    fn transport(&self) -> Check {
        const NAME: &str = "transport";
        // One that cannot be resolved is nobody's to judge, so it counts as open.
        let addresses: Vec<_> = self.listen.to_socket_addrs().into_iter().flatten().collect();
        let is_local = !addresses.is_empty() && addresses.iter().all(|address| address.ip().is_loopback());
        if self.has_tls {
            return Check::ok(NAME, "TLS");
        }
        match &self.trusted_proxies {
            Some(proxies) => Check::ok(NAME, format!("plain behind the balancer {proxies}")),
            None if is_local => Check::ok(NAME, format!("plain, on this machine alone ({})", self.listen)),
            None => Check::fault(
                NAME,
                format!(
                    "{} can be reached from other machines without TLS: whoever is between reads the tokens",
                    self.listen
                ),
                "give POSARS_TLS_CERT and POSARS_TLS_KEY, or name the balancer that ends TLS with POSARS_TRUSTED_PROXIES",
            ),
        }
    }

    fn origins(&self) -> Check {
        const NAME: &str = "allowed_origins";
        let origins = self.allowed_origins.as_deref().unwrap_or_default();
        if origins.split(',').any(|origin| origin.trim() == "*") {
            return Check::warning(
                NAME,
                "web pages of every origin may call",
                "list those of yours in POSARS_ALLOW_ORIGINS, such as https://shop.example",
            );
        }
        let shown = if origins.is_empty() { "none" } else { origins };
        Check::ok(NAME, shown)
    }

    fn metrics(&self) -> Check {
        const NAME: &str = "metrics";
        let is_exposed = self.expose_metrics.as_deref().is_some_and(|word| {
            !["0", "false", "no", "off", "n", "f"].contains(&word.to_lowercase().as_str())
        });
        if is_exposed {
            Check::warning(
                NAME,
                "told to everybody who can reach the port; they name every company and how much goes on in it",
                "let no way from outside lead to /metrics, or unset POSARS_EXPOSE_METRICS and scrape on the same machine",
            )
        } else {
            Check::ok(NAME, "told on this machine alone")
        }
    }

    fn drain(&self) -> Check {
        const NAME: &str = "drain_wait";
        let Some(text) = &self.drain_wait else {
            return Check::warning(
                NAME,
                "0s: a balancer goes on sending calls to a port that closes at once",
                "set POSARS_DRAIN_WAIT to what your balancer takes to notice, such as 10s",
            );
        };
        match drain_wait_of(text) {
            Err(problem) => Check::fault(NAME, format!("{text}: {problem}"), "write it as 10s"),
            Ok(wait) if wait > DRAIN_WAIT_MAX => Check::fault(
                NAME,
                format!(
                    "{text}: with the calls in flight that is more than 25 s, and most managers kill after 30 s"
                ),
                format!("set POSARS_DRAIN_WAIT to {} s at most", DRAIN_WAIT_MAX.as_secs()),
            ),
            Ok(_) => Check::ok(NAME, text.as_str()),
        }
    }

    fn log(&self) -> Check {
        const NAME: &str = "log_level";
        let filter = self.log_filter.as_deref().unwrap_or("the usual");
        let is_loud = filter
            .split(',')
            .any(|part| ["debug", "trace"].contains(&part.rsplit('=').next().unwrap_or(part).trim()));
        if is_loud {
            Check::warning(
                NAME,
                format!("{filter}: lines of every call fill the disk, or the bill"),
                "let POSARS_LOG be warn,posars=info, or unset it",
            )
        } else {
            Check::ok(NAME, filter)
        }
    }

    fn traces(&self) -> Check {
        const NAME: &str = "traces";
        match &self.collector {
            Some(collector) => Check::ok(NAME, format!("sent to {}", without_secrets(collector))),
            None => Check::warning(
                NAME,
                "none: which step of a slow call took the time cannot be seen",
                "name an OpenTelemetry collector with OTEL_EXPORTER_OTLP_ENDPOINT",
            ),
        }
    }
}

/// An address without what stands before its host and after its path: names and passwords, keys in a query.
pub(super) fn without_secrets(address: &str) -> String {
    let (scheme, rest) = address.split_once("://").unwrap_or(("", address));
    let rest = rest.split(['?', '#']).next().unwrap_or(rest);
    let (host, path) = rest
        .split_once('/')
        .map_or((rest, ""), |(host, path)| (host, path));
    let host = host.rsplit('@').next().unwrap_or(host);
    let scheme = if scheme.is_empty() {
        String::new()
    } else {
        format!("{scheme}://")
    };
    let path = if path.is_empty() {
        String::new()
    } else {
        format!("/{path}")
    };
    format!("{scheme}{host}{path}")
}

fn database_place(place: &Place) -> Check {
    const NAME: &str = "database_place";
    let url = match place {
        Place::Folder(_) => {
            return Check::warning(
                NAME,
                "a private PostgreSQL on this machine, which goes when the machine does",
                "name a server with a standby and backups with POSARS_DATABASE_URL, or copy this one with pg_basebackup \
                 and try each copy with `posars backup verify`",
            );
        }
        Place::Url(url) => url,
    };
    match Address::parse(url) {
        Ok(address) if address.holds_password() => Check::warning(
            NAME,
            "the URL holds the password, where lists of processes and of settings show it",
            "keep it in a file for this user alone and name that with passfile=/path in the URL; it is read again when \
             it changes",
        ),
        Ok(address) => Check::ok(NAME, address.place()),
        Err(error) => Check::fault(NAME, error.to_string(), "correct POSARS_DATABASE_URL"),
    }
}

/// Whether the keys of the issuer of tokens can be had; no check for this machine's own.
pub(super) async fn issuer_keys(auth: &AuthArgs, place: &Place) -> Option<Check> {
    const NAME: &str = "issuer_keys";
    let config = match auth.token_source(place) {
        Ok(TokenSource::Local(_)) => return None,
        Ok(TokenSource::Issuer(config)) => *config,
        Err(failure) => return Some(Check::failed(NAME, failure)),
    };
    let source = config.key_source.to_string();
    Some(match Verifier::new(config).await {
        Ok(verifier) => {
            let state = verifier.state();
            match state.problem {
                None if state.is_usable => Check::ok(NAME, format!("fetched from {source}")),
                problem => Check::fault(
                    NAME,
                    format!("{source}: {}", problem.as_deref().unwrap_or("it has no key")),
                    "let this machine reach it, or name another with POSARS_AUTH_JWKS",
                ),
            }
        }
        Err(error) => Check::failed(NAME, Failure::new(Exit::Usage, "AUTH_SETTINGS", error)),
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::checkup::State;
    use super::*;

    fn sound() -> Deployment {
        Deployment {
            listen: "0.0.0.0:8080".into(),
            issuer: Some("https://pool.example".into()),
            trusted_proxies: Some("10.0.0.0/8".into()),
            drain_wait: Some("10s".into()),
            collector: Some("http://127.0.0.1:4317".into()),
            ..Deployment::default()
        }
    }

    pub(in crate::cli::doctor) fn place() -> Place {
        Place::Url("postgres://posars@db.example/posars?passfile=/run/password".into())
    }

    pub(in crate::cli::doctor) fn found(checks: &[Check]) -> Vec<(&'static str, State)> {
        let wrong = checks.iter().filter(|check| check.state != State::Ok);
        wrong
            .map(|check| {
                assert!(check.fix.is_some(), "{check:?}");
                (check.name, check.state)
            })
            .collect()
    }

    #[test]
    fn a_sound_deployment_is_left_alone_and_each_bad_setting_is_found_by_its_own_check() {
        assert_eq!(found(&sound().checks(&place())), []);
        let with = |change: fn(&mut Deployment)| {
            let mut deployment = sound();
            change(&mut deployment);
            found(&deployment.checks(&place()))
        };
        assert_eq!(with(|it| it.issuer = None), [("tokens", State::Fault)]);
        assert_eq!(
            with(|it| it.trusted_proxies = None),
            [("transport", State::Fault)]
        );
        assert_eq!(
            with(|it| {
                it.trusted_proxies = None;
                it.listen = "no-such-host.invalid:8080".into();
            }),
            [("transport", State::Fault)]
        );
        assert_eq!(
            with(|it| {
                it.trusted_proxies = None;
                it.has_tls = true;
            }),
            []
        );
        assert_eq!(
            with(|it| {
                it.trusted_proxies = None;
                it.listen = "127.0.0.1:8080".into();
            }),
            []
        );
        assert_eq!(
            with(|it| it.allowed_origins = Some("https://a.example, *".into())),
            [("allowed_origins", State::Warning)]
        );
        assert_eq!(
            with(|it| it.expose_metrics = Some("yes".into())),
            [("metrics", State::Warning)]
        );
        assert_eq!(with(|it| it.expose_metrics = Some("False".into())), []);
        assert_eq!(with(|it| it.drain_wait = None), [("drain_wait", State::Warning)]);
        assert_eq!(
            with(|it| it.drain_wait = Some("20s".into())),
            [("drain_wait", State::Fault)]
        );
        assert_eq!(
            with(|it| it.drain_wait = Some("soon".into())),
            [("drain_wait", State::Fault)]
        );
        assert_eq!(
            with(|it| it.log_filter = Some("warn,posars=debug".into())),
            [("log_level", State::Warning)]
        );
        assert_eq!(with(|it| it.log_filter = Some("warn,posars=info".into())), []);
        assert_eq!(with(|it| it.collector = None), [("traces", State::Warning)]);
    }

    #[test]
    fn addresses_are_shown_without_what_is_secret_in_them() {
        for (address, shown) in [
            (
                "https://user:key@collector.example:4317/v1?token=key#key",
                "https://collector.example:4317/v1",
            ),
            ("http://127.0.0.1:4317", "http://127.0.0.1:4317"),
            ("user:key@collector:4317", "collector:4317"),
        ] {
            assert_eq!(without_secrets(address), shown);
        }
        let deployment = Deployment {
            collector: Some("https://user:key@collector.example".into()),
            issuer: Some("https://user:key@pool.example".into()),
            ..sound()
        };
        let told = format!("{:?}", deployment.checks(&place()));
        assert!(!told.contains("key@"), "{told}");
    }

    #[test]
    fn a_password_in_the_url_and_a_private_server_are_told() {
        let of = |place: Place| found(&[database_place(&place)]);
        assert_eq!(of(place()), []);
        let open = Place::Url("postgres://posars:hunter2@db.example/posars".into());
        let check = database_place(&open);
        assert_eq!(check.state, State::Warning);
        assert!(!format!("{check:?}").contains("hunter2"), "{check:?}");
        assert_eq!(
            of(Place::Folder("/srv/posars".into())),
            [("database_place", State::Warning)]
        );
        assert_eq!(
            of(Place::Url("postgres://[".into())),
            [("database_place", State::Fault)]
        );
    }
}
