//! What a company's events add up to.

use super::CompanyDefined;

/// The company as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CompanyState {
    /// The definition; `None` before it.
    pub defined: Option<CompanyDefined>,
}
