//! Start, stop, second instances, refusals: one server, nobody dying.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod ground;

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use ground::{Ground, config, query, runtime};
use posars_local_postgres::{Durability, Server, StartError, running_pid};

#[test]
fn cold_then_warm_start_keep_the_data_and_stop_cleanly() {
    let ground = Ground::new();
    let runtime = runtime();
    let server = Server::start(config(ground.path())).unwrap();
    assert!(server.is_running() && !server.is_attached());
    assert_eq!(running_pid(ground.path()), Some(server.pid()));
    runtime.block_on(async {
        assert!(server.ensure_database("it's \"odd\"").await.unwrap());
        assert!(!server.ensure_database("it's \"odd\"").await.unwrap());
        query(&server.url("it's \"odd\""), "create table kept as select 42 as n")
            .await
            .unwrap();
        server
            .create_database("copy", Some("it's \"odd\""))
            .await
            .unwrap();
        let again = server
            .create_database("copy", None)
            .await
            .unwrap_err()
            .to_string();
        assert!(
            again.contains("making database \"copy\"") && again.contains("already exists"),
            "{again}"
        );
    });
    server.stop().unwrap();
    assert_eq!(running_pid(ground.path()), None);

    let began = Instant::now();
    let server = Server::start(config(ground.path())).unwrap();
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "a warm start took {:?}",
        began.elapsed()
    );
    let kept = runtime
        .block_on(query(&server.url("copy"), "select n from kept"))
        .unwrap();
    assert_eq!(kept, ["42"]);
    runtime.block_on(server.drop_database("copy")).unwrap();
    assert!(runtime.block_on(query(&server.url("copy"), "select 1")).is_err());
    let pid = server.pid();
    drop(server);
    assert!(!ground::is_alive(pid), "dropping the handle stops the server");
}

#[test]
fn the_server_is_private_durable_and_as_configured() {
    let ground = Ground::new();
    let mut config = config(ground.path());
    config.durability = Durability::Durable;
    config
        .settings
        .push(("max_connections".to_owned(), "37".to_owned()));
    config
        .settings
        .push(("listen_addresses".to_owned(), "0.0.0.0".to_owned()));
    let server = Server::start(config).unwrap();
    let runtime = runtime();
    for (name, value) in [
        ("listen_addresses", ""),
        ("max_connections", "37"),
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("wal_compression", "pglz"),
        ("max_wal_size", "4GB"),
        ("server_encoding", "UTF8"),
        ("unix_socket_permissions", "0700"),
    ] {
        let shown = runtime
            .block_on(query(&server.url("postgres"), &format!("show {name}")))
            .unwrap();
        assert_eq!(shown, [value], "{name}");
    }
    let collation = "select datcollate from pg_database where datname = current_database()";
    assert_eq!(
        runtime
            .block_on(query(&server.url("postgres"), collation))
            .unwrap(),
        ["C"]
    );
    for folder in ["data", "run", "log"] {
        let mode = std::fs::metadata(ground.path().join("pg").join(folder))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700, "{folder}");
    }
    let logs = std::fs::read_dir(ground.path().join("pg/log")).unwrap().count();
    assert!(logs > 0, "no log of this weekday");
}

#[test]
fn a_second_instance_attaches_or_is_refused_and_never_stops_the_first() {
    let ground = Ground::new();
    let first = Server::start(config(ground.path())).unwrap();
    let error = Server::start(config(ground.path())).unwrap_err();
    assert!(
        matches!(&error, StartError::AlreadyRunning { pid, .. } if *pid == first.pid()),
        "{error}"
    );
    let second = Server::start_or_attach(config(ground.path())).unwrap();
    assert!(second.is_attached() && second.is_running());
    assert_eq!(
        (second.pid(), second.url("postgres")),
        (first.pid(), first.url("postgres"))
    );
    second.stop().unwrap();
    let still = runtime()
        .block_on(query(&first.url("postgres"), "select 1"))
        .unwrap();
    assert_eq!(still, ["1"]);
}

