//! `posars keys rotate`: a new master key, in the same place or in another.

use std::io::{self, Write};
use std::sync::Arc;

use clap::Args;
use posars_domain::CompanyId;
use posars_keyring::KeyFile;
use serde::Serialize;

use super::AllKeys;
use crate::database::Need;
use crate::failure::{Exit, Failure};
use crate::master_key::{self, FILE_WORD, MasterKeys};
use crate::master_key_place;
use crate::screen::Outcome;
use crate::session::{RunArgs, Session};

/// Options of `posars keys rotate`.
#[derive(Debug, Args)]
pub(crate) struct RotateArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    /// Move the master keys that wrap nothing in this database any more into a file beside it, which ends in .dropped:
    /// backups from before, and other databases that use the same file, cannot be read without them
    #[arg(long)]
    drop_old: bool,
    /// Wrap by another place than the settings say: kms:KEY, or "file" for the file of the master key. The settings are
    /// changed afterwards [default: as the settings say]
    #[arg(long, value_name = "PLACE")]
    to: Option<String>,
}

/// What was done.
#[derive(Debug, Serialize)]
pub(super) struct Rotated {
    /// Where the master key is, unless it is in KMS.
    master_key_file: Option<String>,
    /// The new master key.
    master_key: String,
    /// The companies whose keys it wraps now.
    companies: Vec<CompanyId>,
    /// The master keys that were moved away.
    dropped: Vec<String>,
    /// Where to.
    #[serde(skip_serializing_if = "Option::is_none")]
    dropped_file: Option<String>,
    /// What the settings must say from now on, where they say something else.
    #[serde(skip_serializing_if = "Option::is_none")]
    setting: Option<String>,
}

/// Makes a new master key. Killed at any point, it can be run again: the new key is there before anything is wrapped with
/// it, and the old ones until nothing is wrapped with them.
pub(super) async fn run(session: &Session, args: &RotateArgs) -> Result<Rotated, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let all = AllKeys::open(database).await?;
            everything_must_open(&all).await?;
            let before = all.keys()?;
            let keys = match args.to.as_deref() {
                None => before.clone(),
                Some(FILE_WORD) => before.wrapping_by_file(),
                Some(name) => before.wrapping_by_kms(master_key_place::kms_name(name)?).await?,
            };
            let (master_key, master_key_file) = match keys.kms() {
                Some(name) => (name.to_string(), None),
                None => {
                    let file = all.file()?;
                    (new_in(file)?, Some(file.path().display().to_string()))
                }
            };
            let companies = wrap_all(&all, &keys).await?;
            let dropped = match all.file() {
                Ok(file) if args.drop_old && file.path().exists() => {
                    file.keep_only(&all.databases.master_keys_in_use().await?)?
                }
                Ok(_) | Err(_) => Vec::new(),
            };
            let dropped_file = all.file().ok().filter(|_| !dropped.is_empty());
            Ok(Rotated {
                master_key_file,
                master_key,
                companies,
                dropped_file: dropped_file.map(|file| file.dropped().display().to_string()),
                dropped,
                setting: setting(before, &keys),
            })
        })
        .await
}

async fn everything_must_open(all: &AllKeys) -> Result<(), Failure> {
    for (company, keyring) in &all.keyrings {
        let standing = keyring.standing().await?;
        if let Some(problem) = standing.company.and_then(|own| own.problem) {
            return Err(Failure::new(
                Exit::Unavailable,
                "PERSONAL_DATA_LOCKED",
                format!("the key of company {company} cannot be wrapped anew: {problem}"),
            )
            .next("put the file of that master key back, or name its key of KMS; nothing was changed"));
        }
    }
    Ok(())
}

/// A new key in the file, which is made if it is not there: everything opens, so none was lost.
fn new_in(file: &KeyFile) -> Result<String, Failure> {
    file.clone().that_may_begin().begin_if_it_may()?;
    Ok(file.add()?)
}

async fn wrap_all(all: &AllKeys, keys: &MasterKeys) -> Result<Vec<CompanyId>, Failure> {
    let keys = Arc::new(keys.clone());
    let mut companies = Vec::new();
    for (company, log) in &all.logs {
        let keyring = master_key::keyring(log, Some(Arc::clone(&keys)));
        if keyring.rewrap().await? {
            companies.push(company.clone());
        }
    }
    Ok(companies)
}

fn setting(before: &MasterKeys, after: &MasterKeys) -> Option<String> {
    match (before.kms(), after.kms()) {
        (before, Some(after)) if before != Some(after) => Some(format!("POSARS_MASTER_KEY={after}")),
        (Some(_), None) => Some("POSARS_MASTER_KEY=".to_owned()),
        _ => None,
    }
}

impl Outcome for Rotated {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let place = self.master_key_file.as_deref().unwrap_or("KMS");
        writeln!(
            out,
            "The master key is {} now, in {place}; it wraps the keys of {} companies.",
            self.master_key,
            self.companies.len()
        )?;
        if let Some(file) = &self.dropped_file {
            writeln!(
                out,
                "Moved to {file}: {}. Delete it once no backup and no other database needs them.",
                self.dropped.join(", ")
            )?;
        }
        if let Some(setting) = &self.setting {
            writeln!(
                out,
                "Next: set {setting} for every process, before any of them starts again; keep what wrapped until now as long as \
                 a backup from before is kept"
            )?;
        }
        if self.master_key_file.is_some() {
            writeln!(out, "Next: copy the file to a safe place, apart from the backups")?;
        }
        Ok(())
    }
}
