//! How an entry of the journal can say no.

use crate::{Amount, Circumstance, EntryId, InvalidValue, Rejection, Told, reasons};

/// Why a command to an entry of the journal was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryRejection {
    /// A field breaks its own rule.
    #[error(transparent)]
    Invalid(#[from] InvalidValue),
    /// What is outside the stream stands in the way.
    #[error(transparent)]
    Circumstance(#[from] Circumstance),
    /// The debits are not the credits.
    #[error("the debits come to {debits} and the credits to {credits} minor units; make them equal")]
    EntryUnbalanced {
        /// The sum of the debits.
        debits: Amount,
        /// The sum of the credits.
        credits: Amount,
    },
    /// The id was used for another entry.
    #[error("entry {entry_id} exists with other content; use a new id, or send exactly what was sent before")]
    EntryExists {
        /// The entry.
        entry_id: EntryId,
    },
    /// There is no such entry.
    #[error("entry {entry_id} is not in the journal; check the id")]
    EntryUnknown {
        /// The entry.
        entry_id: EntryId,
    },
    /// It was undone before.
    #[error("entry {entry_id} was reversed by {reversal_id} already; post a new entry if another is needed")]
    EntryAlreadyReversed {
        /// The entry.
        entry_id: EntryId,
        /// Its mirror.
        reversal_id: EntryId,
    },
    /// It is posted for an event, which says what is in the books.
    #[error("entry {entry_id} is posted for {event_type}; undo that instead, as by voiding the sale")]
    EntryIsDerived {
        /// The entry.
        entry_id: EntryId,
        /// The type of the event.
        event_type: String,
    },
    /// Nobody said why.
    #[error("an entry is not reversed without a reason; add it")]
    ReasonRequired,
}

impl Rejection for EntryRejection {
    fn told(&self) -> Told {
        match self {
            Self::Invalid(invalid) => invalid.told(),
            Self::Circumstance(circumstance) => circumstance.told(),
            Self::EntryUnbalanced { debits, credits } => Told::invalid("ENTRY_UNBALANCED")
                .at("lines")
                .with("debits", debits)
                .with("credits", credits),
            Self::EntryExists { entry_id } => Told::duplicate("ENTRY_EXISTS").with("entry_id", entry_id),
            Self::EntryUnknown { entry_id } => Told::not_found("ENTRY_UNKNOWN").with("entry_id", entry_id),
            Self::EntryAlreadyReversed {
                entry_id,
                reversal_id,
            } => Told::state("ENTRY_ALREADY_REVERSED")
                .with("entry_id", entry_id)
                .with("reversal_id", reversal_id),
            Self::EntryIsDerived { entry_id, event_type } => Told::state("ENTRY_IS_DERIVED")
                .with("entry_id", entry_id)
                .with("event_type", event_type),
            Self::ReasonRequired => Told::invalid(reasons::REASON_REQUIRED).at("reason"),
        }
    }
}
