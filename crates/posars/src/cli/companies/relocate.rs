//! `posars companies move`: to another database, while the company is served.

use std::io::{self, Write};
use std::time::Instant;

use clap::Args;
use posars_database_address::Address;
use posars_domain::CompanyId;
use serde::Serialize;

use crate::companies::option_of;
use crate::database::{Database, Need};
use crate::databases;
use crate::failure::{Exit, Failure};
use crate::moving::{self, Moving};
use crate::screen::Outcome;
use crate::session::{RunArgs, Session};

/// Options of `posars companies move`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  posars companies move acme --to 'postgres://posars@db2/posars?passfile=/etc/posars/db2' --dry-run\n  posars companies move acme --abort"
)]
pub(crate) struct MoveArgs {
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// The company; `posars companies list` shows those there are
    #[arg(value_name = "COMPANY")]
    company: CompanyId,
    /// The database to move it to, without a password; that of the first database moves it back
    #[arg(long, value_name = "URL", required_unless_present = "abort")]
    to: Option<String>,
    /// Only say what would be moved, and whether it can be
    #[arg(long, conflicts_with = "abort")]
    dry_run: bool,
    /// Give up a move that did not come to its end: the company goes on where it is
    #[arg(long, conflicts_with = "to")]
    abort: bool,
    /// After a restore: the company had moved there by then and went on; put that down again
    #[arg(long, requires = "to", conflicts_with_all = ["abort", "dry_run"])]
    rejoin: bool,
}

/// What became of it.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    /// It has moved.
    Moved,
    /// It would move.
    Planned,
    /// It lived there already; what an earlier run left to do is done.
    AlreadyThere,
    /// It stays where it is.
    Aborted,
    /// It lives there again for this database.
    Rejoined,
}

/// A company's move.
#[derive(Debug, Serialize)]
pub(crate) struct Told {
    company: CompanyId,
    step: Step,
    from: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    /// Of its log.
    #[serde(skip_serializing_if = "Option::is_none")]
    events: Option<u64>,
    /// About, of its events alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
    /// Migrations that the other database lacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    migrations: Option<usize>,
    /// How long commands waited.
    #[serde(skip_serializing_if = "Option::is_none")]
    frozen_ms: Option<u64>,
    /// How long all of it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    took_ms: Option<u64>,
}

/// Moves a company, or says what that would be, or gives it up.
pub(super) async fn run(session: &Session, args: &MoveArgs) -> Result<Told, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let Some(to) = args.to.as_deref().filter(|_| !args.abort) else {
                return Ok(Told {
                    from: moving::abort(database, &args.company).await?,
                    ..Told::of(&args.company, Step::Aborted)
                });
            };
            check_address(to)?;
            if args.rejoin {
                let way = moving::rejoin(database, &args.company, to).await?;
                return Ok(Told::on(&way, &args.company, Step::Rejoined));
            }
            if args.dry_run {
                return plan(database, &args.company, to).await;
            }
            posars_schema::migrate(to).await?;
            go(session, database, &args.company, to).await
        })
        .await
}

async fn go(session: &Session, database: &Database, company: &CompanyId, to: &str) -> Result<Told, Failure> {
    let began = Instant::now();
    let mut way = moving::prepared(database, company, to).await?;
    // Of an earlier run that was killed behind the placement, here or on the way to where it is now.
    if moving::finish(way.databases(), company).await? {
        way = moving::prepared(database, company, to).await?;
    }
    if way.is_there().await? {
        return Ok(Told {
            from: way.old_place(),
            to: Some(way.to_place()),
            ..Told::of(company, Step::AlreadyThere)
        });
    }
    let moved = way.go(database, session.screen).await?;
    Ok(Told {
        events: Some(moved.events.get()),
        frozen_ms: Some(milliseconds(moved.frozen)),
        took_ms: Some(milliseconds(began.elapsed())),
        ..Told::on(&way, company, Step::Moved)
    })
}

