//! What was read becomes commands: the one place of this crate that knows the log's door.

mod catalogue;
mod definitions;
mod deliveries;
mod lost_zeros;
mod products;
mod receipt_zeros;
mod receipts_by_day;
mod sales;
mod stock;
mod tally;

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use posars_commands::{Actor, Commands, Envelope, Source};
use posars_domain::store::StoreSettings;
use uuid::Uuid;

use crate::field::SheetKind;
use crate::header::Header;
use crate::natural_key::import_id;
use crate::outcome::{ImportOutcome, ImportState, hexadecimal};
use crate::read_options::ReadOptions;
use crate::refusal::FileRefusal;
use crate::workbook::Workbook;

use tally::ImportTally;

/// Brings sheets into the log. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Importer {
    commands: Commands,
}

/// What the caller decides about one import.
#[derive(Debug, Clone)]
pub struct ImportSettings {
    /// How to read the sheet.
    pub read: ReadOptions,
    /// Define stores and products that are not known, from what the sheet says of them.
    pub define_missing: bool,
    /// Decide everything and write nothing.
    pub dry_run: bool,
    /// Who imports.
    pub actor: Actor,
    /// The server's time; rules that need one take this.
    pub received_at: Timestamp,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportProgress {
    /// Rows whose fate is known.
    pub rows_done: u32,
    /// Rows that are records.
    pub rows: u32,
}

impl Importer {
    /// An importer through these commands.
    #[must_use]
    pub fn new(commands: Commands) -> Self {
        Self { commands }
    }

    /// Imports a sheet; the same sheet again changes nothing, a corrected one adds what was refused before.
    ///
    /// A database that goes away ends the import with [`ImportState::Interrupted`]: what was accepted stays, and the
    /// same file goes on from there. Reading takes a fraction of a second of CPU in place.
    ///
    /// # Errors
    /// `needs_mapping` when neither the sheet nor the caller names the store.
    pub async fn import(
        &self,
        workbook: &Workbook,
        header: &Header,
        settings: &ImportSettings,
        progress: impl Fn(ImportProgress),
    ) -> Result<ImportOutcome, FileRefusal> {
        let run = Run::new(self, workbook, settings);
        let mut outcome = ImportOutcome::new(workbook, header);
        outcome.find_left_out(workbook);
        let mut tally = ImportTally::new(outcome, progress);
        match header.mapping.kind {
            SheetKind::Sales => run.sales(&workbook.sheet, header, &mut tally).await?,
            SheetKind::Stock => run.stock(&workbook.sheet, header, &mut tally).await?,
            SheetKind::Products => run.products(&workbook.sheet, header, &mut tally).await,
        }
        Ok(tally.close(settings.dry_run))
    }
}

/// One import under way.
struct Run<'a> {
    /// Writes, or only decides in a dry run.
    commands: Commands,
    settings: &'a ImportSettings,
    file_sha256: Arc<str>,
    sheet: Arc<str>,
    import_id: Uuid,
}

impl<'a> Run<'a> {
    fn new(importer: &Importer, workbook: &Workbook, settings: &'a ImportSettings) -> Self {
        let commands = if settings.dry_run {
            importer.commands.validate_only()
        } else {
            importer.commands.clone()
        };
        let file_sha256 = hexadecimal(&workbook.file_sha256);
        let import_id = import_id(&file_sha256, workbook.sheet.name());
        let sheet = workbook.sheet.name().into();
        Self {
            commands,
            settings,
            file_sha256: file_sha256.into(),
            sheet,
            import_id,
        }
    }

    /// The envelope of a command that comes from a row.
    fn envelope(&self, row: u32) -> Envelope {
        let source = Source::Import {
            file_sha256: Arc::clone(&self.file_sha256),
            sheet: Arc::clone(&self.sheet),
            row,
        };
        let mut envelope = Envelope::new(self.settings.actor.clone(), source, self.settings.received_at);
        envelope.correlation_id = Some(self.import_id);
        envelope
    }
}

/// The instant of a day in a store. Without a time of day it is the start of the trading day: the same whenever the
/// file is imported, never in the future of the day itself, and counted for that day.
fn instant(store: &StoreSettings, day: Date, time: Option<Time>) -> Option<Timestamp> {
    let local = day.to_datetime(time.unwrap_or(store.day_cutover));
    store.time_zone.time_zone().to_timestamp(local).ok()
}

/// The instant of a moment by the clock of the store, or of the one that the sheet gives in UTC.
fn instant_of(
    store: &StoreSettings,
    day: Date,
    time: Option<Time>,
    utc: Option<DateTime>,
) -> Option<Timestamp> {
    match utc {
        Some(utc) => Offset::UTC.to_timestamp(utc).ok(),
        None => instant(store, day, time),
    }
}

/// Whether what is counted has been written.
fn state(refused: u32, interrupted: bool, dry_run: bool) -> ImportState {
    match (dry_run, interrupted, refused) {
        (_, true, _) => ImportState::Interrupted,
        (true, false, _) => ImportState::DryRun,
        (false, false, 0) => ImportState::Completed,
        (false, false, _) => ImportState::CompletedWithRefusals,
    }
}
