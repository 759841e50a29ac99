//! Lines of statements: a line and the payment that it tells of go to the log in one append.
//!
//! So no line is ever paid without its payment, or the other way round, and there is nothing to take up again after a
//! crash but the lines that are not there yet. The two streams stand at the versions that the decision was taken at; a
//! line that somebody else matches or writes off meanwhile is decided anew.

use std::time::Instant;

use posars_domain::open_item::{ItemRejection, ItemState, Receivable};
use posars_domain::statement_line::{
    LineRejection, MatchStatementLine, NewStatementLine, StatementLine, StatementLineState, UnmatchedReason,
    WriteOffStatementLine,
};
use posars_domain::{Aggregate as _, OwnKey, StatementLineId};

use crate::line_answer::{Candidates, KnownItems, LineAnswer};
use crate::line_append::{Done, given, whole_company};
use crate::plan::{Failed, Request};
use crate::whereabouts::Whereabouts;
use crate::{CommandError, Commands, Envelope, Offered};

/// What recording a line is called in traces and metrics.
const RECORD: &str = "RecordStatementLine";
/// What matching a line is called in fingerprints, traces and metrics.
pub(crate) const MATCH: &str = "MatchStatementLine";

impl Commands {
    /// Records a line of a statement and settles what it pays, found among these receivables. A line that was there and is
    /// dealt with changes nothing; one that had paid nothing is looked at anew.
    ///
    /// # Errors
    /// As [`Commands::carry_out`].
    pub async fn settle_line(
        &self,
        line: &Offered<NewStatementLine>,
        candidates: &Candidates,
        known: &mut KnownItems,
    ) -> Result<LineAnswer, CommandError> {
        let mut whereabouts = Whereabouts::of(self);
        loop {
            let (here, started) = (whereabouts.commands(), Instant::now());
            let result = here.line_attempts(line, candidates, known).await;
            here.shared
                .metrics
                .done(RECORD, started.elapsed(), result.as_ref());
            if !whereabouts.is_to_be_done_again(&result).await {
                return result;
            }
        }
    }

    /// Settles what somebody says that a line pays; asked again it changes nothing.
    ///
    /// # Errors
    /// As [`Commands::carry_out`].
    pub async fn match_line(
        &self,
        command: &MatchStatementLine,
        envelope: &Envelope,
    ) -> Result<LineAnswer, CommandError> {
        let request = Request::new(MATCH, command, OwnKey::Absent, envelope)?;
        let mut whereabouts = Whereabouts::of(self);
        loop {
            let (here, started) = (whereabouts.commands(), Instant::now());
            let result = here.match_attempts(command, &request).await;
            here.shared
                .metrics
                .done(MATCH, started.elapsed(), result.as_ref());
            if !whereabouts.is_to_be_done_again(&result).await {
                return result;
            }
        }
    }

    /// Takes the money of a line in that pays nothing, against an account.
    ///
    /// # Errors
    /// As [`Commands::carry_out`].
    pub async fn write_off_line(
        &self,
        command: &WriteOffStatementLine,
        envelope: &Envelope,
    ) -> Result<LineAnswer, CommandError> {
        let line = self.line_at(command.line_id).await?;
        // A reversal is for ever, so what is found here holds when the command is decided.
        let before = self.paid_before(&line.loaded.state).await?;
        let matched = line
            .loaded
            .state
            .matched
            .as_ref()
            .map(|matched| matched.settlement_id);
        let command = WriteOffStatementLine {
            reversed: matched.filter(|_| line.loaded.state.standing_match(before.as_ref()).is_none()),
            ..command.clone()
        };
        let completed = self.carry_out(&command, envelope).await?;
        let state = completed
            .events
            .iter()
            .fold(line.loaded.state.clone(), StatementLine::evolve);
        Ok(LineAnswer {
            state,
            completed,
            ..line.as_it_was()
        })
    }

    /// A line of a statement as the log has it now; nothing is recorded of one that is not there.
    ///
    /// # Errors
    /// As [`Commands::books`].
    pub async fn statement_line(&self, line_id: StatementLineId) -> Result<StatementLineState, CommandError> {
        Ok(self.line_at(line_id).await?.loaded.state)
    }

    /// Checks lines before any of them is recorded; answers those that are refused, with their places.
    ///
    /// # Errors
    /// As [`Commands::books`].
    pub async fn refused_lines(
        &self,
        lines: &[&NewStatementLine],
        envelope: &Envelope,
    ) -> Result<Vec<(usize, LineRejection)>, CommandError> {
        loop {
            let books = self.known_books().await?;
            let given = given(&books, envelope);
            let refused = lines.iter().enumerate();
            let refused: Vec<_> = refused
                .filter_map(|(index, line)| Some((index, line.recorded(&given).err()?)))
                .collect();
            if refused.is_empty() || self.are_present(&books).await? {
                return Ok(refused);
            }
            self.shared.books.forget(&books.versions[0].0);
        }
    }

