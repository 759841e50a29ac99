//! Payroll costs: what the payrolls of a month cost per store, cost centre and job. What is voided is taken off.

use posars_domain::payroll::{PayrollCost, PayrollEvent};
use posars_domain::{Currency, Month};

use super::of_payroll;
use crate::fold::Rows;
use crate::row::table_row;
use crate::{ApplyError, Event, Projection, searched};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct PayrollCostsFold;

table_row! {
    /// What a payroll adds.
    pub struct CostChange of payroll_costs {
        month: String = TEXT key,
        store_id: String = TEXT key,
        cost_center: String = TEXT key,
        job: String = TEXT key,
        currency: String = TEXT key,
        searched: String = TEXT,
        wages: i64 = INT8 add,
        gross_minor: i64 = INT8 add,
        charges_minor: i64 = INT8 add,
        net_minor: i64 = INT8 add,
    }
}

/// Whether costs come to the figures or go from them.
#[derive(Clone, Copy)]
enum Sign {
    Plus,
    Minus,
}

impl Sign {
    const fn of(self, number: i64) -> i64 {
        match self {
            Self::Plus => number,
            Self::Minus => number.saturating_neg(),
        }
    }
}

fn change(
    event: &Event<'_>,
    month: Month,
    currency: Currency,
    cost: PayrollCost,
    sign: Sign,
) -> Result<CostChange, ApplyError> {
    Ok(CostChange {
        month: month.to_string(),
        store_id: cost.store_id.to_string(),
        cost_center: cost
            .cost_center
            .map_or_else(String::new, |center| center.to_string()),
        searched: searched(&cost.position),
        job: event.text(cost.position.into())?,
        currency: currency.to_string(),
        wages: sign.of(cost.employees.into()),
        gross_minor: sign.of(cost.amounts.gross.minor()),
        charges_minor: sign.of(cost.amounts.charges.minor()),
        net_minor: sign.of(cost.amounts.net.minor()),
    })
}

impl Projection for PayrollCostsFold {
    const NAME: &'static str = "payroll_costs";
    const VERSION: u16 = 1;
    type Fold = Rows<CostChange>;

    fn apply(event: &Event<'_>, fold: &mut Rows<CostChange>) -> Result<(), ApplyError> {
        let Some(told) = of_payroll(event)? else {
            return Ok(());
        };
        let (month, currency, costs, sign) = match told {
            PayrollEvent::PayrollRecorded(payroll) => {
                (payroll.month, payroll.currency, payroll.costs, Sign::Plus)
            }
            PayrollEvent::PayrollVoided(payroll) => {
                (payroll.month, payroll.currency, payroll.costs, Sign::Minus)
            }
        };
        let changes = costs
            .into_iter()
            .map(|cost| change(event, month, currency, cost, sign));
        // All of them, or the fold stays as it was.
        for change in changes.collect::<Result<Vec<_>, _>>()? {
            fold.put(change);
        }
        Ok(())
    }
}
