//! What of a server faces the network: TLS, proxies, web pages, and limits.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use posars_edge::{Limits, Network, Origin, Rate, Server, Tls, TlsFiles};

use crate::failure::{Exit, Failure};

/// No balancer takes longer to notice; whoever waits for the end of a process has less patience.
const DRAIN_WAIT_MAX: Duration = Duration::from_secs(600);

/// Options of what faces the network. Limits hold for one process: two of them admit twice of everything.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct FrontArgs {
    /// Speak TLS with this certificate chain (PEM); it and its key are read again when they change. Without it the
    /// port speaks plain HTTP, as behind a balancer
    #[arg(
        long,
        value_name = "FILE",
        env = "POSARS_TLS_CERT",
        hide_env_values = true,
        help_heading = "Network"
    )]
    tls_cert: Option<PathBuf>,
    /// The private key of the certificate (PEM, without a password)
    #[arg(
        long,
        value_name = "FILE",
        env = "POSARS_TLS_KEY",
        hide_env_values = true,
        help_heading = "Network"
    )]
    tls_key: Option<PathBuf>,
    /// Believe x-forwarded-for of this proxy, such as 10.0.0.0/8; more with commas. Name your balancer here: behind
    /// one that is not listed all callers without a token share one rate
    #[arg(
        long = "trusted-proxy",
        value_name = "NETWORK",
        env = "POSARS_TRUSTED_PROXIES",
        hide_env_values = true,
        value_delimiter = ',',
        help_heading = "Network"
    )]
    trusted_proxies: Vec<Network>,
    /// Let web pages of this origin call (CORS), such as `https://shop.example`; more with commas, * for every one
    #[arg(
        long = "allow-origin",
        value_name = "ORIGIN",
        env = "POSARS_ALLOW_ORIGINS",
        hide_env_values = true,
        value_delimiter = ',',
        help_heading = "Network"
    )]
    allowed_origins: Vec<Origin>,
    /// After Ctrl-C or SIGTERM, serve for so long while /readyz says 503, so that a balancer looks elsewhere before the
    /// port closes: a number with s or m, at most 10m [default: 0s]
    #[arg(
        long,
        value_name = "TIME",
        env = "POSARS_DRAIN_WAIT",
        hide_env_values = true,
        value_parser = drain_wait_of,
        help_heading = "Network"
    )]
    drain_wait: Option<Duration>,
    #[command(flatten)]
    limits: LimitArgs,
}

/// The limits that depend on the machine and the customers; the others are the same everywhere.
#[derive(Clone, Debug, Default, Args)]
struct LimitArgs {
    /// Calls per second of one caller, twice as many after a pause; 0 for no limit [default: 500]
    #[arg(
        long,
        value_name = "CALLS",
        env = "POSARS_CALLER_CALLS_PER_S",
        hide_env_values = true,
        help_heading = "Limits"
    )]
    caller_calls_per_s: Option<u32>,
    /// Calls per second of one address without a token or with a bad one; 0 for no limit [default: 100]
    #[arg(
        long,
        value_name = "CALLS",
        env = "POSARS_STRANGER_CALLS_PER_S",
        hide_env_values = true,
        help_heading = "Limits"
    )]
    stranger_calls_per_s: Option<u32>,
    /// Calls under way at once; more are told to come back [default: 1024]
    #[arg(
        long,
        value_name = "CALLS",
        env = "POSARS_IN_FLIGHT_CALLS_MAX",
        hide_env_values = true,
        value_parser = at_least_one,
        help_heading = "Limits"
    )]
    in_flight_calls_max: Option<usize>,
    /// Connections that have shown a request, of which one address has half at most; with more, the longest idle one
    /// is closed. A quarter of it, at least 64, is there besides for newcomers [default: 1024]
    #[arg(
        long,
        value_name = "CONNECTIONS",
        env = "POSARS_CONNECTIONS_MAX",
        hide_env_values = true,
        value_parser = at_least_one,
        help_heading = "Limits"
    )]
    connections_max: Option<usize>,
    /// Largest request, in bytes [default: 4194304]
    #[arg(
        long,
        value_name = "BYTES",
        env = "POSARS_REQUEST_BYTES_MAX",
        hide_env_values = true,
        value_parser = at_least_one,
        help_heading = "Limits"
    )]
    request_bytes_max: Option<usize>,
}

