//! One reactor, as the commands show it that tell how all stand.

use std::io::{self, Write};

use posars_commands::reactors::{ReactorStanding, parked_stream, standings};
use posars_event_store::Log;
use serde::Serialize;

use crate::companies::option_of;
use crate::failure::{Exit, Failure};

/// The titles of what follows a log, in the order of [`ReactorLine::row`].
pub(in crate::cli) const TITLES: [&str; 6] = [
    "name",
    "position",
    "behind (events)",
    "behind (s)",
    "parked",
    "run by",
];

/// How a reactor stands.
#[derive(Debug, Serialize)]
pub(in crate::cli) struct ReactorLine {
    name: String,
    position: u64,
    lag_events: u64,
    /// Age of the oldest event that it has not noted as dealt with; 0 when there is none.
    lag_seconds: u64,
    /// Events set aside that were not tried again with success; each is one event of `parked_stream`.
    parked: u64,
    parked_stream: String,
    /// Events that wait to be posted.
    waiting: u64,
    holder: Option<String>,
    /// What to do about the parked ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Every reactor of a log.
pub(in crate::cli) async fn all(log: &Log) -> Result<Vec<ReactorLine>, Failure> {
    let all = standings(log).await?.into_iter();
    all.map(|one| ReactorLine::of(log, one)).collect()
}

impl ReactorLine {
    fn of(log: &Log, reactor: ReactorStanding) -> Result<Self, Failure> {
        let stream = parked_stream(&reactor.name)
            .map_err(|error| Failure::new(Exit::Failure, "STREAM_NAME_INVALID", error))?;
        let next = (reactor.parked > 0).then(|| {
            let (name, company) = (&reactor.name, option_of(log.name().as_str()));
            format!(
                "see why with `posars reactors parked {name}{company}` or `posars audit replay --stream {stream}{company}`, \
                 mend that, then `posars reactors retry {name}{company}`, which says what to do about those that come too late"
            )
        });
        Ok(Self {
            position: reactor.position.get(),
            lag_events: reactor.lag_events,
            lag_seconds: reactor.lag_seconds,
            parked: reactor.parked,
            parked_stream: stream.to_string(),
            waiting: reactor.waiting,
            holder: reactor.holder,
            name: reactor.name,
            next,
        })
    }

    /// Its row below [`TITLES`].
    pub(in crate::cli) fn row(&self) -> [String; 6] {
        [
            self.name.clone(),
            self.position.to_string(),
            self.lag_events.to_string(),
            self.lag_seconds.to_string(),
            self.parked.to_string(),
            self.holder.clone().unwrap_or_else(|| "nobody".to_owned()),
        ]
    }

    /// Says what to do about what it set aside and what waits, when there is something.
    pub(in crate::cli) fn write_next(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.waiting > 0 {
            let (name, waiting) = (&self.name, self.waiting);
            writeln!(
                out,
                "{name} lets {waiting} events wait to be posted; `posars audit replay --category unposted` tells for what"
            )?;
        }
        let Some(next) = &self.next else { return Ok(()) };
        let (name, parked) = (&self.name, self.parked);
        writeln!(out, "{name} put {parked} events aside that it could not work on")?;
        writeln!(out, "Next: {next}")
    }
}
