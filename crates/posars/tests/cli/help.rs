//! What the program says of itself, and how it takes a wrong command line.

use crate::support::run;

/// Every command that does something.
const COMMANDS: [&[&str]; 34] = [
    &["up"],
    &["serve"],
    &["work"],
    &["migrate"],
    &["import"],
    &["projections", "status"],
    &["projections", "rebuild"],
    &["projections", "rollback"],
    &["projections", "retry"],
    &["reactors", "status"],
    &["reactors", "waiting"],
    &["reactors", "parked"],
    &["reactors", "retry"],
    &["report", "daily-sales"],
    &["files", "list"],
    &["files", "link"],
    &["files", "get"],
    &["stock", "recost"],
    &["token"],
    &["users", "list"],
    &["users", "add"],
    &["users", "grant"],
    &["users", "revoke"],
    &["users", "remove"],
    &["companies", "list"],
    &["audit", "verify"],
    &["audit", "replay"],
    &["backup", "verify"],
    &["bench", "append"],
    &["bench", "rebuild"],
    &["bench", "sale"],
    &["bench", "queue"],
    &["doctor"],
    &[],
];

/// The pages above several of them.
const GROUPS: [&[&str]; 10] = [
    &["users"],
    &["projections"],
    &["reactors"],
    &["report"],
    &["files"],
    &["stock"],
    &["companies"],
    &["audit"],
    &["backup"],
    &["bench"],
];

#[test]
fn help_of_every_command_has_an_example_that_begins_with_it() {
    for command in COMMANDS.into_iter().chain(GROUPS) {
        let arguments: Vec<&str> = command.iter().copied().chain(["--help"]).collect();
        let help = run(&arguments).ended(0).out;
        let example = help
            .split_once("Example:")
            .unwrap_or_else(|| panic!("no example: {help}"))
            .1;
        let call = format!("posars {}", command.join(" "));
        assert!(example.contains(call.trim_end()), "{help}");
    }
}

#[test]
fn commands_take_their_place_by_flag_and_by_environment() {
    for command in COMMANDS.into_iter().filter(|command| !command.is_empty()) {
        let arguments: Vec<&str> = command.iter().copied().chain(["--help"]).collect();
        let help = run(&arguments).ended(0).out;
        assert!(help.contains("--data <DIR>"), "{help}");
        assert!(help.contains("POSARS_DATABASE_URL"), "{help}");
    }
}

#[test]
fn commands_about_one_company_take_it_by_flag_and_by_environment() {
    let about_none = [
        "up",
        "serve",
        "work",
        "migrate",
        "companies",
        "files",
        "backup",
        "bench",
    ];
    let about_everybody = ["list", "remove"];
    for command in COMMANDS.into_iter().filter(|command| !command.is_empty()) {
        let arguments: Vec<&str> = command.iter().copied().chain(["--help"]).collect();
        let help = run(&arguments).ended(0).out;
        let is_about_everybody = command[0] == "users" && about_everybody.contains(&command[1]);
        let wanted = !about_none.contains(&command[0]) && !is_about_everybody;
        let takes_one = help.contains("--company <ID>")
            && help.contains("[env: POSARS_COMPANY]")
            && help.contains("[default: main]");
        assert_eq!(takes_one, wanted, "{command:?}: {help}");
    }
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    run(&["frobnicate"]).ended(2);
    run(&["import"]).ended(2);
    run(&[
        "report",
        "daily-sales",
        "--from",
        "yesterday",
        "--to",
        "2026-01-31",
        "--out",
        "x",
    ])
    .ended(2);
    run(&["audit", "verify", "--anchor", "12"]).ended(2);
    let reversed = run(&["audit", "replay", "--from", "5", "--to", "3"]).ended(2);
    assert_eq!(reversed.error()["code"], "RANGE_INVALID", "{reversed}");
    let period = [
        "report",
        "daily-sales",
        "--from",
        "2026-01-01",
        "--to",
        "2026-01-31",
    ];
    let mut mismatch = period.to_vec();
    mismatch.extend(["--format", "csv", "--out", "x.xlsx"]);
    let mismatch = run(&mismatch).ended(2);
    assert_eq!(mismatch.error()["code"], "FORMAT_MISMATCH", "{mismatch}");
    let both = run(&["migrate", "--data", "x", "--database-url", "host=x dbname=x"]).ended(2);
    assert_eq!(both.error()["code"], "USAGE");
}

#[test]
fn the_version_is_that_of_the_crate() {
    assert_eq!(
        run(&["--version"]).ended(0).out.trim(),
        format!("posars {}", env!("CARGO_PKG_VERSION"))
    );
}
