//! What a person or a script sees: data on standard output, talk on standard error.

use std::io::{self, IsTerminal as _, Write};

use comfy_table::presets::UTF8_BORDERS_ONLY;
use comfy_table::{ContentArrangement, Row, Table};
use serde::Serialize;

use crate::failure::{Exit, Failure};

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs: one JSON value on one line.
    Json,
}

/// The result of a command: data that writes itself as JSON by its fields and as text by this.
pub(crate) trait Outcome: Serialize {
    /// Writes it for people.
    ///
    /// # Errors
    /// Those of the writer.
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()>;

    /// Whether it was written already, piece by piece.
    fn is_silent(&self) -> bool {
        false
    }

    /// How the process ends after it.
    fn exit(&self) -> Exit {
        Exit::Success
    }
}

/// Where results and talk go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    format: Format,
    quiet: bool,
}

impl Screen {
    /// Text on a terminal and JSON into a pipe or file, unless a format was asked for.
    pub(crate) fn new(format: Option<Format>, quiet: bool) -> Self {
        let automatic = if io::stdout().is_terminal() {
            Format::Text
        } else {
            Format::Json
        };
        Self {
            format: format.unwrap_or(automatic),
            quiet,
        }
    }

    /// One line of talk on standard error: what is going on, never data.
    pub(crate) fn say(self, line: &str) {
        if self.quiet {
            return;
        }
        match self.format {
            Format::Text => eprintln!("{line}"),
            // Beside log lines and errors that are JSON, too.
            Format::Json => eprintln!("{}", serde_json::json!({ "message": line })),
        }
    }

    /// Whether a progress bar would be seen, and is wanted.
    pub(crate) fn shows_progress(self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    /// Writes a result or a failure and says how the process ends.
    pub(crate) fn finish<O: Outcome>(self, result: Result<O, Failure>) -> Exit {
        match result {
            Ok(outcome) if outcome.is_silent() => outcome.exit(),
            Ok(outcome) => match self.show(&outcome) {
                Ok(()) => outcome.exit(),
                // The reader went away, as `| head` does: nobody is left to be told.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => outcome.exit(),
                Err(error) => self.fail(&Failure::new(
                    Exit::Failure,
                    "OUTPUT_FAILED",
                    format!("the result could not be written: {error}"),
                )),
            },
            Err(failure) => self.fail(&failure),
        }
    }

    /// Writes one result.
    ///
    /// # Errors
    /// Those of standard output.
    pub(crate) fn show<O: Outcome>(self, outcome: &O) -> io::Result<()> {
        let mut out = io::stdout().lock();
        match self.format {
            Format::Text => outcome.write_text(&mut out)?,
            Format::Json => {
                serde_json::to_writer(&mut out, outcome)?;
                writeln!(out)?;
            }
        }
        out.flush()
    }

    /// Writes a failure to standard error and says how the process ends.
    pub(crate) fn fail(self, failure: &Failure) -> Exit {
        #[derive(Serialize)]
        struct Wrapped<'a> {
            error: &'a Failure,
        }
        match self.format {
            Format::Text => {
                eprintln!("error[{}]: {}", failure.code, failure.message);
                if let Some(next) = &failure.next {
                    eprintln!("next: {next}");
                }
            }
            Format::Json => {
                let text = serde_json::to_string(&Wrapped { error: failure });
                eprintln!("{}", text.unwrap_or_else(|_| failure.to_string()));
            }
        }
        failure.exit
    }
}

/// A table for people, as wide as the terminal allows.
pub(crate) fn table<const N: usize>(titles: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> Table {
    table_of(titles, rows)
}

/// The same with as many columns as its titles.
pub(crate) fn table_of<Line: Into<Row>>(
    titles: impl Into<Row>,
    rows: impl IntoIterator<Item = Line>,
) -> Table {
    let mut table = Table::new();
    table
        .load_style(UTF8_BORDERS_ONLY)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(titles);
    table.add_rows(rows);
    table
}
