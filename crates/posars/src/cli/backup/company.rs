//! What a backup holds of one company: its log, proven, and its read models, folded anew.

use std::ops::ControlFlow;

use jiff::Timestamp;
use posars_domain::CompanyId;
use posars_event_store::{Anchor, EventStore, Log, Position, Verification};
use posars_projections::{ProjectionStatus, RebuildOptions};
use serde::Serialize;

use crate::cli::audit::hexadecimal;
use crate::companies::log_of;
use crate::failure::Failure;
use crate::house::House;
use crate::progress;
use crate::screen::Screen;

/// What was found of one company.
#[derive(Debug, Serialize)]
pub(super) struct CompanyFound {
    pub(super) company: CompanyId,
    pub(super) events: u64,
    pub(super) position: u64,
    /// Position and hash, as `posars audit verify --anchor` takes them.
    pub(super) anchor: String,
    /// When the last event was recorded: what came later is not in the backup.
    pub(super) last_event_at: Option<Timestamp>,
    /// What is wrong with the log; none when it is proven.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fault: Option<String>,
    pub(super) read_models: Vec<ReadModelFound>,
    /// How it compares with the live log; none where that was not named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) live: Option<LiveFound>,
}

/// One read model, compared with a fold of the log up to where it stands.
#[derive(Debug, Serialize)]
pub(super) struct ReadModelFound {
    pub(super) name: &'static str,
    pub(super) state: ReadModelState,
    pub(super) position: u64,
    pub(super) rows: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ReadModelState {
    /// It holds what the log says.
    Equal,
    /// It does not.
    Different,
    /// It was filled by another version of the code, which may fold otherwise; a server makes it anew at its start.
    OtherVersion,
    /// It was never filled; a server fills it at its start.
    Empty,
}

/// The live log beside the one in the backup.
#[derive(Debug, Serialize)]
pub(super) struct LiveFound {
    position: u64,
    /// Events recorded since the backup.
    pub(super) events_since: u64,
    /// Why the backup is no earlier state of it; none where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) problem: Option<String>,
}

impl CompanyFound {
    /// Whether the backup would bring everything of this company back.
    pub(super) fn is_sound(&self) -> bool {
        let is_different = |model: &ReadModelFound| model.state == ReadModelState::Different;
        self.fault.is_none()
            && !self.read_models.iter().any(is_different)
            && self.live.as_ref().is_none_or(|live| live.problem.is_none())
    }
}

/// Looks at one company of the backup.
pub(super) async fn look(
    house: &House,
    anchor: Option<Anchor>,
    against: Option<&EventStore>,
    screen: Screen,
) -> Result<CompanyFound, Failure> {
    let head = house.log.head().await?;
    let proven = proven(&house.log, anchor, screen).await?;
    let mut found = CompanyFound {
        company: house.company_id.clone(),
        events: proven.events,
        position: proven.position.get(),
        anchor: format!("{}:{}", proven.position, hexadecimal(&proven.hash)),
        last_event_at: head.recorded_at,
        fault: proven.fault.as_ref().map(ToString::to_string),
        read_models: Vec::new(),
        live: None,
    };
    // What is folded from a log that is not what it was proves nothing.
    if found.fault.is_none() {
        found.read_models = read_models(house, screen).await?;
        if let Some(store) = against {
            found.live = Some(live(store, &house.company_id, &proven, screen).await?);
        }
    }
    Ok(found)
}

async fn proven(log: &Log, anchor: Option<Anchor>, screen: Screen) -> Result<Verification, Failure> {
    let head = log.head().await?;
    let bar = progress::bar(screen, "proving", head.position.get());
    let proven = log
        .verify(anchor, |position| bar.set_position(position.get()))
        .await;
    bar.finish_and_clear();
    Ok(proven?)
}

async fn read_models(house: &House, screen: Screen) -> Result<Vec<ReadModelFound>, Failure> {
    let mut found = Vec::new();
    for status in house.projections.status().await? {
        found.push(read_model(house, &status, screen).await?);
    }
    Ok(found)
}

async fn read_model(
    house: &House,
    status: &ProjectionStatus,
    screen: Screen,
) -> Result<ReadModelFound, Failure> {
    let mut found = ReadModelFound {
        name: status.projection,
        state: ReadModelState::Empty,
        position: status.position.get(),
        rows: 0,
    };
    if status.position == Position::START {
        return Ok(found);
    }
    if status.version != Some(i32::from(house.projections.version_of(status.projection)?)) {
        found.state = ReadModelState::OtherVersion;
        return Ok(found);
    }
    let bar = progress::bar(screen, "folding", status.position.get());
    bar.set_message(format!("folding {}", status.projection));
    let report = house
        .projections
        .compare(status.projection, &RebuildOptions::default(), &|reached| {
            bar.set_position(reached.events);
            ControlFlow::Continue(())
        })
        .await;
    bar.finish_and_clear();
    let report = report?;
    found.position = report.position.get();
    found.state = match report.comparison {
        Some(comparison) => {
            found.rows = comparison.live_rows;
            if comparison.equal {
                ReadModelState::Equal
            } else {
                ReadModelState::Different
            }
        }
        None => ReadModelState::Different,
    };
    Ok(found)
}

/// Whether the log of the backup is an earlier state of the live one.
async fn live(
    store: &EventStore,
    company: &CompanyId,
    backup: &Verification,
    screen: Screen,
) -> Result<LiveFound, Failure> {
    let logs = store.logs().await?;
    if !logs.iter().any(|log| log.as_str() == company.as_str()) {
        return Ok(LiveFound {
            position: 0,
            events_since: 0,
            problem: Some("there is no such company in the live database".to_owned()),
        });
    }
    let log = log_of(store, company).await?;
    let anchor = Anchor {
        position: backup.position,
        hash: backup.hash,
    };
    let proven = proven(&log, Some(anchor), screen).await?;
    Ok(LiveFound {
        position: proven.position.get(),
        events_since: proven.position.get().saturating_sub(backup.position.get()),
        problem: proven.fault.map(|fault| fault.to_string()),
    })
}
