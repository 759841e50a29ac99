//! The journals against the log.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::ensure;
use posars_event_store::{EventStore, Log, LogName, Position, ReadLog, RecordedEvent, StoreConfig};
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

use crate::journal;
use crate::request::Request;

pub(crate) fn journal_name(writer: u64) -> String {
    format!("writer-{writer}.journal")
}

/// Checks everything and says how much there was.
pub(crate) async fn run(url: &str, folder: &Path, seed: u64, writers: u64) -> anyhow::Result<String> {
    let store = EventStore::connect(StoreConfig::new(url)).await?;
    let log = store.log(&LogName::parse("main")?).await?;
    let events = contiguous(&log).await?;
    let proof = log.verify(None, |_| {}).await?;
    ensure!(
        proof.fault.is_none(),
        "the chain does not verify: {:?}",
        proof.fault
    );
    ensure!(
        proof.events == u64::try_from(events.len())?,
        "{} events are proven",
        proof.events
    );
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    streams_agree(&client, &events).await?;
    let Claimed {
        accepted,
        refused,
        vouched,
        claims,
    } = journals_agree(&events, folder, seed, writers)?;
    // Every event is vouched for by one acknowledged request, so none is there twice and none was refused.
    ensure!(
        vouched.len() == events.len(),
        "{} events, {} acknowledged",
        events.len(),
        vouched.len()
    );
    for event in &events {
        ensure!(
            vouched.contains(&event.event_id),
            "{} at {} was never asked for",
            event.event_id,
            event.position
        );
    }
    ensure!(
        keys(&client).await? == accepted,
        "the keys remembered are not those acknowledged"
    );
    ensure!(
        pairs(&client).await? == claims,
        "the claims held are not those acknowledged"
    );
    ensure!(
        events.len() > 100 && refused > 0,
        "too little happened: {} events, {refused} refused",
        events.len()
    );
    Ok(format!(
        "{} events of {} requests, {refused} refused",
        events.len(),
        accepted.len()
    ))
}

/// What the journals say is in the log.
#[derive(Default)]
struct Claimed {
    accepted: BTreeMap<Uuid, (u64, u64)>,
    refused: usize,
    vouched: BTreeSet<Uuid>,
    claims: BTreeMap<String, String>,
}

fn journals_agree(
    events: &[RecordedEvent],
    folder: &Path,
    seed: u64,
    writers: u64,
) -> anyhow::Result<Claimed> {
    let mut claimed = Claimed::default();
    for writer in 0..writers {
        for (number, entry) in journal::read(&folder.join(journal_name(writer)))? {
            let request = Request::new(seed, writer, number);
            ensure!(
                !entry.is_open(),
                "writer {writer}, request {number} was never answered"
            );
            let Some((first, last)) = entry.accepted else {
                claimed.refused += 1;
                continue;
            };
            // Exactly the events asked for, exactly where the answer said.
            let ids = request.event_ids();
            let stored = &events[usize::try_from(first)? - 1..usize::try_from(last)?];
            ensure!(
                stored.iter().map(|event| event.event_id).eq(ids.iter().copied()),
                "writer {writer}, request {number}: not what stands at {first} to {last}"
            );
            claimed.accepted.insert(request.key(), (first, last));
            claimed.vouched.extend(ids);
            if let Some(key) = request.claim() {
                claimed
                    .claims
                    .insert(key.to_string(), request.own_stream().to_string());
            }
        }
    }
    Ok(claimed)
}

async fn contiguous(log: &Log) -> anyhow::Result<Vec<RecordedEvent>> {
    let mut events: Vec<RecordedEvent> = Vec::new();
    let mut after = Position::START;
    loop {
        let page = log.read_log(&ReadLog::after(after, 5_000)).await?;
        events.extend(page.events);
        after = page.scanned_to;
        if page.at_end {
            break;
        }
    }
    for (event, expected) in events.iter().zip(1..) {
        ensure!(
            event.position.get() == expected,
            "{} instead of {expected}",
            event.position
        );
    }
    let ids: BTreeSet<Uuid> = events.iter().map(|event| event.event_id).collect();
    ensure!(ids.len() == events.len(), "an event is in the log twice");
    Ok(events)
}

/// The streams table against a fold of the events: versions without gaps, first and last positions.
async fn streams_agree(client: &Client, events: &[RecordedEvent]) -> anyhow::Result<()> {
    let mut folded: BTreeMap<String, (i64, i64, i64)> = BTreeMap::new();
    for event in events {
        let position = i64::try_from(event.position.get())?;
        let begun = folded.entry(event.stream.to_string());
        let (version, _, last) = begun.or_insert((0, position, position));
        *version += 1;
        *last = position;
        ensure!(
            i64::try_from(event.version.get())? == *version,
            "{}: version {} instead of {version} at {}",
            event.stream,
            event.version,
            event.position
        );
    }
    let rows = client
        .query(
            "select stream, version, first_position, last_position from streams",
            &[],
        )
        .await?;
    let table: BTreeMap<String, (i64, i64, i64)> = rows
        .iter()
        .map(|row| (row.get(0), (row.get(1), row.get(2), row.get(3))))
        .collect();
    ensure!(table == folded, "the streams table differs from the events");
    Ok(())
}

async fn keys(client: &Client) -> anyhow::Result<BTreeMap<Uuid, (u64, u64)>> {
    let rows = client
        .query("select key, first_position, last_position from idempotency", &[])
        .await?;
    rows.iter()
        .map(|row| {
            let (first, last) = (row.get::<_, i64>(1), row.get::<_, i64>(2));
            Ok((row.get(0), (u64::try_from(first)?, u64::try_from(last)?)))
        })
        .collect()
}

async fn pairs(client: &Client) -> anyhow::Result<BTreeMap<String, String>> {
    let rows = client.query("select key, holder from claims", &[]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}
