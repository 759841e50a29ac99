//! A file that somebody dropped: imported once, with its results beside it.
//!
//! Whatever happens twice, or is killed on the way, ends the same: the rows are known by what they say, and the results are
//! put once. A version whose result is there is not looked at again; another version is an import of its own.

use std::fs::File;
use std::future::Future;
use std::io::{BufWriter, Write as _};
use std::sync::Arc;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, TryStreamExt as _};
use posars_files::{FileError, FileName, FileStore, FileType, FolderName, Source};
use posars_xls_importer::{ImportOutcome, ImportState, Workbook};
use serde_json::{Value, json};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::beats::{Reached, beat};
use super::place::results_folder;
use super::result::Imported;
use super::{Clock, How, Phases, Sheet};
use crate::failure::{Exit, Failure};
use crate::house::House;
use crate::own_file::OwnFile;
use crate::screen::Outcome as _;

/// What people and the log call a drop.
pub(crate) trait Label: Send + Sync {
    /// Where it was dropped.
    fn label(&self) -> String;
}

/// A file as it was dropped.
pub(crate) trait Original: Label {
    /// Where it was dropped, and what no other version of it has.
    ///
    /// # Errors
    /// As [`Original::spool`].
    fn identity(&self) -> impl Future<Output = Result<(String, String), NotImported>> + Send;

    /// All of it, as an open file without a name.
    ///
    /// # Errors
    /// [`NotImported::Gone`] when it is not there or was changed, [`NotImported::Refused`] when it is too large,
    /// [`NotImported::Failed`] when it cannot be had now.
    fn spool(&self) -> impl Future<Output = Result<File, NotImported>> + Send;
}

/// Why nothing came of a dropped file.
#[derive(Debug)]
pub(crate) enum NotImported {
    /// Nobody can import it as it is.
    Refused(Failure),
    /// It is not there any more as it was dropped: nothing can be said of what was in it.
    Gone(Failure),
    /// It may work later.
    Failed(Failure),
}

impl NotImported {
    /// The failure, whatever is to be done about it.
    pub(crate) fn failure(self) -> Failure {
        match self {
            Self::Refused(failure) | Self::Gone(failure) | Self::Failed(failure) => failure,
        }
    }

    /// That of reading or recording a sheet.
    fn of_sheet(failure: Failure) -> Self {
        if failure.exit == Exit::Unavailable {
            Self::Failed(failure)
        } else {
            Self::Refused(failure)
        }
    }
}

impl From<FileError> for NotImported {
    fn from(error: FileError) -> Self {
        Self::Failed(error.into())
    }
}

/// What came of a dropped file.
pub(crate) enum Done {
    /// It was imported now.
    Now(Box<Imported>),
    /// It was imported, or refused, before: the result that was put then.
    Before(Value),
}

impl Done {
    /// Why it was refused whole before; none when it was not.
    pub(crate) fn refused_before(&self) -> Option<Failure> {
        let Self::Before(result) = self else { return None };
        let error = result.get("error")?;
        let text = |name: &str| error.get(name).and_then(Value::as_str).map(str::to_owned);
        let exit = result["exit"].as_u64().and_then(|exit| u8::try_from(exit).ok());
        let exit = Exit::of_number(exit.unwrap_or(1));
        let failure = Failure::new(exit, text("code")?, text("message").unwrap_or_default());
        Some(match text("next") {
            Some(next) => failure.next(next),
            None => failure,
        })
    }
}

/// Where results go.
#[derive(Clone, Debug)]
pub(crate) struct Results {
    /// The store.
    pub(crate) store: Arc<dyn FileStore>,
    /// Where that is, for people: what stands before the names of its files.
    pub(crate) place: String,
}

/// The files that one import leaves.
struct Names {
    result: FileName,
    refused: FileName,
    progress: FileName,
}

