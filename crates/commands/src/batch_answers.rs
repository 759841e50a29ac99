//! The answers of many commands that are carried out at once.

use crate::CommandError;

/// Since when what a command asks for is in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// This call wrote it, or would have.
    Now,
    /// It was there before, with the same content.
    Before,
}

pub(crate) type BatchAnswer = Result<Written, CommandError>;

/// The answers of a batch in the order of its commands, as far as they are known.
pub(crate) struct BatchAnswers(Vec<Option<BatchAnswer>>);

impl BatchAnswers {
    pub(crate) fn none_of(count: usize) -> Self {
        let mut answers = Vec::new();
        answers.resize_with(count, || None);
        Self(answers)
    }

    /// The answer that a command has.
    pub(crate) fn of(&self, index: usize) -> Option<&BatchAnswer> {
        self.0.get(index)?.as_ref()
    }

    pub(crate) fn is_open(&self, index: usize) -> bool {
        self.0.get(index).is_some_and(Option::is_none)
    }

    pub(crate) fn are_complete(&self) -> bool {
        self.0.iter().all(Option::is_some)
    }

    pub(crate) fn give(&mut self, index: usize, answer: BatchAnswer) {
        if let Some(slot) = self.0.get_mut(index) {
            *slot = Some(answer);
        }
    }

    pub(crate) fn give_all(&mut self, indexes: &[usize], answer: impl Fn() -> BatchAnswer) {
        for index in indexes {
            self.give(*index, answer());
        }
    }

    /// Refuses a command; when it is only for now, with all behind it that have no answer, because nobody knows whether
    /// they ask for the same. Whether it was so.
    pub(crate) fn refuse(&mut self, index: usize, error: CommandError) -> bool {
        let is_passing = error.passing().is_some();
        if is_passing {
            for answer in self
                .0
                .iter_mut()
                .skip(index + 1)
                .filter(|answer| answer.is_none())
            {
                *answer = error.passing().map(Err);
            }
        }
        self.give(index, Err(error));
        is_passing
    }

    /// The commands that have no answer yet, each with its place.
    pub(crate) fn open<'c, C>(&self, commands: &'c [C]) -> Vec<(usize, &'c C)> {
        let numbered = commands.iter().enumerate();
        numbered.filter(|(index, _)| self.is_open(*index)).collect()
    }

    /// What a batch that ends like this has come to: the first answer that says the log could not be asked, if any does.
    pub(crate) fn outcome(answers: &[BatchAnswer]) -> Result<(), &CommandError> {
        let errors = answers.iter().filter_map(|answer| answer.as_ref().err());
        let mut grave = errors.filter(|error| match error {
            CommandError::Rejected(_)
            | CommandError::IdempotencyMismatch { .. }
            | CommandError::OutOfScope => false,
            CommandError::Conflict { .. }
            | CommandError::Unreadable { .. }
            | CommandError::Unavailable { .. } => true,
        });
        grave.next().map_or(Ok(()), Err)
    }

    /// All answers; every command has one by now.
    pub(crate) fn completed(self) -> Vec<BatchAnswer> {
        self.0.into_iter().flatten().collect()
    }
}
