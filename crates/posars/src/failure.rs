//! Why a command failed: a stable code, what happened, and the next step, with an exit code that scripts can use.

use std::borrow::Cow;
use std::process::ExitCode;

use serde::Serialize;

/// How the process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) enum Exit {
    /// Done.
    Success,
    /// The request was understood and could not be done.
    Failure,
    /// The command line itself is wrong.
    Usage,
    /// Something that posars needs is away; the same command may work later.
    Unavailable,
    /// Somebody else is in the way, or the same thing exists with other content.
    Conflict,
    /// A proof failed.
    Unverified,
}

impl Exit {
    /// Every way to end, by its number.
    const ALL: [Self; 6] = [
        Self::Success,
        Self::Failure,
        Self::Usage,
        Self::Unavailable,
        Self::Conflict,
        Self::Unverified,
    ];

    /// The way to end of a number that was written down; a failure for any other.
    pub(crate) fn of_number(number: u8) -> Self {
        let known = Self::ALL.into_iter().find(|exit| exit.number() == number);
        known.unwrap_or(Self::Failure)
    }

    /// The number that the shell sees: 0 to 5, in the order of the variants.
    pub(crate) fn number(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failure => 1,
            Self::Usage => 2,
            Self::Unavailable => 3,
            Self::Conflict => 4,
            Self::Unverified => 5,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.number())
    }
}

/// A command that failed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Failure {
    /// A stable word, such as `DATABASE_UNAVAILABLE`.
    pub(crate) code: Cow<'static, str>,
    /// What happened and where.
    pub(crate) message: String,
    /// What to do now; none when the message says it already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
    #[serde(skip)]
    pub(crate) exit: Exit,
}

impl Failure {
    /// A failure whose text may end in ". Next: what to do", as most errors of the crates below do.
    pub(crate) fn new(exit: Exit, code: impl Into<Cow<'static, str>>, text: impl ToString) -> Self {
        let text = text.to_string();
        let (message, next) = match text.split_once(". Next: ") {
            Some((message, next)) => (message.to_owned(), Some(next.to_owned())),
            None => (text, None),
        };
        Self {
            code: code.into(),
            message,
            next,
            exit,
        }
    }

    /// The same with another next step.
    pub(crate) fn next(self, step: impl Into<String>) -> Self {
        Self {
            next: Some(step.into()),
            ..self
        }
    }

    /// Somebody pressed Ctrl-C or asked the process to end.
    pub(crate) fn interrupted() -> Self {
        Self::new(
            Exit::Failure,
            "INTERRUPTED",
            "stopped by a signal before the command was done",
        )
        .next("run the same command again; what was recorded stays and is not recorded twice")
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

/// An I/O error on a file that the user named.
pub(crate) fn on_file(doing: &str, path: &std::path::Path, error: &std::io::Error) -> Failure {
    Failure::new(
        Exit::Failure,
        "FILE_UNUSABLE",
        format!("{doing} {} failed: {error}", path.display()),
    )
    .next("check the path, the rights on it and the free space, then run the command again")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_step_is_taken_out_of_the_text() {
        let failure = Failure::new(Exit::Unavailable, "X", "no pip. Next: install it");
        assert_eq!(
            (failure.message.as_str(), failure.next.as_deref()),
            ("no pip", Some("install it"))
        );
        assert_eq!(Failure::new(Exit::Failure, "X", "plain").next, None);
    }

    #[test]
    fn exit_numbers_are_the_published_ones() {
        assert_eq!(Exit::ALL.map(Exit::number), [0, 1, 2, 3, 4, 5]);
        assert_eq!([0, 1, 2, 3, 4, 5].map(Exit::of_number), Exit::ALL);
        assert_eq!(Exit::of_number(101), Exit::Failure);
    }
}
