//! Sales whose buyer is known: told again, told by an earlier build, told while the buyer is erased.

use std::collections::{HashMap, HashSet};

use posars_commands::{Commands, Completed, Offered};
use posars_domain::person::{ErasureCause, Person, PersonEvent, PersonalDataErased};
use posars_domain::sale::{Buyer, Customer, RecordSale, SaleEvent, SaleRecorded};
use posars_domain::{Aggregate as _, DomainEvent as _, KeyId, RetentionClass, SubjectId, TaxId};
use posars_event_store::{Append, EventType, ExpectedVersion, JsonText, NewEvent, Position, StreamName};
use uuid::Uuid;

use crate::pins;
use crate::shop::{Shop, api, asked_as, decoded, reason, sale, told, v};

const CPF: &str = "52998224725";
const OTHER_CPF: &str = "11144477735";
const FISCAL: &[RetentionClass] = &[RetentionClass::Fiscal];

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
        ..sale(&[("cafe", "1")])
    }
}

fn recorded(completed: &Completed<SaleEvent>) -> &SaleRecorded {
    completed.answer::<SaleRecorded>().unwrap()
}

fn subject(completed: &Completed<SaleEvent>) -> SubjectId {
    recorded(completed).customer.clone().unwrap()
}

fn buyer(completed: &Completed<SaleEvent>) -> &Buyer {
    recorded(completed).buyer.as_deref().unwrap()
}

/// Tells of an erasure, as its command would, and destroys the keys.
async fn erase(shop: &Shop, commands: &Commands, subject: &SubjectId) -> anyhow::Result<()> {
    let erased = PersonEvent::from(PersonalDataErased {
        subject_id: subject.clone(),
        classes: FISCAL.to_vec(),
        cause: ErasureCause::Request,
    });
    let event = NewEvent {
        event_id: Uuid::now_v7(),
        event_type: EventType::parse(erased.event_type())?,
        schema_version: 1,
        data: JsonText::of(&erased)?,
        metadata: JsonText::parse("{}")?,
    };
    let stream = StreamName::new(Person::CATEGORY, subject.as_str())?;
    let append = Append::to(stream, ExpectedVersion::NoStream, vec![event]);
    shop.log.append(append).await?;
    commands.keyring().destroy(subject, FISCAL).await?;
    Ok(())
}

/// All that stands in the tables of the log and of the keys, as text.
async fn dump(shop: &Shop) -> anyhow::Result<String> {
    let client = shop.store.pool().get().await?;
    let mut text = String::new();
    for table in [
        "events",
        "idempotency",
        "streams",
        "subject_keys",
        "subject_finders",
        "company_keys",
    ] {
        for row in client
            .query(&format!("select t::text from {table} t"), &[])
            .await?
        {
            text.push_str(row.get(0));
        }
    }
    Ok(text)
}

#[tokio::test]
async fn a_sale_keeps_its_buyer_and_gives_it_back_to_who_asks_again() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let command = sale_to(customer(None, Some(CPF), Some("Zuleica Quintanilha")));
    let first = shop.commands.carry_out(&command, &api()).await?;
    assert_eq!(buyer(&first).tax_id, command.customer.as_ref().unwrap().tax_id);
    assert_eq!(buyer(&first).name, command.customer.as_ref().unwrap().name);
    for envelope in [api(), asked_as(Uuid::now_v7())] {
        let another = shop.commands_of_another_process().await?;
        let again = another.carry_out(&command, &envelope).await?;
        assert!(again.replayed);
        assert_eq!(recorded(&again), recorded(&first));
    }
    for other in [
        customer(None, Some(OTHER_CPF), Some("Zuleica Quintanilha")),
        customer(None, Some(CPF), Some("Zuleica Quintanilha Neta")),
        customer(None, Some(CPF), None),
        Customer::default(),
    ] {
        let other = RecordSale {
            customer: Some(other),
            ..command.clone()
        };
        let answer = shop.commands.carry_out(&other, &api()).await;
        assert_eq!(reason(answer), "IDEMPOTENCY_MISMATCH");
    }
    let text = dump(&shop).await?;
    for secret in [CPF, OTHER_CPF, "529.982", "Zuleica", "Quintanilha"] {
        assert!(!text.contains(secret), "{secret} is in the log");
    }
    assert_eq!(shop.count("subject_keys").await?, 1, "no retry left a key behind");
    Ok(())
}

