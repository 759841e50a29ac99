//! Payrolls and what they cost.

use posars_domain::PayrollId;
use posars_domain::payroll::PayrollRecorded;

use super::say::{amounts, cost, employee, payroll, recorded, sealed, subject, voided};
use crate::tests::rows::twice;
use crate::tests::world::{World, id};
use crate::{Freshness, PageRequest, PayrollCostFilter, PayrollFilter};

const ANY: Freshness = Freshness::ANY;
const ALL: PageRequest = PageRequest::first(1_000);

/// January in two payrolls, February in one that is voided and one that is not.
fn four() -> [PayrollRecorded; 4] {
    let mut center = cost("centro", "Caixa", 1, amounts(11, 3, 7));
    center.cost_center = "loja".parse().ok();
    [
        payroll(
            1,
            "2026-01",
            &["ana", "bia", "caio"],
            vec![
                cost("centro", "Caixa", 2, amounts(1_000, 300, 800)),
                cost("norte", "Gerente", 1, amounts(2_000, 600, 1_500)),
            ],
        ),
        payroll(
            2,
            "2026-01",
            &["ana", "bia"],
            vec![cost("centro", "Caixa", 1, amounts(50, 20, 10)), center],
        ),
        payroll(
            3,
            "2026-02",
            &["ana"],
            vec![cost("centro", "Caixa", 1, amounts(999, 99, 9))],
        ),
        payroll(
            4,
            "2026-02",
            &["ana"],
            vec![cost("sul", "Operação", 1, amounts(5, 4, 3))],
        ),
    ]
}

async fn two_months() -> anyhow::Result<World> {
    let world = World::open().await?;
    let [first, second, wrong, right] = four();
    world.say(&[recorded(&first), recorded(&wrong)]).await?;
    world.catch_up().await?;
    world
        .say(&[voided(&wrong), recorded(&right), recorded(&second)])
        .await?;
    twice(&world).await?;
    Ok(world)
}

/// Month, store, cost centre, job, wages and amounts of each row, read so many at a time.
async fn costs(world: &World, filter: &PayrollCostFilter, rows: u32) -> anyhow::Result<Vec<String>> {
    let mut request = PageRequest::first(rows);
    let mut told = Vec::new();
    loop {
        let page = world
            .projections
            .list_payroll_costs(filter, &request, ANY)
            .await?;
        told.extend(page.rows.iter().map(|row| {
            format!(
                "{} {} {} {}: {} {}/{}/{}",
                row.month,
                row.store_id,
                row.cost_center.as_ref().map_or("-", |center| center.as_str()),
                row.job,
                row.wages,
                row.amounts.gross.minor(),
                row.amounts.charges.minor(),
                row.amounts.net.minor()
            )
        }));
        match request.following(&page) {
            Some(next) => request = next,
            None => return Ok(told),
        }
    }
}

#[tokio::test]
async fn costs_add_up_by_month_store_cost_centre_and_job_without_what_was_voided() -> anyhow::Result<()> {
    let world = two_months().await?;
    let [own, center, norte, sul] = [
        "2026-01 centro - Caixa: 3 1050/320/810",
        "2026-01 centro loja Caixa: 1 11/3/7",
        "2026-01 norte - Gerente: 1 2000/600/1500",
        "2026-02 sul - Operação: 1 5/4/3",
    ];
    let all = PayrollCostFilter::default();
    for (filter, expected) in [
        (all.clone(), vec![own, center, norte, sul]),
        (
            PayrollCostFilter {
                from: "2026-02".parse().ok(),
                ..all.clone()
            },
            vec![sul],
        ),
        (
            PayrollCostFilter {
                to: "2026-01".parse().ok(),
                store_id: "centro".parse().ok(),
                ..all.clone()
            },
            vec![own, center],
        ),
        (
            PayrollCostFilter {
                cost_center: "loja".parse().ok(),
                ..all.clone()
            },
            vec![center],
        ),
        (
            PayrollCostFilter {
                job: Some("operacao".to_owned()),
                ..all.clone()
            },
            vec![sul],
        ),
    ] {
        assert_eq!(costs(&world, &filter, 1_000).await?, expected, "{filter:?}");
        assert_eq!(costs(&world, &filter, 1).await?, expected, "{filter:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_payroll_has_its_sealed_lines_at_their_places_and_its_sums() -> anyhow::Result<()> {
    let world = two_months().await?;
    let [first, ..] = four();
    let (found, position) = world.projections.payroll(first.payroll_id, ANY).await?;
    let found = found.unwrap();
    assert_eq!(position.get(), 5);
    assert_eq!(found.costs, first.costs);
    assert_eq!(found.amounts, amounts(3_000, 900, 2_300));
    assert_eq!((found.employees, found.voided), (3, false));
    assert_eq!(
        (found.business_date, found.wages_due, found.charges_due),
        (first.business_date, first.wages_due, first.charges_due)
    );
    let line = &found.lines[1];
    assert_eq!(
        (&line.employee_id, &line.subject_id),
        (&employee("bia"), &subject("bia"))
    );
    assert_eq!(line.amounts.data, sealed("bia"));
    assert_eq!(line.amounts.path.to_string(), "lines[1].amounts");
    assert_eq!(line.amounts.stream.as_str(), format!("payroll-{}", id(1)));
    let event: uuid::Uuid = world
        .sql()
        .await?
        .query_one("select event_id from events where position = 1", &[])
        .await?
        .get(0);
    assert_eq!(line.amounts.event_id, event);
    let (unknown, _) = world.projections.payroll(PayrollId::new(id(9)), ANY).await?;
    assert_eq!(unknown, None);
    Ok(())
}

#[tokio::test]
async fn payrolls_are_listed_by_month_with_those_that_were_voided() -> anyhow::Result<()> {
    let world = two_months().await?;
    let told = async |filter: &PayrollFilter| {
        let page = world.projections.list_payrolls(filter, &ALL, ANY).await?;
        assert!(
            page.rows
                .iter()
                .all(|row| row.lines.is_empty() && row.costs.is_empty())
        );
        let row = |row: &crate::PayrollRow| (row.payroll_id.uuid(), row.void_reason.clone());
        Ok::<_, anyhow::Error>(page.rows.iter().map(row).collect::<Vec<_>>())
    };
    let wrong = (id(3), Some("em dobro".to_owned()));
    let all = PayrollFilter::default();
    assert_eq!(
        told(&all).await?,
        [(id(1), None), (id(2), None), wrong.clone(), (id(4), None)]
    );
    let february = PayrollFilter {
        from: "2026-02".parse().ok(),
        ..all
    };
    assert_eq!(told(&february).await?, [wrong, (id(4), None)]);
    let january = PayrollFilter {
        to: "2026-01".parse().ok(),
        ..PayrollFilter::default()
    };
    assert_eq!(told(&january).await?, [(id(1), None), (id(2), None)]);
    Ok(())
}
