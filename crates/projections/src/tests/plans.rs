//! What a statement reads of tables that grew after it was planned: its rows, never the table.
//!
//! A session plans a statement a few times and then keeps one plan for all parameters. The sessions of a new company do
//! so while its tables are empty, and nothing makes them plan again before statistics are taken.

use std::path::Path;

use tokio_postgres::Row;

use super::world::World;
use crate::DatabaseError;

/// Rows of a page here.
const LIMIT: usize = 50;
/// Rows of the indexes that a page may cost: a day has three rows here, each found, read and named. The tables have 8,000
/// rows and more.
const ROWS_MAX: usize = 12 * LIMIT;
/// After so many a session has made up its mind which plan it keeps.
const EXECUTIONS: usize = 7;

/// Whose session a statement runs in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Session {
    Reader,
    Owner,
}
use Session::{Owner, Reader};

/// Statements by the name of their file, with parameters that find something after [`FILL`].
const STATEMENTS: [(&str, Session, &str); 28] = [
    ("checkpoint", Reader, "'projection.sales', 1"),
    ("get_name", Reader, "1, 'product', 'sku_7'"),
    ("get_sale", Reader, "'projection.sales', 1, md5('7')::uuid"),
    (
        "get_stock_item",
        Reader,
        "'projection.stock_position', 1, 'loja_3', 'sku_70'",
    ),
    (
        "list_daily_sales",
        Reader,
        "'projection.daily_sales', 1, null, '2026-03-05', '', '9999-12-31', 50",
    ),
    (
        "list_daily_sales",
        Reader,
        "'projection.daily_sales', 1, 'loja_3', '2026-03-05', '', '2026-03-12', 50",
    ),
    (
        "list_names",
        Reader,
        "'projection.names', 1, 'product', 'sku_5', 50",
    ),
    (
        "list_sales",
        Reader,
        "'projection.sales', 1, null, '-infinity', 0, '9999-12-31', 9e15::bigint, 50",
    ),
    (
        "list_sales",
        Reader,
        "'projection.sales', 1, null, '2026-02-05', 900, '9999-12-31', 9e15::bigint, 50",
    ),
    (
        "list_sales",
        Reader,
        "'projection.sales', 1, 'loja_3', '2026-02-05', 0, '2026-02-05', 9e15::bigint, 50",
    ),
    (
        "list_sales",
        Reader,
        "'projection.sales', 1, 'loja_3', '2026-02-05', 7000, '9999-12-31', 9e15::bigint, 50",
    ),
    (
        "list_stock_position",
        Reader,
        "'projection.stock_position', 1, null, null, false, '', '', 50",
    ),
    (
        "list_stock_position",
        Reader,
        "'projection.stock_position', 1, null, null, false, 'loja_3', 'sku_70', 50",
    ),
    (
        "list_stock_position",
        Reader,
        "'projection.stock_position', 1, 'loja_3', null, false, 'loja_3', 'sku_70', 50",
    ),
    (
        "list_stock_movements",
        Reader,
        "'p', 1, 'loja_3', 'sku_10', '-infinity', '9999-12-31', 9e15::bigint, 9000, 50",
    ),
    ("list_parked", Owner, "'sales', 1, null, 50"),
    ("parked_streams", Owner, "'sales', 1"),
    ("status", Owner, "1, array['names', 'sales']"),
    (
        "latest_dates",
        Owner,
        "1, array['loja_3', 'loja_4'], array['sku_10', 'sku_11']",
    ),
    ("note_problem", Owner, "'sales', 1, 7, 'x'"),
    (
        "park_events",
        Owner,
        "1, array[99999], array['s'], array['t'], array['p'], array['sales'], array[null]::integer[]",
    ),
    ("unpark_events", Owner, "'sales', 1, array[7, 8]"),
    ("change_sales", Owner, CHANGE_SALES),
    (
        "write_names",
        Owner,
        "1, array['product', 'product'], array['sku_7', 'sku_8'], array['x', null], array[true, true], array[1, 2]",
    ),
    ("write_sales", Owner, WRITE_SALES),
    ("write_daily_sales", Owner, WRITE_DAILY_SALES),
    ("write_stock_position", Owner, WRITE_STOCK_POSITION),
    ("write_stock_movements", Owner, WRITE_STOCK_MOVEMENTS),
];
const CHANGE_SALES: &str = "1, array[md5('7')::uuid, md5('9')::uuid], array[1, 2], array[1, 2], array[1, 2], array[1, 2], \
    array[1, 2], array[now(), null], array['2026-01-01'::date, null], array['x', null]";
