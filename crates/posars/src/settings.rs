//! The settings of a run and where each came from: a flag, the environment, or the default.

use std::path::PathBuf;

use clap::ArgMatches;
use clap::parser::ValueSource;
use posars_database_address::Address;
use posars_domain::StoreZone;
use posars_identity::{ConfigError, KeySource, VerifierConfig};
use serde::Serialize;

use crate::failure::{Exit, Failure};
use crate::master_key_place::{MasterKeyPlace, kms_name};
use crate::queues::QUEUES_VARIABLE;

/// The name of the log, and of the company, that a single machine works with.
pub(crate) const COMPANY: &str = "main";
/// Where `posars up` listens unless told otherwise: reachable from this machine only.
pub(crate) const LISTEN_DEFAULT: &str = "127.0.0.1:8080";
/// Below the data folder, what belongs to the local issuer.
const IDENTITY_FOLDER: &str = "identity";
/// Below the data folder, reports.
const FILES_FOLDER: &str = "files";
/// Below the data folder, the file of the master key of personal data.
const MASTER_KEY_FILE: &str = "master.key";
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
    /// A streaming replica of that PostgreSQL, which answers queries while it is fresh [default: none]
    #[arg(
        long,
        value_name = "URL",
        env = "POSARS_READ_DATABASE_URL",
        hide_env_values = true
    )]
    pub(crate) read_database_url: Option<String>,
    /// Where the master key is instead of in a file: kms: and the id, ARN or alias of a key of KMS [default: none]
    #[arg(long, value_name = "KEY", env = "POSARS_MASTER_KEY", hide_env_values = true)]
    pub(crate) master_key: Option<String>,
    /// File of the master key, without which names, tax numbers and wages cannot be read [default: master.key, below the
    /// data folder]
    #[arg(
        long,
        value_name = "FILE",
        env = "POSARS_MASTER_KEY_FILE",
        hide_env_values = true
    )]
    pub(crate) master_key_file: Option<PathBuf>,
    /// What the addresses of the SQS queues begin with by which processes wake each other, such as
    /// `https://sqs.us-east-1.amazonaws.com/123456789012/posars-` [default: none; PostgreSQL wakes them]
    #[arg(long, value_name = "URL", env = QUEUES_VARIABLE, hide_env_values = true)]
    pub(crate) queues: Option<String>,
}

/// Where files are kept.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct FileArgs {
    /// Where reports are kept: a folder, or s3://BUCKET/PREFIX [default: files, below the data folder]
    #[arg(long, value_name = "PLACE", env = "POSARS_FILES", hide_env_values = true)]
    pub(crate) files: Option<String>,
    /// Key of KMS that S3 encrypts them with [default: as the bucket says]
    #[arg(
        long,
        value_name = "KEY",
        env = "POSARS_FILES_KMS_KEY",
        hide_env_values = true
    )]
    pub(crate) files_kms_key: Option<String>,
}

impl FileArgs {
    /// The folder, where no other place is named. Beside a database given by URL there is no data folder, and the default
    /// one holds them.
    ///
    /// # Errors
    /// `NO_DATA_FOLDER` when the user has no home.
    pub(crate) fn folder(&self, place: &Place) -> Result<PathBuf, Failure> {
        let data = match (&self.files, place) {
            (Some(folder), _) if !folder.is_empty() => return Ok(folder.into()),
            (_, Place::Folder(folder)) => folder.clone(),
            (_, Place::Url(_)) => default_folder()?,
        };
        Ok(data.join(FILES_FOLDER))
    }
}

impl FileArgs {
    /// Where that is, for people; none when nobody said so and the user has no home.
    pub(crate) fn shown(&self, place: &Place) -> Option<String> {
        match self.files.as_ref().filter(|files| !files.is_empty()) {
            Some(files) => Some(files.clone()),
            None => Some(self.folder(place).ok()?.display().to_string()),
        }
    }
}

