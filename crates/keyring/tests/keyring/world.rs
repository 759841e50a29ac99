//! A log with keys, and short ways to seal and to open.

use std::sync::Arc;

use posars_domain::{Path, Personal, PersonalField, RetentionClass, SubjectId};
use posars_event_store::{EventStore, Log, LogName, StoreConfig, StreamName};
use posars_keyring::{Keyring, KeyringError, MasterKey, MemoryMasterKey, Opened, Opening, Place, Wanted};
use posars_testkit::TestDatabase;
use uuid::Uuid;

/// One test's world. The database goes when it is dropped.
pub(crate) struct World {
    pub(crate) store: EventStore,
    pub(crate) log: Log,
    pub(crate) master: Arc<MemoryMasterKey>,
    pub(crate) keyring: Keyring,
    pub(crate) database: TestDatabase,
}

/// Where a field stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) stream: StreamName,
    pub(crate) event_id: Uuid,
    pub(crate) path: Path,
}

impl World {
    pub(crate) async fn open() -> anyhow::Result<Self> {
        let database = TestDatabase::create().await?;
        let store = EventStore::connect(StoreConfig::new(database.url())).await?;
        let log = store.log(&LogName::parse("main")?).await?;
        let master = Arc::new(MemoryMasterKey::default());
        Ok(Self {
            keyring: Keyring::new(log.clone(), Some(Arc::<MemoryMasterKey>::clone(&master))),
            store,
            log,
            master,
            database,
        })
    }

    /// The keys as a second process has them.
    pub(crate) async fn another_process(&self) -> anyhow::Result<Keyring> {
        let store = EventStore::connect(StoreConfig::new(self.database.url())).await?;
        let log = store.log(self.log.name()).await?;
        Ok(with_master(&log, &self.master))
    }

    pub(crate) async fn count(&self, table: &str) -> anyhow::Result<i64> {
        let client = self.store.pool().get().await?;
        let sql = format!("select count(*) from {table}");
        Ok(client.query_one(&sql, &[]).await?.get(0))
    }

    pub(crate) async fn execute(&self, sql: &str) -> anyhow::Result<u64> {
        Ok(self.store.pool().get().await?.execute(sql, &[]).await?)
    }
}

pub(crate) fn with_master(log: &Log, master: &Arc<MemoryMasterKey>) -> Keyring {
    let master: Arc<dyn MasterKey> = Arc::<MemoryMasterKey>::clone(master);
    Keyring::new(log.clone(), Some(master))
}

pub(crate) fn subject(id: &str) -> SubjectId {
    id.parse().unwrap()
}

pub(crate) fn wanted(id: &str, class: RetentionClass, finder: Option<&str>) -> Wanted {
    Wanted {
        subject: subject(id),
        class,
        used_on: "2026-11-20".parse().unwrap(),
        finder: finder.map(str::to_owned),
    }
}

pub(crate) fn spot() -> Spot {
    Spot {
        stream: StreamName::parse("sale-1").unwrap(),
        event_id: Uuid::from_u128(1),
        path: Path::field("buyer").then("name"),
    }
}

/// A text of `ana` as the log has it at this spot.
pub(crate) async fn sealed(keyring: &Keyring, text: &str, spot: &Spot) -> anyhow::Result<Personal<String>> {
    let keys = keyring
        .keys(&[wanted("ana", RetentionClass::Fiscal, None)])
        .await?;
    let (mut data, ana) = (Personal::from(text.to_owned()), subject("ana"));
    let field = PersonalField {
        path: spot.path,
        subject: &ana,
        class: RetentionClass::Fiscal,
        used_on: "2026-11-20".parse()?,
        finds: false,
        data: &mut data,
    };
    let place = Place {
        stream: &spot.stream,
        event_id: spot.event_id,
    };
    keyring.seal(vec![field], place, &keys)?;
    Ok(data)
}

/// What is read there.
pub(crate) async fn opened(
    keyring: &Keyring,
    data: &mut Personal<String>,
    spot: &Spot,
) -> Result<Opened, KeyringError> {
    let opening = Opening {
        place: Place {
            stream: &spot.stream,
            event_id: spot.event_id,
        },
        path: spot.path,
        data,
    };
    keyring.open(&mut [opening]).await
}
