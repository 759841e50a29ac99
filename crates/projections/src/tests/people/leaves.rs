//! The calendar of leaves.

use posars_domain::LeaveId;
use posars_domain::employee::AbsenceKind;

use super::say::{away, day, employee, hired, moved, not_away, terms};
use crate::tests::rows::twice;
use crate::tests::world::{World, id};
use crate::{Freshness, LeaveFilter, PageRequest};

const ANY: Freshness = Freshness::ANY;

/// Employee and first day of each leave, read so many at a time.
async fn leaves(world: &World, filter: &LeaveFilter, rows: u32) -> anyhow::Result<Vec<String>> {
    let mut request = PageRequest::first(rows);
    let mut told = Vec::new();
    loop {
        let page = world.projections.list_leaves(filter, &request, ANY).await?;
        told.extend(
            page.rows
                .iter()
                .map(|leave| format!("{} {} {}", leave.employee_id, leave.from, leave.to)),
        );
        match request.following(&page) {
            Some(next) => request = next,
            None => return Ok(told),
        }
    }
}

async fn a_year() -> anyhow::Result<World> {
    let world = World::open().await?;
    world
        .say(&[
            hired("ana", "2025-01-10", terms("centro", "Caixa"), "w"),
            hired("bia", "2025-01-10", terms("norte", "Caixa"), "w"),
            moved("bia", "2026-06-01", terms("centro", "Gerente")),
            away("ana", 1, AbsenceKind::MATERNITY, "2025-11-01", "2026-03-01"),
            away("bia", 2, AbsenceKind::VACATION, "2026-02-01", "2026-02-10"),
            away("bia", 3, AbsenceKind::MEDICAL, "2026-07-01", "2026-07-01"),
            away("ana", 4, AbsenceKind::VACATION, "2026-02-01", "2026-02-02"),
            // The same id is another leave of another employee.
            away("ana", 2, AbsenceKind::UNPAID, "2026-08-01", "2026-08-31"),
        ])
        .await?;
    world.catch_up().await?;
    world
        .say(&[
            not_away("ana", 4),
            // Told again: it ends earlier.
            away("ana", 2, AbsenceKind::UNPAID, "2026-08-01", "2026-08-15"),
        ])
        .await?;
    twice(&world).await?;
    Ok(world)
}

const MATERNITY: &str = "ana 2025-11-01 2026-03-01";
const VACATION: &str = "bia 2026-02-01 2026-02-10";
const MEDICAL: &str = "bia 2026-07-01 2026-07-01";
const UNPAID: &str = "ana 2026-08-01 2026-08-15";
const CANCELLED: &str = "ana 2026-02-01 2026-02-02";

#[tokio::test]
async fn leaves_are_found_by_their_days_store_employee_and_kind() -> anyhow::Result<()> {
    let world = a_year().await?;
    let days = |from: &str, to: &str| LeaveFilter {
        from: Some(day(from)),
        to: Some(day(to)),
        ..LeaveFilter::default()
    };
    let all = LeaveFilter::default();
    for (filter, expected) in [
        (all.clone(), vec![MATERNITY, VACATION, MEDICAL, UNPAID]),
        (
            days("2026-02-10", "2026-07-01"),
            vec![MATERNITY, VACATION, MEDICAL],
        ),
        (days("2026-02-11", "2026-06-30"), vec![MATERNITY]),
        (days("2026-03-02", "2026-06-30"), vec![]),
        (days("2026-08-15", "2026-08-15"), vec![UNPAID]),
        (days("2026-08-16", "2026-08-31"), vec![]),
        (
            LeaveFilter {
                with_cancelled: true,
                ..days("2026-02-01", "2026-02-28")
            },
            vec![MATERNITY, CANCELLED, VACATION],
        ),
        (
            LeaveFilter {
                kind: Some(AbsenceKind::MEDICAL),
                ..all.clone()
            },
            vec![MEDICAL],
        ),
        // Of the store of the first day.
        (
            LeaveFilter {
                stores: Some(vec!["centro".parse()?]),
                ..all.clone()
            },
            vec![MATERNITY, MEDICAL, UNPAID],
        ),
        (
            LeaveFilter {
                employee_id: Some(employee("bia")),
                ..all.clone()
            },
            vec![VACATION, MEDICAL],
        ),
        (
            LeaveFilter {
                employee_id: Some(employee("bia")),
                stores: Some(vec!["norte".parse()?]),
                ..days("2026-01-01", "2026-12-31")
            },
            vec![VACATION],
        ),
    ] {
        assert_eq!(leaves(&world, &filter, 1_000).await?, expected, "{filter:?}");
        assert_eq!(leaves(&world, &filter, 1).await?, expected, "{filter:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_leave_that_was_cancelled_says_why_and_one_has_its_place() -> anyhow::Result<()> {
    let world = a_year().await?;
    let (leave, position) = world
        .projections
        .leave(&employee("ana"), LeaveId::new(id(4)), ANY)
        .await?;
    let leave = leave.unwrap();
    assert!(leave.cancelled);
    assert_eq!(leave.cancel_reason.as_deref(), Some("desistiu"));
    assert_eq!(
        (leave.position.get(), leave.last_position.get(), position.get()),
        (7, 9, 10)
    );
    let filter = LeaveFilter {
        from: Some(day("2026-07-01")),
        ..LeaveFilter::default()
    };
    let page = world
        .projections
        .list_leaves(&filter, &PageRequest::first(1), ANY)
        .await?;
    let medical = &page.rows[0];
    assert_eq!(
        medical.store_id.as_ref().map(|store| store.as_str()),
        Some("centro")
    );
    assert_eq!(medical.job.as_deref(), Some("Gerente"));
    let (again, _) = world
        .projections
        .leave(&employee("ana"), LeaveId::new(id(2)), ANY)
        .await?;
    let again = again.unwrap();
    assert_eq!(
        (again.to, again.position.get(), again.last_position.get()),
        (day("2026-08-15"), 8, 10)
    );
    let (unknown, _) = world
        .projections
        .leave(&employee("bia"), LeaveId::new(id(4)), ANY)
        .await?;
    assert_eq!(unknown, None);
    Ok(())
}
