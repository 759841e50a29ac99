//! Account days: debits and credits per account, accounting date, store and cost centre, which add up over all four.

use jiff::civil::Date;

use super::entry_payload::{Entry, Line};
use crate::fold::Rows;
use crate::row::table_row;
use crate::{ApplyError, Event, Projection};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct AccountDaysFold;

table_row! {
    /// What some entries add to one row.
    pub struct DayChange of account_days {
        account: String = TEXT key,
        accounting_date: Date = DATE key,
        store_id: String = TEXT key,
        cost_center: String = TEXT key,
        currency: String = TEXT key,
        debit_minor: i64 = INT8 add,
        credit_minor: i64 = INT8 add,
    }
}

impl Rows<DayChange> {
    fn add(&mut self, event: &Event<'_>, entry: &Entry<'_>, line: &Line<'_>) -> Result<(), ApplyError> {
        let (store_id, cost_center) = (
            line.store_id.unwrap_or_default(),
            line.cost_center.unwrap_or_default(),
        );
        let day = entry.accounting_date;
        let row = self.0.entry(
            &[line.account, day, store_id, cost_center, entry.currency],
            || {
                Ok::<_, ApplyError>(DayChange {
                    account: line.account.to_owned(),
                    accounting_date: event.parse(day)?,
                    store_id: store_id.to_owned(),
                    cost_center: cost_center.to_owned(),
                    currency: entry.currency.to_owned(),
                    debit_minor: 0,
                    credit_minor: 0,
                })
            },
        )?;
        row.debit_minor = row.debit_minor.saturating_add(line.debit);
        row.credit_minor = row.credit_minor.saturating_add(line.credit);
        Ok(())
    }
}

impl Projection for AccountDaysFold {
    const NAME: &'static str = "account_days";
    const VERSION: u16 = 1;
    type Fold = Rows<DayChange>;

    fn apply(event: &Event<'_>, fold: &mut Rows<DayChange>) -> Result<(), ApplyError> {
        let Some(entry) = Entry::of(event)? else {
            return Ok(());
        };
        entry
            .lines
            .iter()
            .try_for_each(|line| fold.add(event, &entry, line))
    }
}
