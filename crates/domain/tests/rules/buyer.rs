//! Who bought: kept under a key of their own, the same again when a sale is told again.

#![expect(clippy::panic, reason = "tests fail by panicking")]

use std::collections::BTreeSet;

use posars_domain::open_item::{ItemKind, OwedForSale};
use posars_domain::person::{GivenPerson, PersonSought, WhenErased};
use posars_domain::sale::{Customer, RecordSale, Sale, SaleEvent, SaleRecorded, SaleState};
use posars_domain::terms::PayOut;
use posars_domain::{
    Aggregate, Command, DomainEvent, Given, KeyId, Needs, Payment, PaymentMethod, Personal, RetentionClass,
    Sealed, SubjectId, TaxId,
};
use proptest::prelude::*;

use crate::fixtures::{cents, given, record_sale, shop, v};

const CPF: &str = "111.444.777-35";
const CNPJ: &str = "12.ABC.345/01DE-35";
const NAME: &str = "Zuleica Quintanilha";

fn customer(subject: Option<&str>, tax_id: Option<&str>, name: Option<&str>) -> Customer {
    Customer {
        subject_id: subject.map(v),
        tax_id: tax_id.map(|number| v::<TaxId>(number).into()),
        name: name.map(|name| name.to_owned().into()),
    }
}

fn sale_to(customer: Customer) -> RecordSale {
    RecordSale {
        customer: Some(customer),
        ..record_sale()
    }
}

fn person(subject: &str) -> GivenPerson {
    GivenPerson {
        subject_id: v(subject),
        erased: BTreeSet::new(),
    }
}

fn shop_with(person: &GivenPerson) -> Given<'_> {
    Given {
        person: Some(person),
        ..shop()
    }
}

fn recorded(command: RecordSale, given_person: &GivenPerson) -> SaleRecorded {
    let event = given::<Sale>(&[]).when(command, &shop_with(given_person)).event();
    match event {
        SaleEvent::SaleRecorded(sale) => sale,
        other @ (SaleEvent::SaleVoided(_) | SaleEvent::SaleReturned(_)) => panic!("{other:?}"),
    }
}

/// As the log has it.
fn sealed(mut sale: SaleRecorded) -> SaleEvent {
    if let Some(buyer) = &mut sale.buyer {
        buyer.tax_id = buyer.tax_id.as_ref().map(|_| {
            Personal::Sealed(ciphertext(
                "q3v8QmX1bTnY0cR5uLhWzE6pKd2sJfGa9oVxNwBtIyZk7jHSeMrPQlCgDvUAq3v8QmX1bTn0",
            ))
        });
        buyer.name = buyer.name.as_ref().map(|_| Personal::Sealed(ciphertext("Zk7jHSeMrPQlCgDvUAq3v8QmX1bTnY0cR5uLhWzE6pKd2sJfGa9oVxNwBtIy0q3v8QmX1bTn0YcR5uLhWzE6pKd2sJfGa")));
    }
    sale.into()
}

fn ciphertext(text: &str) -> Sealed {
    Sealed {
        key: KeyId::new(v("6f1c93a4-6f0e-4b57-9a0e-55d241c877be")),
        sealed: text.into(),
    }
}

/// The golden file of a sale with a buyer, whose data is sealed.
pub(crate) fn buyer_example() -> (String, String) {
    let sale = recorded(
        sale_to(customer(None, Some(CPF), Some(NAME))),
        &person("p-6c1d3f6a6a0b4d5c8a9e0f1b2c3d4e5f"),
    );
    (
        "SaleRecorded.buyer.v1.json".to_owned(),
        sealed(sale).to_json().to_string(),
    )
}