const WRITE_SALES: &str = "1, array[md5('7')::uuid], array[1], array[now()], array[now()], array[1], array[1], array[1], \
    array[1], array[1], array[1], array['2026-01-01'::date], array[1], array['s'], array['1'], array['1'], array['1'], \
    array['c'], array['BRL'], array['pix'], array['c'], array['s'], array[1], array[1], array[1], array[1], array[1], \
    array[now()], array['2026-01-01'::date], array['r']";
const WRITE_DAILY_SALES: &str = "1, array['2026-03-05'::date], array['loja_3'], array['pix'], array['BRL'], array[1], \
    array[1], array[1], array[1], array[1], array[1], array[1], array[1], array[1], array[1], array[1]";
const WRITE_STOCK_POSITION: &str = "1, array['loja_3'], array['sku_7'], array[1], array[1], array[1], array[1], array[1], \
    array['BRL'], array['2026-01-01'::date], array[false]";
const WRITE_STOCK_MOVEMENTS: &str = "1, array['loja_3'], array['sku_7'], array[99999], array[1], array[now()], \
    array[now()], array['2026-01-01'::date], array['2026-01-01'::date], array[1], array[1], array[1], array[1], array[1], \
    array['issued'], array['d'], array['BRL'], array[false], array[false]";

/// Statements over all rows of a table by their purpose, and those that only make or move tables.
const WHOLE: [&str; 4] = ["checksum_", "copy_", "load_", "forget_parked"];
/// What a company of seven stores has after a while.
const FILL: &str = "
insert into sales (sale_id, log_id, position, last_position, version, occurred_at, recorded_at, gross_minor,
                   discount_minor, total_minor, change_minor, returned_minor, refunded_minor, quantity_e4, returned_e4,
                   items, business_date, local_hour, store_id, channel, currency, method)
select md5(n::text)::uuid, 1, n, n, 1, now(), now(), 1, 1, 1, 1, 0, 0, 1, 0, 1, '2026-01-01'::date + n / 200, 3,
       'loja_' || n % 7, 'counter', 'BRL', 'pix'
  from generate_series(1, 20000) n;
insert into names select 1, n, 'product', 'sku_' || n, 'Produto ' || n, false from generate_series(1, 8000) n;
insert into names select 1, n, 'store', 'loja_' || n, 'Loja ' || n, false from generate_series(0, 6) n;
insert into daily_sales
select '2026-01-01'::date + d, 1, 'loja_' || s, m, 'BRL', 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1
  from generate_series(0, 400) d, generate_series(0, 6) s, unnest(array['cash', 'pix', 'credit_card']) m;
insert into stock_position
select 'loja_' || s, 'sku_' || n, 1, 1, 1, 1, 1, 1, 'BRL', '2026-01-01', false
  from generate_series(1, 2000) n, generate_series(0, 6) s;
insert into stock_movements
select 'loja_' || n % 7, 'sku_' || n % 50, 1, n, n, now(), now(), '2026-01-01', '2026-01-01', 1, 1, 1, 1, 1, 'issued',
       'x', 'BRL', false, false
  from generate_series(1, 20000) n;
insert into checkpoints (name, log_id) select 'projection.sales', n from generate_series(1, 2000) n;
insert into parked_events (projection, log_id, build, position, stream, event_type)
select case when n <= 20 then 'sales' else 'daily_sales' end, 1, 1, n, 'sale-' || n, 'SaleRecorded'
  from generate_series(1, 4000) n
";

/// The pools' own sessions, kept from the empty tables to the full ones.
struct Sessions {
    world: World,
    owner: deadpool_postgres::Object,
}

impl Sessions {
    async fn open() -> anyhow::Result<Self> {
        let world = World::configured(|config| config.reader_connections_max = 1).await?;
        let owner = world.store.pool().get().await?;
        Ok(Self { world, owner })
    }

    async fn ask(&self, session: Session, sql: &str) -> anyhow::Result<Vec<Row>> {
        match session {
            Reader => Ok(self
                .world
                .log
                .query(sql, &[])
                .await
                .map_err(DatabaseError::from)?),
            Owner => Ok(self.owner.query(sql, &[]).await?),
        }
    }
}

