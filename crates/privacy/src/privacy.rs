//! The handle on one company.

use std::time::Duration;

use jiff::SignedDuration;
use posars_commands::{Commands, Envelope};
use posars_domain::RetentionPolicy;
use posars_keyring::Keyring;
use posars_projections::{Freshness, Projections};

use crate::PrivacyError;

/// How long after the last event the time may be.
const A_DAY: SignedDuration = SignedDuration::from_hours(24);

/// The commands, the keys and the read models of one company. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Privacy {
    pub(crate) commands: Commands,
    pub(crate) projections: Projections,
    /// How long the index of what is held of people may take to come up to the end of the log.
    wait: Duration,
    pub(crate) writes: bool,
    /// Whether something is due by the caller's clock alone.
    trusts_clock: bool,
}

impl Privacy {
    /// Puts the two together; both must be of one log. The keys are those of the commands.
    /// No replica is asked: what is read leads to erasures.
    #[must_use]
    pub fn new(commands: Commands, projections: Projections, wait: Duration) -> Self {
        Self {
            commands,
            projections: projections.at_writer(),
            wait,
            writes: true,
            trusts_clock: false,
        }
    }

    /// The same, but nothing is written and no key destroyed.
    #[must_use]
    pub fn validate_only(&self) -> Self {
        Self {
            commands: self.commands.validate_only(),
            writes: false,
            ..self.clone()
        }
    }

    /// The same, but what is due is told by the caller's time alone, which the caller vouches for.
    #[must_use]
    pub fn trusting_the_clock(&self) -> Self {
        Self {
            trusts_clock: true,
            ..self.clone()
        }
    }

    /// The same request at a time that more than one clock confirms: the earliest of the caller's, the database's and a day
    /// after the last event. A machine that thinks it is 2062, as after its battery has died, destroys nothing for ever.
    pub(crate) async fn confirmed(&self, envelope: &Envelope) -> Result<Envelope, PrivacyError> {
        let mut envelope = envelope.clone();
        if !self.trusts_clock {
            let database = self.keyring().database_time().await?;
            let last_event = self.commands.log().head().await?.recorded_at;
            let told = last_event.and_then(|at| at.checked_add(A_DAY).ok());
            envelope.received_at = envelope.received_at.min(database);
            envelope.received_at = envelope.received_at.min(told.unwrap_or(envelope.received_at));
        }
        Ok(envelope)
    }

    /// Takes what is left of destroyed keys out of the files of the database. The keys are gone without it, too: a failure
    /// is told, and the database does it in its own time.
    pub(crate) async fn sweep(&self) {
        if let Err(error) = posars_keyring::sweep(self.projections.event_store()).await {
            tracing::warn!(%error, "the pages of destroyed keys could not be swept");
        }
    }

    /// For how long the company keeps what.
    ///
    /// # Errors
    /// [`PrivacyError::Command`] when the database is away.
    pub async fn retention_policy(&self) -> Result<RetentionPolicy, PrivacyError> {
        Ok(self.commands.retention_policy().await?)
    }

    pub(crate) fn keyring(&self) -> &Keyring {
        self.commands.keyring()
    }

    /// An answer that includes all that is in the log now.
    pub(crate) async fn up_to_now(&self) -> Result<Freshness, PrivacyError> {
        let head = self.commands.log().head().await?;
        Ok(Freshness::at_least(head.position, self.wait))
    }
}
