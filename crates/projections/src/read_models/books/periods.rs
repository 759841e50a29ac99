//! Periods: months that were closed, or about to be, with their seals; and when the books began.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::books::BooksKind;
use posars_domain::{Currency, Month};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::fold::Rows;
use crate::read::sql_position;
use crate::row::table_row;
use crate::{ApplyError, Event, EventKind, Projection};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct PeriodsFold;

/// Stands for a month in the row that says when the books began.
pub(super) const BEGINNING: &str = "";

table_row! {
    /// What an event tells of a month.
    pub struct Told of periods {
        month: String = TEXT key,
        position: i64 = INT8,
        state: &'static str = TEXT,
        begun_position: Option<i64> = INT8 keep,
        up_to_position: Option<i64> = INT8 keep,
        closed_at: Option<Timestamp> = TIMESTAMPTZ keep,
        locked_at: Option<Timestamp> = TIMESTAMPTZ keep,
        reopened: i32 = INT4 add,
        begins_on: Option<Date> = DATE keep,
        currency: Option<String> = TEXT keep,
        sha256: Option<String> = TEXT keep,
        trial_balance: Option<String> = TEXT keep,
        reason: Option<String> = TEXT keep,
    }
}

/// What the events have in common, and each one's own.
#[derive(Deserialize)]
struct Payload<'a> {
    #[serde(default)]
    month: Option<&'a str>,
    #[serde(default)]
    currency: Option<&'a str>,
    #[serde(default)]
    begins_on: Option<Date>,
    #[serde(default)]
    up_to_position: i64,
    #[serde(default)]
    sha256: Option<&'a str>,
    #[serde(default, borrow)]
    trial_balance: Option<&'a RawValue>,
    #[serde(default, borrow)]
    reason: Option<Cow<'a, str>>,
}

/// A row that says nothing but its state.
fn about(event: &Event<'_>, month: String, state: PeriodState) -> Told {
    Told {
        month,
        position: sql_position(event.position),
        state: state.as_str(),
        begun_position: None,
        up_to_position: None,
        closed_at: None,
        locked_at: None,
        reopened: 0,
        begins_on: None,
        currency: None,
        sha256: None,
        trial_balance: None,
        reason: None,
    }
}

fn told(event: &Event<'_>, kind: BooksKind) -> Result<Told, ApplyError> {
    let payload: Payload<'_> = event.payload()?;
    let currency = payload.currency.map(|currency| event.parse::<Currency>(currency));
    let currency = currency.transpose()?.map(|currency| currency.to_string());
    let month = match kind {
        BooksKind::BooksBegun => BEGINNING.to_owned(),
        BooksKind::PeriodCloseBegun
        | BooksKind::PeriodClosed
        | BooksKind::PeriodReopened
        | BooksKind::PeriodLocked => {
            let month = payload.month.ok_or_else(|| event.bad(&"it names no month"))?;
            event.parse::<Month>(month)?.to_string()
        }
    };
    Ok(match kind {
        BooksKind::BooksBegun => Told {
            currency,
            begins_on: payload.begins_on,
            up_to_position: Some(payload.up_to_position),
            ..about(event, month, PeriodState::Open)
        },
        BooksKind::PeriodCloseBegun => Told {
            begun_position: Some(sql_position(event.position)),
            ..about(event, month, PeriodState::Closing)
        },
        BooksKind::PeriodClosed => Told {
            currency,
            up_to_position: Some(payload.up_to_position),
            closed_at: Some(event.recorded_at()),
            sha256: payload.sha256.map(str::to_owned),
            trial_balance: payload.trial_balance.map(|rows| rows.get().to_owned()),
            ..about(event, month, PeriodState::Closed)
        },
        BooksKind::PeriodReopened => Told {
            reason: event.text_maybe(payload.reason)?,
            reopened: 1,
            ..about(event, month, PeriodState::Open)
        },
        BooksKind::PeriodLocked => Told {
            locked_at: Some(event.recorded_at()),
            ..about(event, month, PeriodState::Locked)
        },
    })
}

impl Projection for PeriodsFold {
    const NAME: &'static str = "periods";
    const VERSION: u16 = 1;
    type Fold = Rows<Told>;

    fn apply(event: &Event<'_>, fold: &mut Rows<Told>) -> Result<(), ApplyError> {
        if let EventKind::Books(kind) = event.kind {
            fold.put(told(event, kind)?);
        }
        Ok(())
    }
}

/// What can be posted to a month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodState {
    /// Everything.
    Open,
    /// Nothing more; its seal is being made.
    Closing,
    /// Nothing more; it is sealed and may be opened again.
    Closed,
    /// Nothing more, for good.
    Locked,
}

impl PeriodState {
    const ALL: [Self; 4] = [Self::Open, Self::Closing, Self::Closed, Self::Locked];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closing => "closing",
            Self::Closed => "closed",
            Self::Locked => "locked",
        }
    }
}

impl std::str::FromStr for PeriodState {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|state| state.as_str() == word);
        found.ok_or_else(|| format!("{word:?} is no state of a period"))
    }
}
