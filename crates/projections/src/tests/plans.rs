//! What a statement reads of tables that grew after it was planned: its rows, never the table.
//!
//! A session plans a statement a few times and then keeps one plan for all parameters. The sessions of a new company do
//! so while its tables are empty, and nothing makes them plan again before statistics are taken.

use std::collections::HashMap;
use std::path::Path;

use posars_domain::stock::AdjustmentReason;
use posars_domain::{AdjustmentId, ReceiptId};
use tokio_postgres::Row;
use uuid::Uuid;

use super::books::plans as of_books;
use super::people::plans as of_people;
use super::world::World;
use crate::row::{RowChange as _, StoredRow as _};
use crate::{
    AdjustmentFilter, DatabaseError, Freshness, PageRequest, Projections, ReceiptFilter, ShortageFilter,
    StockPolicyFilter, WaitingFilter, read_models, registry,
};

/// Rows of a page here.
const LIMIT: usize = 50;
/// Rows of the indexes that a page may cost: a day has three rows here, each found, read and named. The tables have 8,000
/// rows and more.
const ROWS_MAX: usize = 12 * LIMIT;
const STORE: &str = "loja_3";
const ACCESS_KEY: &str = "35261112ABC34501DE35550010000010011000010017";
/// After so many a session has made up its mind which plan it keeps.
const EXECUTIONS: usize = 7;

/// Whose session a statement runs in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Session {
    Reader,
    Owner,
}
use Session::{Owner, Reader};