impl Names {
    fn of(place: &str, version: &str, house: &House, how: &How) -> Result<Self, NotImported> {
        let made = || {
            let folder: FolderName = results_folder(place, version, &house.company_id, &how.manner())?;
            Ok(Self {
                result: folder.file("result", FileType::Json)?,
                refused: folder.file("refused", FileType::Xlsx)?,
                progress: folder.file("progress", FileType::Json)?,
            })
        };
        made().map_err(|error: posars_files::InvalidFileName| {
            NotImported::Failed(Failure::new(Exit::Failure, "FILE_NAME_INVALID", error))
        })
    }
}

/// Imports a dropped file, unless its result is there already.
///
/// # Errors
/// See [`NotImported`]. A refusal is told in the result as well.
pub(crate) fn import_dropped<'a>(
    original: &'a impl Original,
    house: &'a House,
    how: &'a How,
    results: &'a Results,
) -> BoxFuture<'a, Result<Done, NotImported>> {
    // Boxed: the compiler does not see through this many borrows that it may be sent between threads.
    import_once(original, house, how, results).boxed()
}

async fn import_once(
    original: &impl Original,
    house: &House,
    how: &How,
    results: &Results,
) -> Result<Done, NotImported> {
    let label = original.label();
    let (place, version) = original.identity().await?;
    let names = Names::of(&place, &version, house, how)?;
    if let Some(before) = result_of(results, &names.result).await? {
        tracing::info!(file = label, "it was imported before; nothing is done");
        return Ok(Done::Before(before));
    }
    tracing::info!(file = label, version, company = %house.company_id, "the import begins");
    let reached = Arc::new(Reached::default());
    let beats = beat(
        label.clone(),
        Arc::clone(&reached),
        Arc::clone(&results.store),
        names.progress.clone(),
    );
    let done = tokio::select! {
        done = import(original, house, how, (results, &names), reached) => done,
        never = beats => match never {},
    };
    if let Err(error) = results.store.delete(&names.progress).await {
        tracing::debug!(file = label, %error, "how far the import was stays written");
    }
    let source = json!({ "file": place, "version": version });
    match done {
        Ok(imported) => {
            let told = told(&imported, &source)?;
            put_result(results, &names.result, &told).await?;
            let outcome = &imported.outcome;
            tracing::info!(
                file = label,
                accepted = outcome.records.accepted,
                duplicate = outcome.records.duplicate,
                refused = outcome.refusals.count(),
                result = %format_args!("{}/{}", results.place, names.result),
                "the import is done"
            );
            Ok(Done::Now(Box::new(imported)))
        }
        Err(NotImported::Refused(failure)) => {
            let told = json!({
                "state": "refused",
                "company": house.company_id.as_str(),
                "source": source,
                "error": failure,
                "exit": failure.exit.number(),
            });
            put_result(results, &names.result, &told).await?;
            Err(NotImported::Refused(failure))
        }
        Err(other) => Err(other),
    }
}

async fn import(
    original: &impl Original,
    house: &House,
    how: &How,
    (results, names): (&Results, &Names),
    reached: Arc<Reached>,
) -> Result<Imported, NotImported> {
    let label = original.label();
    let mut clock = Clock::start();
    let file = original.spool().await?;
    let sheet = Sheet::read(&label, how, move |name, parser| {
        Workbook::read_open(file, name, parser)
    });
    let sheet = sheet.await.map_err(NotImported::of_sheet)?;
    let reading = clock.lap();
    let sheet = Arc::new(sheet);
    let recorded = record_apart(&sheet, label.clone(), how, house, reached).await;
    let outcome = recorded.map_err(NotImported::of_sheet)?;
    if outcome.state == ImportState::Interrupted {
        return Err(NotImported::Failed(
            Failure::new(
                Exit::Unavailable,
                "IMPORT_INTERRUPTED",
                format!("{label}: the database did not take all of it; what was accepted stays"),
            )
            .next("import the same file again to go on"),
        ));
    }
    let recording = clock.lap();
    let refused_workbook = if outcome.refusals.count() > 0 {
        put_refused(results, &names.refused, &sheet, &outcome, how).await?;
        Some(Ok(format!("{}/{}", results.place, names.refused)))
    } else {
        None
    };
    Ok(Imported {
        company: house.company_id.clone(),
        outcome,
        language: how.language,
        allow_unrecorded: how.allow_unrecorded,
        refused_workbook,
        followed: None,
        phases: Phases {
            reading,
            recording,
            following: None,
        },
    })
}

