//! A private PostgreSQL server as a child process: found or fetched, made, started, stopped.
//!
//! [`Installation::find`] looks for PostgreSQL programs; [`Server::start`] makes a cluster below a folder and
//! runs it on a unix socket that only its owner can reach. The server ends with the process that started it,
//! however that process ends.
//!
//! ```no_run
//! use posars_local_postgres::{Installation, Server, ServerConfig};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let config = ServerConfig::new(Installation::find()?, "/var/lib/shop");
//! let server = Server::start_or_attach_async(config).await?;
//! server.ensure_database("posars").await?;
//! println!("{}", server.url("posars"));
//! server.stop_async().await?;
//! # Ok(()) }
//! ```

mod access;
mod account;
mod cluster;
mod copy;
mod database;
mod durability;
mod error;
mod installation;
mod keeper;
mod last_words;
mod layout;
mod postmaster;
mod process;
mod search;
mod server;
mod settings;
mod wheel;

pub use cluster::cluster_major;
pub use copy::{copy_backup, scratch_folder, verify_manifest};
pub use durability::Durability;
pub use error::{BackupError, DatabaseError, FindError, StartError, StopError};
pub use installation::{Installation, MAJOR_MIN};
pub use postmaster::running_pid;
pub use server::Server;
pub use settings::ServerConfig;