#[tokio::test]
async fn a_buyer_of_several_sales_is_one_person_and_one_without_a_number_is_nobody_else() -> anyhow::Result<()>
{
    let shop = Shop::open().await?;
    let sell = async |customer: Customer| shop.commands.carry_out(&sale_to(customer), &api()).await;
    let first = subject(&sell(customer(None, Some(CPF), None)).await?);
    let second = subject(&sell(customer(None, Some(CPF), Some("Zuleica"))).await?);
    assert_eq!(first, second);
    let nameless = subject(&sell(customer(None, None, Some("Zuleica"))).await?);
    assert_ne!(nameless, first);
    assert_ne!(
        subject(&sell(customer(None, None, Some("Zuleica"))).await?),
        nameless
    );
    let named = sell(customer(Some("cliente-7"), Some(OTHER_CPF), None)).await?;
    assert_eq!(subject(&named), v("cliente-7"));
    assert_eq!(
        subject(&sell(customer(None, Some(OTHER_CPF), None)).await?),
        v("cliente-7")
    );
    // Without data nothing is kept for anybody.
    let keys = shop.count("subject_keys").await?;
    let plain = sell(customer(Some("cliente-8"), None, None)).await?;
    assert_eq!(
        (subject(&plain), recorded(&plain).buyer.as_ref()),
        (v("cliente-8"), None)
    );
    assert_eq!(shop.count("subject_keys").await?, keys);
    Ok(())
}

/// The log of an earlier build: the number is covered by the fingerprint and kept nowhere.
async fn make_earlier(shop: &Shop, command: &RecordSale, fingerprint: &str) -> anyhow::Result<()> {
    let client = shop.store.pool().get().await?;
    let stream = format!("sale-{}", command.sale_id);
    let mut event: SaleEvent = decoded(&shop.events(&stream).await?.remove(0));
    if let SaleEvent::SaleRecorded(sale) = &mut event {
        sale.buyer = None;
        sale.customer = command
            .customer
            .as_ref()
            .and_then(|customer| customer.subject_id.clone());
    }
    let data = event.to_json().get().to_owned();
    let changed = client
        .execute("update events set data = $1 where stream = $2", &[&data, &stream])
        .await?;
    assert_eq!(changed, 1);
    let changed = client
        .execute(
            "update idempotency set fingerprint = decode($1, 'hex') where key = $2",
            &[&fingerprint, &command.sale_id.uuid()],
        )
        .await?;
    assert_eq!(changed, 1);
    client.batch_execute("delete from subject_keys").await?;
    Ok(())
}

#[tokio::test]
async fn a_sale_of_an_earlier_build_is_known_again_by_the_fingerprint_with_the_number() -> anyhow::Result<()>
{
    let shop = Shop::open().await?;
    let command = pins::full_sale();
    shop.commands.carry_out(&command, &api()).await?;
    make_earlier(&shop, &command, pins::WITH_TAX_ID).await?;
    let head = shop.head().await?;
    let till = shop.commands_of_another_process().await?;
    for envelope in [api(), asked_as(Uuid::now_v7())] {
        let again = till.carry_out(&command, &envelope).await?;
        assert!(again.replayed);
        assert_eq!(
            (subject(&again), recorded(&again).buyer.as_ref()),
            (v("maria"), None)
        );
    }
    let mut other_number = command.clone();
    other_number.customer.as_mut().unwrap().tax_id = Some(v::<TaxId>(CPF).into());
    let mut named = command.clone();
    named.customer.as_mut().unwrap().name = Some("Maria".to_owned().into());
    let mut other_seller = command.clone();
    other_seller.seller = Some("Ana".to_owned());
    let mut nobody = command.clone();
    nobody.customer = None;
    for other in [other_number, named, other_seller, nobody] {
        assert_eq!(
            reason(till.carry_out(&other, &api()).await),
            "IDEMPOTENCY_MISMATCH"
        );
    }
    assert_eq!(shop.head().await?, head);
    Ok(())
}

#[tokio::test]
async fn a_retry_for_an_erased_buyer_brings_nothing_back() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let commands = [
        sale_to(customer(None, Some(CPF), Some("Zuleica"))),
        sale_to(customer(Some("cliente-7"), Some(OTHER_CPF), None)),
    ];
    for command in &commands {
        let first = shop.commands.carry_out(command, &api()).await?;
        erase(&shop, &shop.commands, &subject(&first)).await?;
        assert_eq!(shop.count("subject_keys").await?, 0);
        for commands in [&shop.commands, &shop.commands_of_another_process().await?] {
            let again = commands.carry_out(command, &api()).await?;
            assert!(again.replayed);
            assert_eq!(subject(&again), subject(&first));
            assert!(
                buyer(&again).tax_id.as_ref().unwrap().sealed().is_some(),
                "it is gone"
            );
        }
        assert_eq!(
            shop.count("subject_keys").await?,
            0,
            "nobody is found by the number again"
        );
        assert_eq!(shop.count("subject_finders").await?, 0);
    }
    // The next sale is of somebody new.
    let next = sale_to(customer(Some("cliente-7"), Some(OTHER_CPF), None));
    let next = shop.commands.carry_out(&next, &api()).await?;
    assert_ne!(subject(&next), v("cliente-7"));
    let again = shop
        .commands
        .carry_out(&sale_to(customer(None, Some(OTHER_CPF), None)), &api())
        .await?;
    assert_eq!(subject(&again), subject(&next));
    Ok(())
}

