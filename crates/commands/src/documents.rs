//! Documents as their events left them: read from the log itself, so never behind it.

use posars_domain::SaleId;
use posars_domain::sale::{Sale, SaleState};
use posars_event_store::{Position, Version};

use crate::keys::stream_of;
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
}

impl Commands {
    /// A sale with every line and all that happened to it since; `None` when it is not recorded.
    ///
    /// # Errors
    /// [`CommandError::Unavailable`] when the database is away, [`CommandError::Unreadable`] for a damaged log.
    pub async fn sale_document(&self, sale_id: SaleId) -> Result<Option<Document<SaleState>>, CommandError> {
        let stream = stream_of::<Sale>(Sale::stream_id(&sale_id))?;
        let loaded = self.load::<Sale>(&stream, |_| false).await?;
        let document = Document {
            state: loaded.state,
            version: loaded.version,
            position: loaded.position,
        };
        Ok(Some(document).filter(|document| document.state.recorded.is_some()))
    }
}
