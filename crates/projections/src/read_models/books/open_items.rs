//! Open items: what is owed to the company and by it, and what became of it, one row per item.

use jiff::civil::Date;
use uuid::Uuid;

use super::item_payload::{ItemEvent, ItemMoveKind};
use crate::fold::{LoneChange, Parts};
use crate::read::sql_position;
use crate::row::table_row;
use crate::{ApplyError, Event, Projection};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct OpenItemsFold;

table_row! {
    /// An item as it was registered.
    pub struct Owed of open_items {
        item_id: Uuid = UUID key,
        side: &'static str = TEXT key,
        position: i64 = INT8,
        last_position: i64 = INT8,
        version: i64 = INT8,
        kind: String = TEXT,
        account: String = TEXT,
        currency: String = TEXT,
        store_id: Option<String> = TEXT,
        party: Option<String> = TEXT,
        party_name: Option<String> = TEXT,
        document: Option<String> = TEXT,
        memo: Option<String> = TEXT,
        origin: String = TEXT,
        business_date: Date = DATE,
        keys: Option<String> = TEXT,
        amount_minor: i64 = INT8,
        open_minor: i64 = INT8,
        settled_minor: i64 = INT8,
        fee_minor: i64 = INT8,
        discount_minor: i64 = INT8,
        interest_minor: i64 = INT8,
        credited_minor: i64 = INT8,
        cancelled_minor: i64 = INT8,
        written_off_minor: i64 = INT8,
    }
}

table_row! {
    /// What happened to one later.
    pub struct OwedChange in Owed {
        item_id: Uuid = UUID key,
        side: &'static str = TEXT key,
        last_position: i64 = INT8,
        version: i64 = INT8,
        amount_minor: i64 = INT8 add,
        open_minor: i64 = INT8 add,
        settled_minor: i64 = INT8 add,
        fee_minor: i64 = INT8 add,
        discount_minor: i64 = INT8 add,
        interest_minor: i64 = INT8 add,
        credited_minor: i64 = INT8 add,
        cancelled_minor: i64 = INT8 add,
        written_off_minor: i64 = INT8 add,
    }
}

impl LoneChange for OwedChange {
    /// What was never registered is not owed.
    fn alone(&self) -> Option<Owed> {
        None
    }
}

fn owed_since(event: &Event<'_>, owed: ItemEvent<'_>) -> Result<Owed, ApplyError> {
    owed.keys(event)?;
    let (side, payload) = (owed.side, owed.payload);
    let origin = payload.origin.ok_or_else(|| event.bad(&"it has no origin"))?;
    Ok(Owed {
        item_id: payload.item.item_id,
        side: side.as_str(),
        position: sql_position(event.position),
        last_position: sql_position(event.position),
        version: i64::try_from(event.version.get()).unwrap_or(i64::MAX),
        kind: payload.item.kind.to_owned(),
        account: payload.item.account.to_owned(),
        currency: payload.item.currency.to_owned(),
        store_id: payload.item.store_id.map(str::to_owned),
        party: event.text_maybe(payload.item.party)?,
        party_name: event.text_maybe(payload.party_name)?,
        document: event.text_maybe(payload.document)?,
        memo: event.text_maybe(payload.memo)?,
        origin: origin.get().to_owned(),
        business_date: payload.business_date,
        keys: payload.keys.map(|keys| keys.get().to_owned()),
        amount_minor: payload.amount,
        open_minor: payload.amount,
        settled_minor: 0,
        fee_minor: 0,
        discount_minor: 0,
        interest_minor: 0,
        credited_minor: 0,
        cancelled_minor: 0,
        written_off_minor: 0,
    })
}

fn change(event: &Event<'_>, owed: &ItemEvent<'_>) -> OwedChange {
    let payload = &owed.payload;
    let if_kind = |kind: ItemMoveKind| if owed.kind == kind { payload.amount } else { 0 };
    // What a payment had beside its amount goes with it when it is undone.
    let sign = if owed.kind == ItemMoveKind::SettlementReversed {
        -1
    } else {
        1
    };
    OwedChange {
        item_id: payload.item.item_id,
        side: owed.side.as_str(),
        last_position: sql_position(event.position),
        version: i64::try_from(event.version.get()).unwrap_or(i64::MAX),
        amount_minor: if_kind(ItemMoveKind::Increased),
        open_minor: owed.open_change(),
        settled_minor: if_kind(ItemMoveKind::Settled) - if_kind(ItemMoveKind::SettlementReversed),
        fee_minor: sign * payload.fee,
        discount_minor: sign * payload.discount,
        interest_minor: sign * payload.interest,
        credited_minor: if_kind(ItemMoveKind::Credited),
        cancelled_minor: if_kind(ItemMoveKind::Cancelled),
        written_off_minor: if_kind(ItemMoveKind::WrittenOff),
    }
}

impl Projection for OpenItemsFold {
    const NAME: &'static str = "open_items";
    const VERSION: u16 = 1;
    type Fold = Parts<Owed, OwedChange>;

    fn apply(event: &Event<'_>, fold: &mut Parts<Owed, OwedChange>) -> Result<(), ApplyError> {
        let Some(owed) = ItemEvent::of(event)? else {
            return Ok(());
        };
        if owed.kind == ItemMoveKind::Registered {
            fold.put(owed_since(event, owed)?);
        } else {
            fold.change(change(event, &owed));
        }
        Ok(())
    }
}
