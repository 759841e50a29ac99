//! Starting the parsing process, taking its rows, and outliving whatever happens to it.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::limits::{FRAME_BYTES_MAX, PARSER_DEADLINE, PARSER_STDERR_BYTES_MAX};
use crate::parser::PARSE_CHILD_WORD;
use crate::parser::xls_records::has_cells_far_apart;
use crate::protocol::{End, Hello, PROTOCOL_VERSION, frame};
use crate::refusal::{FileRefusal, ParserDeath};
use crate::sheet::Sheet;
use crate::sniff::Container;

/// How to start the parsing process.
#[derive(Debug, Clone)]
pub struct ParserCommand {
    program: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    deadline: Duration,
}

impl ParserCommand {
    /// This very binary, whose `main` calls [`parse_child_main`](crate::parse_child_main) on the first argument
    /// [`PARSE_CHILD_WORD`].
    #[must_use]
    pub fn this_binary() -> Self {
        // The running file itself, even when an upgrade has replaced it on disk meanwhile.
        Self::new("/proc/self/exe", [PARSE_CHILD_WORD], PARSER_DEADLINE)
    }

    /// Another program, which is ended at a deadline; the container and the sheet's name are added to the arguments.
    #[must_use]
    pub fn new(
        program: impl Into<PathBuf>,
        arguments: impl IntoIterator<Item = impl Into<OsString>>,
        deadline: Duration,
    ) -> Self {
        let arguments = arguments.into_iter().map(Into::into).collect();
        Self {
            program: program.into(),
            arguments,
            environment: Vec::new(),
            deadline,
        }
    }

    /// The same with a variable in its environment, which is empty otherwise. For the allocator of a binary that
    /// would reserve more at its start than the parser may have in all.
    #[must_use]
    pub fn with_variable(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    fn spawn(&self, file: File, container: Container, sheet: Option<&str>) -> std::io::Result<Child> {
        Command::new(&self.program)
            .args(&self.arguments)
            .arg(container.word())
            .args(sheet)
            .env_clear()
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(std::env::temp_dir())
            .stdin(Stdio::from(file))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
    }
}

/// Reads one sheet of an open workbook in a process of its own. Blocks until it is read.
///
/// The parser ends with the thread that calls this (parent-death signal), so call it on a thread that lives as long.
///
/// # Errors
/// Whatever the parser refuses, or `parser_died` with the cause.
pub fn read_sheet(
    command: &ParserCommand,
    file: File,
    container: Container,
    sheet: Option<&str>,
) -> Result<Sheet, FileRefusal> {
    let unavailable = |error: std::io::Error| FileRefusal::ParserUnavailable {
        detail: error.to_string(),
    };
    let copy = file.try_clone().map_err(unavailable)?;
    let mut child = command.spawn(file, container, sheet).map_err(unavailable)?;
    let (Some(stdout), Some(mut stderr)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(FileRefusal::ParserUnavailable {
            detail: "no pipes".to_owned(),
        });
    };
    let child = Mutex::new(child);
    let timed_out = AtomicBool::new(false);
    let (finished, watch) = channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(|| kill_at_deadline(&child, watch, command.deadline, &timed_out));
        let last_words = scope.spawn(move || tail_of(&mut stderr));
        let received = receive(stdout);
        let status = reap(&child, received.is_ok());
        drop(finished);
        let last_words = last_words.join().unwrap_or_default();
        let cause = match received {
            Ok(outcome) => return outcome,
            Err(Interrupted::Garbled(detail)) => ParserDeath::Garbled {
                detail: detail.to_owned(),
            },
            Err(Interrupted::Ended) if timed_out.load(Ordering::Acquire) => ParserDeath::Deadline {
                seconds: command.deadline.as_secs(),
            },
            Err(Interrupted::Ended) => cause_of_death(status, last_words),
        };
        Err(death(cause, container, copy))
    })
}

/// The refusal for a parser that died. An `.xls` is held whole, with all cells between its first and its last: one that
/// says that they lie far apart is to blame itself.
fn death(cause: ParserDeath, container: Container, mut file: File) -> FileRefusal {
    let ran_out = match cause {
        ParserDeath::Memory | ParserDeath::CpuTime | ParserDeath::Deadline { .. } => true,
        ParserDeath::Crash { .. } | ParserDeath::Signal { .. } | ParserDeath::Garbled { .. } => false,
    };
    if ran_out && container == Container::Ole && has_cells_far_apart(&mut file) {
        FileRefusal::XlsTooWide { cause }
    } else {
        FileRefusal::ParserDied { cause }
    }
}

