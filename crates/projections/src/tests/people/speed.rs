//! How long the questions take in a company of 10,000 employees. Not a test: run it by name.

use std::time::Instant;

use super::say::{day, today};
use crate::tests::world::World;
use crate::{EmployeeFilter, EmploymentState, Freshness, HeadcountFilter, LeaveFilter, PageRequest};

const ROUNDS: usize = 4;

/// 10,000 employees of 50 stores, one in four of whom has left, each with three terms, five wages and six leaves.
const FILL: &str = "
insert into employees (employee_id, log_id, position, last_position, version, subject_id)
select 'e_' || n, 1, n, n, 1, 'p_' || n from generate_series(1, 10000) n;
insert into employee_stints
select 'e_' || n, n, 1, '2023-01-01'::date + n % 1000, case when n % 4 = 0 then '2025-10-01'::date + n % 300 else '9999-12-31' end,
       null
  from generate_series(1, 10000) n;
insert into employee_terms
select 'e_' || n, '2023-01-01'::date + n % 1000 + 200 * s, n + s, 1, now(), 'changed', 'loja_' || (n + s) % 50, null,
       'Job ' || n % 8, 'job ' || n % 8, 'permanent', false, null
  from generate_series(1, 10000) n, generate_series(0, 2) s;
insert into employee_salaries
select 'e_' || n, '2023-01-01'::date + n % 1000 + 100 * s, n + s, 1, now(), 'changed',
       '{\"event_id\":\"00000000-0000-0000-0000-000000000000\",\"key\":\"00000000-0000-0000-0000-000000000000\",\"sealed\":\"'
           || repeat('A', 150) || '\"}',
       false, null
  from generate_series(1, 10000) n, generate_series(0, 4) s;
insert into leaves
select 'e_' || n, md5(n || '-' || s)::uuid, 1, n, n, now(), '2023-06-01'::date + n % 360 + 200 * s,
       '2023-06-20'::date + n % 360 + 200 * s, 'vacation', false, null
  from generate_series(1, 10000) n, generate_series(0, 5) s;
insert into checkpoints (name, log_id, position)
select 'projection.' || name, 1, 10000
  from unnest(array['names', 'employees', 'employee_stints', 'employee_terms', 'employee_salaries', 'leaves']) name;
analyze;
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn questions_of_ten_thousand_employees() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.sql().await?.batch_execute(FILL).await?;
    let (read, any) = (&world.projections, Freshness::ANY);
    let (few, many) = (PageRequest::first(100), PageRequest::first(1_000));
    let on = day("2026-03-01");
    let of_store = EmployeeFilter {
        stores: Some(vec!["loja_7".parse()?]),
        state: Some(EmploymentState::Active),
        ..EmployeeFilter::on(on, today())
    };
    let three_years = HeadcountFilter {
        from: day("2023-04-01"),
        to: day("2026-03-31"),
        ..HeadcountFilter::on(on)
    };
    let of_one_store = HeadcountFilter {
        stores: Some(vec!["loja_7".parse()?]),
        ..three_years.clone()
    };
    let march = LeaveFilter {
        from: Some(on),
        to: Some(day("2026-03-31")),
        ..LeaveFilter::default()
    };
    for _ in 0..ROUNDS {
        let mut began = Instant::now();
        let mut took = |what: &str| {
            eprint!("{what} {:.1?}, ", began.elapsed());
            began = Instant::now();
        };
        let page = read
            .list_employees(&EmployeeFilter::on(on, today()), &many, any)
            .await?;
        took("page of 1,000");
        let store = read.list_employees(&of_store, &few, any).await?;
        took("100 of a store");
        read.headcount(&HeadcountFilter::on(on), &many, any).await?;
        took("headcount of a day");
        let months = read.headcount(&three_years, &many, any).await?;
        took("of three years");
        read.headcount(&of_one_store, &many, any).await?;
        took("of one store");
        let leaves = read.list_leaves(&march, &many, any).await?;
        took("leaves of a month");
        eprintln!();
        assert_eq!((page.rows.len(), store.rows.len()), (1_000, 100));
        assert_eq!((months.rows.len(), leaves.rows.len()), (1_000, 1_000));
    }
    Ok(())
}
