//! `posars keys export`: the table of keys, wrapped, in a file.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use posars_domain::CompanyId;
use posars_keyring::{CompanyKeyCopy, KeyCopy, Keyring, time_of_copy};
use serde::{Deserialize, Serialize};

use super::AllKeys;
use crate::database::Need;
use crate::failure::{Failure, on_file};
use crate::screen::Outcome;
use crate::session::{RunArgs, Session};

/// Options of `posars keys export`.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    /// The file, which must not be there yet
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// A line of the file. Keys belong to the company before them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    /// The first line: which form the file has, and that it holds all keys made up to then.
    Begin { version: u32, copied_at: Timestamp },
    /// A company, with its own key if it has one.
    Company {
        company: CompanyId,
        key: Option<CompanyKeyCopy>,
    },
    /// A person's key.
    Key(KeyCopy),
    /// The last line: how many keys there are before it. A file without it is not whole.
    End { keys: u64 },
}

/// The form of the file.
pub(super) const VERSION: u32 = 1;

/// What was copied.
#[derive(Debug, Serialize)]
pub(super) struct Exported {
    file: PathBuf,
    companies: usize,
    keys: u64,
}

/// Copies them.
pub(super) async fn run(session: &Session, args: &ExportArgs) -> Result<Exported, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let all = AllKeys::open(database).await?;
            let failed = |error: io::Error| on_file("writing", &args.out, &error);
            let mut options = OpenOptions::new();
            let options = options.write(true).create_new(true).mode(0o600);
            let file = options.open(&args.out).map_err(failed)?;
            let keys = match write(&all, BufWriter::new(file), &failed).await {
                Ok(keys) => keys,
                Err(failure) => {
                    // Half a copy is worse than none.
                    std::fs::remove_file(&args.out).map_err(failed)?;
                    return Err(failure);
                }
            };
            Ok(Exported {
                file: args.out.clone(),
                companies: all.keyrings.len(),
                keys,
            })
        })
        .await
}

async fn write(
    all: &AllKeys,
    mut file: BufWriter<File>,
    failed: &impl Fn(io::Error) -> Failure,
) -> Result<u64, Failure> {
    // Keys that are younger than this by the clock of their database may not be in the copy.
    let mut copied_at = time_of_copy(all.databases.first()).await?;
    for store in all.databases.companies().await?.values() {
        copied_at = copied_at.min(time_of_copy(store).await?);
    }
    let begin = Line::Begin {
        version: VERSION,
        copied_at,
    };
    write_line(&mut file, &begin).map_err(failed)?;
    let mut keys = 0;
    for (company, keyring) in &all.keyrings {
        let key = keyring.copy_company().await?;
        let company = company.clone();
        write_line(&mut file, &Line::Company { company, key }).map_err(failed)?;
        keys += write_keys(keyring, &mut file, failed).await?;
    }
    write_line(&mut file, &Line::End { keys }).map_err(failed)?;
    file.flush().map_err(failed)?;
    file.get_ref().sync_all().map_err(failed)?;
    Ok(keys)
}

async fn write_keys(
    keyring: &Keyring,
    file: &mut BufWriter<File>,
    failed: &impl Fn(io::Error) -> Failure,
) -> Result<u64, Failure> {
    let (mut after, mut keys) = (None, 0);
    loop {
        let copies = keyring.copy_keys(after).await?;
        let Some(last) = copies.last() else {
            return Ok(keys);
        };
        after = Some(last.key_id);
        for copy in copies {
            write_line(file, &Line::Key(copy)).map_err(failed)?;
            keys += 1;
        }
    }
}

fn write_line(file: &mut impl Write, line: &Line) -> io::Result<()> {
    serde_json::to_writer(&mut *file, line)?;
    file.write_all(b"\n")
}

impl Outcome for Exported {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "{} keys of {} companies are in {}, wrapped; they open nothing without the master key.",
            self.keys,
            self.companies,
            self.file.display()
        )
    }
}
