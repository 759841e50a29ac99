//! Item lookups: what the lines of statements know receivables by.

use posars_domain::OpenItemId;
use uuid::Uuid;

use super::item_payload::{ItemEvent, ItemMoveKind, OwedBy};
use crate::fold::Once;
use crate::read::{Columns, ReadRow};
use crate::row::table_row;
use crate::{ApplyError, Event, Freshness, Position, Projection, Projections, QueryError};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct ItemLookupsFold;

table_row! {
    /// A key of a receivable.
    pub struct Lookup of item_lookups {
        lookup: String = TEXT key,
        item_id: Uuid = UUID key,
    }
}

impl Projection for ItemLookupsFold {
    const NAME: &'static str = "item_lookups";
    const VERSION: u16 = 1;
    type Fold = Once<Lookup>;

    fn apply(event: &Event<'_>, fold: &mut Once<Lookup>) -> Result<(), ApplyError> {
        let Some(owed) = ItemEvent::of(event)? else {
            return Ok(());
        };
        if (owed.side, owed.kind) != (OwedBy::Others, ItemMoveKind::Registered) {
            return Ok(());
        }
        event.must_be_first()?;
        let item_id = owed.payload.item.item_id;
        let lookups = owed.keys(event)?.lookups().into_iter();
        let lookups = lookups.map(|lookup| {
            Ok::<_, ApplyError>(Lookup {
                lookup: event.text(lookup.into())?,
                item_id,
            })
        });
        fold.extend(lookups.collect::<Result<Vec<_>, _>>()?);
        Ok(())
    }
}

/// A receivable that a key of a statement leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemLookup {
    /// The key in its plain form, as `MatchKeys::lookups` gives it.
    pub lookup: String,
    /// The receivable.
    pub item_id: OpenItemId,
}

impl ReadRow for ItemLookup {
    type Of = ItemLookupsFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        Ok(Self {
            lookup: columns.get("lookup")?,
            item_id: OpenItemId::new(columns.get("item_id")?),
        })
    }
}

/// Most receivables that one key is answered with: a key that leads to more than a few tells nothing.
pub const ITEMS_OF_A_LOOKUP_MAX: u32 = 100;

impl Projections {
    /// The receivables that keys of statements lead to, at most 100 of each key, those that are open and the newest first, with the position that the answer includes.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn find_receivables(
        &self,
        lookups: &[String],
        freshness: Freshness,
    ) -> Result<(Vec<ItemLookup>, Position), QueryError> {
        let before = self.wait_for(ItemLookupsFold::NAME, freshness).await?;
        let sql = include_str!("../../sql/find_receivables.sql");
        self.rows(sql, &[&lookups, &i64::from(ITEMS_OF_A_LOOKUP_MAX)], before)
            .await
    }
}
