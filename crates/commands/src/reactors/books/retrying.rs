//! An event that the books reactor had put aside, tried again.

use posars_domain::reasons;
use posars_domain::waiting::SourceEventParked;

use super::input::{Input, What};
use super::release::key_behind;
use super::{BooksReactor, Outcome};
use crate::event_encoder::EventEncoder;
use crate::reactors::work::unreadable_again;
use crate::reactors::{ReactorError, Retried};

impl BooksReactor {
    /// Deals with what was put aside and says so; or leaves everything as it is, with the reason. An entry goes to the
    /// first open month however late it is, so it is never too late.
    pub(super) async fn try_again(&mut self, parked: &SourceEventParked) -> Result<Retried, ReactorError> {
        let event = match self.work.source_of(parked).await? {
            Ok(event) => event,
            Err(failed) => return Ok(failed),
        };
        let input = Input::of(&event, &mut EventEncoder::default())?;
        let outcome = unreadable_again(self.deal_with(&input).await)?;
        if outcome == Retried::Done {
            self.work.dealt_with(parked, &input.cause).await?;
        }
        Ok(outcome)
    }

    async fn deal_with(&mut self, input: &Input) -> Result<Retried, ReactorError> {
        let source = match &input.what {
            What::Value(source) => source,
            // The reactor reads these itself, whenever it posts.
            What::Came(_) | What::Nothing => return Ok(Retried::Done),
            What::Unreadable(error) => {
                return Ok(Retried::Failed {
                    reason: error.reason().to_owned(),
                    problem: error.to_string(),
                });
            }
        };
        if self.facts().await?.begun_at().is_none() {
            return Ok(Retried::Failed {
                reason: reasons::BOOKS_NOT_BEGUN.to_owned(),
                problem: "the books of the company have not begun; define the company first".to_owned(),
            });
        }
        self.careful = true;
        self.learn(std::slice::from_ref(input)).await?;
        match self.try_post(source, &input.cause).await? {
            Outcome::Done => {}
            Outcome::Waits(waits) => self.park(&waits, source, &input.cause).await?,
            Outcome::Failed(reason, problem) => {
                let reason = reason.to_owned();
                return Ok(Retried::Failed { reason, problem });
            }
        }
        if let Some(key) = key_behind(source) {
            // What waits behind it looks for its entry in the log.
            self.work.flush().await?;
            self.release_behind(&key, &input.cause).await?;
        }
        Ok(Retried::Done)
    }
}
