//! The company's policy, out of memory or read from its stream.

use posars_domain::Policy;
use posars_domain::company::Company;

use crate::keys::stream_of;
use crate::{CommandError, Commands};

impl Commands {
    /// The policy to decide by: at most a second old, and never older than what this process has set. Whoever is behind
    /// it, the log is asked once a second at most.
    pub(crate) async fn policy(&self) -> Result<Policy, CommandError> {
        let known = &self.shared.policy;
        if let Some(policy) = known.get() {
            return Ok(policy);
        }
        let _turn = known.turn().await;
        if let Some(policy) = known.get() {
            return Ok(policy);
        }
        let reading = known.begin();
        let read = self.company_policy().await;
        match &read {
            Ok(policy) => known.keep(&reading, *policy),
            Err(_) => known.fail(),
        }
        read
    }

    /// The company's policy as the log has it now: the default until one is set, also of a company that is not defined.
    ///
    /// # Errors
    /// [`CommandError::Unavailable`] when the database is away, [`CommandError::Unreadable`] for a damaged log.
    pub async fn company_policy(&self) -> Result<Policy, CommandError> {
        // A company's log has its id for a name.
        let stream = stream_of::<Company>(self.shared.log.name())?;
        Ok(self.load::<Company>(&stream, |_| false).await?.state.policy())
    }
}
