//! The commands of `ChartService`, `PostingRuleService` and `TermsService` on a real socket: every kind of answer.

use crate::shop::{COMPANY, Shop, date, decimal, fields, refused, value};
use posars_gateway::proto::finance::v1::chart_service_client::ChartServiceClient;
use posars_gateway::proto::finance::v1::posting_rule_service_client::PostingRuleServiceClient;
use posars_gateway::proto::finance::v1::terms_service_client::TermsServiceClient;
use posars_gateway::proto::finance::v1::{
    Account, AccountType, AssignAccountRoleRequest, ChangeAccountRequest, ChangeCostCenterRequest,
    CostCenter, DefineAccountRequest, DefineCostCenterRequest, DefinePostingRuleRequest,
    DefineReceiptTermsRequest, DefineSupplierTermsRequest, ReceiptTerms, RetireAccountRequest,
    RetireCostCenterRequest, Side, SupplierTerms,
};
use posars_gateway::proto::sales::v1::DefineCompanyRequest;
use prost_types::FieldMask;
use tonic::Code;
use tonic::transport::Channel;
use uuid::Uuid;

const CASH_BOX: &str = "companies/acme/accounts/1.1.01.010";

/// A shop whose company is defined, and its books with it.
async fn with_books() -> Shop {
    let shop = Shop::open().await;
    shop.companies().define_company(company()).await.unwrap();
    shop
}

fn company() -> DefineCompanyRequest {
    DefineCompanyRequest {
        company_id: "acme".into(),
        display_name: "Acme".into(),
        currency_code: "BRL".into(),
        ..Default::default()
    }
}

fn chart(shop: &Shop) -> ChartServiceClient<Channel> {
    ChartServiceClient::new(shop.channel.clone())
}

fn cash_box() -> DefineAccountRequest {
    DefineAccountRequest {
        parent: COMPANY.into(),
        code: "1.1.01.010".into(),
        display_name: "Caixa do quiosque".into(),
        r#type: AccountType::Asset.into(),
        parent_code: "1.1.01".into(),
        liquid: true,
        ..Default::default()
    }
}

fn change(account: Account, paths: &[&str]) -> ChangeAccountRequest {
    ChangeAccountRequest {
        account: Some(Account {
            name: CASH_BOX.into(),
            ..account
        }),
        update_mask: mask(paths),
        ..Default::default()
    }
}

fn mask(paths: &[&str]) -> Option<FieldMask> {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    Some(FieldMask { paths })
}

#[tokio::test]
async fn a_dry_run_of_the_company_shows_its_books() {
    let shop = Shop::empty().await;
    let dry = DefineCompanyRequest {
        validate_only: true,
        ..company()
    };
    let answer = shop.companies().define_company(dry).await.unwrap().into_inner();
    let preview = answer.recorded.unwrap().preview;
    let types: Vec<_> = preview.iter().map(|event| event.event_type.as_str()).collect();
    assert_eq!(
        types,
        [
            "CompanyDefined",
            "ChartDefined",
            "PostingRulesDefined",
            "BooksBegun"
        ]
    );
    assert!(preview[1].payload_json.contains("\"name\":\"Caixa das lojas\""));
    let none = chart(&shop).define_account(cash_box()).await;
    refused(none, Code::FailedPrecondition, "BOOKS_NOT_BEGUN");
}

