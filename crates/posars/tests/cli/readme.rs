//! The README's snippets, run as somebody pastes them who has built posars in a clone.
//!
//! Two things differ from a clone, both of them settings: the port (8080 may be taken) and the data folder. What needs
//! a package of somebody else's is ignored here and run by `.ci/run` where that can be had.

use std::io::Write as _;
use std::process::Command;

use serde_json::Value;

use crate::support::{Folder, Ran, Up};

/// Read by each run: a new word in it needs no new build.
const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
/// Where the first command serves.
const ADDRESS: &str = "127.0.0.1:8080";
/// Printed after each block, to tell their outputs apart.
const END_OF_BLOCK: char = '\u{1e}';
/// What every snippet sells: R$ 37.80.
const PRICE: i64 = 3_780;

/// A fenced block of the README.
#[derive(Debug)]
struct Block {
    /// The heading that it stands below, as written.
    heading: String,
    language: String,
    text: String,
}

fn readme() -> String {
    std::fs::read_to_string(README).unwrap()
}

fn all_blocks() -> Vec<Block> {
    let (mut found, mut open, mut heading) = (Vec::new(), None::<Block>, "");
    let readme = readme();
    for line in readme.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(language)) => {
                open = Some(Block {
                    heading: heading.to_owned(),
                    language: language.to_owned(),
                    text: String::new(),
                });
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) if line.starts_with('#') => heading = line,
            (None, None) => {}
        }
    }
    found
}

fn blocks(heading: &str, language: &str) -> Vec<String> {
    let of_section = |block: &Block| block.heading == heading && block.language == language;
    let found: Vec<_> = all_blocks().into_iter().filter(of_section).collect();
    assert!(
        !found.is_empty(),
        "README.md shows no {language} below {heading:?}"
    );
    found.into_iter().map(|block| block.text).collect()
}

/// The only such block in which this word stands.
fn block(heading: &str, language: &str, word: &str) -> String {
    let mut found = blocks(heading, language);
    found.retain(|block| block.contains(word));
    assert_eq!(found.len(), 1, "{word:?} below {heading:?}: {found:?}");
    found.remove(0)
}

/// The three blocks that every other snippet builds on: they record a sale, read it and are refused one.
fn first_sale() -> Vec<String> {
    let blocks = blocks("## A first sale", "sh");
    assert_eq!(blocks.len(), 3, "{blocks:?}");
    blocks
}

/// The first sale, and what comes after it in the same shell.
fn first_sale_and(more: String) -> Vec<String> {
    let mut blocks = first_sale();
    blocks.push(more);
    blocks
}

/// Somebody with a clone, a release built in it and the first command running.
struct Reader {
    up: Up,
    clone: Folder,
}

impl Reader {
    fn with_the_demo_up() -> Self {
        let clone = Folder::new();
        let built = clone.file("target/release");
        std::fs::create_dir_all(&built).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_posars"), built.join("posars")).unwrap();
        let up = Up::start(&["--demo", "--data", &clone.data()]);
        Self { up, clone }
    }

    fn at_this_address(&self, text: &str) -> String {
        text.replace(ADDRESS, self.up.address())
    }

    /// Saves a snippet under the name that its first line says.
    fn save(&self, snippet: &str) -> String {
        let first = snippet.lines().next().unwrap();
        let name = first.trim_start_matches(['#', '/', ' ']);
        std::fs::write(self.clone.file(name), self.at_this_address(snippet)).unwrap();
        name.to_owned()
    }

    /// Pastes these blocks into one shell; what each of them printed.
    fn paste(&self, blocks: &[String]) -> Vec<String> {
        let mut script = String::from("set -euo pipefail\n");
        for block in blocks {
            script.push_str(&self.at_this_address(block));
            script.push_str("\nprintf '\\036'\n");
        }
        let mut shell = Command::new("bash");
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("POSARS_") {
                shell.env_remove(&name);
            }
        }
        let output = shell
            .args(["-c", &script])
            .current_dir(self.clone.file(""))
            .env("POSARS_DATA", self.clone.data())
            // A machine's proxy for the world is none for the machine itself.
            .env("no_proxy", "127.0.0.1")
            .output()
            .unwrap();
        let ran = Ran::from(output).ended(0);
        let mut outputs: Vec<_> = ran.out.split(END_OF_BLOCK).map(str::to_owned).collect();
        assert_eq!(outputs.pop().unwrap(), "", "{ran}");
        assert_eq!(outputs.len(), blocks.len(), "{ran}");
        outputs
    }
}

