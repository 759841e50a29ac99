//! Where something is held of a person.

use posars_domain::RetentionClass;
use posars_domain::employee::{ContactFields, LabourFields};
use posars_domain::person::{ErasureCause, PersonalDataErased};

use super::say::{
    amounts, away, cost, day, hired, moved, payroll, raised, recorded, said, sealed, subject, terms, told,
};
use crate::tests::rows::twice;
use crate::tests::world::{Said, World, sale};
use crate::{Freshness, PageRequest, PersonRecord};

const ANY: Freshness = Freshness::ANY;

/// A sale to somebody, who is known by more or not.
fn sold(number: u32, to: &str, buyer: &str) -> Said {
    let (stream, event_type, data) = sale(number, "centro", "2026-02-03", "pix", 100);
    let customer = format!(r#"{{"customer":"{}",{buyer}"#, subject(to));
    (stream, event_type, data.replacen('{', &customer, 1))
}

const BUYER: &str = r#""buyer":{"tax_id":{"key":"0193a5f0-0000-7000-8000-000000000077","sealed":"t"}},"#;

async fn of(world: &World, whom: &str, rows: u32) -> anyhow::Result<Vec<PersonRecord>> {
    let mut request = PageRequest::first(rows);
    let mut found = Vec::new();
    loop {
        let page = world
            .projections
            .list_person_records(&subject(whom), &request, ANY)
            .await?;
        found.extend(page.rows.clone());
        match request.following(&page) {
            Some(next) => request = next,
            None => return Ok(found),
        }
    }
}

/// All kinds of events that hold something of somebody, and some that do not.
async fn two_people() -> anyhow::Result<World> {
    let world = World::open().await?;
    let labour = LabourFields {
        name: Some(sealed("n")),
        cpf: Some(sealed("c")),
        ..LabourFields::default()
    };
    let contact = ContactFields {
        email: Some(sealed("e")),
        ..ContactFields::default()
    };
    let erased = PersonalDataErased {
        subject_id: subject("ana"),
        classes: vec![RetentionClass::Contact],
        cause: ErasureCause::Request,
    };
    world
        .say(&[
            hired("ana", "2026-01-10", terms("centro", "Caixa"), "w"),
            told("ana", labour, contact),
            moved("ana", "2026-02-01", terms("norte", "Caixa")),
            raised("ana", "2026-02-01", "w"),
            away("ana", 1, "vacation".parse()?, "2026-03-01", "2026-03-02"),
            sold(1, "ana", BUYER),
            sold(2, "ana", ""),
            sold(3, "bia", BUYER),
            sale(4, "centro", "2026-02-03", "pix", 100),
            recorded(&payroll(
                5,
                "2026-02",
                &["bia", "ana", "ana"],
                vec![cost("centro", "Caixa", 2, amounts(3, 2, 1))],
            )),
            said("person-p-ana".to_owned(), "PersonalDataErased", &erased),
        ])
        .await?;
    twice(&world).await?;
    Ok(world)
}

#[tokio::test]
async fn every_event_with_something_of_a_person_is_known_by_class() -> anyhow::Result<()> {
    let world = two_people().await?;
    let found = of(&world, "ana", 1_000).await?;
    assert_eq!(of(&world, "ana", 1).await?, found);
    let told: Vec<_> = found
        .iter()
        .map(|record| {
            let class = record.class.map_or("-", RetentionClass::as_str);
            (
                record.position.get(),
                class,
                record.fields,
                record.event_type.as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (1, "labour", 1, "EmployeeHired"),
            (2, "contact", 1, "PersonalDataSet"),
            (2, "labour", 2, "PersonalDataSet"),
            (4, "labour", 1, "SalaryChanged"),
            (6, "fiscal", 1, "SaleRecorded"),
            (7, "-", 0, "SaleRecorded"),
            (10, "labour", 2, "PayrollRecorded"),
            (11, "-", 0, "PersonalDataErased"),
        ]
    );
    Ok(())
}

#[tokio::test]
async fn a_record_says_where_it_is_and_from_when_its_time_runs() -> anyhow::Result<()> {
    let world = two_people().await?;
    let ana = of(&world, "ana", 1_000).await?;
    assert_eq!(ana[4].used_on, Some(day("2026-02-03")));
    assert_eq!(ana[6].used_on, Some(day("2026-02-28")));
    let of_one: Vec<bool> = ana.iter().map(PersonRecord::is_of_one_person).collect();
    assert_eq!(of_one, [true, true, true, true, true, true, false, true]);
    let bia = of(&world, "bia", 1_000).await?;
    let positions: Vec<u64> = bia.iter().map(|record| record.position.get()).collect();
    assert_eq!(positions, [8, 10]);
    let event: uuid::Uuid = world
        .sql()
        .await?
        .query_one("select event_id from events where position = 8", &[])
        .await?
        .get(0);
    assert_eq!(
        (bia[0].event_id, bia[0].used_on),
        (event, Some(day("2026-02-03")))
    );
    Ok(())
}
