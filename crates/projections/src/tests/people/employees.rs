//! Employees on a day and what is known of them.

use posars_domain::employee::{ContactFields, LabourFields};
use posars_domain::{KeyId, Path};

use super::say::{
    corrected, day, employee, hired, moved, raised, rehired, sealed, subject, terminated, terms, today, told,
};
use crate::tests::rows::twice;
use crate::tests::world::{World, id};
use crate::{EmployeeFilter, EmployeeRow, EmploymentState, Freshness, PageRequest, SealedAt, StepKind};

const ANY: Freshness = Freshness::ANY;
const ALL: PageRequest = PageRequest::first(1_000);

async fn on(world: &World, of: &str, date: &str) -> anyhow::Result<EmployeeRow> {
    let (found, _) = world
        .projections
        .employee(&employee(of), day(date), today(), ANY)
        .await?;
    Ok(found.unwrap().0)
}

fn text<T>(field: &SealedAt<T>) -> &str {
    &field.data.sealed().unwrap().sealed
}

/// Store, job and wage of an employee on a day.
async fn work(world: &World, of: &str, date: &str) -> anyhow::Result<(String, String, String)> {
    let row = on(world, of, date).await?;
    let salary = text(&row.salary).to_owned();
    Ok((row.terms.store_id.to_string(), row.terms.position, salary))
}

fn works(store: &str, job: &str, salary: &str) -> (String, String, String) {
    (store.to_owned(), job.to_owned(), salary.to_owned())
}

#[tokio::test]
async fn terms_and_wages_hold_from_the_day_they_are_told_for_in_whatever_order() -> anyhow::Result<()> {
    let world = World::open().await?;
    world
        .say(&[
            hired("ana", "2026-01-10", terms("centro", "Caixa"), "w1"),
            moved("ana", "2026-05-01", terms("norte", "Gerente")),
            moved("ana", "2026-03-01", terms("norte", "Caixa")),
            raised("ana", "2026-04-01", "w3"),
            raised("ana", "2026-02-01", "w2"),
            // Of two for one day the one told later.
            raised("ana", "2026-04-01", "w4"),
        ])
        .await?;
    twice(&world).await?;
    for (date, expected) in [
        // Before the first day there is what it will begin with.
        ("2026-01-09", works("centro", "Caixa", "w1")),
        ("2026-01-31", works("centro", "Caixa", "w1")),
        ("2026-02-01", works("centro", "Caixa", "w2")),
        ("2026-02-28", works("centro", "Caixa", "w2")),
        ("2026-03-01", works("norte", "Caixa", "w2")),
        ("2026-04-01", works("norte", "Caixa", "w4")),
        ("2026-05-01", works("norte", "Gerente", "w4")),
        ("2030-01-01", works("norte", "Gerente", "w4")),
    ] {
        assert_eq!(work(&world, "ana", date).await?, expected, "{date}");
    }
    let salary = on(&world, "ana", "2026-02-01").await?.salary;
    assert_eq!(
        (salary.stream.as_str(), salary.path, salary.data),
        ("employee-ana", Path::field("salary"), sealed("w2"))
    );
    let event: uuid::Uuid = world
        .sql()
        .await?
        .query_one("select event_id from events where position = 5", &[])
        .await?
        .get(0);
    assert_eq!(salary.event_id, event);
    Ok(())
}

/// Somebody who was to become a manager and left before, came back, and was to become a chief and left before.
async fn left_twice() -> anyhow::Result<World> {
    let world = World::open().await?;
    world
        .say(&[
            hired("ana", "2026-01-10", terms("centro", "Caixa"), "w1"),
            moved("ana", "2026-06-01", terms("norte", "Gerente")),
            raised("ana", "2026-06-01", "w2"),
        ])
        .await?;
    // In another page than what they end, and before what follows in the same.
    world.catch_up().await?;
    world
        .say(&[
            terminated("ana", "2026-03-31"),
            rehired("ana", "2026-05-01", terms("sul", "Estoque"), "w3"),
            // For a day of the first employment.
            raised("ana", "2026-02-01", "w4"),
            moved("ana", "2026-08-01", terms("sul", "Chefe")),
            terminated("ana", "2026-07-31"),
        ])
        .await?;
    twice(&world).await?;
    Ok(world)
}

