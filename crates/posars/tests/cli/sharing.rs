//! Several commands on one data folder: they share its PostgreSQL and none pulls it from under another.

use std::io::Read as _;

use crate::support::{
    Folder, Ran, Up, posars, processes_below, run, signal, wait, wait_until_nobody_is_below,
};

/// A folder with the demo in it: enough history to fill any pipe.
fn shop() -> (Folder, String) {
    let folder = Folder::new();
    let data = folder.data();
    let up = Up::start(&["--data", &data, "--demo"]);
    assert_eq!(up.terminate().0, 0);
    wait_until_nobody_is_below(&data);
    (folder, data)
}

#[test]
fn commands_share_a_private_postgresql_and_the_last_one_takes_it_away() {
    let (_folder, data) = shop();

    // Starts PostgreSQL, and then waits for us to read: it is there for as long as we like.
    let mut replay = posars(&["audit", "replay", "--data", &data]).spawn().unwrap();
    let mut first = [0; 1];
    let mut out = replay.stdout.take().unwrap();
    out.read_exact(&mut first).unwrap();
    let before = processes_below(&data).len();
    assert!(before > 0);

    // Another command attaches to it and leaves it alone.
    run(&["audit", "verify", "--data", &data]).ended(0);
    assert!(
        !processes_below(&data).is_empty(),
        "the guest stopped its host's server"
    );

    // `up` needs a server of its own: it waits until the command has ended.
    let waiting = std::thread::spawn({
        let data = data.clone();
        move || Up::start(&["--data", &data])
    });
    std::thread::sleep(std::time::Duration::from_millis(700));
    assert!(!waiting.is_finished(), "up did not wait");

    // The command is told to end while its reader is asleep; it says so and ends.
    signal(replay.id(), "-TERM");
    assert_eq!(wait(&mut replay), Some(1));
    let mut talk = String::new();
    replay.stderr.take().unwrap().read_to_string(&mut talk).unwrap();
    let ran = Ran {
        code: 1,
        out: String::new(),
        talk,
    };
    assert_eq!(ran.error()["code"], "INTERRUPTED");

    let up = waiting.join().unwrap();
    assert_eq!(up.get("/readyz").0, 200);
    let (code, talk) = up.terminate();
    assert_eq!(code, 0);
    assert!(talk.contains("waiting for it to end"), "{talk}");
    wait_until_nobody_is_below(&data);
}
