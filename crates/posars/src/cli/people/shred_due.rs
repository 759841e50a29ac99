//! `posars people shred-due`: erases what is no longer to be kept.

use std::io::{self, Write};

use clap::Args;
use posars_domain::{RetentionClass, SubjectId};
use serde::Serialize;

use super::{by_command, privacy};
use crate::companies::CompanyArgs;
use crate::database::Need;
use crate::failure::Failure;
use crate::house::House;
use crate::screen::{Outcome, table};
use crate::session::{RunArgs, Session};

/// Options of `posars people shred-due`.
#[derive(Debug, Args)]
pub(crate) struct ShredDueArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    company: CompanyArgs,
    /// Only say what would be erased
    #[arg(long)]
    dry_run: bool,
}

/// What was erased.
#[derive(Debug, Serialize)]
pub(super) struct ShredDue {
    dry_run: bool,
    people: Vec<Person>,
    /// Keys that were still there of people erased before, by a process that had died.
    leftovers: u64,
}

#[derive(Debug, Serialize)]
struct Person {
    subject_id: SubjectId,
    erased: Vec<RetentionClass>,
}

/// Erases it, some people after the others.
pub(super) async fn run(session: &Session, args: &ShredDueArgs) -> Result<ShredDue, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database, &args.company.id).await?;
            let mut privacy = privacy(&house, session).await?;
            if args.dry_run {
                privacy = privacy.validate_only();
            }
            let mut outcome = ShredDue {
                dry_run: args.dry_run,
                people: Vec::new(),
                leftovers: 0,
            };
            loop {
                let envelope = by_command("posars people shred-due");
                let shredding = privacy.shred_due(&envelope).await?;
                outcome.leftovers += shredding.leftovers;
                outcome
                    .people
                    .extend(shredding.people.into_iter().map(|person| Person {
                        subject_id: person.subject_id,
                        erased: person.classes,
                    }));
                // A dry run finds the same people again.
                if !shredding.more || args.dry_run {
                    return Ok(outcome);
                }
                // What was written since is of people who are done.
                house.catch_up_read_models(session.screen).await?;
            }
        })
        .await
}

impl Outcome for ShredDue {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.leftovers > 0 {
            writeln!(
                out,
                "{} keys of people erased before were still there and are destroyed.",
                self.leftovers
            )?;
        }
        if self.people.is_empty() {
            return writeln!(out, "Nothing is due.");
        }
        let rows = self.people.iter().map(|person| {
            let classes: Vec<&str> = person.erased.iter().map(|class| class.as_str()).collect();
            [person.subject_id.to_string(), classes.join(", ")]
        });
        let title = if self.dry_run { "would be erased" } else { "erased" };
        writeln!(out, "{}", table(["person", title], rows))
    }
}
