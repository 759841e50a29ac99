//! A database whose owner is no superuser, as on a rented server: everything works, and the wall stands.

use posars_event_store::{EventStore, StoreConfig};
use posars_testkit::TestDatabase;

use crate::fixture::{all, any, name, sql};

/// An empty database of a new role with these rights; answers how to reach it as that role.
async fn owned_by(rights: &str) -> anyhow::Result<(TestDatabase, String, String)> {
    let database = TestDatabase::create_empty().await?;
    let role = format!("owner_of_{}", database.name());
    sql(database.url())
        .await?
        .batch_execute(&format!(
            "create role {role} login nosuperuser {rights}; alter database {} owner to {role};
             alter schema public owner to {role}",
            database.name()
        ))
        .await?;
    let url = format!("{} user={role}", database.url());
    Ok((database, url, role))
}

#[tokio::test]
async fn an_owner_without_superuser_serves_two_companies() -> anyhow::Result<()> {
    let (database, url, role) = owned_by("createrole").await?;
    // A schema of the owner's own, which the default search path finds by the name of the role.
    sql(&url)
        .await?
        .batch_execute(&format!("create schema authorization {role}"))
        .await?;
    // From 16 on the right to create roles does not give power over those of others.
    sql(database.url())
        .await?
        .batch_execute(&format!("grant posars_tenant to {role} with admin option"))
        .await?;
    posars_testkit::migrate(&url).await?;
    let store = EventStore::connect(StoreConfig::new(&url)).await?;
    let (main, other) = (store.log(&name("main")).await?, store.log(&name("other")).await?);
    for log in [&main, &other] {
        log.append(any("sale-1")).await?;
        assert_eq!(all(log).await?.len(), 1);
        let rows = log.query("select log_id from events", &[]).await?;
        assert_eq!(rows.len(), 1, "its own alone");
        log.query("select ensure_event_partitions(10000001)", &[]).await?;
        assert_eq!(log.verify(None, |_| {}).await?.fault, None);
    }
    let client = sql(&url).await?;
    let row = client
        .query_one(
            "select count(*), current_setting('is_superuser') from events",
            &[],
        )
        .await?;
    let (events, is_superuser): (i64, &str) = (row.get(0), row.get(1));
    assert_eq!((events, is_superuser), (2, "off"), "the owner sees both");
    Ok(())
}

#[tokio::test]
async fn an_owner_who_may_not_act_as_the_tenant_is_told_what_to_do() -> anyhow::Result<()> {
    let (database, url, role) = owned_by("nocreaterole").await?;
    let text = posars_testkit::migrate(&url).await.unwrap_err().to_string();
    assert!(text.contains("may not act as posars_tenant"), "{text}");
    sql(database.url())
        .await?
        .batch_execute(&format!("grant posars_tenant to {role}"))
        .await?;
    posars_testkit::migrate(&url).await?;
    let store = EventStore::connect(StoreConfig::new(&url)).await?;
    store.log(&name("main")).await?.append(any("sale-1")).await?;
    Ok(())
}

/// A server that a dump was restored on lacks the roles; what it answers then must say so.
#[tokio::test]
async fn a_missing_right_is_named_and_not_taken_for_an_outage() -> anyhow::Result<()> {
    let (database, url, role) = owned_by("nocreaterole").await?;
    let admin = sql(database.url()).await?;
    admin
        .batch_execute(&format!("grant posars_tenant to {role}"))
        .await?;
    posars_testkit::migrate(&url).await?;
    admin
        .batch_execute(&format!("revoke posars_tenant from {role}"))
        .await?;
    let store = EventStore::connect(StoreConfig::new(&url)).await?;
    let log = store.log(&name("main")).await?;
    let error = log.head().await.unwrap_err();
    assert!(
        matches!(&error, posars_event_store::StoreError::Refused(text) if text.contains("posars_tenant")),
        "{error}"
    );
    Ok(())
}