/// Where each key of the log was used last, and which of them are there.
async fn uses(shop: &Shop) -> anyhow::Result<HashMap<KeyId, (SubjectId, Position)>> {
    let mut uses = HashMap::new();
    let client = shop.store.pool().get().await?;
    let sql = "select stream from events where type = 'SaleRecorded' order by position";
    for row in client.query(sql, &[]).await? {
        let event = shop.events(row.get(0)).await?.remove(0);
        let SaleEvent::SaleRecorded(sale) = decoded(&event) else {
            unreachable!("by its type")
        };
        if let Some(sealed) = sale
            .buyer
            .as_ref()
            .and_then(|buyer| buyer.tax_id.as_ref()?.sealed())
        {
            uses.insert(sealed.key, (sale.customer.unwrap(), event.position));
        }
    }
    Ok(uses)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_sales_race_an_erasure_no_event_has_a_key_that_is_gone() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let (till, office) = (shop.commands.clone(), shop.commands_of_another_process().await?);
    let mut erased: HashSet<SubjectId> = HashSet::new();
    for _ in 0..8 {
        let known = till
            .carry_out(&sale_to(customer(None, Some(CPF), None)), &api())
            .await?;
        let who = subject(&known);
        let selling = async {
            for _ in 0..6 {
                let command = sale_to(customer(None, Some(CPF), Some("Zuleica")));
                till.carry_out(&command, &api()).await?;
            }
            anyhow::Ok(())
        };
        let (sold, gone) = tokio::join!(selling, erase(&shop, &office, &who));
        sold?;
        gone?;
        assert!(erased.insert(who), "who was erased stays erased");
    }
    no_event_has_a_key_that_is_gone(&shop, &erased).await
}

/// Each key is there, or was given up after all that it seals; and no key of those who were erased is there.
async fn no_event_has_a_key_that_is_gone(shop: &Shop, erased: &HashSet<SubjectId>) -> anyhow::Result<()> {
    let client = shop.store.pool().get().await?;
    let rows = client.query("select key_id from subject_keys", &[]).await?;
    let there: Vec<KeyId> = rows.iter().map(|row| KeyId::new(row.get(0))).collect();
    for (key, (subject, last_used)) in uses(shop).await? {
        if there.contains(&key) {
            assert!(
                !erased.contains(&subject),
                "a key of {subject} outlived the erasure"
            );
        } else {
            let told = shop.events(&format!("person-{subject}")).await?;
            assert!(
                told[0].position > last_used,
                "sealed for {subject} after the erasure"
            );
        }
    }
    Ok(())
}

fn offered(sales: &[RecordSale]) -> Vec<Offered<RecordSale>> {
    let sales = sales.iter().cloned();
    sales.map(|sale| Offered::new(sale, api())).collect()
}

#[tokio::test]
async fn a_batch_keeps_its_buyers_as_one_after_the_other_would() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let known = sale_to(customer(None, Some(OTHER_CPF), None));
    let known = subject(&shop.commands.carry_out(&known, &api()).await?);
    let sales = [
        sale_to(customer(None, Some(CPF), Some("Zuleica"))),
        sale(&[("cafe", "1")]),
        sale_to(customer(None, Some(OTHER_CPF), None)),
        sale_to(customer(None, Some(CPF), None)),
        sale_to(customer(None, None, Some("Zuleica"))),
        sale_to(customer(None, None, Some("Zuleica"))),
        sale_to(customer(Some("cliente-7"), None, Some("Ana"))),
    ];
    let answers = shop.commands.record_sales(&offered(&sales)).await;
    assert_eq!(told(answers), ["now"; 7]);
    let mut buyers = Vec::new();
    for sale in &sales {
        // The lone command opens what the batch has sealed.
        let again = shop.commands.carry_out(sale, &api()).await?;
        assert!(again.replayed);
        let kept = recorded(&again).buyer.as_deref().cloned();
        let given = sale.customer.clone().unwrap_or_default();
        let kept = kept.unwrap_or_default();
        assert_eq!((kept.tax_id, kept.name), (given.tax_id, given.name));
        buyers.push(recorded(&again).customer.clone());
    }
    assert_eq!(buyers[0], buyers[3]);
    assert_eq!(buyers[2], Some(known));
    assert_eq!(
        (buyers[1].clone(), buyers[6].clone()),
        (None, Some(v("cliente-7")))
    );
    assert_ne!(buyers[4], buyers[5], "a name makes nobody known");
    assert_eq!(shop.count("subject_keys").await?, 5);

    let another = shop.commands_of_another_process().await?;
    for commands in [&shop.commands, &another] {
        assert_eq!(told(commands.record_sales(&offered(&sales)).await), ["before"; 7]);
    }
    let mut changed = sales.clone();
    changed[0].customer = Some(customer(None, Some(OTHER_CPF), Some("Zuleica")));
    changed[2].customer = None;
    changed[4].customer = Some(customer(None, None, Some("Zuleide")));
    assert_eq!(
        told(another.record_sales(&offered(&changed)).await),
        [
            "IDEMPOTENCY_MISMATCH",
            "before",
            "IDEMPOTENCY_MISMATCH",
            "before",
            "IDEMPOTENCY_MISMATCH",
            "before",
            "before"
        ]
    );
    let text = dump(&shop).await?;
    for secret in [CPF, OTHER_CPF, "Zuleica", "withheld"] {
        assert!(!text.contains(secret), "{secret} is in the log");
    }
    Ok(())
}

