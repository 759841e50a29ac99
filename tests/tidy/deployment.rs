//! What is deployed: its settings, roles, queues and commands are those of the program, and each module has its tests.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::Context as _;
use serde_json::Value;

use crate::sources::{self, SourceFile};
use crate::verdict;

const TERRAFORM: &str = "deploy/terraform/";
/// Roles of the program that are not deployed: they are several of the others in one process, or stand in for a balancer.
const NOT_DEPLOYED: [&str; 3] = ["serve all", "work all", "serve gateway"];
/// A reason shorter than this says nothing.
const REASON_BYTES_MIN: usize = 20;

fn deployed_files() -> anyhow::Result<Vec<SourceFile>> {
    let mut files = sources::files("")?;
    files.retain(|file| file.path.starts_with("deploy/"));
    Ok(files)
}

fn json(path: &str) -> anyhow::Result<Value> {
    serde_json::from_str(&sources::file(path)?.text).with_context(|| format!("reading {path}"))
}

/// What the program answers to these arguments.
fn posars(arguments: &[&str]) -> anyhow::Result<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_posars"))
        .args(arguments)
        .output()
        .context("running posars")?;
    anyhow::ensure!(
        output.status.success(),
        "posars {} failed: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}

/// The names of variables in a text that begin so.
fn variables<'t>(text: &'t str, beginning: &str) -> BTreeSet<&'t str> {
    let is_part = |letter: char| letter.is_ascii_uppercase() || letter == '_';
    let starts = text.match_indices(beginning).map(|(at, _)| at);
    let names = starts.filter_map(|at| text.get(at..)?.split(|letter| !is_part(letter)).next());
    names.filter(|name| name.len() > beginning.len()).collect()
}

#[test]
fn what_is_set_exists() -> anyhow::Result<()> {
    let readme = sources::file("README.md")?;
    let mut findings = Vec::new();
    for file in deployed_files()? {
        for name in variables(&file.text, "POSARS_") {
            // What a pipeline is told and not the program.
            let is_known = name == "POSARS_TERRAFORM_CHECK" || readme.text.contains(&format!("`{name}`"));
            if !is_known {
                findings.push(format!("{}: {name}", file.path));
            }
        }
    }
    verdict(
        "deploy/ sets only what the README's table of settings has",
        &findings,
        "write the variable as the table has it, or add the row",
    )
}

/// The roles that the help of `serve` or `work` lists.
fn roles_of(command: &str) -> anyhow::Result<BTreeSet<String>> {
    let help = posars(&[command, "--help"])?;
    let listed = help.split_once("Possible values:").map_or("", |(_, rest)| rest);
    let names = listed
        .lines()
        .map(str::trim)
        .skip_while(|line| line.is_empty())
        .take_while(|line| !line.is_empty());
    let names = names.filter_map(|line| line.strip_prefix("- ")?.split(':').next());
    Ok(names.map(|name| format!("{command} {name}")).collect())
}

#[test]
fn every_role_is_deployed() -> anyhow::Result<()> {
    let mut known = roles_of("serve")?;
    known.extend(roles_of("work")?);
    anyhow::ensure!(
        known.len() > NOT_DEPLOYED.len(),
        "the help lists no roles: {known:?}"
    );
    let roles = json("deploy/terraform/stack/roles.json")?;
    let mut deployed: BTreeSet<String> = NOT_DEPLOYED.map(str::to_owned).into();
    for (name, role) in roles.as_object().context("roles.json is no object")? {
        let words: Vec<&str> = role["command"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let expected = words.join("-");
        anyhow::ensure!(
            *name == expected || format!("serve-{name}") == expected,
            "{name} runs posars {}",
            words.join(" ")
        );
        deployed.insert(words.join(" "));
    }
    let findings: Vec<String> = known.symmetric_difference(&deployed).cloned().collect();
    verdict(
        "each role of the program is a service in deploy/terraform/stack/roles.json",
        &findings,
        "add it there with its queues and files, or take it out",
    )
}

/// A row of the table of roles in ARCHITECTURE.md, as far as a role of the deployment is made of it.
fn row_of<'t>(table: &'t str, command: &str) -> anyhow::Result<Vec<&'t str>> {
    let beginning = format!("| `{command}` |");
    let row = table.lines().find(|line| line.starts_with(&beginning));
    let row = row.with_context(|| format!("ARCHITECTURE.md has no row for {command}"))?;
    let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
    anyhow::ensure!(
        cells.len() == 7,
        "the row of {command} has other columns: {cells:?}"
    );
    Ok(cells)
}

