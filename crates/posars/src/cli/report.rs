//! `posars report`: read models as files that people open.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{ArgMatches, Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::{StoreId, StoreZone};
use posars_projections::{DailySalesFilter, Freshness, NameKind, PageRequest};
use posars_reports::{DailySalesReport, DecimalMark, ReportError, ReportOptions};
use serde::Serialize;

use crate::companies::{CompanyArgs, option_of};
use crate::database::Need;
use crate::failure::{Exit, Failure};
use crate::house::{COMPANY_NAME, House};
use crate::own_file::OwnFile;
use crate::screen::Outcome;
use crate::session::{RunArgs, Session};
use crate::settings::Words;
use crate::telemetry::Voice;
use crate::whole_file::WholeFile;

/// The read models were just brought up to date; this only covers a checkpoint that is being written.
const FRESHNESS_WAIT: Duration = Duration::from_secs(10);
/// Stores named to somebody who asked for one that is not there.
const STORES_SHOWN: u32 = 20;
/// Stands for standard output.
const STDOUT: &str = "-";

/// Write a report file.
#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// Sales by store, day and payment method, with totals and charts
    #[command(
        after_help = "Example:\n  posars report daily-sales --from 2026-01-01 --to 2026-01-31 --format xlsx --out january.xlsx\n  \
                      posars report daily-sales --from 2026-01-01 --to 2026-01-31 --format csv --out - | head"
    )]
    DailySales(DailySalesArgs),
}

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
enum Format {
    /// Text, one row a line
    Csv,
    /// An Excel workbook
    Xlsx,
}

impl Format {
    /// The option's word, which is also the usual ending of a file's name.
    fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

/// Options of `posars report daily-sales`.
#[derive(Debug, Args)]
pub(crate) struct DailySalesArgs {
    #[command(flatten)]
    run: RunArgs,
    #[command(flatten)]
    company: CompanyArgs,
    /// First day, such as 2026-01-01
    #[arg(long, value_name = "DATE")]
    from: Date,
    /// Last day, included
    #[arg(long, value_name = "DATE")]
    to: Date,
    /// Only this store
    #[arg(long, value_name = "STORE")]
    store: Option<StoreId>,
    /// [default: by the ending of the file's name, else csv]
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// The file; an older report of that name is replaced, anything else is left alone; - for standard output
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Language of titles and payment methods
    #[arg(long, value_enum, env = "POSARS_LANGUAGE", default_value_t = Words::DEFAULT)]
    language: Words,
    /// Write CSV as a Brazilian Excel opens it: decimal comma, semicolons
    #[arg(long)]
    decimal_comma: bool,
    /// Zone that the time of making is shown in
    #[arg(long, value_name = "ZONE", default_value = "America/Sao_Paulo")]
    time_zone: StoreZone,
}

/// A report that was written.
#[derive(Debug, Serialize)]
struct Written {
    file: String,
    format: Format,
    from: Date,
    to: Date,
    /// Rows of figures, less sums.
    rows: usize,
    /// It includes every event up to here.
    position: u64,
}

/// Writes a report.
pub(crate) async fn run(command: ReportCommand, matches: &ArgMatches) -> Exit {
    match command {
        ReportCommand::DailySales(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                daily_sales(session, &args).await
            })
            .await
        }
    }
}

async fn daily_sales(session: &Session, args: &DailySalesArgs) -> Result<Written, Failure> {
    args.check()?;
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database, &args.company.id).await?;
            let position = house.catch_up_read_models(session.screen).await?;
            if let Some(store) = &args.store {
                known_store(&house, store).await?;
            }
            let filter = DailySalesFilter {
                from: args.from,
                to: args.to,
                store_id: args.store.clone(),
            };
            let fresh = Freshness::at_least(position, FRESHNESS_WAIT);
            let answer = house.projections.daily_sales(&filter, fresh).await?;
            let company = house
                .projections
                .name(NameKind::Company, house.company_id.as_str())
                .await?;
            let company = company.unwrap_or_else(|| COMPANY_NAME.to_owned());
            let format = args.format();
            let written = Written {
                file: args.out.display().to_string(),
                format,
                from: args.from,
                to: args.to,
                rows: answer.rows.len(),
                position: answer.position.get(),
            };
            let report = DailySalesReport::new(&company, &filter, answer, Timestamp::now())?;
            // Compressing a workbook keeps a processor busy for longer than the runtime likes.
            tokio::task::block_in_place(|| write(&report, format, &args.options(), &args.out))?;
            Ok(written)
        })
        .await
}

/// A store without sales gives an empty report; one that nobody defined is a slip of the keyboard.
pub(super) async fn known_store(house: &House, store: &StoreId) -> Result<(), Failure> {
    let projections = &house.projections;
    if projections.name(NameKind::Store, store.as_str()).await?.is_some() {
        return Ok(());
    }
    let page = PageRequest::first(STORES_SHOWN);
    let page = projections
        .list_names(NameKind::Store, &page, Freshness::ANY)
        .await?;
    let ids: Vec<&str> = page.rows.iter().map(|store| store.id.as_str()).collect();
    let next = if ids.is_empty() {
        let option = option_of(house.company_id.as_str());
        format!("define a store first, for instance with `posars import FILE --define-missing{option}`")
    } else {
        let more = if page.next.is_some() { " and others" } else { "" };
        format!(
            "leave out --store, or name one of these: {}{more}",
            ids.join(", ")
        )
    };
    Err(Failure::new(
        Exit::Failure,
        "STORE_UNKNOWN",
        format!("there is no store {store}"),
    )
    .next(next))
}

