//! A small month on a real socket: posted, closed, read back; and what comes late for it.

use crate::shop;
use std::future::pending;

use crate::shop::{AbortOnDrop, COMPANY, Shop, brl, date};
use posars_commands::reactors::REACTORS;
use posars_gateway::proto::finance::v1::finance_report_service_client::FinanceReportServiceClient;
use posars_gateway::proto::finance::v1::journal_service_client::JournalServiceClient;
use posars_gateway::proto::finance::v1::payable_service_client::PayableServiceClient;
use posars_gateway::proto::finance::v1::period_service_client::PeriodServiceClient;
use posars_gateway::proto::finance::v1::{
    ClosePeriodRequest, EntryLineInput, GetPayableRequest, GetPeriodRequest, GetPeriodResponse,
    GetTrialBalanceRequest, InstallmentInput, ItemKind, ItemMoveKind, JournalEntry,
    ListJournalEntriesRequest, ListPeriodsRequest, NewItem, NewSettlement, PeriodState,
    PostJournalEntryRequest, RegisterPayableRequest, SettlePayableRequest,
};
use posars_gateway::proto::google::r#type::Date;
use posars_gateway::proto::money::v1::Money;
use posars_gateway::proto::sales::v1::DefineCompanyRequest;
use posars_projections::Runner;
use uuid::Uuid;

/// A month that is over whenever the tests run.
const MAY: &str = "companies/acme/periods/2024-05";

struct Month {
    shop: Shop,
    bank: String,
    expense: String,
    capital: String,
}

