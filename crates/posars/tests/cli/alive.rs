//! `posars alive`, which containers ask by.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;

use crate::support::{Folder, Up, run};

#[test]
fn a_server_lives_until_it_has_ended() {
    let folder = Folder::new();
    let up = Up::start(&["--data", &folder.data()]);
    let address = up.address().to_owned();
    let alive = run(&["alive", "--at", &address]).ended(0).json();
    assert_eq!(alive["at"], address);
    let (code, talk) = up.terminate();
    assert_eq!(code, 0, "{talk}");
    let error = run(&["alive", "--at", &address]).ended(3).error();
    assert_eq!(error["code"], "NOT_ALIVE");
    assert!(error["next"].as_str().unwrap().contains("--at"), "{error}");
}

/// Answers one connection with these bytes, after it has heard the question.
fn stranger(answer: &'static [u8]) -> (String, thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let thread = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut question = [0; 1024];
        assert!(stream.read(&mut question).unwrap() > 0);
        stream.write_all(answer).unwrap();
        // Held until the other side has gone, so that silence is silence and not an end.
        let _ = stream.read(&mut question);
    });
    (address, thread)
}

#[test]
fn who_answers_otherwise_or_not_at_all_does_not_live() {
    for (answer, said) in [
        (
            &b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"[..],
            "503",
        ),
        (b"", "said nothing"),
    ] {
        let (address, thread) = stranger(answer);
        let error = run(&["alive", "--at", &address]).ended(3).error();
        assert!(error["message"].as_str().unwrap().contains(said), "{error}");
        thread.join().unwrap();
    }
}