/// Whether a period begins before it ends; its days are the values of these two options.
pub(super) fn check_days([first, last]: [&str; 2], from: Date, to: Date) -> Result<(), Failure> {
    if from <= to {
        return Ok(());
    }
    let problem = format!("the period ends on {to}, before it begins on {from}");
    Err(Failure::new(Exit::Usage, "PERIOD_INVALID", problem).next(format!("swap {first} and {last}")))
}

impl DailySalesArgs {
    /// What can be told wrong before anything is opened.
    fn check(&self) -> Result<(), Failure> {
        check_days(["--from", "--to"], self.from, self.to)?;
        match (self.format, self.format_by_name()) {
            (Some(asked), Some(named)) if asked != named => Err(Failure::new(
                Exit::Usage,
                "FORMAT_MISMATCH",
                format!(
                    "--format {} would put another format into {} than its name says",
                    asked.word(),
                    self.out.display()
                ),
            )
            .next(format!(
                "leave out --format, or end the file's name in .{}",
                asked.word()
            ))),
            (Some(_) | None, Some(_) | None) if self.out == Path::new(STDOUT) => Ok(()),
            (Some(_) | None, Some(_) | None) => whole_file(&self.out, self.format()).check(),
        }
    }

    /// What the ending of the file's name says; none where it says nothing.
    fn format_by_name(&self) -> Option<Format> {
        let ending = self.out.extension()?;
        [Format::Csv, Format::Xlsx]
            .into_iter()
            .find(|format| ending.eq_ignore_ascii_case(format.word()))
    }

    fn format(&self) -> Format {
        self.format
            .or_else(|| self.format_by_name())
            .unwrap_or(Format::Csv)
    }

    fn options(&self) -> ReportOptions {
        ReportOptions {
            language: self.language.into(),
            decimal_mark: if self.decimal_comma {
                DecimalMark::Comma
            } else {
                DecimalMark::Point
            },
            time_zone: self.time_zone.time_zone().clone(),
        }
    }
}

fn whole_file(out: &Path, format: Format) -> WholeFile<'_> {
    WholeFile {
        path: out,
        kind: match format {
            Format::Csv => OwnFile::ReportCsv,
            Format::Xlsx => OwnFile::ReportXlsx,
        },
        must_be_new: false,
        input: None,
    }
}

fn write(
    report: &DailySalesReport,
    format: Format,
    options: &ReportOptions,
    out: &Path,
) -> Result<(), Failure> {
    let file = whole_file(out, format);
    let format = match format {
        Format::Csv => posars_reports::Format::Csv,
        Format::Xlsx => posars_reports::Format::Xlsx,
    };
    if out == Path::new(STDOUT) {
        let mut stdout = BufWriter::new(io::stdout().lock());
        report.write(format, options, &mut stdout)?;
        return stdout
            .flush()
            .map_err(|error| Failure::from(ReportError::from(error)));
    }
    file.write(|file| Ok(report.write(format, options, file)?))
}

impl Outcome for Written {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(
            out,
            "{}: {} rows, {} to {}, all events up to position {} included",
            self.file, self.rows, self.from, self.to, self.position
        )
    }

    /// A report on standard output is the result itself.
    fn is_silent(&self) -> bool {
        self.file == STDOUT
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        args: DailySalesArgs,
    }

    fn args(more: &[&str]) -> DailySalesArgs {
        let line = ["x", "--from", "2026-01-01", "--to", "2026-01-31"];
        Line::try_parse_from(line.iter().chain(more)).unwrap().args
    }

    fn format(more: &[&str]) -> Format {
        let args = args(more);
        args.check().unwrap();
        args.format()
    }

    #[test]
    fn the_format_follows_the_option_then_the_name() {
        assert_eq!(format(&["--out", "a.XLSX"]), Format::Xlsx);
        assert_eq!(format(&["--out", "a.txt"]), Format::Csv);
        assert_eq!(format(&["--out", "-"]), Format::Csv);
        assert_eq!(format(&["--out", "a.txt", "--format", "xlsx"]), Format::Xlsx);
        assert_eq!(format(&["--out", "-", "--format", "xlsx"]), Format::Xlsx);
    }

    #[test]
    fn a_name_that_says_another_format_is_refused() {
        for (out, asked) in [("a.xlsx", "csv"), ("a.XLSX", "csv"), ("a.csv", "xlsx")] {
            let failure = args(&["--out", out, "--format", asked]).check().unwrap_err();
            assert_eq!(
                (failure.code.as_ref(), failure.exit),
                ("FORMAT_MISMATCH", Exit::Usage)
            );
        }
    }
}
