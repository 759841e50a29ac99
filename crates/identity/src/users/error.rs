//! What can go wrong with users.

/// What can go wrong with users; names nobody.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UsersError {
    /// Not a subject.
    #[error("a subject is 1 to 64 visible characters without white space. Next: give another one")]
    Subject,
    /// The subject is a person's or company's tax number.
    #[error(
        "a subject is no CPF or CNPJ: every event the user causes names it in the clear. Next: give a short name"
    )]
    SubjectIsTaxId,
    /// Not a name for people.
    #[error(
        "a display name is 1 to 120 characters without control characters, also those that turn the direction of \
         writing. Next: give another one"
    )]
    DisplayName,
    /// There is one of that subject.
    #[error(
        "there is a user of that subject already. Next: give another subject, or grant that user something"
    )]
    Exists,
    /// There is none of that subject.
    #[error(
        "there is no user of that subject. Next: see `posars users list`, or add one with `posars users add`"
    )]
    Unknown,
    /// More grants than a token can carry.
    #[error("a user has at most {0} grants. Next: revoke some, or grant the whole company")]
    TooManyGrants(i64),
    /// The connection string cannot be read.
    #[error("the database URL cannot be read: {0}. Next: write it as postgres://user@host/database")]
    InvalidUrl(String),
    /// The database cannot be reached now.
    #[error(
        "the database cannot serve now: {0}. Next: check that it runs and that its disk has room, then try again"
    )]
    Unavailable(String),
    /// The database refused the statement, or what it holds cannot be read.
    #[error("the database refused: {0}. Next: check that its schema is current with `posars migrate`")]
    Refused(String),
}
