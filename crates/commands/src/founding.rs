//! What begins together with something else, and companies that are older than the books: they have neither chart nor
//! rules until a server of this build starts.

use posars_domain::books::BeginBooks;
use posars_domain::company::{Company, CompanyDefined};
use posars_domain::{Founded, reasons};
use posars_event_store::StreamName;

use crate::keys::{stream, stream_of};
use crate::{CommandError, Commands, Envelope, Written};

impl Commands {
    /// Begins the books of a company that has none yet, with the default chart and rules: all that ever happened is
    /// posted. Changes nothing when they have begun, or when the company is not defined, which begins them.
    ///
    /// # Errors
    /// As [`Commands::carry_out`].
    pub async fn begin_missing_books(&self, envelope: &Envelope) -> Result<Written, CommandError> {
        let Some(defined) = self.company().await? else {
            return Ok(Written::Before);
        };
        if self.books().await?.begun.is_some() {
            return Ok(Written::Before);
        }
        let begin = BeginBooks {
            currency: defined.currency,
            begins_on: None,
            up_to_position: 0,
            opening: Vec::new(),
        };
        match self.carry_out(&begin, envelope).await {
            Ok(completed) => Ok(completed.written()),
            // Somebody begins them on a day at this very moment.
            Err(error) if error.reason() == reasons::BOOKS_EXIST => Ok(Written::Before),
            Err(error) => Err(error),
        }
    }

    /// The company as the log has it now; `None` when it is not defined.
    ///
    /// # Errors
    /// [`CommandError::Unavailable`] when the database is away, [`CommandError::Unreadable`] for a damaged log.
    pub async fn company(&self) -> Result<Option<CompanyDefined>, CommandError> {
        // A company's log has its id for a name.
        let stream = stream_of::<Company>(self.shared.log.name())?;
        Ok(self.load::<Company>(&stream, |_| false).await?.state.defined)
    }

    /// Those of the streams that do not exist yet: what is there already stays as it is.
    pub(crate) async fn absent(&self, founded: Vec<Founded>) -> Result<Vec<Founded>, CommandError> {
        if founded.is_empty() {
            return Ok(founded);
        }
        let streams = founded
            .iter()
            .map(|founded| stream(founded.category, &founded.id));
        let streams: Vec<StreamName> = streams.collect::<Result<_, _>>()?;
        let last = self.shared.log.last_events(&streams).await?;
        let absent = founded.into_iter().zip(last).filter(|(_, last)| last.is_none());
        Ok(absent.map(|(founded, _)| founded).collect())
    }
}
