//! `posars people find` and `posars people show`: who is known, and what is held of them.

use std::io::{self, Read as _, Write};

use clap::Args;
use posars_domain::person::PersonRejection;
use posars_domain::{SubjectId, TaxId};
use posars_privacy::KnownPerson;
use serde::Serialize;

use super::privacy;
use super::shown::write_people;
use crate::companies::CompanyArgs;
use crate::database::Need;
use crate::failure::{Exit, Failure};
use crate::house::House;
use crate::screen::Outcome;
use crate::session::{RunArgs, Session};

/// Stands for standard input.
const STDIN: &str = "-";
/// More is no tax number.
const TYPED_BYTES_MAX: u64 = 1_024;

/// Options of `posars people find`.
#[derive(Debug, Args)]
pub(crate) struct FindArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    company: CompanyArgs,
    /// CPF or CNPJ, with or without punctuation; - reads it from standard input
    #[arg(value_name = "TAX_ID")]
    tax_id: String,
}

/// Options of `posars people show`.
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    company: CompanyArgs,
    /// The person, as `posars people find` names them
    #[arg(value_name = "PERSON")]
    person: SubjectId,
}

/// Those who are known.
#[derive(Debug, Serialize)]
pub(super) struct People {
    people: Vec<KnownPerson>,
}

/// Finds people by a tax number, which goes into no log and no output.
pub(super) async fn find(session: &Session, args: &FindArgs) -> Result<People, Failure> {
    let tax_id: TaxId = number(&args.tax_id)?.parse()?;
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database, &args.company.id).await?;
            let people = privacy(&house, session).await?.find(&tax_id).await?;
            Ok(People { people })
        })
        .await
}

/// Tells what is held of one person.
pub(super) async fn show(session: &Session, args: &ShowArgs) -> Result<People, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database, &args.company.id).await?;
            let person = privacy(&house, session).await?.known(&args.person).await?;
            let person = person.ok_or_else(|| {
                Failure::new(Exit::Failure, "PERSON_UNKNOWN", PersonRejection::PersonUnknown)
            })?;
            Ok(People { people: vec![person] })
        })
        .await
}

fn number(argument: &str) -> Result<String, Failure> {
    if argument != STDIN {
        return Ok(argument.to_owned());
    }
    let mut typed = String::new();
    let read = io::stdin()
        .lock()
        .take(TYPED_BYTES_MAX)
        .read_to_string(&mut typed);
    read.map_err(|error| Failure::new(Exit::Usage, "INPUT_UNREADABLE", error))?;
    Ok(typed.trim().to_owned())
}

impl Outcome for People {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.people.is_empty() {
            return writeln!(out, "Nobody is known by this number.");
        }
        write_people(out, self.people.iter())
    }
}
