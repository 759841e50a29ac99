//! The options of `posars import`.

use std::path::PathBuf;

use clap::Args;
use posars_domain::{Currency, StoreZone};
use posars_xls_importer::{Field, SheetKind};

use super::source::Source;
use crate::companies::CompanyArgs;
use crate::session::RunArgs;
use crate::settings::Words;
use crate::telemetry::Voice;

/// Options of `posars import`.
#[derive(Debug, Args)]
#[command(
    long_about = "Record a spreadsheet of sales, stock or products\n\n\
        Reads an .xlsx or .xls in a process of its own, under limits of memory and time. Rows become commands whose ids \
        follow from their content: the same file again changes nothing, and a corrected file adds only the rows that \
        were refused before. Ends with 1 when any row was refused, and says which and why; the other rows are in. Ends with \
        1 too when something of the file was not read or not recorded, or when a total in it is not the sum of its rows.\n\n\
        An object of S3 is read in one version: one that is replaced meanwhile ends with 4 and nothing recorded. Its result \
        and its refused rows are put below results/ in the same bucket; when the result is there, the object is not imported \
        again. Ends with 3 when something was away: the same command then goes on.",
    after_help = "Example:\n  posars import vendas.xlsx --define-missing\n  \
                  posars import vendas.xlsx --dry-run --json\n  \
                  posars import compras.xls --kind stock --store centro --map quantity=\"QNT TOTAL\" --refused refused.xlsx\n  \
                  posars import 's3://drops/intake/loja centro/vendas.xlsx'"
)]
pub(crate) struct ImportArgs {
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    pub(super) company: CompanyArgs,
    /// The workbook, .xlsx or .xls: a file, or an object as s3://BUCKET/KEY or s3://BUCKET/KEY?versionId=VERSION
    #[arg(value_name = "FILE", value_parser = Source::parser())]
    pub(crate) source: Source,
    /// Define stores and products that are not known, from what the sheet says of them
    #[arg(long)]
    pub(super) define_missing: bool,
    /// Write nothing; say what would be
    #[arg(long)]
    pub(super) dry_run: bool,
    /// The sheet to read [default: the first visible one that is not empty]
    #[arg(long, value_name = "NAME")]
    pub(super) sheet: Option<String>,
    /// What the sheet holds: sales, stock or products [default: by its column titles]
    #[arg(long, value_name = "KIND")]
    pub(super) kind: Option<SheetKind>,
    /// Which column holds a field, as FIELD=TITLE; may be repeated
    #[arg(long = "map", value_name = "FIELD=TITLE", value_parser = parse_column)]
    pub(super) columns: Vec<(Field, String)>,
    /// Store of every row, where the sheet has no column for it
    #[arg(long, value_name = "STORE")]
    pub(super) store: Option<String>,
    /// Currency of all amounts
    #[arg(long, value_name = "CODE", default_value = "BRL")]
    pub(super) currency: Currency,
    /// Time zone of stores that are defined on the way
    #[arg(long, value_name = "ZONE", default_value = "America/Sao_Paulo")]
    pub(super) time_zone: StoreZone,
    /// Write the rows that were refused, with the reasons, to this workbook; only one of these that nobody has saved since is replaced, and none by a dry run
    #[arg(long, value_name = "FILE.xlsx")]
    pub(super) refused: Option<PathBuf>,
    /// End with 0 although something of the file was not read or not recorded; it is told all the same
    #[arg(long)]
    pub(super) allow_unrecorded: bool,
    /// Language of the reasons
    #[arg(long, value_enum, env = "POSARS_LANGUAGE", default_value_t = Words::DEFAULT)]
    pub(super) language: Words,
}

impl ImportArgs {
    /// An object is imported by a job that nobody watches: its log is what tells that it is alive.
    pub(crate) fn voice(&self) -> Voice {
        match self.source {
            Source::Object(_) => Voice::Server,
            Source::File(_) => Voice::Command,
        }
    }
}

fn parse_column(text: &str) -> Result<(Field, String), String> {
    let (field, title) = text
        .split_once('=')
        .ok_or("it is FIELD=TITLE, such as quantity=\"QNT TOTAL\"")?;
    Ok((field.parse()?, title.to_owned()))
}
