//! The second wall between companies, with the first one taken away: statements that name no log, or another's.

use posars_event_store::{Log, StoreError};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::fixture::{World, any, name, position, sql};

/// Every table that holds rows of logs.
const TABLES: &str = "select c.relname::text as name, c.relrowsecurity as walled,
           (select count(*) from pg_policy p where p.polrelid = c.oid) as policies,
           has_table_privilege('posars_tenant', c.oid, 'select') as readable
      from pg_attribute a join pg_class c on c.oid = a.attrelid
     where a.attname = 'log_id' and c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
       and not c.relispartition
     order by 1";

/// A row of the table of snapshots, of the session's own log.
const SNAPSHOT: &str = "insert into snapshots select 'sale-1', log_id, 1, 1, '{}'::json from log_head";

/// Two companies on one store, each with something in every table of the log.
async fn two_companies() -> anyhow::Result<(World, Log)> {
    let world = World::with(|config| {
        // So that both companies go through the same connections.
        config.reader_connections_max = 1;
        config.writer_connections_max = 1;
    })
    .await?;
    let other = world.store.log(&name("other")).await?;
    for (log, events) in [(&world.log, 2), (&other, 3)] {
        for n in 0..events {
            let claim = crate::fixture::claim(&format!("receipt-{n}"), "sale-1");
            let append = any("sale-1").guard(claim).idempotent(Uuid::now_v7(), [1; 32]);
            log.append(append).await?;
        }
        // No build writes it any more; the table is there, and its wall with it.
        log.query(SNAPSHOT, &[]).await?;
        log.subscription("reader")
            .acquire("test", std::time::Duration::from_secs(60))
            .await?;
    }
    Ok((world, other))
}

async fn log_id(world: &World, of: &str) -> anyhow::Result<i32> {
    let client = world.sql().await?;
    let row = client
        .query_one("select log_id from log_head where name = $1", &[&of])
        .await?;
    Ok(row.get(0))
}

fn refusal(answer: Result<Vec<tokio_postgres::Row>, StoreError>) -> String {
    match answer {
        Ok(rows) => panic!("{} rows instead of a refusal", rows.len()),
        Err(StoreError::Refused(text)) => text,
        Err(other) => panic!("no refusal: {other}"),
    }
}

#[tokio::test]
async fn a_statement_that_forgets_the_log_sees_its_own_alone() -> anyhow::Result<()> {
    let (world, other) = two_companies().await?;
    let owner = world.sql().await?;
    let mut seen = Vec::new();
    for table in owner.query(TABLES, &[]).await? {
        let table_name: String = table.get("name");
        let count = format!("select count(*) as rows, count(distinct log_id) as logs from {table_name}");
        let all: i64 = owner.query_one(&count, &[]).await?.get("logs");
        if !table.get::<_, bool>("readable") {
            let text = refusal(world.log.query(&count, &[]).await);
            assert!(text.contains("permission denied"), "{table_name}: {text}");
            continue;
        }
        if all < 2 {
            continue; // a read model: nobody projects here
        }
        for log in [&world.log, &other] {
            let own = log_id(&world, log.name().as_str()).await?;
            let rows: i64 = log.query(&count, &[]).await?[0].get("rows");
            let mine = format!("{count} where log_id = $1");
            let expected: i64 = owner.query_one(&mine, &[&own]).await?.get("rows");
            assert!(rows == expected && rows > 0, "{table_name} of log {own}: {rows}");
            let foreign = format!("{count} where log_id <> $1");
            let rows: i64 = log.query(&foreign, &[&own]).await?[0].get("rows");
            assert_eq!(rows, 0, "{table_name}: another log's rows");
        }
        seen.push(table_name);
    }
    assert_eq!(
        seen,
        ["checkpoints", "events", "log_head", "snapshots", "streams"]
    );
    Ok(())
}

