//! Every event ever released, in every version, in front of every read model.

use std::path::PathBuf;

use jiff::Timestamp;
use posars_domain::Kind as _;
use posars_domain::waiting::WaitingKind;
use posars_event_store::{EventType, Position, RecordedEvent, StreamName, Version};
use uuid::Uuid;

use super::world::World;
use crate::event::RawEvent;
use crate::registry;

/// The domain's golden files: stem, type, schema version and payload.
fn files() -> anyhow::Result<Vec<(String, String, u16, String)>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../domain/tests/golden");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let (stem, version) = stem.rsplit_once(".v").unwrap();
        let event_type = stem.split('.').next().unwrap();
        let data = std::fs::read_to_string(&path)?.trim_end().to_owned();
        files.push((stem.to_owned(), event_type.to_owned(), version.parse()?, data));
    }
    files.sort();
    Ok(files)
}

#[test]
fn every_read_model_reads_every_event_ever_released() -> anyhow::Result<()> {
    for (stem, event_type, version, data) in files()? {
        let stored = RecordedEvent {
            position: Position::new(1),
            stream: StreamName::parse("any-1")?,
            version: Version::new(1),
            event_id: Uuid::nil(),
            event_type: EventType::parse(&event_type)?,
            schema_version: version,
            data,
            metadata: "{}".to_owned(),
            recorded_at: Timestamp::UNIX_EPOCH,
        };
        let Some(event) = RawEvent::from(&stored).known()? else {
            assert!(
                WaitingKind::parse(&event_type).is_some(),
                "{event_type} is not read"
            );
            continue;
        };
        for projection in registry::ALL {
            let mut fold = projection.empty();
            let outcome = fold.apply(&event);
            assert_eq!(outcome, Ok(()), "{} of {stem}.v{version}", projection.name());
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_log_of_earlier_versions_gives_the_rows_of_the_newest() -> anyhow::Result<()> {
    let mut rows = Vec::new();
    let mut returns = files()?;
    returns.retain(|(stem, ..)| stem == "SaleReturned.lines");
    assert_eq!(returns.len(), 2, "there is a file of each version");
    let mut sale = files()?;
    sale.retain(|(stem, ..)| stem == "SaleRecorded");
    for (_, event_type, version, data) in returns {
        let world = World::open().await?;
        let (_, sold_type, sold_version, sold) = &sale[0];
        world.say_as(*sold_version, "sale-1", sold_type, sold).await?;
        world.say_as(version, "sale-1", &event_type, &data).await?;
        world.catch_up().await?;
        let live = world.rows().await?;
        for name in world.projections.names() {
            assert_eq!(world.projections.parked(name, None).await?, []);
            let report = world
                .projections
                .rebuild(name, &Default::default(), &crate::rebuild::ignore_progress)
                .await?;
            assert!(report.comparison.is_some_and(|both| both.equal), "{report:?}");
        }
        assert_eq!(world.rows().await?, live);
        let client = world.sql().await?;
        for projection in registry::ALL {
            // When it was recorded, and as which event, is each log's own.
            let sql = format!(
                "select coalesce(jsonb_agg(to_jsonb(t) - '{{recorded_at,event_id}}'::text[]), '[]')::text from {} t",
                projection.name()
            );
            let row: String = client.query_one(&sql, &[]).await?.get(0);
            rows.push((projection.name(), row));
        }
    }
    assert!(
        rows.iter()
            .any(|(name, row)| *name == "sales" && row.contains("1423")),
        "{rows:?}"
    );
    let (earlier, newest) = rows.split_at(registry::ALL.len());
    assert_eq!(earlier, newest);
    Ok(())
}
