//! Every way of reading gives what a naive filter over the whole log gives.

use posars_event_store::{
    Append, Direction, ExpectedVersion, JsonText, Position, READ_BYTES_MAX, ReadLog, RecordedEvent,
    StoreError, StreamName, Version,
};

use crate::fixture::{World, all, any, events, position, stream, version, whole};

/// Streams of several categories, some of which are the beginning of others.
const STREAMS: [&str; 7] = [
    "sale-1",
    "stock-centro-cafe",
    "stockroom-1",
    "stock",
    "sale-2",
    "-odd",
    "s-1",
];

async fn mixed(world: &World) -> anyhow::Result<Vec<RecordedEvent>> {
    for n in 0..60 {
        let to = STREAMS[n * n % 11 % STREAMS.len()];
        let count = u64::try_from(n % 4 + 1)?;
        let append = Append::to(stream(to), ExpectedVersion::Any, events(count));
        world.log.append(append).await?;
    }
    let events = all(&world.log).await?;
    assert_eq!(events.len(), 150);
    Ok(events)
}

/// Reads page by page, each no larger than asked for and none empty before the end.
async fn paged(world: &World, mut read: ReadLog) -> anyhow::Result<Vec<RecordedEvent>> {
    let mut events = Vec::new();
    for _ in 0..400 {
        let page = world.log.read_log(&read).await?;
        assert!(page.events.len() <= usize::try_from(read.limit)?);
        events.extend(page.events);
        if page.at_end {
            return Ok(events);
        }
        match read.direction {
            Direction::Forwards => read.after = page.scanned_to,
            Direction::Backwards => read.up_to = Some(position(page.scanned_to.get() - 1)),
        }
    }
    anyhow::bail!("{read:?} never ends")
}

