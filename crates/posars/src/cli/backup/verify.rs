//! `posars backup verify`: a backup restored aside, proven, folded anew and compared.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use posars_domain::CompanyId;
use posars_event_store::{Anchor, EventStore, StoreConfig};
use posars_local_postgres::{Installation, copy_backup, scratch_folder, verify_manifest};
use serde::Serialize;

use super::company::{CompanyFound, ReadModelState, look};
use crate::cli::audit::parse_anchor;
use crate::companies::with_a_log;
use crate::database::{Database, Need};
use crate::databases::lives_in;
use crate::failure::{Exit, Failure};
use crate::house::House;
use crate::screen::{Outcome, Screen};
use crate::session::{RunArgs, Session};
use crate::settings::{Place, without_password};
use crate::signals::EndRequests;

/// Options of `posars backup verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    /// The folder of a base backup, as `pg_basebackup --pgdata DIR` writes it; it is only read
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// Where the copy is made and removed again, with as much room as the backup takes [default: the folder for temporary
    /// files]
    #[arg(long, value_name = "DIR", requires = "from")]
    work: Option<PathBuf>,
    /// Only this company; may be given several times [default: all of the backup]
    #[arg(id = "only", long = "company", value_name = "ID", value_parser = clap::value_parser!(CompanyId))]
    companies: Vec<CompanyId>,
    /// Leave this company out: it lives in another database, whose backup is verified apart; may be given several times
    #[arg(long = "except", value_name = "ID", value_parser = clap::value_parser!(CompanyId))]
    except: Vec<CompanyId>,
    /// A head noted earlier, as COMPANY=POSITION:HASH, that the backup must hold; may be given several times
    #[arg(long = "anchor", value_name = "COMPANY=POSITION:HASH", value_parser = company_anchor)]
    anchors: Vec<(CompanyId, Anchor)>,
    /// The live database: the backup must be an earlier state of it
    #[arg(long, value_name = "URL")]
    against: Option<String>,
}

/// What was found.
#[derive(Debug, Serialize)]
pub(super) struct BackupFound {
    /// The folder, or the restored server.
    backup: String,
    /// Whether it would bring everything back.
    verified: bool,
    /// Whether every file is as its list of checksums has it; none where there is no such list.
    #[serde(skip_serializing_if = "Option::is_none")]
    files_verified: Option<bool>,
    /// Until everything was restored and compared.
    seconds: f64,
    companies: Vec<CompanyFound>,
    /// What only the master key opens was not: hashes cover it as it is sealed.
    personal_data: PersonalData,
    /// Companies that live in another database: what this backup holds of them is old, or nothing.
    elsewhere: Vec<Elsewhere>,
}

/// How personal data was looked at.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum PersonalData {
    /// Proven as it is sealed, not opened: that needs a key that a proof has no business with.
    Sealed,
}

/// A company that another backup has to bring back.
#[derive(Debug, Serialize)]
struct Elsewhere {
    company: CompanyId,
    /// The database that it lives in; none where this one does not know.
    #[serde(skip_serializing_if = "Option::is_none")]
    lives_at: Option<String>,
}

/// What was found in one database.
struct Found {
    companies: Vec<CompanyFound>,
    elsewhere: Vec<Elsewhere>,
}

fn company_anchor(text: &str) -> Result<(CompanyId, Anchor), String> {
    let form = "it is COMPANY=POSITION:HASH, such as main=53691:9f2c…";
    let (company, anchor) = text.split_once('=').ok_or(form)?;
    let company = company.parse().map_err(|error| format!("{error}; {form}"))?;
    Ok((company, parse_anchor(anchor)?))
}

