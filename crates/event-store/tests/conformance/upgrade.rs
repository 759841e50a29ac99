//! A log written before a migration reads the same after it.

use posars_event_store::{Direction, EventStore, ExpectedVersion, RecordedEvent, StoreConfig, Version};
use posars_testkit::TestDatabase;

use crate::fixture::{at, exact, name, sql, stream};

/// The migrations as far as the fourth, which left events as `json` and streams without their first position.
const BEFORE: [&str; 4] = [
    include_str!("../../../../migrations/V1__event_log.sql"),
    include_str!("../../../../migrations/V2__read_models.sql"),
    include_str!("../../../../migrations/V3__users.sql"),
    include_str!("../../../../migrations/V4__row_level_security.sql"),
];
const LEAN_APPENDS: &str = include_str!("../../../../migrations/V5__lean_appends.sql");
/// Spacing and order that a store of values would not keep.
const ODD: &str = r#"{ "b" :1,"a":1.50,  "a":2 }"#;

#[tokio::test]
async fn a_log_from_before_lean_appends_reads_the_same_and_goes_on() -> anyhow::Result<()> {
    let database = TestDatabase::create_empty().await?;
    let client = sql(database.url()).await?;
    for migration in BEFORE {
        client.batch_execute(migration).await?;
    }
    client
        .batch_execute(
            "insert into log_head (name, chain_hash) values ('old', sha256('old')); set posars.log_id = '1'",
        )
        .await?;
    for (stream, version) in [("s-1", 0_i64), ("s-2", 0), ("s-1", 1), ("s-1", 2)] {
        let append = "select first_position from append_one(1, gen_random_uuid(), '\\x01', $1, $2, gen_random_uuid(),
                                                           'Noted', 1::smallint, $3::text::json, '{}', '\\x00')";
        let row = client.query_one(append, &[&stream, &version, &ODD]).await?;
        anyhow::ensure!(row.get::<_, Option<i64>>(0).is_some());
    }

    client.batch_execute(LEAN_APPENDS).await?;

    let log = EventStore::connect(StoreConfig::new(database.url()))
        .await?
        .log(&name("old"))
        .await?;
    let places = |events: &[RecordedEvent]| -> Vec<(u64, u64)> {
        assert!(events.iter().all(|event| event.data == ODD));
        events
            .iter()
            .map(|event| (event.version.get(), event.position.get()))
            .collect()
    };
    let forwards = log
        .read_stream(&stream("s-1"), Version::START, Direction::Forwards, 10)
        .await?;
    assert_eq!(places(&forwards), [(1, 1), (2, 3), (3, 4)]);
    let backwards = log
        .read_stream(&stream("s-1"), Version::new(2), Direction::Backwards, 10)
        .await?;
    assert_eq!(places(&backwards), [(2, 3), (1, 1)]);
    let firsts = log.first_events(&[stream("s-2"), stream("s-1")]).await?;
    let firsts: Vec<_> = firsts.into_iter().flatten().collect();
    assert_eq!(places(&firsts), [(1, 2), (1, 1)]);

    assert!(log.append(at("s-1", ExpectedVersion::NoStream)).await.is_err());
    assert_eq!(log.append(at("s-1", exact(3))).await?.first_position.get(), 5);
    assert_eq!(
        log.append(at("s-3", ExpectedVersion::NoStream))
            .await?
            .first_position
            .get(),
        6
    );
    Ok(())
}