/// How what a process writes for people is written.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct MannerArgs {
    /// Language of reports that are made by themselves, and of what is said about dropped sheets
    #[arg(long, value_enum, env = "POSARS_LANGUAGE", hide_env_values = true, default_value_t = Words::DEFAULT)]
    pub(crate) language: Words,
    /// Time zone that reports show times in, and of stores that dropped sheets define
    #[arg(
        long,
        value_name = "ZONE",
        env = "POSARS_TIME_ZONE",
        hide_env_values = true,
        default_value = "America/Sao_Paulo"
    )]
    pub(crate) time_zone: StoreZone,
}

/// Where the local issuer's key is.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct IdentityArgs {
    /// Folder of the key that signs this machine's own tokens [default: identity, below the data folder]
    #[arg(long, value_name = "DIR", env = "POSARS_IDENTITY", hide_env_values = true)]
    identity: Option<PathBuf>,
}

impl IdentityArgs {
    /// The folder. Beside a database given by URL there is no data folder, and the default one holds the key.
    ///
    /// # Errors
    /// `NO_DATA_FOLDER` when the user has no home.
    pub(crate) fn folder(&self, place: &Place) -> Result<PathBuf, Failure> {
        if let Some(folder) = &self.identity {
            return Ok(folder.clone());
        }
        let data = match place {
            Place::Folder(folder) => folder.clone(),
            Place::Url(_) => default_folder()?,
        };
        Ok(data.join(IDENTITY_FOLDER))
    }
}

/// Whose tokens a server takes. Without an issuer: those that `posars token` signs with the key of this machine.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct AuthArgs {
    #[command(flatten)]
    pub(crate) identity: IdentityArgs,
    /// Take the tokens of this issuer instead of this machine's own: the text of their `iss`
    #[arg(
        long,
        value_name = "ISSUER",
        env = "POSARS_AUTH_ISSUER",
        hide_env_values = true
    )]
    auth_issuer: Option<String>,
    /// The issuer's keys, a JSON Web Key Set by URL or in a file [default: ISSUER/.well-known/jwks.json]
    #[arg(
        long,
        value_name = "URL|FILE",
        env = "POSARS_AUTH_JWKS",
        hide_env_values = true
    )]
    auth_jwks: Option<String>,
    /// The client ids whose tokens are taken, separated by commas
    #[arg(
        long,
        value_name = "IDS",
        env = "POSARS_AUTH_CLIENT_IDS",
        hide_env_values = true,
        value_delimiter = ','
    )]
    auth_client_ids: Vec<String>,
    /// Listen beyond this machine although its own tokens are taken: whoever reads the key can be anybody
    #[arg(long)]
    pub(crate) expose_local_issuer: bool,
}

/// Who signs the tokens that a server takes.
pub(crate) enum TokenSource {
    /// The key in this folder.
    Local(PathBuf),
    /// Somebody else, such as a Cognito user pool.
    Issuer(Box<VerifierConfig>),
}