/// The very statements of the store, with the number of another company in the place of the own.
#[tokio::test]
async fn the_stores_statements_with_another_log_find_nothing() -> anyhow::Result<()> {
    let (world, _other) = two_companies().await?;
    let (own, foreign) = (log_id(&world, "main").await?, log_id(&world, "other").await?);
    let no_category: Option<&[&str]> = None;
    for (log, found) in [(own, true), (foreign, false)] {
        let asked: [(&str, &[&(dyn ToSql + Sync)]); 5] = [
            (include_str!("../../src/sql/head.sql"), &[&log]),
            (
                include_str!("../../src/sql/read_stream_forwards.sql"),
                &[&log, &"sale-1", &1_i64, &10_i64],
            ),
            (
                include_str!("../../src/sql/read_log_forwards.sql"),
                &[&log, &0_i64, &10_i64, &no_category, &10_i64, &1_000_000_i64],
            ),
            (
                include_str!("../../src/sql/last_events.sql"),
                &[&log, &["sale-1"].as_slice()],
            ),
            (
                include_str!("../../src/sql/events_at.sql"),
                &[&log, &[1_i64].as_slice()],
            ),
        ];
        for (statement, params) in asked {
            let rows = world.log.query(statement, params).await?;
            assert_eq!(!rows.is_empty(), found, "{statement}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn nobody_writes_into_another_log() -> anyhow::Result<()> {
    let (world, other) = two_companies().await?;
    let foreign = log_id(&world, "other").await?;
    let one = format!(
        "select * from append_one({foreign}, gen_random_uuid(), '\\x01', 'sale-9', 0, gen_random_uuid(), 'Forged',
                                  1::smallint, '{{}}', '{{}}', '\\x00')"
    );
    let batch = format!(
        "select * from append_batch({foreign}, '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}',
                                    '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}', '{{}}',
                                    '{{}}', '', true, true)"
    );
    for statement in [&one, &batch] {
        let text = refusal(world.log.query(statement, &[]).await);
        assert!(
            text.contains(&format!("may not append to log {foreign}")),
            "{text}"
        );
    }
    for statement in [
        "update log_head set position = 0",
        "delete from events",
        "insert into streams values ('sale-9', 1, 1, 1, 1)",
        "update checkpoints set position = 0",
        "select * from commits",
        "select * from events_000000",
        "create table mine (id integer)",
    ] {
        let text = refusal(world.log.query(statement, &[]).await);
        assert!(text.contains("permission denied"), "{statement}: {text}");
    }
    let snapshot = format!("insert into snapshots values ('sale-9', {foreign}, 1, 1, '{{}}')");
    let text = refusal(world.log.query(&snapshot, &[]).await);
    assert!(text.contains("row-level security"), "{text}");
    let cleared = world
        .log
        .query("update snapshots set version = 9 returning log_id", &[])
        .await?;
    assert_eq!(cleared.len(), 1, "the own one alone");
    assert_eq!(other.head().await?.position, position(3));
    assert_eq!(other.verify(None, |_| {}).await?.fault, None);
    let kept = other.query("select version from snapshots", &[]).await?;
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].get::<_, i64>("version"), 1);
    Ok(())
}

/// So that the tests above can fail: without the wall the same statements see everything.
#[tokio::test]
async fn it_is_the_wall_that_hides_the_others() -> anyhow::Result<()> {
    let (world, _other) = two_companies().await?;
    let events = "select from events";
    assert_eq!(world.log.query(events, &[]).await?.len(), 2);
    world
        .sql()
        .await?
        .batch_execute("alter table events disable row level security")
        .await?;
    assert_eq!(world.log.query(events, &[]).await?.len(), 5);
    Ok(())
}

/// Rights are given table by table, so what a later migration adds is closed until somebody opens it on purpose.
#[tokio::test]
async fn callers_may_read_these_tables_and_change_no_other_than_snapshots() -> anyhow::Result<()> {
    let world = World::open().await?;
    let may = |right: &str| {
        format!(
            "select coalesce(string_agg(c.relname, ' ' order by c.relname), '') from pg_class c
              where c.relkind in ('r', 'p', 'v', 'm') and c.relnamespace = 'public'::regnamespace
                and has_table_privilege('posars_tenant', c.oid, '{right}')"
        )
    };
    let client = world.sql().await?;
    for (right, tables) in [
        (
            "select",
            "account_days accounts book_settings book_ties checkpoints company_keys daily_sales destroyed_keys \
             employee_salaries employee_stints employee_terms employees events installments item_lookups item_moves journal_entries \
             leaves ledger_lines log_head low_stock names open_items parked_events payroll_costs payrolls periods \
             person_records places products read_model_builds sales shortages snapshots statement_lines \
             stock_adjustments stock_movements stock_position stock_receipts streams subject_finders subject_keys \
             unposted waiting_lines",
        ),
        (
            "insert",
            "company_keys destroyed_keys snapshots subject_finders subject_keys",
        ),
        (
            "update",
            "company_keys destroyed_keys snapshots subject_finders subject_keys",
        ),
        (
            "delete",
            "company_keys destroyed_keys subject_finders subject_keys",
        ),
        ("truncate", ""),
    ] {
        let row = client.query_one(&may(right), &[]).await?;
        assert_eq!(row.get::<_, &str>(0), tables, "{right}");
    }
    Ok(())
}

