use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use jiff::civil::date;
use posars_domain::RetentionClass;
use posars_domain::person::PersonalDataExported;
use posars_privacy::{Door, Export, Exported};
use posars_reports::{Language, ReportOptions};

use crate::world::{CPF, NAME, World, api, buyer, customer_of, v};

const MANY: usize = 1_000;

fn values(export: &Export) -> Vec<(u64, &str, Option<&str>)> {
    let records = export.records.iter();
    let data = records.flat_map(|record| {
        record
            .data
            .iter()
            .map(|datum| (record.position, datum.path.as_str(), datum.value.as_deref()))
    });
    data.collect()
}

#[tokio::test]
async fn a_buyer_gets_all_that_is_held_with_where_it_came_from() -> anyhow::Result<()> {
    let world = World::open().await?;
    let (first, sold) = world.sell(Some(buyer(CPF, NAME))).await?;
    world.sell(Some(buyer("11144477735", "Outra Pessoa"))).await?;
    world.sell(None).await?;
    world.void(&first).await?;
    let subject = customer_of(&sold);
    world.drain().await?;
    let Exported { export, completed } = world
        .privacy
        .export(&subject, Some("9".to_owned()), MANY, &api())
        .await?;
    let types: Vec<_> = export
        .records
        .iter()
        .map(|record| (record.event_type.as_str(), record.stream.as_str()))
        .collect();
    let stream = format!("sale-{}", first.sale_id);
    assert_eq!(types, [("SaleRecorded", &*stream), ("SaleVoided", &*stream)]);
    let position = sold.position.get();
    assert_eq!(
        values(&export),
        [
            (position, "buyer.tax_id", Some(CPF)),
            (position, "buyer.name", Some(NAME))
        ]
    );
    let record = &export.records[0];
    assert_eq!(record.event_id, sold.event_ids[0]);
    assert_eq!((record.actor.as_str(), &record.source), ("ana", &Door::Api));
    assert_eq!(record.content["buyer"]["name"], NAME);
    assert_eq!(record.content["total"], 1_000);

    let put_down = completed.answer::<PersonalDataExported>().unwrap();
    assert_eq!((put_down.events, put_down.request_ref.as_deref()), (2, Some("9")));
    assert_eq!(put_down.up_to_position, export.up_to_position);
    let json = serde_json::to_string(&export)?;
    assert!(json.contains(NAME) && !json.contains("Outra Pessoa"));
    assert!(!format!("{export:?}").contains(NAME));

    // Asked again, the first handing out is told as well.
    world.drain().await?;
    let again = world.privacy.export(&subject, None, MANY, &api()).await?;
    assert_eq!(again.export.records[2].event_type, "PersonalDataExported");
    Ok(())
}

#[tokio::test]
async fn an_employee_sees_no_wage_of_others_and_what_was_erased_is_said_to_be() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.hire("e7", NAME).await?;
    world.hire("e8", "Outra Pessoa").await?;
    world.pay(&["e8", "e7"]).await?;
    world.terminate("e7", date(2026, 12, 31)).await?;
    world.drain().await?;
    world.privacy.erase(&v("e7"), None, &api()).await?;
    world.drain().await?;
    let Exported { export, .. } = world.privacy.export(&v("e7"), None, MANY, &api()).await?;
    let told: Vec<_> = values(&export)
        .into_iter()
        .map(|(_, path, value)| (path, value))
        .collect();
    assert_eq!(
        told,
        [
            (
                "salary",
                Some(r#"{"amount":212345,"currency":"BRL","per":"month"}"#)
            ),
            ("labour.name", Some(NAME)),
            ("contact.phone", None),
            (
                "lines[0].amounts",
                Some(r#"{"charges":0,"gross":100200,"net":100200}"#)
            ),
        ]
    );
    let json = serde_json::to_string(&export)?;
    for other in ["Outra", "\"e8\"", "999999", "100100"] {
        assert!(!json.contains(other), "{other}: {json}");
    }
    assert!(export.records[1].content["contact"]["phone"].is_null());
    let classes: Vec<_> = export.person.classes.iter().map(|class| class.class).collect();
    assert_eq!(classes, [RetentionClass::Contact, RetentionClass::Labour]);

    let mut file = Vec::new();
    let options = ReportOptions {
        language: Language::PtBr,
        ..ReportOptions::default()
    };
    export.write_xlsx(&options, &mut file)?;
    let rows = cells(file, "Dados pessoais")?;
    let row_of = |path: &str| rows.iter().find(|row| row[7] == path).cloned().unwrap();
    let name = row_of("labour.name");
    assert_eq!(
        name[1..5],
        ["Dados cadastrais", "Nome", NAME, "Relação de trabalho"]
    );
    assert_eq!(name[5..7], ["rh", "api"]);
    assert_eq!(row_of("contact.phone")[2..5], ["Telefone", "Apagado", "Contato"]);
    assert_eq!(
        row_of("lines[0].amounts.net")[3..5],
        ["100200", "Relação de trabalho"]
    );
    assert_eq!(row_of("terms.position")[3..5], ["Balconista", ""]);
    assert!(!export.file_name(&options).contains("e7"));
    Ok(())
}

/// The rows of a sheet below its heading.
fn cells(file: Vec<u8>, sheet: &str) -> anyhow::Result<Vec<Vec<String>>> {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(file))?;
    let range = book.worksheet_range(sheet)?;
    let text = |cell: &Data| cell.to_string();
    Ok(range
        .rows()
        .skip(5)
        .map(|row| row.iter().map(text).collect())
        .collect())
}

#[tokio::test]
async fn more_than_an_answer_may_have_is_refused_and_nothing_put_down() -> anyhow::Result<()> {
    let world = World::open().await?;
    let (_, sold) = world.sell(Some(buyer(CPF, NAME))).await?;
    world.sell(Some(buyer(CPF, NAME))).await?;
    world.drain().await?;
    let head = world.log.head().await?.position;
    let refused = world.privacy.export(&customer_of(&sold), None, 1, &api()).await;
    let refused = refused.unwrap_err();
    assert!(refused.to_string().starts_with("more than 1 events"), "{refused}");
    let nobody = world.privacy.export(&v("nobody"), None, MANY, &api()).await;
    assert!(nobody.unwrap_err().to_string().contains("nothing is known"));
    assert_eq!(world.log.head().await?.position, head);
    Ok(())
}
