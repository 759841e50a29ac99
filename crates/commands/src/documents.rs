//! Documents as their events left them: read from the log itself, so never behind it.

use posars_domain::sale::{Sale, SaleEvent, SaleRecorded, SaleState};
use posars_domain::{Payload as _, SaleId};
use posars_event_store::{Position, StreamName, Version};
use uuid::Uuid;

use crate::keys::stream_of;
use crate::load::decode;
use crate::{CommandError, Commands};

/// A document and where it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document<S> {
    /// What its events add up to.
    pub state: S,
    /// Its version: how many events it has.
    pub version: Version,
    /// Where its last event stands in the log.
    pub position: Position,
    /// Its stream.
    pub stream: StreamName,
    /// The event that it began with: what is sealed in that one opens nowhere else.
    pub first_event_id: Uuid,
}

impl Commands {
    /// Sales as they were recorded, in the order asked; `None` where one is not. One round trip.
    ///
    /// # Errors
    /// [`CommandError::Unavailable`] when the database is away, [`CommandError::Unreadable`] for a damaged log.
    pub async fn recorded_sales(
        &self,
        sale_ids: &[SaleId],
    ) -> Result<Vec<Option<SaleRecorded>>, CommandError> {
        let streams: Vec<StreamName> = sale_ids
            .iter()
            .map(|sale_id| stream_of::<Sale>(Sale::stream_id(sale_id)))
            .collect::<Result<_, _>>()?;
        let first = self.shared.log.first_events(&streams).await?;
        first
            .iter()
            .map(
                |first| match first.as_ref().map(decode::<SaleEvent>).transpose()? {
                    Some(SaleEvent::SaleRecorded(recorded)) => Ok(Some(recorded)),
                    Some(SaleEvent::SaleVoided(_) | SaleEvent::SaleReturned(_)) | None => Ok(None),
                },
            )
            .collect()
    }

    /// A sale with every line and all that happened to it since; `None` when it is not recorded.
    ///
    /// # Errors
    /// [`CommandError::Unavailable`] when the database is away, [`CommandError::Unreadable`] for a damaged log.
    pub async fn sale_document(&self, sale_id: SaleId) -> Result<Option<Document<SaleState>>, CommandError> {
        let stream = stream_of::<Sale>(Sale::stream_id(&sale_id))?;
        let loaded = self
            .load::<Sale>(&stream, |event| SaleRecorded::of(event).is_some())
            .await?;
        let recorded = loaded.answer.map(|recorded| recorded.event_id);
        Ok(recorded.map(|first_event_id| Document {
            state: loaded.state,
            version: loaded.version,
            position: loaded.position,
            stream,
            first_event_id,
        }))
    }
}