#[tokio::test]
async fn what_was_to_begin_after_an_end_told_later_never_holds() -> anyhow::Result<()> {
    use EmploymentState::{Active, Terminated, Upcoming};
    let world = left_twice().await?;
    for (date, expected, state) in [
        ("2026-01-01", works("centro", "Caixa", "w1"), Upcoming),
        ("2026-01-10", works("centro", "Caixa", "w1"), Active),
        ("2026-03-31", works("centro", "Caixa", "w4"), Active),
        ("2026-04-01", works("centro", "Caixa", "w4"), Terminated),
        ("2026-05-01", works("sul", "Estoque", "w3"), Active),
        ("2026-06-01", works("sul", "Estoque", "w3"), Active),
        ("2026-07-31", works("sul", "Estoque", "w3"), Active),
        ("2026-09-01", works("sul", "Estoque", "w3"), Terminated),
    ] {
        assert_eq!(work(&world, "ana", date).await?, expected, "{date}");
        assert_eq!(on(&world, "ana", date).await?.state, state, "{date}");
    }
    Ok(())
}

#[tokio::test]
async fn an_employee_has_every_employment_with_its_end() -> anyhow::Result<()> {
    let world = left_twice().await?;
    let (found, position) = world
        .projections
        .employee(&employee("ana"), day("2026-04-15"), today(), ANY)
        .await?;
    let (row, employments) = found.unwrap();
    let spans: Vec<_> = employments
        .iter()
        .map(|employment| (employment.admission_date, employment.ended_on))
        .collect();
    assert_eq!(
        spans,
        [
            (day("2026-01-10"), Some(day("2026-03-31"))),
            (day("2026-05-01"), Some(day("2026-07-31")))
        ]
    );
    assert_eq!(row.employment, employments[0]);
    assert_eq!(row.employment.end_reason.as_deref(), Some("pediu demissão"));
    assert_eq!((row.version.get(), position.get()), (8, 8));
    Ok(())
}

/// Somebody whose two first days and whose second last day were put right.
async fn put_right() -> anyhow::Result<World> {
    let world = World::open().await?;
    world
        .say(&[
            hired("ana", "2026-01-10", terms("centro", "Caixa"), "w1"),
            // Of the same day: it goes along.
            raised("ana", "2026-01-10", "w2"),
            // Superseded by the end, on the day of the admission after it: it stays.
            raised("ana", "2026-05-01", "w3"),
            moved("ana", "2026-03-01", terms("norte", "Caixa")),
        ])
        .await?;
    world.catch_up().await?;
    world
        .say(&[
            corrected("ana", "2026-01-10", "2025-12-10"),
            terminated("ana", "2026-04-15"),
            rehired("ana", "2026-05-01", terms("sul", "Caixa"), "w4"),
            corrected("ana", "2026-05-01", "2026-06-01"),
            // The last day was another one.
            terminated("ana", "2026-08-31"),
        ])
        .await?;
    world.catch_up().await?;
    world.say(&[terminated("ana", "2026-07-31")]).await?;
    twice(&world).await?;
    Ok(world)
}

#[tokio::test]
async fn a_first_day_that_is_put_right_takes_its_terms_and_wage_along() -> anyhow::Result<()> {
    let world = put_right().await?;
    for (date, expected, state) in [
        (
            "2025-12-09",
            works("centro", "Caixa", "w2"),
            EmploymentState::Upcoming,
        ),
        (
            "2025-12-10",
            works("centro", "Caixa", "w2"),
            EmploymentState::Active,
        ),
        (
            "2026-03-01",
            works("norte", "Caixa", "w2"),
            EmploymentState::Active,
        ),
        (
            "2026-05-15",
            works("norte", "Caixa", "w2"),
            EmploymentState::Terminated,
        ),
        ("2026-06-01", works("sul", "Caixa", "w4"), EmploymentState::Active),
        (
            "2026-08-01",
            works("sul", "Caixa", "w4"),
            EmploymentState::Terminated,
        ),
    ] {
        assert_eq!(work(&world, "ana", date).await?, expected, "{date}");
        assert_eq!(on(&world, "ana", date).await?.state, state, "{date}");
    }
    Ok(())
}

