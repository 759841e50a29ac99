//! An issuer's key endpoint on a real socket: it counts, and answers as it is told.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What it answers.
#[derive(Clone)]
pub(crate) enum Answer {
    /// 200 with this body.
    Keys(String),
    /// Any status line and headers, with this body.
    Raw(String),
    /// Nothing, for this long; then the keys.
    Late(Duration, String),
    /// The connection is closed at once.
    Hangup,
}

/// Ends when dropped.
pub(crate) struct JwksServer {
    pub(crate) url: String,
    answer: Arc<Mutex<Answer>>,
    calls: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl JwksServer {
    pub(crate) async fn start(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/.well-known/jwks.json", listener.local_addr().unwrap());
        let answer = Arc::new(Mutex::new(answer));
        let calls = Arc::new(AtomicUsize::new(0));
        let (told, counted) = (Arc::clone(&answer), Arc::clone(&calls));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                let answer = told.lock().unwrap().clone();
                tokio::spawn(serve(stream, answer));
            }
        });
        Self {
            url,
            answer,
            calls,
            task,
        }
    }

    pub(crate) fn answer(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

impl Drop for JwksServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, answer: Answer) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => request.push(byte),
            Err(_) => return,
        }
    }
    assert!(request.starts_with(b"GET /.well-known/jwks.json HTTP/1.1\r\n"));
    let raw = match answer {
        Answer::Keys(body) => ok(&body),
        Answer::Raw(raw) => raw,
        Answer::Late(wait, body) => {
            tokio::time::sleep(wait).await;
            ok(&body)
        }
        Answer::Hangup => return,
    };
    // The client may have had enough, which is what some tests are about.
    drop(stream.write_all(raw.as_bytes()).await);
}

fn ok(body: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}