#[test]
fn what_a_role_may_is_what_the_architecture_says() -> anyhow::Result<()> {
    let architecture = sources::file("ARCHITECTURE.md")?.text;
    let roles = json("deploy/terraform/stack/roles.json")?;
    let mut findings = Vec::new();
    for (name, role) in roles.as_object().context("roles.json is no object")? {
        let words = role["command"].as_array().into_iter().flatten();
        let words: Vec<&str> = words.filter_map(Value::as_str).collect();
        let cells = row_of(&architecture, &words.join(" "))?;
        let is = |field: &str| role[field].as_bool().unwrap_or(false);
        let reads = role["reads"].as_array().into_iter().flatten();
        let reads: Vec<String> = reads
            .filter_map(Value::as_str)
            .map(|queue| format!("`{queue}`"))
            .collect();
        let reads = if reads.is_empty() {
            "-".to_owned()
        } else {
            reads.join(", ")
        };
        let (read, written, files, key) = (cells[2], cells[3], cells[5], cells[6]);
        for (what, agrees) in [
            ("queue read", read == reads),
            ("queues written", (written != "-") == is("sends")),
            ("files", (files != "-") == (is("files") || is("intake"))),
            ("master key", (key == "yes") == is("people")),
        ] {
            if !agrees {
                findings.push(format!("{name}: {what}"));
            }
        }
    }
    verdict(
        "the table of roles in ARCHITECTURE.md and deploy/terraform/stack/roles.json say the same",
        &findings,
        "one of them is wrong: see what the role does, and correct that one",
    )
}

#[test]
fn every_queue_of_the_program_is_made() -> anyhow::Result<()> {
    // As `WAKE_UPS` and `IMPORTS` there have them, with the role that reads each.
    let source = sources::file("crates/posars/src/queues.rs")?;
    let mut read = BTreeSet::new();
    for line in source.text.lines() {
        let pair = line
            .trim()
            .strip_prefix("(\"")
            .and_then(|rest| rest.strip_suffix("),"));
        if let Some((queue, role)) = pair.and_then(|pair| pair.split_once("\", WorkRole::")) {
            read.insert((queue.to_owned(), role.to_lowercase()));
        }
    }
    anyhow::ensure!(read.len() >= 4, "queues.rs names no queues any more: {read:?}");
    read.insert(("imports".to_owned(), "imports".to_owned()));
    let made = json("deploy/terraform/modules/queues/queues.json")?;
    let made: BTreeSet<&String> = made
        .as_object()
        .context("queues.json is no object")?
        .keys()
        .collect();
    let named: BTreeSet<&String> = read.iter().map(|(queue, _role)| queue).collect();
    let mut findings: Vec<String> = made
        .symmetric_difference(&named)
        .map(ToString::to_string)
        .collect();
    let roles = json("deploy/terraform/stack/roles.json")?;
    for (queue, role) in &read {
        let reads = roles[format!("work-{role}")]["reads"].as_array();
        if !reads.is_some_and(|reads| reads.iter().any(|name| name == queue.as_str())) {
            findings.push(format!("work-{role} does not read {queue}"));
        }
    }
    verdict(
        "the queues of deploy/terraform and who reads them are those of crates/posars/src/queues.rs",
        &findings,
        "change modules/queues/queues.json and stack/roles.json with the program",
    )
}

