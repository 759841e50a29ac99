//! The commands of `JournalService` and `PeriodService` on a real socket: every kind of answer.

use crate::shop;
use std::future::pending;

use crate::shop::{AbortOnDrop, COMPANY, Shop, brl, date, fields, refused, value};
use posars_commands::reactors::REACTORS;
use posars_gateway::proto::finance::v1::journal_service_client::JournalServiceClient;
use posars_gateway::proto::finance::v1::period_service_client::PeriodServiceClient;
use posars_gateway::proto::finance::v1::{
    ClosePeriodRequest, EntryLineInput, LockPeriodRequest, PeriodState, PostJournalEntryRequest,
    ReopenPeriodRequest, ReverseJournalEntryRequest,
};
use posars_gateway::proto::sales::v1::DefineCompanyRequest;
use posars_projections::Runner;
use tonic::Code;
use tonic::transport::Channel;
use uuid::Uuid;

/// A month that is over whenever the tests run.
const MAY: &str = "companies/acme/periods/2024-05";

struct Books {
    shop: Shop,
    bank: String,
    expense: String,
    goods: String,
    journal: JournalServiceClient<Channel>,
    periods: PeriodServiceClient<Channel>,
}

impl Books {
    async fn open() -> Self {
        Self::of(Shop::empty().await).await
    }

    async fn of(shop: Shop) -> Self {
        let company = DefineCompanyRequest {
            company_id: "acme".into(),
            display_name: "Acme".into(),
            currency_code: "BRL".into(),
            ..Default::default()
        };
        shop.companies().define_company(company).await.unwrap();
        shop.companies().define_store(shop::store("sp01")).await.unwrap();
        let chart = shop.commands.chart().await.unwrap();
        let account = |role: &str| {
            let code = chart.account_of(&role.parse().unwrap(), None).unwrap();
            code.to_string()
        };
        Self {
            bank: account("bank"),
            expense: account("other_expense"),
            goods: account("inventory"),
            journal: JournalServiceClient::new(shop.channel.clone()),
            periods: PeriodServiceClient::new(shop.channel.clone()),
            shop,
        }
    }

    /// Runs reactors and read models until the answer is dropped.
    fn work(&self) -> (Runner, Vec<AbortOnDrop>) {
        let runners = REACTORS
            .iter()
            .map(|reactor| reactor.runner(self.shop.commands.log().clone(), "test"));
        let reactors = runners.map(|runner| AbortOnDrop::of(runner.run(Box::pin(pending()))));
        (self.shop.projections.run("test"), reactors.collect())
    }

    fn rent(&self) -> PostJournalEntryRequest {
        PostJournalEntryRequest {
            parent: COMPANY.into(),
            entry_id: Uuid::now_v7().to_string(),
            accounting_date: date(2024, 5, 20),
            business_date: date(2024, 5, 2),
            memo: "Aluguel de maio".into(),
            lines: vec![
                EntryLineInput {
                    account_code: self.expense.clone(),
                    debit: brl(150_000),
                    store_id: "sp01".into(),
                    document: "Recibo 5".into(),
                    due_date: date(2024, 5, 20),
                    ..Default::default()
                },
                EntryLineInput {
                    account_code: self.bank.clone(),
                    credit: brl(150_000),
                    party_id: "11222333000181".into(),
                    ..Default::default()
                },
            ],
            ..Default::default()
        }
    }
}

fn close(name: &str) -> ClosePeriodRequest {
    ClosePeriodRequest {
        name: name.into(),
        validate_only: false,
    }
}

fn reopen(reason: &str) -> ReopenPeriodRequest {
    ReopenPeriodRequest {
        name: MAY.into(),
        reason: reason.into(),
        ..Default::default()
    }
}

fn lock() -> LockPeriodRequest {
    LockPeriodRequest {
        name: MAY.into(),
        ..Default::default()
    }
}