#[tokio::test]
async fn a_sheet_that_comes_again_after_an_erasure_brings_nobody_back() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let sheet = [
        sale_to(customer(None, Some(CPF), Some("Zuleica"))),
        sale_to(customer(None, Some(CPF), None)),
    ];
    assert_eq!(
        told(shop.commands.record_sales(&offered(&sheet)).await),
        ["now"; 2]
    );
    let first = shop.commands.carry_out(&sheet[0], &api()).await?;
    erase(&shop, &shop.commands, &subject(&first)).await?;
    for commands in [&shop.commands, &shop.commands_of_another_process().await?] {
        assert_eq!(told(commands.record_sales(&offered(&sheet)).await), ["before"; 2]);
    }
    assert_eq!(shop.count("subject_keys").await?, 0);
    // A row that is new is of somebody new.
    let longer = [sheet[0].clone(), sale_to(customer(None, Some(CPF), None))];
    let answers = shop.commands.record_sales(&offered(&longer)).await;
    assert_eq!(told(answers), ["before", "now"]);
    assert_eq!(shop.count("subject_keys").await?, 1);
    Ok(())
}

#[tokio::test]
async fn a_sheet_of_an_earlier_build_is_the_same_with_its_customers() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let plain = [sale(&[("cafe", "1")]), sale(&[("pao", "2")])];
    assert_eq!(
        told(shop.commands.record_sales(&offered(&plain)).await),
        ["now"; 2]
    );
    let with_customers = plain.map(|sale| RecordSale {
        customer: Some(customer(None, Some(CPF), Some("Zuleica"))),
        ..sale
    });
    let answers = shop.commands.record_sales(&offered(&with_customers)).await;
    assert_eq!(told(answers), ["before"; 2]);
    assert_eq!(shop.count("subject_keys").await?, 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batches_that_race_an_erasure_seal_nothing_with_a_key_that_is_gone() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let office = shop.commands_of_another_process().await?;
    let mut erased: HashSet<SubjectId> = HashSet::new();
    for _ in 0..5 {
        let known = sale_to(customer(None, Some(CPF), None));
        let who = subject(&shop.commands.carry_out(&known, &api()).await?);
        let sales: Vec<_> = (0..40)
            .map(|number| {
                let cpf = if number % 4 == 0 { OTHER_CPF } else { CPF };
                sale_to(customer(None, Some(cpf), Some("Zuleica")))
            })
            .collect();
        let batch = offered(&sales);
        let (answers, gone) = tokio::join!(shop.commands.record_sales(&batch), erase(&shop, &office, &who));
        gone?;
        assert_eq!(told(answers), vec!["now"; 40]);
        erased.insert(who);
    }
    no_event_has_a_key_that_is_gone(&shop, &erased).await
}

#[tokio::test]
async fn without_the_master_key_a_batch_locks_what_has_buyers_only() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let locked = Commands::new(shop.log.clone());
    let plain = [sale(&[("cafe", "1")]), sale(&[("pao", "1")])];
    assert_eq!(told(locked.record_sales(&offered(&plain)).await), ["now"; 2]);
    let with_buyer = [sale_to(customer(None, Some(CPF), None))];
    let answers = locked.record_sales(&offered(&with_buyer)).await;
    assert_eq!(told(answers), ["PERSONAL_DATA_LOCKED"]);
    let answers = shop.commands.record_sales(&offered(&with_buyer)).await;
    assert_eq!(told(answers), ["now"], "nothing was lost");
    Ok(())
}
