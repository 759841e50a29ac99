//! The owner dies in every way there is: no server stays behind, and the next start is clean.
//!
//! The owner is this test program again, run with one ignored test that holds a server until it is ended.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests fail by panicking")]

mod ground;

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ground::{Ground, config, query, runtime};
use posars_local_postgres::{Server, running_pid};
use rustix::process::{Pid, Signal, kill_process};

const FOLDER_VARIABLE: &str = "POSARS_TEST_HELD_FOLDER";
const NOBODY: u32 = 65_534;

/// The child's half: runs a server below the folder and never ends by itself.
#[test]
#[ignore = "the other tests of this file run it as a child process"]
fn holds_a_server() {
    let folder = std::env::var_os(FOLDER_VARIABLE).map(PathBuf::from);
    let Some(folder) = folder else { return };
    let server = Server::start(config(&folder)).unwrap();
    println!("HELD {} {}", server.pid(), server.url("postgres"));
    loop {
        std::thread::park();
    }
}

/// A child process that holds a server.
struct Owner {
    child: Child,
    server_pid: u32,
    url: String,
}

fn child(program: &Path, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .args(["--exact", "holds_a_server", "--ignored", "--nocapture"])
        .env(FOLDER_VARIABLE, folder);
    command
}

impl Owner {
    fn of(folder: &Path) -> Self {
        Self::run(child(&std::env::current_exe().unwrap(), folder))
    }

    fn run(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let held = lines
            .map(Result::unwrap)
            .find_map(|line| line.split_once("HELD ").map(|(_, rest)| rest.to_owned()));
        let held = held.expect("the child ended before its server was up; its words are above");
        let (pid, url) = held.split_once(' ').unwrap();
        Self {
            child,
            server_pid: pid.parse().unwrap(),
            url: url.to_owned(),
        }
    }

    fn end(&mut self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn wait_until_gone(pid: u32) {
    let began = Instant::now();
    while ground::is_alive(pid) {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "PostgreSQL {pid} outlived its owner"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn write_row(url: &str) {
    runtime()
        .block_on(query(url, "create table kept as select 42 as n"))
        .unwrap();
}

fn assert_row_is_kept(server: &Server) {
    let rows = runtime()
        .block_on(query(&server.url("postgres"), "select n from kept"))
        .unwrap();
    assert_eq!(rows, ["42"]);
}

#[test]
fn the_owner_is_killed() {
    let ground = Ground::new();
    let mut owner = Owner::of(ground.path());
    write_row(&owner.url);
    owner.end(Signal::KILL);
    wait_until_gone(owner.server_pid);
    assert_row_is_kept(&Server::start(config(ground.path())).unwrap());
}

#[test]
fn the_next_start_waits_for_the_server_of_a_dead_owner_instead_of_joining_it() {
    let ground = Ground::new();
    let mut owner = Owner::of(ground.path());
    write_row(&owner.url);
    owner.end(Signal::KILL);
    // At once: the old server has hardly heard of it.
    let server = Server::start_or_attach(config(ground.path())).unwrap();
    assert!(!server.is_attached() && server.pid() != owner.server_pid);
    assert_row_is_kept(&server);
}

#[test]
fn the_owner_is_asked_to_end() {
    let ground = Ground::new();
    for signal in [Signal::TERM, Signal::INT] {
        let mut owner = Owner::of(ground.path());
        owner.end(signal);
        wait_until_gone(owner.server_pid);
    }
    assert_eq!(running_pid(ground.path()), None);
}

#[test]
fn owner_and_server_are_killed_together() {
    let ground = Ground::new();
    let mut owner = Owner::of(ground.path());
    write_row(&owner.url);
    kill_process(
        Pid::from_raw(owner.server_pid.try_into().unwrap()).unwrap(),
        Signal::KILL,
    )
    .unwrap();
    owner.end(Signal::KILL);
    assert_row_is_kept(&Server::start(config(ground.path())).unwrap());
}

#[test]
fn the_server_alone_is_killed_and_started_again_at_once() {
    let ground = Ground::new();
    for round in 0..3 {
        let server = Server::start(config(ground.path())).unwrap();
        if round == 0 {
            write_row(&server.url("postgres"));
        }
        assert_row_is_kept(&server);
        server.kill().unwrap();
    }
}

#[test]
fn ctrl_c_in_the_terminal_reaches_only_the_owner() {
    let ground = Ground::new();
    let owner = Owner::of(ground.path());
    let group = |pid: u32| {
        let output = Command::new("ps")
            .args(["-o", "pgid=", "-p", &pid.to_string()])
            .output()
            .unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    };
    assert_ne!(group(owner.server_pid), group(owner.child.id()));
}

#[test]
fn an_interrupted_initdb_is_made_good() {
    let ground = Ground::new();
    let unfinished = || {
        let entries = std::fs::read_dir(ground.path().join("pg"))
            .into_iter()
            .flatten()
            .flatten();
        let paths = entries.map(|entry| entry.path());
        paths
            .filter(|path| path.to_string_lossy().contains("/data.init."))
            .collect::<Vec<_>>()
    };
    let mut killed = child(&std::env::current_exe().unwrap(), ground.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let began = Instant::now();
    // By this file the folder looks like a cluster, long before it is one.
    while !unfinished().iter().any(|path| path.join("PG_VERSION").exists()) {
        assert!(began.elapsed() < Duration::from_secs(30), "initdb never began");
        std::thread::sleep(Duration::from_millis(1));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(
        unfinished().len(),
        1,
        "the half-made cluster lies beside the place of the whole one"
    );
    assert!(!ground.path().join("pg/data").exists());
    let server = Server::start(config(ground.path())).unwrap();
    write_row(&server.url("postgres"));
    assert!(unfinished().is_empty());
}

#[test]
fn an_ordinary_user_owns_a_server_as_well() {
    if !ground::is_root() {
        // Then all the other tests have just shown it.
        assert!(Server::start(config(Ground::new().path())).is_ok());
        return;
    }
    let ground = Ground::new();
    let folder = ground.path().join("shop");
    std::fs::create_dir(&folder).unwrap();
    std::os::unix::fs::chown(&folder, Some(NOBODY), Some(NOBODY)).unwrap();
    // The build folder may be closed to that user.
    let program = ground.path().join("program");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = child(&program, &folder);
    command.uid(NOBODY).gid(NOBODY).current_dir("/");
    let mut owner = Owner::run(command);
    write_row(&owner.url);
    owner.end(Signal::KILL);
    wait_until_gone(owner.server_pid);
    // Root finds the cluster of that user and keeps its owner.
    assert_row_is_kept(&Server::start(config(&folder)).unwrap());
}
