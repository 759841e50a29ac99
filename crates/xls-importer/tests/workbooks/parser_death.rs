//! The parsing process dying in every way; stand-in programs play the parser.

use std::time::{Duration, Instant};

use posars_xls_importer::{FileRefusal, ParserCommand, ParserDeath, Workbook};

use crate::fixture::{file, workbook};
use crate::{Case, Skipped};

pub(crate) const CASES: &[Case] = &[
    ("parser_death::by_signal", by_signal),
    ("parser_death::by_exit_code", by_exit_code),
    ("parser_death::by_panic", by_panic),
    ("parser_death::at_the_deadline", at_the_deadline),
    (
        "parser_death::deaf_after_closing_its_output",
        deaf_after_closing_its_output,
    ),
    ("parser_death::garbage", garbage),
    ("parser_death::flooding_both_pipes", flooding_both_pipes),
    ("parser_death::not_there", not_there),
];

fn read_with(command: &ParserCommand) -> FileRefusal {
    let bytes = workbook(&[&["Data", "Produto"]]);
    Workbook::read(file(&bytes).path(), None, command).unwrap_err()
}

/// Long enough for every stand-in that is to die of something else.
const DEADLINE: Duration = Duration::from_secs(300);

fn shell(script: &str) -> ParserCommand {
    shell_until(DEADLINE, script)
}

fn shell_until(deadline: Duration, script: &str) -> ParserCommand {
    ParserCommand::new("/bin/sh", ["-c", script], deadline)
}

fn cause(script: &str) -> ParserDeath {
    let FileRefusal::ParserDied { cause } = read_with(&shell(script)) else {
        unreachable!("every stand-in dies");
    };
    cause
}

fn by_signal() -> Result<(), Skipped> {
    assert_eq!(cause("kill -SEGV $$"), ParserDeath::Signal { number: 11 });
    assert_eq!(cause("kill -XCPU $$"), ParserDeath::CpuTime);
    assert_eq!(cause("kill -KILL $$"), ParserDeath::Signal { number: 9 });
    Ok(())
}

fn by_exit_code() -> Result<(), Skipped> {
    assert_eq!(
        cause("exit 3"),
        ParserDeath::Crash {
            last_words: "exit code 3".to_owned()
        }
    );
    Ok(())
}

fn by_panic() -> Result<(), Skipped> {
    let words = "thread 'main' panicked at xlsb.rs: index out of bounds";
    let ParserDeath::Crash { last_words } = cause(&format!("echo \"{words}\" >&2; exit 101")) else {
        unreachable!("a panic is a crash");
    };
    assert_eq!(last_words, words);
    Ok(())
}

fn at_the_deadline() -> Result<(), Skipped> {
    let started = Instant::now();
    let command = shell_until(Duration::from_millis(300), "exec /bin/sleep 60");
    let refusal = read_with(&command);
    assert_eq!(
        refusal,
        FileRefusal::ParserDied {
            cause: ParserDeath::Deadline { seconds: 0 }
        }
    );
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "{:?}",
        started.elapsed()
    );
    Ok(())
}

fn deaf_after_closing_its_output() -> Result<(), Skipped> {
    let started = Instant::now();
    let died = cause("exec >&- 2>&-; exec /bin/sleep 60");
    assert_eq!(died, ParserDeath::Signal { number: 9 });
    assert!(
        started.elapsed() < Duration::from_secs(20),
        "{:?}",
        started.elapsed()
    );
    Ok(())
}

fn garbage() -> Result<(), Skipped> {
    for script in [
        "printf 'hello, this is not the protocol'",
        "printf '\\377\\377\\377\\377x'",
        "printf '\\1\\0\\0\\0\\2'",
    ] {
        assert!(matches!(cause(script), ParserDeath::Garbled { .. }), "{script}");
    }
    Ok(())
}

fn flooding_both_pipes() -> Result<(), Skipped> {
    let died = cause("exec /usr/bin/head -c 50000000 /dev/zero >&2");
    let ParserDeath::Crash { last_words } = died else {
        unreachable!("it exits without a word of the protocol")
    };
    assert!(last_words.len() <= 4096, "{} bytes kept", last_words.len());
    assert!(matches!(
        cause("exec /usr/bin/head -c 50000000 /dev/zero"),
        ParserDeath::Garbled { .. }
    ));
    Ok(())
}

fn not_there() -> Result<(), Skipped> {
    let command = ParserCommand::new("/nowhere/parser", [""; 0], DEADLINE);
    assert_eq!(read_with(&command).code(), "parser_unavailable");
    Ok(())
}