#[tokio::test]
async fn an_account_is_defined_and_changed() {
    let shop = with_books().await;
    let mut chart = chart(&shop);
    let dry = DefineAccountRequest {
        validate_only: true,
        ..cash_box()
    };
    let shown = chart.define_account(dry).await.unwrap().into_inner();
    assert_eq!(shown.recorded.unwrap().preview[0].event_type, "AccountDefined");
    let told = chart.define_account(cash_box()).await.unwrap().into_inner();
    let account = told.account.unwrap();
    assert_eq!(shown.account.unwrap(), account);
    assert_eq!(
        (account.name.as_str(), account.parent_code.as_str()),
        (CASH_BOX, "1.1.01")
    );
    assert_eq!(
        (account.r#type(), account.nature()),
        (AccountType::Asset, Side::Debit)
    );
    assert!(account.postable && account.liquid && !account.retired);
    let again = chart.define_account(cash_box()).await.unwrap().into_inner();
    assert!(again.recorded.as_ref().unwrap().replayed);
    assert_eq!(again.account.unwrap(), account);

    // The whole account that was read may be sent back.
    let renamed = Account {
        display_name: "Caixa da feira".into(),
        liquid: false,
        ..account.clone()
    };
    let changed = chart
        .change_account(change(
            renamed,
            &[
                "name",
                "code",
                "display_name",
                "type",
                "nature",
                "postable",
                "retired",
            ],
        ))
        .await
        .unwrap()
        .into_inner();
    let changed = changed.account.unwrap();
    assert_eq!(
        (changed.display_name.as_str(), changed.liquid),
        ("Caixa da feira", true)
    );
    let moved = Account {
        display_name: "Caixa da feira".into(),
        parent_code: String::new(),
        ..Account::default()
    };
    let moved = chart
        .change_account(change(moved, &["*"]))
        .await
        .unwrap()
        .into_inner();
    let moved = moved.account.unwrap();
    assert_eq!((moved.parent_code.as_str(), moved.liquid), ("", false));
}

#[tokio::test]
async fn an_account_is_retired_and_does_not_change_any_more() {
    let shop = with_books().await;
    let mut chart = chart(&shop);
    let account = chart
        .define_account(cash_box())
        .await
        .unwrap()
        .into_inner()
        .account
        .unwrap();
    let retire = RetireAccountRequest {
        name: CASH_BOX.into(),
        ..Default::default()
    };
    for _ in 0..2 {
        let retired = chart.retire_account(retire.clone()).await.unwrap().into_inner();
        let retired = retired.account.unwrap();
        assert!(retired.retired);
        assert_eq!(retired.display_name, "Caixa do quiosque");
    }
    let late = change(account, &["display_name"]);
    let details = refused(
        chart.change_account(late).await,
        Code::FailedPrecondition,
        "ACCOUNT_RETIRED",
    );
    assert_eq!(value(&details, "field"), "account.name");
}

#[tokio::test]
async fn a_key_gives_the_first_answer_again() {
    let shop = with_books().await;
    let mut chart = chart(&shop);
    chart.define_account(cash_box()).await.unwrap();
    let named = |name: &str, request_id: &str| ChangeAccountRequest {
        request_id: request_id.into(),
        ..change(
            Account {
                display_name: name.into(),
                ..Account::default()
            },
            &["display_name"],
        )
    };
    let key = Uuid::now_v7().to_string();
    let first = chart
        .change_account(named("Um", &key))
        .await
        .unwrap()
        .into_inner();
    let other = chart.change_account(named("Dois", &key)).await;
    refused(other, Code::AlreadyExists, "IDEMPOTENCY_MISMATCH");
    let again = chart
        .change_account(named("Um", &key))
        .await
        .unwrap()
        .into_inner();
    let (first, again) = (first.recorded.unwrap(), again.recorded.unwrap());
    assert!(again.replayed && !first.replayed);
    assert_eq!(first.position, again.position);
}

#[tokio::test]
async fn what_is_wrong_with_an_account_is_told_with_its_field() {
    let shop = with_books().await;
    let mut chart = chart(&shop);
    let wrong = DefineAccountRequest {
        code: "1.1 01".into(),
        display_name: " ".into(),
        r#type: 99,
        nature: 7,
        parent_code: "ç".into(),
        ..cash_box()
    };
    let details = refused(
        chart.define_account(wrong).await,
        Code::InvalidArgument,
        "INVALID_REQUEST",
    );
    assert_eq!(
        fields(&details),
        ["code", "display_name", "type", "nature", "parent_code"]
    );
    let untyped = DefineAccountRequest {
        r#type: 0,
        ..cash_box()
    };
    let details = refused(
        chart.define_account(untyped).await,
        Code::InvalidArgument,
        "FIELD_REQUIRED",
    );
    assert_eq!(fields(&details), ["type"]);
    for (parent, code, reason) in [
        ("9", Code::NotFound, "ACCOUNT_UNKNOWN"),
        ("2.1", Code::FailedPrecondition, "PARENT_OF_OTHER_TYPE"),
        ("1.1.01.001", Code::FailedPrecondition, "PARENT_IS_POSTABLE"),
    ] {
        let below = DefineAccountRequest {
            parent_code: parent.into(),
            ..cash_box()
        };
        let details = refused(chart.define_account(below).await, code, reason);
        assert_eq!(value(&details, "field"), "parent_code", "{reason}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_change_is_told_with_its_field() {
    let shop = with_books().await;
    let mut chart = chart(&shop);
    let used = RetireAccountRequest {
        name: "companies/acme/accounts/1.1.01.001".into(),
        ..Default::default()
    };
    let details = refused(
        chart.retire_account(used).await,
        Code::FailedPrecondition,
        "ACCOUNT_HAS_ROLE",
    );
    assert_eq!(value(&details, "role"), "cash");
    let unnamed = change(Account::default(), &[]);
    let details = refused(
        chart.change_account(unnamed).await,
        Code::InvalidArgument,
        "FIELD_REQUIRED",
    );
    assert_eq!(fields(&details), ["update_mask"]);
    chart.define_account(cash_box()).await.unwrap();
    let fixed = Account {
        r#type: AccountType::Expense.into(),
        ..Account::default()
    };
    let fixed = chart.change_account(change(fixed, &["type"])).await;
    let details = refused(fixed, Code::FailedPrecondition, "ACCOUNT_IS_FIXED");
    assert_eq!(value(&details, "field"), "account.type");
    let odd = change(Account::default(), &["entries", "code"]);
    let details = refused(
        chart.change_account(odd).await,
        Code::InvalidArgument,
        "FIELD_INVALID",
    );
    assert_eq!(fields(&details), ["account.entries", "account.code"]);
    let mut unknown = change(
        Account {
            display_name: "X".into(),
            ..Account::default()
        },
        &["display_name"],
    );
    unknown.account.as_mut().unwrap().name = "companies/acme/accounts/9.9".into();
    let details = refused(
        chart.change_account(unknown).await,
        Code::NotFound,
        "ACCOUNT_UNKNOWN",
    );
    assert_eq!(value(&details, "field"), "account.name");
}

#[tokio::test]
async fn a_role_is_assigned_for_all_or_for_a_store() {
    let shop = with_books().await;
    let mut chart = chart(&shop);
    chart.define_account(cash_box()).await.unwrap();
    let assign = |role: &str, store_id: &str| AssignAccountRoleRequest {
        name: CASH_BOX.into(),
        role: role.into(),
        store_id: store_id.into(),
        ..Default::default()
    };
    let told = chart
        .assign_account_role(assign("cash", "sp01"))
        .await
        .unwrap()
        .into_inner();
    let assigned = told.assigned.unwrap();
    assert_eq!(
        (
            assigned.role.as_str(),
            assigned.store_id.as_str(),
            told.account_code.as_str()
        ),
        ("cash", "sp01", "1.1.01.010")
    );
    let again = chart
        .assign_account_role(assign("cash", "sp01"))
        .await
        .unwrap()
        .into_inner();
    assert!(again.recorded.unwrap().replayed);
    let nowhere = chart.assign_account_role(assign("cash", "sp99")).await;
    let details = refused(nowhere, Code::NotFound, "UNKNOWN_STORE");
    assert_eq!(value(&details, "field"), "store_id");
    let details = refused(
        chart.assign_account_role(assign("suppliers", "")).await,
        Code::FailedPrecondition,
        "ROLE_ACCOUNT_UNFIT",
    );
    assert_eq!(value(&details, "field"), "name");
    let wrong = chart.assign_account_role(assign("Caixa", "Sé")).await;
    let details = refused(wrong, Code::InvalidArgument, "INVALID_REQUEST");
    assert_eq!(fields(&details), ["role", "store_id"]);
    // A role that had the account from the beginning is told all the same.
    let same = AssignAccountRoleRequest {
        name: "companies/acme/accounts/1.1.01.001".into(),
        role: "cash".into(),
        ..Default::default()
    };
    let told = chart.assign_account_role(same).await.unwrap().into_inner();
    assert!(told.recorded.unwrap().replayed && told.assigned.unwrap().role == "cash");
}

#[tokio::test]
async fn a_cost_center_is_defined_changed_and_retired() {
    let shop = with_books().await;
    let mut chart = chart(&shop);
    let define = DefineCostCenterRequest {
        parent: COMPANY.into(),
        cost_center_id: "feira".into(),
        display_name: "Feira".into(),
        ..Default::default()
    };
    let told = chart
        .define_cost_center(define.clone())
        .await
        .unwrap()
        .into_inner();
    let center = told.cost_center.unwrap();
    assert_eq!(center.name, "companies/acme/costCenters/feira");
    let other = DefineCostCenterRequest {
        display_name: "Outra".into(),
        ..define
    };
    refused(
        chart.define_cost_center(other).await,
        Code::AlreadyExists,
        "COST_CENTER_EXISTS",
    );
    let change = |display_name: &str, paths: &[&str]| ChangeCostCenterRequest {
        cost_center: Some(CostCenter {
            display_name: display_name.into(),
            ..center.clone()
        }),
        update_mask: mask(paths),
        ..Default::default()
    };
    let changed = chart.change_cost_center(change("Feira livre", &["*"])).await;
    assert_eq!(
        changed.unwrap().into_inner().cost_center.unwrap().display_name,
        "Feira livre"
    );
    let wrong = chart.change_cost_center(change("X", &["name"])).await;
    let details = refused(wrong, Code::InvalidArgument, "FIELD_INVALID");
    assert_eq!(fields(&details), ["update_mask"]);
    let retire = RetireCostCenterRequest {
        name: center.name.clone(),
        ..Default::default()
    };
    let retired = chart.retire_cost_center(retire).await.unwrap().into_inner();
    let retired = retired.cost_center.unwrap();
    assert!(retired.retired && retired.display_name == "Feira livre");
    let late = chart.change_cost_center(change("X", &["display_name"])).await;
    refused(late, Code::FailedPrecondition, "COST_CENTER_RETIRED");
}

fn pix_to_the_bank() -> DefinePostingRuleRequest {
    DefinePostingRuleRequest {
        parent: COMPANY.into(),
        event_type: "SaleRecorded".into(),
        part: "payment".into(),
        qualifier: "pix".into(),
        role: "bank".into(),
        start_date: date(2099, 1, 1),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_posting_rule_is_defined_from_a_day_on() {
    let shop = with_books().await;
    let mut rules = PostingRuleServiceClient::new(shop.channel.clone());
    let rule = pix_to_the_bank();
    let told = rules
        .define_posting_rule(rule.clone())
        .await
        .unwrap()
        .into_inner();
    let defined = told.posting_rule.unwrap();
    assert_eq!(
        (defined.role.as_str(), defined.start_date),
        ("bank", date(2099, 1, 1))
    );
    let again = rules
        .define_posting_rule(rule.clone())
        .await
        .unwrap()
        .into_inner();
    assert!(again.recorded.unwrap().replayed);
    let other = DefinePostingRuleRequest {
        role: "cash".into(),
        ..rule.clone()
    };
    let details = refused(
        rules.define_posting_rule(other).await,
        Code::FailedPrecondition,
        "RULE_OVERLAP",
    );
    assert_eq!(value(&details, "field"), "start_date");
    let earlier = DefinePostingRuleRequest {
        start_date: date(2020, 1, 1),
        ..rule.clone()
    };
    refused(
        rules.define_posting_rule(earlier).await,
        Code::FailedPrecondition,
        "POSTING_RULE_RETROACTIVE",
    );
    for day in [date(1, 1, 1), date(9999, 12, 31)] {
        let never = DefinePostingRuleRequest {
            start_date: day,
            ..rule.clone()
        };
        let details = refused(
            rules.define_posting_rule(never).await,
            Code::InvalidArgument,
            "DATE_OUT_OF_RANGE",
        );
        assert_eq!(value(&details, "field"), "start_date");
    }
    let wrong = DefinePostingRuleRequest {
        event_type: "SaleImagined".into(),
        part: "joy".into(),
        role: "Caixa".into(),
        start_date: None,
        ..rule
    };
    let details = refused(
        rules.define_posting_rule(wrong).await,
        Code::InvalidArgument,
        "INVALID_REQUEST",
    );
    assert_eq!(fields(&details), ["event_type", "part", "role", "start_date"]);
}

#[tokio::test]
async fn terms_of_receipts_are_defined_from_a_day_on() {
    let shop = with_books().await;
    let mut terms = TermsServiceClient::new(shop.channel.clone());
    let of = |receipt_terms: ReceiptTerms| DefineReceiptTermsRequest {
        parent: COMPANY.into(),
        receipt_terms: Some(receipt_terms),
        ..Default::default()
    };
    let card = ReceiptTerms {
        method: "credit_card".into(),
        acquirer_cnpj: "11222333000181".into(),
        fee_percent: decimal("2.99"),
        first_days: 30,
        every_days: 30,
        start_date: date(2026, 11, 1),
        ..Default::default()
    };
    let told = terms
        .define_receipt_terms(of(card.clone()))
        .await
        .unwrap()
        .into_inner();
    let defined = told.receipt_terms.unwrap();
    assert_eq!((defined.installments_min, defined.installments_max), (1, 0));
    assert_eq!(defined.fee_percent, decimal("2.99"));
    let dearer = ReceiptTerms {
        fee_percent: decimal("3"),
        ..card.clone()
    };
    let details = refused(
        terms.define_receipt_terms(of(dearer)).await,
        Code::FailedPrecondition,
        "TERMS_OVERLAP",
    );
    assert_eq!(value(&details, "field"), "receipt_terms.start_date");
    let wrong = ReceiptTerms {
        method: String::new(),
        installments_max: 70_000,
        fee_percent: decimal("100.5"),
        first_days: 100_000,
        start_date: None,
        ..card
    };
    let details = refused(
        terms.define_receipt_terms(of(wrong)).await,
        Code::InvalidArgument,
        "INVALID_REQUEST",
    );
    let expected = [
        "method",
        "installments_max",
        "fee_percent",
        "first_days",
        "start_date",
    ];
    let expected = expected.map(|field| format!("receipt_terms.{field}"));
    assert_eq!(fields(&details), expected);
}

#[tokio::test]
async fn terms_of_a_supplier_are_defined_from_a_day_on() {
    let shop = with_books().await;
    let mut terms = TermsServiceClient::new(shop.channel.clone());
    let paid_after = |due_days: &[u32]| DefineSupplierTermsRequest {
        parent: COMPANY.into(),
        supplier_terms: Some(SupplierTerms {
            supplier: "Torrefação".into(),
            due_days: due_days.to_vec(),
            start_date: date(2026, 11, 1),
        }),
        ..Default::default()
    };
    let told = terms
        .define_supplier_terms(paid_after(&[28, 35]))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(told.supplier_terms.unwrap().due_days, [28, 35]);
    let details = refused(
        terms.define_supplier_terms(paid_after(&[35, 28])).await,
        Code::InvalidArgument,
        "DAYS_OUT_OF_RANGE",
    );
    assert_eq!(value(&details, "field"), "supplier_terms.due_days[1]");
    let details = refused(
        terms.define_supplier_terms(paid_after(&[70_000])).await,
        Code::InvalidArgument,
        "DAYS_OUT_OF_RANGE",
    );
    assert_eq!(fields(&details), ["supplier_terms.due_days[0]"]);
    let nothing = DefineSupplierTermsRequest {
        parent: COMPANY.into(),
        ..Default::default()
    };
    let details = refused(
        terms.define_supplier_terms(nothing).await,
        Code::InvalidArgument,
        "FIELD_REQUIRED",
    );
    assert_eq!(fields(&details), ["supplier_terms"]);
}
