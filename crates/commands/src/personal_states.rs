//! What says for how long something of a person is kept, as the log has it now.

use posars_domain::company::Company;
use posars_domain::person::{Person, PersonState};
use posars_domain::{RetentionPolicy, SubjectId};

use crate::keys::stream_of;
use crate::{CommandError, Commands};

impl Commands {
    /// What was erased of a person and asked for; the default of a person of whom nothing was told yet.
    ///
    /// # Errors
    /// [`CommandError::Unavailable`] when the database is away, [`CommandError::Unreadable`] for a damaged log.
    pub async fn person_state(&self, subject: &SubjectId) -> Result<PersonState, CommandError> {
        let stream = stream_of::<Person>(Person::stream_id(subject))?;
        Ok(self.load::<Person>(&stream, |_| false).await?.state)
    }

    /// For how long the company keeps personal data: the default until it is set, also of a company that is not defined.
    ///
    /// # Errors
    /// As [`Commands::person_state`].
    pub async fn retention_policy(&self) -> Result<RetentionPolicy, CommandError> {
        // A company's log has its id for a name.
        let stream = stream_of::<Company>(self.shared.log.name())?;
        Ok(self.load::<Company>(&stream, |_| false).await?.state.retention())
    }
}
