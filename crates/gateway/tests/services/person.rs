//! People's requests about their own data: found, told what is held, handed out, erased.

use posars_gateway::proto::hr::v1::person_service_client::PersonServiceClient;
use posars_gateway::proto::hr::v1::{
    ErasePersonalDataRequest, ExportFormat, ExportPersonalDataRequest, FindPeopleRequest, GetPersonRequest,
    GetRetentionPolicyRequest, Person, RetentionClass, RetentionPolicy, SetRetentionPolicyRequest,
    ShredDueDataRequest,
};
use posars_gateway::proto::sales::v1::{Customer, DefineCompanyRequest, RecordSaleRequest};
use tonic::Code;
use tonic::transport::Channel;
use uuid::Uuid;

use crate::shop::{COMPANY, Shop, fields, refused, sale};

const CPF: &str = "529.982.247-25";
const BARE: &str = "52998224725";
const NAME: &str = "Zuleica Quintanilha";

fn people(shop: &Shop) -> PersonServiceClient<Channel> {
    PersonServiceClient::new(shop.channel.clone())
}

async fn sell(shop: &Shop) -> Uuid {
    let sale_id = Uuid::now_v7();
    let request = RecordSaleRequest {
        customer: Some(Customer {
            subject_id: String::new(),
            tax_id: CPF.into(),
            name: NAME.into(),
        }),
        ..sale(sale_id)
    };
    shop.sales().record_sale(request).await.unwrap();
    sale_id
}

async fn find(shop: &Shop) -> Vec<Person> {
    let request = FindPeopleRequest {
        parent: COMPANY.into(),
        tax_id: CPF.into(),
    };
    people(shop)
        .find_people(request)
        .await
        .unwrap()
        .into_inner()
        .people
}

#[tokio::test]
async fn a_buyer_is_found_told_handed_out_and_kept_until_a_date() {
    let shop = Shop::open().await;
    let _work = shop.work();
    let sale_id = sell(&shop).await;
    let [person] = <[Person; 1]>::try_from(find(&shop).await).unwrap();
    assert_eq!(person.name, format!("{COMPANY}/people/{}", person.subject_id));
    let held = &person.classes[0];
    assert_eq!(held.class(), RetentionClass::Fiscal);
    assert!(!held.erased && !held.employed && !person.erasure_requested);
    // 132 months after a sale of November 2026.
    assert_eq!(held.due_date.unwrap().year, 2037);

    let export = |format: ExportFormat| {
        let request = ExportPersonalDataRequest {
            name: person.name.clone(),
            format: format.into(),
            request_ref: "LGPD-7".into(),
            ..Default::default()
        };
        async {
            people(&shop)
                .export_personal_data(request)
                .await
                .unwrap()
                .into_inner()
        }
    };
    let records = export(ExportFormat::Records).await;
    assert_eq!(records.records.len(), 1);
    let record = &records.records[0];
    assert_eq!(record.stream, format!("sale-{sale_id}"));
    assert_eq!(record.source.as_ref().unwrap().door, "api");
    let data: Vec<_> = record
        .data
        .iter()
        .map(|datum| (datum.path.as_str(), datum.value.as_str()))
        .collect();
    assert_eq!(data, [("buyer.tax_id", BARE), ("buyer.name", NAME)]);
    let content: serde_json::Value = serde_json::from_str(&record.content_json).unwrap();
    assert_eq!(content["buyer"]["name"], NAME);
    assert!(records.recorded.unwrap().position > record.position);
    assert!(records.workbook.is_empty());
    let workbook = export(ExportFormat::Xlsx).await;
    assert!(workbook.records.is_empty() && workbook.workbook.starts_with(b"PK"));
    assert!(workbook.file_name.starts_with("dados-pessoais_"));

    erasure_is_tried_asked_for_and_told(&shop, person).await;
}

/// The law keeps who bought: nothing goes yet.
async fn erasure_is_tried_asked_for_and_told(shop: &Shop, person: Person) {
    let erase = ErasePersonalDataRequest {
        name: person.name.clone(),
        request_ref: "LGPD-8".into(),
        validate_only: true,
        ..Default::default()
    };
    let tried = people(shop).erase_personal_data(erase.clone()).await.unwrap();
    assert_eq!(
        tried.into_inner().recorded.unwrap().preview[0].event_type,
        "ErasureRequested"
    );
    let erase = ErasePersonalDataRequest {
        validate_only: false,
        request_id: Uuid::now_v7().to_string(),
        ..erase
    };
    let asked = people(shop)
        .erase_personal_data(erase.clone())
        .await
        .unwrap()
        .into_inner();
    assert!(asked.erased.is_empty());
    let told = asked.person.unwrap();
    assert!(told.erasure_requested);
    assert_eq!(told.classes, person.classes);
    let again = people(shop)
        .erase_personal_data(erase)
        .await
        .unwrap()
        .into_inner();
    assert!(again.recorded.unwrap().replayed);
    let request = GetPersonRequest { name: person.name };
    let read = people(shop).get_person(request).await.unwrap().into_inner();
    assert_eq!(read.person.unwrap(), told);
}

