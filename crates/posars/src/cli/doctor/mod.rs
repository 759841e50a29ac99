//! `posars doctor`: this machine, the settings and the database, checked, with a fix for each fault.

mod checkup;
mod files;
mod machine;
mod production;
mod production_server;
mod queues;
mod server;

use std::io::{self, Write};
use std::path::Path;

use clap::{ArgMatches, Args};
use posars_edge::{Limits, Rate};
use serde::Serialize;

use crate::companies::{COMPANY_VARIABLE, CompanyArgs};
use crate::failure::{Exit, Failure};
use crate::queues::QUEUES_VARIABLE;
use crate::screen::{Outcome, table};
use crate::session::{RunArgs, Session};
use crate::settings::{
    AuthArgs, COMPANY, ChosenPlace, FileArgs, LISTEN_DEFAULT, Origin, Place, Words, origin_of,
    without_password,
};
use crate::telemetry::{Voice, chosen_log_filter, default_log_filter};

use checkup::{Check, State};
use production::Deployment;
use server::Depth;

/// The language where no flag gives one; the doctor has none.
const LANGUAGE: &str = "POSARS_LANGUAGE";
/// The files of TLS; a server takes both or none.
const TLS_CERT: &str = "POSARS_TLS_CERT";
const TLS_KEY: &str = "POSARS_TLS_KEY";
/// The name of this process in traces unless the environment gives another.
const SERVICE_NAME_DEFAULT: &str = "posars";

/// Options of `posars doctor`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  posars doctor\n  posars doctor --data /srv/posars --json\n  posars doctor --production"
)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    company: CompanyArgs,
    /// The address that `posars up` would listen on
    #[arg(long, value_name = "ADDR", env = "POSARS_LISTEN", default_value = LISTEN_DEFAULT)]
    pub(crate) listen: String,
    #[command(flatten)]
    pub(crate) auth: AuthArgs,
    /// Judge also what a shop can be tried with and a company must not rely on: whose tokens, TLS, backups, rights. Run it
    /// with the settings of the server
    #[arg(long)]
    production: bool,
    #[command(flatten)]
    files: FileArgs,
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

    /// The same of an address, which may hold a key.
    fn of_address(name: &'static str) -> Self {
        let setting = Self::of_variable(name, None);
        Self {
            value: setting.value.as_deref().map(production::without_secrets),
            ..setting
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
    let keys = args.auth.identity.folder(place)?;
    let settings = settings(&args, &keys, matches, session);
    let mut checks = machine::checks(place, &args.listen);
    checks.push(machine::signing_key(&keys));
    checks.push(machine::language(std::env::var(LANGUAGE).ok().as_deref()));
    checks.extend(machine::tls(
        std::env::var_os(TLS_CERT),
        std::env::var_os(TLS_KEY),
    ));
    checks.extend(queues::check(&session.place).await);
    checks.push(files::check(&args.files, place).await);
    let mut depth = Depth::Usual;
    if args.production {
        depth = Depth::Production;
        let log_filter = chosen_log_filter().map(|(_, filter)| filter);
        checks.extend(Deployment::of_environment(&args.listen, log_filter).checks(place));
        checks.extend(production::issuer_keys(&args.auth, place).await);
    }
    checks.extend(server::checks(&session.place, &args.company.id, depth, session.screen).await);
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
            "POSARS_READ_DATABASE_URL",
            chosen.replica.as_deref().map(without_password),
            origin_of(matches, "read_database_url").unwrap_or(Origin::Default),
        ),
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
            QUEUES_VARIABLE,
            chosen.queues.clone(),
            origin_of(matches, "queues").unwrap_or(Origin::Default),
        ),
        Setting::of_address("POSARS_AUTH_ISSUER"),
        Setting::of_address("POSARS_AUTH_JWKS"),
        Setting::of_variable("POSARS_AUTH_CLIENT_IDS", None),
        Setting::of_variable("POSARS_UPSTREAMS", None),
    ];
    settings.extend(key_settings(chosen, keys, matches));
    settings.extend(file_settings(args, chosen, matches));
    settings.extend(network_settings());
    settings.extend([
        Setting::of_variable("POSARS_PG_BIN", None),
        Setting::of_variable(LANGUAGE, Some(Words::DEFAULT.word())),
        Setting::of_log(),
        Setting::of_address("OTEL_EXPORTER_OTLP_ENDPOINT"),
        Setting::of_variable("OTEL_SERVICE_NAME", Some(SERVICE_NAME_DEFAULT)),
        Setting::of_variable("NO_COLOR", None),
    ]);
    settings
}

/// The settings of keys: the one that signs tokens, and the one above those of people.
fn key_settings(chosen: &ChosenPlace, keys: &Path, matches: &ArgMatches) -> Vec<Setting> {
    vec![
        Setting::new(
            "POSARS_IDENTITY",
            Some(keys.display().to_string()),
            origin_of(matches, "identity").unwrap_or(Origin::Default),
        ),
        Setting::new(
            "POSARS_MASTER_KEY_FILE",
            chosen
                .master_key
                .file
                .as_ref()
                .map(|path| path.display().to_string()),
            origin_of(matches, "master_key_file").unwrap_or(Origin::Default),
        ),
        Setting::new(
            "POSARS_MASTER_KEY",
            chosen.master_key.kms.as_ref().map(ToString::to_string),
            origin_of(matches, "master_key").unwrap_or(Origin::Default),
        ),
    ]
}

/// The settings of files and of what is dropped.
fn file_settings(args: &DoctorArgs, chosen: &ChosenPlace, matches: &ArgMatches) -> Vec<Setting> {
    vec![
        Setting::new(
            "POSARS_FILES",
            args.files.shown(&chosen.place),
            origin_of(matches, "files").unwrap_or(Origin::Default),
        ),
        Setting::of_variable("POSARS_FILES_KMS_KEY", None),
        Setting::of_variable("POSARS_FILES_URL", None),
        Setting::of_variable("POSARS_INTAKE", None),
        Setting::of_variable("POSARS_IMPORT_COMPANY", Some(COMPANY)),
        Setting::of_variable("POSARS_IMPORT_DEFINE_MISSING", Some("false")),
        Setting::of_variable("POSARS_IMPORT_KEEP_DAYS", Some("90")),
        Setting::of_variable("POSARS_TIME_ZONE", Some("America/Sao_Paulo")),
    ]
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
