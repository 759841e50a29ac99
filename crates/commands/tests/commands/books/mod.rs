//! The books: what moves value is posted once, whatever is missing, late, doubled or killed.

mod entries;
mod items;
mod late;
mod ledgers;
mod payrolls;
mod restart;
mod ties;
mod waiting;

use std::marker::PhantomData;

use posars_commands::Offered;
use posars_commands::reactors::{BooksReactor, ReactorRunner, ReactorStatus};
use posars_domain::books::{BeginBooks, BooksBegun, BooksEvent, OpeningStock};
use posars_domain::chart::{ChartDefined, ChartEvent};
use posars_domain::journal::{EntryEvent, EntryLine, JournalEntryPosted};
use posars_domain::open_item::SettleItem;
use posars_domain::posting_rules::{PostingRulesDefined, PostingRulesEvent};
use posars_domain::sale::{OrderDiscount, RecordReturn, RecordSale};
use posars_domain::{
    Amount, Currency, DomainEvent, MethodAmount, OpenItemId, Payment, PaymentMethod, SettlementId,
};
use posars_event_store::{
    Append, EventType, ExpectedVersion, JsonText, NewEvent, Position, ReadLog, RecordedEvent, StreamName,
};
use uuid::Uuid;

use crate::shop::{Shop, api, cents, decoded, sale, v};

pub(crate) const REACTOR: &str = "reactor.books";

impl Shop {
    /// A shop whose books take all that ever happened.
    pub(crate) async fn with_books() -> anyhow::Result<Self> {
        let shop = Self::open().await?;
        shop.begin_books().await?;
        Ok(shop)
    }

    /// Begins the books with the usual chart and rules, and all that ever happened.
    pub(crate) async fn begin_books(&self) -> anyhow::Result<()> {
        let begin = BeginBooks {
            currency: Currency::BRL,
            begins_on: None,
            up_to_position: 0,
            opening: Vec::new(),
        };
        self.commands.carry_out(&begin, &api()).await?;
        Ok(())
    }

    /// Begins the books on a day, which may be one to come, without what stands in the log of the days before.
    pub(crate) async fn begin_books_on(&self, day: &str, opening: Vec<OpeningStock>) -> anyhow::Result<()> {
        let up_to_position = self.head().await?.get();
        let chart = ChartEvent::from(ChartDefined::brazilian_retail());
        self.append("chart-main", &[chart]).await?;
        let rules = PostingRulesEvent::from(PostingRulesDefined::brazilian_retail());
        self.append("postingrules-main", &[rules]).await?;
        let begun = BooksEvent::from(BooksBegun {
            currency: Currency::BRL,
            begins_on: Some(v(day)),
            up_to_position,
            opening,
        });
        self.append("books-main", &[begun]).await?;
        Ok(())
    }

    /// Appends events as another process would.
    pub(crate) async fn append<E: DomainEvent>(
        &self,
        stream: &str,
        events: &[E],
    ) -> anyhow::Result<Position> {
        let mut new = Vec::new();
        for event in events {
            new.push(NewEvent {
                event_id: Uuid::now_v7(),
                event_type: EventType::parse(event.event_type())?,
                schema_version: event.schema_version(),
                data: JsonText::of(event)?,
                metadata: JsonText::parse("{}")?,
            });
        }
        let append = Append::to(StreamName::parse(stream)?, ExpectedVersion::Any, new);
        Ok(self.log.append(append).await?.last_position)
    }

    /// Lets stock follow the sales, and the books both.
    pub(crate) async fn post(&self) -> anyhow::Result<ReactorStatus> {
        self.catch_up().await?;
        self.post_alone().await
    }

    /// Lets the books follow what there is.
    pub(crate) async fn post_alone(&self) -> anyhow::Result<ReactorStatus> {
        let head = self.head().await?;
        let mut runner = ReactorRunner::<BooksReactor>::new(self.log.clone(), "test");
        let status = runner.status();
        assert!(runner.catch_up_to(head).await? >= head);
        let status = status.borrow().clone();
        Ok(status)
    }

    pub(crate) async fn set_books_back_to(&self, position: i64) -> anyhow::Result<()> {
        let client = self.store.pool().get().await?;
        let sql = "update checkpoints set position = $1 where name = $2";
        assert_eq!(client.execute(sql, &[&position, &REACTOR]).await?, 1);
        Ok(())
    }