#[test]
fn two_that_start_at_once_share_one_server() {
    let ground = Ground::new();
    let start = |folder: &Path| {
        let config = config(folder);
        std::thread::spawn(move || Server::start_or_attach(config).unwrap())
    };
    let both = [start(ground.path()), start(ground.path())].map(|thread| thread.join().unwrap());
    assert_eq!(both[0].pid(), both[1].pid());
    assert_eq!(both.iter().filter(|server| server.is_attached()).count(), 1);
}

#[test]
fn another_major_version_is_refused_and_nothing_is_touched() {
    let ground = Ground::new();
    Server::start(config(ground.path())).unwrap().stop().unwrap();
    let mark = ground.path().join("pg/data/PG_VERSION");
    std::fs::write(&mark, "13\n").unwrap();
    let error = Server::start(config(ground.path())).unwrap_err();
    assert!(
        matches!(&error, StartError::VersionMismatch { data_major, .. } if data_major == "13"),
        "{error}"
    );
    assert!(error.to_string().contains("install PostgreSQL 13"), "{error}");
    assert_eq!(std::fs::read_to_string(&mark).unwrap(), "13\n");
    assert!(ground.path().join("pg/data/base").is_dir());
}

#[test]
fn a_folder_with_other_files_is_refused() {
    let ground = Ground::new();
    let data = ground.path().join("pg/data");
    std::fs::create_dir_all(&data).unwrap();
    std::fs::write(data.join("thesis.txt"), "years of work").unwrap();
    let error = Server::start(config(ground.path())).unwrap_err();
    assert!(matches!(error, StartError::NotACluster { .. }), "{error}");
    assert_eq!(
        std::fs::read_to_string(data.join("thesis.txt")).unwrap(),
        "years of work"
    );
}

#[test]
fn a_bad_setting_is_reported_in_postgresqls_own_words() {
    let ground = Ground::new();
    let mut config = config(ground.path());
    config.settings.push(("work_mem".to_owned(), "plenty".to_owned()));
    let error = Server::start(config).unwrap_err();
    let text = error.to_string();
    assert!(
        matches!(error, StartError::Exited { .. }) && text.contains("work_mem"),
        "{text}"
    );
    assert_eq!(running_pid(ground.path()), None);
}

#[test]
fn a_deep_folder_gets_its_socket_in_the_temporary_folder() {
    let ground = Ground::new();
    let deep = ground.path().join("d".repeat(60)).join("e, f".repeat(10));
    let server = Server::start(config(&deep)).unwrap();
    let socket = server.socket_folder().to_owned();
    assert!(
        socket.starts_with(std::env::temp_dir()) && !socket.starts_with(ground.path()),
        "{socket:?}"
    );
    assert_eq!(
        runtime()
            .block_on(query(&server.url("postgres"), "select 1"))
            .unwrap(),
        ["1"]
    );
    server.stop().unwrap();
    assert!(!socket.exists(), "the socket folder goes with the server");
}

#[test]
fn a_folder_that_the_servers_user_cannot_reach_is_refused_with_the_culprit() {
    if !ground::is_root() {
        // Only root drops to another user; everybody else runs the server as themselves.
        let ground = Ground::new();
        assert!(Server::start(config(ground.path())).is_ok());
        return;
    }
    let ground = Ground::new();
    let home = ground.path().join("home");
    std::fs::create_dir(&home).unwrap();
    std::fs::set_permissions(&home, std::fs::Permissions::from_mode(0o700)).unwrap();
    let error = Server::start(config(&home.join("shop"))).unwrap_err();
    let text = error.to_string();
    assert!(
        matches!(&error, StartError::Unwalkable { blocker, .. } if *blocker == home),
        "{text}"
    );
    assert!(
        text.contains("does not run as root") && text.contains(&home.display().to_string()),
        "{text}"
    );
}

const URL_VARIABLE: &str = "POSARS_TEST_URL";

