//! Who bought: taken with a sale, told to who may see it, masked, erased and locked for the rest.

use posars_domain::person::{ErasureCause, Person, PersonEvent, PersonalDataErased};
use posars_domain::{Aggregate as _, DomainEvent as _, RetentionClass, SubjectId};
use posars_event_store::{Append, EventType, ExpectedVersion, JsonText, NewEvent, StreamName};
use posars_gateway::Principal;
use posars_gateway::proto::sales::v1::{
    Buyer, Customer, GetSaleRequest, ListSalesRequest, RecordSaleRequest, Sale, SaleSummary,
};
use tonic::Code;
use uuid::Uuid;

use crate::shop::{COMPANY, Shop, fields, refused, sale, store};

const CPF: &str = "529.982.247-25";
const BARE: &str = "52998224725";
const NAME: &str = "Zuleica Quintanilha";

fn customer() -> Customer {
    Customer {
        subject_id: String::new(),
        tax_id: CPF.into(),
        name: NAME.into(),
    }
}

fn sale_to(sale_id: Uuid, customer: Customer) -> RecordSaleRequest {
    RecordSaleRequest {
        customer: Some(customer),
        ..sale(sale_id)
    }
}

fn name(sale_id: Uuid) -> String {
    format!("{COMPANY}/sales/{sale_id}")
}

async fn sell(shop: &Shop, request: RecordSaleRequest) -> (Sale, u64) {
    let answer = shop.sales().record_sale(request).await.unwrap().into_inner();
    (answer.sale.unwrap(), answer.recorded.unwrap().position)
}

async fn get(shop: &Shop, sale_id: Uuid) -> Sale {
    let request = GetSaleRequest {
        name: name(sale_id),
        ..Default::default()
    };
    shop.sales()
        .get_sale(request)
        .await
        .unwrap()
        .into_inner()
        .sale
        .unwrap()
}

async fn list(shop: &Shop, min_position: u64, store_id: &str) -> Vec<SaleSummary> {
    let request = ListSalesRequest {
        parent: COMPANY.into(),
        store_id: store_id.into(),
        min_position,
        ..Default::default()
    };
    shop.sales().list_sales(request).await.unwrap().into_inner().sales
}

/// What is seen of a buyer, in one line.
fn seen(buyer: Option<&Buyer>) -> String {
    buyer.map_or_else(
        || "nobody".to_owned(),
        |buyer| {
            let Buyer {
                tax_id,
                name,
                masked_fields,
                erased_fields,
                locked_fields,
            } = buyer;
            format!(
                "{tax_id}/{name} masked {masked_fields:?} erased {erased_fields:?} locked {locked_fields:?}"
            )
        },
    )
}

const CLEAR: &str = "52998224725/Zuleica Quintanilha masked [] erased [] locked []";
const MASKED: &str = r#"/ masked ["tax_id", "name"] erased [] locked []"#;
const ERASED: &str = r#"/ masked [] erased ["tax_id", "name"] locked []"#;
const LOCKED: &str = r#"/ masked [] erased [] locked ["tax_id", "name"]"#;

/// Tells of an erasure, as its command would, and destroys the keys.
async fn erase(shop: &Shop, subject: &str) {
    let subject: SubjectId = subject.parse().unwrap();
    let classes = vec![RetentionClass::Fiscal];
    let erased = PersonEvent::from(PersonalDataErased {
        subject_id: subject.clone(),
        classes: classes.clone(),
        cause: ErasureCause::Request,
    });
    let event = NewEvent {
        event_id: Uuid::now_v7(),
        event_type: EventType::parse(erased.event_type()).unwrap(),
        schema_version: 1,
        data: JsonText::of(&erased).unwrap(),
        metadata: JsonText::parse("{}").unwrap(),
    };
    let stream = StreamName::new(Person::CATEGORY, subject.as_str()).unwrap();
    let append = Append::to(stream, ExpectedVersion::NoStream, vec![event]);
    shop.commands.log().append(append).await.unwrap();
    shop.commands.keyring().destroy(&subject, &classes).await.unwrap();
    shop.commands.forget_person(&subject);
}

