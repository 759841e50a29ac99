//! Statements: their lines are recorded, and settle what they pay.
//!
//! The read model tells which receivables have a key in common with a line; what the line pays is decided on their streams.
//! Each line is appended with its payment as one, so a statement that was cut off is sent again, and goes on.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use posars_commands::reactors::{has_dealt_with, reactor_named};
use posars_commands::{Candidates, CommandError, Envelope, KnownItems, LineAnswer, Offered};
use posars_domain::statement_line::{LineRejection, NewStatementLine};
use posars_domain::{InvalidValue, OpenItemId, Path, Rejection, StatementLineId, Told, reasons};
use posars_event_store::Position;
use posars_projections::{Freshness, ITEMS_OF_A_LOOKUP_MAX};

use crate::patience::Patience;
use crate::turns::groups;
use crate::{Bookkeeping, BookkeepingError};

/// Most lines of one call: each is an append of its own, which take a second or so together.
pub const STATEMENT_LINES_MAX: usize = 1_000;
/// How many lines are on their way at once: the log gathers what comes in together.
const AT_ONCE_MAX: usize = 16;
/// Who registers what sales leave to be paid.
const REGISTERS: &str = "reactor.books";
/// How long that is waited for: a line that comes before its sale is in the books pays nothing yet.
const REGISTERED_WAIT_MAX: Duration = Duration::from_secs(5);

/// From when on it is known what a line may pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ready {
    /// When what is in the log now is in the books; waited for at most so long, and for reactors no longer than some seconds.
    Within(Duration),
    /// Reactors and read models were brought up to here.
    At(Position),
}

/// What came of a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettlementsRecorded {
    /// What came of each line, in their order.
    pub lines: Vec<LineAnswer>,
}

impl SettlementsRecorded {
    /// How many lines were there before, and pay nothing now. Those that pay, those that are new and do not, and these are
    /// all.
    #[must_use]
    pub fn repeated(&self) -> usize {
        let is_repeated = |line: &&LineAnswer| line.is_repeated && line.settled.is_none();
        self.lines.iter().filter(is_repeated).count()
    }

    /// How many lines are new and pay nothing.
    #[must_use]
    pub fn unmatched(&self) -> usize {
        self.lines
            .len()
            .saturating_sub(self.repeated())
            .saturating_sub(self.matched())
    }

    /// How many lines paid something now.
    #[must_use]
    pub fn matched(&self) -> usize {
        self.lines.iter().filter(|line| line.settled.is_some()).count()
    }

    /// Where the last event stands that was written; the start of the log when nothing was.
    #[must_use]
    pub fn position(&self) -> Position {
        let written = self.lines.iter().filter(|line| !line.completed.replayed);
        written
            .map(|line| line.completed.position)
            .max()
            .unwrap_or(Position::START)
    }
}

impl Bookkeeping {
    /// Records lines of a statement, at most [`STATEMENT_LINES_MAX`], and settles what they pay. Lines that came before
    /// change nothing; those that paid nothing are looked at anew. Lines that nothing tells apart have to be numbered
    /// ([`NewStatementLine::number`]).
    ///
    /// Nothing is written when one of the lines is refused.
    ///
    /// # Errors
    /// [`CommandError::Rejected`] with the first line that is refused; otherwise as
    /// [`posars_commands::Commands::settle_line`] and [`posars_projections::QueryError`]. Lines before the error are
    /// recorded, and the same statement again goes on.
    pub async fn record_settlements(
        &self,
        lines: &[Offered<NewStatementLine>],
        envelope: &Envelope,
        ready: Ready,
    ) -> Result<SettlementsRecorded, BookkeepingError> {
        if lines.is_empty() || lines.len() > STATEMENT_LINES_MAX {
            let rule =
                format!("a call has 1 to {STATEMENT_LINES_MAX} lines; send a longer statement in parts");
            let refused = InvalidValue::new(reasons::LINE_COUNT_INVALID, lines.len(), rule).at("lines");
            return Err(CommandError::Rejected(Box::new(refused)).into());
        }
        let refused = self.refused_lines(lines, envelope).await?;
        if let Some((index, rejection)) = refused.into_iter().next() {
            return Err(CommandError::Rejected(Box::new(InLine { index, rejection })).into());
        }
        let candidates = self.candidates(lines, ready).await?;
        let names = lines.iter().zip(&candidates).map(|(line, items)| {
            let own = Name::Line(line.command().first_id());
            items.items.iter().copied().map(Name::Item).chain([own]).collect()
        });
        let groups = groups(names).into_iter().map(|mut group| {
            // What was paid first settles what falls due first.
            group.sort_by_key(|index| lines.get(*index).map(|line| line.command().date));
            self.settle_group(lines, &candidates, group)
        });
        let answers: Vec<Vec<(usize, LineAnswer)>> = stream::iter(groups)
            .buffer_unordered(AT_ONCE_MAX)
            .try_collect()
            .await?;
        let mut answers: Vec<(usize, LineAnswer)> = answers.into_iter().flatten().collect();
        answers.sort_by_key(|(index, _)| *index);
        Ok(SettlementsRecorded {
            lines: answers.into_iter().map(|(_, answer)| answer).collect(),
        })
    }