#[test]
fn a_sale_keeps_its_buyer_for_the_person_that_was_found() {
    let sale = recorded(
        sale_to(customer(None, Some(CPF), Some("  Zuleica Quintanilha "))),
        &person("p-1"),
    );
    assert_eq!(sale.customer, Some(v("p-1")));
    let buyer = sale.buyer.as_ref().unwrap();
    assert_eq!(buyer.tax_id.as_ref().unwrap().clear(), Some(&v("11144477735")));
    assert_eq!(buyer.name.as_ref().unwrap().clear().unwrap(), NAME);

    let mut event = SaleEvent::from(sale);
    let fields: Vec<_> = event
        .personal()
        .iter()
        .map(|field| {
            (
                field.path.to_string(),
                field.subject.to_string(),
                field.class,
                field.used_on.to_string(),
                field.finds,
                field.data.to_clear_json().unwrap(),
            )
        })
        .collect();
    let (person, fiscal, day) = ("p-1".to_owned(), RetentionClass::Fiscal, "2026-11-20".to_owned());
    assert_eq!(
        fields,
        [
            (
                "buyer.tax_id".to_owned(),
                person.clone(),
                fiscal,
                day.clone(),
                true,
                "\"11144477735\"".to_owned()
            ),
            (
                "buyer.name".to_owned(),
                person,
                fiscal,
                day,
                false,
                format!("{NAME:?}")
            ),
        ]
    );
}

#[test]
fn a_sale_asks_for_the_person_only_where_it_has_data() {
    let sought = |command: &RecordSale| {
        let nothing = SaleState::default();
        let person = command.needs(&nothing).person;
        person.map(
            |PersonSought {
                 subject,
                 finder,
                 class,
                 when_erased,
             }| {
                assert_eq!(
                    (class, when_erased),
                    (RetentionClass::Fiscal, WhenErased::Replaced)
                );
                (subject.map(ToString::to_string), finder.map(str::to_owned))
            },
        )
    };
    let person = |subject: Option<&str>, finder: Option<&str>| {
        Some((subject.map(str::to_owned), finder.map(str::to_owned)))
    };
    assert_eq!(sought(&record_sale()), None);
    assert_eq!(sought(&sale_to(customer(Some("cliente-7"), None, None))), None);
    assert_eq!(
        sought(&sale_to(customer(None, Some(CPF), None))),
        person(None, Some("11144477735"))
    );
    assert_eq!(
        sought(&sale_to(customer(Some("cliente-7"), Some(CNPJ), None))),
        person(Some("cliente-7"), Some("12ABC34501DE35"))
    );
    assert_eq!(
        sought(&sale_to(customer(None, None, Some(NAME)))),
        person(None, None)
    );
    // What is looked at beside the person stays.
    let nothing = SaleState::default();
    let with = sale_to(customer(None, Some(CPF), None));
    let without = record_sale();
    let (with, without) = (with.needs(&nothing), without.needs(&nothing));
    assert_eq!(Needs { person: None, ..with }, without);
}

#[test]
fn without_data_a_sale_is_what_it_was() {
    let subject_only = sale_to(customer(Some("cliente-7"), None, None));
    let sale = recorded(subject_only.clone(), &person("somebody-else"));
    assert_eq!((sale.customer, sale.buyer), (Some(v("cliente-7")), None));
    // A name of nothing but space says nothing.
    let blank = recorded(sale_to(customer(None, None, Some("  "))), &person("p-1"));
    assert_eq!((blank.customer, blank.buyer), (None, None));
    // Data is kept for somebody or for nobody.
    let event = given::<Sale>(&[])
        .when(
            sale_to(customer(Some("cliente-7"), Some(CPF), Some(NAME))),
            &shop(),
        )
        .event();
    let json = event.to_json().to_string();
    assert!(json.contains("cliente-7") && !json.contains("buyer"), "{json}");
}

