//! An event that the low stock reactor had put aside, tried again.
//!
//! What came later about the same goods was judged since, or will be, by itself. So only what is still the last word
//! about them need be judged now.

use posars_domain::stock_policy::StockPolicyState;
use posars_domain::waiting::SourceEventParked;
use posars_event_store::{Position, RecordedEvent};

use super::LowStockReactor;
use super::on_hand::stock_at;
use super::source::{Happened, Item, read};
use super::state::{State, policy_at};
use crate::event_encoder::EventEncoder;
use crate::reactors::cause::Cause;
use crate::reactors::work::unreadable_again;
use crate::reactors::{Reactor as _, ReactorError, Retried};

/// Beyond every position: as things stand now.
const NOW: Position = Position::new(u64::MAX);

impl LowStockReactor {
    /// Deals with what was put aside and says so in the same append; or leaves everything as it is, with the reason.
    pub(super) async fn try_again(&mut self, parked: &SourceEventParked) -> Result<Retried, ReactorError> {
        let event = match self.work.source_of(parked).await? {
            Ok(event) => event,
            Err(failed) => return Ok(failed),
        };
        let cause = Cause::of(&event, Self::NAME, &mut EventEncoder::default())?;
        let outcome = unreadable_again(self.judge_again(&event, &cause).await)?;
        if outcome == Retried::Done {
            self.work.dealt_with(parked, &cause).await?;
        }
        Ok(outcome)
    }

    async fn judge_again(&mut self, event: &RecordedEvent, cause: &Cause) -> Result<Retried, ReactorError> {
        let (item, happened) = read(event)?;
        let (version, state) = policy_at(&self.work.log, &item.policy, NOW).await?;
        let on_hand = stock_at(&self.work.log, &item.stock, NOW).await?;
        if self.is_the_last_word(&item, &state, cause.position).await? {
            let occurred_at = match happened {
                Happened::Moved(moved) => moved.occurred_at,
                Happened::Policy(_) => cause.recorded_at,
            };
            self.work
                .slice
                .learn_as(&item.policy, version, State::Policy(state));
            self.judge(&item, on_hand, occurred_at, cause).await?;
        }
        Ok(Retried::Done)
    }

    /// Whether neither the stock nor the policy has moved after a position.
    async fn is_the_last_word(
        &self,
        item: &Item,
        policy: &StockPolicyState,
        position: Position,
    ) -> Result<bool, ReactorError> {
        let moved = self.work.last_event(&item.stock).await?;
        let moved = moved.map_or(Position::START, |last| last.position);
        let (_, then) = policy_at(&self.work.log, &item.policy, position).await?;
        Ok(moved <= position && then.reorder_point == policy.reorder_point)
    }
}