/// Records a sheet on a thread of its own, so that whoever tells that it is alive never waits for it. Dropped, it ends at
/// its next step.
async fn record_apart(
    sheet: &Arc<Sheet>,
    label: String,
    how: &How,
    house: &House,
    reached: Arc<Reached>,
) -> Result<ImportOutcome, Failure> {
    let (alive, gone) = oneshot::channel::<()>();
    let (sheet, how, house) = (Arc::clone(sheet), how.clone(), house.clone());
    let runtime = Handle::current();
    let recorded = tokio::task::spawn_blocking(move || {
        runtime.block_on(async move {
            let show = |progress| reached.show(progress);
            tokio::select! {
                recorded = sheet.record(&label, &how, &house, show) => recorded,
                _ = gone => Err(Failure::interrupted()),
            }
        })
    })
    .await;
    drop(alive);
    recorded.unwrap_or_else(|error| {
        let text = format!("recording was interrupted: {error}");
        Err(Failure::new(Exit::Unavailable, "INTERRUPTED", text))
    })
}

/// Puts the refused rows; an earlier try may have done so.
async fn put_refused(
    results: &Results,
    name: &FileName,
    sheet: &Sheet,
    outcome: &ImportOutcome,
    how: &How,
) -> Result<(), NotImported> {
    let spooling = |error: std::io::Error| {
        NotImported::Failed(Failure::new(
            Exit::Unavailable,
            "SPOOL_UNUSABLE",
            format!("the refused rows could not be written down: {error}"),
        ))
    };
    let mut out = BufWriter::new(tempfile::tempfile().map_err(spooling)?);
    sheet
        .write_refused(outcome, how.language, &mut out)
        .map_err(NotImported::Failed)?;
    out.flush().map_err(spooling)?;
    let mut file = out.into_inner().map_err(|error| spooling(error.into_error()))?;
    OwnFile::RefusedRows.mark(&mut file).map_err(spooling)?;
    put(results, name, Source::from(file)).await
}

/// What the result file says.
fn told(imported: &Imported, source: &Value) -> Result<Value, NotImported> {
    let mut told = serde_json::to_value(imported)
        .map_err(|error| NotImported::Failed(Failure::new(Exit::Failure, "RESULT_NOT_WRITTEN", error)))?;
    if let Some(fields) = told.as_object_mut() {
        fields.insert("source".to_owned(), source.clone());
        fields.insert("exit".to_owned(), imported.exit().number().into());
    }
    Ok(told)
}

async fn put_result(results: &Results, name: &FileName, told: &Value) -> Result<(), NotImported> {
    let text = serde_json::to_vec_pretty(told)
        .map_err(|error| NotImported::Failed(Failure::new(Exit::Failure, "RESULT_NOT_WRITTEN", error)))?;
    put(results, name, Source::from(text)).await
}

/// Puts a file; one that another import of the same version has put meanwhile is as good.
async fn put(results: &Results, name: &FileName, source: Source) -> Result<(), NotImported> {
    match results.store.put_once(name, source).await {
        Ok(_) | Err(FileError::Taken { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

async fn result_of(results: &Results, name: &FileName) -> Result<Option<Value>, NotImported> {
    let read = match results.store.read(name, None).await {
        Err(FileError::Missing { .. }) => return Ok(None),
        read => read?,
    };
    let text = read.try_collect::<Vec<_>>().await?.concat();
    let result = serde_json::from_slice(&text);
    result.map(Some).map_err(|error| {
        NotImported::Failed(
            Failure::new(
                Exit::Failure,
                "RESULT_UNREADABLE",
                format!("{}/{name} is no result of an import: {error}", results.place),
            )
            .next("delete it; the file is then imported again, which records nothing twice"),
        )
    })
}
