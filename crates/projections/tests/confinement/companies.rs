//! Two companies on one database, each with rows in every read model.

use std::ops::ControlFlow;

use posars_event_store::{
    Append, EventStore, EventType, ExpectedVersion, JsonText, Log, LogName, NewEvent, StoreConfig, StreamName,
};
use posars_projections::Projections;
use posars_testkit::TestDatabase;
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

/// The sale of both: an id is no secret.
pub(crate) const SALE: &str = "0193a5f0-0000-7000-8000-000000000001";

/// Stream, type and payload of what each company says once.
const SAID: [(&str, &str, &str); 19] = [
    (
        "store-centro",
        "StoreDefined",
        r#"{"store_id":"centro","name":"Centro","time_zone":"America/Sao_Paulo","day_cutover":"04:00:00","currency":"BRL"}"#,
    ),
    (
        "product-cafe",
        "ProductDefined",
        r#"{"sku":"cafe","name":"Café","unit":"UN","decimals":0,"tracked":true}"#,
    ),
    (
        "sale-0193a5f0-0000-7000-8000-000000000001",
        "SaleRecorded",
        r#"{"sale_id":"0193a5f0-0000-7000-8000-000000000001","store_id":"centro","register_no":"1","receipt":{"number":"1"},"occurred_at":"2026-01-31T15:00:00Z","business_date":"2026-01-31","local_hour":12,"channel":"counter","currency":"BRL","lines":[{"line_id":1,"sku":"cafe","quantity":"1.5","unit_price":"1","gross":107,"line_discount":7,"net":100}],"payments":[{"method":"pix","code":"01","amount":100}],"gross_total":107,"discount_total":7,"total":100}"#,
    ),
    (
        "stock-centro-cafe",
        "StockReceived",
        r#"{"store_id":"centro","sku":"cafe","receipt_id":"0193a5f0-0000-7000-8000-000000000002","line_id":1,"occurred_at":"2026-01-31T10:00:00Z","business_date":"2026-01-31","currency":"BRL","quantity":"12","value":4321,"negative_settled":21,"balance":{"version":1,"quantity":"12","value":4321,"average_basis":{"quantity":"4","value":999}}}"#,
    ),
    (
        "stock-centro-cafe",
        "StockAdjusted",
        r#"{"store_id":"centro","sku":"cafe","adjustment_id":"0193a5f0-0000-7000-8000-000000000004","occurred_at":"2026-01-31T10:00:00Z","business_date":"2026-01-31","currency":"BRL","delta":"-14","value":-4321,"provisional":true,"reason":"loss","balance":{"version":2,"quantity":"-2","value":-700}}"#,
    ),
    (
        "stock-centro-cafe",
        "ShortageDetected",
        r#"{"store_id":"centro","sku":"cafe","occurred_at":"2026-01-31T10:00:00Z","business_date":"2026-01-31","missing":"2","balance":{"version":3,"quantity":"-2","value":-700}}"#,
    ),
    (
        "waiting-cha",
        "SaleLinesParked",
        r#"{"sku":"cha","store_id":"centro","sale_id":"0193a5f0-0000-7000-8000-000000000001","movement":"sale","source_position":3,"source_event_id":"0193a5f0-0000-7000-8000-000000000005","occurred_at":"2026-01-31T15:00:00Z","business_date":"2026-01-31","currency":"BRL","lines":[{"line_id":1,"quantity":"1"}]}"#,
    ),
    // Unreadable, so that something is parked as well.
    (
        "sale-0193a5f0-0000-7000-8000-000000000003",
        "SaleRecorded",
        r#"{"sale_id":"not a uuid"}"#,
    ),
    (
        "stockpolicy-centro-cafe",
        "StockPolicyDefined",
        r#"{"store_id":"centro","sku":"cafe","reorder_point":"5"}"#,
    ),
    // The books.
    (
        "chart-main",
        "ChartDefined",
        include_str!("../../../domain/tests/golden/ChartDefined.v1.json"),
    ),
    (
        "books-main",
        "BooksBegun",
        include_str!("../../../domain/tests/golden/BooksBegun.v1.json"),
    ),
    (
        "entry-0193a5f0-0000-7000-8000-000000000010",
        "JournalEntryPosted",
        include_str!("../../../domain/tests/golden/JournalEntryPosted.v1.json"),
    ),
    (
        "receivable-0193a5f0-0000-7000-8000-000000000011",
        "ReceivableRegistered",
        include_str!("../../../domain/tests/golden/ReceivableRegistered.sale.v1.json"),
    ),
    (
        "receivable-0193a5f0-0000-7000-8000-000000000011",
        "ReceivableSettled",
        include_str!("../../../domain/tests/golden/ReceivableSettled.v1.json"),
    ),
    (
        "statementline-0193a5f0-0000-7000-8000-000000000012",
        "StatementLineRecorded",
        include_str!("../../../domain/tests/golden/StatementLineRecorded.v1.json"),
    ),
    (
        "unposted-a",
        "PostingParked",
        include_str!("../../../domain/tests/golden/PostingParked.v1.json"),
    ),
    // People.
    (
        "employee-e_1",
        "EmployeeHired",
        include_str!("../../../domain/tests/golden/EmployeeHired.v1.json"),
    ),
    (
        "employee-e_1",
        "LeaveRegistered",
        include_str!("../../../domain/tests/golden/LeaveRegistered.v1.json"),
    ),
    (
        "payroll-0193a5f0-0000-7000-8000-000000000023",
        "PayrollRecorded",
        include_str!("../../../domain/tests/golden/PayrollRecorded.v1.json"),
    ),
];