impl AuthArgs {
    /// Whose tokens to take.
    ///
    /// # Errors
    /// `AUTH_SETTINGS` when an issuer is named and the rest does not fit, or is not named and the rest is.
    pub(crate) fn token_source(&self, place: &Place) -> Result<TokenSource, Failure> {
        let broken = |text: String| Failure::new(Exit::Usage, "AUTH_SETTINGS", text);
        let Some(issuer) = self.auth_issuer.as_deref().filter(|issuer| !issuer.is_empty()) else {
            if self.auth_jwks.is_some() || !self.auth_client_ids.is_empty() {
                return Err(broken("keys or client ids are set, but no issuer".to_owned())
                    .next("name it with --auth-issuer, or leave POSARS_AUTH_JWKS and POSARS_AUTH_CLIENT_IDS out"));
            }
            return Ok(TokenSource::Local(self.identity.folder(place)?));
        };
        let keys = match &self.auth_jwks {
            Some(keys) => keys.clone(),
            None => format!("{}/.well-known/jwks.json", issuer.trim_end_matches('/')),
        };
        let keys: KeySource = keys
            .parse()
            .map_err(|error: ConfigError| broken(error.to_string()))?;
        if self.auth_client_ids.is_empty() {
            return Err(broken(format!("no client of issuer {issuer} is allowed")).next(
                "list the client ids whose tokens are taken with --auth-client-ids, separated by commas",
            ));
        }
        let config = VerifierConfig::new(issuer, keys, self.auth_client_ids.clone());
        Ok(TokenSource::Issuer(Box::new(config)))
    }
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

/// The option for the language of what is written about a sheet or into a report.
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

impl From<Words> for posars_words::Language {
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
    /// A replica of it.
    pub(crate) replica: Option<String>,
    /// Where the master key of personal data is.
    pub(crate) master_key: MasterKeyPlace,
    /// What the addresses of the queues begin with; none where there are none.
    pub(crate) queues: Option<String>,
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
        let data = match &place {
            Place::Folder(folder) => Some(folder.clone()),
            Place::Url(_) => default_folder().ok(),
        };
        let given = |text: &&str| !text.is_empty();
        let replica = args.read_database_url.clone().filter(|url| given(&url.as_str()));
        let replica = match &place {
            Place::Url(_) => replica,
            Place::Folder(_) if replica.is_some() && by_flag("read_database_url") => {
                return Err(Failure::new(
                    Exit::Usage,
                    "USAGE",
                    "--read-database-url names a replica, and a private PostgreSQL has none",
                )
                .next("name the database itself with --database-url, or leave the replica out"));
            }
            // The variable is for another place, which a flag has passed over.
            Place::Folder(_) => None,
        };
        let below_data = || data.map(|folder| folder.join(MASTER_KEY_FILE));
        Ok(Self {
            place,
            origin,
            replica,
            master_key: MasterKeyPlace {
                kms: args
                    .master_key
                    .as_deref()
                    .filter(given)
                    .map(kms_name)
                    .transpose()?,
                file: args.master_key_file.clone().or_else(below_data),
            },
            queues: args.queues.clone().filter(|queues| !queues.is_empty()),
        })
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
    Address::parse(url).map_or_else(
        |_| "a connection string that cannot be read".to_owned(),
        |address| address.to_string(),
    )
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

    fn auth(issuer: Option<&str>, jwks: Option<&str>, client_ids: &[&str]) -> Result<TokenSource, Failure> {
        let args = AuthArgs {
            auth_issuer: issuer.map(str::to_owned),
            auth_jwks: jwks.map(str::to_owned),
            auth_client_ids: client_ids.iter().map(|&id| id.to_owned()).collect(),
            ..AuthArgs::default()
        };
        args.token_source(&Place::Folder("/data".into()))
    }

    #[test]
    fn without_an_issuer_the_key_of_the_data_folder_signs() {
        let Ok(TokenSource::Local(folder)) = auth(None, None, &[]) else {
            panic!("not local")
        };
        assert_eq!(folder, PathBuf::from("/data/identity"));
        let identity = IdentityArgs {
            identity: Some("/keys".into()),
        };
        let folder = identity.folder(&Place::Url(String::new())).unwrap();
        assert_eq!(folder, PathBuf::from("/keys"));
    }

    #[test]
    fn an_issuer_needs_its_clients_and_knows_its_keys() {
        let pool = "https://cognito-idp.sa-east-1.example/pool_1";
        let Ok(TokenSource::Issuer(config)) = auth(Some(pool), None, &["till", "office"]) else {
            panic!("no issuer")
        };
        assert_eq!(
            config.key_source.to_string(),
            format!("{pool}/.well-known/jwks.json")
        );
        assert_eq!(config.client_ids, ["till", "office"]);
        for (issuer, jwks, clients) in [
            (Some(pool), None, &[][..]),
            (None, Some("keys.json"), &[]),
            (None, None, &["till"]),
            (Some("http://pool.example"), None, &["till"]),
        ] {
            let failure = auth(issuer, jwks, clients).err().unwrap();
            assert_eq!(failure.code, "AUTH_SETTINGS", "{failure}");
            assert!(failure.next.is_some(), "{failure}");
        }
    }
}
