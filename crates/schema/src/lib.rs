//! The database schema: the migrations, embedded, and their runner.
//!
//! The files live in `migrations/` at the root of the workspace and are compiled in, so a binary carries the
//! schema it was built against. Migrations are forward only.

mod embedded;
mod error;
mod migrate;
mod target;

pub use embedded::{Migration, fingerprint, migrations};
pub use error::SchemaError;
pub use migrate::{MigrationReport, migrate, pending};
