//! Files that are dropped to be imported: in a folder that is watched, or in a bucket that a queue tells of.

mod folder;
mod names;
mod notice;
mod object;
mod queue;
mod recorder;
mod settings;
mod state;
mod worker;

pub(crate) use object::{DroppedObject, results_of};
pub(crate) use settings::{Drops, IntakeArgs, Work, nowhere};
