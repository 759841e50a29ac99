//! Payrolls as the log has them.

use jiff::Timestamp;
use posars_domain::payroll::{Payroll, PayrollEvent, PayrollRecorded, PayrollVoided};
use posars_domain::{Payload as _, PayrollId};
use posars_event_store::{Position, StreamName};
use uuid::Uuid;

use crate::keys::stream_of;
use crate::{CommandError, Commands};

/// A payroll as the log has it: what each employee got is sealed, and opens at this place alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPayroll {
    /// The stream of its event.
    pub stream: StreamName,
    /// The event that recorded it.
    pub event_id: Uuid,
    /// Where that stands in the log.
    pub position: Position,
    /// When it was written.
    pub recorded_at: Timestamp,
    /// The payroll.
    pub recorded: PayrollRecorded,
    /// How it was taken back; `None` when it was not.
    pub voided: Option<PayrollVoided>,
}

impl Commands {
    /// A payroll; `None` when it is not recorded.
    ///
    /// # Errors
    /// [`CommandError::Unavailable`] when the database is away, [`CommandError::Unreadable`] for a damaged log.
    pub async fn payroll(&self, payroll_id: PayrollId) -> Result<Option<StoredPayroll>, CommandError> {
        let stream = stream_of::<Payroll>(Payroll::stream_id(&payroll_id))?;
        let is_recorded = |event: &PayrollEvent| PayrollRecorded::of(event).is_some();
        let loaded = self.load::<Payroll>(&stream, is_recorded).await?;
        let Some(answer) = loaded.answer else {
            return Ok(None);
        };
        let PayrollEvent::PayrollRecorded(recorded) = answer.event else {
            return Ok(None);
        };
        Ok(Some(StoredPayroll {
            stream,
            event_id: answer.event_id,
            position: answer.position,
            recorded_at: answer.recorded_at,
            recorded,
            voided: loaded.state.voided.map(|voided| *voided),
        }))
    }
}