#[tokio::test]
async fn posts_an_entry_once() {
    let mut books = Books::open().await;
    let rent = books.rent();
    let told = books.journal.post_journal_entry(rent.clone()).await.unwrap();
    let told = told.into_inner();
    let entry = told.journal_entry.unwrap();
    assert_eq!(entry.name, format!("{COMPANY}/journalEntries/{}", rent.entry_id));
    assert_eq!(entry.accounting_date, rent.accounting_date);
    assert_eq!(entry.business_date, rent.business_date);
    assert_eq!((entry.late_for.as_str(), entry.total), ("", brl(150_000)));
    assert_eq!(entry.position, told.recorded.unwrap().position);
    let lines: Vec<_> = entry
        .lines
        .iter()
        .map(|line| (line.debit.clone(), line.credit.clone()))
        .collect();
    assert_eq!(lines, [(brl(150_000), None), (None, brl(150_000))]);
    assert_eq!(entry.lines[1].party_id, "11222333000181");

    let again = books
        .journal
        .post_journal_entry(rent.clone())
        .await
        .unwrap()
        .into_inner();
    assert!(again.recorded.unwrap().replayed);
    let other = PostJournalEntryRequest {
        memo: "Outro".into(),
        ..rent.clone()
    };
    refused(
        books.journal.post_journal_entry(other).await,
        Code::AlreadyExists,
        "IDEMPOTENCY_MISMATCH",
    );
}

#[tokio::test]
async fn undoes_an_entry_once() {
    let mut books = Books::open().await;
    let told = books.journal.post_journal_entry(books.rent()).await.unwrap();
    let entry = told.into_inner().journal_entry.unwrap();
    let undo = ReverseJournalEntryRequest {
        name: entry.name.clone(),
        accounting_date: date(2024, 5, 31),
        reason: "Pago em dobro".into(),
        ..Default::default()
    };
    let mirror = books
        .journal
        .reverse_journal_entry(undo.clone())
        .await
        .unwrap()
        .into_inner();
    let mirror = mirror.journal_entry.unwrap();
    assert_eq!(mirror.reversal_of, entry.name);
    assert_ne!(mirror.name, entry.name);
    assert_eq!(mirror.lines[0].credit, brl(150_000));
    let again = books
        .journal
        .reverse_journal_entry(undo.clone())
        .await
        .unwrap()
        .into_inner();
    assert!(again.recorded.unwrap().replayed);
    assert_eq!(again.journal_entry.unwrap().name, mirror.name);
    let details = refused(
        books
            .journal
            .reverse_journal_entry(ReverseJournalEntryRequest {
                reason: "Outra razão".into(),
                ..undo.clone()
            })
            .await,
        Code::FailedPrecondition,
        "ENTRY_ALREADY_REVERSED",
    );
    assert!(mirror.name.ends_with(value(&details, "reversal_id")));
    let unknown = ReverseJournalEntryRequest {
        name: format!("{COMPANY}/journalEntries/{}", Uuid::now_v7()),
        ..undo
    };
    refused(
        books.journal.reverse_journal_entry(unknown).await,
        Code::NotFound,
        "ENTRY_UNKNOWN",
    );
}

/// What is wrong with an entry: the reason, its code, the field at fault and how it comes about.
type Wrong = (&'static str, Code, &'static str, fn(&mut PostJournalEntryRequest));

#[rustfmt::skip]
const WRONG: [Wrong; 10] = [
    ("ENTRY_UNBALANCED", Code::InvalidArgument, "lines", |entry| entry.lines[1].credit = brl(1)),
    ("ENTRY_LINES_INVALID", Code::InvalidArgument, "lines[1]", |entry| entry.lines[1].credit = None),
    ("ACCOUNT_UNKNOWN", Code::NotFound, "lines[1].account_code", |entry| entry.lines[1].account_code = "9.9".into()),
    ("ACCOUNT_NOT_POSTABLE", Code::FailedPrecondition, "lines[1].account_code", |entry| entry.lines[1].account_code = "1".into()),
    ("COST_CENTER_UNKNOWN", Code::NotFound, "lines[0].cost_center_id", |entry| entry.lines[0].cost_center_id = "nenhum".into()),
    ("UNKNOWN_STORE", Code::NotFound, "lines[0].store_id", |entry| entry.lines[0].store_id = "nenhuma".into()),
    ("DATE_OUT_OF_RANGE", Code::InvalidArgument, "accounting_date", |entry| entry.accounting_date = date(1, 1, 1)),
    ("DATE_OUT_OF_RANGE", Code::InvalidArgument, "accounting_date", |entry| entry.accounting_date = date(9999, 12, 31)),
    ("DATE_ORDER_INVALID", Code::InvalidArgument, "business_date", |entry| entry.business_date = date(2024, 5, 21)),
    ("CURRENCY_MISMATCH", Code::InvalidArgument, "lines", in_dollars),
];

