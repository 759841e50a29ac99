//! Whose turn it is in a batch: commands that ask for the same thing go in their order.
//!
//! A stream is begun by one command, and a key such as a GTIN or a receipt number is claimed by one. Offered at once, the
//! faster would have it, and the same sheet could end in two ways. So a command that names what an earlier one named waits
//! for the answer of that one; all others go at once.

use std::future::Future;

use foldhash::HashMap;
use futures_util::future::join_all;

use crate::CommandError;
use crate::batch_answers::{BatchAnswer, BatchAnswers};
use crate::names::Name;

/// Who waits for whom in a batch.
#[derive(Default)]
pub(crate) struct Turns {
    /// Who named it last.
    named: HashMap<Name, usize>,
    /// Whom a command waits for: of each of its names the last before it.
    ahead: HashMap<usize, Vec<usize>>,
}

/// What a command may do now.
pub(crate) enum Turn {
    /// It goes.
    Now,
    /// One before it has no answer yet.
    Later,
    /// One before it has to be offered again, and so has this one, or it would go first then.
    Never(CommandError),
}

impl Turns {
    /// Takes down what a command asks for; the commands come in their order. Once more changes nothing.
    pub(crate) fn name(&mut self, index: usize, names: impl IntoIterator<Item = Name>) {
        for name in names {
            let last = *self.named.entry(name).or_insert(index);
            if last < index {
                self.named.insert(name, index);
                self.ahead.entry(index).or_default().push(last);
            }
        }
    }

    /// Whether it is a command's turn.
    pub(crate) fn of(&self, index: usize, answers: &BatchAnswers) -> Turn {
        for before in self.ahead.get(&index).into_iter().flatten() {
            let Some(answer) = answers.of(*before) else {
                return Turn::Later;
            };
            if let Some(error) = answer.as_ref().err().and_then(CommandError::passing) {
                return Turn::Never(error);
            }
        }
        Turn::Now
    }

    /// Carries out each command that has no answer yet on its own: at once, but in turn where they ask for the same.
    pub(crate) async fn take<'c, C, F: Future<Output = BatchAnswer>>(
        &self,
        commands: &'c [C],
        answers: &mut BatchAnswers,
        alone: impl Fn(&'c C) -> F,
    ) {
        loop {
            let mut now = Vec::new();
            for (index, command) in answers.open(commands) {
                match self.of(index, answers) {
                    Turn::Now => now.push((index, command)),
                    Turn::Later => {}
                    Turn::Never(error) => answers.give(index, Err(error)),
                }
            }
            // The first without an answer waits for nobody, so nobody is left.
            if now.is_empty() {
                return;
            }
            let given = join_all(now.iter().map(|(_, command)| alone(command))).await;
            for ((index, _), answer) in now.into_iter().zip(given) {
                answers.give(index, answer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::{Unavailability, Written};

    fn named(names: &[&[u64]]) -> Turns {
        let mut turns = Turns::default();
        // Twice, as a batch that is offered together once more does.
        for _ in 0..2 {
            for (index, names) in names.iter().enumerate() {
                turns.name(index, names.iter().map(|name| Name(*name)));
            }
        }
        turns
    }

    fn busy() -> CommandError {
        CommandError::Unavailable {
            reason: Unavailability::Busy,
            retry_after_ms: 1,
            problem: "busy".to_owned(),
        }
    }

    /// The commands that were carried out, in the waves they went in, and the reasons of those that were not.
    async fn waves(names: &[&[u64]], away: &[usize]) -> (Vec<Vec<usize>>, Vec<Option<String>>) {
        let turns = named(names);
        let commands: Vec<usize> = (0..names.len()).collect();
        let mut answers = BatchAnswers::none_of(commands.len());
        let (waves, under_way) = (RefCell::new(Vec::new()), RefCell::new(0_usize));
        let alone = |index: &usize| {
            let index = *index;
            if *under_way.borrow() == 0 {
                waves.borrow_mut().push(Vec::new());
            }
            *under_way.borrow_mut() += 1;
            if let Some(wave) = waves.borrow_mut().last_mut() {
                wave.push(index);
            }
            let under_way = &under_way;
            async move {
                tokio::task::yield_now().await;
                *under_way.borrow_mut() -= 1;
                if away.contains(&index) {
                    Err(busy())
                } else {
                    Ok(Written::Now)
                }
            }
        };
        turns.take(&commands, &mut answers, alone).await;
        let reasons = answers.completed().into_iter().map(|answer| answer.err());
        let reasons = reasons.map(|error| error.map(|error| error.reason().to_owned()));
        let reasons = reasons.collect();
        (waves.into_inner(), reasons)
    }

    #[tokio::test]
    async fn who_asks_for_the_same_goes_in_order_and_all_others_at_once() {
        let (waves, reasons) = waves(&[&[1], &[2], &[1, 3], &[4], &[3], &[2]], &[]).await;
        assert_eq!(waves, [vec![0, 1, 3], vec![2, 5], vec![4]]);
        assert_eq!(reasons, vec![None; 6]);
    }

    #[tokio::test]
    async fn nobody_overtakes_one_that_is_to_be_offered_again() {
        let (waves, reasons) = waves(&[&[1], &[2], &[1, 3], &[3], &[2]], &[0]).await;
        assert_eq!(waves, [vec![0, 1], vec![4]]);
        let busy = Some("BUSY".to_owned());
        assert_eq!(reasons, [busy.clone(), None, busy.clone(), busy, None]);
    }
}
