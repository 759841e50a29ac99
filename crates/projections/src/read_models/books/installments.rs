//! Instalments: what is owed by the day it falls due, one row per instalment as it stands.

use std::borrow::Cow;

use jiff::civil::Date;
use uuid::Uuid;

use super::entry_payload::text_or_empty;
use super::item_payload::{InstallmentPayload, ItemEvent, ItemMoveKind, PartPayload};
use crate::fold::{LoneChange, Parts};
use crate::read::sql_position;
use crate::row::table_row;
use crate::{ApplyError, Event, Projection};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct InstallmentsFold;

table_row! {
    /// An instalment that came to be.
    pub struct Due of installments {
        item_id: Uuid = UUID key,
        side: &'static str = TEXT key,
        number: i32 = INT4 key,
        kind: String = TEXT,
        account: String = TEXT,
        currency: String = TEXT,
        store_id: Option<String> = TEXT,
        party: Option<String> = TEXT,
        party_name: Option<String> = TEXT,
        position: i64 = INT8,
        since: Date = DATE,
        due_date: Date = DATE,
        amount_minor: i64 = INT8,
        expected_fee_minor: i64 = INT8,
        open_minor: i64 = INT8,
        settled_minor: i64 = INT8,
        credited_minor: i64 = INT8,
        cancelled_minor: i64 = INT8,
        written_off_minor: i64 = INT8,
        ended_minor: i64 = INT8,
    }
}

table_row! {
    /// What happened to one later.
    pub struct DueChange in Due {
        item_id: Uuid = UUID key,
        side: &'static str = TEXT key,
        number: i32 = INT4 key,
        amount_minor: i64 = INT8 add,
        open_minor: i64 = INT8 add,
        settled_minor: i64 = INT8 add,
        credited_minor: i64 = INT8 add,
        cancelled_minor: i64 = INT8 add,
        written_off_minor: i64 = INT8 add,
        ended_minor: i64 = INT8 add,
    }
}

impl LoneChange for DueChange {
    /// What was never registered is not owed.
    fn alone(&self) -> Option<Due> {
        None
    }
}

/// What people call who owes: empty when nobody told, none where the event does not tell, as of a later schedule.
fn party_name(event: &Event<'_>, owed: &ItemEvent<'_>) -> Result<Option<String>, ApplyError> {
    if owed.kind != ItemMoveKind::Registered {
        return Ok(None);
    }
    text_or_empty(event, owed.payload.party_name.as_deref().map(Cow::Borrowed)).map(Some)
}

fn due(event: &Event<'_>, owed: &ItemEvent<'_>, installment: InstallmentPayload) -> Result<Due, ApplyError> {
    let item = &owed.payload.item;
    Ok(Due {
        item_id: item.item_id,
        side: owed.side.as_str(),
        number: installment.number.into(),
        kind: item.kind.to_owned(),
        account: item.account.to_owned(),
        currency: item.currency.to_owned(),
        store_id: item.store_id.map(str::to_owned),
        party: event.text_maybe(item.party.clone())?,
        party_name: party_name(event, owed)?,
        position: sql_position(event.position),
        since: owed.payload.business_date,
        due_date: installment.due_date,
        amount_minor: installment.amount,
        expected_fee_minor: installment.expected_fee,
        open_minor: installment.amount,
        settled_minor: 0,
        credited_minor: 0,
        cancelled_minor: 0,
        written_off_minor: 0,
        ended_minor: 0,
    })
}

fn change(owed: &ItemEvent<'_>, part: PartPayload) -> DueChange {
    let open = owed.part_change(part);
    let if_kind = |kind: ItemMoveKind| if owed.kind == kind { part.amount } else { 0 };
    DueChange {
        item_id: owed.payload.item.item_id,
        side: owed.side.as_str(),
        number: part.number.into(),
        amount_minor: if_kind(ItemMoveKind::Increased),
        open_minor: open,
        settled_minor: if_kind(ItemMoveKind::Settled) - if_kind(ItemMoveKind::SettlementReversed),
        credited_minor: if_kind(ItemMoveKind::Credited),
        cancelled_minor: if_kind(ItemMoveKind::Cancelled),
        written_off_minor: if_kind(ItemMoveKind::WrittenOff),
        ended_minor: if_kind(ItemMoveKind::Rescheduled),
    }
}

impl Projection for InstallmentsFold {
    const NAME: &'static str = "installments";
    const VERSION: u16 = 1;
    type Fold = Parts<Due, DueChange>;

    fn apply(event: &Event<'_>, fold: &mut Parts<Due, DueChange>) -> Result<(), ApplyError> {
        let Some(owed) = ItemEvent::of(event)? else {
            return Ok(());
        };
        let installments = owed.payload.installments.iter();
        let dues = installments.map(|installment| due(event, &owed, *installment));
        for due in dues.collect::<Result<Vec<_>, _>>()? {
            fold.put(due);
        }
        for part in owed.parts() {
            fold.change(change(&owed, part));
        }
        Ok(())
    }
}
