//! Payrolls as they were recorded, with their lines sealed and their sums in the clear, those that were voided too.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::Amount;
use posars_domain::payroll::{PayrollCost, PayrollEvent, PayrollLine, PayrollRecorded};
use uuid::Uuid;

use super::of_payroll;
use crate::column::JsonObject;
use crate::fold::{LoneChange, Parts};
use crate::read::sql_position;
use crate::row::table_row;
use crate::{ApplyError, Event, Projection};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct PayrollsFold;

table_row! {
    /// A payroll as it was recorded.
    pub struct Recorded of payrolls {
        payroll_id: Uuid = UUID key,
        position: i64 = INT8,
        last_position: i64 = INT8,
        recorded_at: Timestamp = TIMESTAMPTZ,
        event_id: Uuid = UUID,
        gross_minor: i64 = INT8,
        charges_minor: i64 = INT8,
        net_minor: i64 = INT8,
        business_date: Date = DATE,
        wages_due: Date = DATE,
        charges_due: Date = DATE,
        employees: i32 = INT4,
        month: String = TEXT,
        currency: String = TEXT,
        voided: bool = BOOL,
        memo: Option<String> = TEXT,
        void_reason: Option<String> = TEXT,
        lines: JsonObject<PayrollLine> = JSONB,
        costs: JsonObject<PayrollCost> = JSONB,
    }
}

table_row! {
    /// A payroll that was voided.
    pub struct Voided in Recorded {
        payroll_id: Uuid = UUID key,
        last_position: i64 = INT8,
        voided: bool = BOOL,
        void_reason: Option<String> = TEXT,
    }
}

impl LoneChange for Voided {
    /// What was never recorded is not voided.
    fn alone(&self) -> Option<Recorded> {
        None
    }
}

/// The entries of a list under their places in it.
fn by_place<T>(list: Vec<T>) -> JsonObject<T> {
    JsonObject((0..).zip(list).collect::<BTreeMap<u32, T>>())
}

fn recorded(event: &Event<'_>, payroll: PayrollRecorded) -> Result<Recorded, ApplyError> {
    let texts = payroll.lines.iter().map(|line| &line.position);
    for text in texts.chain(payroll.costs.iter().map(|cost| &cost.position)) {
        event.text(text.as_str().into())?;
    }
    let sum = |amount: fn(&PayrollCost) -> Amount| {
        let amounts = payroll.costs.iter().map(|cost| amount(cost).minor());
        amounts.fold(0, i64::saturating_add)
    };
    Ok(Recorded {
        payroll_id: payroll.payroll_id.uuid(),
        position: sql_position(event.position),
        last_position: sql_position(event.position),
        recorded_at: event.recorded_at(),
        event_id: event.event_id,
        gross_minor: sum(|cost| cost.amounts.gross),
        charges_minor: sum(|cost| cost.amounts.charges),
        net_minor: sum(|cost| cost.amounts.net),
        business_date: payroll.business_date,
        wages_due: payroll.wages_due,
        charges_due: payroll.charges_due,
        employees: i32::try_from(payroll.lines.len()).unwrap_or(i32::MAX),
        month: payroll.month.to_string(),
        currency: payroll.currency.to_string(),
        voided: false,
        memo: event.text_maybe(payroll.memo.map(Into::into))?,
        void_reason: None,
        lines: by_place(payroll.lines),
        costs: by_place(payroll.costs),
    })
}

impl Projection for PayrollsFold {
    const NAME: &'static str = "payrolls";
    const VERSION: u16 = 1;
    type Fold = Parts<Recorded, Voided>;

    fn apply(event: &Event<'_>, fold: &mut Parts<Recorded, Voided>) -> Result<(), ApplyError> {
        let Some(told) = of_payroll(event)? else {
            return Ok(());
        };
        match told {
            PayrollEvent::PayrollRecorded(payroll) => fold.put(recorded(event, payroll)?),
            PayrollEvent::PayrollVoided(told) => fold.change(Voided {
                payroll_id: told.payroll_id.uuid(),
                last_position: sql_position(event.position),
                voided: true,
                void_reason: Some(event.text(told.reason.into())?),
            }),
        }
        Ok(())
    }
}
