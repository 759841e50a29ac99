//! Headcount by month, store and job.

use posars_domain::employee::AbsenceKind;

use super::say::{away, day, hired, moved, not_away, rehired, terminated, terms};
use crate::tests::rows::twice;
use crate::tests::world::{World, store};
use crate::{Freshness, HeadcountFilter, PageRequest};

const ANY: Freshness = Freshness::ANY;

/// Month, store, job, employees, on leave, hired and terminated of each row, read so many at a time.
async fn counts(world: &World, filter: &HeadcountFilter, rows: u32) -> anyhow::Result<Vec<String>> {
    let mut request = PageRequest::first(rows);
    let mut told = Vec::new();
    loop {
        let page = world.projections.headcount(filter, &request, ANY).await?;
        told.extend(page.rows.iter().map(|row| {
            format!(
                "{} {} {}: {} {} +{} -{}",
                row.month, row.store_id, row.job, row.employees, row.on_leave, row.hired, row.terminated
            )
        }));
        match request.following(&page) {
            Some(next) => request = next,
            None => return Ok(told),
        }
    }
}

fn span(from: &str, to: &str) -> HeadcountFilter {
    HeadcountFilter {
        from: day(from),
        to: day(to),
        ..HeadcountFilter::on(day(from))
    }
}

/// A few months of three employees, told in no order.
async fn months() -> anyhow::Result<World> {
    let world = World::open().await?;
    world
        .say(&[
            store("centro", "Centro"),
            hired("ana", "2026-01-10", terms("centro", "Caixa"), "w"),
            moved("ana", "2026-03-15", terms("norte", "Gerente")),
            // Told later, for an earlier day.
            moved("ana", "2026-02-10", terms("centro", "Líder")),
            // Never on a last day of a month.
            moved("ana", "2026-02-27", terms("sul", "Líder")),
            moved("ana", "2026-02-28", terms("centro", "Líder")),
            hired("bia", "2026-01-31", terms("centro", "Caixa"), "w"),
            terminated("bia", "2026-02-28"),
            rehired("bia", "2026-03-31", terms("centro", "Caixa"), "w"),
            hired("caio", "2026-02-05", terms("norte", "Caixa"), "w"),
            terminated("caio", "2026-02-20"),
            away("bia", 1, AbsenceKind::MEDICAL, "2026-02-01", "2026-02-28"),
            away("ana", 2, AbsenceKind::VACATION, "2026-01-31", "2026-01-31"),
            not_away("ana", 2),
        ])
        .await?;
    twice(&world).await?;
    Ok(world)
}

#[tokio::test]
async fn months_count_who_works_on_their_last_day_and_who_came_and_left() -> anyhow::Result<()> {
    let world = months().await?;
    let expected = [
        "2026-01 centro Caixa: 2 0 +2 -0",
        "2026-02 centro Caixa: 1 1 +0 -1",
        "2026-02 centro Líder: 1 0 +0 -0",
        "2026-02 norte Caixa: 0 0 +1 -1",
        "2026-03 centro Caixa: 1 0 +1 -0",
        "2026-03 norte Gerente: 1 0 +0 -0",
        "2026-04 centro Caixa: 1 0 +0 -0",
        "2026-04 norte Gerente: 1 0 +0 -0",
    ];
    let all = span("2026-01-01", "2026-04-30");
    assert_eq!(counts(&world, &all, 1_000).await?, expected);
    assert_eq!(counts(&world, &all, 3).await?, expected);
    let page = world
        .projections
        .headcount(&all, &PageRequest::first(4), ANY)
        .await?;
    assert_eq!(
        (page.rows[0].store_name.as_str(), page.rows[3].store_name.as_str()),
        ("Centro", "norte")
    );
    assert_eq!(page.rows[1].day, day("2026-02-28"));
    Ok(())
}

#[tokio::test]
async fn days_of_a_month_that_are_not_asked_for_do_not_count() -> anyhow::Result<()> {
    let world = months().await?;
    for (filter, expected) in [
        (
            span("2026-01-11", "2026-02-19"),
            vec![
                "2026-01 centro Caixa: 2 0 +1 -0",
                "2026-02 centro Caixa: 1 1 +0 -0",
                "2026-02 centro Líder: 1 0 +0 -0",
                "2026-02 norte Caixa: 1 0 +1 -0",
            ],
        ),
        (
            HeadcountFilter::on(day("2026-02-27")),
            vec!["2026-02 centro Caixa: 1 1 +0 -0", "2026-02 sul Líder: 1 0 +0 -0"],
        ),
        (HeadcountFilter::on(day("2025-12-31")), vec![]),
        (
            HeadcountFilter {
                stores: Some(vec!["norte".parse()?]),
                ..span("2026-02-01", "2026-03-31")
            },
            vec![
                "2026-02 norte Caixa: 0 0 +1 -1",
                "2026-03 norte Gerente: 1 0 +0 -0",
            ],
        ),
        (
            HeadcountFilter {
                job: Some("LideR".to_owned()),
                ..span("2026-01-01", "2026-12-31")
            },
            vec!["2026-02 centro Líder: 1 0 +0 -0"],
        ),
        // Turned round: there is no such day.
        (span("2026-03-01", "2026-02-01"), vec![]),
    ] {
        assert_eq!(counts(&world, &filter, 1_000).await?, expected, "{filter:?}");
    }
    Ok(())
}

#[tokio::test]
async fn no_more_months_are_counted_than_are_allowed() -> anyhow::Result<()> {
    let world = months().await?;
    let told = counts(&world, &span("2026-04-30", "9999-12-31"), 1_000).await?;
    assert_eq!(told.len(), 2 * usize::try_from(crate::HEADCOUNT_MONTHS_MAX)?);
    assert!(told.iter().all(|row| row.ends_with(": 1 0 +0 -0")), "{told:?}");
    assert!(told.last().unwrap().starts_with("2036-04"), "{told:?}");
    Ok(())
}

#[tokio::test]
async fn days_of_months_without_a_name_are_not_counted() -> anyhow::Result<()> {
    let world = World::open().await?;
    // The first day of work may be long ago.
    world
        .say(&[hired("ana", "1985-05-02", terms("centro", "Caixa"), "w")])
        .await?;
    world.catch_up().await?;
    assert_eq!(
        counts(&world, &span("1985-05-01", "2000-01-31"), 1_000).await?,
        ["2000-01 centro Caixa: 1 0 +0 -0"]
    );
    for filter in [
        HeadcountFilter::on(day("1999-12-31")),
        HeadcountFilter::on(day("2100-01-01")),
        HeadcountFilter::on(jiff::civil::Date::MIN),
        HeadcountFilter::on(jiff::civil::Date::MAX),
    ] {
        assert_eq!(counts(&world, &filter, 1_000).await?, [""; 0], "{filter:?}");
    }
    Ok(())
}