/// Statements by the name of their file, or of those that are spelled out (see [`spelled_out`] and [`asked`]), with parameters
/// that find something after [`FILL`].
const STATEMENTS: &[(&str, Session, &str)] = &[
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
    ("get_product", Reader, "'projection.products', 1, 'sku_7'"),
    (
        "list_products",
        Reader,
        "'projection.products', 1, null, null, '{}', null, 'sku_5', 50",
    ),
    (
        "list_products",
        Reader,
        "'projection.products', 1, null, null, '{%produto%,%7%}', false, '', 50",
    ),
    (
        "list_products",
        Reader,
        "'projection.products', 1, '00000000000077', null, '{}', null, '', 50",
    ),
    (
        "list_products",
        Reader,
        "'projection.products', 1, null, '00000003', '{}', false, 'sku_5', 50",
    ),
    (
        "get_place",
        Reader,
        "'projection.places', 1, 'store', 'loja_3', ''",
    ),
    (
        "list_places",
        Reader,
        "'projection.places', 1, 'register', null, 'loja_3', '5', 50",
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
    (
        "stock_receipts of all",
        Reader,
        "'p', 1, '2026-02-05', 900, '9999-12-31', 9e15::bigint, 50",
    ),
    (
        "stock_receipts of a store",
        Reader,
        "'p', 1, 'loja_3', '2026-02-05', 0, '9999-12-31', 9e15::bigint, 50",
    ),
    (
        "stock_receipts of a supplier",
        Reader,
        "'p', 1, 'fornecedor_3', '2026-02-05', 0, '9999-12-31', 9e15::bigint, 50",
    ),
    (
        "stock_receipts of a key",
        Reader,
        "'p', 1, '7777', '-infinity', 0, '9999-12-31', 9e15::bigint, 50",
    ),
    ("stock_receipts, one", Reader, "'p', 1, md5('7')::uuid, 1"),
    (
        "stock_adjustments of all",
        Reader,
        "'p', 1, '2026-02-05', 900, '9999-12-31', 9e15::bigint, 50",
    ),
    (
        "stock_adjustments of a store",
        Reader,
        "'p', 1, 'loja_3', '2026-02-05', 0, '9999-12-31', 9e15::bigint, 50",
    ),
    (
        "stock_adjustments of a reason",
        Reader,
        "'p', 1, 'loss', '2026-02-05', 0, '9999-12-31', 9e15::bigint, 50",
    ),
    ("stock_adjustments, one", Reader, "'p', 1, md5('7')::uuid, 1"),
    ("shortages of all", Reader, "'p', 1, 'loja_3', 'sku_70', 50"),
    ("shortages of a store", Reader, "'p', 1, 'loja_3', 'sku_70', 50"),
    (
        "shortages that are open",
        Reader,
        "'p', 1, true, 'loja_3', 'sku_70', 50",
    ),
    (
        "shortages of a store that are open",
        Reader,
        "'p', 1, true, 'loja_3', 'sku_70', 50",
    ),
    ("low_stock of all", Reader, "'p', 1, true, 'loja_3', 'sku_70', 50"),
    (
        "low_stock of a store",
        Reader,
        "'p', 1, true, 'loja_3', 'sku_70', 50",
    ),
    (
        "low_stock that is low",
        Reader,
        "'p', 1, true, true, 'loja_3', 'sku_70', 50",
    ),
    (
        "low_stock of a store that is low",
        Reader,
        "'p', 1, true, true, 'loja_3', 'sku_70', 50",
    ),
    (
        "waiting_lines of all",
        Reader,
        "'p', 1, 'loja_3', 'sku_70', 70, 1, 50",
    ),
    (
        "waiting_lines of a store",
        Reader,
        "'p', 1, 'loja_3', 'sku_70', 70, 1, 50",
    ),
    (
        "waiting_lines of a product",
        Reader,
        "'p', 1, 'sku_70', 'loja_1', 70, 1, 50",
    ),
    (
        "waiting_lines of a product in a store",
        Reader,
        "'p', 1, 'loja_3', 'sku_70', 3, 1, 50",
    ),
    ("change_sales", Owner, CHANGE_SALES),
    (
        "change_names",
        Owner,
        "1, array['product', 'product'], array['sku_7', 'sku_8'], array[true, true], array[1, 2]",
    ),
    (
        "insert_names",
        Owner,
        "1, array['product', 'product'], array['sku_7', 'new'], array['x', 'y'], array[true, true], array[1, 2]",
    ),
    (
        "write_names",
        Owner,
        "1, array['product', 'product'], array['sku_7', 'sku_8'], array['x', 'y'], array[true, true], array[1, 2]",
    ),
    (
        "change_products",
        Owner,
        "1, array['sku_7', 'sku_8'], array[true, true], array[1, 2]",
    ),
    ("write_products", Owner, WRITE_PRODUCTS),
    ("write_places", Owner, WRITE_PLACES),
    ("write_sales", Owner, WRITE_SALES),
    ("write_daily_sales", Owner, WRITE_DAILY_SALES),
    ("write_stock_position", Owner, WRITE_STOCK_POSITION),
    ("write_stock_movements", Owner, WRITE_STOCK_MOVEMENTS),
    ("write_stock_receipts", Owner, WRITE_STOCK_RECEIPTS),
    ("write_stock_adjustments", Owner, WRITE_STOCK_ADJUSTMENTS),
    ("write_shortages", Owner, WRITE_SHORTAGES),
    (
        "change_shortages",
        Owner,
        "1, array['loja_3'], array['sku_70'], array[9], array[now()], array['2026-01-01'::date], array[false]",
    ),
    (
        "write_low_stock",
        Owner,
        "1, array['loja_3'], array['sku_70'], array[9], array[1], array[true], array[false], array[now()]",
    ),
    ("write_waiting_lines", Owner, WRITE_WAITING_LINES),
    ("remove_waiting_lines", Owner, "1, array['sku_70', 'sku_71']"),
];
const WRITE_PRODUCTS: &str = "1, array['sku_7', 'sku_8'], array['x', 'y'], array['77', null], array['77', null], \
    array['1', null], array['UN', 'UN'], array['x', 'y'], array[3, 0], array[true, true], array[false, true], \
    array[1, 2]";
const WRITE_STOCK_RECEIPTS: &str = "1, array[md5('7')::uuid], array[1], array[1], array[now()], array[now()], array[1], \
    array[1], array[1], array['2026-01-01'::date], array['loja_3'], array['BRL'], array['f'], array['k'], \
    array['{}'::jsonb]";
const WRITE_STOCK_ADJUSTMENTS: &str = "1, array[md5('7')::uuid], array[1], array[1], array[now()], array[now()], array[1], \
    array[1], array[1], array[1], array[1], array['2026-01-01'::date], array['loja_3'], array['sku_7'], array['BRL'], \
    array['loss'], array['n'], array[false]";
const WRITE_SHORTAGES: &str = "1, array['loja_3'], array['sku_70'], array[1], array[1], array[now()], \
    array[null]::timestamptz[], array[1], array[1], array[null]::uuid[], array['2026-01-01'::date], array[null]::date[], \
    array[true]";
const WRITE_WAITING_LINES: &str = "1, array['loja_3'], array['sku_70'], array[70], array[1], array[now()], array[now()], \
    array[1], array[md5('7')::uuid], array[null]::uuid[], array['2026-01-01'::date], array['sale']";
const WRITE_PLACES: &str = "1, array['store'], array['loja_3'], array[''], array['x'], array['c'], array['z'], \
    array['04:00'::time], array['BRL'], array[1]";
const CHANGE_SALES: &str = "1, array[md5('7')::uuid, md5('9')::uuid], array[1, 2], array[1, 2], array[1, 2], array[1, 2], \
    array[1, 2], array[now(), null], array['2026-01-01'::date, null], array['x', null]";
const WRITE_SALES: &str = "1, array[md5('7')::uuid], array[1], array[now()], array[now()], array[1], array[1], array[1], \
    array[1], array[1], array[1], array['2026-01-01'::date], array[1], array['s'], array['1'], array['1'], array['1'], \
    array['c'], array['BRL'], array['pix'], array['c'], array['s'], array[1], array[1], array[1], array[1], array[1], \
    array[now()], array['2026-01-01'::date], array['r'], array[null]::uuid[], array[null]::text[], array[null]::text[]";
const WRITE_DAILY_SALES: &str = "1, array['2026-03-05'::date], array['loja_3'], array['pix'], array['BRL'], array[1], \
    array[1], array[1], array[1], array[1], array[1], array[1], array[1], array[1], array[1], array[1]";
const WRITE_STOCK_POSITION: &str = "1, array['loja_3'], array['sku_7'], array[1], array[1], array[1], array[1], array[1], \
    array['BRL'], array['2026-01-01'::date], array[false]";
const WRITE_STOCK_MOVEMENTS: &str = "1, array['loja_3'], array['sku_7'], array[99999], array[1], array[now()], \
    array[now()], array['2026-01-01'::date], array['2026-01-01'::date], array[1], array[1], array[1], array[1], array[1], \
    array['issued'], array['d'], array['BRL'], array[false], array[false]";

/// Statements over all rows of a table by their purpose, and those that only make or move tables.
const WHOLE: [&str; 5] = ["checksum_", "forget_parked", "sum_", "all_", "count_"];
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
insert into products (sku, log_id, position, name, gtin, gtin_14, ncm, unit, searched, decimals, tracked, retired)
select 'sku_' || n, 1, n, 'Produto ' || n, n::text, lpad(n::text, 14, '0'), lpad((n % 40)::text, 8, '0'), 'UN',
       'sku_' || n || ' produto ' || n, 0, true, false
  from generate_series(1, 8000) n;
insert into places (kind, id, register_no, log_id, position)
select 'register', 'loja_' || s, n::text, 1, n from generate_series(0, 6) s, generate_series(1, 1200) n;
insert into places (kind, id, register_no, log_id, position)
select 'store', 'loja_' || s, '', 1, s from generate_series(0, 6) s;
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
insert into stock_receipts
select md5(n::text)::uuid, 1, n, n, now(), now(), 1, 0, 1, '2026-01-01'::date + n / 200, 'loja_' || n % 7, 'BRL',
       'fornecedor_' || n % 9, n::text, '{}'
  from generate_series(1, 20000) n;
insert into stock_adjustments
select md5(n::text)::uuid, 1, n, n, now(), now(), 1, 1, 0, 1, 1, '2026-01-01'::date + n / 200, 'loja_' || n % 7, 'sku_' || n,
       'BRL', (array['loss', 'count', 'found'])[n % 3 + 1], null, false
  from generate_series(1, 20000) n;
insert into shortages
select 'loja_' || s, 'sku_' || n, 1, n, n, now(), null, 1, 1, null, '2026-01-01', null, n % 2 = 0
  from generate_series(1, 2000) n, generate_series(0, 6) s;
insert into low_stock
select 'loja_' || s, 'sku_' || n, 1, n, 10000, true, n % 2 = 0, now()
  from generate_series(1, 2000) n, generate_series(0, 6) s;
insert into waiting_lines
select 'sku_' || n % 100, 'loja_' || n % 7, n, 1, 1, now(), now(), 1, md5(n::text)::uuid, null, '2026-01-01', 'sale'
  from generate_series(1, 20000) n;
insert into checkpoints (name, log_id) select 'projection.sales', n from generate_series(1, 2000) n;
insert into parked_events (projection, log_id, build, position, stream, event_type)
select case when n <= 20 then 'sales' else 'daily_sales' end, 1, 1, n, 'sale-' || n, 'SaleRecorded'
  from generate_series(1, 4000) n
";

/// All statements, those over the books and over people too.
fn statements() -> impl Iterator<Item = (&'static str, Session, &'static str)> {
    let all = STATEMENTS.iter().chain(of_books::STATEMENTS);
    all.chain(of_people::STATEMENTS).copied()
}

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

/// The statements that the one list of a table's columns spells out, under the names that their files would have.
fn spelled_out(name: &str) -> Option<String> {
    use read_models::{
        daily_sales, low_stock, names, places, products, sales, shortages, stock_adjustments,
        stock_movements, stock_position, stock_receipts, waiting_lines,
    };
    Some(match name {
        "change_sales" => sales::Change::statement().to_owned(),
        "change_names" => names::Retirement::statement().to_owned(),
        "change_products" => products::Retirement::statement().to_owned(),
        "change_shortages" => shortages::Ended::statement().to_owned(),
        "insert_names" => names::Named::statements().insert.clone(),
        "remove_waiting_lines" => waiting_lines::Waits::TABLE.removal("sku"),
        "write_names" => names::Named::statements().put.clone(),
        "write_products" => products::Product::statements().put.clone(),
        "write_places" => places::Place::statements().put.clone(),
        "write_sales" => sales::Recorded::statements().insert.clone(),
        "write_daily_sales" => daily_sales::Change::statements().put.clone(),
        "write_stock_position" => stock_position::Balance::statements().put.clone(),
        "write_stock_movements" => stock_movements::Movement::statements().insert.clone(),
        "write_stock_receipts" => stock_receipts::Receipt::statements().put.clone(),
        "write_stock_adjustments" => stock_adjustments::Adjustment::statements().put.clone(),
        "write_low_stock" => low_stock::Told::statements().put.clone(),
        "write_shortages" => shortages::Began::statements().put.clone(),
        "write_waiting_lines" => waiting_lines::Waits::statements().put.clone(),
        _ => return of_books::spelled_out(name).or_else(|| of_people::spelled_out(name)),
    })
}

/// The filter of receipts that a name in [`STATEMENTS`] stands for.
fn receipts(name: &str) -> anyhow::Result<ReceiptFilter> {
    Ok(ReceiptFilter {
        store_id: name.contains("store").then(|| STORE.parse()).transpose()?,
        supplier: name.contains("supplier").then(|| "x".to_owned()),
        access_key: name.contains("key").then(|| ACCESS_KEY.parse()).transpose()?,
        ..ReceiptFilter::default()
    })
}

/// The filter of adjustments that a name stands for.
fn adjustments(name: &str) -> anyhow::Result<AdjustmentFilter> {
    Ok(AdjustmentFilter {
        store_id: name.contains("store").then(|| STORE.parse()).transpose()?,
        reason: name.contains("reason").then_some(AdjustmentReason::Loss),
        ..AdjustmentFilter::default()
    })
}

/// Asks what a name stands for.
async fn ask(projections: &Projections, name: &str) -> anyhow::Result<()> {
    let (page, any, nobody) = (&PageRequest::first(50), Freshness::ANY, Uuid::nil());
    let store_id = name.contains("store").then(|| STORE.parse()).transpose()?;
    if of_books::ask(projections, name).await? || of_people::ask(projections, name).await? {
        return Ok(());
    }
    if name == "stock_receipts, one" {
        projections.stock_receipt(ReceiptId::new(nobody), any).await?;
    } else if name == "stock_adjustments, one" {
        let nobody = AdjustmentId::new(nobody);
        projections.stock_adjustment(nobody, any).await?;
    } else if name.starts_with("stock_receipts") {
        let filter = receipts(name)?;
        projections.list_stock_receipts(&filter, page, any).await?;
    } else if name.starts_with("stock_adjustments") {
        let filter = adjustments(name)?;
        projections.list_stock_adjustments(&filter, page, any).await?;
    } else if name.starts_with("low_stock") {
        let low_only = name.contains("is low");
        let filter = StockPolicyFilter {
            store_id,
            sku: None,
            low_only,
        };
        projections.list_stock_policies(&filter, page, any).await?;
    } else if name.starts_with("shortages") {
        let open_only = name.contains("open");
        let filter = ShortageFilter { store_id, open_only };
        projections.list_shortages(&filter, page, any).await?;
    } else {
        let sku = name.contains("product").then(|| "x".parse()).transpose()?;
        let filter = WaitingFilter { store_id, sku };
        projections.list_waiting_lines(&filter, page, any).await?;
    }
    Ok(())
}

/// The statements of [`STATEMENTS`] that are spelled out when they are asked: what each prepares anew in the one session of
/// the readers.
async fn asked(world: &World) -> anyhow::Result<HashMap<&'static str, String>> {
    let mut all = HashMap::new();
    let mut known: Vec<String> = Vec::new();
    let names = statements().map(|(name, ..)| name);
    for name in names.filter(|name| name.contains(' ')) {
        ask(&world.projections, name).await?;
        let prepared = "select statement from pg_prepared_statements where statement like '% as applied%'";
        for row in world.log.query(prepared, &[]).await? {
            let statement: String = row.get(0);
            if !known.contains(&statement) {
                known.push(statement.clone());
                all.insert(name, statement);
            }
        }
        anyhow::ensure!(all.contains_key(name), "{name} prepared nothing new");
    }
    Ok(all)
}

