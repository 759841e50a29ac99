//! The database schema: the migrations, embedded, and their runner.
//!
//! The files live in `migrations/` at the root of the workspace and are compiled in, so a binary carries the
//! schema it was built against. Migrations are forward only, and a release and the one before it run on one database
//! together: [`Phase`] says how, [`plan()`] what is to come.

mod effects;
mod embedded;
mod error;
mod history;
mod migrate;
mod phase;
mod plan;
mod target;

pub use effects::{Effect, EffectKind};
pub use embedded::{Migration, fingerprint, migrations};
pub use error::SchemaError;
pub use migrate::{MigrationReport, migrate, pending};
pub use phase::Phase;
pub use plan::{LongTransaction, MigrationPlan, MigrationStep, PlannedEffect, plan};
