//! An event that others at hand are about: the sale of a void or return, the payroll of a void.

use posars_domain::posting::{Source, SourcePlace};

use super::input::Input;

/// An event that others at hand are about.
#[derive(Debug)]
pub(super) struct KnownSource {
    pub(super) place: SourcePlace,
    pub(super) source: Source,
}

impl KnownSource {
    /// `None` of an event that moves no value, or that cannot be read.
    pub(super) fn of(input: &Input) -> Option<Self> {
        Some(Self {
            place: input.place(),
            source: input.value()?.clone(),
        })
    }
}
