//! Real PostgreSQL for tests: one private server a test run, one database a test.
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! let database = posars_testkit::TestDatabase::create().await?;
//! let (client, connection) = tokio_postgres::connect(database.url(), tokio_postgres::NoTls).await?;
//! # drop((client, connection)); Ok(()) }
//! ```
//!
//! The first test of a process starts a server from a cached, migrated cluster; it ends with the process. Nothing
//! has to be installed, started or cleaned by hand, under `cargo test` as under nextest.

mod aws_emulator;
mod cache;
mod database;
mod remains;
mod scratch;
mod server;
mod standby;
mod sweeper;

pub use aws_emulator::AwsEmulator;
pub use database::TestDatabase;
/// For a database that a test sets up itself, with an owner of its own.
pub use posars_schema::migrate;
pub use server::TestServer;
