//! The runner against real databases: once, at once, ahead, diverged, busy, away.

use posars_schema::{EffectKind, Migration, SchemaError, migrate, migrations, pending, plan};
use posars_testkit::TestDatabase;
use tokio_postgres::{Client, NoTls};

async fn connect(url: &str) -> anyhow::Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(async move { drop(connection.await) });
    Ok(client)
}

async fn history(url: &str) -> anyhow::Result<Vec<Migration>> {
    let rows = connect(url)
        .await?
        .query(
            "select version, name from refinery_schema_history order by version",
            &[],
        )
        .await?;
    Ok(rows
        .iter()
        .map(|row| Migration {
            version: row.get(0),
            name: row.get(1),
        })
        .collect())
}

#[tokio::test]
async fn an_empty_database_gets_everything_once() -> anyhow::Result<()> {
    let database = TestDatabase::create_empty().await?;
    assert_eq!(pending(database.url()).await?, migrations());
    let report = migrate(database.url()).await?;
    assert_eq!(report.applied, migrations());
    assert_eq!(report.version, migrations().last().map(|last| last.version));
    assert_eq!(pending(database.url()).await?, Vec::new());
    let again = migrate(database.url()).await?;
    assert_eq!((again.applied, again.version), (Vec::new(), report.version));
    assert_eq!(history(database.url()).await?, migrations());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_at_once_apply_each_migration_once() -> anyhow::Result<()> {
    let database = TestDatabase::create_empty().await?;
    let runs: Vec<_> = (0..4)
        .map(|_| {
            let url = database.url().to_owned();
            tokio::spawn(async move { migrate(&url).await })
        })
        .collect();
    let mut applied = Vec::new();
    for run in runs {
        applied.extend(run.await??.applied);
    }
    assert_eq!(applied, migrations());
    Ok(())
}

#[tokio::test]
async fn a_database_ahead_of_this_binary_is_refused() -> anyhow::Result<()> {
    let database = TestDatabase::create().await?;
    migrate(database.url()).await?;
    // By a build from before they said which others may run.
    connect(database.url())
        .await?
        .batch_execute(
            "insert into refinery_schema_history (version, name, applied_on, checksum)
             values (9999, 'from_the_future', '2030-01-01T00:00:00Z', '1');
             drop table schema_floor",
        )
        .await?;
    for error in [
        migrate(database.url()).await.err(),
        pending(database.url()).await.err(),
    ] {
        let text = error.as_ref().map(ToString::to_string).unwrap_or_default();
        assert!(matches!(error, Some(SchemaError::Newer { .. })), "{text}");
        assert!(
            text.contains("V9999__from_the_future") && text.contains("run the newer posars"),
            "{text}"
        );
    }
    Ok(())
}

/// Says that a newer posars has migrated the database, and which builds it lets run.
async fn migrated_by_a_newer_one(url: &str, oldest_build: i32) -> anyhow::Result<()> {
    let client = connect(url).await?;
    client
        .batch_execute(
            "insert into refinery_schema_history (version, name, applied_on, checksum)
             values (9999, 'from_the_future', '2030-01-01T00:00:00Z', '1')",
        )
        .await?;
    client
        .execute("update schema_floor set version = $1", &[&oldest_build])
        .await?;
    Ok(())
}

#[tokio::test]
async fn the_release_before_runs_on_what_a_newer_one_only_added_to() -> anyhow::Result<()> {
    let own = migrations().last().map_or(0, |last| last.version);
    let database = TestDatabase::create().await?;
    migrate(database.url()).await?;
    migrated_by_a_newer_one(database.url(), own).await?;
    assert_eq!(pending(database.url()).await?, Vec::new());
    // A deployment that goes back runs its own migrate again.
    let report = migrate(database.url()).await?;
    assert_eq!((report.applied, report.version), (Vec::new(), Some(9999)));
    let planned = plan(database.url()).await?;
    assert_eq!((planned.from, planned.to), (Some(9999), Some(9999)));
    assert!(planned.steps.is_empty() && planned.keeps_earlier_builds());

    let contracted = TestDatabase::create().await?;
    migrate(contracted.url()).await?;
    migrated_by_a_newer_one(contracted.url(), own + 1).await?;
    for refused in [
        pending(contracted.url()).await.err(),
        migrate(contracted.url()).await.err(),
        plan(contracted.url()).await.err(),
    ] {
        assert!(matches!(refused, Some(SchemaError::Newer { .. })), "{refused:?}");
    }
    Ok(())
}

#[tokio::test]
async fn which_builds_may_run_never_falls() -> anyhow::Result<()> {
    let database = TestDatabase::create().await?;
    migrate(database.url()).await?;
    let client = connect(database.url()).await?;
    client
        .batch_execute("update schema_floor set version = 12")
        .await?;
    migrate(database.url()).await?;
    let row = client.query_one("select version from schema_floor", &[]).await?;
    assert_eq!(row.get::<_, i32>(0), 12);
    Ok(())
}

/// A database as the build left it whose last migration this was.
async fn as_of(version: i32) -> anyhow::Result<TestDatabase> {
    let database = TestDatabase::create_empty().await?;
    migrate(database.url()).await?;
    connect(database.url())
        .await?
        .execute(
            "delete from refinery_schema_history where version > $1",
            &[&version],
        )
        .await?;
    Ok(database)
}

#[tokio::test]
async fn a_plan_says_what_each_step_locks_and_whether_earlier_builds_may_go_on() -> anyhow::Result<()> {
    let database = as_of(12).await?;
    let planned = plan(database.url()).await?;
    assert_eq!(planned.from, Some(12));
    assert_eq!(planned.to, migrations().last().map(|last| last.version));
    assert!(planned.keeps_earlier_builds(), "{planned:?}");
    let step = planned
        .steps
        .first()
        .map(|step| (step.migration.to_string(), &step.effects));
    let Some((name, effects)) = step else {
        anyhow::bail!("no steps: {planned:?}");
    };
    assert_eq!(name, "V13__buyers");
    let locked: Vec<_> = effects
        .iter()
        .map(|one| {
            (
                one.effect.kind,
                one.effect.table.as_str(),
                one.size_bytes.is_some(),
            )
        })
        .collect();
    assert_eq!(locked, [(EffectKind::LockAll, "sales", true)]);
    assert_eq!(
        pending(database.url()).await?.len(),
        planned.steps.len(),
        "it changed nothing"
    );

    let early = plan(as_of(4).await?.url()).await?;
    assert!(
        !early.keeps_earlier_builds(),
        "V5 changed what an append takes: {early:?}"
    );
    assert_eq!(early.oldest_build, 6);

    let empty = TestDatabase::create_empty().await?;
    let new = plan(empty.url()).await?;
    assert_eq!((new.from, new.steps.len()), (None, migrations().len()));
    assert!(new.keeps_earlier_builds() && new.steps.iter().all(|step| step.effects.is_empty()));
    Ok(())
}

#[tokio::test]
async fn a_plan_names_the_transactions_that_a_lock_would_wait_for() -> anyhow::Result<()> {
    let database = as_of(12).await?;
    let mut holder = connect(database.url()).await?;
    let transaction = holder.transaction().await?;
    transaction.query("select 1 from sales", &[]).await?;
    // Older than the wait for a lock: asked of the server's own clock.
    let client = connect(database.url()).await?;
    let old =
        "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
               and xact_start < clock_timestamp() - interval '6 seconds'";
    while client.query_one(old, &[]).await?.get::<_, i64>(0) == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let planned = plan(database.url()).await?;
    assert_eq!(planned.long_transactions.len(), 1, "{planned:?}");
    assert!(planned.long_transactions.iter().all(|one| one.age_s >= 6));
    drop(transaction);
    Ok(())
}

#[tokio::test]
async fn an_edited_migration_is_refused() -> anyhow::Result<()> {
    let Some(first) = migrations().first().cloned() else {
        return Ok(());
    };
    let database = TestDatabase::create().await?;
    connect(database.url())
        .await?
        .execute(
            "update refinery_schema_history set checksum = '1' where version = $1",
            &[&first.version],
        )
        .await?;
    let error = migrate(database.url()).await.err();
    assert!(
        matches!(&error, Some(SchemaError::Diverged { migration, .. }) if *migration == first.to_string()),
        "{error:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_failing_migration_names_the_place_and_leaves_no_trace() -> anyhow::Result<()> {
    let database = TestDatabase::create_empty().await?;
    // A read-only database refuses whatever the first migration is.
    connect(database.url())
        .await?
        .batch_execute(&format!(
            "alter database {} set default_transaction_read_only = on",
            database.name()
        ))
        .await?;
    let text = migrate(database.url())
        .await
        .err()
        .map(|error| error.to_string())
        .unwrap_or_default();
    assert!(
        text.contains("read-only") && text.contains(database.name()) && text.contains("Next:"),
        "{text}"
    );
    assert_eq!(pending(database.url()).await?, migrations());
    Ok(())
}

#[tokio::test]
async fn a_table_that_stays_locked_is_reported_and_not_waited_for_without_end() -> anyhow::Result<()> {
    let database = TestDatabase::create().await?;
    migrate(database.url()).await?;
    let mut holder = connect(database.url()).await?;
    let transaction = holder.transaction().await?;
    transaction
        .batch_execute("lock table refinery_schema_history in access exclusive mode")
        .await?;
    let error = migrate(database.url()).await.err();
    let text = error.as_ref().map(ToString::to_string).unwrap_or_default();
    assert!(matches!(error, Some(SchemaError::TableBusy { .. })), "{text}");
    assert!(
        text.contains("55P03") && text.contains("pg_stat_activity"),
        "{text}"
    );
    drop(transaction);
    assert!(migrate(database.url()).await.is_ok());
    Ok(())
}

#[tokio::test]
async fn a_bad_address_and_an_absent_server_are_told_apart() {
    let bad = migrate("postgres://[").await.err();
    assert!(matches!(bad, Some(SchemaError::InvalidUrl(_))), "{bad:?}");
    let absent = migrate("host=/nonexistent user=ana password=hunter2 dbname=shop")
        .await
        .err();
    let text = absent.as_ref().map(ToString::to_string).unwrap_or_default();
    assert!(matches!(absent, Some(SchemaError::Unreachable { .. })), "{text}");
    assert!(
        text.contains("\"shop\" on /nonexistent") && !text.contains("hunter2"),
        "{text}"
    );
}