#[test]
fn the_program_understands_what_jobs_and_checks_run() -> anyhow::Result<()> {
    let jobs = sources::file("deploy/terraform/modules/batch/main.tf")?;
    let task = sources::file("deploy/terraform/modules/service/main.tf")?;
    let image = sources::file("deploy/Dockerfile")?;
    for (file, written, arguments) in [
        (&jobs, "[\"import\", \"Ref::object\"]", &["import"][..]),
        (&jobs, "[\"migrate\"]", &["migrate"]),
        (
            &jobs,
            "[\"audit\", \"verify\", \"--company\"",
            &["audit", "verify"],
        ),
        (
            &jobs,
            "[\"backup\", \"verify\", \"--database-url\"",
            &["backup", "verify"],
        ),
        (&task, "\"alive\", \"--at\"", &["alive", "--at", "127.0.0.1:1"]),
        (&image, "\"alive\"]", &["alive"]),
    ] {
        anyhow::ensure!(
            file.text.contains(written),
            "{} does not run {written} any more",
            file.path
        );
        posars(&[arguments, &["--help"]].concat())?;
    }
    Ok(())
}

/// What each call of `crates/aws` needs to be allowed.
const ALLOWED_BY: [(&str, &str); 18] = [
    ("abort_multipart_upload", "s3:AbortMultipartUpload"),
    ("change_message_visibility_batch", "sqs:ChangeMessageVisibility"),
    ("complete_multipart_upload", "s3:PutObject"),
    ("create_multipart_upload", "s3:PutObject"),
    ("decrypt", "kms:Decrypt"),
    ("delete_message_batch", "sqs:DeleteMessage"),
    ("delete_object", "s3:DeleteObject"),
    ("encrypt", "kms:Encrypt"),
    ("get_object", "s3:GetObject"),
    ("get_queue_attributes", "sqs:GetQueueAttributes"),
    ("head_object", "s3:GetObject"),
    ("list_multipart_uploads", "s3:ListBucketMultipartUploads"),
    ("list_objects_v2", "s3:ListBucket"),
    ("put_object", "s3:PutObject"),
    ("receive_message", "sqs:ReceiveMessage"),
    ("send_message", "sqs:SendMessage"),
    ("send_message_batch", "sqs:SendMessage"),
    ("upload_part", "s3:PutObject"),
];
/// Calls that are made for measurements alone, with a person's own permissions.
const NOT_DEPLOYED_CALLS: [&str; 2] = ["create_queue", "delete_queue"];
/// How the names of calls of AWS begin.
const VERBS: [&str; 12] = [
    "abort_",
    "change_",
    "complete_",
    "copy_",
    "create_",
    "delete_",
    "describe_",
    "generate_",
    "get_",
    "head_",
    "list_",
    "put_",
];
/// The same, where only the whole name tells them from other words.
const CALLS: [&str; 6] = [
    "decrypt",
    "encrypt",
    "receive_message",
    "send_message",
    "send_message_batch",
    "upload_part",
];

/// The calls of AWS in a source file: methods without arguments whose names begin as such calls do.
fn calls(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for piece in text.split('.').skip(1) {
        let name = piece.split('(').next().unwrap_or("");
        let is_call = piece.get(name.len()..).is_some_and(|rest| rest.starts_with("()"));
        let is_one = VERBS.iter().any(|verb| name.starts_with(verb)) || CALLS.contains(&name);
        // Methods of Rust's own.
        if is_call && is_one && !["get_ref", "get_mut"].contains(&name) {
            found.insert(name.to_owned());
        }
    }
    found
}

#[test]
fn roles_may_do_what_the_program_does() -> anyhow::Result<()> {
    let policies = sources::file("deploy/terraform/modules/service/reach.tf")?.text;
    let mut findings = Vec::new();
    let mut seen = BTreeSet::new();
    let rust = sources::files(".rs")?.into_iter();
    for file in rust.filter(|file| file.path.starts_with("crates/aws/src/")) {
        for call in calls(&file.text) {
            match ALLOWED_BY.iter().find(|(name, _)| *name == call) {
                Some((_, action)) if policies.contains(&format!("\"{action}\"")) => {}
                Some((_, action)) => findings.push(format!("{}: {call} needs {action}", file.path)),
                None if NOT_DEPLOYED_CALLS.contains(&call.as_str()) => {}
                None => findings.push(format!("{}: {call} is not in ALLOWED_BY", file.path)),
            }
            seen.insert(call);
        }
    }
    anyhow::ensure!(
        seen.contains("get_object") && seen.contains("receive_message"),
        "the scan finds too little: {seen:?}"
    );
    verdict(
        "what crates/aws calls is allowed to the roles that need it",
        &findings,
        "say in ALLOWED_BY what the call needs, and allow it in modules/service/reach.tf and modules/batch/reach.tf",
    )
}

