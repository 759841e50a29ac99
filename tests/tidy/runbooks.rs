//! Alerts and runbooks: one of each, and every command in a runbook is one that the program has.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;

use crate::documents::{commands, help_of};
use crate::sources;
use crate::verdict;

const ALERTS: &str = "deploy/prometheus/alerts.yaml";
const FOLDER: &str = "docs/runbooks/";
/// What a runbook of an alert begins with; others are for what a person does.
const OF_ALERTS: &str = "docs/runbooks/posars-";
const TERRAFORM: &str = "deploy/terraform/";
/// What an alert of ours says besides its name, in this order; the runbook is told apart.
const FIELDS: [&str; 5] = ["expr", "labels", "severity", "summary", "description"];
const SEVERITIES: [&str; 2] = ["critical", "warning"];

/// The alerts with their fields. The file keeps to a form that needs no reader of all YAML: `- alert:` begins one, and
/// each field has its line.
fn alerts() -> anyhow::Result<BTreeMap<String, BTreeMap<String, String>>> {
    let mut alerts: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut current = None;
    for line in sources::file(ALERTS)?.text.lines() {
        let line = line.trim();
        if let Some(name) = line.strip_prefix("- alert:") {
            let name = name.trim().to_owned();
            anyhow::ensure!(
                alerts.insert(name.clone(), BTreeMap::new()).is_none(),
                "{ALERTS} has {name} twice"
            );
            current = Some(name);
        } else if let (Some(name), Some((field, value))) = (&current, line.split_once(':'))
            && field.bytes().all(|byte| byte.is_ascii_lowercase())
        {
            let value = value.trim().trim_matches('"').to_owned();
            alerts
                .entry(name.clone())
                .or_default()
                .insert(field.to_owned(), value);
        }
    }
    anyhow::ensure!(
        !alerts.is_empty(),
        "{ALERTS} has no alert: this check checks nothing"
    );
    Ok(alerts)
}

