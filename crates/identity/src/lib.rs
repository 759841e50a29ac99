//! Who calls: bearer tokens and their keys, the local issuer, users and their grants.
//!
//! - [`Verifier`] checks an RS256 access token against the keys of one issuer and answers with an [`Identity`]; the
//!   keys come from a [`KeySource`], which is refreshed behind the calls.
//! - [`LocalIssuer`] signs the same kind of token with a key of this machine, so that `posars up` needs no outside
//!   service.
//! - [`Users`] keeps the people a local issuer signs for, and what they may do, in PostgreSQL.
//!
//! ```
//! use std::time::Duration;
//!
//! use posars_identity::{Grantee, LocalIssuer, Verifier};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path().join("identity");
//! let issuer = LocalIssuer::open(&folder)?;
//! let ana = Grantee {
//!     subject: "ana".to_owned(),
//!     memberships: vec!["main/cashier/centro".parse()?],
//! };
//! let token = issuer.issue(&ana, Duration::from_secs(3_600))?;
//!
//! let verifier = Verifier::new(issuer.verifier_config()).await?;
//! let identity = verifier.verify(&token).await?;
//! assert_eq!(identity.memberships, ana.memberships);
//! # Ok(()) }
//! ```
//!
//! No error, log line or `Debug` text of this crate holds a token, a name or a subject.

mod cache;
mod claims;
mod config;
mod error;
mod identity;
mod keys;
mod local;
mod membership;
mod role;
mod users;
mod verifier;

pub use config::{ConfigError, KeySource, VerifierConfig};
pub use error::{REASONS, TokenError};
pub use identity::Identity;
pub use keys::KeyState;
pub use local::{Grantee, IssuerError, LIFETIME_MAX, LocalIssuer};
pub use membership::{InvalidMembership, Membership};
pub use role::{Role, UnknownRole};
pub use users::{User, Users, UsersError};
pub use verifier::Verifier;
