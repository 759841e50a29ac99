//! The rules of company, store and register.

use crate::fixtures::{given, nowhere, shop, store, v};
use posars_domain::books::{Books, BooksEvent};
use posars_domain::chart::{Chart, ChartEvent};
use posars_domain::company::{Company, CompanyState, DefineCompany, SetCompanyPolicy};
use posars_domain::register::{DefineRegister, Register};
use posars_domain::store::{DefineStore, Store};
use posars_domain::{Aggregate, Command as _, Currency, DomainEvent as _, Policy, Rejection};

fn define_company() -> DefineCompany {
    DefineCompany {
        company_id: v("loja_exemplo"),
        name: "Loja Exemplo".to_owned(),
        cnpj: Some(v("12.ABC.345/01DE-35")),
        currency: Currency::BRL,
    }
}

fn define_store() -> DefineStore {
    DefineStore {
        store_id: v("centro"),
        name: "Centro".to_owned(),
        cnpj: Some(v("11.222.333/0001-81")),
        time_zone: v("America/Sao_Paulo"),
        day_cutover: jiff::civil::time(0, 0, 0, 0),
        currency: Currency::BRL,
    }
}

fn define_register() -> DefineRegister {
    DefineRegister {
        store_id: v("centro"),
        register_no: v("1"),
        name: None,
    }
}

#[test]
fn company_exists() {
    let defined = given::<Company>(&[]).when(define_company(), &nowhere()).event();
    given::<Company>(std::slice::from_ref(&defined))
        .when(define_company(), &nowhere())
        .nothing();
    let other = DefineCompany {
        name: "Outra".to_owned(),
        ..define_company()
    };
    given::<Company>(&[defined])
        .when(other, &nowhere())
        .rejected("COMPANY_EXISTS", None);
}

#[test]
fn a_company_begins_with_its_books() {
    let founded = define_company().founds();
    let streams: Vec<_> = founded
        .iter()
        .map(|founded| (founded.category, founded.id.as_str(), founded.event_type))
        .collect();
    let expected = [
        ("chart", "main", "ChartDefined"),
        ("postingrules", "main", "PostingRulesDefined"),
        ("books", "main", "BooksBegun"),
    ];
    assert_eq!(streams, expected);
    let begun = BooksEvent::from_json("BooksBegun", founded[2].schema_version, &founded[2].data).unwrap();
    let state = Books::fold(&[begun]);
    assert_eq!(state.begun.unwrap().currency, Currency::BRL);
    let chart = ChartEvent::from_json("ChartDefined", founded[0].schema_version, &founded[0].data).unwrap();
    assert!(Chart::fold(&[chart]).is_begun);
}

#[test]
fn company_field_required() {
    let command = DefineCompany {
        name: " ".to_owned(),
        ..define_company()
    };
    given::<Company>(&[])
        .when(command, &nowhere())
        .rejected("FIELD_REQUIRED", Some("name"));
}

fn set_policy(void_window_hours: Option<u32>, strict_catalog: bool) -> SetCompanyPolicy {
    SetCompanyPolicy {
        company_id: v("loja_exemplo"),
        void_window_hours,
        strict_catalog,
    }
}

#[test]
fn a_policy_is_set_as_a_whole_and_leaves_the_company_as_it_was_defined() {
    let defined = given::<Company>(&[]).when(define_company(), &nowhere()).event();
    let mut history = vec![defined];
    assert_eq!(Company::fold(&history).policy(), Policy::default());
    for (hours, strict) in [(None, false), (Some(1), true), (Some(8_760), false), (None, true)] {
        // The default may be chosen too: then it is written down.
        let set = given::<Company>(&history)
            .when(set_policy(hours, strict), &nowhere())
            .event();
        history.push(set);
        let state = Company::fold(&history);
        let policy = Policy {
            void_window_hours: hours,
            strict_catalog: strict,
        };
        assert_eq!(state.policy(), policy);
        given::<Company>(&history)
            .when(set_policy(hours, strict), &nowhere())
            .nothing();
    }
    given::<Company>(&history)
        .when(define_company(), &nowhere())
        .nothing();
}

#[test]
fn company_not_defined() {
    assert_eq!(CompanyState::default().policy(), Policy::default());
    given::<Company>(&[])
        .when(set_policy(None, true), &nowhere())
        .rejected("COMPANY_NOT_DEFINED", None);
}

#[test]
fn void_window_invalid() {
    let defined = given::<Company>(&[]).when(define_company(), &nowhere()).event();
    for hours in [0, 8_761, u32::MAX] {
        given::<Company>(std::slice::from_ref(&defined))
            .when(set_policy(Some(hours), false), &nowhere())
            .rejected("VOID_WINDOW_INVALID", Some("void_window_hours"));
    }
}

#[test]
fn store_exists() {
    let defined = given::<Store>(&[]).when(define_store(), &nowhere()).event();
    given::<Store>(std::slice::from_ref(&defined))
        .when(define_store(), &nowhere())
        .nothing();
    let other = DefineStore {
        time_zone: v("America/Manaus"),
        ..define_store()
    };
    given::<Store>(&[defined])
        .when(other, &nowhere())
        .rejected("STORE_EXISTS", None);
}

#[test]
fn cnpj_in_use() {
    let decision = given::<Store>(&[]).when(define_store(), &nowhere()).accepted();
    assert_eq!(decision.claims[0].key, "store-cnpj:11222333000181");
    assert_eq!(decision.claims[0].taken.reason(), "CNPJ_IN_USE");
}

#[test]
fn the_store_gives_its_settings() {
    let defined = given::<Store>(&[]).when(define_store(), &nowhere()).event();
    assert_eq!(Store::fold(&[defined]).settings(), Some(store()));
    assert_eq!(Store::fold(&[]).settings(), None);
}

#[test]
fn register_exists() {
    let context = shop();
    let defined = given::<Register>(&[]).when(define_register(), &context).event();
    given::<Register>(std::slice::from_ref(&defined))
        .when(define_register(), &context)
        .nothing();
    let other = DefineRegister {
        name: Some("Caixa rápido".to_owned()),
        ..define_register()
    };
    given::<Register>(&[defined])
        .when(other, &context)
        .rejected("REGISTER_EXISTS", Some("register_no"));
}

#[test]
fn register_of_unknown_store() {
    given::<Register>(&[])
        .when(define_register(), &nowhere())
        .rejected("UNKNOWN_STORE", Some("store_id"));
}

#[test]
fn streams_are_named_after_their_keys() {
    assert_eq!(Register::stream_id(&v("centro"), &v("1-A")), "centro-1-A");
    assert_eq!(
        (Company::CATEGORY, Store::CATEGORY, Register::CATEGORY),
        ("company", "store", "register")
    );
}
