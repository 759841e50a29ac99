//! A gateway with a door: two companies behind it, tokens of a local issuer in front of it, and calls of any RPC over
//! gRPC and REST that are made from the protos alone.

mod rpc;
mod wire;

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;
use posars_commands::reactors::REACTORS;
use posars_commands::{Actor, Commands, Envelope, Source};
use posars_domain::Currency;
use posars_domain::books::BeginBooks;
use posars_edge::{Limits, serve};
use posars_event_store::{EventStore, LogName, StoreConfig};
use posars_gateway::proto::FILE_DESCRIPTOR_SET;
use posars_gateway::proto::inventory::v1::product_service_client::ProductServiceClient;
use posars_gateway::proto::inventory::v1::receive_stock_line::Cost;
use posars_gateway::proto::inventory::v1::stock_service_client::StockServiceClient;
use posars_gateway::proto::inventory::v1::{DefineProductRequest, ReceiveStockLine, ReceiveStockRequest};
use posars_gateway::proto::sales::v1::DefineCompanyRequest;
use posars_gateway::proto::sales::v1::company_service_client::CompanyServiceClient;
use posars_gateway::proto::sales::v1::sale_service_client::SaleServiceClient;
use posars_gateway::{Authentication, Gateway, Tenant, Tenants};
use posars_identity::{Grantee, LocalIssuer, Users, Verifier};
use posars_projections::{Projections, Runner};
use posars_testkit::TestDatabase;
use prost_reflect::DescriptorPool;
use tokio::net::TcpListener;
use tonic::transport::Channel;

pub(crate) use rpc::Rpc;
pub(crate) use wire::{Answer, Wire};

use crate::shop;

/// The companies that the server serves, in order.
pub(crate) const COMPANIES: [&str; 2] = ["acme", "beta"];
/// Every role of the protos.
pub(crate) const ROLES: [&str; 8] = [
    "owner", "manager", "cashier", "stock", "finance", "hr", "auditor", "operator",
];
/// Sales of acme, one in each of its stores, and one that nobody made.
pub(crate) const SALE_OF_SP01: &str = "0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f01";
pub(crate) const SALE_OF_SP02: &str = "0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f02";
pub(crate) const NO_SALE: &str = "0192d3b4-7c1e-7a55-9f00-1b2c3d4e5fff";
const LIFETIME: Duration = Duration::from_secs(3600);

/// What a call says of who makes it.
pub(crate) struct Caller {
    /// The whole `authorization` header.
    pub(crate) authorization: Option<String>,
}

impl Caller {
    pub(crate) fn nobody() -> Self {
        Self { authorization: None }
    }

    pub(crate) fn with_header(header: &str) -> Self {
        Self {
            authorization: Some(header.to_owned()),
        }
    }

    pub(crate) fn with_token(token: &str) -> Self {
        Self::with_header(&format!("Bearer {token}"))
    }

    /// The same token with one character of its signature changed.
    pub(crate) fn with_broken_signature(&self) -> Self {
        let header = self.authorization.as_ref().unwrap();
        let at = header.rfind('.').unwrap() + 10;
        let other = if &header[at..=at] == "A" { "B" } else { "A" };
        Self::with_header(&format!("{}{other}{}", &header[..at], &header[at + 1..]))
    }
}

/// The server, its database and its keys.
pub(crate) struct House {
    pub(crate) channel: Channel,
    pub(crate) rest: tokio::sync::Mutex<wire::RestClient>,
    pub(crate) users: Users,
    pool: DescriptorPool,
    companies: Vec<Commands>,
    issuer: LocalIssuer,
    /// A signature costs more than a call.
    tokens: Mutex<HashMap<String, String>>,
    _work: Vec<Runner>,
    _keys: tempfile::TempDir,
    _database: TestDatabase,
}

/// The books of a company, which may be defined later.
const fn begin_books() -> BeginBooks {
    BeginBooks {
        currency: Currency::BRL,
        begins_on: None,
        up_to_position: 0,
        opening: Vec::new(),
    }
}

fn by_ana() -> Envelope {
    let actor = Actor {
        subject: "ana".into(),
        client: None,
    };
    Envelope::new(actor, Source::Api, Timestamp::now())
}

impl House {
    /// Two companies; acme has two stores, a product, goods and a sale in each store.
    pub(crate) async fn open() -> Self {
        let database = TestDatabase::create().await.unwrap();
        let store = EventStore::connect(StoreConfig::new(database.url()))
            .await
            .unwrap();
        let (mut tenants, mut companies, mut work) = (Vec::new(), Vec::new(), Vec::new());
        for company in COMPANIES {
            let log = store.log(&LogName::parse(company).unwrap()).await.unwrap();
            let commands = shop::sealing_commands(&log);
            let projections = Projections::open(store.clone(), log).await.unwrap();
            work.push(projections.run("test"));
            companies.push(commands.clone());
            tenants.push(Tenant::new(company.parse().unwrap(), commands, projections));
        }
        let keys = tempfile::tempdir().unwrap();
        let issuer = LocalIssuer::open(&keys.path().join("identity")).unwrap();
        let verifier = Verifier::new(issuer.verifier_config()).await.unwrap();
        // The matrix is one caller after the other, as fast as it goes.
        let limits = Limits {
            caller_rate: None,
            stranger_rate: None,
            ..Limits::default()
        };
        let users = Users::of(database.url()).unwrap();
        let authentication = Authentication::OwnTokens {
            verifier,
            users: users.clone(),
        };
        let gateway = Gateway::new(Tenants::from_iter(tenants), authentication, &limits)
            .await
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = gateway.into_router();
        tokio::spawn(async move { serve(listener, router, &limits, std::future::pending()).await });
        let channel = Channel::from_shared(format!("http://{address}"))
            .unwrap()
            .connect()
            .await
            .unwrap();
        let house = Self {
            channel,
            rest: tokio::sync::Mutex::new(wire::RestClient::connect(address).await),
            users,
            pool: DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap(),
            companies,
            issuer,
            tokens: Mutex::default(),
            _work: work,
            _keys: keys,
            _database: database,
        };
        house.furnish().await;
        house
    }