fn text_of(name: &str) -> anyhow::Result<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/sql/{name}.sql"));
    Ok(std::fs::read_to_string(path)?)
}

/// The number behind a word of a plan's line.
fn number(line: &str, word: &str) -> Option<usize> {
    let rest = line.split_once(word)?.1;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// How many rows the scans of a plan looked at, found or not.
fn rows_looked_at(plan: &[String]) -> usize {
    let (mut sum, mut loops) = (0, 1);
    for line in plan {
        if let Some(times) = number(line, " loops=") {
            loops = times;
            if line.contains(" Scan ") {
                sum += number(line, "(actual rows=").unwrap_or(0) * loops;
            }
        } else {
            sum += number(line, "Rows Removed by Filter: ").unwrap_or(0) * loops;
        }
    }
    sum
}

async fn plans_of_empty_tables(statistics: &str) -> anyhow::Result<()> {
    let sessions = Sessions::open().await?;
    let outside = sessions.world.sql().await?;
    for table in [
        "names",
        "sales",
        "daily_sales",
        "stock_position",
        "stock_movements",
    ] {
        let keep = format!("alter table read_models_1.{table} set (autovacuum_enabled = off)");
        outside.batch_execute(&keep).await?;
    }
    let built =
        "insert into read_model_builds (projection, log_id, build, version) values ('sales', 1, 1, 1)";
    outside.batch_execute(built).await?;
    outside.batch_execute(statistics).await?;
    let numbered = || (0..).zip(STATEMENTS);
    for (number, (name, session, params)) in numbered() {
        let prepare = format!("prepare kept_{number} as {}", text_of(name)?);
        sessions.ask(session, &prepare).await?;
        for _ in 0..EXECUTIONS {
            sessions.ask(session, "begin").await?;
            let executed = sessions
                .ask(session, &format!("execute kept_{number}({params})"))
                .await;
            sessions.ask(session, "rollback").await?;
            executed?;
        }
    }
    outside.batch_execute(FILL).await?;
    for (number, (name, session, params)) in numbered() {
        sessions.ask(session, "begin").await?;
        let explain = format!("explain (analyze, costs off, timing off) execute kept_{number}({params})");
        let rows = sessions.ask(session, &explain).await;
        sessions.ask(session, "rollback").await?;
        let plan: Vec<String> = rows?.iter().map(|row| row.get(0)).collect();
        let looked_at = rows_looked_at(&plan);
        let shown = plan.join("\n");
        assert!(looked_at > 0, "{name} found nothing:\n{shown}");
        assert!(
            looked_at <= ROWS_MAX,
            "{name} looked at {looked_at} rows:\n{shown}"
        );
        assert!(!shown.contains("Seq Scan"), "{name}:\n{shown}");
    }
    Ok(())
}

#[tokio::test]
async fn a_plan_of_empty_tables_without_statistics_reads_a_page_and_no_more() -> anyhow::Result<()> {
    plans_of_empty_tables("").await
}

#[tokio::test]
async fn a_plan_of_tables_known_to_be_empty_reads_a_page_and_no_more() -> anyhow::Result<()> {
    plans_of_empty_tables("analyze").await
}

#[test]
fn every_statement_of_the_read_models_is_here() -> anyhow::Result<()> {
    let known = |name: &str| STATEMENTS.iter().any(|(known, ..)| *known == name);
    let tables = [
        "names",
        "sales",
        "daily_sales",
        "stock_position",
        "stock_movements",
        "parked_events",
    ];
    let mut missing = Vec::new();
    for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sql"))? {
        let file = entry?.file_name();
        let name = file.to_string_lossy().trim_end_matches(".sql").to_owned();
        let text = text_of(&name)?;
        let reads = tables.iter().any(|table| {
            ["from", "into", "update", "join"]
                .iter()
                .any(|word| text.contains(&format!("{word} {table}")))
        });
        if reads && !known(&name) && !WHOLE.iter().any(|start| name.starts_with(start)) {
            missing.push(name);
        }
    }
    assert!(
        missing.is_empty(),
        "with parameters, into STATEMENTS: {missing:?}"
    );
    Ok(())
}