/// The text of `--drain-wait` as a time.
///
/// # Errors
/// How it is written.
pub(crate) fn drain_wait_of(text: &str) -> Result<Duration, String> {
    let wrong = || "write a whole number with s or m, such as 15s, at most 10m".to_owned();
    let (digits, unit_s) = match (text.strip_suffix('s'), text.strip_suffix('m')) {
        (Some(digits), _) => (digits, 1),
        (None, Some(digits)) => (digits, 60),
        (None, None) => return Err(wrong()),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    let number: u64 = digits.parse().map_err(|_| wrong())?;
    let wait = number.checked_mul(unit_s).map(Duration::from_secs);
    wait.filter(|wait| *wait <= DRAIN_WAIT_MAX).ok_or_else(wrong)
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("nobody could call; give 1 or more".to_owned()),
        Ok(number) => Ok(number),
        Err(_) => Err("write a whole number, such as 1024".to_owned()),
    }
}

impl FrontArgs {
    /// The server as asked for, with the files of TLS read.
    ///
    /// # Errors
    /// `TLS_FILE_MISSING` for one file without the other, `TLS_FILES_UNUSABLE` for files that do not work.
    pub(super) fn server(&self) -> Result<Server, Failure> {
        Ok(Server {
            limits: self.limits.limits(),
            tls: self.tls()?,
            trusted_proxies: self.trusted_proxies.clone(),
            allowed_origins: self.allowed_origins.clone(),
        })
    }

    /// How long to serve on after the request to end.
    pub(super) fn drain_wait(&self) -> Duration {
        self.drain_wait.unwrap_or_default()
    }

    fn tls(&self) -> Result<Option<Tls>, Failure> {
        let missing = |has: &str, lacks: &str| {
            Failure::new(
                Exit::Usage,
                "TLS_FILE_MISSING",
                format!("TLS takes a certificate and its key, and there is only {has}"),
            )
            .next(format!("give {lacks} as well, or neither for plain HTTP"))
        };
        let files = match (&self.tls_cert, &self.tls_key) {
            (None, None) => return Ok(None),
            (Some(_), None) => return Err(missing("--tls-cert", "--tls-key FILE (POSARS_TLS_KEY)")),
            (None, Some(_)) => return Err(missing("--tls-key", "--tls-cert FILE (POSARS_TLS_CERT)")),
            (Some(certificate), Some(key)) => TlsFiles {
                certificate: certificate.clone(),
                key: key.clone(),
            },
        };
        Tls::load(files)
            .map(Some)
            .map_err(|error| Failure::new(Exit::Usage, "TLS_FILES_UNUSABLE", error))
    }
}

impl LimitArgs {
    fn limits(&self) -> Limits {
        let usual = Limits::default();
        Limits {
            caller_rate: rate(self.caller_calls_per_s, usual.caller_rate),
            stranger_rate: rate(self.stranger_calls_per_s, usual.stranger_rate),
            in_flight_calls_max: self.in_flight_calls_max.unwrap_or(usual.in_flight_calls_max),
            connections_max: self.connections_max.unwrap_or(usual.connections_max),
            request_bytes_max: self.request_bytes_max.unwrap_or(usual.request_bytes_max),
            ..usual
        }
    }
}

fn rate(asked: Option<u32>, usual: Option<Rate>) -> Option<Rate> {
    match asked {
        None => usual,
        Some(calls_per_s) => NonZeroU32::new(calls_per_s).map(Rate::per_second),
    }
}

