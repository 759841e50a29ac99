//! Ledger lines: one row per line of an entry, by account, accounting date and place in the log.

use std::borrow::Cow;

use jiff::civil::Date;

use super::entry_payload::{Entry, Line};
use crate::fold::Once;
use crate::read::sql_position;
use crate::row::table_row;
use crate::{ApplyError, Event, Projection};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct LedgerLinesFold;

table_row! {
    /// A line; what else there is of it stands with its entry.
    pub struct PostedLine of ledger_lines {
        account: String = TEXT key,
        accounting_date: Date = DATE key,
        position: i64 = INT8 key,
        line: i32 = INT4 key,
        store_id: Option<String> = TEXT,
        cost_center: Option<String> = TEXT,
        party: Option<String> = TEXT,
        debit_minor: i64 = INT8,
        credit_minor: i64 = INT8,
    }
}

impl Projection for LedgerLinesFold {
    const NAME: &'static str = "ledger_lines";
    const VERSION: u16 = 1;
    type Fold = Once<PostedLine>;

    fn apply(event: &Event<'_>, fold: &mut Once<PostedLine>) -> Result<(), ApplyError> {
        let Some(entry) = Entry::of(event)? else {
            return Ok(());
        };
        let accounting_date: Date = event.parse(entry.accounting_date)?;
        let position = sql_position(event.position);
        let posted_line = |(line, posted): (i32, &Line<'_>)| {
            Ok::<_, ApplyError>(PostedLine {
                account: posted.account.to_owned(),
                accounting_date,
                position,
                line,
                store_id: posted.store_id.map(str::to_owned),
                cost_center: posted.cost_center.map(str::to_owned),
                party: event.text_maybe(posted.party.as_deref().map(Cow::Borrowed))?,
                debit_minor: posted.debit,
                credit_minor: posted.credit,
            })
        };
        // From 1, as people count.
        let lines = (1..).zip(&entry.lines).map(posted_line);
        fold.extend(lines.collect::<Result<Vec<_>, _>>()?);
        Ok(())
    }
}
