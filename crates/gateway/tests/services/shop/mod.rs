//! A gateway on a real socket over a real database, with one store and one product to sell.

use std::future::pending;
use std::sync::{Arc, LazyLock};

use posars_commands::Commands;
use posars_commands::reactors::ReactorRunner;
use posars_edge::{Limits, serve};
use posars_event_store::{EventStore, Log, LogName, Position, StoreConfig};
use posars_gateway::proto::google::r#type::{Date, Decimal};
use posars_gateway::proto::inventory::v1::product_service_client::ProductServiceClient;
use posars_gateway::proto::inventory::v1::stock_alert_service_client::StockAlertServiceClient;
use posars_gateway::proto::inventory::v1::stock_document_service_client::StockDocumentServiceClient;
use posars_gateway::proto::inventory::v1::stock_service_client::StockServiceClient;
use posars_gateway::proto::money::v1::Money;
use posars_gateway::proto::reporting::v1::sales_report_service_client::SalesReportServiceClient;
use posars_gateway::proto::sales::v1::company_service_client::CompanyServiceClient;
use posars_gateway::proto::sales::v1::sale_service_client::SaleServiceClient;
use posars_gateway::proto::sales::v1::{
    DefineStoreRequest, Payment, ReceiptNumber, RecordSaleRequest, SaleLineInput,
};
use posars_gateway::{Authentication, ERROR_DOMAIN, Gateway, Principal, Readiness, Tenant};
use posars_keyring::{Keyring, MasterKey, MemoryMasterKey};
use posars_projections::{Projections, Runner};
use posars_testkit::TestDatabase;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};
use uuid::Uuid;

/// The master key of all gateways: those of one database read what the others sealed.
static MASTER_KEY: LazyLock<Arc<MemoryMasterKey>> = LazyLock::new(Arc::default);

/// Commands that seal what is personal.
pub(crate) fn sealing_commands(log: &Log) -> Commands {
    let master_key: Arc<dyn MasterKey> = Arc::<MemoryMasterKey>::clone(&MASTER_KEY);
    Commands::new(log.clone()).with_keyring(Keyring::new(log.clone(), Some(master_key)))
}

pub(crate) const COMPANY: &str = "companies/acme";
pub(crate) const STORE: &str = "companies/acme/stores/sp01";
/// Noon of a Sunday in São Paulo.
const OCCURRED_AT: prost_types::Timestamp = prost_types::Timestamp {
    seconds: 1_795_359_600,
    nanos: 0,
};

pub(crate) struct Shop {
    pub(crate) channel: Channel,
    pub(crate) address: std::net::SocketAddr,
    pub(crate) readiness: Readiness,
    pub(crate) store: EventStore,
    pub(crate) commands: Commands,
    pub(crate) projections: Projections,
    pub(crate) stop: oneshot::Sender<()>,
    pub(crate) server: JoinHandle<()>,
    database: Option<TestDatabase>,
}

impl Shop {
    /// A gateway with nothing defined.
    pub(crate) async fn empty() -> Self {
        Self::with_limits(Limits::default()).await
    }

    /// A gateway with the store `sp01`.
    pub(crate) async fn open() -> Self {
        let shop = Self::empty().await;
        shop.companies().define_store(store("sp01")).await.unwrap();
        shop
    }

    pub(crate) async fn with_limits(limits: Limits) -> Self {
        let database = TestDatabase::create().await.unwrap();
        let mut shop = Self::on(database.url(), limits, None).await;
        shop.database = Some(database);
        shop
    }

    /// A gateway all of whose callers are this one.
    pub(crate) async fn called_by(principal: Principal) -> Self {
        let database = TestDatabase::create().await.unwrap();
        let mut shop = Self::on(database.url(), Limits::default(), Some(principal)).await;
        shop.database = Some(database);
        shop
    }

    /// A gateway over the database of this connection string.
    pub(crate) async fn on(url: &str, limits: Limits, principal: Option<Principal>) -> Self {
        let store = EventStore::connect(StoreConfig::new(url)).await.unwrap();
        let log = store.log(&LogName::parse("acme").unwrap()).await.unwrap();
        let commands = sealing_commands(&log);
        let projections = Projections::open(store.clone(), log).await.unwrap();
        Self::of(store, (commands, projections), limits, principal).await
    }

    /// A gateway over the database of another, without the master key.
    pub(crate) async fn without_master_key(&self) -> Self {
        let log = self.commands.log().clone();
        let parts = (Commands::new(log), self.projections.clone());
        Self::of(self.store.clone(), parts, Limits::default(), None).await
    }

    /// A gateway over the database of another, all of whose callers are this one.
    pub(crate) async fn for_caller(&self, principal: Principal) -> Self {
        let parts = (self.commands.clone(), self.projections.clone());
        Self::of(self.store.clone(), parts, Limits::default(), Some(principal)).await
    }

    async fn of(
        store: EventStore,
        (commands, projections): (Commands, Projections),
        limits: Limits,
        principal: Option<Principal>,
    ) -> Self {
        let tenant = Tenant::new("acme".parse().unwrap(), commands.clone(), projections.clone());
        let principal = principal.unwrap_or_else(|| Principal::local("acme".parse().unwrap()));
        let gateway = Gateway::new(tenant, Authentication::Trusted(principal), &limits)
            .await
            .unwrap();
        let readiness = gateway.readiness();
        let router = gateway.into_router();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(async move {
            let shutdown = async { drop(stopped.await) };
            serve(listener, router, &limits, shutdown).await.unwrap();
        });
        let channel = Channel::from_shared(format!("http://{address}"))
            .unwrap()
            .connect()
            .await
            .unwrap();
        Self {
            channel,
            address,
            readiness,
            store,
            commands,
            projections,
            stop,
            server,
            database: None,
        }
    }