/// Whether this can be run here. It is told past the capture of the test runner when not.
fn can_run(program: &str, arguments: &[&str]) -> bool {
    let is_there = Command::new(program)
        .args(arguments)
        .output()
        .is_ok_and(|output| output.status.success());
    if !is_there {
        let line = format!("-- skipped: what README.md does with {program}, which is not installed\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    }
    is_there
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn number(value: &Value) -> i64 {
    let text = value.as_str().unwrap_or_else(|| panic!("no number: {value}"));
    text.parse().unwrap()
}

/// Sales and takings of the one day in an answer.
fn figures(answer: &Value) -> (i64, i64) {
    let days = answer["dailySales"].as_array().unwrap();
    assert_eq!(days.len(), 1, "{answer}");
    let figures = &days[0]["figures"];
    (
        number(&figures["saleCount"]),
        number(&figures["total"]["amountMinor"]),
    )
}

/// Checks what the first sale's blocks printed; the sale's id and the figures of its day.
fn check_first_sale(outputs: &[String]) -> (String, (i64, i64)) {
    let sold = json(&outputs[0]);
    assert_eq!(sold["sale"]["state"], "SALE_STATE_RECORDED", "{sold}");
    assert_eq!(number(&sold["sale"]["total"]["amountMinor"]), PRICE, "{sold}");
    let position = number(&sold["recorded"]["position"]);

    let [read, daily] = outputs[1]
        .lines()
        .map(json)
        .collect::<Vec<_>>()
        .try_into()
        .unwrap();
    assert_eq!(read["sale"], sold["sale"]);
    assert!(number(&read["position"]) >= position, "{read}");
    assert_eq!(
        daily["dailySales"][0]["businessDate"],
        sold["sale"]["businessDate"]
    );
    assert!(number(&daily["position"]) >= position, "{daily}");

    let [refusal, status] = outputs[2].lines().collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(status, "400", "{refusal}");
    let shown = json(&block("## A first sale", "json", "reason"));
    let details = json(refusal)["details"].clone();
    assert!(
        details.as_array().unwrap().contains(&shown),
        "README.md shows {shown} of {details}"
    );
    (
        sold["sale"]["saleId"].as_str().unwrap().to_owned(),
        figures(&daily),
    )
}

#[test]
fn curl_records_a_sale_sees_its_figures_and_is_refused_a_wrong_one() {
    if !can_run("curl", &["--version"]) {
        return;
    }
    let reader = Reader::with_the_demo_up();
    let (first, (count, takings)) = check_first_sale(&reader.paste(&first_sale()));

    let users = block("### Users and companies", "sh", "posars users");
    let outputs = reader.paste(&first_sale_and(users));
    let (second, grown) = check_first_sale(&outputs);
    assert_ne!(first, second);
    assert_eq!(
        grown,
        (count + 1, takings + PRICE),
        "one sale more, and nothing of the refused one"
    );
    let token = outputs[3].lines().last().unwrap();
    assert_eq!(token.split('.').count(), 3, "a token: {}", outputs[3]);
    assert!(outputs[3].contains("\"ana\""), "{}", outputs[3]);
}

#[test]
fn curl_hires_raises_hands_out_and_erases() {
    if !can_run("curl", &["--version"]) {
        return;
    }
    let reader = Reader::with_the_demo_up();
    let people = block("### People", "sh", "people/$PERSON:erase");
    let outputs = reader.paste(&first_sale_and(people));
    let answers: Vec<Value> = outputs[3].lines().map(json).collect();
    let [employee, headcount, costs, export, erased] = answers.try_into().unwrap();
    let employee = &employee["employee"];
    assert_eq!(employee["personalData"]["cpf"], "52998224725", "{employee}");
    assert_eq!(
        number(&employee["salary"]["amount"]["amountMinor"]),
        215_000,
        "{employee}"
    );
    let positions = headcount["headcounts"].as_array().unwrap();
    assert!(
        positions.len() >= 6,
        "three months of four positions: {headcount}"
    );
    assert!(!costs["costs"].as_array().unwrap().is_empty(), "{costs}");
    let kinds: Vec<_> = export["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|record| &record["eventType"])
        .collect();
    assert_eq!(
        kinds,
        ["EmployeeHired", "PersonalDataSet", "SalaryChanged"],
        "{export}"
    );
    assert_eq!(erased["person"]["erasureRequested"], true, "{erased}");
    let held: Vec<_> = erased["person"]["classes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|class| class["erased"] == false)
        .collect();
    assert!(
        held.iter()
            .any(|class| class["class"] == "RETENTION_CLASS_LABOUR"),
        "{erased}"
    );
}

#[test]
fn javascript_lists_sales() {
    // Older ones have no fetch.
    if !can_run("node", &["-e", "fetch"]) {
        return;
    }
    let reader = Reader::with_the_demo_up();
    let file = reader.save(&block("### JavaScript", "js", "fetch"));
    let command = format!("node {file}");
    assert!(
        readme().contains(&format!("`{command}`")),
        "README.md does not say {command}"
    );
    let token = "export TOKEN=$(target/release/posars token --role owner)".to_owned();
    let outputs = reader.paste(&[token, command]);
    let sales: Vec<_> = outputs[1].lines().collect();
    assert_eq!(sales.len(), 3, "{outputs:?}");
    for sale in sales {
        let (id, total) = sale.split_once(' ').unwrap();
        assert!(uuid::Uuid::parse_str(id).is_ok(), "{sale}");
        assert!(total.parse::<u32>().unwrap() > 0, "{sale}");
    }
}

#[test]
#[ignore = "fetches grpcio from PyPI; .ci/run runs it where it can"]
fn python_records_a_sale_and_sees_its_figures() {
    let reader = Reader::with_the_demo_up();
    reader.save(&block("### Python", "python", "grpc"));
    let python = block("### Python", "sh", "pip install");
    let outputs = reader.paste(&first_sale_and(python));
    let [recorded, daily] = outputs[3].lines().collect::<Vec<_>>().try_into().unwrap();
    let position: i64 = recorded
        .strip_prefix("recorded at position ")
        .unwrap()
        .parse()
        .unwrap();
    assert!(
        position > number(&json(&outputs[0])["recorded"]["position"]),
        "{recorded}"
    );
    let daily = json(daily);
    assert!(number(&daily["position"]) >= position, "{daily}");
    let (count, takings) = figures(&daily);
    // Early in the day of UTC, yesterday's sale by curl counts for the same day in São Paulo.
    assert!([1, 2].contains(&count), "{daily}");
    assert_eq!(takings, count * PRICE, "{daily}");
}

/// Runs the block that calls this program and checks that it read the sale just made.
fn reads_the_sale_by(program: &str) {
    let reader = Reader::with_the_demo_up();
    let call = block("### gRPC from a shell", "sh", program);
    let outputs = reader.paste(&first_sale_and(call));
    let (id, _) = check_first_sale(&outputs);
    assert_eq!(json(&outputs[3])["sale"]["saleId"], id.as_str(), "{}", outputs[3]);
}

#[test]
#[ignore = "fetches buf from npm; .ci/run runs it where it can"]
fn buf_reads_the_sale() {
    reads_the_sale_by("@bufbuild/buf");
}

#[test]
#[ignore = "needs grpcurl, which Debian does not package; .ci/run runs it where it is installed"]
fn grpcurl_reads_the_sale() {
    reads_the_sale_by("grpcurl ");
}
