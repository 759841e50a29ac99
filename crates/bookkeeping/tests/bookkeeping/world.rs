//! A company with its books, its reactors and its read models, and short ways to say what happens in it.

use std::time::Duration;

use posars_bookkeeping::{Bookkeeping, BookkeepingError};
use posars_commands::reactors::REACTORS;
use posars_commands::{Actor, CommandError, Commands, Completed, Envelope, Source};
use posars_domain::books::{BooksEvent, PeriodClosed};
use posars_domain::company::DefineCompany;
use posars_domain::journal::{EntryEvent, PostJournalEntry, PostLine};
use posars_domain::posting_rules::{DefinePostingRule, PostedEvent, PostingPart};
use posars_domain::product::DefineProduct;
use posars_domain::sale::{RecordSale, RecordSaleLine};
use posars_domain::stock::{ReceiveGoods, ReceiveGoodsLine, ReceivedCost};
use posars_domain::store::DefineStore;
use posars_domain::{
    AccountCode, AccountRole, Amount, Channel, Currency, LineId, Payment, PaymentMethod, ReceiptId, SaleId,
};
use posars_event_store::{
    Append, EventStore, EventType, ExpectedVersion, JsonText, Log, LogName, NewEvent, StoreConfig, StreamName,
};
use posars_projections::Projections;
use posars_testkit::TestDatabase;
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

/// The server's time in every test.
pub(crate) const NOW: &str = "2026-11-20T15:00:05Z";
/// How long a close may wait: tests run beside many others.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Parses a literal of a value type.
pub(crate) fn v<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

pub(crate) const fn cents(minor: i64) -> Amount {
    Amount::from_minor(minor)
}

pub(crate) fn api() -> Envelope {
    let actor = Actor {
        subject: "ana".into(),
        client: None,
    };
    Envelope::new(actor, Source::Api, v(NOW))
}

/// One test's world. The database goes when it is dropped.
pub(crate) struct World {
    pub(crate) commands: Commands,
    pub(crate) projections: Projections,
    pub(crate) log: Log,
    pub(crate) store: EventStore,
    pub(crate) database: TestDatabase,
}

impl World {
    /// A company with its books, the store `centro` and the product `cafe`.
    pub(crate) async fn open() -> anyhow::Result<Self> {
        let database = TestDatabase::create().await?;
        let store = EventStore::connect(StoreConfig::new(database.url())).await?;
        let log = store.log(&LogName::parse("acme")?).await?;
        let commands = Commands::new(log.clone());
        let company = DefineCompany {
            company_id: v("acme"),
            name: "Loja".to_owned(),
            cnpj: None,
            currency: Currency::BRL,
        };
        commands.carry_out(&company, &api()).await?;
        let centro = DefineStore {
            store_id: v("centro"),
            name: "Centro".to_owned(),
            cnpj: None,
            time_zone: v("America/Sao_Paulo"),
            day_cutover: jiff::civil::time(0, 0, 0, 0),
            currency: Currency::BRL,
        };
        commands.carry_out(&centro, &api()).await?;
        commands.carry_out(&product("cafe"), &api()).await?;
        Ok(Self {
            projections: Projections::open(store.clone(), log.clone()).await?,
            commands,
            log,
            store,
            database,
        })
    }

    /// A second process, as far as the log can tell.
    pub(crate) async fn another_process(&self) -> anyhow::Result<Commands> {
        let store = EventStore::connect(StoreConfig::new(self.database.url())).await?;
        Ok(Commands::new(store.log(&LogName::parse("acme")?).await?))
    }

    pub(crate) fn bookkeeping(&self) -> Bookkeeping {
        Bookkeeping::new(self.commands.clone(), self.projections.clone())
    }

    /// Lets the reactors and the read models deal with all there is.
    pub(crate) async fn drain(&self) -> anyhow::Result<()> {
        for reactor in REACTORS {
            let head = self.log.head().await?.position;
            reactor.runner(self.log.clone(), "test").catch_up_to(head).await?;
        }
        let head = self.log.head().await?.position;
        Ok(self.projections.catch_up_to(head, "test").await?)
    }

    /// Something that no command of this build would write.
    pub(crate) async fn append(&self, stream: &str, event_type: &str, data: &str) -> anyhow::Result<()> {
        let event = NewEvent {
            event_id: Uuid::now_v7(),
            event_type: EventType::parse(event_type)?,
            schema_version: 1,
            data: JsonText::parse(data)?,
            metadata: JsonText::parse("{}")?,
        };
        let stream = StreamName::parse(stream)?;
        self.log
            .append(Append::to(stream, ExpectedVersion::NoStream, vec![event]))
            .await?;
        Ok(())
    }

    /// The account of a role, everywhere.
    pub(crate) async fn account(&self, role: AccountRole) -> anyhow::Result<AccountCode> {
        let chart = self.commands.chart().await?;
        Ok(chart.account_of(&role, None).cloned().unwrap())
    }

    /// Payments of sales by a method of the company's own are posted to a role of its own.
    pub(crate) async fn post_rule(&self, method: &str, role: &str, from: &str) -> anyhow::Result<()> {
        let rule = DefinePostingRule {
            event: PostedEvent::SaleRecorded,
            part: PostingPart::Payment,
            qualifier: Some(method.to_owned()),
            role: v(role),
            valid_from: v(from),
        };
        self.commands.carry_out(&rule, &api()).await?;
        Ok(())
    }

