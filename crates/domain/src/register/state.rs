//! What a register's events add up to.

use super::RegisterDefined;

/// The register as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegisterState {
    /// The definition; `None` before it.
    pub defined: Option<RegisterDefined>,
}
