//! `posars import`: a spreadsheet, row by row into the log.

mod options;
mod result;

pub(crate) use options::ImportArgs;