    pub(crate) fn companies(&self) -> CompanyServiceClient<Channel> {
        CompanyServiceClient::new(self.channel.clone())
    }

    pub(crate) fn sales(&self) -> SaleServiceClient<Channel> {
        SaleServiceClient::new(self.channel.clone())
    }

    pub(crate) fn products(&self) -> ProductServiceClient<Channel> {
        ProductServiceClient::new(self.channel.clone())
    }

    pub(crate) fn stock(&self) -> StockServiceClient<Channel> {
        StockServiceClient::new(self.channel.clone())
    }

    pub(crate) fn stock_documents(&self) -> StockDocumentServiceClient<Channel> {
        StockDocumentServiceClient::new(self.channel.clone())
    }

    pub(crate) fn stock_alerts(&self) -> StockAlertServiceClient<Channel> {
        StockAlertServiceClient::new(self.channel.clone())
    }

    /// Runs the read models and the stock reactor until the answer is dropped.
    pub(crate) fn work(&self) -> (Runner, AbortOnDrop) {
        let reactor = ReactorRunner::stock(self.commands.log().clone(), "test");
        (
            self.projections.run("test"),
            AbortOnDrop(tokio::spawn(reactor.run(pending()))),
        )
    }

    /// Waits until something follows `position` in the log, and tells where the log then ends.
    pub(crate) async fn wait_past(&self, position: u64) -> u64 {
        self.commands
            .log()
            .watch()
            .wait_past(Position::new(position))
            .await
            .get()
    }

    pub(crate) fn reports(&self) -> SalesReportServiceClient<Channel> {
        SalesReportServiceClient::new(self.channel.clone())
    }
}

pub(crate) struct AbortOnDrop(JoinHandle<()>);

impl AbortOnDrop {
    /// Runs something until the answer is dropped.
    pub(crate) fn of(run: impl Future<Output = ()> + Send + 'static) -> Self {
        Self(tokio::spawn(run))
    }
}

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

pub(crate) fn store(id: &str) -> DefineStoreRequest {
    DefineStoreRequest {
        parent: COMPANY.into(),
        store_id: id.into(),
        display_name: "Loja da Sé".into(),
        time_zone: "America/Sao_Paulo".into(),
        day_cutover: "04:00".into(),
        currency_code: "BRL".into(),
        ..Default::default()
    }
}

/// Two coffees and a loose 0.350 kg of cheese, R$ 3.00 off the order, paid with a note and PIX.
pub(crate) fn sale(sale_id: Uuid) -> RecordSaleRequest {
    RecordSaleRequest {
        parent: COMPANY.into(),
        sale_id: sale_id.to_string(),
        store_id: "sp01".into(),
        register_no: "1".into(),
        receipt: Some(ReceiptNumber {
            series: "A".into(),
            number: sale_id.to_string()[24..].into(),
        }),
        occur_time: Some(OCCURRED_AT),
        lines: vec![
            line("cafe_500g", "2", "19.90"),
            line("queijo/minas", "0.350", "60.00"),
        ],
        order_discounts: vec![posars_gateway::proto::sales::v1::OrderDiscount {
            amount: brl(300),
            reason: "fidelidade".into(),
        }],
        payments: vec![payment("cash", 5000), payment("pix", 1000)],
        change: brl(220),
        total: brl(5780),
        ..Default::default()
    }
}

pub(crate) fn line(sku: &str, quantity: &str, unit_price: &str) -> SaleLineInput {
    SaleLineInput {
        sku: sku.into(),
        description: sku.to_uppercase(),
        quantity: decimal(quantity),
        unit_price: decimal(unit_price),
        ..Default::default()
    }
}

pub(crate) fn payment(method: &str, amount_minor: i64) -> Payment {
    Payment {
        method: method.into(),
        amount: brl(amount_minor),
        ..Default::default()
    }
}

pub(crate) fn brl(amount_minor: i64) -> Option<Money> {
    Some(Money {
        currency_code: "BRL".into(),
        amount_minor,
    })
}

pub(crate) fn decimal(value: &str) -> Option<Decimal> {
    Some(Decimal { value: value.into() })
}

pub(crate) fn date(year: i32, month: i32, day: i32) -> Option<Date> {
    Some(Date { year, month, day })
}

pub(crate) fn occurred_at() -> Option<prost_types::Timestamp> {
    Some(OCCURRED_AT)
}

/// Checks code and reason of a refusal and that it is dressed as every refusal must be.
pub(crate) fn refused<T: std::fmt::Debug>(
    answer: Result<T, Status>,
    code: Code,
    reason: &str,
) -> ErrorDetails {
    let status = answer.unwrap_err();
    let details = status.get_error_details();
    assert!(details.error_info().is_some(), "{status:?} without ErrorInfo");
    let given = details.error_info().unwrap();
    assert_eq!(
        (status.code(), given.reason.as_str()),
        (code, reason),
        "{}",
        status.message()
    );
    assert_eq!(given.domain, ERROR_DOMAIN);
    assert!(
        reason.len() <= 63
            && reason
                .bytes()
                .all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_'))
    );
    assert!(!status.message().is_empty());
    details
}

/// Paths of the fields that a refusal names.
pub(crate) fn fields(details: &ErrorDetails) -> Vec<&str> {
    let violations = details
        .bad_request()
        .map(|bad| bad.field_violations.as_slice())
        .unwrap_or_default();
    violations
        .iter()
        .map(|violation| violation.field.as_str())
        .collect()
}

/// A value that a refusal gives to programs.
pub(crate) fn value<'details>(details: &'details ErrorDetails, key: &str) -> &'details str {
    &details.error_info().unwrap().metadata[key]
}
