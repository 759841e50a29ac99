//! Every statement in the project is prepared on the migrated schema: a table that changed under one is found here
//! and not by a customer.

use std::collections::BTreeMap;

use anyhow::Context as _;
use posars_testkit::TestDatabase;
use proc_macro2::Literal;
use tokio_postgres::{Client, NoTls};

use crate::sources::{self, SourceFile};
use crate::sql_text;
use crate::verdict;

/// Files that cannot be checked, each with the reason.
const UNCHECKED: [(&str, &str); 0] = [];

/// Rust files that build statements, each with the reason.
const BUILT_IN_RUST: [(&str, &str); 4] = [
    (
        "crates/local-postgres/src/database.rs",
        "makes and drops databases; their names are identifiers, which binds cannot carry, and are quoted there",
    ),
    (
        "crates/projections/src/listing.rs",
        "lists a read model by the conditions that are given, of columns that the program names; its plans are pinned",
    ),
    (
        "crates/projections/src/table.rs",
        "spells out from a table's one list of columns how its rows get in; every read model's tests carry it out",
    ),
    (
        "crates/projections/src/row.rs",
        "sets a savepoint around a COPY and goes back to it; PREPARE takes neither",
    ),
];

/// How a file is checked; PREPARE takes only queries and changes of rows.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// `create table …`: carried out first, because the statements beside it name those tables.
    Definition,
    /// `create database` and, after it, `drop database`: carried out with a name of the test's own.
    Database,
    /// `set …`, `listen …`: carried out, for the settings must exist and take the values.
    Settings,
    /// `copy (query) to stdout`: the query is prepared, the integers that are written in stand as 1.
    CopyOut,
    /// `copy table (columns) from stdin`: prepared as an insert of the same columns.
    CopyIn,
    /// Everything else.
    Prepared,
}

fn kind_of(sql: &str) -> Kind {
    let code = sql_text::code_of(sql);
    let code = code.trim();
    let begins = |word: &str| code.starts_with(word);
    if begins("create database") || begins("drop database") {
        Kind::Database
    } else if begins("create ") || begins("alter ") || begins("drop ") {
        Kind::Definition
    } else if begins("set ") || begins("listen ") {
        Kind::Settings
    } else if begins("copy (") {
        Kind::CopyOut
    } else if begins("copy ") {
        Kind::CopyIn
    } else {
        Kind::Prepared
    }
}

fn statement_files() -> anyhow::Result<Vec<SourceFile>> {
    let mut files = sources::files(".sql")?;
    files.retain(|file| file.path.contains("/src/") && !file.is_test());
    anyhow::ensure!(
        !files.is_empty(),
        "no statements below crates/: this check checks nothing"
    );
    Ok(files)
}

#[tokio::test]
async fn every_statement_fits_the_schema() -> anyhow::Result<()> {
    let database = TestDatabase::create().await?;
    let (client, connection) = tokio_postgres::connect(database.url(), NoTls).await?;
    let connection = tokio::spawn(connection);
    let mut files = statement_files()?;
    // Stable: create_… comes before drop_… by name.
    files.sort_by_key(|file| kind_of(&file.text));
    let mut findings = Vec::new();
    for file in &files {
        if UNCHECKED.iter().any(|(path, _)| *path == file.path) {
            continue;
        }
        if let Err(error) = check(&client, &file.text).await {
            findings.push(format!("{}: {error:#}", file.path));
        }
    }
    for (path, reason) in UNCHECKED {
        if reason.is_empty() || !files.iter().any(|file| file.path == path) {
            findings.push(format!("{path} is in UNCHECKED without a reason, or is gone"));
        }
    }
    drop(client);
    connection.await??;
    verdict(
        "every statement can be carried out on the migrated schema",
        &findings,
        "mend the statement, or add the migration it waits for",
    )
}

