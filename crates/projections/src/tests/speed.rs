//! How a rebuild compares with reading the same events by COPY. Not a test: run it by name, built with --release.

use std::time::Instant;

use futures_util::TryStreamExt;

use super::world::World;
use crate::{RebuildOptions, registry};

const EVENTS: i64 = 500_000;
const ROUNDS: usize = 5;

/// Sales of 25 stores over 20 days with 4 methods: 2,000 rows, about 450 bytes an event.
const FILL: &str = r#"
insert into events (log_id, position, version, recorded_at, event_id, schema_version, stream, type, data, metadata)
select 1, n, 1, now(), gen_random_uuid(), 1, 'sale-' || u.id, 'SaleRecorded',
       format('{"sale_id":"%s","store_id":"loja_%s","register_no":"%s","receipt":{"series":"1","number":"%s"},"occurred_at":"2026-01-31T15:00:00Z","business_date":"2026-01-%s","local_hour":12,"channel":"counter","currency":"BRL","lines":[{"line_id":1,"sku":"cafe_%s","description":"Cafe torrado 500 g","quantity":"%s","unit":"UN","unit_price":"12.34","gross":%s,"line_discount":7,"net":%s}],"payments":[{"method":"%s","code":"01","amount":%s}],"gross_total":%s,"discount_total":7,"total":%s}',
              u.id, n % 25, n % 4, n, lpad((n / 25 % 20 + 1)::text, 2, '0'), n % 120, n % 5 + 1, 1007 + n, 1000 + n,
              (array['cash', 'pix', 'credit_card', 'debit_card'])[n / 500 % 4 + 1], 1000 + n, 1007 + n, 1000 + n),
       '{"actor":{"subject":"till-1"},"source":{"kind":"api"}}'
  from generate_series(1, 500000) n, lateral (select gen_random_uuid() as id where n > 0) u;
update log_head set position = 500000, updated_at = now() where log_id = 1;
analyze events
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn rebuild_against_copy() -> anyhow::Result<()> {
    let world = World::open().await?;
    let client = world.sql().await?;
    client.batch_execute(FILL).await?;
    anyhow::ensure!(world.log.head().await?.position.get() == u64::try_from(EVENTS)?);
    let size: i64 = client
        .query_one("select sum(length(data::text)) / count(*) from events", &[])
        .await?
        .get(0);
    eprintln!("{size} bytes an event");
    let copy =
        "copy (select position, version, recorded_at, event_id, schema_version, stream, type, data, metadata
                        from events where log_id = 1 order by position) to stdout (format binary)";
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let bytes = client
            .copy_out(copy)
            .await?
            .try_fold(0, |sum, chunk| async move { Ok(sum + chunk.len()) })
            .await?;
        let copied = began.elapsed();
        let mut line = format!("copy out {copied:.2?} ({bytes} bytes)");
        for workers in [1, 2] {
            let options = RebuildOptions { workers };
            let report = world
                .projections
                .rebuild("daily_sales", &options, &crate::rebuild::ignore_progress)
                .await?;
            line += &format!(
                ", {workers} workers {:.2} s (fold {:.2}, loaded {:.2})",
                report.seconds, report.fold_seconds, report.load_seconds
            );
        }
        eprintln!("{line}");
    }
    for projection in registry::ALL {
        let report = world
            .projections
            .rebuild(
                projection.name(),
                &RebuildOptions::default(),
                &crate::rebuild::ignore_progress,
            )
            .await?;
        eprintln!("{}: {report:?}", projection.name());
    }
    Ok(())
}
