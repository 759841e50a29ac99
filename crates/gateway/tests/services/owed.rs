//! The commands of `ReceivableService`, `PayableService` and `SettlementService` on a real socket.

use crate::shop::{AbortOnDrop, COMPANY, Shop, date, fields, refused};
use posars_commands::reactors::{BooksReactor, ReactorRunner};
use posars_gateway::proto::finance::v1::payable_service_client::PayableServiceClient;
use posars_gateway::proto::finance::v1::receivable_service_client::ReceivableServiceClient;
use posars_gateway::proto::finance::v1::settlement_service_client::SettlementServiceClient;
use posars_gateway::proto::finance::v1::{
    CancelReceivableRequest, CreditReceivableRequest, InstallmentInput, ItemKind, ItemMoveKind, MatchKeys,
    MatchStatementLineRequest, NewCredit, NewItem, NewSchedule, NewSettlement, NewWriteOff,
    RecordSettlementsRequest, RegisterPayableRequest, RegisterReceivableRequest, RescheduleReceivableRequest,
    ReverseReceivableSettlementRequest, SettlePayableRequest, SettleReceivableRequest, StatementKind,
    StatementLineInput, StatementLineState, UnmatchedReason, WriteOffReceivableRequest,
    WriteOffStatementLineRequest,
};
use posars_gateway::proto::money::v1::Money;
use posars_gateway::proto::sales::v1::DefineCompanyRequest;
use tonic::Code;
use tonic::transport::Channel;
use uuid::Uuid;

const BANK: &str = "1.1.01.002";

async fn with_books() -> Shop {
    let shop = Shop::open().await;
    let company = DefineCompanyRequest {
        company_id: "acme".into(),
        display_name: "Acme".into(),
        currency_code: "BRL".into(),
        ..Default::default()
    };
    shop.companies().define_company(company).await.unwrap();
    shop
}

fn receivables(shop: &Shop) -> ReceivableServiceClient<Channel> {
    ReceivableServiceClient::new(shop.channel.clone())
}

fn payables(shop: &Shop) -> PayableServiceClient<Channel> {
    PayableServiceClient::new(shop.channel.clone())
}

fn settlements(shop: &Shop) -> SettlementServiceClient<Channel> {
    SettlementServiceClient::new(shop.channel.clone())
}

fn brl(minor: i64) -> Option<Money> {
    Some(Money {
        currency_code: "BRL".into(),
        amount_minor: minor,
    })
}

fn day(month: i32, day: i32) -> Option<posars_gateway::proto::google::r#type::Date> {
    date(2026, month, day)
}

fn due(month: i32, minor: i64) -> InstallmentInput {
    InstallmentInput {
        due_date: day(month, 28),
        amount: brl(minor),
        expected_fee: None,
    }
}

