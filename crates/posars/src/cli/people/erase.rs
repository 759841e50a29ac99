//! `posars people erase`: erases a person who asks for it.

use std::io::{self, Write};

use clap::Args;
use posars_domain::{RetentionClass, SubjectId};
use posars_privacy::KnownPerson;
use serde::Serialize;

use super::shown::write_people;
use super::{by_command, privacy};
use crate::companies::CompanyArgs;
use crate::database::Need;
use crate::failure::Failure;
use crate::house::House;
use crate::screen::Outcome;
use crate::session::{RunArgs, Session};

/// Options of `posars people erase`.
#[derive(Debug, Args)]
pub(crate) struct EraseArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    company: CompanyArgs,
    /// The person, as `posars people find` names them
    #[arg(value_name = "PERSON")]
    person: SubjectId,
    /// Reference of the request in your own books; it stays in the log, so no name and no tax number
    #[arg(long, value_name = "TEXT")]
    request_ref: Option<String>,
    /// Only say what would be erased
    #[arg(long)]
    dry_run: bool,
}

/// What was erased, and what is kept for now.
#[derive(Debug, Serialize)]
pub(super) struct Erased {
    dry_run: bool,
    erased: Vec<RetentionClass>,
    person: KnownPerson,
}

/// Erases a person.
pub(super) async fn run(session: &Session, args: &EraseArgs) -> Result<Erased, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database, &args.company.id).await?;
            let mut privacy = privacy(&house, session).await?;
            if args.dry_run {
                privacy = privacy.validate_only();
            }
            let envelope = by_command("posars people erase");
            let erased = privacy
                .erase(&args.person, args.request_ref.clone(), &envelope)
                .await?;
            Ok(Erased {
                dry_run: args.dry_run,
                erased: erased.classes(),
                person: erased.person,
            })
        })
        .await
}

impl Outcome for Erased {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let classes: Vec<&str> = self.erased.iter().map(|class| class.as_str()).collect();
        match (classes.is_empty(), self.dry_run) {
            (true, _) => writeln!(out, "Nothing may be erased now; the rest has its date.")?,
            (false, true) => writeln!(out, "Would be erased: {}.", classes.join(", "))?,
            (false, false) => writeln!(out, "Erased for ever: {}.", classes.join(", "))?,
        }
        write_people(out, std::iter::once(&self.person))
    }
}
