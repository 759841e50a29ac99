//! A log written before a migration reads the same after it.

use posars_event_store::{
    AppendError, Direction, EventStore, ExpectedVersion, RecordedEvent, StoreConfig, Version,
};
use posars_testkit::TestDatabase;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::fixture::{at, claim, exact, name, sql, stream};

/// The migrations as far as the fourth, which left events as `json` and streams without their first position.
const BEFORE: [&str; 4] = [
    include_str!("../../../../migrations/V1__event_log.sql"),
    include_str!("../../../../migrations/V2__read_models.sql"),
    include_str!("../../../../migrations/V3__users.sql"),
    include_str!("../../../../migrations/V4__row_level_security.sql"),
];
const AFTER: [&str; 2] = [
    include_str!("../../../../migrations/V5__lean_appends.sql"),
    include_str!("../../../../migrations/V6__lighter_batches.sql"),
];
/// Spacing and order that a store of values would not keep.
const ODD: &str = r#"{ "b" :1,"a":1.50,  "a":2 }"#;
/// Two logs; the leaf of an event as the chain defines it, written in SQL a second time.
const OLD_LOGS: &str = "insert into log_head (name, chain_hash)
     select name, sha256(convert_to('posars.log.v1', 'UTF8') || '\\x00' || convert_to(name, 'UTF8'))
       from unnest(array['old', 'other']) name;
     create function text_bytes(value text) returns bytea language sql as $$
        select int8send(octet_length(value)) || convert_to(value, 'UTF8') $$;
     create function leaf(id uuid, stream text, version bigint, data text) returns bytea language sql as $$
        select sha256(convert_to('posars.leaf.v1', 'UTF8') || '\\x00' || uuid_send(id) || int2send(1::smallint)
                      || text_bytes(stream) || text_bytes('Noted') || text_bytes(data) || text_bytes('{}'))
               || int8send(version) $$";
const APPEND: &str = "select first_position
       from append_one($1, gen_random_uuid(), '\\x01', $2, $3, $4, 'Noted', 1::smallint, $5::text::json, '{}',
                       leaf($4, $2, 1 + $3::bigint, $5))";

/// Two logs of events in partitions of three rows, so that a stream crosses their border, and a claim.
async fn write_old_logs(client: &Client) -> anyhow::Result<()> {
    for migration in BEFORE {
        client.batch_execute(migration).await?;
    }
    client
        .batch_execute(
            "alter table events detach partition events_000000; drop table events_000000;
             create or replace function event_partition_rows() returns bigint language sql immutable parallel safe
             return 3::bigint; select ensure_event_partitions(6)",
        )
        .await?;
    client.batch_execute(OLD_LOGS).await?;
    for (log, stream, version) in [
        (1_i32, "s-1", 0_i64),
        (1, "s-2", 0),
        (2, "s-1", 0),
        (1, "s-1", 1),
        (1, "s-1", 2),
    ] {
        client
            .batch_execute(&format!("set posars.log_id = '{log}'"))
            .await?;
        let id = Uuid::now_v7();
        let row = client
            .query_one(APPEND, &[&log, &stream, &version, &id, &ODD])
            .await?;
        anyhow::ensure!(row.get::<_, Option<i64>>(0).is_some());
    }
    client
        .batch_execute("insert into claims (key, log_id, holder) values ('k', 1, 's-2')")
        .await?;
    Ok(())
}

#[tokio::test]
async fn a_log_from_before_lean_appends_reads_the_same_and_goes_on() -> anyhow::Result<()> {
    let database = TestDatabase::create_empty().await?;
    let client = sql(database.url()).await?;
    write_old_logs(&client).await?;

    for migration in AFTER {
        client.batch_execute(migration).await?;
    }

    let store = EventStore::connect(StoreConfig::new(database.url())).await?;
    let log = store.log(&name("old")).await?;
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
    let taken = at("s-4", ExpectedVersion::NoStream).guard(claim("k", "s-4"));
    assert!(matches!(
        log.append(taken).await,
        Err(AppendError::ClaimTaken { .. })
    ));
    let other = store.log(&name("other")).await?;
    let seen = other
        .read_stream(&stream("s-1"), Version::START, Direction::Forwards, 10)
        .await?;
    assert_eq!(places(&seen), [(1, 1)]);
    for (log, events) in [(&log, 6), (&other, 1)] {
        let proof = log.verify(None, |_| {}).await?;
        assert_eq!((proof.fault, proof.events), (None, events));
    }
    Ok(())
}