fn in_dollars(entry: &mut PostJournalEntryRequest) {
    for line in &mut entry.lines {
        for money in [&mut line.debit, &mut line.credit].into_iter().flatten() {
            money.currency_code = "USD".into();
        }
    }
}

#[tokio::test]
async fn refuses_an_entry_with_the_name_of_its_field() {
    let mut books = Books::open().await;
    let head = books.shop.commands.log().head().await.unwrap().position;
    for (reason, code, field, change) in WRONG {
        let mut entry = books.rent();
        change(&mut entry);
        let details = refused(books.journal.post_journal_entry(entry).await, code, reason);
        assert_eq!(value(&details, "field"), field, "{reason}");
    }
    let mut entry = books.rent();
    entry.lines[1].account_code.clone_from(&books.goods);
    let details = refused(
        books.journal.post_journal_entry(entry).await,
        Code::FailedPrecondition,
        "ACCOUNT_IS_CONTROLLED",
    );
    assert_eq!(value(&details, "role"), "inventory");
    assert_eq!(books.shop.commands.log().head().await.unwrap().position, head);
}

#[tokio::test]
async fn refuses_what_cannot_be_read_with_every_field() {
    let mut books = Books::open().await;
    let mut request = books.rent();
    request.entry_id = "x".into();
    request.accounting_date = None;
    request.lines[0].account_code = "1 2".into();
    request.lines[1].credit.as_mut().unwrap().currency_code = "USD".into();
    let details = refused(
        books.journal.post_journal_entry(request).await,
        Code::InvalidArgument,
        "INVALID_REQUEST",
    );
    let wrong = [
        "entry_id",
        "accounting_date",
        "lines[0].account_code",
        "lines[1].credit.currency_code",
    ];
    assert_eq!(fields(&details), wrong);
    let empty = PostJournalEntryRequest {
        lines: Vec::new(),
        ..books.rent()
    };
    let details = refused(
        books.journal.post_journal_entry(empty).await,
        Code::InvalidArgument,
        "FIELD_REQUIRED",
    );
    assert_eq!(fields(&details), ["lines"]);
    let no_month = close("companies/acme/periods/2024-13");
    refused(
        books.periods.close_period(no_month).await,
        Code::InvalidArgument,
        "MONTH_INVALID",
    );
}

#[tokio::test]
async fn closes_a_month_and_tells_what_comes_late() {
    let mut books = Books::open().await;
    let _work = books.work();
    let rent = books.rent();
    books.journal.post_journal_entry(rent).await.unwrap();
    let dry = ClosePeriodRequest {
        validate_only: true,
        ..close(MAY)
    };
    let told = books.periods.close_period(dry).await.unwrap().into_inner();
    assert_eq!(told.recorded.unwrap().position, 0);
    let told = books.periods.close_period(close(MAY)).await.unwrap().into_inner();
    let period = told.period.unwrap();
    assert_eq!((period.name.as_str(), period.month.as_str()), (MAY, "2024-05"));
    assert_eq!(period.state(), PeriodState::Closed);
    assert_eq!(period.sha256.len(), 64);
    assert!(period.close_time.is_some() && period.up_to_position < told.recorded.unwrap().position);
    // Asked again, the seal is the answer.
    let again = books.periods.close_period(close(MAY)).await.unwrap().into_inner();
    assert!(again.recorded.unwrap().replayed);
    assert_eq!(again.period.unwrap(), period);

    let late = books.rent();
    let details = refused(
        books.journal.post_journal_entry(late.clone()).await,
        Code::FailedPrecondition,
        "PERIOD_CLOSED",
    );
    assert_eq!(value(&details, "first_open"), "2024-06-01");
    let late = PostJournalEntryRequest {
        late_allowed: true,
        ..late
    };
    let told = books.journal.post_journal_entry(late).await.unwrap().into_inner();
    let entry = told.journal_entry.unwrap();
    assert_eq!(
        (entry.accounting_date, entry.late_for.as_str()),
        (date(2024, 6, 1), "2024-05")
    );
}

