//! Sizes: a file or a function that outgrows its limit has two jobs.

use crate::sources::{self, SourceFile};
use crate::verdict;

const FILE_LINES_MAX: usize = 500;
/// Tables of cases and the shop they run in.
const TEST_FILE_LINES_MAX: usize = 800;
const FUNCTION_LINES_MAX: usize = 70;
const MAIN_LINES_MAX: usize = 60;
const ARCHITECTURE_LINES_MAX: usize = 240;

#[test]
fn files_have_one_job() -> anyhow::Result<()> {
    let mut findings = Vec::new();
    for ending in [".rs", ".sql", ".proto", ".ci/run"] {
        for file in sources::files(ending)? {
            let limit = if file.is_test() {
                TEST_FILE_LINES_MAX
            } else {
                FILE_LINES_MAX
            };
            // Vendored as published.
            if !file.path.starts_with("proto/google/") {
                findings.extend(too_long(&file, limit));
            }
        }
    }
    findings.extend(too_long(
        &sources::file("ARCHITECTURE.md")?,
        ARCHITECTURE_LINES_MAX,
    ));
    verdict(
        "files are at most 500 lines, those of tests 800, ARCHITECTURE.md 240",
        &findings,
        "find the file's two jobs and give each a file with its name",
    )
}

fn too_long(file: &SourceFile, limit: usize) -> Option<String> {
    let lines = file.text.lines().count();
    (lines > limit).then(|| format!("{} has {lines} lines; its limit is {limit}", file.path))
}

#[test]
fn functions_have_one_job() -> anyhow::Result<()> {
    let mut findings = Vec::new();
    for file in sources::files(".rs")? {
        let lines: Vec<&str> = file.text.lines().collect();
        for function in sources::declarations(file.tokens()?) {
            let Some((first, last)) = function.body else {
                continue;
            };
            let limit = if function.name == "main" {
                MAIN_LINES_MAX
            } else {
                FUNCTION_LINES_MAX
            };
            // As clippy counts: a reason beside a line must not cost one.
            let length = (first..=last)
                .filter_map(|number| lines.get(number - 1))
                .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with("//"))
                .count();
            if function.keyword == "fn" && length > limit {
                let (path, line, name) = (&file.path, function.line, &function.name);
                findings.push(format!(
                    "{path}:{line}: {name} has {length} lines; its limit is {limit}"
                ));
            }
        }
    }
    verdict(
        "functions are at most 70 lines of code, main 60",
        &findings,
        "let the function keep the branches and move each leaf into a function of its own",
    )
}