#[test]
fn every_module_has_tests_with_a_mock_provider() -> anyhow::Result<()> {
    let files = deployed_files()?;
    let folder = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let modules = files
        .iter()
        .filter(|file| file.path.starts_with(TERRAFORM) && file.path.ends_with(".tf"));
    let modules: BTreeSet<String> = modules.map(|file| folder(&file.path)).collect();
    anyhow::ensure!(modules.len() >= 13, "{modules:?}");
    let mut findings = Vec::new();
    for module in &modules {
        let tests = files
            .iter()
            .filter(|file| folder(&file.path) == *module && file.path.ends_with(".tftest.hcl"));
        let is_tested = tests
            .clone()
            .any(|file| file.text.contains("mock_provider \"aws\"") && file.text.contains("assert {"));
        if !is_tested {
            findings.push(module.clone());
        }
    }
    for file in &files {
        for (at, _) in file.text.match_indices("checkov:skip=") {
            let skip = file
                .text
                .get(at..)
                .and_then(|rest| rest.lines().next())
                .unwrap_or("");
            let reason = skip.splitn(3, ':').nth(2).unwrap_or("");
            if reason.len() < REASON_BYTES_MIN {
                findings.push(format!("{}: {skip}", file.path));
            }
        }
    }
    verdict(
        "each module of deploy/terraform has tests with mocks, and each skip of checkov a reason",
        &findings,
        "add MODULE.tftest.hcl that asserts how it is wired, and say why a check does not apply",
    )
}

/// Runs the script that fetches the password, with a stand-in for AWS's command line that answers this.
fn fetched(secret: &str) -> anyhow::Result<Option<String>> {
    let folder = tempfile::tempdir()?;
    let command = folder.path().join("aws");
    fs::write(folder.path().join("secret"), secret)?;
    fs::write(&command, "#!/bin/bash\ncat \"${0%/*}/secret\"\n")?;
    make_executable(&command)?;
    let path = format!(
        "{}:{}",
        folder.path().display(),
        env::var("PATH").unwrap_or_default()
    );
    let script = sources::file("deploy/password.sh")?;
    let mut child = Command::new("bash")
        .args(["-c", &script.text, "password", "once"])
        .env("PATH", path)
        .env("SECRET", "arn")
        .env("FOLDER", folder.path())
        .stderr(Stdio::piped())
        .spawn()?;
    // What it cannot read it tries again, for ever: its first complaint is the answer.
    let mut complaint = String::new();
    if let Some(stderr) = child.stderr.take() {
        std::io::BufRead::read_line(&mut std::io::BufReader::new(stderr), &mut complaint)?;
    }
    if !complaint.is_empty() {
        child.kill()?;
    }
    child.wait()?;
    Ok(fs::read_to_string(folder.path().join("password")).ok())
}

fn make_executable(path: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(0o755))?)
}

#[test]
fn passwords_reach_their_file_as_they_are() -> anyhow::Result<()> {
    for (secret, password) in [
        (r#"{"username":"posars","password":"simple"}"#, Some("simple")),
        (
            r#"{"engine":"postgres", "password": "a\"b\\c$d\u0026e%n|(x)", "port":5432}"#,
            Some(r#"a"b\c$d&e%n|(x)"#),
        ),
        (
            r#"{"password":"ends with \\","username":"u"}"#,
            Some(r"ends with \"),
        ),
        (r#"{"password":"p\/q`$(id)'"}"#, Some("p/q`$(id)'")),
        (r#"{"username":"nobody"}"#, None),
    ] {
        assert_eq!(fetched(secret)?.as_deref(), password, "{secret}");
    }
    Ok(())
}