impl Month {
    async fn open() -> Self {
        let shop = Shop::empty().await;
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
            capital: account("opening_balance"),
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

    /// An entry by hand of so much, from one account to another.
    async fn post(&self, day: i32, debit: &str, credit: &str, amount: i64) -> u64 {
        let line = |account: &str| EntryLineInput {
            account_code: account.into(),
            ..Default::default()
        };
        let request = PostJournalEntryRequest {
            parent: COMPANY.into(),
            entry_id: Uuid::now_v7().to_string(),
            accounting_date: date(2024, 5, day),
            lines: vec![
                EntryLineInput {
                    debit: brl(amount),
                    ..line(debit)
                },
                EntryLineInput {
                    credit: brl(amount),
                    ..line(credit)
                },
            ],
            late_allowed: true,
            ..Default::default()
        };
        let mut journal = JournalServiceClient::new(self.shop.channel.clone());
        let answer = journal.post_journal_entry(request).await.unwrap().into_inner();
        answer.recorded.unwrap().position
    }

    /// A bill of 300.00 in two parts, of which the first was paid with 2.00 interest and a fee of 0.50 on top.
    async fn bill(&self) -> (String, u64) {
        let mut payables = PayableServiceClient::new(self.shop.channel.clone());
        let part = |month| InstallmentInput {
            due_date: date(2024, month, 20),
            amount: brl(15_000),
            ..Default::default()
        };
        let request = RegisterPayableRequest {
            parent: COMPANY.into(),
            payable_id: Uuid::now_v7().to_string(),
            item: Some(NewItem {
                kind: ItemKind::OtherPayable.into(),
                business_date: date(2024, 5, 8),
                amount: brl(30_000),
                installments: vec![part(5), part(6)],
                counter_account_code: self.expense.clone(),
                party_id: "11222333000181".into(),
                ..Default::default()
            }),
            ..Default::default()
        };
        let registered = payables.register_payable(request).await.unwrap().into_inner();
        let name = registered.payable.unwrap().name;
        let request = SettlePayableRequest {
            name: name.clone(),
            settlement: Some(NewSettlement {
                settlement_id: Uuid::now_v7().to_string(),
                installment: 1,
                business_date: date(2024, 5, 22),
                amount: brl(15_000),
                fee: brl(50),
                interest: brl(200),
                money_account_code: self.bank.clone(),
                ..Default::default()
            }),
            ..Default::default()
        };
        let settled = payables.settle_payable(request).await.unwrap().into_inner();
        (name, settled.recorded.unwrap().position)
    }

    async fn close(&self) -> u64 {
        let mut periods = PeriodServiceClient::new(self.shop.channel.clone());
        let request = ClosePeriodRequest {
            name: MAY.into(),
            validate_only: false,
        };
        let closed = periods.close_period(request).await.unwrap().into_inner();
        assert_eq!(closed.period.unwrap().state(), PeriodState::Closed);
        closed.recorded.unwrap().position
    }

    async fn read(&self, min_position: u64) -> GetPeriodResponse {
        let mut periods = PeriodServiceClient::new(self.shop.channel.clone());
        let request = GetPeriodRequest {
            name: MAY.into(),
            min_position,
        };
        periods.get_period(request).await.unwrap().into_inner()
    }

    /// The debits of the days from one to another.
    async fn debits(&self, [start_date, end_date]: [Option<Date>; 2], min_position: u64) -> Option<Money> {
        let request = GetTrialBalanceRequest {
            parent: COMPANY.into(),
            start_date,
            end_date,
            min_position,
            ..Default::default()
        };
        let mut reports = FinanceReportServiceClient::new(self.shop.channel.clone());
        let answer = reports.get_trial_balance(request).await.unwrap();
        answer.into_inner().debit_total
    }

    /// The entries that came late for the month.
    async fn late(&self, min_position: u64) -> Vec<JournalEntry> {
        let request = ListJournalEntriesRequest {
            parent: COMPANY.into(),
            late_for: "2024-05".into(),
            min_position,
            ..Default::default()
        };
        let mut journal = JournalServiceClient::new(self.shop.channel.clone());
        let answer = journal.list_journal_entries(request).await.unwrap();
        answer.into_inner().journal_entries
    }

    async fn states(&self, min_position: u64) -> Vec<(String, PeriodState)> {
        let request = ListPeriodsRequest {
            parent: COMPANY.into(),
            min_position,
            ..Default::default()
        };
        let mut periods = PeriodServiceClient::new(self.shop.channel.clone());
        let answer = periods.list_periods(request).await.unwrap().into_inner();
        let periods = answer.periods.iter();
        periods
            .map(|period| (period.month.clone(), period.state()))
            .collect()
    }
}

/// Debits and credits of a sealed month.
fn sealed_sums(sealed: &GetPeriodResponse) -> (i64, i64) {
    let minor = |money: &Option<Money>| money.as_ref().unwrap().amount_minor;
    let rows = sealed.trial_balance.iter();
    rows.fold((0, 0), |(debits, credits), row| {
        (debits + minor(&row.debit), credits + minor(&row.credit))
    })
}

#[tokio::test]
async fn a_closed_month_is_sealed_with_its_trial_balance() {
    let month = Month::open().await;
    let _work = month.work();
    month.post(2, &month.bank, &month.capital, 1_000_000).await;
    month.bill().await;
    let closed = month.close().await;
    let sealed = month.read(closed).await;
    let period = sealed.period.clone().unwrap();
    assert_eq!((period.state(), period.sha256.len()), (PeriodState::Closed, 64));
    let closing = |code: &str| {
        let row = sealed.trial_balance.iter().find(|row| row.account_code == code);
        row.unwrap().closing.clone()
    };
    // 10,000.00 less the 152.50 that the first part came to, with interest and fee.
    assert_eq!(closing(&month.bank), brl(1_000_000 - 15_250));
    assert_eq!(closing(&month.expense), brl(30_000));
    assert_eq!(closing(&month.capital), brl(-1_000_000));
    let all = 1_000_000 + 30_000 + 15_250;
    assert_eq!(sealed_sums(&sealed), (all, all));
}

#[tokio::test]
async fn a_closed_month_reads_the_same_whatever_comes_late_for_it() {
    let month = Month::open().await;
    let _work = month.work();
    month.post(2, &month.bank, &month.capital, 1_000_000).await;
    let closed = month.close().await;
    let sealed = month.read(closed).await;
    let late = month.post(15, &month.expense, &month.bank, 7_700).await;
    let again = month.read(late).await;
    assert_eq!(
        (&again.period, &again.trial_balance),
        (&sealed.period, &sealed.trial_balance)
    );
    let entries = month.late(late).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (entries[0].accounting_date, entries[0].business_date),
        (date(2024, 6, 1), date(2024, 5, 15))
    );
    let (may, june) = (
        [date(2024, 5, 1), date(2024, 5, 31)],
        [date(2024, 6, 1), date(2024, 6, 30)],
    );
    assert_eq!(month.debits(may, late).await, brl(1_000_000));
    assert_eq!(month.debits(june, late).await, brl(7_700));
    let states = [("2024-05", PeriodState::Closed), ("2024-06", PeriodState::Open)];
    let states = states.map(|(month, state)| (month.to_owned(), state));
    assert_eq!(month.states(late).await, states);
}

#[tokio::test]
async fn a_bill_is_read_back_with_what_was_paid_of_it() {
    let month = Month::open().await;
    let _work = month.work();
    let (name, min_position) = month.bill().await;
    let mut payables = PayableServiceClient::new(month.shop.channel.clone());
    let request = GetPayableRequest { name, min_position };
    let bill = payables.get_payable(request).await.unwrap().into_inner();
    let payable = bill.payable.unwrap();
    assert_eq!((payable.open, payable.settled), (brl(15_000), brl(15_000)));
    let open: Vec<_> = payable
        .installments
        .iter()
        .map(|part| part.open.clone())
        .collect();
    assert_eq!(open, [brl(0), brl(15_000)]);
    let moves: Vec<_> = bill
        .moves
        .iter()
        .map(|told| (told.kind(), told.money.clone()))
        .collect();
    assert_eq!(
        moves,
        [
            (ItemMoveKind::Registered, None),
            (ItemMoveKind::Settled, brl(15_250))
        ]
    );
}