fn item(kind: ItemKind) -> NewItem {
    NewItem {
        kind: kind.into(),
        business_date: day(4, 1),
        amount: brl(100_000),
        installments: vec![due(4, 60_000), due(5, 40_000)],
        counter_account_code: "3.03".into(),
        store_id: "sp01".into(),
        party_id: "11222333000181".into(),
        document: "NF 1".into(),
        match_keys: Some(MatchKeys {
            nsu: "000123".into(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn register(item: NewItem) -> RegisterReceivableRequest {
    RegisterReceivableRequest {
        parent: COMPANY.into(),
        receivable_id: Uuid::now_v7().to_string(),
        item: Some(item),
        ..Default::default()
    }
}

fn settlement(minor: i64) -> NewSettlement {
    NewSettlement {
        settlement_id: Uuid::now_v7().to_string(),
        installment: 1,
        business_date: day(5, 10),
        amount: brl(minor),
        fee: brl(100),
        money_account_code: BANK.into(),
        bank_reference: format!("DOC {minor}"),
        ..Default::default()
    }
}

/// Registers a receivable and answers its name.
async fn registered(shop: &Shop) -> String {
    let answer = receivables(shop)
        .register_receivable(register(item(ItemKind::Boleto)))
        .await;
    answer.unwrap().into_inner().receivable.unwrap().name
}

#[tokio::test]
async fn a_receivable_is_registered_once() {
    let shop = with_books().await;
    let mut client = receivables(&shop);
    let request = register(item(ItemKind::Boleto));
    let dry = RegisterReceivableRequest {
        validate_only: true,
        ..request.clone()
    };
    let dry = client.register_receivable(dry).await.unwrap().into_inner();
    assert_eq!(
        dry.recorded.unwrap().preview[0].event_type,
        "ReceivableRegistered"
    );
    let told = client
        .register_receivable(request.clone())
        .await
        .unwrap()
        .into_inner();
    let receivable = told.receivable.unwrap();
    let name = format!("companies/acme/receivables/{}", request.receivable_id);
    assert_eq!(
        (receivable.name.as_str(), receivable.account_code.as_str()),
        (name.as_str(), "1.1.02.003")
    );
    assert_eq!(
        (receivable.open.clone(), receivable.etag.as_str()),
        (brl(100_000), "1")
    );
    let origin = receivable.origin.as_ref().unwrap();
    assert_eq!(origin.counter_account_code, "3.03");
    let again = client.register_receivable(request).await.unwrap().into_inner();
    assert!(again.recorded.unwrap().replayed);
    assert_eq!(again.receivable.unwrap(), receivable);
}

#[tokio::test]
async fn a_payment_is_recorded_and_undone() {
    let shop = with_books().await;
    let mut client = receivables(&shop);
    let name = registered(&shop).await;
    let paid = settlement(10_000);
    let settle = SettleReceivableRequest {
        name: name.clone(),
        settlement: Some(paid.clone()),
        ..Default::default()
    };
    let told = client.settle_receivable(settle).await.unwrap().into_inner();
    let moved = told.settlement.unwrap();
    assert_eq!(
        (moved.kind(), moved.money.clone()),
        (ItemMoveKind::Settled, brl(9_900))
    );
    assert_eq!(moved.position, told.recorded.unwrap().position);
    let reverse = ReverseReceivableSettlementRequest {
        name: name.clone(),
        settlement_id: paid.settlement_id,
        business_date: day(5, 11),
        reason: "Em dobro".into(),
        ..Default::default()
    };
    let told = client
        .reverse_receivable_settlement(reverse.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(told.reversal.unwrap().kind(), ItemMoveKind::SettlementReversed);
    let again = client
        .reverse_receivable_settlement(reverse)
        .await
        .unwrap()
        .into_inner();
    assert!(again.recorded.unwrap().replayed);
}

#[tokio::test]
async fn what_is_open_is_credited_rescheduled_and_written_off() {
    let shop = with_books().await;
    let mut client = receivables(&shop);
    let name = registered(&shop).await;
    let credit = CreditReceivableRequest {
        name: name.clone(),
        credit: Some(NewCredit {
            credit_id: Uuid::now_v7().to_string(),
            business_date: day(5, 20),
            amount: brl(50_000),
            reason: "Abatimento".into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let told = client
        .credit_receivable(credit)
        .await
        .unwrap()
        .into_inner()
        .credit
        .unwrap();
    let parts: Vec<_> = told
        .parts
        .iter()
        .map(|part| (part.number, part.amount.clone()))
        .collect();
    assert_eq!(parts, [(2, brl(40_000)), (1, brl(10_000))]);
    let schedule = RescheduleReceivableRequest {
        name: name.clone(),
        schedule: Some(NewSchedule {
            business_date: day(5, 21),
            installments: vec![due(8, 25_000), due(9, 25_000)],
            reason: "Renegociado".into(),
        }),
        ..Default::default()
    };
    let told = client.reschedule_receivable(schedule).await.unwrap().into_inner();
    assert_eq!(
        told.installments.iter().map(|one| one.number).collect::<Vec<_>>(),
        [3, 4]
    );
    let write_off = WriteOffReceivableRequest {
        name: name.clone(),
        write_off: Some(NewWriteOff {
            write_off_id: Uuid::now_v7().to_string(),
            business_date: day(9, 30),
            reason: "Faliu".into(),
            ..Default::default()
        }),
        ..Default::default()
    };
    let told = client
        .write_off_receivable(write_off)
        .await
        .unwrap()
        .into_inner()
        .write_off
        .unwrap();
    assert_eq!(told.amount, brl(50_000), "all that was open");
}

#[tokio::test]
async fn a_payable_is_registered_and_paid_with_a_fee_on_top() {
    let shop = with_books().await;
    let register = RegisterPayableRequest {
        parent: COMPANY.into(),
        payable_id: Uuid::now_v7().to_string(),
        item: Some(NewItem {
            match_keys: None,
            ..item(ItemKind::Supplier)
        }),
        ..Default::default()
    };
    let told = payables(&shop)
        .register_payable(register)
        .await
        .unwrap()
        .into_inner();
    let name = told.payable.unwrap().name;
    let settle = SettlePayableRequest {
        name,
        settlement: Some(settlement(10_000)),
        ..Default::default()
    };
    let told = payables(&shop).settle_payable(settle).await.unwrap().into_inner();
    assert_eq!(told.settlement.unwrap().money, brl(10_100));
}

#[tokio::test]
async fn what_is_wrong_is_told_in_the_names_of_the_request() {
    let shop = with_books().await;
    let mut client = receivables(&shop);
    let mut wrong = item(ItemKind::Supplier);
    let answer = client.register_receivable(register(wrong.clone())).await;
    let told = refused(answer, Code::InvalidArgument, "ITEM_KIND_OF_OTHER_SIDE");
    assert_eq!(fields(&told), ["item.kind"]);
    wrong = item(ItemKind::Boleto);
    wrong.installments[1].amount = brl(39_999);
    let answer = client.register_receivable(register(wrong.clone())).await;
    let told = refused(answer, Code::InvalidArgument, "INSTALLMENTS_MISMATCH");
    assert_eq!(fields(&told), ["item.installments"]);
    wrong.installments[1].amount = None;
    let answer = client.register_receivable(register(wrong)).await;
    let told = refused(answer, Code::InvalidArgument, "FIELD_REQUIRED");
    assert_eq!(fields(&told), ["item.installments[1].amount"]);
    let none = client.register_receivable(RegisterReceivableRequest {
        parent: COMPANY.into(),
        ..Default::default()
    });
    let told = refused(none.await, Code::InvalidArgument, "FIELD_REQUIRED");
    assert_eq!(fields(&told), ["receivable_id", "item"]);

    let name = registered(&shop).await;
    let settle = |settlement: NewSettlement| SettleReceivableRequest {
        name: name.clone(),
        settlement: Some(settlement),
        ..Default::default()
    };
    let beyond = client.settle_receivable(settle(settlement(60_001))).await;
    refused(beyond, Code::FailedPrecondition, "SETTLEMENT_EXCEEDS_OPEN");
    let first = settlement(30_000);
    client.settle_receivable(settle(first.clone())).await.unwrap();
    let same_reference = NewSettlement {
        settlement_id: Uuid::now_v7().to_string(),
        ..first
    };
    let in_use = client.settle_receivable(settle(same_reference)).await;
    refused(in_use, Code::AlreadyExists, "BANK_REFERENCE_IN_USE");
    let cancel = |name: String| CancelReceivableRequest {
        name,
        business_date: day(5, 1),
        reason: "Em dobro".into(),
        ..Default::default()
    };
    let paid = client.cancel_receivable(cancel(name)).await;
    refused(paid, Code::FailedPrecondition, "HAS_SETTLEMENTS");
    let nowhere = format!("companies/acme/receivables/{}", Uuid::now_v7());
    let unknown = client.cancel_receivable(cancel(nowhere)).await;
    refused(unknown, Code::NotFound, "ITEM_UNKNOWN");
}

fn line(nsu: &str, minor: i64) -> StatementLineInput {
    StatementLineInput {
        date: day(5, 10),
        gross: brl(minor),
        fee: brl(100),
        match_keys: Some(MatchKeys {
            nsu: nsu.into(),
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn statement(lines: Vec<StatementLineInput>) -> RecordSettlementsRequest {
    RecordSettlementsRequest {
        parent: COMPANY.into(),
        kind: StatementKind::Acquirer.into(),
        source: "Cielo".into(),
        money_account_code: BANK.into(),
        lines,
        ..Default::default()
    }
}

#[tokio::test]
async fn a_statement_settles_what_it_pays_and_again_changes_nothing() {
    let shop = with_books().await;
    let _working = shop.work();
    let books = ReactorRunner::<BooksReactor>::new(shop.commands.log().clone(), "test");
    let _books = AbortOnDrop::of(books.run(std::future::pending()));
    let mut client = settlements(&shop);
    let receivable = registered(&shop).await;
    let lines = vec![line("123", 60_000), line("999", 40_000), line("998", 500)];
    let dry = RecordSettlementsRequest {
        validate_only: true,
        ..statement(lines.clone())
    };
    let dry = client.record_settlements(dry).await.unwrap().into_inner();
    assert_eq!((dry.matched_count, dry.unmatched_count, dry.position), (1, 2, 0));
    let told = client
        .record_settlements(statement(lines.clone()))
        .await
        .unwrap()
        .into_inner();
    assert_eq!((told.recorded_count, told.repeated_count), (3, 0));
    assert_eq!((told.matched_count, told.unmatched_count), (1, 2));
    let [first, second, _] = told.statement_lines.as_slice() else {
        unreachable!("{told:?}")
    };
    assert_eq!(
        (first.state(), first.receivable.as_str()),
        (StatementLineState::Matched, receivable.as_str())
    );
    assert_eq!(
        (first.paid_installment, first.expected_fee.clone()),
        (1, brl(0)),
        "no fee was expected"
    );
    assert_eq!(first.net, brl(59_900));
    assert_eq!(second.unmatched_reason(), UnmatchedReason::NothingFound);
    let again = client
        .record_settlements(statement(lines))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (again.recorded_count, again.repeated_count, again.matched_count),
        (3, 3, 0)
    );
    assert_eq!(again.position, 0, "nothing was written");
    assert_eq!(again.statement_lines, told.statement_lines);
}

#[tokio::test]
async fn a_line_that_pays_nothing_by_itself_is_matched_or_written_off_by_hand() {
    let shop = with_books().await;
    let _working = shop.work();
    let mut client = settlements(&shop);
    let receivable = registered(&shop).await;
    let paid = SettleReceivableRequest {
        name: receivable.clone(),
        settlement: Some(settlement(60_000)),
        ..Default::default()
    };
    receivables(&shop).settle_receivable(paid).await.unwrap();
    let lines = vec![line("", 40_000), line("", 500)];
    let told = client
        .record_settlements(statement(lines))
        .await
        .unwrap()
        .into_inner();
    let [second, third] = told.statement_lines.as_slice() else {
        unreachable!("{told:?}")
    };
    let by_hand = MatchStatementLineRequest {
        name: second.name.clone(),
        receivable: receivable.clone(),
        ..Default::default()
    };
    let matched = client
        .match_statement_line(by_hand.clone())
        .await
        .unwrap()
        .into_inner();
    let matched = matched.statement_line.unwrap();
    assert!(matched.matched_by_hand && matched.paid_installment == 2);
    let twice = MatchStatementLineRequest {
        name: third.name.clone(),
        ..by_hand
    };
    let nothing = client.match_statement_line(twice).await;
    refused(nothing, Code::FailedPrecondition, "NOTHING_OPEN");
    let write_off = WriteOffStatementLineRequest {
        name: third.name.clone(),
        counter_account_code: "4.3.01".into(),
        reason: "Sem identificação".into(),
        ..Default::default()
    };
    let told = client
        .write_off_statement_line(write_off.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        told.statement_line.unwrap().state(),
        StatementLineState::WrittenOff
    );
    let other = WriteOffStatementLineRequest {
        counter_account_code: "4.2.02".into(),
        ..write_off
    };
    let written_off = client.write_off_statement_line(other).await;
    refused(
        written_off,
        Code::FailedPrecondition,
        "STATEMENT_LINE_WRITTEN_OFF",
    );
}

#[tokio::test]
async fn a_line_that_is_none_is_told_with_its_place() {
    let shop = with_books().await;
    let mut client = settlements(&shop);
    let wrong = StatementLineInput {
        net: brl(1),
        ..line("1", 500)
    };
    let answer = client
        .record_settlements(statement(vec![line("1", 500), wrong]))
        .await;
    let told = refused(answer, Code::InvalidArgument, "NET_MISMATCH");
    assert_eq!(fields(&told), ["lines[1].net"]);
    let neither = StatementLineInput {
        gross: None,
        ..line("1", 500)
    };
    let answer = client
        .record_settlements(statement(vec![line("1", 500), neither]))
        .await;
    let told = refused(answer, Code::InvalidArgument, "FIELD_REQUIRED");
    assert_eq!(fields(&told), ["lines[1].gross"]);
    let answer = client.record_settlements(statement(Vec::new())).await;
    let told = refused(answer, Code::InvalidArgument, "FIELD_REQUIRED");
    assert_eq!(fields(&told), ["lines"]);
    let controlled = RecordSettlementsRequest {
        money_account_code: "1.1.02.002".into(),
        ..statement(vec![line("1", 500)])
    };
    let answer = client.record_settlements(controlled).await;
    refused(answer, Code::FailedPrecondition, "ACCOUNT_IS_CONTROLLED");
}
