//! `posars doctor`: this machine, the settings and the database, checked, with a fix for each fault.

mod checkup;
mod machine;
mod server;

use std::io::{self, Write};
use std::path::Path;

use clap::{ArgMatches, Args};
use posars_edge::{Limits, Rate};
use serde::Serialize;

use crate::companies::{COMPANY_VARIABLE, CompanyArgs};
use crate::failure::{Exit, Failure};
use crate::screen::{Outcome, table};
use crate::session::{RunArgs, Session};
use crate::settings::{IdentityArgs, LISTEN_DEFAULT, Origin, Place, Words, origin_of, without_password};
use crate::telemetry::{Voice, chosen_log_filter, default_log_filter};

use checkup::{Check, State};

/// The language where no flag gives one; the doctor has none.
const LANGUAGE: &str = "POSARS_LANGUAGE";
/// The files of TLS; a server takes both or none.
const TLS_CERT: &str = "POSARS_TLS_CERT";
const TLS_KEY: &str = "POSARS_TLS_KEY";
/// The name of this process in traces unless the environment gives another.
const SERVICE_NAME_DEFAULT: &str = "posars";

/// Options of `posars doctor`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  posars doctor\n  posars doctor --data /srv/posars --json")]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    company: CompanyArgs,
    /// The address that `posars up` would listen on
    #[arg(long, value_name = "ADDR", env = "POSARS_LISTEN", default_value = LISTEN_DEFAULT)]
    pub(crate) listen: String,
    #[command(flatten)]
    pub(crate) identity: IdentityArgs,
}

/// What was found.
#[derive(Debug, Serialize)]
pub(crate) struct Diagnosis {
    version: &'static str,
    /// Whether there is no fault; warnings are none.
    healthy: bool,
    settings: Vec<Setting>,
    checks: Vec<Check>,
}

/// One setting of this run.
#[derive(Debug, Serialize)]
struct Setting {
    name: &'static str,
    /// What holds; none where nothing does.
    value: Option<String>,
    origin: Origin,
    /// The variable that said it, where that is not the setting's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    variable: Option<&'static str>,
}

impl Setting {
    fn new(name: &'static str, value: Option<String>, origin: Origin) -> Self {
        Self {
            name,
            value,
            origin,
            variable: None,
        }
    }

    /// A setting that only a variable gives.
    fn of_variable(name: &'static str, default: Option<&str>) -> Self {
        match std::env::var(name) {
            Ok(value) => Self::new(name, Some(value), Origin::Environment),
            Err(_) => Self::new(name, default.map(str::to_owned), Origin::Default),
        }
    }

    fn of_log() -> Self {
        const NAME: &str = "POSARS_LOG";
        match chosen_log_filter() {
            Some((variable, value)) => Self {
                variable: (variable != NAME).then_some(variable),
                ..Self::new(NAME, Some(value), Origin::Environment)
            },
            None => {
                let value = format!(
                    "{} (up), {} (the others)",
                    default_log_filter(Voice::Server),
                    default_log_filter(Voice::Command)
                );
                Self::new(NAME, Some(value), Origin::Default)
            }
        }
    }
}

/// Looks at everything that can be looked at; one fault does not hide the next.
pub(crate) async fn run(
    args: DoctorArgs,
    matches: &ArgMatches,
    session: &Session,
) -> Result<Diagnosis, Failure> {
    let place = &session.place.place;
    let keys = args.identity.folder(place)?;
    let settings = settings(&args, &keys, matches, session);
    let mut checks = machine::checks(place, &args.listen);
    checks.push(machine::signing_key(&keys));
    checks.push(machine::language(std::env::var(LANGUAGE).ok().as_deref()));
    checks.extend(machine::tls(
        std::env::var_os(TLS_CERT),
        std::env::var_os(TLS_KEY),
    ));
    checks.extend(server::checks(&session.place, &args.company.id, session.screen).await);
    Ok(Diagnosis {
        version: env!("CARGO_PKG_VERSION"),
        healthy: checks.iter().all(|check| check.state != State::Fault),
        settings,
        checks,
    })
}

