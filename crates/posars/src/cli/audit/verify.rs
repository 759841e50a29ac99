//! `posars audit verify`: the proof that nothing was changed.

use std::io::{self, Write};

use clap::Args;
use posars_event_store::{Anchor, Fault, Hash, Position};
use serde::Serialize;

use crate::companies::CompanyArgs;
use crate::database::Need;
use crate::failure::{Exit, Failure};
use crate::house::House;
use crate::progress;
use crate::screen::Outcome;
use crate::session::{RunArgs, Session};

/// Options of `posars audit verify`.
#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    #[command(flatten)]
    company: CompanyArgs,
    /// A head noted earlier, as POSITION:HASH
    #[arg(long, value_name = "POSITION:HASH", value_parser = parse_anchor)]
    anchor: Option<Anchor>,
}

/// The outcome of a verification.
#[derive(Debug, Serialize)]
pub(super) struct Verified {
    log: String,
    verified: bool,
    events: u64,
    commits: u64,
    /// Where the proof ends.
    position: u64,
    /// The chain hash there.
    hash: String,
    /// Both, as --anchor takes them.
    anchor: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<FoundFault>,
}

#[derive(Debug, Serialize)]
struct FoundFault {
    kind: &'static str,
    position: u64,
    message: String,
}

/// Proves the log and says where its head is.
pub(super) async fn run(session: &Session, args: &VerifyArgs) -> Result<Verified, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let house = House::open(database, &args.company.id).await?;
            let head = house.log.head().await?;
            let bar = progress::bar(session.screen, "verifying", head.position.get());
            let done = house
                .log
                .verify(args.anchor, |position| bar.set_position(position.get()))
                .await?;
            bar.finish_and_clear();
            let hash = hexadecimal(&done.hash);
            Ok(Verified {
                log: house.log.name().to_string(),
                verified: done.fault.is_none(),
                events: done.events,
                commits: done.commits,
                position: done.position.get(),
                anchor: format!("{}:{hash}", done.position),
                hash,
                fault: done.fault.as_ref().map(FoundFault::from),
            })
        })
        .await
}

impl From<&Fault> for FoundFault {
    fn from(fault: &Fault) -> Self {
        let kind = match fault {
            Fault::EventAltered(_) => "event_altered",
            Fault::EventMissing(_) => "event_missing",
            Fault::EventUnvouched(_) => "event_unvouched",
            Fault::LinkBroken(_) => "link_broken",
            Fault::HeadDiffers { .. } => "head_differs",
            Fault::AnchorDiffers(_) => "anchor_differs",
        };
        Self {
            kind,
            position: fault.position().get(),
            message: fault.to_string(),
        }
    }
}

impl Outcome for Verified {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self {
            log,
            events,
            commits,
            anchor,
            ..
        } = self;
        match &self.fault {
            None => {
                writeln!(
                    out,
                    "Log {log} verified: {events} events in {commits} commits, no fault."
                )?;
                writeln!(out, "Keep this head outside this machine, for --anchor: {anchor}")
            }
            Some(fault) => {
                writeln!(out, "LOG {log} IS NOT WHAT IT WAS: {}.", fault.message)?;
                writeln!(
                    out,
                    "First position not to be trusted: {}. Proven before it: {events} events in {commits} commits.",
                    fault.position
                )?;
                writeln!(
                    out,
                    "Next: stop writing, keep a copy of the database as it is, and restore a backup beside it to compare."
                )
            }
        }
    }

    fn exit(&self) -> Exit {
        if self.verified {
            Exit::Success
        } else {
            Exit::Unverified
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn parse_anchor(text: &str) -> Result<Anchor, String> {
    let form = "it is POSITION:HASH, as `posars audit verify` prints it";
    let (position, hash) = text.split_once(':').ok_or(form)?;
    let position = position
        .parse()
        .map_err(|_| format!("the position is no number; {form}"))?;
    let hash: Hash =
        bytes_of(hash).ok_or_else(|| format!("the hash is not 64 hexadecimal digits; {form}"))?;
    Ok(Anchor {
        position: Position::new(position),
        hash,
    })
}

fn bytes_of(hexadecimal: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    // `from_str_radix` would take a sign, too.
    let is_hexadecimal = hexadecimal.bytes().all(|byte| byte.is_ascii_hexdigit());
    if hexadecimal.len() != 2 * bytes.len() || !is_hexadecimal {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hexadecimal.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_anchor_is_read_as_it_is_printed() {
        let hash = [0xab; 32];
        let anchor = parse_anchor(&format!("12:{}", hexadecimal(&hash))).unwrap();
        assert_eq!((anchor.position, anchor.hash), (Position::new(12), hash));
        for wrong in ["12", "x:00", "12:zz", &format!("12:{}", "+f".repeat(32))] {
            assert!(parse_anchor(wrong).is_err(), "{wrong}");
        }
    }
}
