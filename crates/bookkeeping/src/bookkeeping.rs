//! The handle on one company.

use posars_commands::Commands;
use posars_projections::Projections;

/// The commands and the read models of one company. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Bookkeeping {
    pub(crate) commands: Commands,
    pub(crate) projections: Projections,
}

impl Bookkeeping {
    /// Puts the two together; both must be of one log. No replica is asked: what is read leads to commands.
    #[must_use]
    pub fn new(commands: Commands, projections: Projections) -> Self {
        Self {
            commands,
            projections: projections.at_writer(),
        }
    }
}