/// A connection that forgot to name its log is of no use, instead of being of all logs.
#[tokio::test]
async fn a_session_without_a_log_sees_nothing_and_writes_nothing() -> anyhow::Result<()> {
    let (world, _other) = two_companies().await?;
    let client = sql(world.database.url()).await?;
    client
        .batch_execute(include_str!("../../src/sql/tenant_session.sql"))
        .await?;
    let append =
        "select * from append_one(1, gen_random_uuid(), '\\x01', 'sale-9', 0, gen_random_uuid(), 'Forged',
                                           1::smallint, '{}', '{}', '\\x00')";
    // Unset, then set back to nothing, which leaves an empty text.
    for _ in 0..2 {
        for table in ["log_head", "events", "streams", "snapshots"] {
            let rows = client.query(&format!("select from {table}"), &[]).await?;
            assert_eq!(rows.len(), 0, "{table}");
        }
        let error = client.query(append, &[]).await.unwrap_err();
        assert!(
            error
                .as_db_error()
                .unwrap()
                .message()
                .contains("session of log none"),
            "{error:?}"
        );
        client
            .batch_execute("begin; set local posars.log_id = '1'; commit")
            .await?;
    }
    Ok(())
}

/// The only connection serves both in turn and at once, and some calls are dropped half way.
#[tokio::test(flavor = "multi_thread")]
async fn one_connection_serves_two_companies_without_mixing_them() -> anyhow::Result<()> {
    let (world, other) = two_companies().await?;
    let mut callers = Vec::new();
    for caller in 0..8 {
        let (log, head) = if caller % 2 == 0 {
            (world.log.clone(), 2)
        } else {
            (other.clone(), 3)
        };
        callers.push(tokio::spawn(async move {
            for round in 0..40 {
                if round % 5 == caller % 5 {
                    let cut = std::time::Duration::from_micros(100 * round);
                    let _ = tokio::time::timeout(cut, log.head()).await;
                }
                let rows = log.query("select position, name from log_head", &[]).await?;
                anyhow::ensure!(rows.len() == 1, "{} heads", rows.len());
                anyhow::ensure!(rows[0].get::<_, &str>("name") == log.name().as_str());
                anyhow::ensure!(rows[0].get::<_, i64>("position") >= head);
                if round % 10 == 0 {
                    log.append(any(&format!("note-{caller}"))).await?;
                }
            }
            anyhow::Ok(())
        }));
    }
    for caller in callers {
        caller.await??;
    }
    for (log, events) in [(&world.log, 2 + 16), (&other, 3 + 16)] {
        let proof = log.verify(None, |_| {}).await?;
        assert_eq!((proof.events, proof.fault), (events, None));
    }
    Ok(())
}

/// A table that a later migration adds without a policy is found here.
#[tokio::test]
async fn every_table_and_partition_is_behind_the_wall() -> anyhow::Result<()> {
    let world = World::with_partitions_of(50).await?;
    for _ in 0..30 {
        world.log.append(any("s-1")).await?;
    }
    let client = world.sql().await?;
    let tables = client.query(TABLES, &[]).await?;
    assert!(tables.len() >= 15, "{}", tables.len());
    for table in tables {
        let walled = table.get::<_, bool>("walled") && table.get::<_, i64>("policies") == 1;
        assert!(walled, "{} has no policy", table.get::<_, &str>("name"));
    }
    let partitions = "select i.inhrelid::regclass::text as name, c.relrowsecurity as walled
          from pg_inherits i join pg_class c on c.oid = i.inhrelid where c.relkind = 'r'";
    let partitions = client.query(partitions, &[]).await?;
    assert!(!partitions.is_empty());
    for partition in partitions {
        assert!(
            partition.get::<_, bool>("walled"),
            "{}",
            partition.get::<_, &str>("name")
        );
    }
    let confined = "select p.proname::text as name, p.prosecdef and p.proconfig is not null
                           and not has_function_privilege('public', p.oid, 'execute') as confined
          from pg_proc p where p.pronamespace = 'public'::regnamespace and p.proname like 'append%'";
    let functions = client.query(confined, &[]).await?;
    assert!(functions.len() >= 2);
    for function in functions {
        assert!(
            function.get::<_, bool>("confined"),
            "{}",
            function.get::<_, &str>("name")
        );
    }
    Ok(())
}

#[tokio::test]
async fn partitions_are_made_near_the_head_and_nowhere_else() -> anyhow::Result<()> {
    let world = World::open().await?;
    let far = "select ensure_event_partitions(1000000000000)";
    let text = refusal(world.log.query(far, &[]).await);
    assert!(text.contains("beyond every log"), "{text}");
    world
        .log
        .query("select ensure_event_partitions(10000001)", &[])
        .await?;
    assert_eq!(world.count("events_000001").await?, 0);
    Ok(())
}
