//! Ending an account.

use std::fmt::Display;

use serde::{Deserialize, Serialize};

use super::{AccountRetired, Chart, ChartEvent, ChartRejection, ChartState};
use crate::books::BooksCircumstance;
use crate::{AccountCode, Command, Decided, Decision, Given};

/// Ends an account: nothing more is posted to it, and what is there stays. Once more changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetireAccount {
    /// The account.
    pub code: AccountCode,
}

impl Command for RetireAccount {
    type Of = Chart;
    type Answer = AccountRetired;

    const NAME: &'static str = "RetireAccount";

    fn stream_id(&self) -> impl Display + Send {
        Chart::stream_id()
    }

    fn is_answer(&self, event: &ChartEvent) -> bool {
        matches!(event, ChartEvent::AccountRetired(event) if event.code == self.code)
    }

    fn decide(&self, state: &ChartState, _given: &Given<'_>) -> Decided<Chart> {
        state.begun()?;
        let Some(known) = state.known(&self.code) else {
            return Err(BooksCircumstance::AccountUnknown {
                path: "code".into(),
                code: self.code.clone(),
            }
            .into());
        };
        if known.is_retired {
            return Ok(Decision::nothing());
        }
        if let Some(role) = state.roles_of(&self.code).first() {
            return Err(ChartRejection::HasRole {
                code: self.code.clone(),
                role: (*role).clone(),
            });
        }
        if let Some(child) = state.child_of(&self.code) {
            return Err(ChartRejection::HasChildren {
                code: self.code.clone(),
                child: child.clone(),
            });
        }
        Ok(Decision::event(AccountRetired {
            code: self.code.clone(),
        }))
    }
}
