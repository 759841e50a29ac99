//! RecordSale through gRPC on a real socket, against the same commands without the wire and the bare INSERT.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use jiff::Timestamp;
use posars_commands::{Actor, BATCH_MAX, Commands, Envelope, Offered, Source};
use posars_domain::sale::{Customer, RecordSale};
use posars_domain::{CompanyId, Personal};
use posars_edge::{Limits, serve};
use posars_event_store::{EventStore, LogName, StoreConfig};
use posars_gateway::proto::sales::v1::sale_service_client::SaleServiceClient;
use posars_gateway::proto::{google, money, sales};
use posars_gateway::{Authentication, Gateway, Principal, Tenant};
use posars_keyring::{Keyring, MasterKey, MemoryMasterKey};
use posars_projections::Projections;
use serde::Serialize;
use tonic::transport::Channel;
use uuid::Uuid;

use super::load::{self, Round};
use super::sale_sealing::sealing_us;
use super::sample_sale::{BUYERS, buyer, record_sale, stores};
use super::scratch::on_scratch;
use super::{Place, ROUNDS, append, insert, table};

const COMPANY: &str = "bench";
/// Calls that share one HTTP/2 connection.
const CALLS_PER_CONNECTION: usize = 32;
/// Twice the most clients: one caller has half of them.
const IN_FLIGHT_CALLS_MAX: usize = 2_048;
const WARM_UP: Duration = Duration::from_millis(500);

/// Options of `posars bench sale`.
#[derive(Debug, Args)]
pub(crate) struct SaleArgs {
    /// Clients at once
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u16).range(1..=1024))]
    clients: u16,
    /// Seconds of each side, over all rounds
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
    /// Each sale names its buyer by a CPF, of 1,000 buyers, and the report says what sealing that costs
    #[arg(long)]
    with_cpf: bool,
    #[command(flatten)]
    place: Place,
}

/// What was measured: medians over the rounds.
#[derive(Debug, Serialize)]
struct Report {
    clients: u16,
    seconds: u64,
    rounds: usize,
    sales_per_second: f64,
    p50_ms: f64,
    p99_ms: f64,
    commands_per_second: f64,
    insert_per_second: f64,
    ratio_to_commands: f64,
    ratio_to_insert: f64,
    /// What sealing the buyer adds to the work on one sale, beside the round trips.
    #[serde(skip_serializing_if = "Option::is_none")]
    sealing_us: Option<f64>,
}

/// Runs it and prints the report.
pub(crate) async fn run(args: SaleArgs) -> anyhow::Result<()> {
    let report = on_scratch(&args.place, usize::from(args.clients), async |url| {
        measure(url, &args).await
    })
    .await?;
    table::print(&report, args.place.json)
}

/// Numbers sales, so that no receipt comes twice.
#[derive(Clone, Debug, Default)]
struct Sales {
    numbers: Arc<AtomicU64>,
    with_cpf: bool,
}

impl Sales {
    fn next(&self) -> anyhow::Result<RecordSale> {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let customer = self.with_cpf.then(|| buyer(number)).transpose()?;
        Ok(RecordSale {
            customer,
            ..record_sale(number)?
        })
    }
}

async fn measure(url: &str, args: &SaleArgs) -> anyhow::Result<Report> {
    let store = EventStore::connect(StoreConfig::new(url)).await?;
    let log = store.log(&LogName::parse(COMPANY)?).await?;
    let master_key: Arc<dyn MasterKey> = Arc::new(MemoryMasterKey::default());
    let keyring = Keyring::new(log.clone(), Some(master_key));
    let commands = Commands::new(log.clone()).with_keyring(keyring);
    for define in stores()? {
        commands.carry_out(&define, &envelope()).await?;
    }
    let numbers = Sales {
        with_cpf: args.with_cpf,
        ..Sales::default()
    };
    if args.with_cpf {
        meet_buyers(&commands, &numbers).await?;
    }
    let projections = Projections::open(store, log).await?;
    let (address, server) = start_server(commands.clone(), projections).await?;
    let count = usize::from(args.clients);
    let mut callers = callers(&address, count, &numbers).await?;
    let mut doors: Vec<(Commands, Sales)> = vec![(commands.clone(), numbers.clone()); count];
    let mut inserters = insert::clients(url, count, false).await?;
    let make = || anyhow::Ok((format!("sale-{}", Uuid::now_v7()), append::sale_event()?));
    let (mut calls, mut commands_only, mut inserts) = (Vec::new(), Vec::new(), Vec::new());
    (_, callers) = load::run(callers, WARM_UP, 1, call).await?;
    let round = Duration::from_secs(args.seconds) / u32::try_from(ROUNDS)?;
    for _ in 0..ROUNDS {
        let measured;
        (measured, inserters) = insert::round(inserters, round, 1, make).await?;
        inserts.push(measured);
        let measured;
        (measured, doors) = load::run(doors, round, 1, command).await?;
        commands_only.push(measured);
        let measured;
        (measured, callers) = load::run(callers, round, 1, call).await?;
        calls.push(measured);
    }
    server.abort();
    let sealing_us = match args.with_cpf {
        true => Some(sealing_us(commands.keyring()).await?),
        false => None,
    };
    let ratio = |limit: &[Round]| {
        load::median_of(
            calls
                .iter()
                .zip(limit)
                .map(|(call, limit)| call.per_second / limit.per_second)
                .collect(),
        )
    };
    let through = load::median(&calls);
    Ok(Report {
        clients: args.clients,
        seconds: args.seconds,
        rounds: ROUNDS,
        sales_per_second: through.per_second,
        p50_ms: through.p50_ms,
        p99_ms: through.p99_ms,
        commands_per_second: load::median(&commands_only).per_second,
        insert_per_second: load::median(&inserts).per_second,
        ratio_to_commands: ratio(&commands_only),
        ratio_to_insert: ratio(&inserts),
        sealing_us,
    })
}