    pub(crate) async fn of_category(&self, category: &str) -> anyhow::Result<Vec<RecordedEvent>> {
        let mut after = Position::START;
        let mut events = Vec::new();
        loop {
            let page = self
                .log
                .read_log(&ReadLog::after(after, 1_000).category(category))
                .await?;
            events.extend(page.events);
            if page.at_end {
                return Ok(events);
            }
            after = page.scanned_to;
        }
    }

    pub(crate) async fn entries(&self) -> anyhow::Result<Vec<JournalEntryPosted>> {
        let events = self.of_category("entry").await?;
        let entries = events.iter().map(|event| match decoded::<EntryEvent>(event) {
            EntryEvent::JournalEntryPosted(entry) => Some(entry),
            EntryEvent::JournalEntryReversed(_) => None,
        });
        Ok(entries.flatten().collect())
    }

    /// The entries from the one of this number on, each as its source's type and its lines.
    pub(crate) async fn shown_from(&self, first: usize) -> anyhow::Result<Vec<(String, Vec<String>)>> {
        let entries = self.entries().await?;
        let entries = entries.iter().skip(first);
        Ok(entries
            .map(|entry| {
                let source = entry.source.as_ref();
                let source = source.map_or("by hand", |source| source.event_type.as_str());
                (source.to_owned(), entry.lines.iter().map(shown).collect())
            })
            .collect())
    }

    /// Records many sales in one append.
    pub(crate) async fn sell_all(&self, sales: &[RecordSale]) -> anyhow::Result<()> {
        let offered: Vec<_> = sales
            .iter()
            .map(|sale| Offered::new(sale.clone(), api()))
            .collect();
        let answers = self.commands.record_sales(&offered).await;
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        Ok(())
    }

    pub(crate) async fn waiting(&self) -> anyhow::Result<u64> {
        Ok(posars_commands::reactors::count_unposted(&self.log).await?)
    }
}

/// A line as `role D 12.34`; the account stands for a role where the line has none.
pub(crate) fn shown(line: &EntryLine) -> String {
    let (side, amount) = line.side().unwrap();
    let account = match &line.role {
        Some(role) => role.as_str(),
        None => line.account.as_str(),
    };
    let side = match side {
        posars_domain::Side::Debit => "D",
        posars_domain::Side::Credit => "C",
    };
    let minor = amount.minor();
    format!("{account} {side} {}.{:02}", minor / 100, minor % 100)
}

pub(crate) fn entry(source: &str, lines: &[&str]) -> (String, Vec<String>) {
    let lines = lines.iter().map(|line| (*line).to_owned()).collect();
    (source.to_owned(), lines)
}

/// A sale of so many `cafe` at 10.00, less an order discount, with these payments and change.
pub(crate) fn paid(quantity: &str, discount: i64, payments: Vec<Payment>, change: i64) -> RecordSale {
    let mut sale = sale(&[("cafe", quantity)]);
    if discount > 0 {
        sale.order_discounts = vec![OrderDiscount {
            amount: cents(discount),
            reason: None,
        }];
    }
    sale.payments = payments;
    sale.change = cents(change);
    sale
}

pub(crate) fn by(method: PaymentMethod, amount: i64) -> Payment {
    Payment::new(method, cents(amount))
}

pub(crate) fn card(amount: i64, installments: u16) -> Payment {
    Payment {
        installments: Some(installments),
        acquirer_cnpj: Some(v("11222333000181")),
        nsu: Some("000123".to_owned()),
        ..by(PaymentMethod::CREDIT_CARD, amount)
    }
}

pub(crate) fn refund(method: PaymentMethod, amount: i64) -> MethodAmount {
    MethodAmount {
        method,
        amount: cents(amount),
    }
}

pub(crate) fn refunding(back: RecordReturn, refunds: Vec<MethodAmount>) -> RecordReturn {
    RecordReturn { refunds, ..back }
}

/// A payment of the whole amount, without anything kept.
pub(crate) fn settle<S>(item_id: OpenItemId, installment: u16, amount: i64) -> SettleItem<S> {
    SettleItem {
        item_id,
        settlement_id: SettlementId::new(Uuid::now_v7()),
        installment,
        business_date: v("2026-11-21"),
        currency: Currency::BRL,
        amount: cents(amount),
        fee: Amount::ZERO,
        discount: Amount::ZERO,
        interest: Amount::ZERO,
        money_account: v(BANK),
        bank_reference: None,
        statement_line: None,
        side: PhantomData,
    }
}

/// The bank account of the usual chart.
pub(crate) const BANK: &str = "1.1.01.002";