    /// The lines that are refused whatever they pay, with their places.
    ///
    /// # Errors
    /// As [`posars_commands::Commands::books`].
    pub async fn refused_lines(
        &self,
        lines: &[Offered<NewStatementLine>],
        envelope: &Envelope,
    ) -> Result<Vec<(usize, LineRejection)>, BookkeepingError> {
        let lines: Vec<&NewStatementLine> = lines.iter().map(Offered::command).collect();
        Ok(self.commands.refused_lines(&lines, envelope).await?)
    }

    /// The receivables that have a key in common with each line.
    async fn candidates(
        &self,
        lines: &[Offered<NewStatementLine>],
        ready: Ready,
    ) -> Result<Vec<Candidates>, BookkeepingError> {
        let of_lines: Vec<Vec<String>> = lines.iter().map(|line| line.command().keys.lookups()).collect();
        let mut lookups = of_lines.concat();
        lookups.sort_unstable();
        lookups.dedup();
        if lookups.is_empty() {
            return Ok(vec![Candidates::default(); lines.len()]);
        }
        let fresh = match ready {
            Ready::At(position) => Freshness::at_least(position, Duration::ZERO),
            Ready::Within(wait) => {
                let patience = Patience::of(wait);
                let position = self.registered(patience.at_most(REGISTERED_WAIT_MAX)).await?;
                patience.at_least(position)
            }
        };
        let found = self.projections.find_receivables(&lookups, fresh).await?;
        let mut by_lookup: HashMap<String, Vec<OpenItemId>> = HashMap::new();
        for found in found.0 {
            by_lookup.entry(found.lookup).or_default().push(found.item_id);
        }
        let capped = usize::try_from(ITEMS_OF_A_LOOKUP_MAX).unwrap_or(usize::MAX);
        let items_of = |lookups: Vec<String>| {
            let found: Vec<&Vec<OpenItemId>> = lookups
                .iter()
                .filter_map(|lookup| by_lookup.get(lookup))
                .collect();
            let mut items: Vec<OpenItemId> = found.iter().flat_map(|items| items.iter().copied()).collect();
            items.sort_unstable();
            items.dedup();
            Candidates {
                items,
                is_capped: found.iter().any(|items| items.len() >= capped),
            }
        };
        Ok(of_lines.into_iter().map(items_of).collect())
    }

    /// Waits until what is in the log now is in the books, if that comes in time; answers the end of the log then.
    async fn registered(&self, patience: Patience) -> Result<Position, BookkeepingError> {
        let log = self.commands.log();
        let head = log.head().await?.position;
        if let Some(reactor) = reactor_named(REGISTERS) {
            while !has_dealt_with(log, reactor, head).await? && patience.pause().await {}
        }
        Ok(log.head().await?.position)
    }

    async fn settle_group(
        &self,
        lines: &[Offered<NewStatementLine>],
        candidates: &[Candidates],
        group: Vec<usize>,
    ) -> Result<Vec<(usize, LineAnswer)>, BookkeepingError> {
        let mut known = KnownItems::default();
        let mut seen: HashMap<StatementLineId, LineAnswer> = HashMap::new();
        let mut answers = Vec::with_capacity(group.len());
        for index in group {
            let Some((line, items)) = lines.get(index).zip(candidates.get(index)) else {
                continue;
            };
            let line_id = line.command().line_id();
            let answer = match seen.get(&line_id) {
                // It stands twice in the statement; in a dry run nothing else would tell.
                Some(first) => first.again(),
                None => self.commands.settle_line(line, items, &mut known).await?,
            };
            // What is told as the line before it is not in the log in a dry run.
            let first = seen
                .get(&line.command().first_id())
                .filter(|_| answer.state.recorded.is_none());
            let answer = first.map_or(answer, LineAnswer::again);
            seen.entry(line_id).or_insert_with(|| answer.clone());
            answers.push((index, answer));
        }
        Ok(answers)
    }
}

/// What two lines must not have in common to go side by side.
#[derive(PartialEq, Eq, Hash)]
enum Name {
    Item(OpenItemId),
    Line(StatementLineId),
}

/// The refusal of a line, which knows where its field is in the statement.
#[derive(Debug, thiserror::Error)]
#[error("lines[{index}]: {rejection}")]
struct InLine {
    index: usize,
    rejection: LineRejection,
}

impl Rejection for InLine {
    fn told(&self) -> Told {
        let told = self.rejection.told();
        // The account is that of the whole statement.
        let of_statement = |path: &Path| {
            path.steps()
                .any(|step| ["money_account", "source"].contains(&step.name))
        };
        let path = told.path.map(|path| {
            if of_statement(&path) {
                path
            } else {
                path.within("lines", self.index)
            }
        });
        Told { path, ..told }
    }
}
