//! Personal data in rows: as the log has it, with the event that it was sealed for.

use posars_domain::{Path, Personal, Sealed};
use posars_event_store::StreamName;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::read::Columns;
use crate::{ApplyError, Event, QueryError};

/// A piece of personal data, and the one place in the log at which it opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedAt<T> {
    /// The stream of its event.
    pub stream: StreamName,
    /// Its event.
    pub event_id: Uuid,
    /// Where it is in the event.
    pub path: Path,
    /// The data: sealed, until its reader opens it.
    pub data: Personal<T>,
}

/// The text of a column.
#[derive(Serialize, Deserialize)]
struct Stored {
    event_id: Uuid,
    #[serde(flatten)]
    sealed: Sealed,
}

/// A field as a column has it.
pub(super) fn column_of<T>(event: &Event<'_>, field: &Personal<T>) -> Result<String, ApplyError> {
    // An event that was read has nothing in the clear.
    let sealed = field
        .sealed()
        .ok_or_else(|| event.bad(&"a field is not sealed"))?;
    let stored = Stored {
        event_id: event.event_id,
        sealed: sealed.clone(),
    };
    serde_json::to_string(&stored).map_err(|problem| event.bad(&problem))
}

/// As [`column_of`], of a field that may be absent.
pub(super) fn column_of_maybe<T>(
    event: &Event<'_>,
    field: Option<&Personal<T>>,
) -> Result<Option<String>, ApplyError> {
    field.map(|field| column_of(event, field)).transpose()
}

impl Columns<'_> {
    /// A column with a field of an event of the stream.
    pub(crate) fn sealed<T>(
        &self,
        column: &str,
        stream: &StreamName,
        path: Path,
    ) -> Result<SealedAt<T>, QueryError> {
        self.sealed_in(column, self.get(column)?, stream, path)
    }

    /// As [`Columns::sealed`], of a column that may be null.
    pub(crate) fn sealed_maybe<T>(
        &self,
        column: &str,
        stream: &StreamName,
        path: Path,
    ) -> Result<Option<SealedAt<T>>, QueryError> {
        let text: Option<&str> = self.get(column)?;
        text.map(|text| self.sealed_in(column, text, stream, path))
            .transpose()
    }

    fn sealed_in<T>(
        &self,
        column: &str,
        text: &str,
        stream: &StreamName,
        path: Path,
    ) -> Result<SealedAt<T>, QueryError> {
        let stored: Stored =
            serde_json::from_str(text).map_err(|problem| self.unreadable(column, &problem))?;
        Ok(SealedAt {
            stream: stream.clone(),
            event_id: stored.event_id,
            path,
            data: Personal::Sealed(stored.sealed),
        })
    }

    /// The stream of a thing of a category.
    pub(crate) fn stream_of(&self, category: &str, id: &str) -> Result<StreamName, QueryError> {
        StreamName::parse(&format!("{category}-{id}")).map_err(|problem| self.unreadable("stream", &problem))
    }
}
