//! Taking a payroll back.

use std::fmt::Display;

use serde::Serialize;

use super::{Payroll, PayrollRejection, PayrollState, PayrollVoided};
use crate::misplaced::{Refused, not_in_words};
use crate::text::{self, NOTE_CHARS_MAX};
use crate::{Command, Decided, Decision, Given, OwnKey, PayrollId};

/// Takes all of a payroll back that was worked out wrongly, whether or not it was paid; another one may take its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VoidPayroll {
    /// The payroll.
    pub payroll_id: PayrollId,
    /// Why, 1 to 500 characters.
    pub reason: String,
}

impl Command for VoidPayroll {
    type Of = Payroll;
    type Answer = PayrollVoided;

    const NAME: &'static str = "VoidPayroll";

    fn stream_id(&self) -> impl Display + Send {
        self.payroll_id
    }

    fn own_key(&self) -> OwnKey {
        OwnKey::Named(self.payroll_id.uuid())
    }

    fn decide(&self, state: &PayrollState, _given: &Given<'_>) -> Decided<Payroll> {
        let payroll_id = self.payroll_id;
        let reason = text::required("reason", &self.reason, NOTE_CHARS_MAX)?;
        let recorded = state
            .recorded
            .as_deref()
            .ok_or(PayrollRejection::PayrollUnknown { payroll_id })?;
        if state.voided.is_some() {
            return Err(PayrollRejection::PayrollAlreadyVoided { payroll_id });
        }
        not_in_words("reason", &reason, Refused::Both)?;
        Ok(Decision::event(PayrollVoided {
            payroll_id,
            month: recorded.month,
            business_date: recorded.business_date,
            currency: recorded.currency,
            costs: recorded.costs.clone(),
            reason,
        }))
    }
}