fn text_of(name: &str) -> anyhow::Result<String> {
    if let Some(text) = spelled_out(name) {
        return Ok(text);
    }
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
    for table in sessions.world.projections.names() {
        let keep = format!("alter table read_models_1.{table} set (autovacuum_enabled = off)");
        outside.batch_execute(&keep).await?;
    }
    let built =
        "insert into read_model_builds (projection, log_id, build, version) values ('sales', 1, 1, 1)";
    outside.batch_execute(built).await?;
    outside.batch_execute(statistics).await?;
    let asked = asked(&sessions.world).await?;
    let numbered = || (0..).zip(statements());
    for (number, (name, session, params)) in numbered() {
        let text = match asked.get(name) {
            Some(text) => text.clone(),
            None => text_of(name)?,
        };
        let prepare = format!("prepare kept_{number} as {text}");
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
    outside.batch_execute(of_books::FILL).await?;
    outside.batch_execute(of_people::FILL).await?;
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
    let known = |name: &str| statements().any(|(known, ..)| known == name);
    let mut tables = vec!["parked_events"];
    tables.extend(registry::ALL.iter().map(|projection| projection.name()));
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
    for projection in registry::ALL {
        let name = format!("write_{}", projection.name());
        if !known(&name) {
            missing.push(name);
        }
    }
    assert!(
        missing.is_empty(),
        "with parameters, into STATEMENTS: {missing:?}"
    );
    Ok(())
}
