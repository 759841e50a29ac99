//! Documents: what they promise is there, and nothing in the project speaks of the machine it was written on.

use std::process::Command;

use anyhow::Context as _;

use crate::sources::{self, SourceFile};
use crate::verdict;

/// Documents that name files of the project.
const DOCUMENTS: [&str; 3] = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"];
/// Homes that belong to a program and are the same on every machine.
const PUBLIC_PLACES: [&str; 1] = ["/home/linuxbrew/"];
/// Deeper than any command of the program.
const COMMAND_DEPTH_MAX: usize = 3;

/// The commands in the fenced blocks of a document that begin so.
pub(crate) fn commands(document: &SourceFile, beginning: &str) -> Vec<String> {
    let mut is_fenced = false;
    let mut found = Vec::new();
    for line in document.text.lines() {
        if line.starts_with("```") {
            is_fenced = !is_fenced;
        } else if is_fenced && line.starts_with(beginning) {
            found.push(line.split('#').next().unwrap_or(line).trim().to_owned());
        }
    }
    found
}

#[test]
fn the_two_commands_of_the_readme_are_those_that_ci_runs() -> anyhow::Result<()> {
    let readme = sources::file("README.md")?;
    let output = Command::new("bash")
        .args([".ci/run", "--list"])
        .current_dir(sources::root()?)
        .output()
        .context("running .ci/run --list")?;
    let listed = String::from_utf8_lossy(&output.stdout);
    anyhow::ensure!(output.status.success(), ".ci/run --list failed: {listed}");
    let mut findings = Vec::new();
    for beginning in ["cargo run --release --", "cargo test"] {
        match commands(&readme, beginning).as_slice() {
            [command] if listed.lines().any(|line| line == command) => {}
            [command] => findings.push(format!(".ci/run does not run `{command}`")),
            all => findings.push(format!(
                "README.md has {} commands `{beginning} …`, not one",
                all.len()
            )),
        }
    }
    verdict(
        "a stranger needs two commands, and CI runs the same two",
        &findings,
        "README.md is the original; .ci/run reads the commands out of it",
    )
}

#[test]
fn the_program_understands_every_command_of_the_readme() -> anyhow::Result<()> {
    let readme = sources::file("README.md")?;
    let mut findings = Vec::new();
    for beginning in ["cargo run --release -- ", "posars "] {
        let shown = commands(&readme, beginning);
        anyhow::ensure!(!shown.is_empty(), "README.md shows no command `{beginning}…`");
        for command in shown {
            let arguments = command.strip_prefix(beginning).unwrap_or(&command);
            // Wrong words before --help are refused; right ones are not carried out.
            if let Err(error) = help_of(&arguments.split_whitespace().collect::<Vec<_>>()) {
                findings.push(format!("{command}: {error}"));
            }
        }
    }
    verdict(
        "every command in the README can be pasted",
        &findings,
        "write the command as `--help` has it",
    )
}

/// What a command says of itself.
pub(crate) fn help_of(command: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_posars"))
        .args(command)
        .arg("--help")
        .output()
        .context("running posars")?;
    anyhow::ensure!(
        output.status.success(),
        "posars {} --help failed: {}",
        command.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}

/// The words below `Commands:`.
fn subcommands(help: &str) -> Vec<&str> {
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        // Longer descriptions go on below, deeper.
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| *word != "help")
        .collect()
}

#[test]
fn every_command_shows_an_example() -> anyhow::Result<()> {
    let mut waiting: Vec<Vec<String>> = vec![Vec::new()];
    let mut seen = 0;
    let mut findings = Vec::new();
    while let Some(command) = waiting.pop() {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        let help = help_of(&words)?;
        let call = ["posars"]
            .into_iter()
            .chain(words.iter().copied())
            .collect::<Vec<_>>()
            .join(" ");
        let deeper = subcommands(&help);
        seen += 1;
        anyhow::ensure!(
            words.len() <= COMMAND_DEPTH_MAX,
            "{call} lies deeper than commands do"
        );
        let example = help.split_once("Example").map_or("", |(_, example)| example);
        // A word that only holds commands may leave the examples to them.
        if deeper.is_empty() && !example.contains(&call) {
            findings.push(format!("{call} --help"));
        }
        for word in deeper {
            waiting.push(words.iter().copied().chain([word]).map(str::to_owned).collect());
        }
    }
    anyhow::ensure!(
        seen > 1,
        "posars --help lists no commands: this check checks nothing"
    );
    verdict(
        "the help of every command ends with an example of it",
        &findings,
        "add `after_help = \"Example:\\n  posars …\"` to the command",
    )
}

#[test]
fn documents_name_files_that_exist() -> anyhow::Result<()> {
    let root = sources::root()?;
    let mut findings = Vec::new();
    for name in DOCUMENTS {
        let document = sources::file(name)?;
        for (number, line) in document.text.lines().enumerate() {
            // Every other piece stands between backticks.
            for word in line.split('`').skip(1).step_by(2) {
                if is_path(word) && !root.join(word).exists() {
                    findings.push(format!("{name}:{}: {word}", number + 1));
                }
            }
        }
    }
    verdict(
        "the documents name files of the tree by their full path",
        &findings,
        "write the path from the root as it is now",
    )
}