/// What a move would be. The other database is looked at and not migrated.
async fn plan(database: &Database, company: &CompanyId, to: &str) -> Result<Told, Failure> {
    let pending = posars_schema::pending(to).await?.len();
    if pending > 0 {
        let size = moving::log_at_home(database, company).await?.size().await?;
        return Ok(Told {
            from: moving::home(database, company).await?,
            to: Some(databases::place(Some(to))),
            events: Some(size.events),
            bytes: Some(size.bytes),
            migrations: Some(pending),
            ..Told::of(company, Step::Planned)
        });
    }
    let way = moving::prepared(database, company, to).await?;
    if way.is_there().await? {
        return Ok(Told::on(&way, company, Step::AlreadyThere));
    }
    way.may_arrive().await?;
    let size = way.log().await?.size().await?;
    Ok(Told {
        events: Some(size.events),
        bytes: Some(size.bytes),
        migrations: Some(0),
        ..Told::on(&way, company, Step::Planned)
    })
}

impl Told {
    fn of(company: &CompanyId, step: Step) -> Self {
        Self {
            company: company.clone(),
            step,
            from: String::new(),
            to: None,
            events: None,
            bytes: None,
            migrations: None,
            frozen_ms: None,
            took_ms: None,
        }
    }

    fn on(way: &Moving, company: &CompanyId, step: Step) -> Self {
        Self {
            from: way.old_place(),
            to: Some(way.to_place()),
            ..Self::of(company, step)
        }
    }
}

/// Refuses an address that would put a password into the table of placements.
///
/// # Errors
/// `DATABASE_URL_INVALID`, `ADDRESS_HOLDS_PASSWORD`.
fn check_address(to: &str) -> Result<(), Failure> {
    let address =
        Address::parse(to).map_err(|error| Failure::new(Exit::Usage, "DATABASE_URL_INVALID", error))?;
    if address.holds_password() {
        return Err(Failure::new(
            Exit::Usage,
            "ADDRESS_HOLDS_PASSWORD",
            "the address of --to holds a password, and it is kept in a table that many can read",
        )
        .next(
            "put the password into a file that every process of posars can read at the same path, and write \
             postgres://USER@HOST/DATABASE?passfile=/PATH",
        ));
    }
    Ok(())
}

fn milliseconds(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl Outcome for Told {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { company, from, .. } = self;
        let to = self.to.as_deref().unwrap_or_default();
        let events = self.events.unwrap_or_default();
        match self.step {
            Step::Moved => {
                writeln!(
                    out,
                    "Company {company} lives in {to} now, with {events} events; commands waited {} ms of {} ms.",
                    self.frozen_ms.unwrap_or_default(),
                    self.took_ms.unwrap_or_default()
                )?;
                writeln!(
                    out,
                    "Its log stays readable in {from}, without the keys of its people."
                )?;
                writeln!(out, "Next: posars audit verify{}", option_of(company.as_str()))
            }
            Step::Planned => {
                writeln!(
                    out,
                    "Company {company} would go from {from} to {to}: {events} events, about {} MB.",
                    self.bytes.unwrap_or_default() / 1_000_000
                )?;
                writeln!(
                    out,
                    "The other database lacks {} migrations. Next: the same without --dry-run",
                    self.migrations.unwrap_or_default()
                )
            }
            Step::AlreadyThere => writeln!(
                out,
                "Company {company} lives in {to} already; nothing is left to do."
            ),
            Step::Rejoined => {
                writeln!(
                    out,
                    "Company {company} lives in {to} again; its log in {from} is the beginning of that, and closed."
                )?;
                writeln!(out, "Next: posars audit verify{}", option_of(company.as_str()))
            }
            Step::Aborted => writeln!(
                out,
                "Company {company} goes on in {from}; what was copied is kept for another try."
            ),
        }
    }
}
