use std::fmt::Write as _;
use std::str::FromStr;

use posars_domain::{InvalidValue, Rejection as _, reasons};
use tonic::Status;
use tonic_types::FieldViolation;

use crate::status;

/// Reason of a field that cannot be read.
pub(crate) const FIELD_INVALID: &str = reasons::FIELD_INVALID;

/// Reads the fields of a request and collects everything that is wrong with them, each with its path.
///
/// All problems come back in one answer: nobody should have to send a receipt of forty lines forty times.
pub(crate) struct Reader {
    /// Path of the message being read, with a dot behind it, or empty at the top.
    path: String,
    violations: Vec<FieldViolation>,
}

impl Reader {
    /// Starts at the top of a request.
    pub(crate) fn new() -> Self {
        Self {
            path: String::new(),
            violations: Vec::new(),
        }
    }

    /// Notes that a field is wrong.
    pub(crate) fn refuse(&mut self, field: &str, reason: &str, description: impl Into<String>) {
        let mut violation = FieldViolation::new(format!("{}{field}", self.path), description);
        violation.reason = reason.to_owned();
        self.violations.push(violation);
    }

    /// Reads the message in `field`.
    pub(crate) fn inside<T>(&mut self, field: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.path.len();
        self.path.push_str(field);
        self.path.push('.');
        let value = read(self);
        self.path.truncate(outer);
        value
    }

    /// Reads every message of a list. `None` when one of them could not be read.
    pub(crate) fn each<M, T>(
        &mut self,
        field: &str,
        messages: Vec<M>,
        mut read: impl FnMut(&mut Self, M) -> Option<T>,
    ) -> Option<Vec<T>> {
        let outer = self.path.len();
        let mut values = Some(Vec::with_capacity(messages.len()));
        for (index, message) in messages.into_iter().enumerate() {
            // Writing to a String cannot fail.
            let _ = write!(self.path, "{field}[{index}].");
            let value = read(self, message);
            self.path.truncate(outer);
            values = values.zip(value).map(|(mut values, value)| {
                values.push(value);
                values
            });
        }
        values
    }

    /// Takes a message that must be there.
    pub(crate) fn required<T>(&mut self, field: &str, message: Option<T>) -> Option<T> {
        if message.is_none() {
            self.refuse(
                field,
                reasons::FIELD_REQUIRED,
                "required, but not given; fill it in",
            );
        }
        message
    }

    /// Reads a text that must be there.
    pub(crate) fn text<T: FromStr<Err = InvalidValue>>(&mut self, field: &str, text: &str) -> Option<T> {
        if text.is_empty() {
            self.refuse(field, reasons::FIELD_REQUIRED, "required, but empty; fill it in");
            return None;
        }
        let parsed = text.parse();
        self.accept(field, parsed)
    }

    /// Reads a text that may be empty: `Some(None)` when it is, `None` when it cannot be read.
    pub(crate) fn optional<T: FromStr<Err = InvalidValue>>(
        &mut self,
        field: &str,
        text: &str,
    ) -> Option<Option<T>> {
        if text.is_empty() {
            Some(None)
        } else {
            self.text(field, text).map(Some)
        }
    }

    /// Takes a value that the domain has made, or its refusal with the domain's own reason.
    pub(crate) fn accept<T>(&mut self, field: &str, value: Result<T, InvalidValue>) -> Option<T> {
        match value {
            Ok(value) => Some(value),
            Err(invalid) => {
                self.refuse(field, invalid.reason(), invalid.to_string());
                None
            }
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// `INVALID_ARGUMENT` with every field that was refused.
    pub(crate) fn finish<T>(self, value: Option<T>) -> Result<T, Status> {
        match value {
            Some(value) if self.violations.is_empty() => Ok(value),
            Some(_) | None => Err(status::invalid_request(self.violations)),
        }
    }
}

#[cfg(test)]
mod tests {
    use posars_domain::Quantity;

    use super::*;

    #[test]
    fn collects_paths_of_nested_fields() {
        let mut reader = Reader::new();
        let lines = reader.each("lines", vec!["1", "x", "", "4"], |reader, text| {
            reader.inside("quantity", |reader| reader.text::<Quantity>("value", text))
        });
        assert_eq!(lines, None);
        assert_eq!(reader.required::<u8>("total", None), None);
        let paths: Vec<_> = reader
            .violations
            .iter()
            .map(|violation| violation.field.as_str())
            .collect();
        assert_eq!(
            paths,
            ["lines[1].quantity.value", "lines[2].quantity.value", "total"]
        );
        let reasons: Vec<_> = reader
            .violations
            .iter()
            .map(|violation| violation.reason.as_str())
            .collect();
        assert_eq!(
            reasons,
            [
                "QUANTITY_INVALID",
                reasons::FIELD_REQUIRED,
                reasons::FIELD_REQUIRED
            ]
        );
    }

    #[test]
    fn a_clean_request_is_read() {
        let mut reader = Reader::new();
        let lines = reader.each("lines", vec!["1", "2"], |reader, text| {
            reader.text::<Quantity>("quantity", text)
        });
        assert_eq!(reader.optional::<Quantity>("seller", ""), Some(None));
        assert_eq!(
            reader.finish(lines).unwrap(),
            [Quantity::from_units(1), Quantity::from_units(2)]
        );
    }
}