/// Says in the log what an operator may not have meant: tokens that everybody on the way can read.
pub(super) fn warn_of_plain_http(server: &Server, address: SocketAddr) {
    if server.tls.is_none() && server.trusted_proxies.is_empty() && !address.ip().is_loopback() {
        tracing::warn!(
            %address,
            "other machines can reach this address without TLS, and whoever is between can read their tokens; give \
             --tls-cert and --tls-key, or name the balancer in front with --trusted-proxy"
        );
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        front: FrontArgs,
    }

    fn front(line: &[&str]) -> FrontArgs {
        let words = std::iter::once("posars").chain(line.iter().copied());
        Line::try_parse_from(words).unwrap().front
    }

    fn server(line: &[&str]) -> Result<Server, Failure> {
        front(line).server()
    }

    #[test]
    fn without_options_the_limits_are_the_usual_ones_and_nobody_is_trusted() {
        let server = server(&[]).unwrap();
        assert_eq!(server.limits, Limits::default());
        assert!(server.tls.is_none());
        assert!(server.trusted_proxies.is_empty() && server.allowed_origins.is_empty());
    }

    #[test]
    fn how_long_to_serve_on_is_a_bounded_time() {
        assert_eq!(front(&[]).drain_wait(), Duration::ZERO);
        for (text, seconds) in [("0s", 0), ("15s", 15), ("2m", 120), ("10m", 600)] {
            let drain_wait = front(&["--drain-wait", text]).drain_wait();
            assert_eq!(drain_wait, Duration::from_secs(seconds), "{text}");
        }
        for text in [
            "",
            "s",
            "15",
            "-1s",
            "+1s",
            "1h",
            "11m",
            "601s",
            "1.5s",
            "99999999999999999999s",
        ] {
            let line = format!("--drain-wait={text}");
            assert!(Line::try_parse_from(["posars", &line]).is_err(), "{text:?}");
        }
    }

    #[test]
    fn every_option_arrives_where_it_belongs() {
        let server = server(&[
            "--trusted-proxy=10.0.0.0/8,192.0.2.7",
            "--allow-origin=https://a.example",
            "--allow-origin=https://b.example",
            "--caller-calls-per-s=7",
            "--stranger-calls-per-s=0",
            "--in-flight-calls-max=11",
            "--connections-max=13",
            "--request-bytes-max=17",
        ])
        .unwrap();
        assert_eq!(server.trusted_proxies.len(), 2);
        assert_eq!(server.allowed_origins.len(), 2);
        let rate = server.limits.caller_rate.unwrap();
        assert_eq!((rate.calls_per_s.get(), rate.burst_calls_max.get()), (7, 14));
        assert_eq!(server.limits.stranger_rate, None);
        let Limits {
            in_flight_calls_max,
            connections_max,
            request_bytes_max,
            ..
        } = server.limits;
        assert_eq!(
            (in_flight_calls_max, connections_max, request_bytes_max),
            (11, 13, 17)
        );
    }

    #[test]
    fn a_certificate_without_its_key_is_refused_and_so_are_files_that_are_not_there() {
        for (line, code) in [
            (&["--tls-cert=a.pem"][..], "TLS_FILE_MISSING"),
            (&["--tls-key=a.pem"], "TLS_FILE_MISSING"),
            (
                &["--tls-cert=/nothing/a.pem", "--tls-key=/nothing/b.pem"],
                "TLS_FILES_UNUSABLE",
            ),
        ] {
            let failure = server(line).unwrap_err();
            assert_eq!(failure.code, code, "{line:?}");
        }
        assert!(Line::try_parse_from(["posars", "--in-flight-calls-max=0"]).is_err());
        assert!(Line::try_parse_from(["posars", "--trusted-proxy=balancer"]).is_err());
        assert!(Line::try_parse_from(["posars", "--allow-origin=shop"]).is_err());
    }
}