    async fn line_attempts(
        &self,
        line: &Offered<NewStatementLine>,
        candidates: &Candidates,
        known: &mut KnownItems,
    ) -> Result<LineAnswer, CommandError> {
        // What was recorded is told by the line's own id; a key of the caller would be of the whole statement.
        let envelope = Envelope {
            request_id: None,
            ..line.envelope.clone()
        };
        let request = Request::new(RECORD, &line.command, OwnKey::Absent, &envelope)?;
        let mut attempts = 0;
        loop {
            attempts += 1;
            match self
                .line_attempt(&line.command, candidates, known, &request)
                .await
            {
                Ok(answer) => return Ok(answer),
                Err(Failed::Error(error)) => return Err(error),
                Err(Failed::Lost(stream)) => {
                    known.0.clear();
                    self.lost(RECORD, &stream, attempts, true).await?;
                }
            }
        }
    }

    async fn line_attempt(
        &self,
        line: &NewStatementLine,
        candidates: &Candidates,
        known: &mut KnownItems,
        request: &Request<'_>,
    ) -> Result<LineAnswer, Failed> {
        whole_company(request.envelope)?;
        let at = self.line_at(line.line_id()).await?;
        let state = &at.loaded.state;
        if state.is_dealt_with() {
            return Ok(at.as_it_was());
        }
        let books = self.known_books().await?;
        let recorded = match state.recorded.as_deref() {
            Some(recorded) => recorded.clone(),
            None => match line.recorded(&given(&books, request.envelope)) {
                Ok(recorded) => recorded,
                Err(rejection) => return Err(self.refused(&books, rejection).await),
            },
        };
        for item_id in &candidates.items {
            self.learn_item(known, *item_id).await?;
        }
        let items: Vec<&ItemState<Receivable>> = candidates
            .items
            .iter()
            .filter_map(|item_id| known.state(*item_id))
            .collect();
        let settled = state.settled_by_itself(&recorded, &items, candidates.is_capped);
        let is_one_more = line.line_id() != line.first_id() && !line.keys.lookups().is_empty();
        if is_one_more && state.recorded.is_none() && !settled.is_exact {
            // It says what the line before it says, and nothing else of that amount is open: it is that line once more.
            return Ok(self.line_at(line.first_id()).await?.as_it_was());
        }
        let paid = settled.settles.as_ref().map(|settle| settle.item_id);
        let reason = match self.append_line(&at, settled, known, &books, request).await? {
            Done::Answered(answer) => return Ok(*answer),
            Done::ReferenceTaken => UnmatchedReason::PaidAlready,
            // It has the most settlements that there may be.
            Done::Refused(ItemRejection::ItemFull { .. }) => UnmatchedReason::BeyondOpen,
            Done::Refused(rejection) => return Err(self.refused(&books, rejection).await),
        };
        let unmatched = state.left_unmatched(&recorded, reason, paid);
        match self.append_line(&at, unmatched, known, &books, request).await? {
            Done::Answered(answer) => Ok(*answer),
            // Nothing is paid, so nothing is claimed or refused.
            Done::ReferenceTaken => Err(Failed::Lost(at.stream)),
            Done::Refused(rejection) => Err(self.refused(&books, rejection).await),
        }
    }

    /// Settles what somebody says that a line pays.
    pub(crate) async fn match_attempts(
        &self,
        command: &MatchStatementLine,
        request: &Request<'_>,
    ) -> Result<LineAnswer, CommandError> {
        let mut attempts = 0;
        loop {
            attempts += 1;
            match self.match_attempt(command, request).await {
                Ok(answer) => return Ok(answer),
                Err(Failed::Error(error)) => return Err(error),
                Err(Failed::Lost(stream)) => self.lost(MATCH, &stream, attempts, true).await?,
            }
        }
    }

    async fn match_attempt(
        &self,
        command: &MatchStatementLine,
        request: &Request<'_>,
    ) -> Result<LineAnswer, Failed> {
        whole_company(request.envelope)?;
        let line = self.line_at(command.line_id).await?;
        let before = self.paid_before(&line.loaded.state).await?;
        let mut known = KnownItems::default();
        self.learn_item(&mut known, command.item_id).await?;
        let item = known.state(command.item_id).cloned().unwrap_or_default();
        let settled = line.loaded.state.settled_by_hand(command, &item, before.as_ref());
        let settled = settled.map_err(CommandError::rejected)?;
        let books = self.known_books().await?;
        let reference = settled
            .settles
            .as_ref()
            .and_then(|settle| settle.bank_reference.clone());
        match self
            .append_line(&line, settled, &mut known, &books, request)
            .await?
        {
            Done::Answered(answer) => Ok(*answer),
            Done::ReferenceTaken => {
                let reference = reference.unwrap_or_default();
                let taken = ItemRejection::BankReferenceInUse { reference };
                Err(Failed::Error(CommandError::rejected(taken)))
            }
            Done::Refused(rejection) => Err(self.refused(&books, rejection).await),
        }
    }
}
