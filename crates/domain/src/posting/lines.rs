//! The lines of an entry, as they are gathered.

use crate::journal::EntryLine;
use crate::{Amount, Side};

/// The lines of an entry. What goes to the same account for the same is one line.
#[derive(Debug, Default)]
pub(super) struct Lines(Vec<EntryLine>);

impl Lines {
    /// Adds an amount to a side of an account, which `line` names with all else that it says; below zero it goes to the
    /// other side. `None` beyond the range of amounts.
    pub(super) fn add(&mut self, line: EntryLine, side: Side, amount: Amount) -> Option<()> {
        let (side, amount) = if amount.is_negative() {
            (side.other(), amount.checked_neg()?)
        } else {
            (side, amount)
        };
        if amount.is_zero() {
            return Some(());
        }
        let same = self.0.iter_mut().find(|other| is_same(other, &line, side));
        if let Some(same) = same {
            let sum = on(same, side);
            *sum = sum.checked_add(amount)?;
            return Some(());
        }
        let mut line = line;
        *on(&mut line, side) = amount;
        self.0.push(line);
        Some(())
    }

    pub(super) fn into_lines(self) -> Vec<EntryLine> {
        self.0
    }
}

const fn on(line: &mut EntryLine, side: Side) -> &mut Amount {
    match side {
        Side::Debit => &mut line.debit,
        Side::Credit => &mut line.credit,
    }
}

/// Whether a line is on this side of the same account for the same.
fn is_same(known: &EntryLine, line: &EntryLine, side: Side) -> bool {
    let EntryLine {
        account,
        role,
        debit: _,
        credit: _,
        store_id,
        cost_center,
        party,
        document,
        due_date,
    } = line;
    let amount = match side {
        Side::Debit => known.debit,
        Side::Credit => known.credit,
    };
    !amount.is_zero()
        && known.account == *account
        && known.role == *role
        && known.store_id == *store_id
        && known.cost_center == *cost_center
        && known.party == *party
        && known.document == *document
        && known.due_date == *due_date
}
