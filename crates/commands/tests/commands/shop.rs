//! One small shop for all tests, and short ways to say what happens in it.

use std::sync::Arc;

use posars_commands::reactors::ReactorRunner;
use posars_commands::{Actor, CommandError, Commands, Envelope, Source, Written};
use posars_domain::company::{DefineCompany, SetCompanyPolicy};
use posars_domain::product::DefineProduct;
use posars_domain::sale::{
    Disposition, RecordReturn, RecordReturnLine, RecordSale, RecordSaleLine, VoidSale,
};
use posars_domain::stock::{ReceiveGoods, ReceiveGoodsLine, ReceivedCost, Stock, StockEvent, StockState};
use posars_domain::store::DefineStore;
use posars_domain::{
    Aggregate as _, Amount, Channel, Currency, DomainEvent, LineId, Payment, PaymentMethod, Policy, Quantity,
    ReceiptId, ReturnId, SaleId, Sku, StoreId,
};
use posars_event_store::{
    Append, Direction, EventStore, ExpectedVersion, JsonText, Log, LogName, NewEvent, Position,
    RecordedEvent, StoreConfig, StreamName, Version,
};
use posars_keyring::{Keyring, MemoryMasterKey};
use posars_testkit::TestDatabase;
use uuid::Uuid;

/// The server's time in every test.
pub(crate) const NOW: &str = "2026-11-20T15:00:05Z";

/// Parses a literal of a value type.
pub(crate) fn v<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

pub(crate) const fn cents(minor: i64) -> Amount {
    Amount::from_minor(minor)
}

/// One test's world. The database goes when it is dropped.
pub(crate) struct Shop {
    pub(crate) commands: Commands,
    pub(crate) log: Log,
    pub(crate) store: EventStore,
    /// The master key of every keyring of the shop.
    pub(crate) master_key: Arc<MemoryMasterKey>,
    pub(crate) database: TestDatabase,
}

impl Shop {
    /// A log with the store `centro` and the products `cafe` and `pao`.
    pub(crate) async fn open() -> anyhow::Result<Self> {
        let shop = Self::empty().await?;
        shop.commands.carry_out(&define_store("centro"), &api()).await?;
        for sku in ["cafe", "pao"] {
            shop.commands.carry_out(&define_product(sku), &api()).await?;
        }
        Ok(shop)
    }

    pub(crate) async fn empty() -> anyhow::Result<Self> {
        let database = TestDatabase::create().await?;
        let store = EventStore::connect(StoreConfig::new(database.url())).await?;
        let log = store.log(&LogName::parse("main")?).await?;
        let master_key = Arc::new(MemoryMasterKey::default());
        Ok(Self {
            commands: sealing_commands(&log, &master_key),
            log,
            store,
            master_key,
            database,
        })
    }

    /// Sets the company's policy, and defines the company before.
    pub(crate) async fn set_policy(&self, policy: Policy) -> anyhow::Result<()> {
        let company = DefineCompany {
            company_id: v("main"),
            name: "Loja".to_owned(),
            cnpj: None,
            currency: Currency::BRL,
        };
        self.commands.carry_out(&company, &api()).await?;
        self.commands
            .carry_out(&policy_of("main", policy), &api())
            .await?;
        Ok(())
    }

    /// Refuses from now on what is not in the catalogue.
    pub(crate) async fn be_strict(&self) -> anyhow::Result<()> {
        let policy = Policy {
            strict_catalog: true,
            ..Policy::default()
        };
        self.set_policy(policy).await
    }

    /// A second process, as far as the log can tell.
    pub(crate) async fn another_process(&self) -> anyhow::Result<Log> {
        let store = EventStore::connect(StoreConfig::new(self.database.url())).await?;
        Ok(store.log(&LogName::parse("main")?).await?)
    }

    /// The commands of a second process, which has the same master key.
    pub(crate) async fn commands_of_another_process(&self) -> anyhow::Result<Commands> {
        Ok(sealing_commands(&self.another_process().await?, &self.master_key))
    }

