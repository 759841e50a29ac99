//! What the door of REST refuses before a call is made of a request.

use super::reason::Reason;

pub(super) const REASONS: &[Reason] = &[];