/// Sells to every buyer once: what is measured are customers who come back.
async fn meet_buyers(commands: &Commands, sales: &Sales) -> anyhow::Result<()> {
    let offered = (0..BUYERS).map(|_| Ok(Offered::new(sales.next()?, envelope())));
    let offered = offered.collect::<anyhow::Result<Vec<_>>>()?;
    for some in offered.chunks(BATCH_MAX) {
        for answer in commands.record_sales(some).await {
            answer?;
        }
    }
    Ok(())
}

fn envelope() -> Envelope {
    let actor = Actor {
        subject: "bench".into(),
        client: None,
    };
    Envelope::new(actor, Source::Api, Timestamp::now())
}

async fn start_server(
    commands: Commands,
    projections: Projections,
) -> anyhow::Result<(String, tokio::task::JoinHandle<()>)> {
    let company: CompanyId = COMPANY.parse()?;
    // One caller is all there is, and the server's own speed is asked for.
    let limits = Limits {
        caller_rate: None,
        in_flight_calls_max: IN_FLIGHT_CALLS_MAX,
        ..Limits::default()
    };
    let caller = Principal::local(company.clone());
    let tenant = Tenant::new(company, commands, projections);
    let gateway = Gateway::new(tenant, Authentication::Trusted(caller), &limits).await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = format!("http://{}", listener.local_addr()?);
    let router = gateway.into_router();
    let server = tokio::spawn(async move {
        if let Err(error) = serve(listener, router, &limits, std::future::pending()).await {
            tracing::error!(%error, "the measured server ended");
        }
    });
    Ok((address, server))
}

/// A gRPC client of the measured server.
struct Caller {
    client: SaleServiceClient<Channel>,
    sales: Sales,
}

async fn callers(address: &str, count: usize, sales: &Sales) -> anyhow::Result<Vec<Caller>> {
    let mut callers = Vec::with_capacity(count);
    let mut channel = None;
    for number in 0..count {
        if number % CALLS_PER_CONNECTION == 0 {
            channel = Some(
                Channel::from_shared(address.to_owned())?
                    .tcp_nodelay(true)
                    .connect()
                    .await?,
            );
        }
        let channel = channel
            .clone()
            .context("a channel was made for the first caller")?;
        callers.push(Caller {
            client: SaleServiceClient::new(channel),
            sales: sales.clone(),
        });
    }
    Ok(callers)
}

async fn call(mut caller: Caller) -> anyhow::Result<Caller> {
    let sale = caller.sales.next()?;
    caller.client.record_sale(request(&sale)).await?;
    Ok(caller)
}

async fn command((commands, sales): (Commands, Sales)) -> anyhow::Result<(Commands, Sales)> {
    commands.carry_out(&sales.next()?, &envelope()).await?;
    Ok((commands, sales))
}

/// The sale as a client of another company would write it.
fn request(sale: &RecordSale) -> sales::v1::RecordSaleRequest {
    let reais = |minor: i64| {
        Some(money::v1::Money {
            currency_code: "BRL".to_owned(),
            amount_minor: minor,
        })
    };
    let decimal = |value: String| Some(google::r#type::Decimal { value });
    let line = |line: &posars_domain::sale::RecordSaleLine| sales::v1::SaleLineInput {
        line_id: line.line_id.0,
        sku: line.sku.to_string(),
        description: line.description.to_string(),
        quantity: decimal(line.quantity.to_string()),
        unit: line.unit.to_string(),
        unit_price: decimal(line.unit_price.to_string()),
        line_discount: None,
        net: line.net.and_then(|net| reais(net.minor())),
    };
    let payment = |payment: &posars_domain::Payment| sales::v1::Payment {
        method: payment.method.to_string(),
        amount: reais(payment.amount.minor()),
        ..Default::default()
    };
    sales::v1::RecordSaleRequest {
        parent: format!("companies/{COMPANY}"),
        sale_id: sale.sale_id.to_string(),
        store_id: sale.store_id.to_string(),
        register_no: sale
            .register_no
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        receipt: sale.receipt.as_ref().map(|_| sales::v1::ReceiptNumber {
            series: "1".to_owned(),
            number: sale.sale_id.to_string(),
        }),
        occur_time: Some(prost_types::Timestamp {
            seconds: sale.occurred_at.as_second(),
            nanos: sale.occurred_at.subsec_nanosecond(),
        }),
        lines: sale.lines.iter().map(line).collect(),
        payments: sale.payments.iter().map(payment).collect(),
        total: sale.total.and_then(|total| reais(total.minor())),
        customer: sale.customer.as_ref().map(|customer| sales::v1::Customer {
            tax_id: tax_id(customer),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn tax_id(customer: &Customer) -> String {
    let tax_id = customer.tax_id.as_ref().and_then(Personal::clear);
    tax_id.map(ToString::to_string).unwrap_or_default()
}
