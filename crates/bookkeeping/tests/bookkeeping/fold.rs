//! The trial balance of a month, folded from the log by other code than the product's.

use std::collections::BTreeMap;

use posars_domain::books::{PeriodClosed, TrialBalanceRow};
use posars_domain::journal::{EntryEvent, EntryLine};
use posars_domain::{Amount, DomainEvent, EntryId, Month};
use posars_event_store::{Log, Position, ReadLog};

/// The events of one category with their positions, in order.
pub(crate) async fn events_of<E: DomainEvent>(log: &Log, category: &str) -> anyhow::Result<Vec<(u64, E)>> {
    let mut events = Vec::new();
    let mut after = Position::START;
    loop {
        let page = log
            .read_log(&ReadLog::after(after, 1_000).category(category))
            .await?;
        for event in &page.events {
            let decoded = E::from_json(event.event_type.as_str(), event.schema_version, &event.data)?;
            events.push((event.position.get(), decoded));
        }
        if page.at_end {
            return Ok(events);
        }
        after = page.scanned_to;
    }
}

/// An entry, or a mirror, as the journal has it.
#[derive(Debug)]
pub(crate) struct Posted {
    pub(crate) position: u64,
    pub(crate) entry_id: EntryId,
    pub(crate) month: Month,
    pub(crate) late_for: Option<Month>,
    pub(crate) by_hand: bool,
    pub(crate) lines: Vec<EntryLine>,
}

pub(crate) async fn entries(log: &Log) -> anyhow::Result<Vec<Posted>> {
    let mut posted = Vec::new();
    for (position, event) in events_of::<EntryEvent>(log, "entry").await? {
        posted.push(match event {
            EntryEvent::JournalEntryPosted(entry) => Posted {
                position,
                entry_id: entry.entry_id,
                month: Month::of(entry.accounting_date).unwrap(),
                late_for: entry.late_for,
                by_hand: entry.source.is_none(),
                lines: entry.lines,
            },
            EntryEvent::JournalEntryReversed(mirror) => Posted {
                position,
                entry_id: mirror.reversal_id,
                month: Month::of(mirror.accounting_date).unwrap(),
                late_for: mirror.late_for,
                by_hand: true,
                lines: mirror.lines,
            },
        });
    }
    Ok(posted)
}

type Key = (String, Option<String>, Option<String>);
type Figures = [i64; 4];

/// Opening, debits, credits and closing of each account, store and cost centre, of what stands up to a position.
pub(crate) async fn trial_balance(
    log: &Log,
    month: Month,
    up_to: u64,
) -> anyhow::Result<BTreeMap<Key, Figures>> {
    let mut rows: BTreeMap<Key, Figures> = BTreeMap::new();
    for entry in entries(log).await? {
        if entry.position > up_to || entry.month > month {
            continue;
        }
        for line in entry.lines {
            let key = (
                line.account.to_string(),
                line.store_id.map(|store| store.to_string()),
                line.cost_center.map(|center| center.to_string()),
            );
            let [opening, debit, credit, closing] = rows.entry(key).or_default();
            if entry.month == month {
                *debit += line.debit.minor();
                *credit += line.credit.minor();
            } else {
                *opening += line.debit.minor() - line.credit.minor();
            }
            *closing += line.debit.minor() - line.credit.minor();
        }
    }
    rows.retain(|_, figures| figures.iter().any(|figure| *figure != 0));
    Ok(rows)
}

fn of_row(row: &TrialBalanceRow) -> (Key, Figures) {
    let key = (
        row.account.to_string(),
        row.store_id.as_ref().map(ToString::to_string),
        row.cost_center.as_ref().map(ToString::to_string),
    );
    let figures = [row.opening, row.debit, row.credit, row.closing].map(Amount::minor);
    (key, figures)
}

/// Checks a seal against the log up to its position, and against all of the log: nothing came to the month since.
pub(crate) async fn check_seal(log: &Log, seal: &PeriodClosed) -> anyhow::Result<()> {
    let sealed: BTreeMap<Key, Figures> = seal.trial_balance.iter().map(of_row).collect();
    assert_eq!(sealed.len(), seal.trial_balance.len());
    let folded = trial_balance(log, seal.month, seal.up_to_position).await?;
    assert_eq!(sealed, folded, "{} up to {}", seal.month, seal.up_to_position);
    let now = trial_balance(log, seal.month, u64::MAX).await?;
    assert_eq!(sealed, now, "{} has moved since it was sealed", seal.month);
    Ok(())
}
