//! Book ties: by how much stocks and items owed changed in a month, and by how much the accounts that stand for them did.
//!
//! Both add up over stores and months. Once everything is posted they are the same in each month of the business date: an
//! entry counts here for the day of what it is posted for, also where the books have it later.

use jiff::civil::Date;
use posars_domain::stock::StockKind;
use posars_domain::{AccountRole, Amount, Currency, Month, StoreId};
use serde::Deserialize;

use super::entry_payload::Entry;
use super::item_payload::ItemEvent;
use crate::fold::Rows;
use crate::read::{Columns, ReadRow};
use crate::row::table_row;
use crate::{ApplyError, Event, EventKind, Freshness, Position, Projection, Projections, QueryError};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct BookTiesFold;

/// What the stocks of all products are called among the kinds.
const INVENTORY: &str = "inventory";

table_row! {
    /// What some events add to one row.
    pub struct TieChange of book_ties {
        kind: String = TEXT key,
        month: String = TEXT key,
        store_id: String = TEXT key,
        currency: String = TEXT key,
        ledger_minor: i64 = INT8 add,
        account_minor: i64 = INT8 add,
    }
}

#[derive(Deserialize)]
struct Moved<'a> {
    store_id: &'a str,
    business_date: Date,
    currency: &'a str,
    #[serde(alias = "cost")]
    value: i64,
    #[serde(default)]
    negative_settled: i64,
}

/// Where a change counts.
struct Place<'a> {
    kind: &'a str,
    month: &'a str,
    store_id: &'a str,
    currency: &'a str,
}

fn month_of(event: &Event<'_>, day: Date) -> Result<String, ApplyError> {
    let month =
        Month::of(day).ok_or_else(|| event.bad(&format_args!("{day} is in no month of the books")))?;
    Ok(month.to_string())
}

impl Rows<TieChange> {
    fn row(&mut self, place: &Place<'_>) -> Result<&mut TieChange, ApplyError> {
        let key = [place.kind, place.month, place.store_id, place.currency];
        self.0.entry(&key, || {
            Ok(TieChange {
                kind: place.kind.to_owned(),
                month: place.month.to_owned(),
                store_id: place.store_id.to_owned(),
                currency: place.currency.to_owned(),
                ledger_minor: 0,
                account_minor: 0,
            })
        })
    }

    fn add_to_ledger(&mut self, place: &Place<'_>, change: i64) -> Result<(), ApplyError> {
        let row = self.row(place)?;
        row.ledger_minor = row.ledger_minor.saturating_add(change);
        Ok(())
    }

    /// A stock's value changed: `sign` is -1 for what went out.
    fn moved(&mut self, event: &Event<'_>, sign: i64) -> Result<(), ApplyError> {
        let moved: Moved<'_> = event.payload()?;
        event.parse::<StoreId>(moved.store_id)?;
        event.parse::<Currency>(moved.currency)?;
        let place = Place {
            kind: INVENTORY,
            month: &month_of(event, moved.business_date)?,
            store_id: moved.store_id,
            currency: moved.currency,
        };
        self.add_to_ledger(&place, sign * moved.value - moved.negative_settled)
    }

    fn owed(&mut self, event: &Event<'_>) -> Result<(), ApplyError> {
        let Some(owed) = ItemEvent::of(event)? else {
            return Ok(());
        };
        let change = owed.open_change();
        if change == 0 {
            return Ok(());
        }
        let place = Place {
            kind: owed.payload.item.account,
            month: &month_of(event, owed.payload.business_date)?,
            store_id: owed.payload.item.store_id.unwrap_or_default(),
            currency: owed.payload.item.currency,
        };
        self.add_to_ledger(&place, owed.side.sign() * change)
    }

    fn posted(&mut self, event: &Event<'_>) -> Result<(), ApplyError> {
        let Some(entry) = Entry::of(event)? else {
            return Ok(());
        };
        let month = month_of(event, entry.business_date)?;
        for line in &entry.lines {
            let Some(role) = line.role else { continue };
            let is_controlled = |controlled: &AccountRole| controlled.as_str() == role;
            if !AccountRole::CONTROLLED.iter().any(is_controlled) {
                continue;
            }
            let is_inventory = role == AccountRole::INVENTORY.as_str();
            let row = self.row(&Place {
                kind: if is_inventory { INVENTORY } else { line.account },
                month: &month,
                store_id: line.store_id.unwrap_or_default(),
                currency: entry.currency,
            })?;
            row.account_minor = row.account_minor.saturating_add(line.balance());
        }
        Ok(())
    }
}

impl Projection for BookTiesFold {
    const NAME: &'static str = "book_ties";
    const VERSION: u16 = 1;
    type Fold = Rows<TieChange>;

    fn apply(event: &Event<'_>, fold: &mut Rows<TieChange>) -> Result<(), ApplyError> {
        let EventKind::Stock(kind) = event.kind else {
            fold.posted(event)?;
            return fold.owed(event);
        };
        match kind {
            StockKind::StockIssued => fold.moved(event, -1),
            StockKind::StockReceived | StockKind::StockReturned | StockKind::StockAdjusted => {
                fold.moved(event, 1)
            }
            // What a shortage says of stock, the movement before it did.
            StockKind::ShortageDetected | StockKind::ShortageResolved => Ok(()),
        }
    }
}

/// What must agree with its accounts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TieKind {
    /// The value of all stocks, and the account of goods.
    Inventory,
    /// What is owed and held by an account, and that account.
    Account(posars_domain::AccountCode),
}

/// What a ledger came to by the end of a month, and its account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookTie {
    /// What must agree.
    pub kind: TieKind,
    /// The store; `None` for what is of no store.
    pub store_id: Option<StoreId>,
    /// The currency of the amounts.
    pub currency: Currency,
    /// What the stocks are worth, or what is open: debit above zero.
    pub ledger: Amount,
    /// What the account holds, by the business date of its entries.
    pub account: Amount,
}

impl BookTie {
    /// Whether both are the same.
    #[must_use]
    pub fn agrees(&self) -> bool {
        self.ledger == self.account
    }
}

impl ReadRow for BookTie {
    type Of = BookTiesFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        let kind: &str = columns.get("kind")?;
        Ok(Self {
            kind: if kind == INVENTORY {
                TieKind::Inventory
            } else {
                TieKind::Account(columns.read("kind", kind)?)
            },
            store_id: columns.parse_unless_empty("store_id")?,
            currency: columns.parse("currency")?,
            ledger: columns.amount("ledger_minor")?,
            account: columns.amount("account_minor")?,
        })
    }
}

impl Projections {
    /// What stocks and items owed came to by the end of a month, each beside its account, by kind and store; with the position
    /// that the answer includes.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn book_ties(
        &self,
        through: Month,
        freshness: Freshness,
    ) -> Result<(Vec<BookTie>, Position), QueryError> {
        let before = self.wait_for(BookTiesFold::NAME, freshness).await?;
        let sql = include_str!("../../sql/sum_book_ties.sql");
        self.rows(sql, &[&through.to_string()], before).await
    }
}
