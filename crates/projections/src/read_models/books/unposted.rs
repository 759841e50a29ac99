//! Unposted events: what moves value and waits for a rule, an account of a role or an earlier event.
//!
//! A release takes out what was put here up to a place in the log; what waits for the same thing still is put here again
//! behind it.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use posars_domain::StoreId;
use posars_domain::unposted::UnpostedKind;
use serde::Deserialize;
use uuid::Uuid;

use crate::fold_map::TextMap;
use crate::projection::{Fold, Target};
use crate::read::sql_position;
use crate::row::{StoredRow as _, table_row};
use crate::{ApplyError, DatabaseError, Event, EventKind, Load, Projection};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct UnpostedFold;

table_row! {
    /// An event that waits.
    pub(crate) struct Waits of unposted {
        wait_key: String = TEXT key,
        position: i64 = INT8 key,
        source_position: i64 = INT8,
        waits_since: Timestamp = TIMESTAMPTZ,
        source_event_id: Uuid = UUID,
        business_date: Date = DATE,
        store_id: Option<String> = TEXT,
        event_type: String = TEXT,
        reason: String = TEXT,
        problem: String = TEXT,
    }
}

#[derive(Deserialize)]
struct Parked<'a> {
    #[serde(borrow)]
    key: Cow<'a, str>,
    #[serde(borrow)]
    reason: Cow<'a, str>,
    #[serde(borrow)]
    problem: Cow<'a, str>,
    #[serde(borrow)]
    event_type: Cow<'a, str>,
    source_position: i64,
    source_event_id: Uuid,
    #[serde(default)]
    store_id: Option<&'a str>,
    business_date: Date,
}

#[derive(Deserialize)]
struct Released<'a> {
    #[serde(borrow)]
    key: Cow<'a, str>,
    released_through: i64,
}

/// What waits for one thing, as far as some events tell it.
#[derive(Debug)]
struct Awaited {
    key: String,
    /// Up to which place everything went that had waited before these.
    released_through: i64,
    waiting: Vec<Waits>,
}

impl Awaited {
    fn release(&mut self, through: i64) {
        self.waiting.retain(|waits| waits.position > through);
        self.released_through = self.released_through.max(through);
    }
}

/// The fold: what waits, by what for.
#[derive(Debug, Default)]
pub struct Unposted(TextMap<Awaited>);

impl Unposted {
    fn of(&mut self, key: &str) -> Result<&mut Awaited, ApplyError> {
        self.0.entry(&[key], || {
            Ok(Awaited {
                key: key.to_owned(),
                released_through: 0,
                waiting: Vec::new(),
            })
        })
    }

    fn park(&mut self, event: &Event<'_>) -> Result<(), ApplyError> {
        let parked: Parked<'_> = event.payload()?;
        let store = parked.store_id.map(|store| event.parse::<StoreId>(store));
        let waits = Waits {
            wait_key: event.text(parked.key)?,
            source_position: parked.source_position,
            position: sql_position(event.position),
            waits_since: event.recorded_at(),
            source_event_id: parked.source_event_id,
            business_date: parked.business_date,
            store_id: store.transpose()?.map(|store| store.to_string()),
            event_type: event.text(parked.event_type)?,
            reason: event.text(parked.reason)?,
            problem: event.text(parked.problem)?,
        };
        let awaited = self.of(&waits.wait_key)?;
        awaited.waiting.push(waits);
        Ok(())
    }

    fn release(&mut self, event: &Event<'_>) -> Result<(), ApplyError> {
        let released: Released<'_> = event.payload()?;
        let key = event.text(released.key)?;
        self.of(&key)?.release(released.released_through);
        Ok(())
    }
}

impl Projection for UnpostedFold {
    const NAME: &'static str = "unposted";
    const VERSION: u16 = 1;
    type Fold = Unposted;

    fn apply(event: &Event<'_>, fold: &mut Unposted) -> Result<(), ApplyError> {
        let EventKind::Unposted(kind) = event.kind else {
            return Ok(());
        };
        match kind {
            UnpostedKind::PostingParked => fold.park(event),
            UnpostedKind::PostingReleased => fold.release(event),
        }
    }
}

impl Fold for Unposted {
    const LOAD: Load = Load::ByKey;

    fn merge(&mut self, later: Self) {
        self.0.merge(later.0, |awaited, mut later| {
            awaited.release(later.released_through);
            awaited.waiting.append(&mut later.waiting);
        });
    }

    fn bytes(&self) -> usize {
        let of_one = |awaited: &Awaited| awaited.waiting.iter().map(Waits::bytes).sum::<usize>();
        self.0.rows().iter().map(of_one).sum::<usize>() + crate::row::row_bytes::<Awaited>() * self.0.len()
    }

    async fn write(self, target: &Target<'_>) -> Result<(), DatabaseError> {
        let awaited = self.0.into_rows();
        for of_key in awaited.iter().filter(|of_key| of_key.released_through > 0) {
            let sql = include_str!("../../sql/remove_posted.sql");
            target
                .query(sql, &[&of_key.key, &of_key.released_through])
                .await?;
        }
        let waiting = awaited.into_iter().flat_map(|of_key| of_key.waiting);
        target.put(&waiting.collect::<Vec<_>>()).await
    }

    async fn copy(self, target: &Target<'_>) -> Result<Self, DatabaseError> {
        let awaited = self.0.into_rows().into_iter();
        target.copy(awaited.flat_map(|of_key| of_key.waiting)).await?;
        Ok(Self::default())
    }
}
