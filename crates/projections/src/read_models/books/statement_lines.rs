//! Statement lines: what acquirers, banks and PIX told, and what each line paid.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::statement_line::{StatementKind, StatementLineKind, UnmatchedReason};
use posars_domain::{AccountCode, Currency};
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::fold::Rows;
use crate::read::sql_position;
use crate::row::table_row;
use crate::{ApplyError, Event, EventKind, Projection};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct StatementLinesFold;

table_row! {
    /// What an event tells of a line.
    pub struct Told of statement_lines {
        line_id: Uuid = UUID key,
        position: i64 = INT8 min,
        last_position: i64 = INT8 max,
        state: &'static str = TEXT,
        recorded_at: Option<Timestamp> = TIMESTAMPTZ keep,
        kind: Option<String> = TEXT keep,
        source: Option<String> = TEXT keep,
        date: Option<Date> = DATE keep,
        currency: Option<String> = TEXT keep,
        gross_minor: Option<i64> = INT8 keep,
        fee_minor: Option<i64> = INT8 keep,
        net_minor: Option<i64> = INT8 keep,
        keys: Option<String> = TEXT keep,
        installment: Option<i32> = INT4 keep,
        reference: Option<String> = TEXT keep,
        money_account: Option<String> = TEXT keep,
        // What it paid, or why nothing: of the last event that says so.
        reason: Option<String> = TEXT,
        item_id: Option<Uuid> = UUID,
        paid_installment: Option<i32> = INT4,
        settlement_id: Option<Uuid> = UUID,
        amount_minor: Option<i64> = INT8,
        expected_fee_minor: Option<i64> = INT8,
        by_hand: Option<bool> = BOOL,
        counter: Option<String> = TEXT,
    }
}

/// What the events have in common, and each one's own.
#[derive(Deserialize)]
struct Payload<'a> {
    line_id: Uuid,
    #[serde(default)]
    kind: Option<&'a str>,
    #[serde(default, borrow)]
    source: Option<Cow<'a, str>>,
    #[serde(default)]
    date: Option<Date>,
    #[serde(default)]
    currency: Option<&'a str>,
    #[serde(default)]
    gross: i64,
    #[serde(default)]
    fee: i64,
    #[serde(default)]
    net: i64,
    #[serde(default, borrow)]
    keys: Option<&'a RawValue>,
    #[serde(default)]
    installment: Option<u16>,
    #[serde(default, borrow)]
    reference: Option<Cow<'a, str>>,
    #[serde(default)]
    money_account: Option<&'a str>,
    #[serde(default, borrow)]
    reason: Option<Cow<'a, str>>,
    #[serde(default)]
    item_id: Option<Uuid>,
    #[serde(default)]
    settlement_id: Option<Uuid>,
    #[serde(default)]
    amount: Option<i64>,
    #[serde(default)]
    expected_fee: Option<i64>,
    #[serde(default)]
    by_hand: bool,
    #[serde(default)]
    counter: Option<&'a str>,
}

/// A row that says nothing but its state.
fn about(event: &Event<'_>, line_id: Uuid, state: StatementLineState) -> Told {
    Told {
        line_id,
        position: sql_position(event.position),
        last_position: sql_position(event.position),
        state: state.as_str(),
        recorded_at: None,
        kind: None,
        source: None,
        date: None,
        currency: None,
        gross_minor: None,
        fee_minor: None,
        net_minor: None,
        keys: None,
        installment: None,
        reference: None,
        money_account: None,
        reason: None,
        item_id: None,
        paid_installment: None,
        settlement_id: None,
        amount_minor: None,
        expected_fee_minor: None,
        by_hand: None,
        counter: None,
    }
}

fn parsed<T>(event: &Event<'_>, text: Option<&str>) -> Result<Option<String>, ApplyError>
where
    T: std::str::FromStr + std::fmt::Display,
    T::Err: std::fmt::Display,
{
    text.map(|text| Ok(event.parse::<T>(text)?.to_string()))
        .transpose()
}

fn recorded(event: &Event<'_>, line: Payload<'_>) -> Result<Told, ApplyError> {
    Ok(Told {
        recorded_at: Some(event.recorded_at()),
        kind: parsed::<StatementKind>(event, line.kind)?,
        source: event.text_maybe(line.source)?,
        date: line.date,
        currency: parsed::<Currency>(event, line.currency)?,
        gross_minor: Some(line.gross),
        fee_minor: Some(line.fee),
        net_minor: Some(line.net),
        keys: line.keys.map(|keys| keys.get().to_owned()),
        installment: line.installment.map(i32::from),
        reference: event.text_maybe(line.reference)?,
        money_account: parsed::<AccountCode>(event, line.money_account)?,
        ..about(event, line.line_id, StatementLineState::Recorded)
    })
}

impl Projection for StatementLinesFold {
    const NAME: &'static str = "statement_lines";
    const VERSION: u16 = 1;
    type Fold = Rows<Told>;

    fn apply(event: &Event<'_>, fold: &mut Rows<Told>) -> Result<(), ApplyError> {
        let EventKind::StatementLine(kind) = event.kind else {
            return Ok(());
        };
        let line: Payload<'_> = event.payload()?;
        let told = match kind {
            StatementLineKind::StatementLineRecorded => recorded(event, line)?,
            StatementLineKind::StatementLineMatched => Told {
                paid_installment: line.installment.map(i32::from),
                item_id: line.item_id,
                settlement_id: line.settlement_id,
                amount_minor: line.amount,
                expected_fee_minor: line.expected_fee,
                by_hand: Some(line.by_hand),
                ..about(event, line.line_id, StatementLineState::Matched)
            },
            StatementLineKind::StatementLineUnmatched => Told {
                reason: parsed::<UnmatchedReason>(event, line.reason.as_deref())?,
                item_id: line.item_id,
                ..about(event, line.line_id, StatementLineState::Unmatched)
            },
            StatementLineKind::StatementLineWrittenOff => Told {
                reason: event.text_maybe(line.reason)?,
                counter: parsed::<AccountCode>(event, line.counter)?,
                ..about(event, line.line_id, StatementLineState::WrittenOff)
            },
        };
        fold.put(told);
        Ok(())
    }
}

/// What became of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementLineState {
    /// It was recorded and not looked at yet.
    Recorded,
    /// It paid something owed.
    Matched,
    /// Nothing was found that it pays.
    Unmatched,
    /// Its money was taken in without anything that it pays.
    WrittenOff,
}

impl StatementLineState {
    const ALL: [Self; 4] = [Self::Recorded, Self::Matched, Self::Unmatched, Self::WrittenOff];

    /// The word for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Matched => "matched",
            Self::Unmatched => "unmatched",
            Self::WrittenOff => "written_off",
        }
    }
}

impl std::str::FromStr for StatementLineState {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|state| state.as_str() == word);
        found.ok_or_else(|| format!("{word:?} is nothing that becomes of a line of a statement"))
    }
}