async fn check(client: &Client, sql: &str) -> anyhow::Result<()> {
    let done = match kind_of(sql) {
        // As the code does: a definition takes no binds, only the number of a log is written in.
        Kind::Definition | Kind::Settings => client.batch_execute(&sql.replace("$1", "1")).await,
        Kind::Database => client.batch_execute(&sql.replace("$1", "tidy_scratch")).await,
        Kind::CopyOut => client.prepare(&copied_query(sql)?).await.map(drop),
        Kind::CopyIn => client.prepare(&insert_of_the_same(sql)?).await.map(drop),
        Kind::Prepared => client.prepare(sql).await.map(drop),
    };
    done.map_err(|error| match error.as_db_error() {
        Some(refusal) => anyhow::anyhow!("{}", refusal.message()),
        None => error.into(),
    })
}

/// `copy (query) to stdout` -> the query.
fn copied_query(sql: &str) -> anyhow::Result<String> {
    let code = sql_text::code_of(sql);
    let (open, close) = code
        .find('(')
        .zip(code.find("to stdout"))
        .context("a copy without `to stdout`")?;
    let query = code
        .get(open..close)
        .context("`to stdout` before the query")?
        .trim();
    // As the code does: COPY takes no binds.
    let mut query = query.to_owned();
    for bind in sql_text::binds(&code).into_iter().rev() {
        query = query.replace(&format!("${bind}"), "1");
    }
    Ok(query)
}

/// `copy table (columns) from stdin` -> an insert that needs the same table and columns.
fn insert_of_the_same(sql: &str) -> anyhow::Result<String> {
    let code = sql_text::code_of(sql);
    let copy = code.trim().strip_prefix("copy ").context("no copy")?;
    let (table, rest) = copy.split_once('(').context("a copy names its columns")?;
    let (columns, _) = rest.split_once(')').context("a copy closes its columns")?;
    Ok(format!(
        "insert into {table} ({columns}) select {columns} from {table}"
    ))
}

#[test]
fn statements_explain_themselves() -> anyhow::Result<()> {
    let mut findings = Vec::new();
    let migrations = sources::files(".sql")?
        .into_iter()
        .filter(|file| file.path.starts_with("migrations/"));
    for file in statement_files()?.into_iter().chain(migrations) {
        let is_migration = file.path.starts_with("migrations/");
        let code = sql_text::code_of(&file.text);
        let heading = sql_text::heading(&file.text);
        if heading.is_empty() {
            findings.push(format!("{}:1: begins without a comment", file.path));
        }
        for (number, line) in code.lines().enumerate() {
            if line.chars().any(char::is_uppercase) {
                findings.push(format!(
                    "{}:{}: upper case: {}",
                    file.path,
                    number + 1,
                    line.trim()
                ));
            }
        }
        for bind in sql_text::binds(&code) {
            if !is_migration && !sql_text::explains(&heading, bind) {
                findings.push(format!("{}: ${bind} is not explained on top", file.path));
            }
        }
        let batches = matches!(kind_of(&file.text), Kind::Definition | Kind::Settings);
        let count = sql_text::statements(&file.text).len();
        if !is_migration && !batches && count != 1 {
            findings.push(format!("{}: holds {count} statements", file.path));
        }
    }
    verdict(
        "a statement has its file, is lower case, and explains its binds on top",
        &findings,
        "write `-- $1 log, $2 first version.` as the first line; only settings and definitions come in batches",
    )
}

#[test]
fn every_statement_is_used() -> anyhow::Result<()> {
    let rust = sources::files(".rs")?;
    let findings: Vec<String> = statement_files()?
        .into_iter()
        .filter(|file| {
            let name = file.path.rsplit('/').next().unwrap_or(&file.path);
            let wanted = format!("sql/{name}\"");
            !rust
                .iter()
                .any(|user| user.crate_name() == file.crate_name() && user.text.contains(&wanted))
        })
        .map(|file| file.path)
        .collect();
    verdict(
        "every statement is used",
        &findings,
        "delete the file, or include_str! it",
    )
}