    async fn furnish(&self) {
        for commands in &self.companies {
            commands.carry_out(&begin_books(), &by_ana()).await.unwrap();
        }
        let define = DefineProductRequest {
            parent: shop::COMPANY.into(),
            sku: "cafe".into(),
            display_name: "Café".into(),
            unit: "UN".into(),
            tracked: Some(true),
            ..Default::default()
        };
        let mut products = ProductServiceClient::new(self.channel.clone());
        products.define_product(self.signed(define)).await.unwrap();
        let mut companies = CompanyServiceClient::new(self.channel.clone());
        let mut sales = SaleServiceClient::new(self.channel.clone());
        let mut stock = StockServiceClient::new(self.channel.clone());
        for (store, sale) in [("sp01", SALE_OF_SP01), ("sp02", SALE_OF_SP02)] {
            companies
                .define_store(self.signed(shop::store(store)))
                .await
                .unwrap();
            let mut request = shop::sale(sale.parse().unwrap());
            request.store_id = store.into();
            sales.record_sale(self.signed(request)).await.unwrap();
            let received = ReceiveStockRequest {
                parent: format!("companies/acme/stores/{store}"),
                receipt_id: uuid::Uuid::now_v7().to_string(),
                occur_time: shop::occurred_at(),
                lines: vec![ReceiveStockLine {
                    sku: "cafe".into(),
                    quantity: shop::decimal("10"),
                    cost: shop::decimal("8.50").map(Cost::UnitCost),
                    ..Default::default()
                }],
                ..Default::default()
            };
            stock.receive_stock(self.signed(received)).await.unwrap();
        }
        self.drain().await;
    }

    /// Lets every reactor deal with all that was recorded, so that no call waits for one.
    async fn drain(&self) {
        for company in &self.companies {
            let log = company.log();
            // What one writes, the others follow; and the last one what it wrote itself.
            for reactor in REACTORS.iter().chain(REACTORS) {
                let head = log.head().await.unwrap().position;
                let mut runner = reactor.runner(log.clone(), "test");
                runner.catch_up_to(head).await.unwrap();
            }
        }
    }

    /// Gives acme a name.
    pub(crate) async fn define_company(&self, request: DefineCompanyRequest) {
        let mut companies = CompanyServiceClient::new(self.channel.clone());
        companies.define_company(self.signed(request)).await.unwrap();
    }

    /// A request by an owner of acme.
    pub(crate) fn signed<T>(&self, message: T) -> tonic::Request<T> {
        let mut request = tonic::Request::new(message);
        let header = self.caller(&["acme/owner"]).authorization.unwrap();
        request
            .metadata_mut()
            .insert("authorization", header.parse().unwrap());
        request
    }

    /// Somebody with these memberships, `company/role` or `company/role/store`.
    pub(crate) fn caller(&self, memberships: &[&str]) -> Caller {
        let mut tokens = self.tokens.lock().unwrap();
        let token = tokens.entry(memberships.join(" ")).or_insert_with(|| {
            let memberships = memberships.iter().map(|text| text.parse().unwrap()).collect();
            let grantee = Grantee {
                subject: "ana".into(),
                memberships,
            };
            self.issuer.issue(&grantee, LIFETIME).unwrap()
        });
        Caller::with_token(token)
    }

    /// Every RPC of the product, with requests for the store sp01 of acme.
    pub(crate) fn rpcs(&self) -> Vec<Rpc> {
        rpc::all(&self.pool)
    }

    pub(crate) fn rpc(&self, name: &str) -> Rpc {
        self.rpcs().into_iter().find(|rpc| rpc.name() == name).unwrap()
    }

    /// Where the logs of the companies end.
    pub(crate) async fn heads(&self) -> Vec<u64> {
        let mut heads = Vec::new();
        for company in &self.companies {
            heads.push(company.log().head().await.unwrap().position.get());
        }
        heads
    }

    /// Calls the RPC as `caller`, with the header that names a company when there is one.
    pub(crate) async fn call(&self, wire: Wire, rpc: &Rpc, caller: &Caller, company: Option<&str>) -> Answer {
        match wire {
            Wire::Grpc => {
                let message = prost::Message::encode_to_vec(&rpc.request());
                let answer = wire::grpc(&self.channel, &rpc.path, message, caller, company).await;
                answer.read_body(&rpc.output)
            }
            Wire::Rest => self.rest.lock().await.call(rpc, caller, company).await,
        }
    }

    /// Calls any path over gRPC with an empty message.
    pub(crate) async fn raw(&self, path: &str, caller: &Caller) -> Answer {
        wire::grpc(&self.channel, path, Vec::new(), caller, None).await
    }
}