#[tokio::test]
async fn the_times_are_set_and_read_and_what_is_due_goes() {
    let shop = Shop::open().await;
    let _work = shop.work();
    let define = DefineCompanyRequest {
        company_id: "acme".into(),
        display_name: "Acme".into(),
        currency_code: "BRL".into(),
        ..Default::default()
    };
    shop.companies().define_company(define).await.unwrap();
    let get = || {
        let request = GetRetentionPolicyRequest {
            name: format!("{COMPANY}/retentionPolicy"),
        };
        async {
            people(&shop)
                .get_retention_policy(request)
                .await
                .unwrap()
                .into_inner()
                .policy
        }
    };
    let policy = |months: [u32; 3]| RetentionPolicy {
        name: format!("{COMPANY}/retentionPolicy"),
        contact_months: Some(months[0]),
        fiscal_months: Some(months[1]),
        labour_months: Some(months[2]),
    };
    assert_eq!(get().await, Some(policy([24, 132, 360])));
    let set = SetRetentionPolicyRequest {
        name: COMPANY.into(),
        policy: Some(RetentionPolicy {
            contact_months: None,
            ..policy([0, 60, 70])
        }),
        ..Default::default()
    };
    let answer = people(&shop).set_retention_policy(set.clone()).await.unwrap();
    assert_eq!(answer.into_inner().policy, Some(policy([24, 60, 70])));
    assert_eq!(get().await, Some(policy([24, 60, 70])));
    let never = SetRetentionPolicyRequest {
        policy: Some(policy([24, 59, 70])),
        ..set
    };
    let answer = people(&shop).set_retention_policy(never).await;
    let details = refused(answer, Code::InvalidArgument, "RETENTION_MONTHS_INVALID");
    assert_eq!(fields(&details), ["policy.fiscal_months"]);

    sell(&shop).await;
    let due = ShredDueDataRequest {
        parent: COMPANY.into(),
        validate_only: false,
    };
    let due = people(&shop).shred_due_data(due).await.unwrap().into_inner();
    // Sold in the last weeks: five years are not over.
    assert!(due.shredded.is_empty() && !due.more);
}

#[tokio::test]
async fn a_refusal_says_nothing_of_who_was_asked_for() {
    let shop = Shop::open().await;
    let _work = shop.work();
    let request = FindPeopleRequest {
        parent: COMPANY.into(),
        tax_id: "529.982.247-26".into(),
    };
    let answer = people(&shop).find_people(request).await;
    assert!(!format!("{answer:?}").contains("982"), "{answer:?}");
    let details = refused(answer, Code::InvalidArgument, "INVALID_TAX_ID");
    assert_eq!(fields(&details), ["tax_id"]);
    assert!(find(&shop).await.is_empty());
    let nobody = format!("{COMPANY}/people/p-1");
    let request = GetPersonRequest { name: nobody.clone() };
    let answer = people(&shop).get_person(request).await;
    refused(answer, Code::NotFound, "PERSON_UNKNOWN");
    let request = ErasePersonalDataRequest {
        name: nobody,
        ..Default::default()
    };
    let answer = people(&shop).erase_personal_data(request).await;
    refused(answer, Code::NotFound, "PERSON_UNKNOWN");
    let request = GetRetentionPolicyRequest { name: COMPANY.into() };
    let answer = people(&shop).get_retention_policy(request).await;
    refused(answer, Code::InvalidArgument, "FIELD_INVALID");
}

#[tokio::test]
async fn without_the_master_key_it_is_told_what_is_held_and_nothing_is_opened() {
    let shop = Shop::open().await;
    let _work = shop.work();
    sell(&shop).await;
    let name = find(&shop).await[0].name.clone();
    let locked = shop.without_master_key().await;
    let request = GetPersonRequest { name: name.clone() };
    let read = people(&locked).get_person(request).await.unwrap().into_inner();
    assert_eq!(read.person.unwrap().classes.len(), 1);
    let request = ExportPersonalDataRequest {
        name,
        ..Default::default()
    };
    let answer = people(&locked).export_personal_data(request).await;
    refused(answer, Code::Unavailable, "PERSONAL_DATA_LOCKED");
    let request = FindPeopleRequest {
        parent: COMPANY.into(),
        tax_id: CPF.into(),
    };
    let answer = people(&locked).find_people(request).await;
    refused(answer, Code::Unavailable, "PERSONAL_DATA_LOCKED");
}