    /// Rows of a table of the log.
    pub(crate) async fn count(&self, table: &str) -> anyhow::Result<i64> {
        let client = self.store.pool().get().await?;
        let sql = format!("select count(*) from {table}");
        Ok(client.query_one(&sql, &[]).await?.get(0))
    }

    pub(crate) async fn head(&self) -> anyhow::Result<Position> {
        Ok(self.log.head().await?.position)
    }

    /// Lets the reactor deal with all there is.
    pub(crate) async fn catch_up(&self) -> anyhow::Result<()> {
        let head = self.head().await?;
        assert!(
            ReactorRunner::stock(self.log.clone(), "test")
                .catch_up_to(head)
                .await?
                >= head
        );
        Ok(())
    }

    /// Sets the reactor back, as if it had been killed before its checkpoint.
    pub(crate) async fn set_back_to(&self, position: i64) -> anyhow::Result<()> {
        let client = self.store.pool().get().await?;
        let sql = "update checkpoints set position = $1 where name = 'reactor.stock'";
        assert_eq!(client.execute(sql, &[&position]).await?, 1);
        Ok(())
    }

    /// Gives `centro` another time zone, as another process would that knows how to.
    pub(crate) async fn move_to_manaus(&self) -> anyhow::Result<()> {
        let defined = self.events("store-centro").await?.remove(0);
        let moved = NewEvent {
            event_id: Uuid::now_v7(),
            event_type: defined.event_type,
            schema_version: defined.schema_version,
            data: JsonText::parse(&defined.data.replace("America/Sao_Paulo", "America/Manaus"))?,
            metadata: JsonText::parse("{}")?,
        };
        let expected = ExpectedVersion::Exact(defined.version);
        self.log
            .append(Append::to(defined.stream, expected, vec![moved]))
            .await?;
        Ok(())
    }

    pub(crate) async fn events(&self, stream: &str) -> anyhow::Result<Vec<RecordedEvent>> {
        let stream = StreamName::parse(stream)?;
        Ok(self
            .log
            .read_stream(&stream, Version::new(1), Direction::Forwards, 10_000)
            .await?)
    }

    pub(crate) async fn stock_events(&self, sku: &str) -> anyhow::Result<Vec<StockEvent>> {
        let events = self.events(&format!("stock-centro-{sku}")).await?;
        Ok(events.iter().map(decoded).collect())
    }

    /// The stock of `centro`: quantity and value.
    pub(crate) async fn on_hand(&self, sku: &str) -> anyhow::Result<(String, i64)> {
        let events = self.stock_events(sku).await?;
        let balance = events.iter().fold(StockState::default(), Stock::evolve).balance;
        Ok((balance.quantity.to_string(), balance.value.minor()))
    }
}

fn sealing_commands(log: &Log, master_key: &Arc<MemoryMasterKey>) -> Commands {
    let keyring = Keyring::new(log.clone(), Some(Arc::<MemoryMasterKey>::clone(master_key)));
    Commands::new(log.clone()).with_keyring(keyring)
}

pub(crate) fn decoded<E: DomainEvent>(event: &RecordedEvent) -> E {
    E::from_json(event.event_type.as_str(), event.schema_version, &event.data).unwrap()
}

pub(crate) fn api() -> Envelope {
    let actor = Actor {
        subject: "ana".into(),
        client: Some("test".into()),
    };
    Envelope::new(actor, Source::Api, v(NOW))
}

pub(crate) fn asked_as(request_id: Uuid) -> Envelope {
    Envelope {
        request_id: Some(request_id),
        ..api()
    }
}

pub(crate) fn define_store(store_id: &str) -> DefineStore {
    DefineStore {
        store_id: v(store_id),
        name: store_id.to_owned(),
        cnpj: None,
        time_zone: v("America/Sao_Paulo"),
        day_cutover: jiff::civil::time(0, 0, 0, 0),
        currency: Currency::BRL,
    }
}

/// What became of each command of a batch: `now`, `before`, or the code of the refusal.
pub(crate) fn told(answers: Vec<Result<Written, CommandError>>) -> Vec<String> {
    let answers = answers.into_iter();
    answers
        .map(|answer| match answer {
            Ok(Written::Now) => "now".to_owned(),
            Ok(Written::Before) => "before".to_owned(),
            Err(error) => error.reason().to_owned(),
        })
        .collect()
}

