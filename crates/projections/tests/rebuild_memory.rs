//! The memory of a rebuild of more rows than it may hold. A process of its own, because it is the process that is measured.

use std::ops::ControlFlow;

use posars_event_store::{EventStore, LogName, StoreConfig};
use posars_projections::{Projections, RebuildOptions};
use posars_testkit::TestDatabase;
use tokio_postgres::NoTls;

/// What a process with a rebuild in it may take.
const MEMORY_MIB_MAX: u64 = 256;
const MOVEMENTS: u64 = 420_000;
/// Goods of 20 stores going out, 300 products each.
const FILL: &str = r#"
insert into events (log_id, position, version, recorded_at, event_id, schema_version, stream, type, data, metadata)
select 1, n, n / 6000 + 1, now(), gen_random_uuid(), 1, 'stock-loja_' || n % 20 || '-sku_' || n % 6000, 'StockIssued',
       format('{"store_id":"loja_%s","sku":"sku_%s","sale_id":"%s","source_position":5,"occurred_at":"2026-01-31T11:00:00Z","business_date":"2026-01-31","currency":"BRL","lines":[{"line_id":1,"quantity":"2.25","cost":345}],"quantity":"2.25","cost":345,"provisional":true,"balance":{"version":1,"quantity":"-7","value":-900}}',
              n % 20, n % 6000, gen_random_uuid())::json,
       '{}'
  from generate_series(1, $1::bigint) n
"#;

/// The most memory that this process had so far.
fn peak_mib() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1));
    Ok(kib.unwrap_or_default().parse::<u64>()? / 1_024)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[cfg_attr(not(target_os = "linux"), ignore = "asks /proc")]
async fn a_rebuild_of_more_rows_than_fit_stays_within_its_memory() -> anyhow::Result<()> {
    let database = TestDatabase::create().await?;
    let store = EventStore::connect(StoreConfig::new(database.url())).await?;
    let log = store.log(&LogName::parse("main")?).await?;
    let projections = Projections::open(store, log).await?;
    let (client, connection) = tokio_postgres::connect(database.url(), NoTls).await?;
    tokio::spawn(connection);
    let movements = i64::try_from(MOVEMENTS)?;
    client.execute(FILL, &[&movements]).await?;
    let head = "update log_head set position = $1, updated_at = now() where log_id = 1";
    client.execute(head, &[&movements]).await?;
    let before = peak_mib()?;
    let report = projections
        .rebuild("stock_movements", &RebuildOptions::default(), &|_| {
            ControlFlow::Continue(())
        })
        .await?;
    let peak = peak_mib()?;
    eprintln!("{before} MiB before, {peak} MiB at most; {report:?}");
    let rows: i64 = client
        .query_one("select count(*) from stock_movements", &[])
        .await?
        .get(0);
    assert_eq!((report.parked, u64::try_from(rows)?), (0, MOVEMENTS));
    assert!(peak < MEMORY_MIB_MAX, "{peak} MiB, {before} MiB before");
    Ok(())
}
