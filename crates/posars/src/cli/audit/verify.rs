//! `posars audit verify`: the proof that nothing was changed.

use std::io::{self, Write};

use clap::Args;
use posars_event_store::{Anchor, Fault};
use serde::Serialize;

use super::anchor::{hexadecimal, parse_anchor};
use super::kept_heads::KeptHeads;
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
    /// The log as it stands in this very database, also when the company has moved to another one
    #[arg(long)]
    here: bool,
    /// A head noted earlier, as POSITION:HASH
    #[arg(long, value_name = "POSITION:HASH", value_parser = parse_anchor)]
    anchor: Option<Anchor>,
    /// Keep the head in a folder, or below s3://BUCKET/PREFIX, and prove that it follows from the last one kept there
    #[arg(long, value_name = "PLACE", conflicts_with = "anchor")]
    keep: Option<String>,
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
            let house = if args.here {
                House::open_here(database, &args.company.id).await?
            } else {
                House::open(database, &args.company.id).await?
            };
            let head = house.log.head().await?;
            let kept = match &args.keep {
                Some(place) => Some(KeptHeads::at(place, house.log.name().as_str()).await?),
                None => None,
            };
            let anchor = match &kept {
                Some(kept) => kept.last().await?,
                None => args.anchor,
            };
            let bar = progress::bar(session.screen, "verifying", head.position.get());
            let done = house
                .log
                .verify(anchor, |position| bar.set_position(position.get()))
                .await?;
            bar.finish_and_clear();
            let hash = hexadecimal(&done.hash);
            if let Some(kept) = kept.filter(|_| done.fault.is_none()) {
                let anchor = format!("{}:{hash}", done.position);
                kept.keep(done.position.get(), &anchor).await?;
            }
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
