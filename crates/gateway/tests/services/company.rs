//! `CompanyService` on a real socket: every kind of answer.

use crate::shop::{COMPANY, STORE, Shop, fields, refused, store, value};
use posars_gateway::proto::sales::v1::{
    Company, CompanyPolicy, DefineCompanyRequest, DefineRegisterRequest, DefineStoreRequest,
    GetCompanyRequest, GetRegisterRequest, GetStoreRequest, ListRegistersRequest, ListStoresRequest,
    Register, SetCompanyPolicyRequest, Store,
};
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

fn set_policy(policy: Option<CompanyPolicy>) -> SetCompanyPolicyRequest {
    SetCompanyPolicyRequest {
        name: COMPANY.into(),
        policy,
        ..Default::default()
    }
}

#[tokio::test]
async fn sets_the_policy_of_a_company_and_reads_it_back() {
    let shop = Shop::empty().await;
    let _work = shop.work();
    let mut companies = shop.companies();
    let policy = CompanyPolicy {
        void_window_hours: Some(48),
        strict_catalog: true,
    };
    refused(
        companies.set_company_policy(set_policy(Some(policy))).await,
        Code::NotFound,
        "COMPANY_NOT_DEFINED",
    );
    companies.define_company(company()).await.unwrap();
    let read = async |min_position| {
        let request = GetCompanyRequest {
            name: COMPANY.into(),
            min_position,
        };
        let answer = shop.companies().get_company(request).await.unwrap().into_inner();
        assert_eq!(answer.company.unwrap().display_name, "Acme Comércio Ltda");
        assert!(answer.position >= min_position);
        answer.policy.unwrap()
    };
    assert_eq!(read(1).await, CompanyPolicy::default());

    let dry = SetCompanyPolicyRequest {
        validate_only: true,
        ..set_policy(Some(policy))
    };
    let answer = companies.set_company_policy(dry).await.unwrap().into_inner();
    assert_eq!(answer.policy, Some(policy));
    assert_eq!(answer.recorded.unwrap().preview.len(), 1);
    assert_eq!(read(1).await, CompanyPolicy::default());

    // The company stands before its chart, its rules and the beginning of its books.
    let mut written = 4;
    for policy in [policy, CompanyPolicy::default(), policy] {
        let request = set_policy(Some(policy));
        let answer = companies.set_company_policy(request.clone()).await.unwrap();
        let answer = answer.into_inner();
        assert_eq!(answer.policy, Some(policy));
        written += 1;
        assert_eq!(answer.recorded.unwrap().position, written);
        assert_eq!(read(written).await, policy);
        // The same again changes nothing, and answers the same.
        let again = companies.set_company_policy(request).await.unwrap().into_inner();
        assert_eq!(again.policy, Some(policy));
        let recorded = again.recorded.unwrap();
        assert!(recorded.replayed && recorded.position == written, "{recorded:?}");
    }
    let again = companies.define_company(company()).await.unwrap().into_inner();
    assert_eq!(again.company.unwrap().display_name, "Acme Comércio Ltda");
}