fn settings(args: &DoctorArgs, keys: &Path, matches: &ArgMatches, session: &Session) -> Vec<Setting> {
    let chosen = &session.place;
    let (data, url) = match &chosen.place {
        Place::Folder(folder) => (Some(folder.display().to_string()), None),
        Place::Url(url) => (None, Some(without_password(url))),
    };
    let place = |name, value: Option<String>| {
        let origin = if value.is_some() {
            chosen.origin
        } else {
            Origin::Default
        };
        Setting::new(name, value, origin)
    };
    let mut settings = vec![
        place("POSARS_DATA", data),
        place("POSARS_DATABASE_URL", url),
        Setting::new(
            COMPANY_VARIABLE,
            Some(args.company.id.to_string()),
            origin_of(matches, "company").unwrap_or(Origin::Default),
        ),
        Setting::new(
            "POSARS_LISTEN",
            Some(args.listen.clone()),
            origin_of(matches, "listen").unwrap_or(Origin::Default),
        ),
        Setting::new(
            "POSARS_IDENTITY",
            Some(keys.display().to_string()),
            origin_of(matches, "identity").unwrap_or(Origin::Default),
        ),
        Setting::new(
            "POSARS_MASTER_KEY_FILE",
            chosen.master_key.as_ref().map(|path| path.display().to_string()),
            origin_of(matches, "master_key_file").unwrap_or(Origin::Default),
        ),
        Setting::of_variable("POSARS_AUTH_ISSUER", None),
        Setting::of_variable("POSARS_AUTH_JWKS", None),
        Setting::of_variable("POSARS_AUTH_CLIENT_IDS", None),
    ];
    settings.extend(network_settings());
    settings.extend([
        Setting::of_variable("POSARS_PG_BIN", None),
        Setting::of_variable(LANGUAGE, Some(Words::DEFAULT.word())),
        Setting::of_log(),
        Setting::of_variable("OTEL_EXPORTER_OTLP_ENDPOINT", None),
        Setting::of_variable("OTEL_SERVICE_NAME", Some(SERVICE_NAME_DEFAULT)),
        Setting::of_variable("NO_COLOR", None),
    ]);
    settings
}

/// The settings of what faces the network.
fn network_settings() -> Vec<Setting> {
    let usual = Limits::default();
    let per_s = |rate: Option<Rate>| rate.map_or(0, |rate| rate.calls_per_s.get()).to_string();
    let numbers = [
        ("POSARS_CALLER_CALLS_PER_S", per_s(usual.caller_rate)),
        ("POSARS_STRANGER_CALLS_PER_S", per_s(usual.stranger_rate)),
        (
            "POSARS_IN_FLIGHT_CALLS_MAX",
            usual.in_flight_calls_max.to_string(),
        ),
        ("POSARS_CONNECTIONS_MAX", usual.connections_max.to_string()),
        ("POSARS_REQUEST_BYTES_MAX", usual.request_bytes_max.to_string()),
    ];
    [
        TLS_CERT,
        TLS_KEY,
        "POSARS_TRUSTED_PROXIES",
        "POSARS_ALLOW_ORIGINS",
    ]
    .into_iter()
    .map(|name| Setting::of_variable(name, None))
    .chain([
        Setting::of_variable("POSARS_EXPOSE_METRICS", Some("false")),
        Setting::of_variable("POSARS_DRAIN_WAIT", Some("0s")),
    ])
    .chain(
        numbers
            .into_iter()
            .map(|(name, usual)| Setting::of_variable(name, Some(&usual))),
    )
    .collect()
}

impl Outcome for Diagnosis {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "posars {}", self.version)?;
        let rows = self.settings.iter().map(|setting| {
            let origin = match setting.origin {
                Origin::Flag => "flag",
                Origin::Environment => "environment",
                Origin::Default => "default",
            };
            let value = setting.value.clone().unwrap_or_else(|| "-".to_owned());
            let origin = match setting.variable {
                Some(variable) => format!("{origin} ({variable})"),
                None => origin.to_owned(),
            };
            [setting.name.to_owned(), value, origin]
        });
        writeln!(out, "{}", table(["setting", "value", "from"], rows))?;
        for check in &self.checks {
            writeln!(out, "{:>7}  {}: {}", check.state.word(), check.name, check.found)?;
            if let Some(fix) = &check.fix {
                writeln!(out, "         fix: {fix}")?;
            }
        }
        let verdict = if self.healthy {
            "No fault found."
        } else {
            "There are faults; see the fixes above."
        };
        writeln!(out, "{verdict}")
    }

    fn exit(&self) -> Exit {
        if self.healthy {
            Exit::Success
        } else {
            Exit::Failure
        }
    }
}
