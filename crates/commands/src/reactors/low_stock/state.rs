//! What the low stock reactor must know of a stream to write to it.

use posars_domain::Aggregate as _;
use posars_domain::stock_policy::{StockPolicy, StockPolicyEvent, StockPolicyState};
use posars_event_store::{Direction, Log, Position, RecordedEvent, StreamName, Version};

use crate::CommandError;
use crate::load::decode;
use crate::reactors::slice::StreamState;

/// Events of one read of a policy's stream.
const PAGE_EVENTS: u32 = 500;

/// What the low stock reactor must know of a stream.
#[derive(Debug, Default)]
pub(crate) enum State {
    /// It has no event.
    #[default]
    Nothing,
    /// A policy, as it was at the position reached, and the last alarm.
    Policy(StockPolicyState),
    /// Things put aside.
    Marks,
    /// It cannot be read, with the reason: nothing can be decided on it.
    Unreadable(String),
}

impl StreamState for State {
    fn after(_last: &RecordedEvent) -> Self {
        Self::Marks
    }

    fn marked(_through: Position) -> Self {
        Self::Marks
    }
}

/// A policy as it was at a position, and the version of its stream now.
///
/// The alarms are all taken in, also later ones: they say up to which source event the stock was judged before.
pub(crate) async fn policy_at(
    log: &Log,
    stream: &StreamName,
    position: Position,
) -> Result<(Version, StockPolicyState), CommandError> {
    let mut state = StockPolicyState::default();
    let mut version = Version::START;
    loop {
        let page = log
            .read_stream(stream, version.plus(1), Direction::Forwards, PAGE_EVENTS)
            .await?;
        let Some(last) = page.last() else {
            return Ok((version, state));
        };
        version = last.version;
        for recorded in &page {
            let event: StockPolicyEvent = decode(recorded)?;
            let is_alarm = match event {
                StockPolicyEvent::StockPolicyDefined(_) => false,
                StockPolicyEvent::LowStockDetected(_) | StockPolicyEvent::LowStockResolved(_) => true,
            };
            if is_alarm || recorded.position <= position {
                state = StockPolicy::evolve(state, &event);
            }
        }
    }
}