/// One company: its log, its number in the tables, its read models.
pub(crate) struct Company {
    pub(crate) log: Log,
    pub(crate) log_id: i32,
    pub(crate) projections: Projections,
}

/// Both, and a session of the owner behind their back.
pub(crate) struct Street {
    pub(crate) ours: Company,
    pub(crate) theirs: Company,
    pub(crate) owner: Client,
    _database: TestDatabase,
}

impl Street {
    pub(crate) async fn open() -> anyhow::Result<Self> {
        let database = TestDatabase::create().await?;
        let url = database.url().to_owned();
        Self::on(database, &url).await
    }

    /// Owned by a role without a superuser's powers, as on a rented server.
    pub(crate) async fn of_a_plain_owner() -> anyhow::Result<Self> {
        let database = TestDatabase::create_empty().await?;
        let (name, role) = (database.name(), format!("owner_of_{}", database.name()));
        let made = format!(
            "create role {role} login nosuperuser; grant posars_tenant to {role};
             alter database {name} owner to {role}; alter schema public owner to {role}"
        );
        connect(database.url()).await?.batch_execute(&made).await?;
        let url = format!("{} user={role}", database.url());
        posars_testkit::migrate(&url).await?;
        Self::on(database, &url).await
    }

    async fn on(database: TestDatabase, url: &str) -> anyhow::Result<Self> {
        let store = EventStore::connect(StoreConfig::new(url)).await?;
        let owner = connect(url).await?;
        Ok(Self {
            ours: company(&store, &owner, "ours", 1).await?,
            theirs: company(&store, &owner, "theirs", 2).await?,
            owner,
            _database: database,
        })
    }
}

async fn connect(url: &str) -> anyhow::Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(async move { drop(connection.await) });
    Ok(client)
}

/// A company that says the same things as any other, some of them twice, so that the two can be told apart.
async fn company(store: &EventStore, owner: &Client, name: &str, times: usize) -> anyhow::Result<Company> {
    let log = store.log(&LogName::parse(name)?).await?;
    let projections = Projections::open(store.clone(), log.clone()).await?;
    for (stream, event_type, data) in SAID.into_iter().cycle().take(SAID.len() * times) {
        let event = NewEvent {
            event_id: Uuid::now_v7(),
            event_type: EventType::parse(event_type)?,
            schema_version: 1,
            data: JsonText::parse(data.trim_end())?,
            metadata: JsonText::parse("{}")?,
        };
        log.append(Append::to(
            StreamName::parse(stream)?,
            ExpectedVersion::Any,
            vec![event],
        ))
        .await?;
    }
    let head = log.head().await?.position;
    projections.catch_up_to(head, "test").await?;
    let row = owner
        .query_one("select log_id from log_head where name = $1", &[&name])
        .await?;
    Ok(Company {
        log,
        log_id: row.get(0),
        projections,
    })
}

impl Company {
    pub(crate) async fn rebuild_all(&self) -> anyhow::Result<()> {
        for name in self.projections.names() {
            let report = self
                .projections
                .rebuild(name, &posars_projections::RebuildOptions::default(), &|_| {
                    ControlFlow::Continue(())
                })
                .await?;
            anyhow::ensure!(
                report.comparison.is_some_and(|both| both.live_rows > 0),
                "{report:?}"
            );
        }
        Ok(())
    }
}