/// `crates/domain/src/lib.rs`, but not `application/json` or `crates/<crate>/src`.
fn is_path(word: &str) -> bool {
    let beginnings = [
        "crates/",
        "migrations/",
        "proto/",
        "tests/",
        "deploy/",
        "docs/",
        ".ci/",
    ];
    let is_pattern = word.contains(['<', '*', '{', '…', ' ']);
    beginnings.iter().any(|beginning| word.starts_with(beginning)) && !is_pattern
}

#[test]
fn every_crate_is_on_the_map() -> anyhow::Result<()> {
    let map = sources::file("ARCHITECTURE.md")?;
    let readme = sources::file("README.md")?;
    let mut findings = Vec::new();
    for manifest in sources::files("Cargo.toml")? {
        let Some(name) = manifest.crate_name() else {
            continue;
        };
        for document in [&map, &readme] {
            if !document.text.contains(&format!("| `{name}` |")) {
                findings.push(format!(
                    "{} has no row `{name}` in its table of crates",
                    document.path
                ));
            }
        }
    }
    verdict(
        "ARCHITECTURE.md and README.md have a row for every crate",
        &findings,
        "say the crate's one job, and in ARCHITECTURE.md what it must never do",
    )
}

#[test]
fn every_setting_is_in_the_readme() -> anyhow::Result<()> {
    let readme = sources::file("README.md")?;
    let mut findings = Vec::new();
    let is_source = |file: &SourceFile| !file.is_test() && file.path.contains("/src/");
    for file in sources::files(".rs")?.into_iter().filter(is_source) {
        crate::literals::visit_literals(file.tokens()?, &mut |literal| {
            let text = literal.to_string();
            for (at, _) in text.match_indices("POSARS_") {
                let rest = text.get(at..).unwrap_or("");
                let name = rest
                    .split(|c: char| !c.is_ascii_uppercase() && c != '_')
                    .next()
                    .unwrap_or(rest);
                if !readme.text.contains(&format!("`{name}`")) {
                    findings.push(format!("{}:{}: {name}", file.path, literal.span().start().line));
                }
            }
        });
    }
    verdict(
        "every variable that the program reads is in the README's table of settings",
        &findings,
        "add a row: the variable, its flag, its default, what it does",
    )
}

#[test]
fn nothing_speaks_of_the_machine_it_was_written_on() -> anyhow::Result<()> {
    let mut marks = vec![
        "/home/".to_owned(),
        "/Users/".to_owned(),
        concat!("/", "work", "/").to_owned(),
    ];
    // Wherever this tree lies now; a folder right below / would be found in every second path.
    let root = sources::root()?;
    marks.extend((root.components().count() > 2).then(|| format!("{}/", root.display())));
    let mut findings = Vec::new();
    for file in sources::files("")? {
        // This check has to name what it looks for.
        if file.path == "tests/tidy/documents.rs" {
            continue;
        }
        for (number, line) in file.text.lines().enumerate() {
            if PUBLIC_PLACES.iter().any(|place| line.contains(place)) {
                continue;
            }
            if let Some(mark) = marks.iter().find(|mark| is_absolute_mention(line, mark)) {
                findings.push(format!("{}:{}: {mark}", file.path, number + 1));
            }
        }
    }
    verdict(
        "no file names a path of somebody's machine",
        &findings,
        "find the path at run time, or name it from the project's root",
    )
}

#[test]
fn no_work_is_left_in_comments() -> anyhow::Result<()> {
    let mut findings = Vec::new();
    for ending in [".rs", ".sql", ".proto", ".toml", ".md", ".ci/run"] {
        for file in sources::files(ending)? {
            for (number, line) in file.text.lines().enumerate() {
                // Spelt in two halves, or this line would find itself.
                let marks = [
                    concat!("TO", "DO"),
                    concat!("FIX", "ME"),
                    concat!("XX", "X:"),
                    concat!("HA", "CK:"),
                ];
                if marks.iter().any(|mark| line.contains(mark)) && !file.path.starts_with("proto/google/") {
                    findings.push(format!("{}:{}: {}", file.path, number + 1, line.trim()));
                }
            }
        }
    }
    verdict(
        "nothing is half done",
        &findings,
        "finish it, or open an issue and take the remark out",
    )
}

/// Whether a line has this path, and not the same letters inside a longer one.
fn is_absolute_mention(line: &str, mark: &str) -> bool {
    line.match_indices(mark).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        let after = line.get(at + mark.len()..).and_then(|after| after.chars().next());
        let inside = before.is_some_and(|c| c.is_alphanumeric() || "._-/}*".contains(c));
        !inside && after.is_some_and(char::is_alphanumeric)
    })
}

#[test]
fn every_event_is_in_the_changelog() -> anyhow::Result<()> {
    let changelog = sources::file("CHANGELOG.md")?;
    let mut contract = String::new();
    let mut is_contract = false;
    for line in changelog.text.lines() {
        if line.starts_with('#') {
            is_contract = line == "### Event contract";
        } else if is_contract {
            contract.push_str(line);
        }
    }
    let mut findings = Vec::new();
    for golden in sources::files(".json")? {
        let Some(file_name) = golden.path.strip_prefix("crates/domain/tests/golden/") else {
            continue;
        };
        let event = file_name.split('.').next().unwrap_or(file_name);
        if !contract.contains(&format!("`{event}`")) {
            findings.push(format!("{}: {event}", golden.path));
        }
    }
    verdict(
        "every event stands in the changelog under \"Event contract\"",
        &findings,
        "say there what is new about it; others read these events for years",
    )
}