#[tokio::test]
async fn reopens_and_locks_a_month() {
    let mut books = Books::open().await;
    let _work = books.work();
    books.periods.close_period(close(MAY)).await.unwrap();
    refused(
        books.periods.reopen_period(reopen(" ")).await,
        Code::InvalidArgument,
        "REASON_REQUIRED",
    );
    let told = books
        .periods
        .reopen_period(reopen("Nota em falta"))
        .await
        .unwrap()
        .into_inner();
    let period = told.period.unwrap();
    assert_eq!(
        (period.state(), period.reopen_reason.as_str()),
        (PeriodState::Open, "Nota em falta")
    );
    refused(
        books.periods.lock_period(lock()).await,
        Code::FailedPrecondition,
        "PERIOD_NOT_CLOSED",
    );
    books.periods.close_period(close(MAY)).await.unwrap();
    let told = books.periods.lock_period(lock()).await.unwrap().into_inner();
    assert_eq!(told.period.unwrap().state(), PeriodState::Locked);
    let details = refused(
        books.periods.reopen_period(reopen("Mais uma")).await,
        Code::FailedPrecondition,
        "PERIOD_LOCKED",
    );
    assert_eq!(value(&details, "field"), "name");
    let again = books.periods.close_period(close(MAY)).await.unwrap().into_inner();
    assert_eq!(again.period.unwrap().state(), PeriodState::Locked);
    for (month, reason) in [("2024-07", "PERIOD_OUT_OF_ORDER"), ("2024-04", "PERIOD_LOCKED")] {
        let name = format!("companies/acme/periods/{month}");
        refused(
            books.periods.close_period(close(&name)).await,
            Code::FailedPrecondition,
            reason,
        );
    }
}

#[tokio::test]
async fn a_month_with_work_that_waits_is_not_closed() {
    let mut books = Books::open().await;
    let mut sale = shop::sale(Uuid::now_v7());
    // Its products are in no catalogue, so its goods are still in stock.
    sale.occur_time = Some(prost_types::Timestamp {
        seconds: 1_715_785_200,
        nanos: 0,
    });
    books.shop.sales().record_sale(sale).await.unwrap();
    let _work = books.work();
    let details = refused(
        books.periods.close_period(close(MAY)).await,
        Code::FailedPrecondition,
        "PERIOD_HAS_PENDING_WORK",
    );
    assert_eq!(value(&details, "month"), "2024-05");
    assert!(
        value(&details, "pending").starts_with("waiting_lines 2 ("),
        "{details:?}"
    );
    assert_eq!(books.shop.commands.books().await.unwrap().closing, None);
}

#[tokio::test]
async fn a_company_without_books_says_so() {
    let shop = Shop::open().await;
    let mut journal = JournalServiceClient::new(shop.channel.clone());
    let request = PostJournalEntryRequest {
        parent: COMPANY.into(),
        entry_id: Uuid::now_v7().to_string(),
        accounting_date: date(2024, 5, 20),
        lines: vec![
            EntryLineInput {
                account_code: "6.1.04.001".into(),
                debit: brl(1),
                ..Default::default()
            },
            EntryLineInput {
                account_code: "1.1.01.002".into(),
                credit: brl(1),
                ..Default::default()
            },
        ],
        ..Default::default()
    };
    refused(
        journal.post_journal_entry(request).await,
        Code::FailedPrecondition,
        "BOOKS_NOT_BEGUN",
    );
    let mut periods = PeriodServiceClient::new(shop.channel.clone());
    refused(
        periods.close_period(close(MAY)).await,
        Code::FailedPrecondition,
        "BOOKS_NOT_BEGUN",
    );
}
