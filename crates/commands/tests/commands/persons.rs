//! What is personal on its way through the door: sealed in the log, bound to a person, gone when the key is.

use posars_commands::{CommandError, Commands, Completed, Offered, Unavailability};
use posars_domain::person::{ErasureCause, Person, PersonEvent, PersonalDataErased};
use posars_domain::sale::{Buyer, Customer, RecordSale, SaleEvent, SaleRecorded};
use posars_domain::{Aggregate as _, DomainEvent as _, RetentionClass, SubjectId, TaxId};
use posars_event_store::{Append, EventType, ExpectedVersion, JsonText, NewEvent, StreamName};
use posars_keyring::{Keyring, Opening, Place};
use uuid::Uuid;

use crate::shop::{Shop, api, decoded, reason, sale, told, v};

const CPF: &str = "52998224725";
const OTHER_CPF: &str = "11144477735";

fn sell_to(cpf: &str, name: &str) -> RecordSale {
    RecordSale {
        customer: Some(Customer {
            subject_id: None,
            tax_id: Some(v::<TaxId>(cpf).into()),
            name: Some(name.to_owned().into()),
        }),
        ..sale(&[("cafe", "1")])
    }
}

/// The same sale with something else of its customer.
fn with(sold: &RecordSale, change: impl FnOnce(&mut Customer)) -> RecordSale {
    let mut sold = sold.clone();
    change(sold.customer.as_mut().unwrap());
    sold
}

fn tax_id_and_name(sold: &RecordSale) -> Buyer {
    let customer = sold.customer.clone().unwrap();
    Buyer {
        tax_id: customer.tax_id,
        name: customer.name,
    }
}

fn recorded(completed: &Completed<SaleEvent>) -> SaleRecorded {
    completed.answer::<SaleRecorded>().unwrap().clone()
}

fn subject(completed: &Completed<SaleEvent>) -> SubjectId {
    recorded(completed).customer.unwrap()
}

/// The sale as the log has it, with what is personal in it opened as far as its key is there.
async fn opened(shop: &Shop, keyring: &Keyring, sold: &RecordSale) -> anyhow::Result<Buyer> {
    let stored = shop.events(&format!("sale-{}", sold.sale_id)).await?.remove(0);
    let mut event: SaleEvent = decoded(&stored);
    let place = Place {
        stream: &stored.stream,
        event_id: stored.event_id,
    };
    let fields = event.personal().into_iter().map(|field| Opening {
        place,
        path: field.path,
        data: field.data,
    });
    keyring.open(&mut fields.collect::<Vec<_>>()).await?;
    let SaleEvent::SaleRecorded(sale) = event else {
        unreachable!()
    };
    Ok(*sale.buyer.unwrap())
}

