//! A workbook on its way into the log: read, recorded, told. One way for a file of the command line and for what is dropped
//! in a folder or a bucket.

mod beats;
mod dropped;
mod phases;
mod place;
mod refused;
mod result;

use std::io::{Seek, Write};

use jiff::Timestamp;
use posars_commands::Actor;
use posars_domain::{Currency, StoreZone};
use posars_xls_importer::{
    FileRefusal, Header, ImportOutcome, ImportProgress, ImportSettings, Importer, Language, MappingChoice,
    ParserCommand, ReadOptions, Workbook, find_header, write_refused_workbook,
};

use crate::allocator::NO_ARENAS;
use crate::failure::{Exit, Failure};
use crate::house::House;
pub(crate) use dropped::{Done, Label, NotImported, Original, Results, import_dropped};
pub(crate) use phases::{Clock, Phases};
pub(crate) use place::{CompanyOfPlace, company_of};
pub(crate) use refused::refused;
pub(crate) use result::{Followed, Imported};

/// How a sheet is read and recorded, whoever sent it.
#[derive(Clone, Debug)]
pub(crate) struct How {
    /// The sheet's name; the first visible one without.
    pub(crate) sheet: Option<String>,
    /// What the sender says of its titles.
    pub(crate) choice: MappingChoice,
    /// Store of every row, where the sheet has no column for it.
    pub(crate) store: Option<String>,
    /// Currency of all amounts.
    pub(crate) currency: Currency,
    /// Time zone of stores that are defined on the way.
    pub(crate) time_zone: StoreZone,
    /// Whether to define stores and products that are not known.
    pub(crate) define_missing: bool,
    /// Whether to write nothing.
    pub(crate) dry_run: bool,
    /// Whether nobody minds what was not read or recorded.
    pub(crate) allow_unrecorded: bool,
    /// Language of the reasons.
    pub(crate) language: Language,
    /// The program that the log names beside `local`.
    pub(crate) client: &'static str,
}

/// The workbook with its titles understood.
pub(crate) struct Sheet {
    workbook: Workbook,
    header: Header,
}

impl Sheet {
    /// Reads what `open` opens, in a process of its own.
    ///
    /// # Errors
    /// The codes of the importer, `INTERRUPTED`; `label` names the file.
    pub(crate) async fn read(
        label: &str,
        how: &How,
        open: impl FnOnce(Option<&str>, &ParserCommand) -> Result<Workbook, FileRefusal> + Send + 'static,
    ) -> Result<Self, Failure> {
        let sheet = how.sheet.clone();
        let read = tokio::task::spawn_blocking(move || {
            let (variable, value) = NO_ARENAS;
            let parser = ParserCommand::this_binary().with_variable(variable, value);
            open(sheet.as_deref(), &parser)
        });
        let not_taken = |refusal: FileRefusal| refused(label, &refusal, how.language);
        let workbook = read
            .await
            .map_err(|error| {
                Failure::new(
                    Exit::Unavailable,
                    "INTERRUPTED",
                    format!("reading was interrupted: {error}"),
                )
            })?
            .map_err(not_taken)?;
        let header = find_header(&workbook.sheet, &how.choice).map_err(not_taken)?;
        Ok(Self { workbook, header })
    }

    /// Brings its rows into the log of a company.
    ///
    /// # Errors
    /// The codes of the importer for a file that is refused whole.
    pub(crate) async fn record(
        &self,
        label: &str,
        how: &How,
        house: &House,
        progress: impl Fn(ImportProgress),
    ) -> Result<ImportOutcome, Failure> {
        let importer = Importer::new(house.commands.clone());
        let settings = how.settings();
        let recorded = importer
            .import(&self.workbook, &self.header, &settings, progress)
            .await;
        recorded.map_err(|refusal| refused(label, &refusal, how.language))
    }

    /// Writes the refused rows of an outcome.
    ///
    /// # Errors
    /// `REFUSED_WORKBOOK_NOT_WRITTEN`.
    pub(crate) fn write_refused(
        &self,
        outcome: &ImportOutcome,
        language: Language,
        out: impl Write + Seek + Send,
    ) -> Result<(), Failure> {
        let (rows, header) = (&self.workbook.sheet, &self.header);
        write_refused_workbook(out, rows, header, &outcome.refusals, language)
            .map_err(|error| Failure::new(Exit::Failure, "REFUSED_WORKBOOK_NOT_WRITTEN", error))
    }
}

impl How {
    /// All that decides what comes of a sheet, as text: another manner is another import.
    fn manner(&self) -> String {
        let Self {
            sheet,
            choice,
            store,
            currency,
            time_zone,
            define_missing,
            ..
        } = self;
        let (kind, columns) = (&choice.kind, &choice.columns);
        format!("{sheet:?} {kind:?} {columns:?} {store:?} {currency} {time_zone} {define_missing}")
    }

    fn settings(&self) -> ImportSettings {
        let received_at = Timestamp::now();
        ImportSettings {
            read: ReadOptions {
                today: received_at.to_zoned(self.time_zone.time_zone().clone()).date(),
                currency: self.currency,
                store: self.store.clone(),
                time_zone: self.time_zone.clone(),
            },
            define_missing: self.define_missing,
            dry_run: self.dry_run,
            actor: Actor {
                subject: "local".into(),
                client: Some(self.client.into()),
            },
            received_at,
        }
    }
}
