//! The process that reads workbooks: limits on itself first, then one sheet onto standard output.
//!
//! Two files of about a kilobyte make the workbook reader ask for terabytes; the allocation aborts the process and
//! nothing can catch that. So it runs alone: no credentials, no environment, no further file or socket.

mod archive_limits;
mod exact_number;
mod hidden_rows;
mod merged;
mod number_format;
mod row_writer;
mod sheet_choice;
mod shown_cells;
mod utf16_parts;
mod xls;
mod xls_evidence;
pub(crate) mod xls_records;
mod xlsx;
mod xml_prolog;

use std::ffi::OsString;
use std::fs::File;
use std::io::{BufReader, Cursor, Seek, SeekFrom, Write};
use std::os::fd::AsFd;
use std::process::ExitCode;

use rlimit::Resource;
use rustix::process::{Signal, set_parent_process_death_signal};

use crate::limits::{PARSER_CPU_SECONDS, PARSER_MEMORY_BYTES};
use crate::protocol::frame;
use crate::refusal::FileRefusal;
use crate::sniff::Container;

/// First argument that turns the binary into the parsing process.
pub const PARSE_CHILD_WORD: &str = "__parse-sheet";

/// Why parsing stopped before the end of the sheet.
#[derive(Debug)]
enum ParseStop {
    /// The workbook is refused; the importing process is told.
    Refused(Box<FileRefusal>),
    /// Nobody reads the other end.
    Pipe(std::io::Error),
}

impl From<FileRefusal> for ParseStop {
    fn from(refusal: FileRefusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

/// Body of the parsing process: call it first thing in `main` when the first argument is [`PARSE_CHILD_WORD`].
///
/// The workbook is standard input, the rows go to standard output; arguments after the word are the container
/// (`zip` or `ole`) and, if wanted, the name of the sheet.
#[must_use]
pub fn parse_child_main() -> ExitCode {
    let mut arguments = std::env::args_os()
        .skip_while(|word| word != PARSE_CHILD_WORD)
        .skip(1);
    let container = arguments
        .next()
        .and_then(|word| Container::from_word(word.to_str()?));
    let sheet = arguments.next().map(OsString::into_string);
    let (Some(container), Ok(sheet)) = (container, sheet.transpose()) else {
        return ExitCode::from(2);
    };
    let mut out = std::io::stdout().lock();
    let stop = match limit_self() {
        Ok(file) => parse(file, container, sheet.as_deref(), &mut out),
        Err(error) => Err(FileRefusal::ParserUnavailable {
            detail: format!("limits not set: {error}"),
        }
        .into()),
    };
    match stop {
        Ok(()) => ExitCode::SUCCESS,
        Err(ParseStop::Refused(refusal)) => {
            match row_writer::write_json(&mut out, frame::REFUSED, &refusal) {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::FAILURE,
            }
        }
        Err(ParseStop::Pipe(error)) => {
            // The other end is gone, but standard error may still be read.
            eprintln!("rows not delivered: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Takes the workbook from standard input and gives up everything the parser does not need.
fn limit_self() -> std::io::Result<File> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let file = File::from(std::io::stdin().as_fd().try_clone_to_owned()?);
    refuse_reserved_memory()?;
    Resource::AS.set(PARSER_MEMORY_BYTES, PARSER_MEMORY_BYTES)?;
    Resource::CORE.set(0, 0)?;
    // The soft limit tells by SIGXCPU why; the hard one a second later ends a process that ignores it.
    Resource::CPU.set(PARSER_CPU_SECONDS, PARSER_CPU_SECONDS + 1)?;
    // The `.xls` reader is given a second handle, so two more descriptors; then no file and no socket can be opened.
    Resource::NOFILE.set(DESCRIPTORS_MAX, DESCRIPTORS_MAX)?;
    Ok(file)
}

/// The limit counts addresses. An allocator that has reserved more of them already would take its memory from there,
/// without a limit, and fail at random for whatever does not fit in.
fn refuse_reserved_memory() -> std::io::Result<()> {
    let statm = std::fs::read_to_string("/proc/self/statm")?;
    let mut pages = statm.split(' ').map(|pages| pages.parse::<u64>().ok());
    // All of them, and those of the program's own code, which is no allocator's and grows with every feature.
    let (all, code) = (pages.next().flatten(), pages.nth(2).flatten());
    let pages = all.map(|all| all.saturating_sub(code.unwrap_or(0)));
    let page_bytes = u64::try_from(rustix::param::page_size()).unwrap_or(u64::MAX);
    let reserved_bytes = pages.map_or(u64::MAX, |pages| pages.saturating_mul(page_bytes));
    if reserved_bytes > RESERVED_BYTES_MAX {
        return Err(std::io::Error::other(format!(
            "{reserved_bytes} bytes of addresses are reserved before the first row, at most {RESERVED_BYTES_MAX} may be; \
             tell the allocator by ParserCommand::with_variable"
        )));
    }
    Ok(())
}

/// Most addresses in use before the first row, in bytes, less the program's code: its data and its libraries take 30 to
/// 60 MiB.
const RESERVED_BYTES_MAX: u64 = 128 * 1024 * 1024;

/// Standard streams, the workbook and two copies of its handle.
const DESCRIPTORS_MAX: u64 = 6;

fn parse<W: Write>(
    mut file: File,
    container: Container,
    sheet: Option<&str>,
    out: &mut W,
) -> Result<(), ParseStop> {
    match container {
        Container::Zip => {
            let any_in_utf16 = archive_limits::check_archive(&mut file)?;
            rewind(&mut file)?;
            if any_in_utf16 {
                let archive = utf16_parts::in_utf8(&mut file)?;
                let view = || Cursor::new(archive.as_slice());
                return xlsx::parse(view(), view(), sheet, out);
            }
            let copy = file.try_clone().map_err(|error| FileRefusal::Unreadable {
                detail: error.to_string(),
            })?;
            // Both handles have one place in the file, which each reader sets before it reads.
            xlsx::parse(BufReader::new(file), BufReader::new(copy), sheet, out)
        }
        Container::Ole => {
            rewind(&mut file)?;
            xls::parse(file, sheet, out)
        }
    }
}

fn rewind(file: &mut File) -> Result<(), ParseStop> {
    file.seek(SeekFrom::Start(0)).map(|_| ()).map_err(|error| {
        FileRefusal::Unreadable {
            detail: error.to_string(),
        }
        .into()
    })
}
