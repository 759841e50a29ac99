//! `posars import`: a spreadsheet, row by row into the log.

mod options;
mod phases;
mod result;

use std::path::Path;

use jiff::Timestamp;
use posars_commands::Actor;
use posars_xls_importer::{
    FileRefusal, Header, ImportOutcome, ImportSettings, Importer, Language, MappingChoice, ParserCommand,
    ReadOptions, Workbook, find_header, write_refused_workbook,
};

use crate::allocator::NO_ARENAS;
use crate::database::{Database, Need};
use crate::failure::{Exit, Failure};
use crate::house::{COMPANY_NAME, House};
use crate::own_file::OwnFile;
use crate::progress;
use crate::session::Session;
use crate::whole_file::WholeFile;
pub(crate) use options::ImportArgs;
use phases::{Clock, Phases, Spent};
use result::{Followed, Imported};

/// Reads the workbook, records its rows, and lets stock and read models follow.
pub(crate) async fn run(args: ImportArgs, session: &Session) -> Result<Imported, Failure> {
    // Before the database: a file that cannot be read should not start a server first, nor one that cannot be written
    // end an import that is done.
    if let Some(file) = refused_file(&args) {
        file.check()?;
    }
    let mut clock = Clock::start();
    let read = Sheet::read(&args).await?;
    let reading = clock.lap();
    session
        .with_database(Need::Writable, async |database| {
            import(&args, session, database, (&read, reading)).await
        })
        .await
}

/// Where the refused rows go; a dry run replaces not even an older file of ours.
fn refused_file(args: &ImportArgs) -> Option<WholeFile<'_>> {
    Some(WholeFile {
        path: args.refused.as_deref()?,
        kind: OwnFile::RefusedRows,
        must_be_new: args.dry_run,
        input: Some(&args.file),
    })
}

/// The word of the importer for the field that names the store.
const STORE: &str = "store";

/// The workbook with its titles understood.
struct Sheet {
    workbook: Workbook,
    header: Header,
}

impl Sheet {
    async fn read(args: &ImportArgs) -> Result<Self, Failure> {
        let language = args.language.into();
        let (path, name) = (args.file.clone(), args.sheet.clone());
        let read = tokio::task::spawn_blocking(move || {
            let (variable, value) = NO_ARENAS;
            let parser = ParserCommand::this_binary().with_variable(variable, value);
            Workbook::read(&path, name.as_deref(), &parser)
        });
        let workbook = read
            .await
            .map_err(|error| {
                Failure::new(
                    Exit::Failure,
                    "INTERRUPTED",
                    format!("reading was interrupted: {error}"),
                )
            })?
            .map_err(|refusal| refused(&args.file, &refusal, language))?;
        let choice = MappingChoice {
            kind: args.kind,
            columns: args.columns.clone(),
        };
        let header = find_header(&workbook.sheet, &choice)
            .map_err(|refusal| refused(&args.file, &refusal, language))?;
        Ok(Self { workbook, header })
    }
}

async fn import(
    args: &ImportArgs,
    session: &Session,
    database: &Database,
    (sheet, reading): (&Sheet, Spent),
) -> Result<Imported, Failure> {
    let language: Language = args.language.into();
    let house = House::open(database, &args.company.id).await?;
    if !args.dry_run {
        house.define_company(COMPANY_NAME).await?;
    }
    let mut clock = Clock::start();
    let bar = progress::bar(session.screen, "importing", 0);
    let outcome = Importer::new(house.commands.clone())
        .import(&sheet.workbook, &sheet.header, &settings(args), |reached| {
            bar.set_length(u64::from(reached.rows));
            bar.set_position(u64::from(reached.rows_done));
        })
        .await;
    bar.finish_and_clear();
    let outcome = outcome.map_err(|refusal| refused(&args.file, &refusal, language))?;
    let recording = clock.lap();
    let followed = if args.dry_run {
        None
    } else {
        // What was imported is in the log whatever comes of this, so its failure must not hide the outcome.
        Some(Followed::from(house.catch_up(session.screen).await))
    };
    let following = followed.as_ref().map(|_| clock.lap());
    let refused_workbook = refused_file(args)
        .filter(|_| outcome.refusals.count() > 0)
        .map(|file| write_refused(&file, sheet, &outcome, language));
    Ok(Imported {
        company: house.company_id,
        outcome,
        language,
        allow_unrecorded: args.allow_unrecorded,
        refused_workbook,
        followed,
        phases: Phases {
            reading,
            recording,
            following,
        },
    })
}

/// Writes the refused rows; a failure must not hide what is in the log already. It may keep this thread: all else is
/// done.
fn write_refused(
    file: &WholeFile<'_>,
    sheet: &Sheet,
    outcome: &ImportOutcome,
    language: Language,
) -> Result<String, Failure> {
    let (rows, header) = (&sheet.workbook.sheet, &sheet.header);
    file.write(|out| {
        write_refused_workbook(out, rows, header, &outcome.refusals, language)
            .map_err(|error| Failure::new(Exit::Failure, "REFUSED_WORKBOOK_NOT_WRITTEN", error))
    })?;
    Ok(file.path.display().to_string())
}

fn settings(args: &ImportArgs) -> ImportSettings {
    let received_at = Timestamp::now();
    ImportSettings {
        read: ReadOptions {
            today: received_at.to_zoned(args.time_zone.time_zone().clone()).date(),
            currency: args.currency,
            store: args.store.clone(),
            time_zone: args.time_zone.clone(),
        },
        define_missing: args.define_missing,
        dry_run: args.dry_run,
        actor: Actor {
            subject: "local".into(),
            client: Some("posars import".into()),
        },
        received_at,
    }
}

/// A file that is refused whole; its code is the importer's.
fn refused(file: &Path, refusal: &FileRefusal, language: Language) -> Failure {
    let exit = match refusal {
        FileRefusal::ParserUnavailable { .. } => Exit::Unavailable,
        FileRefusal::NoSuchSheet { .. }
        | FileRefusal::NeedsMapping { .. }
        | FileRefusal::UnclearColumns { .. }
        | FileRefusal::CountWithoutCost { .. } => Exit::Usage,
        FileRefusal::Unreadable { .. }
        | FileRefusal::Encrypted
        | FileRefusal::UnknownCodePage { .. }
        | FileRefusal::XlsTooWide { .. }
        | FileRefusal::UnsupportedFormat { .. }
        | FileRefusal::Corrupt { .. }
        | FileRefusal::XmlDtdForbidden { .. }
        | FileRefusal::TooLarge { .. }
        | FileRefusal::TooManyRows { .. }
        | FileRefusal::TooManyCells { .. }
        | FileRefusal::ParserDied { .. }
        | FileRefusal::NoHeader { .. }
        | FileRefusal::NotKnownKind { .. } => Exit::Failure,
    };
    let failure = match refusal.parts(language) {
        (what, Some(next)) => Failure::new(exit, refusal.code(), what).next(next),
        (what, None) => Failure::new(exit, refusal.code(), what),
    };
    let failure = match (refusal, failure.next.clone()) {
        (FileRefusal::NeedsMapping { missing, .. }, Some(next))
            if missing.iter().any(|field| field == STORE) =>
        {
            failure.next(format!(
                "{next} {}",
                language.pick(
                    "ou, se for tudo de uma loja, --store LOJA",
                    "or, if all is of one store, --store STORE"
                )
            ))
        }
        _ => failure,
    };
    Failure {
        message: format!("{}: {}", file.display(), failure.message),
        ..failure
    }
}
