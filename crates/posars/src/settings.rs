//! The settings of a run and where each came from: a flag, the environment, or the default.

use std::path::PathBuf;

use clap::ArgMatches;
use clap::parser::ValueSource;
use serde::Serialize;

use crate::failure::{Exit, Failure};

/// The name of the log, and of the company, that a single machine works with.
pub(crate) const COMPANY: &str = "main";
/// Where `posars up` listens unless told otherwise: reachable from this machine only.
pub(crate) const LISTEN_DEFAULT: &str = "127.0.0.1:8080";
/// The folder of a system-wide installation, which root uses: PostgreSQL's user cannot walk below `/root`.
const SYSTEM_FOLDER: &str = "/var/lib/posars";

/// Where the data is. Without any of these: `/var/lib/posars` for root, else `posars` in the user's data folder.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct PlaceArgs {
    /// Folder of the data, with a private PostgreSQL in it [default: /var/lib/posars for root, else
    /// $XDG_DATA_HOME/posars or ~/.local/share/posars]
    #[arg(long, value_name = "DIR", env = "POSARS_DATA", hide_env_values = true)]
    pub(crate) data: Option<PathBuf>,
    /// PostgreSQL to use instead of a private one
    #[arg(long, value_name = "URL", env = "POSARS_DATABASE_URL", hide_env_values = true)]
    pub(crate) database_url: Option<String>,
}

/// How results are written.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(crate) struct OutputArgs {
    /// Write JSON also on a terminal (it is automatic when the output is piped)
    #[arg(long, conflicts_with = "text")]
    pub(crate) json: bool,
    /// Write text also into a pipe
    #[arg(long)]
    pub(crate) text: bool,
    /// Say nothing on standard error but errors
    #[arg(long, short)]
    pub(crate) quiet: bool,
}

/// The language of what is written about a sheet or into a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Words {
    /// Brazilian Portuguese
    Pt,
    /// English
    En,
}

impl Words {
    /// What is spoken unless somebody says otherwise.
    pub(crate) const DEFAULT: Self = Self::Pt;

    /// The word of the option and of `POSARS_LANGUAGE`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pt => "pt",
            Self::En => "en",
        }
    }
}

impl From<Words> for posars_xls_importer::Language {
    fn from(words: Words) -> Self {
        match words {
            Words::Pt => Self::PtBr,
            Words::En => Self::En,
        }
    }
}

impl From<Words> for posars_reports::Language {
    fn from(words: Words) -> Self {
        match words {
            Words::Pt => Self::PtBr,
            Words::En => Self::En,
        }
    }
}

/// Who said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Origin {
    /// The command line.
    Flag,
    /// A `POSARS_*` variable.
    Environment,
    /// Nobody.
    Default,
}

/// Where the database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A private server below this folder.
    Folder(PathBuf),
    /// A server that somebody else runs.
    Url(String),
}

/// A place with who chose it.
#[derive(Clone, Debug)]
pub(crate) struct ChosenPlace {
    /// Where.
    pub(crate) place: Place,
    /// By whom.
    pub(crate) origin: Origin,
}

impl ChosenPlace {
    /// A flag beats the environment, and among equals the URL beats the folder.
    ///
    /// # Errors
    /// `USAGE` when both flags are there, `NO_DATA_FOLDER` when the user has no home.
    pub(crate) fn resolve(args: &PlaceArgs, matches: &ArgMatches) -> Result<Self, Failure> {
        let by_flag = |id| origin_of(matches, id) == Some(Origin::Flag);
        if by_flag("data") && by_flag("database_url") {
            return Err(Failure::new(
                Exit::Usage,
                "USAGE",
                "--data and --database-url name two places for the same data",
            )
            .next("give one of them"));
        }
        let folder = args.data.clone().map(Place::Folder);
        let url = args.database_url.clone().map(Place::Url);
        let (place, id) = match (folder, url) {
            (Some(folder), Some(url)) => {
                if by_flag("data") {
                    (folder, "data")
                } else {
                    (url, "database_url")
                }
            }
            (Some(folder), None) => (folder, "data"),
            (None, Some(url)) => (url, "database_url"),
            (None, None) => (Place::Folder(default_folder()?), "data"),
        };
        let origin = origin_of(matches, id).unwrap_or(Origin::Default);
        Ok(Self { place, origin })
    }
}

/// Who gave the value of an argument of the innermost subcommand; none when it has no such argument or value.
pub(crate) fn origin_of(matches: &ArgMatches, id: &str) -> Option<Origin> {
    let innermost = innermost(matches);
    // Asking for an argument that the subcommand does not have is a panic otherwise.
    if innermost.try_contains_id(id).is_err() {
        return None;
    }
    innermost.value_source(id).map(|source| {
        if source == ValueSource::CommandLine {
            Origin::Flag
        } else if source == ValueSource::EnvVariable {
            Origin::Environment
        } else {
            Origin::Default
        }
    })
}

fn innermost(matches: &ArgMatches) -> &ArgMatches {
    matches
        .subcommand()
        .map_or(matches, |(_, deeper)| innermost(deeper))
}

fn default_folder() -> Result<PathBuf, Failure> {
    if rustix::process::geteuid().is_root() {
        return Ok(PathBuf::from(SYSTEM_FOLDER));
    }
    let named = |name: &str| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    named("XDG_DATA_HOME")
        .or_else(|| Some(named("HOME")?.join(".local/share")))
        .map(|folder| folder.join("posars"))
        .ok_or_else(|| {
            Failure::new(
                Exit::Usage,
                "NO_DATA_FOLDER",
                "this user has no home folder to keep the data in",
            )
            .next("name a folder with --data DIR")
        })
}

/// A connection string without its password, for people to read.
pub(crate) fn without_password(url: &str) -> String {
    match url.parse::<tokio_postgres::Config>() {
        Ok(config) => {
            let hosts: Vec<String> = config
                .get_hosts()
                .iter()
                .map(|host| match host {
                    tokio_postgres::config::Host::Tcp(name) => name.clone(),
                    tokio_postgres::config::Host::Unix(path) => path.display().to_string(),
                })
                .collect();
            let user = config.get_user().unwrap_or("");
            format!(
                "postgres://{user}@{}/{}",
                hosts.join(","),
                config.get_dbname().unwrap_or(user)
            )
        }
        Err(_) => "a connection string that cannot be read".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_never_shown() {
        let shown = without_password("postgres://ana:hunter2@db.example/shop");
        assert_eq!(shown, "postgres://ana@db.example/shop");
        assert!(!without_password("host=db password=hunter2 dbname=x user=y").contains("hunter2"));
    }
}