#[test]
fn nothing_in_the_clear_gets_into_json_or_debug_output() {
    let command = sale_to(customer(None, Some(CPF), Some(NAME)));
    let sale = recorded(command.clone(), &person("p-1"));
    for text in [
        serde_json::to_string(&command).unwrap(),
        serde_json::to_string(&sale).unwrap(),
        format!("{command:?} {sale:?}"),
        format!("{:#?}", SaleEvent::from(sale)),
        format!("{:?}", command.needs(&SaleState::default())),
    ] {
        for secret in ["11144477735", "444.777", "Zuleica", "Quintanilha"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

#[test]
fn a_name_is_checked_and_never_shown() {
    for (name, reason) in [
        ("x".repeat(201), "TEXT_TOO_LONG"),
        (format!("{NAME}\u{0}"), "TEXT_HAS_CONTROL"),
    ] {
        let refused = given::<Sale>(&[])
            .when(
                sale_to(customer(None, None, Some(&name))),
                &shop_with(&person("p-1")),
            )
            .rejected(reason, Some("customer.name"));
        assert!(!format!("{refused:?} {refused}").contains("Zuleica"), "{refused}");
    }
}

#[test]
fn the_content_of_earlier_fingerprints_had_the_number_in_the_clear() {
    let earlier = |customer| {
        let content = sale_to(customer).earlier_content();
        content.map(|content| serde_json::from_str::<serde_json::Value>(content.get()).unwrap())
    };
    let content = earlier(customer(Some("cliente-7"), Some(CPF), None)).unwrap();
    assert_eq!(content["customer"]["tax_id"], "11144477735");
    let now = serde_json::to_value(sale_to(customer(Some("cliente-7"), Some(CPF), None))).unwrap();
    assert_eq!(now["customer"]["tax_id"], "withheld");
    let without = |mut value: serde_json::Value| {
        value["customer"].as_object_mut().unwrap().remove("tax_id");
        value
    };
    assert_eq!(without(content), without(now));
    // What no earlier build covered, or covers still.
    assert_eq!(earlier(customer(None, Some(CPF), Some(NAME))), None);
    assert_eq!(earlier(customer(Some("cliente-7"), None, None)), None);
    assert!(record_sale().earlier_content().is_none());
}

/// What the till says, and who is given for it.
type Said = ([Option<&'static str>; 3], &'static str);

/// Told again with this, of a sale that was first told with that.
fn again(first: Said, now: Said) -> crate::fixtures::Then<SaleEvent, posars_domain::sale::SaleRejection> {
    let of = |[subject, tax_id, name]: [Option<&str>; 3]| sale_to(customer(subject, tax_id, name));
    let before = sealed(recorded(of(first.0), &person(first.1)));
    given::<Sale>(&[before]).when(of(now.0), &shop_with(&person(now.1)))
}

const ONLY_CPF: [Option<&str>; 3] = [None, Some(CPF), None];
const ANA: [Option<&str>; 3] = [Some("ana"), Some(CPF), None];

#[test]
fn the_same_customer_again_is_the_same_as_far_as_a_rule_can_tell() {
    for (first, now) in [
        // The number's person may have changed since: whom it is found for is no part of what the till says.
        ((ONLY_CPF, "p-1"), (ONLY_CPF, "p-2")),
        // What is sealed may be anything; whoever holds the key compares.
        ((ONLY_CPF, "p-1"), ([None, Some(CNPJ), None], "p-1")),
        ((ANA, "ana"), (ANA, "ana")),
        // Recorded when the one named was erased already, and told again; and erased since.
        ((ANA, "p-1"), (ANA, "p-2")),
        ((ANA, "ana"), (ANA, "p-2")),
    ] {
        again(first, now).nothing();
    }
}

#[test]
fn another_customer_is_another_sale() {
    for (first, now) in [
        ((ONLY_CPF, "p-1"), ([None, Some(CPF), Some(NAME)], "p-1")),
        (([None, Some(CPF), Some(NAME)], "p-1"), (ONLY_CPF, "p-1")),
        ((ONLY_CPF, "p-1"), ([None; 3], "p-1")),
        ((ONLY_CPF, "p-1"), ([Some("p-1"), None, None], "p-1")),
        ((ANA, "ana"), ([Some("bia"), Some(CPF), None], "bia")),
        (([Some("ana"), None, None], "ana"), (ONLY_CPF, "p-1")),
    ] {
        again(first, now).rejected("IDEMPOTENCY_MISMATCH", None);
    }
}

#[test]
fn data_that_is_open_is_compared() {
    let before = SaleEvent::from(recorded(
        sale_to(customer(None, Some(CPF), Some(NAME))),
        &person("p-1"),
    ));
    let found = person("p-1");
    let again = |tax_id, name| {
        given::<Sale>(std::slice::from_ref(&before)).when(
            sale_to(customer(None, Some(tax_id), Some(name))),
            &shop_with(&found),
        )
    };
    again("11144477735", NAME).nothing();
    again(CNPJ, NAME).rejected("IDEMPOTENCY_MISMATCH", None);
    again(CPF, "Outra Pessoa").rejected("IDEMPOTENCY_MISMATCH", None);
}

#[test]
fn a_sale_from_before_buyers_were_kept_is_the_same_with_its_buyer() {
    let found = person("p-1");
    for subject in [None, Some("cliente-7")] {
        // What was only checked then.
        let before = given::<Sale>(&[])
            .when(sale_to(customer(subject, Some(CPF), None)), &shop())
            .event();
        given::<Sale>(&[before])
            .when(
                sale_to(customer(subject, Some(CPF), Some(NAME))),
                &shop_with(&found),
            )
            .nothing();
    }
    let anonymous = given::<Sale>(&[]).when(record_sale(), &shop()).event();
    given::<Sale>(&[anonymous])
        .when(
            sale_to(customer(Some("cliente-7"), Some(CPF), None)),
            &shop_with(&found),
        )
        .rejected("IDEMPOTENCY_MISMATCH", None);
}

proptest! {
    /// Whatever of it is said, the same command is nothing new, sealed or not; and what is sealed reads back as it was.
    #[test]
    fn the_same_sale_again_is_nothing(
        subject in prop::option::of("[a-z]{1,8}"),
        cpf in any::<bool>(),
        name in prop::option::of("\\PC{0,40}"),
        given_now in "[a-z]{1,8}",
    ) {
        let tax_id = cpf.then_some(CPF);
        let command = sale_to(customer(subject.as_deref(), tax_id, name.as_deref()));
        let then: SubjectId = subject.as_deref().map_or_else(|| v("p-1"), v);
        let first = recorded(command.clone(), &person(then.as_str()));
        let in_log = sealed(first.clone());
        let stored = in_log.to_json().to_string();
        let read = SaleEvent::from_json("SaleRecorded", 1, &stored).unwrap();
        prop_assert_eq!(&read, &in_log);
        // A door gives whoever was named, or somebody in the place of one who was erased.
        let now = person(subject.as_deref().unwrap_or(&given_now));
        for before in [SaleEvent::from(first), read] {
            let decision = command.decide(&Sale::fold([&before]), &shop_with(&now));
            prop_assert!(decision.unwrap().events.is_empty());
        }
    }
}

#[test]
fn what_a_customer_owes_is_owed_by_the_person_and_by_no_name() {
    let mut command = sale_to(customer(None, Some(CPF), Some(NAME)));
    command.payments = vec![Payment::new(v("boleto"), cents(1999))];
    let sale = recorded(command, &person("p-6c1d3f6a6a0b4d5c8a9e0f1b2c3d4e5f"));
    let owed = OwedForSale {
        sale: &sale,
        position: 7,
        payment: 0,
        amount: cents(1999),
        kind: ItemKind::Boleto,
        account: &v("1.1.03"),
        terms: PayOut::usual(&PaymentMethod::BOLETO),
    };
    let registered = owed.registered().unwrap();
    assert_eq!(
        registered.item.party,
        Some(v("p-6c1d3f6a6a0b4d5c8a9e0f1b2c3d4e5f"))
    );
    assert_eq!(registered.party_name, None);
}
