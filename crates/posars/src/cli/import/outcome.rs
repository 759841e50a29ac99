//! What `posars import` shows: an import of now, or the result that is there from before.

use std::io::{self, Write};

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::failure::Exit;
use crate::importing::Imported;
use crate::screen::Outcome;

/// What came of the command.
pub(crate) enum ImportOutcome {
    /// It was imported.
    Now(Box<Imported>),
    /// This version of the object was imported, or refused, before.
    Before {
        /// What was told then.
        result: Value,
        /// Where that stands.
        place: String,
    },
}

impl Serialize for ImportOutcome {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Now(imported) => imported.serialize(serializer),
            Self::Before { result, .. } => {
                let mut result = result.clone();
                if let Some(fields) = result.as_object_mut() {
                    fields.insert("imported_before".to_owned(), true.into());
                }
                result.serialize(serializer)
            }
        }
    }
}

impl Outcome for ImportOutcome {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Now(imported) => imported.write_text(out),
            Self::Before { result, place } => {
                let state = result["state"].as_str().unwrap_or("imported");
                writeln!(
                    out,
                    "This version was dealt with before ({state}); nothing was done. Its results are below {place}"
                )
            }
        }
    }

    /// As it ended then: whoever runs the same again learns the same.
    fn exit(&self) -> Exit {
        match self {
            Self::Now(imported) => imported.exit(),
            Self::Before { result, .. } => {
                let number = result["exit"].as_u64().and_then(|exit| u8::try_from(exit).ok());
                Exit::of_number(number.unwrap_or_default())
            }
        }
    }
}
