//! The runner against real databases: once, at once, ahead, diverged, busy, away.

use posars_schema::{Migration, SchemaError, migrate, migrations, pending};
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
    connect(database.url())
        .await?
        .batch_execute(
            "insert into refinery_schema_history (version, name, applied_on, checksum)
             values (9999, 'from_the_future', '2030-01-01T00:00:00Z', '1')",
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
