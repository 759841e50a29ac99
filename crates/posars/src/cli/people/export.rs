//! `posars people export`: all that is held on a person, as a file.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use posars_domain::{StoreZone, SubjectId};
use posars_privacy::Export;
use posars_reports::ReportOptions;
use serde::Serialize;

use super::{by_command, privacy};
use crate::companies::CompanyArgs;
use crate::database::Need;
use crate::failure::{Exit, Failure};
use crate::house::House;
use crate::own_file::OwnFile;
use crate::screen::Outcome;
use crate::session::{RunArgs, Session};
use crate::settings::Words;
use crate::whole_file::WholeFile;

/// The most events that one file hands out; a workbook has a row for each value in them.
const EVENTS_MAX: usize = 20_000;

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
enum Format {
    /// For programs
    Json,
    /// An Excel workbook, for people
    Xlsx,
}

/// Options of `posars people export`.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    company: CompanyArgs,
    /// The person, as `posars people find` names them
    #[arg(value_name = "PERSON")]
    person: SubjectId,
    /// The file, which must be new
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// [default: by the ending of the file's name, else json]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Reference of the request in your own books; it stays in the log, so no name and no tax number
    #[arg(long, value_name = "TEXT")]
    request_ref: Option<String>,
    /// Language of the workbook
    #[arg(long, value_enum, env = "POSARS_LANGUAGE", default_value_t = Words::DEFAULT)]
    language: Words,
    /// Zone that times are shown in
    #[arg(long, value_name = "ZONE", default_value = "America/Sao_Paulo")]
    time_zone: StoreZone,
}

/// A file that was written.
#[derive(Debug, Serialize)]
pub(super) struct Written {
    file: String,
    format: Format,
    events: usize,
    /// It was looked for up to here.
    position: u64,
}

impl ExportArgs {
    fn format(&self) -> Format {
        let is_workbook = || {
            let ending = self.out.extension();
            ending.is_some_and(|ending| ending.eq_ignore_ascii_case("xlsx"))
        };
        self.format
            .unwrap_or_else(|| if is_workbook() { Format::Xlsx } else { Format::Json })
    }

    fn options(&self) -> ReportOptions {
        ReportOptions {
            language: self.language.into(),
            time_zone: self.time_zone.time_zone().clone(),
            ..ReportOptions::default()
        }
    }
}

/// Writes the file.
pub(super) async fn run(session: &Session, args: &ExportArgs) -> Result<Written, Failure> {
    // Before anything is put down: a file that cannot be written hands nothing out.
    new_file(&args.out).check()?;
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database, &args.company.id).await?;
            let privacy = privacy(&house, session).await?;
            let envelope = by_command("posars people export");
            let exported = privacy
                .export(&args.person, args.request_ref.clone(), EVENTS_MAX, &envelope)
                .await?;
            let export = exported.export;
            // Compressing a workbook keeps a processor busy for longer than the runtime likes.
            tokio::task::block_in_place(|| write(&export, args))?;
            Ok(Written {
                file: args.out.display().to_string(),
                format: args.format(),
                events: export.records.len(),
                position: export.up_to_position,
            })
        })
        .await
}

const fn new_file(out: &Path) -> WholeFile<'_> {
    WholeFile {
        path: out,
        kind: OwnFile::PersonalData,
        must_be_new: true,
        input: None,
    }
}

fn write(export: &Export, args: &ExportArgs) -> Result<(), Failure> {
    new_file(&args.out).write(|file| match args.format() {
        Format::Xlsx => Ok(export.write_xlsx(&args.options(), file)?),
        Format::Json => serde_json::to_writer_pretty(&mut *file, export)
            .map_err(io::Error::from)
            .and_then(|()| file.write_all(b"\n"))
            .map_err(|error| Failure::new(Exit::Failure, "FILE_UNWRITABLE", error)),
    })
}

impl Outcome for Written {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "{}: {} events, all up to position {} included; it holds personal data in the clear",
            self.file, self.events, self.position
        )
    }
}