#[tokio::test]
async fn what_never_held_stays_where_it_was_when_a_first_day_is_put_right() -> anyhow::Result<()> {
    let world = put_right().await?;
    let wages = world
        .projections
        .list_employee_salaries(&employee("ana"), &ALL, ANY)
        .await?;
    let told: Vec<_> = wages
        .rows
        .iter()
        .map(|step| {
            (
                step.effective_date.to_string(),
                text(&step.salary),
                step.superseded,
            )
        })
        .collect();
    let told: Vec<_> = told
        .iter()
        .map(|(day, wage, superseded)| (day.as_str(), *wage, *superseded))
        .collect();
    assert_eq!(
        told,
        [
            ("2025-12-10", "w1", false),
            ("2025-12-10", "w2", false),
            ("2026-05-01", "w3", true),
            ("2026-06-01", "w4", false),
        ]
    );
    Ok(())
}

#[tokio::test]
async fn histories_show_what_was_told_by_day_and_what_never_held() -> anyhow::Result<()> {
    let world = World::open().await?;
    world
        .say(&[
            hired("ana", "2026-01-10", terms("centro", "Caixa"), "w1"),
            raised("ana", "2026-06-01", "w2"),
            moved("ana", "2026-02-01", terms("norte", "Caixa")),
            raised("ana", "2026-02-01", "w3"),
            terminated("ana", "2026-03-31"),
            rehired("ana", "2026-05-01", terms("sul", "Caixa"), "w4"),
            hired("bia", "2026-01-01", terms("centro", "Caixa"), "w5"),
        ])
        .await?;
    twice(&world).await?;
    let ana = employee("ana");
    let mut request = PageRequest::first(3);
    let first = world
        .projections
        .list_employee_salaries(&ana, &request, ANY)
        .await?;
    request = request.following(&first).unwrap();
    let second = world
        .projections
        .list_employee_salaries(&ana, &request, ANY)
        .await?;
    assert_eq!(second.next, None);
    let told: Vec<_> = first
        .rows
        .iter()
        .chain(&second.rows)
        .map(|step| {
            (
                step.effective_date.month(),
                text(&step.salary),
                step.kind,
                step.superseded,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (1, "w1", StepKind::Hired, false),
            (2, "w3", StepKind::Changed, false),
            (5, "w4", StepKind::Rehired, false),
            (6, "w2", StepKind::Changed, true),
        ]
    );
    let terms = world.projections.list_employee_terms(&ana, &ALL, ANY).await?;
    let told: Vec<_> = terms
        .rows
        .iter()
        .map(|step| {
            (
                step.terms.store_id.as_str(),
                step.reason.as_deref(),
                step.position.get(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("centro", None, 1),
            ("norte", Some("promoção"), 3),
            ("sul", None, 6)
        ]
    );
    Ok(())
}

/// All that can be told of somebody, and a name and an address that were told later.
async fn renamed() -> anyhow::Result<World> {
    let world = World::open().await?;
    let labour = LabourFields {
        name: Some(sealed("n1")),
        cpf: Some(sealed("c1")),
        birth_date: Some(sealed("b1")),
        pis: Some(sealed("s1")),
        bank_account: Some(sealed("k1")),
    };
    let contact = ContactFields {
        address: Some(sealed("a1")),
        phone: Some(sealed("f1")),
        email: Some(sealed("e1")),
    };
    world
        .say(&[
            hired("ana", "2026-01-10", terms("centro", "Caixa"), "w1"),
            told("ana", labour, contact),
        ])
        .await?;
    world.catch_up().await?;
    let renamed = LabourFields {
        name: Some(sealed("n2")),
        ..LabourFields::default()
    };
    let moved_house = ContactFields {
        address: Some(sealed("a2")),
        ..ContactFields::default()
    };
    world
        .say(&[
            told("ana", renamed, ContactFields::default()),
            told("ana", LabourFields::default(), moved_house),
        ])
        .await?;
    twice(&world).await?;
    Ok(world)
}

#[tokio::test]
async fn what_is_known_of_a_person_is_the_last_of_each_field() -> anyhow::Result<()> {
    let row = on(&renamed().await?, "ana", "2026-02-01").await?;
    let data = row.data;
    let told = [
        text(data.name.as_ref().unwrap()),
        text(data.cpf.as_ref().unwrap()),
        text(data.birth_date.as_ref().unwrap()),
        text(data.pis.as_ref().unwrap()),
        text(data.bank_account.as_ref().unwrap()),
        text(data.address.as_ref().unwrap()),
        text(data.phone.as_ref().unwrap()),
        text(data.email.as_ref().unwrap()),
    ];
    assert_eq!(told, ["n2", "c1", "b1", "s1", "k1", "a2", "f1", "e1"]);
    assert_eq!(
        (row.subject_id, row.version.get(), row.last_position.get()),
        (subject("ana"), 4, 4)
    );
    Ok(())
}

#[tokio::test]
async fn each_field_has_the_place_that_it_was_sealed_for() -> anyhow::Result<()> {
    let world = renamed().await?;
    let data = on(&world, "ana", "2026-02-01").await?.data;
    let name = data.name.as_ref().unwrap();
    let paths = [
        name.path.to_string(),
        data.bank_account.as_ref().unwrap().path.to_string(),
        data.email.as_ref().unwrap().path.to_string(),
    ];
    assert_eq!(paths, ["labour.name", "labour.bank_account", "contact.email"]);
    assert_eq!(name.data.sealed().unwrap().key, KeyId::new(id(77)));
    let sql = world.sql().await?;
    for (event_id, position) in [
        (name.event_id, 3),
        (data.cpf.as_ref().unwrap().event_id, 2),
        (data.address.as_ref().unwrap().event_id, 4),
    ] {
        let of = "select position from events where event_id = $1";
        let found: i64 = sql.query_one(of, &[&event_id]).await?.get(0);
        assert_eq!(found, position);
    }
    Ok(())
}

/// Five employees of three stores, of whom one has left and one is yet to come.
async fn five() -> anyhow::Result<World> {
    let world = World::open().await?;
    world
        .say(&[
            hired("ana", "2026-01-10", terms("centro", "Caixa"), "w"),
            hired("bia", "2026-01-10", terms("norte", "Operação de Caixa"), "w"),
            hired("caio", "2026-01-10", terms("norte", "caixa"), "w"),
            hired("davi", "2026-12-01", terms("sul", "Caixa"), "w"),
            hired("eva", "2026-01-10", terms("sul", "Gerente"), "w"),
            terminated("caio", "2026-02-10"),
            moved("ana", "2026-06-01", terms("sul", "Caixa")),
        ])
        .await?;
    twice(&world).await?;
    Ok(world)
}

#[tokio::test]
async fn employees_are_found_by_where_they_work_as_what_and_whether_they_still_do() -> anyhow::Result<()> {
    let world = five().await?;
    let with = |change: fn(&mut EmployeeFilter)| {
        let mut filter = EmployeeFilter::on(day("2026-03-01"), today());
        change(&mut filter);
        filter
    };
    let stores = |names: &[&str]| Some(names.iter().map(|name| name.parse().unwrap()).collect());
    for (filter, expected) in [
        (with(|_| {}), "ana bia caio davi eva"),
        (
            with(|filter| filter.job = Some("CaixA".to_owned())),
            "ana caio davi",
        ),
        (
            with(|filter| filter.job = Some("operacao de caixa".to_owned())),
            "bia",
        ),
        (
            with(|filter| filter.state = Some(EmploymentState::Active)),
            "ana bia eva",
        ),
        (
            with(|filter| filter.state = Some(EmploymentState::Terminated)),
            "caio",
        ),
        (
            with(|filter| filter.state = Some(EmploymentState::Upcoming)),
            "davi",
        ),
        (
            EmployeeFilter {
                stores: stores(&["sul"]),
                ..with(|_| {})
            },
            "davi eva",
        ),
        (
            EmployeeFilter {
                stores: stores(&["norte", "centro"]),
                state: Some(EmploymentState::Active),
                ..with(|_| {})
            },
            "ana bia",
        ),
        (
            EmployeeFilter {
                stores: stores(&["sul"]),
                day: day("2026-06-01"),
                ..with(|_| {})
            },
            "ana davi eva",
        ),
        (
            EmployeeFilter {
                stores: stores(&[]),
                ..with(|_| {})
            },
            "",
        ),
    ] {
        let page = world.projections.list_employees(&filter, &ALL, ANY).await?;
        let found: Vec<&str> = page.rows.iter().map(|row| row.employee_id.as_str()).collect();
        assert_eq!(found.join(" "), expected, "{filter:?}");
    }
    let (ids, _) = world.projections.employees_of(&subject("eva"), ANY).await?;
    assert_eq!(ids, [employee("eva")]);
    Ok(())
}

#[tokio::test]
async fn the_store_of_today_stands_beside_that_of_the_day() -> anyhow::Result<()> {
    let world = five().await?;
    let stores = async |of: &str, on: &str, today: &str| {
        let read = &world.projections;
        let (found, _) = read.employee(&employee(of), day(on), day(today), ANY).await?;
        let row = found.unwrap().0;
        let filter = EmployeeFilter::on(day(on), day(today));
        let page = read.list_employees(&filter, &ALL, ANY).await?;
        assert!(page.rows.contains(&row));
        Ok::<_, anyhow::Error>((row.terms.store_id.to_string(), row.store_today.to_string()))
    };
    for (of, on, today, expected) in [
        ("ana", "2026-03-01", "2026-05-31", ("centro", "centro")),
        ("ana", "2026-03-01", "2026-06-01", ("centro", "sul")),
        ("ana", "2026-06-01", "2026-03-01", ("sul", "centro")),
        // Where somebody worked last, and where somebody will work first.
        ("caio", "2026-01-20", "2026-06-01", ("norte", "norte")),
        ("davi", "2027-01-01", "2026-06-01", ("sul", "sul")),
    ] {
        let (on_the_day, now) = stores(of, on, today).await?;
        assert_eq!((on_the_day.as_str(), now.as_str()), expected, "{of} on {on}");
    }
    Ok(())
}

#[tokio::test]
async fn pages_of_employees_stay_as_they_are_while_others_are_taken_on() -> anyhow::Result<()> {
    let world = five().await?;
    let filter = EmployeeFilter::on(day("2026-03-01"), today());
    let mut request = PageRequest::first(2);
    let mut found = Vec::new();
    loop {
        let page = world.projections.list_employees(&filter, &request, ANY).await?;
        found.extend(page.rows.iter().map(|row| row.employee_id.to_string()));
        let Some(next) = request.following(&page) else {
            break;
        };
        request = next;
        let late = format!("e{}", found.len());
        world
            .say(&[hired(&late, "2026-01-01", terms("centro", "Caixa"), "w")])
            .await?;
        world.catch_up().await?;
    }
    assert_eq!(found, ["ana", "bia", "caio", "davi", "eva"]);
    Ok(())
}

#[tokio::test]
async fn nobody_is_an_employee_who_was_never_taken_on() -> anyhow::Result<()> {
    let world = World::open().await?;
    world
        .say(&[
            raised("ana", "2026-02-01", "w"),
            terminated("ana", "2026-03-01"),
            hired("bia", "2026-01-01", terms("centro", "Caixa"), "w"),
            // Not the first of its stream: set aside.
            hired("bia", "2026-02-01", terms("norte", "Caixa"), "w"),
            raised("bia", "2026-02-01", "w2"),
        ])
        .await?;
    world.catch_up().await?;
    let filter = EmployeeFilter::on(day("2026-03-01"), today());
    let page = world.projections.list_employees(&filter, &ALL, ANY).await?;
    let found: Vec<_> = page
        .rows
        .iter()
        .map(|row| (row.employee_id.as_str(), text(&row.salary)))
        .collect();
    assert_eq!(found, [("bia", "w")]);
    let parked = world.projections.parked("employees", None).await?;
    assert_eq!(parked.len(), 2);
    let (none, _) = world
        .projections
        .employee(&employee("ana"), day("2026-03-01"), today(), ANY)
        .await?;
    assert_eq!(none, None);
    Ok(())
}
