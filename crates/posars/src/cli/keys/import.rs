//! `posars keys import`: the table of keys as a copy has it.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;
use posars_domain::KeyId;
use posars_keyring::{CopiedRange, KEYS_COPIED_MAX, KeyCopy, Keyring, Restored, sweep};
use serde::Serialize;

use super::AllKeys;
use super::export::{Line, VERSION};
use crate::database::Need;
use crate::databases;
use crate::failure::{Exit, Failure, on_file};
use crate::folder_lock::{Owner, UpLock};
use crate::master_key;
use crate::screen::Outcome;
use crate::session::{RunArgs, Session};
use crate::settings::Place;

/// Options of `posars keys import`.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    /// The file, as `posars keys export` made it
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Destroy the keys that are older than the copy and not in it: what they sealed was erased before the copy was made, and
    /// is erased here for ever, too
    #[arg(long)]
    destroy: bool,
}

/// What was done.
#[derive(Debug, Serialize)]
pub(super) struct Imported {
    companies: u64,
    #[serde(flatten)]
    keys: Restored,
}

/// What is done with the keys of a copy.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Those here that would be destroyed are counted.
    Count,
    /// It is done.
    Restore,
}

/// Reads the file to its end, and counts, before anything is changed: keys that are not in it are destroyed.
pub(super) async fn run(session: &Session, args: &ImportArgs) -> Result<Imported, Failure> {
    // A server that serves meanwhile would seal with keys that it keeps in memory.
    let lock = match &session.place.place {
        Place::Folder(folder) => Some(UpLock::take(folder, &ourselves())?),
        Place::Url(_) => None,
    };
    let copied_at = checked(&args.file)?;
    let imported = session
        .with_database(Need::Existing, async |database| {
            let all = AllKeys::open(database).await?;
            nobody_serves(&all).await?;
            let counted = walk(&all, args, copied_at, Step::Count).await?;
            if counted.keys.destroyed > 0 && !args.destroy {
                return Err(would_destroy(counted.keys.destroyed));
            }
            let imported = walk(&all, args, copied_at, Step::Restore).await?;
            for store in all.databases.companies().await?.values() {
                sweep(store).await?;
            }
            Ok(imported)
        })
        .await;
    drop(lock);
    imported
}

async fn walk(
    all: &AllKeys,
    args: &ImportArgs,
    copied_at: Timestamp,
    step: Step,
) -> Result<Imported, Failure> {
    let mut imported = Imported {
        companies: 0,
        keys: Restored::default(),
    };
    let mut lines = lines(&args.file)?.peekable();
    while let Some(line) = lines.next() {
        let Line::Company { company, key } = line? else {
            continue;
        };
        databases::must_exist(&all.databases, &company).await?;
        let log = all.databases.log_of(&company).await?;
        let keyring = master_key::keyring(&log, all.keys.clone());
        // A copy of another database's company would destroy every key of ours.
        let is_kept = keyring.restore_company(key.as_ref()).await?;
        let mut keys = Keys::of(&keyring, copied_at, step);
        while let Some(Ok(Line::Key(copy))) = lines.next_if(|line| matches!(line, Ok(Line::Key(_)))) {
            keys.take(copy, &mut imported.keys).await?;
        }
        if is_kept {
            keys.end(&mut imported.keys).await?;
        }
        imported.companies += 1;
    }
    Ok(imported)
}

/// Refuses while a process holds the lease of a read model or a reactor: it seals with keys that it keeps in memory.
async fn nobody_serves(all: &AllKeys) -> Result<(), Failure> {
    for (company, _) in &all.keyrings {
        let log = all.databases.log_of(company).await?;
        let subscriptions = log.subscriptions().await?;
        let leases = subscriptions.iter().filter_map(|held| held.lease.as_ref());
        if let Some((holder, _)) = leases.max_by_key(|(_, remaining_ms)| *remaining_ms) {
            return Err(Failure::new(
                Exit::Conflict,
                "SERVER_RUNS",
                format!("{holder} serves company {company} of this database"),
            )
            .next(
                "stop every server of the database, wait until its leases are over (30 s), and import again",
            ));
        }
    }
    Ok(())
}

fn would_destroy(keys: u64) -> Failure {
    Failure::new(
        Exit::Conflict,
        "KEYS_WOULD_BE_DESTROYED",
        format!("{keys} keys here are older than the copy and not in it; what they sealed would be erased for ever"),
    )
    .next("if that was erased before the copy was made, import it again with --destroy; nothing was destroyed")
}

