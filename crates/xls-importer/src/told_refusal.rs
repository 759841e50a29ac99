//! What the rules or the log said no to, in the words of the catalogue.

use std::collections::HashMap;

use posars_commands::CommandError;
use posars_domain::{Circumstance, Rejection as _, StoreId, Value};
use posars_words::{Language, Reason, entry};

/// A refusal of the rules or of the log: its reason and the values that its text tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToldRefusal {
    reason: &'static str,
    values: Vec<(&'static str, Value)>,
    /// An option of the import that does something about it.
    option: Option<&'static str>,
}

impl ToldRefusal {
    /// What a command was answered.
    #[must_use]
    pub fn of(error: &CommandError) -> Self {
        Self {
            reason: error.reason(),
            values: error.values(),
            option: None,
        }
    }

    /// A store that is not defined, where the import may not define it.
    pub(crate) fn unknown_store(store_id: &StoreId) -> Self {
        let store_id = store_id.clone();
        let told = Circumstance::UnknownStore { store_id }.told();
        Self {
            reason: told.reason,
            values: told.values,
            option: Some("--define-missing"),
        }
    }

    /// The stable code.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        self.reason
    }

    /// What is wrong, with its code.
    #[must_use]
    pub fn what(&self, language: Language) -> String {
        self.text(language, Reason::what).map_or_else(
            || self.reason.to_owned(),
            |what| format!("{what} ({})", self.reason),
        )
    }

    /// What to do about it; none for a reason without words.
    #[must_use]
    pub fn next_step(&self, language: Language) -> Option<String> {
        let next = self.text(language, Reason::next)?;
        let or = language.pick("ou importe com", "or import with");
        Some(match self.option {
            Some(option) => format!("{next}; {or} {option}"),
            None => next,
        })
    }

    fn text(
        &self,
        language: Language,
        part: fn(&Reason, Language, &HashMap<String, String>) -> String,
    ) -> Option<String> {
        let values = self.values.iter();
        let values = values
            .map(|(key, value)| ((*key).to_owned(), written(value, language)))
            .collect();
        entry(self.reason).map(|entry| part(entry, language, &values))
    }
}

/// A value as people of the language write it.
fn written(value: &Value, language: Language) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Decimal(number) => language.decimal(number),
        Value::Moment(at) => language.moment(*at),
    }
}