/// Restores if asked to, and looks at every company.
pub(super) async fn run(session: &Session, args: &VerifyArgs) -> Result<BackupFound, Failure> {
    let began = Instant::now();
    let Some(backup) = &args.from else {
        let found = session
            .with_database(Need::Existing, async |database| {
                look_at_all(database, args, session.screen).await
            })
            .await?;
        let shown = match &session.place.place {
            Place::Folder(folder) => folder.display().to_string(),
            Place::Url(url) => without_password(url),
        };
        return Ok(BackupFound::of(shown, None, found, began));
    };
    let asked = EndRequests::listen();
    let scratch = Scratch(scratch_folder(
        &args.work.clone().unwrap_or_else(std::env::temp_dir),
    ));
    let files_verified = restore(backup, &scratch.0, session.screen).await?;
    let database = Database::open(&Place::Folder(scratch.0.clone()), Need::Existing, session.screen).await?;
    let found = tokio::select! {
        found = look_at_all(&database, args, session.screen) => found,
        () = asked.first() => Err(Failure::interrupted()),
    };
    let closed = database.close(session.screen).await;
    let found = found?;
    closed?;
    let shown = backup.display().to_string();
    Ok(BackupFound::of(
        shown,
        files_verified.then_some(true),
        found,
        began,
    ))
}

/// The folder of a copy; gone with this value.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.0.exists()
            && let Err(error) = std::fs::remove_dir_all(&self.0)
        {
            tracing::warn!(%error, folder = %self.0.display(), "the copy of the backup is left behind; remove it");
        }
    }
}

/// Compares the files with their checksums and copies them; answers whether there was a list of checksums.
async fn restore(backup: &Path, scratch: &Path, screen: Screen) -> Result<bool, Failure> {
    let (backup, scratch) = (backup.to_owned(), scratch.to_owned());
    screen.say(&format!("restoring {} aside", backup.display()));
    let restored = tokio::task::spawn_blocking(move || -> Result<bool, Failure> {
        let installation = Installation::find_for(&scratch, &|line| screen.say(line))?;
        let files_verified = verify_manifest(&installation, &backup)?;
        copy_backup(&backup, &scratch)?;
        Ok(files_verified)
    });
    restored.await.unwrap_or_else(|error| {
        Err(Failure::new(
            Exit::Failure,
            "INTERRUPTED",
            format!("restoring was interrupted: {error}"),
        ))
    })
}

async fn look_at_all(database: &Database, args: &VerifyArgs, screen: Screen) -> Result<Found, Failure> {
    // Not by way of the placements, which are copied with the rest and lead to what is live.
    let store = EventStore::connect(StoreConfig::new(database.url())).await?;
    let against = match &args.against {
        Some(url) => Some(EventStore::connect(StoreConfig::new(url)).await?),
        None => None,
    };
    let (here, elsewhere) = part_companies(&store, args).await?;
    let named = args
        .companies
        .iter()
        .chain(args.anchors.iter().map(|(company, _)| company));
    let is_known = |company: &&CompanyId| {
        here.contains(*company) || elsewhere.iter().any(|other| other.company == **company)
    };
    if let Some(absent) = named.into_iter().find(|company| !is_known(company)) {
        return Err(Failure::new(
            Exit::Unverified,
            "COMPANY_NOT_IN_BACKUP",
            format!("the backup holds no company {absent}"),
        )
        .next(
            "name the backup that should hold it; without --company all that a backup holds are verified",
        ));
    }
    if here.is_empty() && elsewhere.is_empty() {
        return Err(Failure::new(
            Exit::Unverified,
            "BACKUP_EMPTY",
            "the backup holds no company that would be verified",
        )
        .next("see that the database of the backup is the one that posars used"));
    }
    let mut companies = Vec::with_capacity(here.len());
    for company in here {
        let house = House::alone(&store, &company).await?;
        let anchor = args.anchors.iter().find(|(of, _)| *of == company);
        let anchor = anchor.map(|(_, anchor)| *anchor);
        companies.push(look(&house, anchor, against.as_ref(), screen).await?);
    }
    Ok(Found { companies, elsewhere })
}