#[tokio::test]
async fn the_buyer_comes_back_wherever_the_sale_does() {
    let shop = Shop::open().await;
    let _work = shop.work();
    let sale_id = Uuid::now_v7();
    let (told, _) = sell(&shop, sale_to(sale_id, customer())).await;
    assert_eq!(seen(told.buyer.as_ref()), CLEAR);
    assert!(told.customer_subject_id.starts_with("p-"));
    let (again, position) = sell(&shop, sale_to(sale_id, customer())).await;
    assert_eq!(again, told);
    let other = Uuid::now_v7();
    let named = Customer {
        subject_id: "cliente-7".into(),
        ..Default::default()
    };
    let (_, after) = sell(&shop, sale_to(other, named)).await;
    assert!(after > position);

    assert_eq!(seen(get(&shop, sale_id).await.buyer.as_ref()), CLEAR);
    let plain = get(&shop, other).await;
    assert_eq!(
        (plain.customer_subject_id.as_str(), plain.buyer),
        ("cliente-7", None)
    );
    let listed: Vec<_> = list(&shop, after, "")
        .await
        .iter()
        .map(|row| (row.customer_subject_id.clone(), seen(row.buyer.as_ref())))
        .collect();
    assert_eq!(
        listed,
        [
            (told.customer_subject_id, CLEAR.to_owned()),
            ("cliente-7".to_owned(), "nobody".to_owned())
        ]
    );
}

#[tokio::test]
async fn each_role_sees_of_a_buyer_what_is_its_business() {
    let shop = Shop::open().await;
    let _work = shop.work();
    shop.companies().define_store(store("sp02")).await.unwrap();
    let (here, there) = (Uuid::now_v7(), Uuid::now_v7());
    sell(&shop, sale_to(here, customer())).await;
    let elsewhere = RecordSaleRequest {
        store_id: "sp02".into(),
        ..sale_to(there, customer())
    };
    let (_, position) = sell(&shop, elsewhere).await;
    for (memberships, in_sp01, in_sp02) in [
        (&["acme/owner"][..], CLEAR, CLEAR),
        (&["acme/manager"], CLEAR, CLEAR),
        (&["acme/cashier"], CLEAR, CLEAR),
        (&["acme/finance"], CLEAR, CLEAR),
        (&["acme/auditor"], MASKED, MASKED),
        (&["acme/auditor", "acme/hr"], CLEAR, CLEAR),
        (&["acme/auditor", "acme/cashier/sp02"], MASKED, CLEAR),
    ] {
        let memberships = memberships.iter().map(|text| text.parse().unwrap()).collect();
        let caller = shop.for_caller(Principal::with("ana", "test", memberships)).await;
        for (sale_id, store_id, expected) in [(here, "sp01", in_sp01), (there, "sp02", in_sp02)] {
            assert_eq!(seen(get(&caller, sale_id).await.buyer.as_ref()), expected);
            let rows = list(&caller, position, store_id).await;
            assert_eq!(rows.len(), 1);
            assert_eq!(seen(rows[0].buyer.as_ref()), expected);
        }
    }
}

#[tokio::test]
async fn what_is_erased_is_named_and_the_sale_stays_as_it_was() {
    let shop = Shop::open().await;
    let _work = shop.work();
    let sale_id = Uuid::now_v7();
    let (before, position) = sell(&shop, sale_to(sale_id, customer())).await;
    erase(&shop, &before.customer_subject_id).await;
    let after = get(&shop, sale_id).await;
    assert_eq!(seen(after.buyer.as_ref()), ERASED);
    assert_eq!(
        Sale { buyer: None, ..after },
        Sale {
            buyer: None,
            ..before.clone()
        }
    );
    let rows = list(&shop, position, "").await;
    assert_eq!(seen(rows[0].buyer.as_ref()), ERASED);
    // The till that asks once more gets the first answer, and nobody's number comes back with it.
    let (again, _) = sell(&shop, sale_to(sale_id, customer())).await;
    assert_eq!(seen(again.buyer.as_ref()), ERASED);
    assert_eq!(again.customer_subject_id, before.customer_subject_id);
    let (next, _) = sell(&shop, sale_to(Uuid::now_v7(), customer())).await;
    assert_ne!(next.customer_subject_id, before.customer_subject_id);
    assert_eq!(seen(next.buyer.as_ref()), CLEAR);
}

