//! Read models: events folded into tables, live, again from zero, and the queries over them.
//!
//! - [`Projection`] is a pure fold; `registry.rs` lists those there are, `read_models/` has one file for each.
//! - [`Projections`] is the handle on one log's read models: typed queries, the runner, rebuilds, status.
//! - A query takes a [`Freshness`] (read your writes) and, where it lists, a [`PageRequest`].

mod book_reports;
mod column;
mod error;
mod event;
mod faults;
mod fold;
mod fold_map;
mod listing;
mod log_page;
mod metrics;
mod page;
mod parked;
mod people_reports;
mod projection;
mod projections;
mod read;
mod read_models;
mod rebuild;
mod registry;
mod row;
mod runner;
mod searched;
mod status;
mod subscription;
mod table;

pub use posars_event_store::Position;

pub use book_reports::*;
pub use error::{ApplyError, DatabaseError, ProjectionError, QueryError};
pub use event::{Event, EventKind};
pub use fold::{Parts, Rows};
pub use parked::{ParkedEvent, Retried};
pub use people_reports::*;
pub use projection::{Fold, Load, Projection, Target};
pub use projections::Projections;
pub use read::{Freshness, PAGE_ROWS_MAX, Page, PageRequest};
pub use read_models::*;
pub use rebuild::{Comparison, OnProgress, RebuildOptions, RebuildProgress, RebuildReport};
pub use registry::projection_names;
pub use runner::Runner;
pub use searched::searched;
pub use status::ProjectionStatus;
pub use subscription::subscription_name;

#[cfg(test)]
mod tests;