#[test]
fn no_statement_is_written_in_rust() -> anyhow::Result<()> {
    let mut findings = Vec::new();
    for file in sources::files(".rs")? {
        let is_excused = BUILT_IN_RUST.iter().any(|(path, _)| *path == file.path);
        if is_excused || file.is_test() || !file.path.contains("/src/") {
            continue;
        }
        let mut found = BTreeMap::new();
        crate::literals::visit_literals(file.tokens()?, &mut |literal: &Literal| {
            if looks_like_sql(&literal.to_string()) {
                found.insert(literal.span().start().line, literal.to_string());
            }
        });
        for (line, text) in found {
            findings.push(format!("{}:{line}: {text}", file.path));
        }
    }
    verdict(
        "no SQL is written or built in Rust",
        &findings,
        "put the statement into a file of src/sql/ with binds and include_str! it",
    )
}

/// Whether a literal, as written in Rust, is a statement and not a sentence.
fn looks_like_sql(literal: &str) -> bool {
    let text = literal
        .trim_start_matches(|letter: char| !letter.is_alphabetic())
        .to_lowercase();
    let text = text
        .strip_prefix("r#\"")
        .or(text.strip_prefix("r\""))
        .unwrap_or(&text)
        .trim_start();
    let words: Vec<&str> = text.split_whitespace().collect();
    let has = |word: &str| words.contains(&word);
    match words.as_slice() {
        ["select", ..] => has("from") || text.contains('(') || text.starts_with("select 1"),
        ["insert", "into", ..]
        | ["delete", "from", ..]
        | ["truncate", ..]
        | ["with", _, "as", ..]
        | ["savepoint" | "listen" | "unlisten" | "notify", _]
        | ["rollback", "to", ..] => true,
        ["update", ..] => has("set"),
        ["create" | "drop" | "alter", what, ..] => [
            "table", "database", "index", "schema", "function", "role", "view", "unlogged",
        ]
        .contains(what),
        ["copy", ..] => has("stdin") || has("stdout"),
        ["set", name, ..] => text.contains('=') && name.contains('_'),
        _ => false,
    }
}

#[test]
fn sql_is_told_from_sentences() {
    let statements = [
        "\"select x from t\"",
        "\"update t set a = 1\"",
        "\"create database {name}\"",
        "\"rollback to savepoint before\"",
        "r#\"with a as (\"#",
    ];
    let sentences = [
        "\"select a store\"",
        "\"update the schema\"",
        "\"create a folder\"",
        "\"delete it\"",
        "\"with care\"",
    ];
    for text in statements {
        assert!(looks_like_sql(text), "{text}");
    }
    for text in sentences {
        assert!(!looks_like_sql(text), "{text}");
    }
}

#[test]
fn migrations_are_numbered_without_holes() -> anyhow::Result<()> {
    let mut numbers = BTreeMap::new();
    let mut findings = Vec::new();
    for file in sources::files(".sql")?
        .into_iter()
        .filter(|file| file.path.starts_with("migrations/"))
    {
        let name = file
            .path
            .trim_start_matches("migrations/")
            .trim_end_matches(".sql");
        let number = name
            .strip_prefix('V')
            .and_then(|rest| rest.split_once("__"))
            .and_then(|(n, words)| {
                let is_snake = !words.is_empty() && words.chars().all(|c| c.is_ascii_lowercase() || c == '_');
                n.parse::<usize>().ok().filter(|_| is_snake)
            });
        match number {
            Some(number) => {
                if let Some(other) = numbers.insert(number, file.path.clone()) {
                    findings.push(format!("{} and {other} have the same number", file.path));
                }
            }
            None => findings.push(format!("{} is not named V<number>__<words>.sql", file.path)),
        }
    }
    let known = posars_schema::migrations().len();
    for (expected, (number, path)) in (1..).zip(&numbers) {
        if *number != expected {
            findings.push(format!("{path}: V{expected} is missing before it"));
        }
    }
    if known != numbers.len() {
        findings.push(format!(
            "the binary embeds {known} migrations, the folder has {}",
            numbers.len()
        ));
    }
    verdict(
        "migrations count 1, 2, 3 … without holes",
        &findings,
        "renumber the ones that no release has applied yet",
    )
}
