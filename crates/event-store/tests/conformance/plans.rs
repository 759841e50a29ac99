//! The second wall must not turn an index scan into a table scan: on tables nobody analysed, the plans of the hot
//! statements are those of the owner, with one comparison in front.

use tokio_postgres::Client;

use crate::fixture::World;

const LOG: &str = "1, ";
/// Every stream there is: so many that a join of whole tables would look cheap to the planner.
const STREAMS: &str = "streams";
/// Statement and its parameters after the log.
const HOT: [(&str, &str); 9] = [
    (include_str!("../../src/sql/head.sql"), ""),
    (
        include_str!("../../src/sql/read_stream_forwards.sql"),
        "'sale-7', 1, 100",
    ),
    (
        include_str!("../../src/sql/read_stream_backwards.sql"),
        "'sale-7', 100, 1",
    ),
    (include_str!("../../src/sql/first_events.sql"), STREAMS),
    (include_str!("../../src/sql/last_events.sql"), STREAMS),
    (
        include_str!("../../src/sql/events_at.sql"),
        "array[1, 40, 200, 4000]::bigint[]",
    ),
    (
        include_str!("../../src/sql/read_log_forwards.sql"),
        "100, 200, null, 100, 1000000",
    ),
    (
        include_str!("../../src/sql/read_log_backwards.sql"),
        "100, 200, array['sale'], 100, 1000000",
    ),
    (
        include_str!("../../src/sql/replayed_events.sql"),
        "array[5], array[9]",
    ),
];

async fn plan(client: &Client, (statement, params): (&str, &str)) -> anyhow::Result<Vec<String>> {
    let streams: Vec<String> = (0..=1000).map(|stream| format!("'sale-{stream}'")).collect();
    let params = match params {
        STREAMS => format!("{LOG}array[{}]", streams.join(",")),
        params => format!("{LOG}{params}"),
    };
    client
        .batch_execute(&format!("deallocate all; prepare hot as {statement}"))
        .await?;
    let explain = format!(
        "explain (costs off) execute hot({})",
        params.trim_end_matches([',', ' '])
    );
    let rows = client.query(&explain, &[]).await?;
    let lines = rows.iter().map(|row| row.get::<_, String>(0));
    Ok(lines
        .map(|line| line.trim_start_matches([' ', '-', '>']).to_owned())
        .collect())
}

/// The comparisons made once before a scan, counted with the step that makes them, and the plan without them.
fn without_gates(plan: Vec<String>) -> (usize, Vec<String>) {
    let (gates, rest): (Vec<_>, Vec<_>) = plan
        .into_iter()
        .partition(|line| line == "Result" || line.starts_with("One-Time Filter"));
    (gates.len(), rest)
}

#[tokio::test]
async fn the_plans_of_a_tenant_are_those_of_the_owner() -> anyhow::Result<()> {
    let world = World::open().await?;
    let client = world.sql().await?;
    let rows = "alter table events_000000 set (autovacuum_enabled = off);
         alter table streams set (autovacuum_enabled = off);
         insert into events select l, p, p, now(), gen_random_uuid(), 1, 'sale-' || p / 5, 'Noted', '{}', '{}'
           from generate_series(1, 5000) p, generate_series(1, 4) l;
         insert into streams select 'sale-' || s, l, 5, s * 5 + 4, s * 5 from generate_series(0, 1000) s, generate_series(1, 4) l;";
    client.batch_execute(rows).await?;
    client
        .batch_execute(include_str!("../../src/sql/reader_session.sql"))
        .await?;
    for mode in ["force_custom_plan", "force_generic_plan"] {
        client
            .batch_execute(&format!("set plan_cache_mode = {mode}"))
            .await?;
        for hot in HOT {
            client.batch_execute("set role none").await?;
            let (of_owner, owners) = without_gates(plan(&client, hot).await?);
            client
                .batch_execute("set role posars_tenant; set posars.log_id = '1'")
                .await?;
            let (of_tenant, tenants) = without_gates(plan(&client, hot).await?);
            assert_eq!(tenants, owners, "{}, {mode}", hot.0);
            assert!(
                of_tenant >= of_owner + 2,
                "{of_tenant} against {of_owner}: {}",
                hot.0
            );
            for whole in ["Seq Scan", "Hash", "Merge Join", "Merge Left", "Materialize"] {
                assert!(tenants.iter().all(|line| !line.starts_with(whole)), "{tenants:?}");
            }
        }
    }
    Ok(())
}
