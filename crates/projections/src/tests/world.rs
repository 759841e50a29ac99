//! A log, its projections and short ways to say what happens.

use posars_event_store::{
    Append, EventStore, EventType, ExpectedVersion, JsonText, Log, LogName, NewEvent, Position, StoreConfig,
    StreamName,
};
use posars_testkit::TestDatabase;
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

use crate::{Projections, registry};

/// One test's world. The database goes when it is dropped.
pub(super) struct World {
    pub(super) projections: Projections,
    pub(super) log: Log,
    pub(super) store: EventStore,
    url: String,
    _database: Option<TestDatabase>,
}

/// An event to append: stream, type, payload.
pub(super) type Said = (String, &'static str, String);

impl World {
    pub(super) async fn open() -> anyhow::Result<Self> {
        Self::configured(|_| {}).await
    }

    pub(super) async fn configured(change: impl FnOnce(&mut StoreConfig)) -> anyhow::Result<Self> {
        let database = TestDatabase::create().await?;
        let mut config = StoreConfig::new(database.url());
        change(&mut config);
        let url = database.url().to_owned();
        Ok(Self {
            _database: Some(database),
            ..Self::at(url, config).await?
        })
    }

    /// In a database of a server of one's own.
    pub(super) async fn at(url: String, config: StoreConfig) -> anyhow::Result<Self> {
        let store = EventStore::connect(config).await?;
        let log = store.log(&LogName::parse("main")?).await?;
        let projections = Projections::open(store.clone(), log.clone()).await?;
        Ok(Self {
            projections,
            log,
            store,
            url,
            _database: None,
        })
    }

    /// A second process, as far as the projections can tell.
    pub(super) async fn another(&self) -> anyhow::Result<Projections> {
        let store = EventStore::connect(StoreConfig::new(self.url.as_str())).await?;
        let log = store.log(&LogName::parse("main")?).await?;
        Ok(Projections::open(store, log).await?)
    }

    pub(super) async fn sql(&self) -> anyhow::Result<Client> {
        let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await?;
        tokio::spawn(async move { drop(connection.await) });
        Ok(client)
    }

    /// Appends events one after the other; answers the head.
    pub(super) async fn say(&self, events: &[Said]) -> anyhow::Result<Position> {
        for chunk in events.chunks(200) {
            let mut append: Option<Append> = None;
            let mut streams: Vec<(String, Vec<NewEvent>)> = Vec::new();
            for (stream, event_type, data) in chunk {
                let event = NewEvent {
                    event_id: Uuid::now_v7(),
                    event_type: EventType::parse(event_type)?,
                    schema_version: 1,
                    data: JsonText::parse(data)?,
                    metadata: JsonText::parse("{}")?,
                };
                // The order of the log counts, so an append ends where a stream comes a second time.
                if streams.iter().any(|(known, _)| known == stream) {
                    self.append(append.take(), std::mem::take(&mut streams)).await?;
                }
                streams.push((stream.clone(), vec![event]));
            }
            self.append(append, streams).await?;
        }
        Ok(self.log.head().await?.position)
    }

    /// Appends one event of a schema version of its own.
    pub(super) async fn say_as(
        &self,
        schema_version: u16,
        stream: &str,
        event_type: &str,
        data: &str,
    ) -> anyhow::Result<()> {
        let event = NewEvent {
            event_id: Uuid::now_v7(),
            event_type: EventType::parse(event_type)?,
            schema_version,
            data: JsonText::parse(data)?,
            metadata: JsonText::parse("{}")?,
        };
        self.append(None, vec![(stream.to_owned(), vec![event])]).await
    }

    async fn append(
        &self,
        append: Option<Append>,
        streams: Vec<(String, Vec<NewEvent>)>,
    ) -> anyhow::Result<()> {
        let mut append = append;
        for (stream, events) in streams {
            let stream = StreamName::parse(&stream)?;
            append = Some(match append {
                None => Append::to(stream, ExpectedVersion::Any, events),
                Some(append) => append.also(stream, ExpectedVersion::Any, events),
            });
        }
        if let Some(append) = append {
            self.log.append(append).await?;
        }
        Ok(())
    }

    /// Runs every projection up to the head.
    pub(super) async fn catch_up(&self) -> anyhow::Result<()> {
        let head = self.log.head().await?.position;
        self.projections.catch_up_to(head, "test").await?;
        Ok(())
    }

    /// Every row of every read model as text, in order.
    pub(super) async fn rows(&self) -> anyhow::Result<Vec<String>> {
        let client = self.sql().await?;
        let mut all = Vec::new();
        for projection in registry::ALL {
            let sql = format!("select t::text as row from {} t order by 1", projection.name());
            for row in client.query(&sql, &[]).await? {
                all.push(format!("{} {}", projection.name(), row.get::<_, String>("row")));
            }
        }
        Ok(all)
    }
}

/// A UUID that is the same in every run.
pub(super) fn id(number: u32) -> Uuid {
    Uuid::from_u128(0x0193_a5f0_0000_7000_8000_0000_0000_0000 + u128::from(number))
}

/// A sale of one line and one payment.
pub(super) fn sale(number: u32, store: &str, day: &str, method: &str, total: i64) -> Said {
    let sale_id = id(number);
    let data = format!(
        r#"{{"sale_id":"{sale_id}","store_id":"{store}","register_no":"1","receipt":{{"number":"{number}"}},"occurred_at":"{day}T15:00:00Z","business_date":"{day}","local_hour":12,"channel":"counter","currency":"BRL","lines":[{{"line_id":1,"sku":"cafe","quantity":"1.5","unit_price":"1","gross":{gross},"line_discount":7,"net":{total}}}],"payments":[{{"method":"{method}","code":"01","amount":{total}}}],"gross_total":{gross},"discount_total":7,"total":{total}}}"#,
        gross = total + 7
    );
    (format!("sale-{sale_id}"), "SaleRecorded", data)
}

pub(super) fn void(number: u32, store: &str, day: &str, method: &str, total: i64) -> Said {
    let sale_id = id(number);
    let data = format!(
        r#"{{"sale_id":"{sale_id}","store_id":"{store}","occurred_at":"{day}T16:00:00Z","business_date":"{day}","local_hour":13,"sale_business_date":"{day}","currency":"BRL","reason":"erro \"de\" caixa","lines":[{{"line_id":1,"sku":"cafe","quantity":"1.5","net":{total}}}],"refunds":[{{"method":"{method}","amount":{total}}}],"total":{total}}}"#
    );
    (format!("sale-{sale_id}"), "SaleVoided", data)
}

pub(super) fn give_back(number: u32, store: &str, day: &str, method: &str, refund: i64) -> Said {
    let sale_id = id(number);
    let data = format!(
        r#"{{"sale_id":"{sale_id}","store_id":"{store}","return_id":"{return_id}","occurred_at":"{day}T17:00:00Z","business_date":"{day}","local_hour":14,"sale_business_date":"{day}","currency":"BRL","lines":[{{"line_id":1,"sku":"cafe","quantity":"0.5","disposition":"restock","refund":{share}}}],"refunds":[{{"method":"{method}","amount":{refund}}}],"returned_total":{share},"total_refund":{refund}}}"#,
        return_id = id(number + 1_000_000),
        share = refund + 1
    );
    (format!("sale-{sale_id}"), "SaleReturned", data)
}

/// What a stock has after an event.
#[derive(Clone, Copy)]
pub(super) struct Balance {
    pub(super) quantity: i64,
    pub(super) value: i64,
}

impl Balance {
    fn json(self) -> String {
        format!(
            r#"{{"version":1,"quantity":"{}","value":{},"average_basis":{{"quantity":"4","value":999}}}}"#,
            self.quantity, self.value
        )
    }
}

pub(super) fn received(store: &str, sku: &str, day: &str, number: u32, after: Balance) -> Said {
    let data = format!(
        r#"{{"store_id":"{store}","sku":"{sku}","receipt_id":"{}","line_id":1,"occurred_at":"{day}T10:00:00Z","business_date":"{day}","currency":"BRL","quantity":"12","value":4321,"negative_settled":21,"balance":{}}}"#,
        id(number),
        after.json()
    );
    (format!("stock-{store}-{sku}"), "StockReceived", data)
}

pub(super) fn issued(store: &str, sku: &str, day: &str, number: u32, after: Balance) -> Said {
    let data = format!(
        r#"{{"store_id":"{store}","sku":"{sku}","sale_id":"{}","source_position":5,"occurred_at":"{day}T11:00:00Z","business_date":"{day}","currency":"BRL","lines":[{{"line_id":1,"quantity":"2.25","cost":345}}],"quantity":"2.25","cost":345,"provisional":true,"balance":{}}}"#,
        id(number),
        after.json()
    );
    (format!("stock-{store}-{sku}"), "StockIssued", data)
}

pub(super) fn short(store: &str, sku: &str, day: &str, after: Balance) -> Said {
    let data = format!(
        r#"{{"store_id":"{store}","sku":"{sku}","occurred_at":"{day}T11:00:00Z","business_date":"{day}","missing":"3","balance":{}}}"#,
        after.json()
    );
    (format!("stock-{store}-{sku}"), "ShortageDetected", data)
}

pub(super) fn product(sku: &str, name: &str) -> Said {
    let data = format!(r#"{{"sku":"{sku}","name":"{name}","unit":"UN","decimals":0,"tracked":true}}"#);
    (format!("product-{sku}"), "ProductDefined", data)
}

pub(super) fn retired(sku: &str) -> Said {
    (
        format!("product-{sku}"),
        "ProductRetired",
        format!(r#"{{"sku":"{sku}"}}"#),
    )
}

pub(super) fn store(id: &str, name: &str) -> Said {
    let data = format!(
        r#"{{"store_id":"{id}","name":"{name}","time_zone":"America/Sao_Paulo","day_cutover":"04:00:00","currency":"BRL"}}"#
    );
    (format!("store-{id}"), "StoreDefined", data)
}

pub(super) fn register(store: &str, number: &str, name: &str) -> Said {
    let data = format!(r#"{{"store_id":"{store}","register_no":"{number}","name":"{name}"}}"#);
    (format!("register-{store}-{number}"), "RegisterDefined", data)
}

/// An event that no projection of its kind can read.
pub(super) fn broken(number: u32) -> Said {
    (
        format!("sale-{}", id(number)),
        "SaleRecorded",
        r#"{"sale_id":"not a uuid"}"#.to_owned(),
    )
}
