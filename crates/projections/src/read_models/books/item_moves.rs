//! Item moves: what happened to instalments after they were registered, each with its day, so that any day's figures can be
//! told from today's less what came after it.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::AccountCode;
use uuid::Uuid;

use super::item_payload::ItemEvent;
use crate::fold::Once;
use crate::read::sql_position;
use crate::row::table_row;
use crate::{ApplyError, Event, Projection};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct ItemMovesFold;

table_row! {
    /// What happened to one instalment.
    pub struct Moved of item_moves {
        item_id: Uuid = UUID key,
        side: &'static str = TEXT key,
        position: i64 = INT8 key,
        number: i32 = INT4 key,
        recorded_at: Timestamp = TIMESTAMPTZ,
        open_minor: i64 = INT8,
        fee_minor: i64 = INT8,
        discount_minor: i64 = INT8,
        interest_minor: i64 = INT8,
        settlement_id: Option<Uuid> = UUID,
        statement_line: Option<Uuid> = UUID,
        business_date: Date = DATE,
        kind: &'static str = TEXT,
        money_account: Option<String> = TEXT,
        bank_reference: Option<String> = TEXT,
        reason: Option<String> = TEXT,
    }
}

impl Projection for ItemMovesFold {
    const NAME: &'static str = "item_moves";
    const VERSION: u16 = 1;
    type Fold = Once<Moved>;

    fn apply(event: &Event<'_>, fold: &mut Once<Moved>) -> Result<(), ApplyError> {
        let Some(owed) = ItemEvent::of(event)? else {
            return Ok(());
        };
        let payload = &owed.payload;
        let money_account = payload.money_account.map(|code| event.parse::<AccountCode>(code));
        let money_account = money_account.transpose()?.map(|code| code.to_string());
        let bank_reference = event.text_maybe(payload.bank_reference.as_deref().map(Cow::Borrowed))?;
        let reason = event.text_maybe(payload.reason.as_deref().map(Cow::Borrowed))?;
        fold.extend(owed.parts().into_iter().map(|part| Moved {
            item_id: payload.item.item_id,
            side: owed.side.as_str(),
            position: sql_position(event.position),
            number: part.number.into(),
            recorded_at: event.recorded_at(),
            open_minor: owed.part_change(part),
            fee_minor: payload.fee,
            discount_minor: payload.discount,
            interest_minor: payload.interest,
            settlement_id: payload.settlement_id,
            statement_line: payload.statement_line,
            business_date: payload.business_date,
            kind: owed.kind.as_str(),
            money_account: money_account.clone(),
            bank_reference: bank_reference.clone(),
            reason: reason.clone(),
        }));
        Ok(())
    }
}
