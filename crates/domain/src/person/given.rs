//! What a rule is told of the person whose data its events will hold.

use std::collections::BTreeSet;
use std::fmt;

use crate::{RetentionClass, SubjectId};

/// Which person a command is about. Its debug output does not show the tax number.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PersonSought<'a> {
    /// By the id that the caller gave.
    pub subject: Option<&'a SubjectId>,
    /// By a CPF or CNPJ, without punctuation: whoever has it already, or else somebody new.
    pub finder: Option<&'a str>,
    /// The class that data will be sealed under.
    pub class: RetentionClass,
    /// What it means that the class was erased of the one named.
    pub when_erased: WhenErased,
}

impl fmt::Debug for PersonSought<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("PersonSought")
            .field("subject", &self.subject)
            .field("has_finder", &self.finder.is_some())
            .field("class", &self.class)
            .field("when_erased", &self.when_erased)
            .finish()
    }
}

/// What it means that data of the person who was named has been erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenErased {
    /// The rule is told, and says no.
    Told,
    /// Somebody else takes their place, as if nobody had been named: what has happened is never refused.
    Replaced,
}

/// The person as the door found them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenPerson {
    /// Who it is: the one that the caller named, or who has the tax number, or an id that nobody had before.
    /// Whoever is [`WhenErased::Replaced`] is nobody that the caller named.
    pub subject_id: SubjectId,
    /// The classes that were erased: nothing more may be sealed under them for this person.
    pub erased: BTreeSet<RetentionClass>,
}
