//! `posars alive`: whether a server on this machine lives. For the health check of a container, which has no shell and no
//! other program that could ask.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::failure::{Exit, Failure};
use crate::screen::Outcome;
use crate::settings::{LISTEN_DEFAULT, OutputArgs};

/// A server that takes longer to say a word does not live; orchestrators give a check some seconds.
const PATIENCE: Duration = Duration::from_secs(4);
/// Longest status line, of which the status is all that counts.
const ANSWER_BYTES_MAX: u64 = 256;

/// Options of `posars alive`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  posars alive\n  posars alive --at 127.0.0.1:8081")]
pub(crate) struct AliveArgs {
    /// Where the server listens, over plain HTTP; every address of this machine means the loopback
    #[arg(long, value_name = "ADDRESS", env = "POSARS_LISTEN", hide_env_values = true, default_value = LISTEN_DEFAULT)]
    at: SocketAddr,
    #[command(flatten)]
    output: OutputArgs,
}

/// It lives.
#[derive(Debug, Serialize)]
struct Alive {
    at: SocketAddr,
}

impl Outcome for Alive {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "The server at {} lives.", self.at)
    }
}

/// Asks and says how the process ends: 0, or 3 when nobody answers.
pub(crate) async fn run(args: AliveArgs) -> Exit {
    let at = reachable(args.at);
    let result = match timeout(PATIENCE, ask(at)).await {
        Ok(Ok(200)) => Ok(Alive { at }),
        Ok(Ok(status)) => Err(format!("the server at {at} answered /livez with {status}")),
        Ok(Err(error)) => Err(format!("nobody answers /livez at {at}: {error}")),
        Err(_elapsed) => Err(format!(
            "the server at {at} said nothing for {} s",
            PATIENCE.as_secs()
        )),
    };
    let result = result.map_err(|text| {
        Failure::new(Exit::Unavailable, "NOT_ALIVE", text)
            .next("read the server's log; where it listens elsewhere, name the address with --at")
    });
    args.output.screen().finish(result)
}

/// Who listens everywhere is asked at the loopback.
fn reachable(at: SocketAddr) -> SocketAddr {
    if !at.ip().is_unspecified() {
        return at;
    }
    let loopback = match at.ip() {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
    };
    SocketAddr::new(loopback, at.port())
}

/// The status of `GET /livez`.
async fn ask(at: SocketAddr) -> io::Result<u16> {
    let mut stream = TcpStream::connect(at).await?;
    let request = format!("GET /livez HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    // The first line alone: the other side may keep the connection open behind it.
    let mut answer = String::new();
    let mut reader = BufReader::new(stream.take(ANSWER_BYTES_MAX));
    reader.read_line(&mut answer).await?;
    let mut words = answer.split_whitespace();
    let is_http = words.next().is_some_and(|version| version.starts_with("HTTP/"));
    let status = words.next().and_then(|status| status.parse().ok());
    status
        .filter(|_| is_http)
        .ok_or_else(|| io::Error::other("the answer is no HTTP"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_listens_everywhere_is_asked_at_the_loopback() {
        for (listens, asked) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:8080", "[::1]:8080"),
            ("10.0.0.7:80", "10.0.0.7:80"),
        ] {
            let at: SocketAddr = listens.parse().unwrap();
            assert_eq!(reachable(at).to_string(), asked);
        }
    }
}