/// `PosarsReadModelBehind` -> `posars-read-model-behind`.
fn kebab(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('-');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

#[test]
fn every_alert_has_its_runbook_and_every_runbook_its_alert() -> anyhow::Result<()> {
    let alerts = alerts()?;
    let of_alarms = of_alarms()?;
    let mut findings = Vec::new();
    for (name, fields) in &alerts {
        for field in FIELDS {
            if !fields.contains_key(field) {
                findings.push(format!("{ALERTS}: {name} has no {field}"));
            }
        }
        let severity = fields.get("severity").map(String::as_str).unwrap_or_default();
        if !SEVERITIES.contains(&severity) {
            findings.push(format!("{ALERTS}: {name} is neither of {SEVERITIES:?}"));
        }
        let wanted = format!("{FOLDER}{}.md", kebab(name));
        if fields.get("runbook") != Some(&wanted) {
            findings.push(format!("{ALERTS}: {name} does not name the runbook {wanted}"));
        }
        if !sources::root()?.join(&wanted).exists() {
            findings.push(format!("{wanted} is missing"));
        }
    }
    let runbooks = sources::files(".md")?
        .into_iter()
        .filter(|file| file.path.starts_with(FOLDER));
    for runbook in runbooks {
        let title = runbook.text.lines().next().unwrap_or_default();
        let name = title.strip_prefix("# ").unwrap_or(title);
        let is_told = alerts.contains_key(name) || of_alarms.contains(&runbook.path);
        let is_of_an_alert = runbook.path.starts_with(OF_ALERTS);
        if is_of_an_alert && (!is_told || runbook.path != format!("{FOLDER}{}.md", kebab(name))) {
            findings.push(format!(
                "{}: its title {title:?} is not the alert or the alarm of its name",
                runbook.path
            ));
        }
        // `PosarsNotReady` in the text sends the reader on.
        for word in runbook.text.split(|letter: char| !letter.is_alphanumeric()) {
            let is_there = || of_alarms.contains(&format!("{FOLDER}{}.md", kebab(word)));
            if word.starts_with("Posars") && !alerts.contains_key(word) && !is_there() {
                findings.push(format!("{}: there is no alert {word}", runbook.path));
            }
        }
    }
    verdict(
        "an alert and its runbook belong together",
        &findings,
        "write docs/runbooks/<alert, in small letters with hyphens>.md and name it in the alert",
    )
}

/// The runbooks that what Terraform makes sends people to.
fn of_alarms() -> anyhow::Result<BTreeSet<String>> {
    let mut named = BTreeSet::new();
    for file in sources::files(".tf")? {
        for (at, _) in file.text.match_indices(FOLDER) {
            let rest = file.text.get(at..).unwrap_or_default();
            let end = rest.find(".md").map_or(rest.len(), |end| end + ".md".len());
            named.insert(rest.get(..end).unwrap_or_default().to_owned());
        }
    }
    Ok(named)
}

#[test]
fn every_alarm_names_a_runbook_that_is_there() -> anyhow::Result<()> {
    let named = of_alarms()?;
    let mut findings: Vec<String> = Vec::new();
    for runbook in &named {
        if !sources::root()?.join(runbook).exists() {
            findings.push(format!("{TERRAFORM}: {runbook} is missing"));
        }
    }
    let mut alarms = 0;
    for file in sources::files(".tf")? {
        let count = |beginning: &str| {
            let lines = file.text.lines().map(str::trim_start);
            lines.filter(|line| line.starts_with(beginning)).count()
        };
        // A list of alarms has both for each; an alarm of its own names the runbook in its words.
        if count("about ") != count("runbook ") {
            findings.push(format!("{}: an alarm without a runbook", file.path));
        }
        let words = file.text.lines().filter(|line| {
            let line = line.trim_start();
            line.starts_with("alarm_description")
        });
        for line in words {
            alarms += 1;
            if !line.contains(FOLDER) && !line.contains("each.value.runbook") {
                findings.push(format!("{}: {}", file.path, line.trim()));
            }
        }
    }
    anyhow::ensure!(
        alarms > 0 && named.len() > 5,
        "this check finds too little: {named:?}"
    );
    verdict(
        "whoever is woken by an alarm is sent to a page",
        &findings,
        "name docs/runbooks/….md in the alarm, and write the page",
    )
}

#[test]
fn every_runbook_ends_in_a_command_that_exists() -> anyhow::Result<()> {
    let mut findings = Vec::new();
    let runbooks = sources::files(".md")?
        .into_iter()
        .filter(|file| file.path.starts_with(FOLDER));
    for runbook in runbooks {
        let all = commands(&runbook, "posars ");
        let last = runbook.text.trim_end().strip_suffix("```").unwrap_or_default();
        let last = last.trim_end().lines().next_back().unwrap_or_default();
        if !last.starts_with("posars ") {
            findings.push(format!(
                "{}: it ends in {last:?}, no command of the program",
                runbook.path
            ));
        }
        let in_text = inline_commands(&runbook.text);
        for command in all.iter().chain(&in_text) {
            let arguments: Vec<&str> = command
                .split_whitespace()
                .skip(1)
                .take_while(|word| *word != "…")
                .collect();
            if let Err(error) = help_of(&arguments) {
                findings.push(format!("{}: {command}: {error}", runbook.path));
            }
        }
    }
    verdict(
        "whoever is woken by an alert is led to a command, and it is there",
        &findings,
        "end the runbook in a block of commands as `--help` has them",
    )
}

/// Commands between backticks in running text, as far as they are commands: `posars up`.
fn inline_commands(text: &str) -> Vec<String> {
    let outside_blocks = text.split("```").step_by(2);
    let spans = outside_blocks.flat_map(|part| part.split('`').skip(1).step_by(2));
    spans
        .filter(|span| span.starts_with("posars "))
        // Values that a reader fills in are not for the program to judge.
        .map(|span| span.replace(" N", " 1"))
        .collect()
}

#[test]
fn the_dashboard_names_its_panels_and_says_what_they_show() -> anyhow::Result<()> {
    let dashboard = sources::file("deploy/grafana/posars.json")?;
    let dashboard: serde_json::Value =
        serde_json::from_str(&dashboard.text).context("deploy/grafana/posars.json")?;
    let panels = dashboard.get("panels").and_then(|panels| panels.as_array());
    let mut findings = Vec::new();
    let mut ids = Vec::new();
    for panel in panels.context("no panels")? {
        let text = |field: &str| {
            panel
                .get(field)
                .and_then(|value| value.as_str())
                .unwrap_or_default()
        };
        ids.push(panel.get("id").and_then(serde_json::Value::as_u64));
        if text("title").is_empty() || (text("type") != "row" && text("description").is_empty()) {
            findings.push(format!("a panel without title or description: {panel}"));
        }
    }
    ids.sort_unstable();
    if ids.windows(2).any(|pair| pair.first() == pair.last()) {
        findings.push("two panels have one id".to_owned());
    }
    verdict(
        "a panel tells what it shows and in which unit",
        &findings,
        "give it a title and a description",
    )
}