/// Why the rows ended before their end mark.
enum Interrupted {
    Ended,
    Garbled(&'static str),
}

fn receive(mut stdout: ChildStdout) -> Result<Result<Sheet, FileRefusal>, Interrupted> {
    let mut sheet: Option<Sheet> = None;
    loop {
        let (tag, payload) = read_frame(&mut stdout)?;
        match (tag, &mut sheet) {
            (frame::HELLO, None) => {
                let hello: Hello = json(&payload)?;
                if hello.protocol_version != PROTOCOL_VERSION {
                    return Err(Interrupted::Garbled("another version of the program"));
                }
                sheet = Some(Sheet::new(hello));
            }
            (frame::ROWS, Some(sheet)) => {
                sheet
                    .append(payload.into_boxed_slice())
                    .map_err(Interrupted::Garbled)?;
            }
            (frame::END, Some(_)) => {
                let end: End = json(&payload)?;
                let mut sheet = sheet.ok_or(Interrupted::Garbled("end before start"))?;
                if usize::try_from(end.rows) != Ok(sheet.rows_len()) {
                    return Err(Interrupted::Garbled("rows are missing"));
                }
                sheet.finish(&end).map_err(Interrupted::Garbled)?;
                return Ok(Ok(sheet));
            }
            (frame::REFUSED, _) => return Ok(Err(json(&payload)?)),
            _ => return Err(Interrupted::Garbled("unknown frame")),
        }
    }
}

fn read_frame(stdout: &mut ChildStdout) -> Result<(u8, Vec<u8>), Interrupted> {
    let mut head = [0_u8; 5];
    stdout.read_exact(&mut head).map_err(|_| Interrupted::Ended)?;
    let [a, b, c, d, tag] = head;
    let length = usize::try_from(u32::from_le_bytes([a, b, c, d])).unwrap_or(usize::MAX);
    if length == 0 || length > FRAME_BYTES_MAX {
        return Err(Interrupted::Garbled("frame too long"));
    }
    let mut payload = vec![0_u8; length - 1];
    stdout.read_exact(&mut payload).map_err(|_| Interrupted::Ended)?;
    Ok((tag, payload))
}

fn json<T: serde::de::DeserializeOwned>(payload: &[u8]) -> Result<T, Interrupted> {
    serde_json::from_slice(payload).map_err(|_| Interrupted::Garbled("a frame is not the JSON expected"))
}

/// How long a process that closed its output may take to end by itself.
const EXIT_GRACE: Duration = Duration::from_secs(2);
const EXIT_POLL: Duration = Duration::from_millis(2);

/// Collects the process, so that none is left behind; one that has said everything need not be waited for.
fn reap(child: &Mutex<Child>, complete: bool) -> Option<ExitStatus> {
    let started = Instant::now();
    loop {
        let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Err(_) => return None,
            Ok(None) if complete || started.elapsed() > EXIT_GRACE => {
                // An error means it has just ended, which is what is wanted.
                let _ended = child.kill();
                return child.wait().ok();
            }
            Ok(None) => {}
        }
        drop(child);
        std::thread::sleep(EXIT_POLL);
    }
}

fn kill_at_deadline(child: &Mutex<Child>, watch: Receiver<()>, deadline: Duration, timed_out: &AtomicBool) {
    if watch.recv_timeout(deadline) == Err(RecvTimeoutError::Timeout) {
        timed_out.store(true, Ordering::Release);
        let mut child = child.lock().unwrap_or_else(PoisonError::into_inner);
        let _ended = child.kill();
    }
}

/// The last bytes of the parser's standard error; it is read to its end so that the parser never blocks on it.
fn tail_of(stderr: &mut impl Read) -> String {
    let mut tail: Vec<u8> = Vec::new();
    let mut buffer = [0_u8; 1024];
    while let Ok(count @ 1..) = stderr.read(&mut buffer) {
        tail.extend_from_slice(&buffer[..count]);
        if tail.len() > PARSER_STDERR_BYTES_MAX {
            tail.drain(..tail.len() - PARSER_STDERR_BYTES_MAX);
        }
    }
    String::from_utf8_lossy(&tail).trim().to_owned()
}

/// Numbers of the signals told apart, the same on every Linux.
const SIGXCPU: i32 = 24;

fn cause_of_death(status: Option<ExitStatus>, last_words: String) -> ParserDeath {
    if last_words.contains("memory allocation of") || last_words.contains("capacity overflow") {
        return ParserDeath::Memory;
    }
    match status.and_then(|status| status.signal()) {
        Some(SIGXCPU) => ParserDeath::CpuTime,
        Some(number) => ParserDeath::Signal { number },
        None if last_words.is_empty() => {
            let code = status.and_then(|status| status.code());
            ParserDeath::Crash {
                last_words: format!("exit code {}", code.unwrap_or(-1)),
            }
        }
        None => ParserDeath::Crash { last_words },
    }
}
