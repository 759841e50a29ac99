//! Who a verified token speaks for.

use std::fmt;

use jiff::Timestamp;

use crate::{Membership, Role};

/// Who a verified token speaks for.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// The person or program, as the issuer names it (`sub`): 1 to 128 visible characters.
    pub subject: String,
    /// The program that asked for the token (`client_id`; `aud` of an id token).
    pub client: String,
    /// What the subject may do where: the groups that are memberships, each once, sorted. May be empty.
    pub memberships: Vec<Membership>,
    /// The role of a token that was made by hand with the key of this machine, not from what somebody was granted.
    pub role_by_hand: Option<Role>,
    /// When the token ends.
    pub expires_at: Timestamp,
}

impl fmt::Debug for Identity {
    /// Without the subject: on a local issuer it is a person's name.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Identity")
            .field("subject", &"***")
            .field("client", &self.client)
            .field("memberships", &self.memberships)
            .field("role_by_hand", &self.role_by_hand)
            .field("expires_at", &self.expires_at)
            .finish()
    }
}
