//! `posars keys status`: whether what is personal can be read, and by which keys.

use std::io::{self, Write};

use clap::Args;
use posars_domain::{CompanyId, RetentionClass};
use posars_keyring::{KeyFile, KeyringError, Standing};
use serde::Serialize;

use super::AllKeys;
use crate::database::Need;
use crate::failure::Failure;
use crate::master_key::MasterKeys;
use crate::screen::{Outcome, table};
use crate::session::{RunArgs, Session};

/// Options of `posars keys status`.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
}

/// How the keys stand.
#[derive(Debug, Serialize)]
pub(super) struct KeysStatus {
    /// The key of KMS that wraps, where the settings name one.
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key: Option<String>,
    /// Where the file of the master key is looked for.
    master_key_file: Option<String>,
    /// The master keys in the file, the current one first.
    master_keys: Vec<String>,
    /// Why the file cannot be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    /// Whether everything personal can be read.
    readable: bool,
    companies: Vec<CompanyKeys>,
}

#[derive(Debug, Serialize)]
struct CompanyKeys {
    company: CompanyId,
    /// The master key that wraps the company's; none where nothing personal was kept yet.
    master_key: Option<String>,
    readable: bool,
    /// Why not.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    /// How many persons have a key, by class.
    contact: u64,
    fiscal: u64,
    labour: u64,
}

/// Looks at them.
pub(super) async fn run(session: &Session) -> Result<KeysStatus, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let all = AllKeys::open(database).await?;
            let keys = all.keys.as_deref();
            let file = keys.and_then(MasterKeys::file);
            let kms_key = keys.and_then(MasterKeys::kms).map(ToString::to_string);
            let (master_keys, problem) = match file.map(KeyFile::names) {
                None if kms_key.is_some() => (Vec::new(), None),
                None => (Vec::new(), Some(KeyringError::NoMasterKey.to_string())),
                Some(Ok(names)) => (names, None),
                Some(Err(error)) => (Vec::new(), Some(error.to_string())),
            };
            let mut companies = Vec::with_capacity(all.keyrings.len());
            for (company, keyring) in &all.keyrings {
                companies.push(CompanyKeys::of(company.clone(), keyring.standing().await?));
            }
            Ok(KeysStatus {
                kms_key,
                master_key_file: file.map(|file| file.path().display().to_string()),
                master_keys,
                problem,
                readable: companies.iter().all(|company| company.readable),
                companies,
            })
        })
        .await
}

impl CompanyKeys {
    fn of(company: CompanyId, standing: Standing) -> Self {
        let count = |class| {
            let mut keys = standing.keys.iter();
            keys.find(|(known, _)| *known == class)
                .map_or(0, |(_, count)| *count)
        };
        let own = standing.company.as_ref();
        let problem = own
            .and_then(|own| own.problem.as_ref())
            .map(KeyringError::to_string);
        Self {
            company,
            master_key: own.map(|own| own.master_key.clone()),
            readable: problem.is_none(),
            problem,
            contact: count(RetentionClass::Contact),
            fiscal: count(RetentionClass::Fiscal),
            labour: count(RetentionClass::Labour),
        }
    }
}

impl Outcome for KeysStatus {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        if let Some(name) = &self.kms_key {
            writeln!(out, "The master key is {name}.")?;
        }
        match (&self.master_key_file, self.master_keys.as_slice()) {
            (Some(file), []) if self.kms_key.is_some() => {
                writeln!(out, "No file is needed; there is none at {file}.")?;
            }
            (Some(file), keys) if self.kms_key.is_some() => {
                writeln!(out, "{} older ones are in {file}.", keys.len())?;
            }
            (None, _) if self.kms_key.is_some() => {}
            (Some(file), [current, older @ ..]) => {
                writeln!(
                    out,
                    "The master key is {current} in {file}, with {} older.",
                    older.len()
                )?;
            }
            (Some(file), []) => writeln!(out, "There is no master key in {file}.")?,
            (None, _) => writeln!(out, "No file of a master key is named.")?,
        }
        if let Some(problem) = &self.problem {
            writeln!(out, "{problem}")?;
        }
        let rows = self.companies.iter().map(|keys| {
            let state = match (&keys.master_key, keys.readable) {
                (None, _) => "nothing personal yet",
                (Some(_), true) => "readable",
                (Some(_), false) => "LOCKED",
            };
            [
                keys.company.to_string(),
                keys.master_key.clone().unwrap_or_default(),
                state.to_owned(),
                keys.contact.to_string(),
                keys.fiscal.to_string(),
                keys.labour.to_string(),
            ]
        });
        let titles = [
            "company",
            "wrapped by",
            "personal data",
            "contact",
            "fiscal",
            "labour",
        ];
        writeln!(out, "{}", table(titles, rows))?;
        if let Some(locked) = self.companies.iter().find_map(|keys| keys.problem.as_ref()) {
            writeln!(out, "{locked}")?;
            writeln!(
                out,
                "Next: put the file back where it was, or name it with --master-key-file FILE, or the key of KMS with --master-key"
            )?;
        }
        Ok(())
    }
}