#[tokio::test]
async fn a_wrong_policy_is_told_its_field() {
    let shop = Shop::empty().await;
    let mut companies = shop.companies();
    companies.define_company(company()).await.unwrap();
    let answer = companies.set_company_policy(set_policy(None)).await;
    let details = refused(answer, Code::InvalidArgument, "FIELD_REQUIRED");
    assert_eq!(fields(&details), ["policy"]);
    for hours in [0, 8_761] {
        let policy = CompanyPolicy {
            void_window_hours: Some(hours),
            ..Default::default()
        };
        let answer = companies.set_company_policy(set_policy(Some(policy))).await;
        let details = refused(answer, Code::InvalidArgument, "VOID_WINDOW_INVALID");
        assert_eq!(fields(&details), ["policy.void_window_hours"]);
    }
    let elsewhere = SetCompanyPolicyRequest {
        name: "companies/other".into(),
        ..set_policy(Some(CompanyPolicy::default()))
    };
    refused(
        companies.set_company_policy(elsewhere).await,
        Code::NotFound,
        "UNKNOWN_COMPANY",
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

/// What a company set up, as its commands answered, and the position after them.
struct SetUp {
    company: Option<Company>,
    stores: [Option<Store>; 2],
    registers: [Option<Register>; 2],
    position: u64,
}

/// A company with two stores, the second of which has two registers; no two fields are alike.
async fn set_up(shop: &Shop) -> SetUp {
    let mut companies = shop.companies();
    let company = companies.define_company(company()).await.unwrap().into_inner();
    let north = DefineStoreRequest {
        display_name: "Loja de Manaus".into(),
        cnpj: "12.ABC.345/01DE-35".into(),
        time_zone: "America/Manaus".into(),
        day_cutover: "05:30".into(),
        currency_code: "USD".into(),
        ..store("am01")
    };
    let north = companies.define_store(north).await.unwrap().into_inner();
    let south = companies.define_store(store("sp01")).await.unwrap().into_inner();
    let second = DefineRegisterRequest {
        register_no: "2".into(),
        display_name: "Caixa rápido".into(),
        ..register()
    };
    let second = companies.define_register(second).await.unwrap().into_inner();
    let first = companies.define_register(register()).await.unwrap().into_inner();
    SetUp {
        company: company.company,
        stores: [north.store, south.store],
        registers: [first.register, second.register],
        position: first.recorded.unwrap().position,
    }
}

#[tokio::test]
async fn what_was_set_up_is_read_back() {
    let shop = Shop::empty().await;
    let _work = shop.work();
    let made = set_up(&shop).await;
    let (mut companies, min_position) = (shop.companies(), made.position);
    let request = GetCompanyRequest {
        name: COMPANY.into(),
        min_position,
    };
    let answer = companies.get_company(request).await.unwrap().into_inner();
    assert_eq!(answer.company, made.company);
    assert!(answer.position >= min_position);
    let request = GetStoreRequest {
        name: "companies/acme/stores/am01".into(),
        min_position,
    };
    let answer = companies.get_store(request).await.unwrap().into_inner();
    assert_eq!(answer.store, made.stores[0]);
    let request = GetRegisterRequest {
        name: format!("{STORE}/registers/2"),
        min_position,
    };
    let answer = companies.get_register(request).await.unwrap().into_inner();
    assert_eq!(answer.register, made.registers[1]);
}

#[tokio::test]
async fn what_was_set_up_is_listed_page_by_page() {
    let shop = Shop::empty().await;
    let _work = shop.work();
    let made = set_up(&shop).await;
    let (mut companies, min_position) = (shop.companies(), made.position);
    let mut request = ListStoresRequest {
        parent: COMPANY.into(),
        page_size: 1,
        min_position,
        ..Default::default()
    };
    for store in made.stores {
        let page = companies.list_stores(request.clone()).await.unwrap().into_inner();
        assert_eq!(page.stores, Vec::from_iter(store));
        request.page_token = page.next_page_token;
    }
    assert_eq!(request.page_token, "");
    for parent in [STORE, "companies/acme/stores/-"] {
        let mut request = ListRegistersRequest {
            parent: parent.into(),
            page_size: 1,
            min_position,
            ..Default::default()
        };
        for register in made.registers.clone() {
            let page = companies
                .list_registers(request.clone())
                .await
                .unwrap()
                .into_inner();
            assert_eq!(page.registers, Vec::from_iter(register), "{parent}");
            request.page_token = page.next_page_token;
        }
        assert_eq!(request.page_token, "", "{parent}");
    }
}

#[tokio::test]
async fn what_was_never_set_up_is_not_found() {
    let shop = Shop::empty().await;
    let mut companies = shop.companies();
    let request = GetCompanyRequest {
        name: COMPANY.into(),
        ..Default::default()
    };
    refused(
        companies.get_company(request).await,
        Code::NotFound,
        "COMPANY_NOT_FOUND",
    );
    let request = GetStoreRequest {
        name: STORE.into(),
        ..Default::default()
    };
    let details = refused(
        companies.get_store(request).await,
        Code::NotFound,
        "STORE_NOT_FOUND",
    );
    assert_eq!(value(&details, "name"), STORE);
    let request = GetRegisterRequest {
        name: format!("{STORE}/registers/1"),
        ..Default::default()
    };
    refused(
        companies.get_register(request).await,
        Code::NotFound,
        "REGISTER_NOT_FOUND",
    );
}