#[tokio::test]
async fn a_key_that_nobody_gave_up_is_locked_and_not_erased() {
    let shop = Shop::open().await;
    let _work = shop.work();
    let sale_id = Uuid::now_v7();
    let (_, position) = sell(&shop, sale_to(sale_id, customer())).await;
    // As where an older copy of the keys was restored.
    let client = shop.store.pool().get().await.unwrap();
    client.batch_execute("delete from subject_keys").await.unwrap();
    assert_eq!(seen(get(&shop, sale_id).await.buyer.as_ref()), LOCKED);
    assert_eq!(seen(list(&shop, position, "").await[0].buyer.as_ref()), LOCKED);
    let (again, _) = sell(&shop, sale_to(sale_id, customer())).await;
    assert_eq!(seen(again.buyer.as_ref()), LOCKED);
}

#[tokio::test]
async fn without_the_master_key_only_the_buyer_is_locked() {
    let shop = Shop::open().await;
    let _work = shop.work();
    let sale_id = Uuid::now_v7();
    let (_, position) = sell(&shop, sale_to(sale_id, customer())).await;
    let locked = shop.without_master_key().await;
    assert_eq!(seen(get(&locked, sale_id).await.buyer.as_ref()), LOCKED);
    assert_eq!(seen(list(&locked, position, "").await[0].buyer.as_ref()), LOCKED);
    let answer = locked
        .sales()
        .record_sale(sale_to(Uuid::now_v7(), customer()))
        .await;
    let details = refused(answer, Code::Unavailable, "PERSONAL_DATA_LOCKED");
    assert!(!format!("{details:?}").contains(NAME));
    sell(&locked, sale(Uuid::now_v7())).await;
}

#[tokio::test]
async fn a_buyer_that_cannot_be_is_refused_and_not_repeated() {
    let shop = Shop::open().await;
    for (customer, reason, field) in [
        (
            Customer {
                tax_id: "529.982.247-26".into(),
                ..customer()
            },
            "INVALID_TAX_ID",
            "customer.tax_id",
        ),
        (
            Customer {
                name: format!("{NAME} {}", "x".repeat(200)),
                ..customer()
            },
            "TEXT_TOO_LONG",
            "customer.name",
        ),
        (
            Customer {
                subject_id: CPF.into(),
                ..customer()
            },
            "TAX_ID_MISPLACED",
            "customer.subject_id",
        ),
    ] {
        let answer = shop.sales().record_sale(sale_to(Uuid::now_v7(), customer)).await;
        let told = format!("{answer:?}");
        let details = refused(answer, Code::InvalidArgument, reason);
        assert_eq!(fields(&details), [field]);
        for secret in ["982", "Zuleica"] {
            assert!(!told.contains(secret), "{told}");
        }
    }
    // Another buyer under the same id is another sale.
    let sale_id = Uuid::now_v7();
    sell(&shop, sale_to(sale_id, customer())).await;
    let other = Customer {
        name: "Outra Pessoa".into(),
        ..customer()
    };
    let answer = shop.sales().record_sale(sale_to(sale_id, other)).await;
    refused(answer, Code::AlreadyExists, "IDEMPOTENCY_MISMATCH");
}

#[tokio::test]
async fn a_dry_run_shows_what_the_caller_gave_and_keeps_nothing() {
    let shop = Shop::open().await;
    let request = RecordSaleRequest {
        validate_only: true,
        ..sale_to(Uuid::now_v7(), customer())
    };
    let answer = shop.sales().record_sale(request).await.unwrap().into_inner();
    assert_eq!(seen(answer.sale.unwrap().buyer.as_ref()), CLEAR);
    let preview = format!("{:?}", answer.recorded.unwrap().preview);
    assert!(
        preview.contains("withheld") && !preview.contains(BARE) && !preview.contains(NAME),
        "{preview}"
    );
    let client = shop.store.pool().get().await.unwrap();
    let keys: i64 = client
        .query_one("select count(*) from subject_keys", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(keys, 0);
}
