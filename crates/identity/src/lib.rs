//! Who calls: bearer tokens and their keys, the local issuer, users and their grants.
//!
//! - [`Verifier`] checks an RS256 access token against the keys of one issuer and answers with an [`Identity`]; the
//!   keys come from a [`KeySource`], which is refreshed behind the calls.
//! - [`LocalIssuer`] signs the same kind of token with a key of this machine, so that `posars up` needs no outside
//!   service.
//! - [`Users`] keeps the people a local issuer signs for, and what they may do, in PostgreSQL.
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
