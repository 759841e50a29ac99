//! What every "no" of the domain can tell its caller.

/// What sort of "no" a rejection is; each door maps it to its own status codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RejectionKind {
    /// The request itself is wrong and will never be accepted as it is.
    Invalid,
    /// The request is well formed, but the present state forbids it.
    State,
    /// Something with this identity exists already, with other content.
    Duplicate,
    /// The thing the request is about does not exist.
    NotFound,
    /// The caller decided on an older version than the present one.
    Conflict,
}

/// A rule said no: the text says what is wrong, with the values, and the next step.
pub trait Rejection: std::error::Error + Send + Sync + 'static {
    /// The stable code in `UPPER_SNAKE_CASE`, at most 63 characters; part of the public contract.
    fn reason(&self) -> &'static str;

    /// What sort of "no" this is.
    fn kind(&self) -> RejectionKind;

    /// The values behind the rejection, for machines; never personal data.
    fn metadata(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }

    /// The path of the offending field in the command, such as `lines[2].quantity`.
    fn field(&self) -> Option<String> {
        None
    }
}
