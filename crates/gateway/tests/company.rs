//! `CompanyService` on a real socket: every kind of answer.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod shop;

use posars_gateway::proto::sales::v1::{DefineCompanyRequest, DefineRegisterRequest};
use shop::{STORE, Shop, fields, refused, store, value};
use tonic::Code;

fn company() -> DefineCompanyRequest {
    DefineCompanyRequest {
        company_id: "acme".into(),
        display_name: "Acme Comércio Ltda".into(),
        cnpj: "11.222.333/0001-81".into(),
        currency_code: "BRL".into(),
        ..Default::default()
    }
}

fn register() -> DefineRegisterRequest {
    DefineRegisterRequest {
        parent: STORE.into(),
        register_no: "1".into(),
        ..Default::default()
    }
}

#[tokio::test]
async fn defines_the_company_once() {
    let shop = Shop::empty().await;
    let mut companies = shop.companies();
    let answer = companies.define_company(company()).await.unwrap().into_inner();
    let told = answer.company.unwrap();
    assert_eq!(
        (told.name.as_str(), told.cnpj.as_str()),
        ("companies/acme", "11222333000181")
    );
    assert!(answer.recorded.unwrap().position > 0);

    let again = companies.define_company(company()).await.unwrap().into_inner();
    assert!(again.recorded.unwrap().replayed);
    assert_eq!(again.company.unwrap(), told);

    let other = DefineCompanyRequest {
        display_name: "Acme S.A.".into(),
        ..company()
    };
    refused(
        companies.define_company(other).await,
        Code::AlreadyExists,
        "COMPANY_EXISTS",
    );
}

#[tokio::test]
async fn another_company_is_unknown_here() {
    let shop = Shop::empty().await;
    let other = DefineCompanyRequest {
        company_id: "other".into(),
        ..company()
    };
    refused(
        shop.companies().define_company(other).await,
        Code::NotFound,
        "UNKNOWN_COMPANY",
    );
    let mut store = store("sp01");
    store.parent = "companies/other".into();
    refused(
        shop.companies().define_store(store).await,
        Code::NotFound,
        "UNKNOWN_COMPANY",
    );
}

#[tokio::test]
async fn a_wrong_company_is_told_all_that_is_wrong() {
    let shop = Shop::empty().await;
    let wrong = DefineCompanyRequest {
        display_name: " ".into(),
        cnpj: "11.222.333/0001-80".into(),
        currency_code: "reais".into(),
        ..company()
    };
    let answer = shop.companies().define_company(wrong).await;
    let details = refused(answer, Code::InvalidArgument, "INVALID_REQUEST");
    assert_eq!(fields(&details), ["display_name", "cnpj", "currency_code"]);

    let wrong = DefineCompanyRequest {
        cnpj: "11.222.333/0001-80".into(),
        ..company()
    };
    refused(
        shop.companies().define_company(wrong).await,
        Code::InvalidArgument,
        "INVALID_TAX_ID",
    );

    let wrong = DefineCompanyRequest {
        display_name: "x".repeat(201),
        ..company()
    };
    let details = refused(
        shop.companies().define_company(wrong).await,
        Code::InvalidArgument,
        "TEXT_TOO_LONG",
    );
    assert_eq!(fields(&details), ["display_name"]);
}

#[tokio::test]
async fn defines_stores_with_their_own_number_and_day() {
    let shop = Shop::empty().await;
    let mut companies = shop.companies();
    let mut first = store("sp01");
    first.cnpj = "11222333000181".into();
    let answer = companies.define_store(first.clone()).await.unwrap().into_inner();
    let told = answer.store.unwrap();
    assert_eq!((told.name.as_str(), told.day_cutover.as_str()), (STORE, "04:00"));
    assert_eq!(told.time_zone, "America/Sao_Paulo");

    let mut same_cnpj = store("sp02");
    same_cnpj.cnpj.clone_from(&first.cnpj);
    let details = refused(
        companies.define_store(same_cnpj).await,
        Code::AlreadyExists,
        "CNPJ_IN_USE",
    );
    assert_eq!(value(&details, "cnpj"), "11222333000181");

    let mut moved = first.clone();
    moved.time_zone = "America/Manaus".into();
    refused(
        companies.define_store(moved).await,
        Code::AlreadyExists,
        "STORE_EXISTS",
    );

    let mut wrong = store("SP-01");
    wrong.time_zone = "America/Atlantis".into();
    wrong.day_cutover = "25:00".into();
    let details = refused(
        companies.define_store(wrong).await,
        Code::InvalidArgument,
        "INVALID_REQUEST",
    );
    assert_eq!(fields(&details), ["store_id", "time_zone", "day_cutover"]);
}

#[tokio::test]
async fn a_dry_run_defines_nothing() {
    let shop = Shop::empty().await;
    let mut dry = store("sp01");
    dry.validate_only = true;
    let answer = shop.companies().define_store(dry).await.unwrap().into_inner();
    assert_eq!(answer.recorded.unwrap().preview[0].event_type, "StoreDefined");
    refused(
        shop.companies().define_register(register()).await,
        Code::NotFound,
        "UNKNOWN_STORE",
    );
}

#[tokio::test]
async fn defines_registers_of_a_store() {
    let shop = Shop::open().await;
    let mut companies = shop.companies();
    let told = companies
        .define_register(register())
        .await
        .unwrap()
        .into_inner()
        .register
        .unwrap();
    assert_eq!(told.name, "companies/acme/stores/sp01/registers/1");
    let again = companies.define_register(register()).await.unwrap().into_inner();
    assert!(again.recorded.unwrap().replayed);

    let renamed = DefineRegisterRequest {
        display_name: "Caixa 1".into(),
        ..register()
    };
    refused(
        companies.define_register(renamed).await,
        Code::AlreadyExists,
        "REGISTER_EXISTS",
    );
    let spaced = DefineRegisterRequest {
        register_no: "caixa 1".into(),
        ..register()
    };
    let details = refused(
        companies.define_register(spaced).await,
        Code::InvalidArgument,
        "REGISTER_NO_INVALID",
    );
    assert_eq!(fields(&details), ["register_no"]);
    let nowhere = DefineRegisterRequest {
        parent: "companies/acme".into(),
        ..register()
    };
    let details = refused(
        companies.define_register(nowhere).await,
        Code::InvalidArgument,
        "FIELD_INVALID",
    );
    assert_eq!(fields(&details), ["parent"]);
}
