//! Where a PostgreSQL is, and how to connect to it.
//!
//! An [`Address`] is read from the text that libpq takes, with two keys that are read here: `sslmode` in all its words
//! but `allow`, with `sslrootcert`; and `passfile`, a file that holds the password and nothing else. Both files are
//! looked at for every new connection, so a renewed certificate and a rotated password need no new start.
//!
//! ```
//! use posars_database_address::{Address, Protection};
//!
//! # fn main() -> Result<(), posars_database_address::AddressError> {
//! let address = Address::parse("postgres://posars@db.example/shop?passfile=/run/secrets/posars")?;
//! assert_eq!(address.protection(), Protection::VerifyFull);
//! assert_eq!(address.to_string(), "postgres://posars@db.example/shop");
//! assert_eq!(Address::parse("host=/run/posars dbname=shop")?.protection(), Protection::Disable);
//! # Ok(()) }
//! ```

mod address;
mod connect;
mod error;
mod file;
mod problem;
mod protection;
mod text;
mod trust;
mod verify;

pub use address::Address;
pub use connect::Connection;
pub use error::AddressError;
pub use protection::Protection;