    /// An expense that was paid by the bank.
    pub(crate) async fn expense(&self, date: &str, minor: i64) -> anyhow::Result<PostJournalEntry> {
        let line = |account_code: AccountCode, debit: i64, credit: i64| PostLine {
            account_code,
            debit: cents(debit),
            credit: cents(credit),
            store_id: Some(v("centro")),
            cost_center_id: None,
            party_id: None,
            document: None,
            due_date: None,
        };
        Ok(PostJournalEntry {
            entry_id: v(&Uuid::now_v7().to_string()),
            accounting_date: v(date),
            business_date: None,
            currency: Currency::BRL,
            memo: "Despesa".to_owned(),
            lines: vec![
                line(self.account(AccountRole::OTHER_EXPENSE).await?, minor, 0),
                line(self.account(AccountRole::BANK).await?, 0, minor),
            ],
            late_allowed: false,
        })
    }

    pub(crate) async fn post(&self, entry: &PostJournalEntry) -> Result<Completed<EntryEvent>, CommandError> {
        self.commands.carry_out(entry, &api()).await
    }

    /// Goods come in on the first of October: 1,000 of a product at 4.00.
    pub(crate) async fn deliver(&self, sku: &str) -> anyhow::Result<()> {
        let goods = ReceiveGoods {
            receipt_id: ReceiptId::new(Uuid::now_v7()),
            store_id: v("centro"),
            occurred_at: v("2026-10-01T15:00:00Z"),
            currency: Currency::BRL,
            supplier: None,
            access_key: None,
            lines: vec![ReceiveGoodsLine {
                line_id: LineId(1),
                sku: v(sku),
                quantity: v("1000"),
                cost: ReceivedCost::Total(cents(400_000)),
                landed: Amount::ZERO,
            }],
        };
        self.commands.carry_out_compound(&goods, &api()).await?;
        Ok(())
    }

    /// Runs the reactors and the read models while something is done.
    pub(crate) async fn served<T>(&self, done: impl Future<Output = T>) -> T {
        let (stop, stopped) = watch::channel(false);
        let mut reactors = JoinSet::new();
        for reactor in REACTORS {
            let mut stopped = stopped.clone();
            let told = Box::pin(async move {
                let _ = stopped.wait_for(|stopped| *stopped).await;
            });
            reactors.spawn(reactor.runner(self.log.clone(), "test").run(told));
        }
        let read_models = self.projections.run("test");
        let outcome = done.await;
        stop.send_replace(true);
        reactors.join_all().await;
        read_models.stop().await;
        outcome
    }

    /// Closes a month, while reactors and read models run.
    pub(crate) async fn close(&self, month: &str) -> Result<PeriodClosed, BookkeepingError> {
        let (bookkeeping, envelope) = (self.bookkeeping(), api());
        let close = bookkeeping.close_period(v(month), &envelope, PATIENCE);
        Ok(self
            .served(close)
            .await?
            .answer::<PeriodClosed>()
            .cloned()
            .unwrap())
    }

    pub(crate) async fn months(&self) -> anyhow::Result<posars_domain::books::BooksState> {
        Ok(self.commands.books().await?)
    }

    /// Every event of the books, in order.
    pub(crate) async fn books_events(&self) -> anyhow::Result<Vec<BooksEvent>> {
        let events = crate::fold::events_of(&self.log, "books").await?;
        Ok(events.into_iter().map(|(_, event)| event).collect())
    }
}

pub(crate) fn product(sku: &str) -> DefineProduct {
    DefineProduct {
        sku: v(sku),
        name: "Café".to_owned(),
        gtin: None,
        ncm: None,
        unit: "UN".to_owned(),
        decimals: 0,
        tracked: true,
    }
}

/// One of a product, sold for 10.00 and paid in cash.
pub(crate) fn sale(sku: &str, occurred_at: &str) -> RecordSale {
    RecordSale {
        sale_id: SaleId::new(Uuid::now_v7()),
        store_id: v("centro"),
        register_no: None,
        receipt: None,
        occurred_at: v(occurred_at),
        channel: Channel::COUNTER,
        currency: Currency::BRL,
        lines: vec![RecordSaleLine {
            line_id: LineId(1),
            sku: v(sku),
            description: "Café".into(),
            quantity: v("1"),
            unit: "UN".into(),
            unit_price: v("10"),
            line_discount: Amount::ZERO,
            net: None,
        }],
        order_discounts: Vec::new(),
        payments: vec![Payment::new(PaymentMethod::CASH, cents(1_000))],
        change: Amount::ZERO,
        total: None,
        customer: None,
        seller: None,
        fiscal_ref: None,
        tax_summary: Vec::new(),
    }
}

/// The stable code of what kept a month from being closed.
pub(crate) fn reason(error: &BookkeepingError) -> &'static str {
    match error {
        BookkeepingError::Command(error) => error.reason(),
        BookkeepingError::Query(error) => panic!("{error}"),
    }
}

/// What the refusal of a close lists.
pub(crate) fn pending(error: &BookkeepingError) -> String {
    let BookkeepingError::Command(CommandError::Rejected(rejection)) = error else {
        panic!("{error}")
    };
    assert_eq!(rejection.reason(), "PERIOD_HAS_PENDING_WORK");
    let metadata = rejection.metadata();
    let listed = metadata.iter().find(|(key, _)| *key == "pending");
    listed.map(|(_, text)| text.clone()).unwrap()
}