/// The child's half: tries to connect, and says what came of it.
#[test]
#[ignore = "another test of this file runs it as a child process"]
fn connects() {
    let Ok(url) = std::env::var(URL_VARIABLE) else {
        return;
    };
    match runtime().block_on(query(&url, "select current_user")) {
        Ok(users) => println!("\nCONNECTED {users:?}"),
        Err(error) => println!("\nREFUSED {error:?}"),
    }
}

/// What comes of connecting as this user of the machine.
fn connecting_as(ground: &Ground, user: u32, url: &str) -> String {
    // The build folder may be closed to that user.
    let program = ground.path().join("program");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let output = std::process::Command::new(&program)
        .args(["--exact", "connects", "--ignored", "--nocapture"])
        .env(URL_VARIABLE, url)
        .current_dir("/")
        .uid(user)
        .gid(user)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text
        .lines()
        .find(|line| line.starts_with("CONNECTED") || line.starts_with("REFUSED"));
    line.unwrap().to_owned()
}

#[test]
fn whoever_has_the_user_that_runs_it_is_not_superuser_of_the_log() {
    let ground = Ground::new();
    let config = || {
        let mut config = config(ground.path());
        config.durability = Durability::Durable;
        config
    };
    let own = |server: &Server| {
        runtime()
            .block_on(query(&server.url("postgres"), "select current_user"))
            .unwrap()
    };
    let server = Server::start(config()).unwrap();
    assert_eq!(own(&server), ["posars"], "who started it");
    if !ground::is_root() {
        // Whoever has our user is us: there is nobody else to keep out.
        return;
    }
    let data = ground.path().join("pg/data");
    let owner = || std::fs::metadata(&data).unwrap().uid();
    let refused = connecting_as(&ground, owner(), &server.url("postgres"));
    assert!(
        refused.starts_with("REFUSED") && refused.contains("28000"),
        "{refused}"
    );
    server.stop().unwrap();

    // A cluster as it was made before: another user's, which trusts whoever gets to its socket.
    let trusting = "local all all trust\n";
    std::fs::write(data.join("pg_hba.conf"), trusting).unwrap();
    for name in ["data", "run", "log"] {
        chown_all(&ground.path().join("pg").join(name), NOBODY);
    }
    let server = Server::start(config()).unwrap();
    assert_eq!(own(&server), ["posars"], "an existing folder opens");
    assert_eq!(owner(), NOBODY, "and stays its user's");
    let refused = connecting_as(&ground, NOBODY, &server.url("postgres"));
    assert!(
        refused.starts_with("REFUSED") && refused.contains("28000"),
        "{refused}"
    );
}

const NOBODY: u32 = 65_534;

fn chown_all(path: &Path, user: u32) {
    std::os::unix::fs::lchown(path, Some(user), Some(user)).unwrap();
    if path.is_dir() && !path.is_symlink() {
        for entry in std::fs::read_dir(path).unwrap() {
            chown_all(&entry.unwrap().path(), user);
        }
    }
}

#[test]
fn the_marks_of_a_crash_do_not_stop_the_next_start() {
    let ground = Ground::new();
    Server::start(config(ground.path())).unwrap().stop().unwrap();
    let mark = ground.path().join("pg/data/postmaster.pid");
    // After a reboot the id in the mark may belong to any process, such as this one.
    let stale = format!(
        "{}\n/elsewhere\n1790000000\n5432\n\n\n 1 1\nready\n",
        std::process::id()
    );
    std::fs::write(&mark, &stale).unwrap();
    ground::give_like(&mark, &ground.path().join("pg/data"));
    // The socket has such a mark too.
    let socket_mark = ground.path().join("pg/run/.s.PGSQL.5432.lock");
    std::fs::write(&socket_mark, stale).unwrap();
    ground::give_like(&socket_mark, &ground.path().join("pg/data"));
    Server::start(config(ground.path())).unwrap().stop().unwrap();
    assert!(!mark.exists());
}
