//! `posars import`: a spreadsheet, row by row into the log.

mod options;
mod outcome;
mod source;

use std::path::Path;

use clap::ArgMatches;
use posars_aws::{ObjectAddress, Objects};
use posars_xls_importer::{ImportProgress, MappingChoice, Workbook};

use crate::aws_clients::aws_clients;
use crate::companies::CompanyArgs;
use crate::database::{Database, Need};
use crate::failure::{Exit, Failure};
use crate::house::{COMPANY_NAME, House};
use crate::importing::{
    Clock, CompanyOfPlace, Done, Followed, How, Imported, Label as _, NotImported, Original as _, Phases,
    Sheet, company_of, import_dropped,
};
use crate::intake::{DroppedObject, results_of};
use crate::own_file::OwnFile;
use crate::progress;
use crate::session::Session;
use crate::settings::{Origin, origin_of};
use crate::whole_file::WholeFile;
pub(crate) use options::ImportArgs;
use outcome::ImportOutcome;
use source::Source;

/// Reads the workbook, records its rows, and lets stock and read models follow.
pub(crate) async fn run(
    args: ImportArgs,
    matches: &ArgMatches,
    session: &Session,
) -> Result<ImportOutcome, Failure> {
    let args = ImportArgs {
        company: company(&args, origin_of(matches, "company"))?,
        ..args
    };
    // Before the database: a file that cannot be read should not start a server first, nor one that cannot be written
    // end an import that is done.
    if let Some(file) = refused_file(&args) {
        file.check()?;
    }
    let how = how(&args);
    let mut clock = Clock::start();
    let object = match &args.source {
        Source::Object(object) if !args.dry_run => return run_object(&args, session, &how, object).await,
        Source::Object(object) => Some(dropped(object, &how).await?),
        Source::File(_) => None,
    };
    let sheet = match (&object, &args.source) {
        (Some(object), _) => {
            let file = object.spool().await.map_err(NotImported::failure)?;
            let open = |name: Option<&str>, parser: &_| Workbook::read_open(file, name, parser);
            Sheet::read(&object.label(), &how, open).await?
        }
        (None, source) => {
            let path = source.file().cloned().unwrap_or_default();
            let open = move |name: Option<&str>, parser: &_| Workbook::read(&path, name, parser);
            Sheet::read(&args.source.to_string(), &how, open).await?
        }
    };
    let reading = clock.lap();
    let phases = Phases {
        reading,
        recording: reading,
        following: None,
    };
    let imported = session
        .with_database(Need::Writable, async |database| {
            import((&args, &how), session, database, &sheet, phases).await
        })
        .await?;
    Ok(ImportOutcome::Now(Box::new(imported)))
}

/// The company of the import: that of the object's folder, as the role that imports takes it, else that of the settings.
fn company(args: &ImportArgs, origin: Option<Origin>) -> Result<CompanyArgs, Failure> {
    let Source::Object(object) = &args.source else {
        return Ok(args.company.clone());
    };
    match company_of(&object.key) {
        CompanyOfPlace::Unsaid => Ok(args.company.clone()),
        CompanyOfPlace::Wrong(error) => Err(error.into()),
        CompanyOfPlace::Said(id) if origin == Some(Origin::Flag) && id != args.company.id => {
            let asked = &args.company.id;
            Err(Failure::new(
                Exit::Usage,
                "COMPANY_CONTRADICTED",
                format!("{object} lies in the folder of company {id}, and --company says {asked}"),
            )
            .next("leave out --company, or put the object into the folder of the other company"))
        }
        CompanyOfPlace::Said(id) => Ok(CompanyArgs { id }),
    }
}

/// Imports an object of S3, with its results beside it.
async fn run_object(
    args: &ImportArgs,
    session: &Session,
    how: &How,
    object: &ObjectAddress,
) -> Result<ImportOutcome, Failure> {
    let original = dropped(object, how).await?;
    // Before the database, as for a file: also a version that somebody left out is found out here.
    original.identity().await.map_err(NotImported::failure)?;
    let results = results_of(&object.bucket).await?;
    session
        .with_database(Need::Writable, async |database| {
            let house = House::open(database, &args.company.id).await?;
            house.define_company(COMPANY_NAME).await?;
            let done = import_dropped(&original, &house, how, &results).await;
            match done.map_err(NotImported::failure)? {
                Done::Now(mut imported) => {
                    let mut clock = Clock::start();
                    imported.followed = Some(Followed::from(house.catch_up(session.screen).await));
                    imported.phases.following = Some(clock.lap());
                    Ok(ImportOutcome::Now(imported))
                }
                Done::Before(result) => Ok(ImportOutcome::Before {
                    result,
                    place: results.place.clone(),
                }),
            }
        })
        .await
}

async fn dropped(object: &ObjectAddress, how: &How) -> Result<DroppedObject, Failure> {
    let objects = Objects::new(aws_clients().await?.s3());
    Ok(DroppedObject::new(objects, object.clone(), None, how.language))
}

fn how(args: &ImportArgs) -> How {
    How {
        sheet: args.sheet.clone(),
        choice: MappingChoice {
            kind: args.kind,
            columns: args.columns.clone(),
        },
        store: args.store.clone(),
        currency: args.currency,
        time_zone: args.time_zone.clone(),
        define_missing: args.define_missing,
        dry_run: args.dry_run,
        allow_unrecorded: args.allow_unrecorded,
        language: args.language.into(),
        client: "posars import",
    }
}

/// Where the refused rows go; a dry run replaces not even an older file of ours.
fn refused_file(args: &ImportArgs) -> Option<WholeFile<'_>> {
    Some(WholeFile {
        path: args.refused.as_deref()?,
        kind: OwnFile::RefusedRows,
        must_be_new: args.dry_run,
        input: args.source.file().map(Path::new),
    })
}

async fn import(
    (args, how): (&ImportArgs, &How),
    session: &Session,
    database: &Database,
    sheet: &Sheet,
    phases: Phases,
) -> Result<Imported, Failure> {
    let house = House::open(database, &args.company.id).await?;
    if !args.dry_run {
        house.define_company(COMPANY_NAME).await?;
    }
    let mut clock = Clock::start();
    let bar = progress::bar(session.screen, "importing", 0);
    let show = |reached: ImportProgress| {
        bar.set_length(u64::from(reached.rows));
        bar.set_position(u64::from(reached.rows_done));
    };
    let outcome = sheet.record(&args.source.to_string(), how, &house, show).await;
    bar.finish_and_clear();
    let outcome = outcome?;
    let recording = clock.lap();
    let followed = if args.dry_run {
        None
    } else {
        // What was imported is in the log whatever comes of this, so its failure must not hide the outcome.
        Some(Followed::from(house.catch_up(session.screen).await))
    };
    let following = followed.as_ref().map(|_| clock.lap());
    // A failure must not hide what is in the log already. It may keep this thread: all else is done.
    let write = |file: WholeFile<'_>| {
        file.write(|out| sheet.write_refused(&outcome, how.language, out))?;
        Ok(file.path.display().to_string())
    };
    let refused_workbook = refused_file(args)
        .filter(|_| outcome.refusals.count() > 0)
        .map(write);
    Ok(Imported {
        company: house.company_id,
        outcome,
        language: how.language,
        allow_unrecorded: how.allow_unrecorded,
        refused_workbook,
        followed,
        phases: Phases {
            recording,
            following,
            ..phases
        },
    })
}
