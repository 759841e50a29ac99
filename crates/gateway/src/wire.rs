//! Reading requests and writing answers: one place per message.

mod names;
mod reader;

pub(crate) use reader::Reader;
