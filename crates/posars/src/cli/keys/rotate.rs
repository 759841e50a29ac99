//! `posars keys rotate`: a new master key.

use std::io::{self, Write};

use clap::Args;
use posars_domain::CompanyId;
use posars_keyring::master_keys_in_use;
use serde::Serialize;

use super::AllKeys;
use crate::database::Need;
use crate::failure::{Exit, Failure};
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
}

/// What was done.
#[derive(Debug, Serialize)]
pub(super) struct Rotated {
    master_key_file: String,
    /// The new master key.
    master_key: String,
    /// The companies whose keys it wraps now.
    companies: Vec<CompanyId>,
    /// The master keys that were moved away.
    dropped: Vec<String>,
    /// Where to.
    #[serde(skip_serializing_if = "Option::is_none")]
    dropped_file: Option<String>,
}

/// Makes a new master key. Killed at any point, it can be run again: the file has the new key before anything is wrapped
/// with it, and the old ones until nothing is wrapped with them.
pub(super) async fn run(session: &Session, args: &RotateArgs) -> Result<Rotated, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let all = AllKeys::open(database).await?;
            let file = all.file()?;
            for (company, keyring) in &all.keyrings {
                let standing = keyring.standing().await?;
                if let Some(problem) = standing.company.and_then(|own| own.problem) {
                    return Err(Failure::new(
                        Exit::Unavailable,
                        "PERSONAL_DATA_LOCKED",
                        format!("the key of company {company} cannot be wrapped anew: {problem}"),
                    )
                    .next("put the file of that master key back first; nothing was changed"));
                }
            }
            file.begin_if_it_may()?;
            let master_key = file.add()?;
            let mut companies = Vec::new();
            for (company, keyring) in &all.keyrings {
                if keyring.rewrap().await? {
                    companies.push(company.clone());
                }
            }
            let dropped = if args.drop_old {
                file.keep_only(&master_keys_in_use(&all.store).await?)?
            } else {
                Vec::new()
            };
            Ok(Rotated {
                master_key_file: file.path().display().to_string(),
                master_key,
                companies,
                dropped_file: (!dropped.is_empty()).then(|| file.dropped().display().to_string()),
                dropped,
            })
        })
        .await
}

impl Outcome for Rotated {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "The master key is {} now, in {}; it wraps the keys of {} companies.",
            self.master_key,
            self.master_key_file,
            self.companies.len()
        )?;
        if let Some(file) = &self.dropped_file {
            writeln!(
                out,
                "Moved to {file}: {}. Delete it once no backup and no other database needs them.",
                self.dropped.join(", ")
            )?;
        }
        writeln!(out, "Next: copy the file to a safe place, apart from the backups")
    }
}