/// Tells of an erasure, as its command would; the keys are destroyed by the caller, or not.
async fn tell_of_erasure(shop: &Shop, subject: &SubjectId, classes: &[RetentionClass]) -> anyhow::Result<()> {
    let erased = PersonEvent::from(PersonalDataErased {
        subject_id: subject.clone(),
        classes: classes.to_vec(),
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
    let expected = match shop.events(stream.as_str()).await?.last() {
        Some(last) => ExpectedVersion::Exact(last.version),
        None => ExpectedVersion::NoStream,
    };
    shop.log.append(Append::to(stream, expected, vec![event])).await?;
    Ok(())
}

const FISCAL: &[RetentionClass] = &[RetentionClass::Fiscal];

#[tokio::test(flavor = "multi_thread")]
async fn the_log_holds_what_is_personal_sealed_and_its_key_opens_it() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let sold = sell_to(CPF, "Maria Souza");
    let completed = shop.commands.carry_out(&sold, &api()).await?;
    assert_eq!(
        *recorded(&completed).buyer.unwrap(),
        tax_id_and_name(&sold),
        "the caller gets back what it gave"
    );
    let stored = shop.events(&format!("sale-{}", sold.sale_id)).await?.remove(0);
    assert!(stored.data.contains("\"sealed\""), "{}", stored.data);
    for clear in [CPF, "Maria", "Souza", "withheld"] {
        assert!(!stored.data.contains(clear), "{}", stored.data);
    }
    let another = shop.commands_of_another_process().await?;
    let buyer = opened(&shop, another.keyring(), &sold).await?;
    assert_eq!(buyer, tax_id_and_name(&sold));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_the_tax_number_is_one_person() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let first = shop.commands.carry_out(&sell_to(CPF, "Maria"), &api()).await?;
    let another = shop.commands_of_another_process().await?;
    let second = another.carry_out(&sell_to(CPF, "Maria S."), &api()).await?;
    let other = shop
        .commands
        .carry_out(&sell_to(OTHER_CPF, "Jose"), &api())
        .await?;
    assert_eq!(subject(&first), subject(&second));
    assert_ne!(subject(&first), subject(&other));
    assert!(subject(&first).as_str().starts_with("p-"));
    let named = with(&sell_to(OTHER_CPF, "Jose"), |customer| {
        customer.subject_id = Some(v("c-77"));
    });
    assert_eq!(
        subject(&shop.commands.carry_out(&named, &api()).await?),
        v::<SubjectId>("c-77")
    );
    assert_eq!(shop.count("subject_keys").await?, 3);
    assert_eq!(
        shop.count("streams where stream like 'person-%'").await?,
        0,
        "nothing is told of them"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_after_an_erasure_is_of_somebody_new() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let sold = sell_to(CPF, "Maria");
    let first = shop.commands.carry_out(&sold, &api()).await?;
    // Another process, which does not know of the erasure before its append loses.
    let another = shop.commands_of_another_process().await?;
    another.carry_out(&sell_to(CPF, "Maria"), &api()).await?;

    tell_of_erasure(&shop, &subject(&first), FISCAL).await?;
    shop.commands.keyring().destroy(&subject(&first), FISCAL).await?;
    shop.commands.forget_person(&subject(&first));
    let named = with(&sell_to(CPF, "Maria"), |customer| {
        customer.subject_id = Some(subject(&first));
    });
    let after = another.carry_out(&named, &api()).await?;
    assert_ne!(subject(&after), subject(&first));
    let again = shop.commands.carry_out(&sell_to(CPF, "Maria"), &api()).await?;
    assert_eq!(subject(&again), subject(&after));
    let buyer = opened(&shop, another.keyring(), &sold).await?;
    assert!(buyer.tax_id.unwrap().sealed().is_some() && buyer.name.unwrap().sealed().is_some());
    assert!(
        opened(&shop, another.keyring(), &named)
            .await?
            .name
            .unwrap()
            .clear()
            .is_some()
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_outlived_their_erasure_are_destroyed_by_who_sees_them() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let sold = sell_to(CPF, "Maria");
    let first = shop.commands.carry_out(&sold, &api()).await?;
    tell_of_erasure(&shop, &subject(&first), FISCAL).await?;
    let another = shop.commands_of_another_process().await?;
    let after = another.carry_out(&sell_to(CPF, "Maria"), &api()).await?;
    assert_ne!(subject(&after), subject(&first));
    assert!(another.keyring().uses(&subject(&first)).await?.is_empty());
    assert_eq!(shop.count("subject_finders").await?, 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn erasures_that_race_sales_leave_no_event_with_a_key_that_is_gone() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let first = shop.commands.carry_out(&sell_to(CPF, "Maria"), &api()).await?;
    let mut victim = subject(&first);
    let mut sales = Vec::new();
    for _ in 0..5 {
        let (one, other) = (sell_to(CPF, "Maria"), sell_to(CPF, "Maria"));
        let another = shop.commands_of_another_process().await?;
        let envelope = api();
        let (one_sold, other_sold, erased) = tokio::join!(
            shop.commands.carry_out(&one, &envelope),
            another.carry_out(&other, &envelope),
            async {
                tell_of_erasure(&shop, &victim, FISCAL).await?;
                another.keyring().destroy(&victim, FISCAL).await?;
                anyhow::Ok(())
            }
        );
        erased?;
        let (one_sold, other_sold) = (one_sold?, other_sold?);
        let gone = victim.clone();
        victim = subject(&shop.commands.carry_out(&sell_to(CPF, "Maria"), &api()).await?);
        sales.extend([(one, one_sold, gone.clone()), (other, other_sold, gone)]);
    }
    for (sold, completed, gone) in sales {
        let buyer = opened(&shop, shop.commands.keyring(), &sold).await?;
        let is_sealed = buyer.name.unwrap().sealed().is_some();
        let person = StreamName::new(Person::CATEGORY, subject(&completed).as_str())?;
        match shop.events(person.as_str()).await?.first() {
            // It was recorded before its person was erased.
            Some(erased) => assert!(is_sealed && completed.position < erased.position),
            None => assert!(!is_sealed && subject(&completed) != gone),
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_sent_again_is_compared_by_what_is_sealed() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let sold = sell_to(CPF, "Maria");
    let first = shop.commands.carry_out(&sold, &api()).await?;
    let again = shop.commands.carry_out(&sold, &api()).await?;
    assert!(again.replayed);
    assert_eq!(
        recorded(&again),
        recorded(&first),
        "what is sealed is opened for who gave it"
    );
    for other in [
        with(&sold, |customer| customer.name = Some("Marta".to_owned().into())),
        with(&sold, |customer| {
            customer.tax_id = Some(v::<TaxId>(OTHER_CPF).into());
        }),
    ] {
        let another = shop.commands_of_another_process().await?;
        assert_eq!(
            reason(another.carry_out(&other, &api()).await),
            "IDEMPOTENCY_MISMATCH"
        );
    }
    // What is erased cannot be compared.
    tell_of_erasure(&shop, &subject(&first), FISCAL).await?;
    shop.commands.keyring().destroy(&subject(&first), FISCAL).await?;
    let other = with(&sold, |customer| customer.name = Some("Marta".to_owned().into()));
    assert!(shop.commands.carry_out(&other, &api()).await?.replayed);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_makes_no_person_and_no_key() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let sold = sell_to(CPF, "Maria");
    let shown = shop.commands.validate_only().carry_out(&sold, &api()).await?;
    assert_eq!(*recorded(&shown).buyer.unwrap(), tax_id_and_name(&sold));
    for table in ["company_keys", "subject_keys", "subject_finders"] {
        assert_eq!(shop.count(table).await?, 0, "{table}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_master_key_only_what_is_personal_is_locked() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let sold = sell_to(CPF, "Maria");
    let lost = Commands::new(shop.log.clone());
    match lost.carry_out(&sold, &api()).await {
        Err(CommandError::Unavailable { reason, problem, .. }) => {
            assert_eq!(reason, Unavailability::PersonalDataLocked);
            assert!(problem.contains("master key"), "{problem}");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(shop.head().await?.get(), 3, "nothing was written");
    lost.carry_out(&sale(&[("cafe", "1")]), &api()).await?;
    shop.commands.carry_out(&sold, &api()).await?;
    assert_eq!(
        reason(lost.carry_out(&sold, &api()).await),
        "PERSONAL_DATA_LOCKED"
    );
    Ok(())
}

/// The customers of recorded sales, in the order of the log.
async fn customers(shop: &Shop) -> anyhow::Result<Vec<Option<SubjectId>>> {
    let client = shop.store.pool().get().await?;
    let sql = "select data from events where type = 'SaleRecorded' order by position";
    let rows = client.query(sql, &[]).await?;
    let sales = rows
        .iter()
        .map(|row| SaleEvent::from_json("SaleRecorded", 1, row.get(0)));
    let customers = sales.map(|sale| {
        let SaleEvent::SaleRecorded(sale) = sale? else {
            anyhow::bail!("no sale");
        };
        Ok(sale.customer)
    });
    customers.collect()
}

fn offered(sales: &[RecordSale]) -> Vec<Offered<RecordSale>> {
    sales
        .iter()
        .map(|sale| Offered::new(sale.clone(), api()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_knows_its_buyers() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let sales = [
        sell_to(CPF, "Maria"),
        sale(&[("pao", "1")]),
        sell_to(OTHER_CPF, "Jose"),
        sell_to(CPF, "Maria"),
    ];
    assert_eq!(
        told(shop.commands.record_sales(&offered(&sales)).await),
        ["now"; 4]
    );
    let who = customers(&shop).await?;
    assert!(who[0].is_some() && who[0] == who[3] && who[1].is_none() && who[2].is_some() && who[0] != who[2]);
    assert_eq!(
        opened(&shop, shop.commands.keyring(), &sales[3]).await?,
        tax_id_and_name(&sales[3])
    );
    assert_eq!(shop.count("subject_keys").await?, 2);

    let another = shop.commands_of_another_process().await?;
    assert_eq!(told(another.record_sales(&offered(&sales)).await), ["before"; 4]);
    let mut changed = sales;
    changed[0] = with(&changed[0], |customer| {
        customer.name = Some("Marta".to_owned().into());
    });
    let told_of_change = told(another.record_sales(&offered(&changed)).await);
    assert_eq!(
        told_of_change,
        ["IDEMPOTENCY_MISMATCH", "before", "before", "before"]
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_that_comes_again_brings_nobody_back() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let sales = [sell_to(CPF, "Maria"), sell_to(OTHER_CPF, "Jose")];
    assert_eq!(
        told(shop.commands.record_sales(&offered(&sales)).await),
        ["now"; 2]
    );
    let maria = customers(&shop).await?[0].clone().unwrap();
    let another = shop.commands_of_another_process().await?;
    tell_of_erasure(&shop, &maria, FISCAL).await?;
    another.keyring().destroy(&maria, FISCAL).await?;
    for commands in [&shop.commands, &another] {
        assert_eq!(told(commands.record_sales(&offered(&sales)).await), ["before"; 2]);
    }
    assert_eq!(shop.count("subject_finders").await?, 1, "that of Jose");
    // What is new is of somebody new, also for the process that kept the erased one in memory.
    let more = [sell_to(CPF, "Maria"), sell_to(CPF, "Maria")];
    assert_eq!(
        told(shop.commands.record_sales(&offered(&more)).await),
        ["now"; 2]
    );
    let who = customers(&shop).await?;
    assert!(who[2] == who[3] && who[2].as_ref() != Some(&maria));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_batch_without_master_key_only_buyers_are_refused() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    let sales = offered(&[
        sell_to(CPF, "Maria"),
        sale(&[("pao", "1")]),
        sell_to(OTHER_CPF, "Jose"),
    ]);
    let lost = Commands::new(shop.log.clone());
    let locked = "PERSONAL_DATA_LOCKED";
    assert_eq!(told(lost.record_sales(&sales).await), [locked, "now", locked]);
    let shown = shop.commands.validate_only().record_sales(&sales).await;
    assert_eq!(told(shown).last().unwrap(), "now");
    assert_eq!(shop.count("company_keys").await?, 0, "a dry run makes none");
    assert_eq!(
        told(shop.commands.record_sales(&sales).await),
        ["now", "before", "now"]
    );
    Ok(())
}