#[tokio::test]
async fn pages_of_the_log_equal_a_naive_filter() -> anyhow::Result<()> {
    let world = World::open().await?;
    let log = mixed(&world).await?;
    let categories = [
        None,
        Some("sale"),
        Some("stock"),
        Some("stockroom"),
        Some(""),
        Some("none"),
    ];
    let borders = [
        (0, None),
        (0, Some(1)),
        (37, None),
        (37, Some(101)),
        (100, Some(100)),
        (99, Some(100)),
        (0, Some(900)),
    ];
    for category in categories {
        for (after, up_to) in borders {
            for limit in [1, 7, 1_000] {
                let mut read = ReadLog::after(position(after), limit);
                read.categories.extend(category.map(str::to_owned));
                read.up_to = up_to.map(position);
                let mut expected: Vec<RecordedEvent> = log
                    .iter()
                    .filter(|event| event.position > read.after)
                    .filter(|event| read.up_to.is_none_or(|up_to| event.position <= up_to))
                    .filter(|event| category.is_none_or(|category| event.stream.category() == category))
                    .cloned()
                    .collect();
                assert_eq!(paged(&world, read.clone()).await?, expected, "{read:?}");
                expected.reverse();
                assert_eq!(
                    paged(&world, read.clone().backwards()).await?,
                    expected,
                    "backwards {read:?}"
                );
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn several_categories_are_one_page_and_places_are_found_at_once() -> anyhow::Result<()> {
    let world = World::open().await?;
    let log = mixed(&world).await?;
    for limit in [1, 7, 1_000] {
        let read = ReadLog::after(Position::START, limit)
            .category("sale")
            .category("stock")
            .category("none");
        let expected = log.iter().filter(|event| {
            let category = event.stream.category();
            category == "sale" || category == "stock"
        });
        let expected: Vec<RecordedEvent> = expected.cloned().collect();
        assert!(expected.len() > 10 && expected.len() < log.len());
        assert_eq!(paged(&world, read).await?, expected, "{limit}");
    }
    // Out of order, twice, and beyond the head.
    let asked = [40, 7, 7, 1_000_000, 1].map(position);
    let found = world.log.events_at(&asked).await?;
    let found: Vec<&RecordedEvent> = found.iter().collect();
    assert_eq!(found, [&log[0], &log[6], &log[6], &log[39]]);
    assert!(world.log.events_at(&[]).await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn an_empty_range_sends_nobody_back() -> anyhow::Result<()> {
    let world = World::open().await?;
    mixed(&world).await?;
    for (after, up_to) in [(500, None), (100, Some(100)), (100, Some(50)), (150, None)] {
        let mut read = ReadLog::after(position(after), 10);
        read.up_to = up_to.map(position);
        let page = world.log.read_log(&read).await?;
        assert_eq!(
            (page.events.len(), page.scanned_to, page.at_end),
            (0, position(after), true)
        );
        let page = world.log.read_log(&read.backwards()).await?;
        assert_eq!(
            (page.events.len(), page.scanned_to, page.at_end),
            (0, position(after + 1), true)
        );
    }
    Ok(())
}

/// Reads page by page, each within the limit in bytes but for its last event.
async fn large_pages(world: &World, mut read: ReadLog) -> anyhow::Result<Vec<(Position, String)>> {
    let mut found = Vec::new();
    for number in 1.. {
        let page = world.log.read_log(&read).await?;
        let bytes: usize = page
            .events
            .iter()
            .map(|event| event.data.len() + event.metadata.len())
            .sum();
        let last = page.events.last().map_or(0, |event| event.data.len());
        assert!(bytes - last < usize::try_from(READ_BYTES_MAX)?, "{bytes}");
        let texts = page.events.into_iter();
        found.extend(texts.map(|event| (event.position, event.data.to_string())));
        if page.at_end {
            assert!(number > 1, "all in one page");
            break;
        }
        match read.direction {
            Direction::Forwards => read.after = page.scanned_to,
            Direction::Backwards => read.up_to = Some(position(page.scanned_to.get() - 1)),
        }
    }
    Ok(found)
}

#[tokio::test]
async fn pages_of_large_events_are_bounded_in_bytes() -> anyhow::Result<()> {
    let world = World::open().await?;
    // 3.9 MB each, more than three pages of them, and small ones between.
    for n in 0..16 {
        let mut large = events(2);
        let text = "x".repeat(3_900_000);
        large[0].data = JsonText::parse(&format!(r#"{{"n":{n},"text":"{text}"}}"#))?;
        let append = Append::to(stream(STREAMS[n % 3]), ExpectedVersion::Any, large);
        world.log.append(append).await?;
    }
    let sql = "select position, data from events
                where $1::text is null or split_part(stream, '-', 1) = $1 order by position";
    for category in [None, Some("sale")] {
        let rows = world.sql().await?.query(sql, &[&category]).await?;
        let mut expected: Vec<(Position, String)> = rows
            .iter()
            .map(|row| (position(u64::try_from(row.get::<_, i64>(0)).unwrap()), row.get(1)))
            .collect();
        assert_eq!(expected.len(), if category.is_none() { 32 } else { 12 });
        for direction in [Direction::Forwards, Direction::Backwards] {
            let mut read = ReadLog::after(Position::START, 1_000);
            read.categories.extend(category.map(str::to_owned));
            read.direction = direction;
            let found = large_pages(&world, read).await?;
            // Without a word about texts of megabytes.
            assert!(found == expected, "{category:?}, {direction:?}");
            expected.reverse();
        }
    }
    assert_eq!(world.log.verify(None, |_| {}).await?.fault, None);
    Ok(())
}

#[tokio::test]
async fn pages_of_a_stream_equal_a_naive_filter() -> anyhow::Result<()> {
    let world = World::open().await?;
    let log = mixed(&world).await?;
    for to in STREAMS.into_iter().chain(["sale-absent"]) {
        let mut own: Vec<RecordedEvent> = log
            .iter()
            .filter(|event| event.stream.as_str() == to)
            .cloned()
            .collect();
        assert!(
            own.iter().zip(1..).all(|(event, n)| event.version == version(n)),
            "{to}"
        );
        for from in [0, 1, 5, 10_000] {
            for limit in [0, 1, 3, 10_000] {
                let count = usize::try_from(limit)?;
                let expected: Vec<RecordedEvent> = own
                    .iter()
                    .filter(|event| event.version >= version(from))
                    .take(count)
                    .cloned()
                    .collect();
                let read = world
                    .log
                    .read_stream(&stream(to), version(from), Direction::Forwards, limit)
                    .await?;
                assert_eq!(read, expected, "{to} from {from}, {limit} at most");
                own.reverse();
                let expected: Vec<RecordedEvent> = own
                    .iter()
                    .filter(|event| event.version <= version(from))
                    .take(count)
                    .cloned()
                    .collect();
                own.reverse();
                let read = world
                    .log
                    .read_stream(&stream(to), version(from), Direction::Backwards, limit)
                    .await?;
                assert_eq!(read, expected, "{to} down from {from}, {limit} at most");
            }
        }
    }
    let end = Version::new(u64::MAX);
    let last = world
        .log
        .read_stream(&stream("sale-1"), end, Direction::Backwards, 1)
        .await?;
    assert_eq!(last.first(), whole(&world.log, "sale-1").await?.last());
    Ok(())
}

#[tokio::test]
async fn last_events_come_in_the_order_asked_for() -> anyhow::Result<()> {
    let world = World::open().await?;
    let log = mixed(&world).await?;
    let asked: Vec<StreamName> = [
        "stock", "absent-1", "sale-2", "sale-1", "stock", "absent-2", "-odd",
    ]
    .map(stream)
    .to_vec();
    let expected: Vec<Option<RecordedEvent>> = asked
        .iter()
        .map(|name| log.iter().rfind(|event| event.stream == *name).cloned())
        .collect();
    assert_eq!(world.log.last_events(&asked).await?, expected);
    assert_eq!(expected.iter().flatten().count(), 5);
    assert_eq!(world.log.last_events(&[]).await?, []);
    Ok(())
}

async fn exported(world: &World, after: u64, to: u64) -> Result<Vec<RecordedEvent>, StoreError> {
    let mut export = world.log.export(position(after), position(to)).await?;
    let mut events = Vec::new();
    while let Some(event) = export.next().await? {
        events.push(RecordedEvent {
            position: event.position,
            stream: stream(event.stream),
            version: event.version,
            event_id: event.event_id,
            event_type: posars_event_store::EventType::parse(event.event_type).unwrap(),
            schema_version: event.schema_version,
            data: event.data.to_owned(),
            metadata: event.metadata.to_owned(),
            recorded_at: event.recorded_at(),
        });
    }
    Ok(events)
}

#[tokio::test]
async fn an_export_equals_a_read() -> anyhow::Result<()> {
    let world = World::open().await?;
    let log = mixed(&world).await?;
    assert_eq!(exported(&world, 0, 150).await?, log);
    assert_eq!(exported(&world, 149, 150).await?, log[149..]);
    assert_eq!(exported(&world, 30, 77).await?, log[30..77]);
    assert_eq!(exported(&world, 150, 150).await?, []);
    assert_eq!(exported(&world, 100, 50).await?, []);
    // Left half way: its connection is not given to the next reader with rows still in it.
    let mut half = world.log.export(Position::START, position(150)).await?;
    assert!(half.next().await?.is_some());
    drop(half);
    assert_eq!(all(&world.log).await?, log);
    Ok(())
}

#[tokio::test]
async fn an_export_beyond_the_head_is_refused_at_its_end() -> anyhow::Result<()> {
    let world = World::open().await?;
    mixed(&world).await?;
    match exported(&world, 140, 151).await.unwrap_err() {
        StoreError::NotContiguous { expected, found, .. } => assert_eq!((expected.get(), found), (151, None)),
        other => panic!("{other}"),
    }
    Ok(())
}

#[tokio::test]
async fn no_reader_steps_over_a_hole() -> anyhow::Result<()> {
    let world = World::open().await?;
    mixed(&world).await?;
    world
        .sql()
        .await?
        .batch_execute("delete from events where position = 42")
        .await?;
    let (forwards, backwards) = (
        ReadLog::after(position(30), 50),
        ReadLog::after(position(30), 500).backwards(),
    );
    for (outcome, found) in [
        (exported(&world, 0, 150).await.map(|_| ()), 43),
        (world.log.read_log(&forwards).await.map(|_| ()), 43),
        (world.log.read_log(&backwards).await.map(|_| ()), 41),
    ] {
        let error = outcome.unwrap_err();
        match &error {
            StoreError::NotContiguous {
                expected, found: at, ..
            } => {
                assert_eq!((expected.get(), *at), (42, Some(position(found))));
            }
            other => panic!("{other}"),
        }
        assert!(error.to_string().contains("posars audit verify"), "{error}");
    }
    // Before the hole all is well.
    let before = ReadLog::after(Position::START, 500).up_to(position(41));
    assert_eq!(world.log.read_log(&before).await?.events.len(), 41);
    Ok(())
}

#[tokio::test]
async fn a_row_that_does_not_decode_is_named() -> anyhow::Result<()> {
    let world = World::open().await?;
    for _ in 0..3 {
        world.log.append(any("s-1")).await?;
    }
    let spoil = "update events set type = 'two words' where position = 2";
    world.sql().await?.batch_execute(spoil).await?;
    let error = world
        .log
        .read_stream(&stream("s-1"), Version::START, Direction::Forwards, 10)
        .await
        .unwrap_err();
    match &error {
        StoreError::Unreadable {
            position: at,
            problem,
            ..
        } => {
            assert_eq!(*at, position(2));
            assert!(problem.contains("white space"), "{problem}");
        }
        other => panic!("{other}"),
    }
    Ok(())
}

#[tokio::test]
async fn a_streams_row_that_points_elsewhere_is_told_and_not_believed() -> anyhow::Result<()> {
    let world = World::open().await?;
    for to in ["a-1", "a-2", "a-1"] {
        world.log.append(any(to)).await?;
    }
    let client = world.sql().await?;
    let told = |error: StoreError| {
        let text = error.to_string();
        assert!(matches!(error, StoreError::Unreadable { .. }), "{text}");
        assert!(text.contains("of a-1 is here, and it is not"), "{text}");
    };
    let one = [stream("a-1")];
    client
        .batch_execute("update streams set first_position = 2 where stream = 'a-1'")
        .await?;
    for direction in [Direction::Forwards, Direction::Backwards] {
        let from = version(if direction == Direction::Forwards { 1 } else { 2 });
        told(
            world
                .log
                .read_stream(&one[0], from, direction, 10)
                .await
                .unwrap_err(),
        );
    }
    told(world.log.first_events(&one).await.unwrap_err());
    assert!(world.log.last_events(&one).await?[0].is_some());
    client
        .batch_execute("update streams set first_position = 1, last_position = 9 where stream = 'a-1'")
        .await?;
    told(world.log.last_events(&one).await.unwrap_err());
    assert_eq!(whole(&world.log, "a-1").await?.len(), 2);
    Ok(())
}