pub(crate) fn policy_of(company_id: &str, policy: Policy) -> SetCompanyPolicy {
    SetCompanyPolicy {
        company_id: v(company_id),
        void_window_hours: policy.void_window_hours,
        strict_catalog: policy.strict_catalog,
    }
}

pub(crate) fn define_product(sku: &str) -> DefineProduct {
    DefineProduct {
        sku: v(sku),
        name: sku.to_owned(),
        gtin: None,
        ncm: None,
        unit: "UN".to_owned(),
        decimals: 3,
        tracked: true,
    }
}

/// A new sale of `centro` with these lines of 10.00 each, paid in cash.
pub(crate) fn sale(lines: &[(&str, &str)]) -> RecordSale {
    let line = |(index, (sku, quantity)): (usize, &(&str, &str))| RecordSaleLine {
        line_id: LineId(u32::try_from(index).unwrap() + 1),
        sku: v(sku),
        description: (*sku).into(),
        quantity: v(quantity),
        unit: "UN".into(),
        unit_price: v("10"),
        line_discount: Amount::ZERO,
        net: None,
    };
    let paid: i64 = lines
        .iter()
        .map(|(_, quantity)| v::<Quantity>(quantity).ten_thousandths() / 10)
        .sum();
    RecordSale {
        sale_id: SaleId::new(Uuid::now_v7()),
        store_id: v("centro"),
        register_no: Some(v("1")),
        receipt: None,
        occurred_at: v("2026-11-20T15:00:00Z"),
        channel: Channel::COUNTER,
        currency: Currency::BRL,
        lines: lines.iter().enumerate().map(line).collect(),
        order_discounts: Vec::new(),
        payments: vec![Payment::new(PaymentMethod::CASH, cents(paid))],
        change: Amount::ZERO,
        total: None,
        customer: None,
        seller: None,
        fiscal_ref: None,
        tax_summary: Vec::new(),
    }
}

pub(crate) fn void_of(sale: &RecordSale) -> VoidSale {
    VoidSale {
        sale_id: sale.sale_id,
        occurred_at: v("2026-11-20T15:00:03Z"),
        reason: "Cliente desistiu".to_owned(),
        fiscal_ref: None,
    }
}

pub(crate) fn return_of(
    sale: &RecordSale,
    line_id: u32,
    quantity: &str,
    disposition: Disposition,
) -> RecordReturn {
    RecordReturn {
        sale_id: sale.sale_id,
        return_id: ReturnId::new(Uuid::now_v7()),
        occurred_at: v("2026-11-20T15:00:04Z"),
        lines: vec![RecordReturnLine {
            line_id: LineId(line_id),
            quantity: v(quantity),
            disposition,
        }],
        refunds: Vec::new(),
        currency: None,
        reason: None,
        fiscal_ref: None,
    }
}

/// A new delivery to `centro`: SKU, quantity, total cost.
pub(crate) fn delivery(lines: &[(&str, &str, i64)]) -> ReceiveGoods {
    let line = |(index, (sku, quantity, cost)): (usize, &(&str, &str, i64))| ReceiveGoodsLine {
        line_id: LineId(u32::try_from(index).unwrap() + 1),
        sku: v::<Sku>(sku),
        quantity: v(quantity),
        cost: ReceivedCost::Total(cents(*cost)),
        landed: Amount::ZERO,
    };
    ReceiveGoods {
        receipt_id: ReceiptId::new(Uuid::now_v7()),
        store_id: v::<StoreId>("centro"),
        occurred_at: v("2026-11-20T14:00:00Z"),
        currency: Currency::BRL,
        supplier: None,
        access_key: None,
        lines: lines.iter().enumerate().map(line).collect(),
    }
}

pub(crate) fn reason<T: std::fmt::Debug>(result: Result<T, CommandError>) -> String {
    result.unwrap_err().reason().to_owned()
}
