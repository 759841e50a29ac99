//! A database that an earlier build made is opened, read, proven, rebuilt and written to by this one.

use posars_commands::reactors::ReactorRunner;
use posars_commands::{Actor, Commands, Envelope, Source};
use posars_domain::product::DefineProduct;
use posars_domain::sale::{Disposition, RecordReturn, RecordReturnLine};
use posars_domain::stock::StockEvent;
use posars_domain::{DomainEvent as _, LineId};
use posars_event_store::{EventStore, Log, LogName, StoreConfig, StreamName};
use posars_testkit::TestDatabase;

use crate::support::{Folder, Ran, run_on};

const EARLIER: &str = include_str!("../data/earlier_build.dump");
/// What `posars audit verify` of that build said of its log.
const ANCHOR: &str = "25:9fe9d8d6b5b690030518c168db268e4bcb9d412134ea764a1fed52ce3a4a95f2";
/// What `posars report daily-sales` of that build wrote.
const REPORT: &str = "\
Código da loja,Loja,Data,Forma de pagamento,Moeda,Vendas,Unidades,Bruto,Descontos,Devoluções,Cancelamentos,Líquido
centro,Centro,2026-11-02,Dinheiro,BRL,1,2,37.80,0.00,0.00,0.00,37.80
centro,Centro,2026-11-02,Cartão de crédito,BRL,1,2.485,43.20,0.00,0.00,0.00,43.20
centro,Centro,2026-11-02,PIX,BRL,1,3,56.70,0.00,0.00,0.00,56.70
centro,Centro,2026-11-03,Dinheiro,BRL,1,1,18.90,0.00,18.90,18.90,-18.90
norte,Zona Norte,2026-11-03,Dinheiro,BRL,1,2,10.00,0.00,0.00,0.00,10.00
";
/// A sale of three of that build, of which one has come back.
const SALE: &str = "0193a5f0-0000-7000-8000-000000000003";
/// A role of the whole server, which a dump of one database does not make.
const ROLE: &str =
    "do $$ begin create role posars_tenant nologin; exception when duplicate_object then null; end $$";

fn v<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

pub(crate) async fn earlier_database() -> TestDatabase {
    let database = TestDatabase::create_empty().await.unwrap();
    let (client, connection) = tokio_postgres::connect(database.url(), tokio_postgres::NoTls)
        .await
        .unwrap();
    let connection = tokio::spawn(connection);
    client.batch_execute(ROLE).await.unwrap();
    client.batch_execute(EARLIER).await.unwrap();
    drop(client);
    connection.await.unwrap().unwrap();
    database
}

/// The report of the month, as a person reads it.
fn report(url: &str) -> String {
    let folder = Folder::new();
    let path = folder.file("report.csv");
    let out = path.display().to_string();
    let month = ["--from", "2026-11-01", "--to", "2026-11-30"];
    run_on(
        url,
        &[&["report", "daily-sales"], &month[..], &["--out", &out]].concat(),
    )
    .ended(0);
    let text = std::fs::read_to_string(path).unwrap();
    text.trim_start_matches('\u{feff}').replace("\r\n", "\n")
}

fn verified(url: &str) -> Ran {
    run_on(url, &["audit", "verify", "--anchor", ANCHOR]).ended(0)
}

/// What this build adds: the rest of the sale comes back, and the product is defined that a sale waits for.
async fn go_on(url: &str) -> Log {
    let store = EventStore::connect(StoreConfig::new(url)).await.unwrap();
    let log = store.log(&LogName::parse("main").unwrap()).await.unwrap();
    let actor = Actor {
        subject: "ana".into(),
        client: None,
    };
    let envelope = Envelope::new(actor, Source::Api, v("2026-11-30T12:00:00Z"));
    let commands = Commands::new(log.clone());
    let back = |quantity: &str| RecordReturn {
        sale_id: v(SALE),
        return_id: v("0193a5f0-0000-7000-8000-000000000302"),
        occurred_at: v("2026-11-04T12:00:00Z"),
        lines: vec![RecordReturnLine {
            line_id: LineId(1),
            quantity: v(quantity),
            disposition: Disposition::Restock,
        }],
        refunds: Vec::new(),
        currency: None,
        reason: None,
        fiscal_ref: None,
    };
    let refused = commands.carry_out(&back("3"), &envelope).await.unwrap_err();
    assert_eq!(refused.reason(), "RETURN_EXCEEDS_SOLD", "one is back already");
    commands.carry_out(&back("2"), &envelope).await.unwrap();
    let awaited = DefineProduct {
        sku: v("novidade"),
        name: "Novidade".to_owned(),
        gtin: None,
        ncm: None,
        unit: "UN".to_owned(),
        decimals: 0,
        tracked: true,
    };
    commands.carry_out(&awaited, &envelope).await.unwrap();
    let head = log.head().await.unwrap().position;
    let reached = ReactorRunner::stock(log.clone(), "test").catch_up_to(head).await;
    assert!(reached.unwrap() >= head);
    log
}

/// Quantity and value of a stock after its last event.
async fn on_hand(log: &Log, stock: &str) -> (String, i64) {
    let stream = StreamName::parse(stock).unwrap();
    let last = log.last_events(&[stream]).await.unwrap().remove(0).unwrap();
    let event = StockEvent::from_json(last.event_type.as_str(), last.schema_version, &last.data).unwrap();
    let balance = event.balance();
    (balance.quantity.to_string(), balance.value.minor())
}

#[tokio::test]
async fn a_database_of_an_earlier_build_is_opened_proven_rebuilt_and_written_to() {
    let database = earlier_database().await;
    let url = database.url();
    run_on(url, &["migrate"]).ended(0);
    assert_eq!(verified(url).json()["events"], 25);
    assert_eq!(report(url), REPORT);
    run_on(url, &["projections", "rebuild"]).ended(0);
    assert_eq!(report(url), REPORT, "rebuilt");

    let log = go_on(url).await;
    // Ten for 150.00; two of them had been sold before, one went out since, and all three of this sale are back.
    assert_eq!(on_hand(&log, "stock-centro-cafe").await, ("7".to_owned(), 10_500));
    assert_eq!(on_hand(&log, "stock-norte-novidade").await, ("-2".to_owned(), 0));
    let returned = "centro,Centro,2026-11-04,";
    assert!(
        report(url).lines().any(|line| line.starts_with(returned)),
        "the return counts"
    );
    let events = verified(url).json()["events"].as_u64().unwrap();
    run_on(url, &["projections", "rebuild"]).ended(0);
    assert!(events > 25 && report(url).contains(returned));
}