/// The companies that are to be verified: those that live in this database, and those that live in another.
async fn part_companies(
    store: &EventStore,
    args: &VerifyArgs,
) -> Result<(Vec<CompanyId>, Vec<Elsewhere>), Failure> {
    let placements = store.placements().await?;
    let mut all = with_a_log(store).await?;
    all.extend(
        placements
            .iter()
            .filter_map(|placement| placement.log.as_str().parse::<CompanyId>().ok()),
    );
    let is_wanted = |company: &CompanyId| {
        !args.except.contains(company) && (args.companies.is_empty() || args.companies.contains(company))
    };
    let (mut here, mut elsewhere) = (Vec::new(), Vec::new());
    for company in all.into_iter().filter(is_wanted) {
        let placement = placements
            .iter()
            .find(|placement| placement.log.as_str() == company.as_str());
        let lives_at = placement.and_then(|placement| placement.address.as_deref());
        if placement.is_some_and(|placement| placement.address.is_none())
            || (placement.is_none() && lives_in(store, &company).await?)
        {
            here.push(company);
        } else {
            elsewhere.push(Elsewhere {
                company,
                lives_at: lives_at.map(without_password),
            });
        }
    }
    Ok((here, elsewhere))
}

impl BackupFound {
    fn of(backup: String, files_verified: Option<bool>, found: Found, began: Instant) -> Self {
        let Found { companies, elsewhere } = found;
        Self {
            backup,
            verified: elsewhere.is_empty() && companies.iter().all(CompanyFound::is_sound),
            files_verified,
            seconds: began.elapsed().as_secs_f64(),
            companies,
            personal_data: PersonalData::Sealed,
            elsewhere,
        }
    }
}

impl Outcome for BackupFound {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        for found in &self.companies {
            let CompanyFound {
                company,
                events,
                anchor,
                ..
            } = found;
            match &found.fault {
                None => writeln!(out, "{company}: {events} events, proven; head {anchor}")?,
                Some(fault) => writeln!(out, "{company}: THE LOG IS NOT WHAT IT WAS: {fault}")?,
            }
            if let Some(at) = found.last_event_at {
                writeln!(
                    out,
                    "  the last event is of {at:.0}; what came later is not in the backup"
                )?;
            }
            let of_state = |state| found.read_models.iter().filter(move |model| model.state == state);
            writeln!(
                out,
                "  {} read models hold what the log says",
                of_state(ReadModelState::Equal).count()
            )?;
            for model in of_state(ReadModelState::Different) {
                writeln!(
                    out,
                    "  {} IS DIFFERENT from a fold of the log up to position {}",
                    model.name, model.position
                )?;
            }
            let other =
                of_state(ReadModelState::OtherVersion).count() + of_state(ReadModelState::Empty).count();
            if other > 0 {
                writeln!(out, "  {other} are made anew by a server at its start")?;
            }
            if let Some(live) = &found.live {
                match &live.problem {
                    None => writeln!(
                        out,
                        "  an earlier state of the live log, {} events ago",
                        live.events_since
                    )?,
                    Some(problem) => writeln!(out, "  NO EARLIER STATE OF THE LIVE LOG: {problem}")?,
                }
            }
        }
        for Elsewhere { company, lives_at } in &self.elsewhere {
            let place = lives_at.as_deref().unwrap_or("another database");
            writeln!(
                out,
                "{company}: lives in {place}; verify the backup of that, and leave the company out here with --except {company}"
            )?;
        }
        if self.verified {
            writeln!(
                out,
                "The backup {} brings everything back ({:.1} s).\n  Personal data was proven as it is sealed and not opened; \
                 `posars keys status` on it says whether your master key is the right one.",
                self.backup, self.seconds
            )
        } else {
            writeln!(out, "THE BACKUP {} DOES NOT BRING EVERYTHING BACK.", self.backup)?;
            writeln!(
                out,
                "Next: keep it, take another at once and verify that; `posars audit verify` proves the live log."
            )
        }
    }

    fn exit(&self) -> Exit {
        if self.verified {
            Exit::Success
        } else {
            Exit::Unverified
        }
    }
}