/// The keys of one company, as they are read.
struct Keys<'a> {
    keyring: &'a Keyring,
    copied_at: Timestamp,
    step: Step,
    after: Option<KeyId>,
    copies: Vec<KeyCopy>,
}

impl<'a> Keys<'a> {
    fn of(keyring: &'a Keyring, copied_at: Timestamp, step: Step) -> Self {
        Self {
            keyring,
            copied_at,
            step,
            after: None,
            copies: Vec::new(),
        }
    }

    async fn take(&mut self, copy: KeyCopy, restored: &mut Restored) -> Result<(), Failure> {
        if self.copies.len() == KEYS_COPIED_MAX {
            self.hand_in(false, restored).await?;
            self.after = self.copies.last().map(|copy| copy.key_id);
            self.copies.clear();
        }
        self.copies.push(copy);
        Ok(())
    }

    async fn end(self, restored: &mut Restored) -> Result<(), Failure> {
        self.hand_in(true, restored).await
    }

    async fn hand_in(&self, is_last: bool, restored: &mut Restored) -> Result<(), Failure> {
        let range = CopiedRange {
            after: self.after,
            copies: &self.copies,
            is_last,
            copied_at: self.copied_at,
        };
        match self.step {
            Step::Count => restored.destroyed += self.keyring.count_uncopied(&range).await?,
            Step::Restore => *restored += self.keyring.restore_keys(&range).await?,
        }
        Ok(())
    }
}

/// When the copy was made, if the file is whole and its keys are in order.
fn checked(file: &Path) -> Result<Timestamp, Failure> {
    let not_whole = |what: &str| {
        Failure::new(
            Exit::Failure,
            "KEYS_FILE_BROKEN",
            format!("{} is no whole copy of keys: {what}", file.display()),
        )
        .next("make it anew with `posars keys export`, or take another copy; nothing was changed")
    };
    let mut lines = lines(file)?;
    let copied_at = match lines.next().transpose()? {
        Some(Line::Begin {
            version: VERSION,
            copied_at,
        }) => copied_at,
        Some(Line::Begin { version, .. }) => {
            return Err(not_whole(&format!(
                "its form {version} is not one of this version of posars"
            )));
        }
        _ => return Err(not_whole("its first line is not that of a copy")),
    };
    let (mut last, mut count) = (None, 0);
    while let Some(line) = lines.next().transpose()? {
        match line {
            Line::Begin { .. } => return Err(not_whole("it begins twice")),
            Line::Company { .. } => last = None,
            Line::Key(copy) if last < Some(copy.key_id) => {
                last = Some(copy.key_id);
                count += 1;
            }
            Line::Key(_) => return Err(not_whole("its keys are not in their order")),
            Line::End { keys } if keys == count && lines.next().is_none() => return Ok(copied_at),
            Line::End { .. } => return Err(not_whole("keys are missing or too many")),
        }
    }
    Err(not_whole("its end is missing"))
}

fn lines(file: &Path) -> Result<impl Iterator<Item = Result<Line, Failure>>, Failure> {
    let failed = |error: io::Error| on_file("reading", file, &error);
    let reader = BufReader::new(File::open(file).map_err(failed)?);
    let lines = (1_u64..).zip(reader.lines());
    Ok(lines.map(move |(number, line)| {
        let line = line.map_err(|error| on_file("reading", file, &error))?;
        serde_json::from_str(&line).map_err(|error| {
            Failure::new(
                Exit::Failure,
                "KEYS_FILE_BROKEN",
                format!(
                    "line {number} of {} is none of a copy of keys: {error}",
                    file.display()
                ),
            )
            .next("take another copy; nothing was changed")
        })
    }))
}

fn ourselves() -> Owner {
    Owner {
        pid: std::process::id(),
        listen: "nowhere: it imports keys".to_owned(),
    }
}

impl Outcome for Imported {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let Restored {
            added,
            known,
            erased,
            superseded,
            destroyed,
        } = self.keys;
        writeln!(
            out,
            "{known} keys were here, {added} were put in, {destroyed} that were erased before the copy are destroyed."
        )?;
        if erased > 0 {
            writeln!(
                out,
                "{erased} were left out: the log says that what they sealed was erased."
            )?;
        }
        if superseded > 0 {
            writeln!(
                out,
                "{superseded} were left out: the person has another key here."
            )?;
        }
        Ok(())
    }
}
