//! The statements over people for `tests/plans.rs`, with parameters that find something after [`FILL`].

use crate::read_models::people;
use crate::row::{RowChange as _, StoredRow as _};
use crate::tests::plans::Session::{self, Owner, Reader};
use crate::{Freshness, PageRequest, PayrollCostFilter, PayrollFilter, Projections};
use posars_domain::{LeaveId, PayrollId};
use uuid::Uuid;

/// As `STATEMENTS` there.
pub(in crate::tests) const STATEMENTS: &[(&str, Session, &str)] = &[
    ("change_last_stint", Owner, "1, 'e_7', null, '2026-03-05', 'r'"),
    ("move_terms", Owner, "1, 'e_7', '2025-01-01', '2025-01-02'"),
    ("move_salaries", Owner, "1, 'e_7', '2025-01-01', '2025-01-02'"),
    ("supersede_terms", Owner, "1, 'e_7', '2025-03-05'"),
    ("supersede_salaries", Owner, "1, 'e_7', '2025-03-05'"),
    (
        "get_employee",
        Reader,
        "'p', 1, '2026-03-05', 'e_70', '2026-06-05'",
    ),
    (
        "list_employees",
        Reader,
        "'p', 1, '2026-03-05', null, null, null, 'e_70', 9e15::bigint, 50, '2026-06-05'",
    ),
    (
        "list_employees",
        Reader,
        "'p', 1, '2026-03-05', '{loja_3,loja_4}', null, 'active', 'e_70', 9e15::bigint, 15, '2026-06-05'",
    ),
    (
        "list_leaves",
        Reader,
        "'p', 1, '2026-02-01', '2026-02-28', null, null, false, '-infinity', '', md5('0')::uuid, 50",
    ),
    (
        "list_leaves",
        Reader,
        "'p', 1, '-infinity', '9999-12-31', null, null, true, '2026-01-05', '', md5('0')::uuid, 50",
    ),
    (
        "list_leaves_of_employee",
        Reader,
        "'p', 1, '2025-01-01', '2026-12-31', 'e_70', null, null, true, '-infinity', md5('0')::uuid, 50",
    ),
    ("stints, of one employee", Reader, "'p', 1, 'e_70', 1000"),
    ("employees of a person", Reader, "'p', 1, 'p_70', 1000"),
    (
        "terms of an employee",
        Reader,
        "'p', 1, 'e_70', '2025-01-01', 0, 9e15::bigint, 50",
    ),
    (
        "salaries of an employee",
        Reader,
        "'p', 1, 'e_70', '2025-01-01', 0, 9e15::bigint, 50",
    ),
    ("leaves, one", Reader, "'p', 1, 'e_70', md5('70')::uuid, 1"),
    ("payrolls, one", Reader, "'p', 1, md5('7')::uuid, 1"),
    (
        "payrolls of all",
        Reader,
        "'p', 1, '2026-02', 900, '9999-12', 9e15::bigint, 50",
    ),
    (
        "payroll costs of all",
        Reader,
        "'p', 1, '2026-02', 'loja_3', '', 'job_3', 'BRL', '9999-12', 50",
    ),
    (
        "records of a person",
        Reader,
        "'p', 1, 'p_70', 7, '', 9e15::bigint, 50",
    ),
    (
        "write_employees",
        Owner,
        "1, array['e_7'], array[1], array[1], array[1], array['p_7'], array['n'], array['c'], array['b'], array['s'], \
         array['k'], array['a'], array['f'], array['e']",
    ),
    (
        "change_employees",
        Owner,
        "1, array['e_7'], array[1], array[1], array['n'], array['c'], array['b'], array['s'], array['k'], array['a'], \
         array['f'], array['e']",
    ),
    (
        "write_employee_stints",
        Owner,
        "1, array['e_7'], array[7], array['2026-01-01'::date], array['9999-12-31'::date], array[null]::text[]",
    ),
    (
        "write_employee_terms",
        Owner,
        "1, array['e_7'], array['2026-01-01'::date], array[7], array[now()], array['hired'], array['loja_3'], \
         array[null]::text[], array['j'], array['j'], array['c'], array[false], array[null]::text[]",
    ),
    (
        "write_employee_salaries",
        Owner,
        "1, array['e_7'], array['2026-01-01'::date], array[7], array[now()], array['hired'], array['{}'], array[false], \
         array[null]::text[]",
    ),
    (
        "write_leaves",
        Owner,
        "1, array['e_7'], array[md5('7')::uuid], array[7], array[7], array[now()], array['2026-01-01'::date], \
         array['2026-01-01'::date], array['medical'], array[false], array[null]::text[]",
    ),
    (
        "change_leaves",
        Owner,
        "1, array['e_7'], array[md5('7')::uuid], array[7], array[true], array['r']",
    ),
    (
        "write_payrolls",
        Owner,
        "1, array[md5('7')::uuid], array[1], array[1], array[now()], array[md5('7')::uuid], array[1], array[1], array[1], \
         array['2026-01-01'::date], array['2026-01-01'::date], array['2026-01-01'::date], array[1], array['2026-01'], \
         array['BRL'], array[false], array[null]::text[], array[null]::text[], array['{}']::jsonb[], array['{}']::jsonb[]",
    ),
    (
        "change_payrolls",
        Owner,
        "1, array[md5('7')::uuid], array[1], array[true], array['r']",
    ),
    (
        "write_payroll_costs",
        Owner,
        "1, array['2026-02'], array['loja_3'], array[''], array['job_3'], array['BRL'], array['job_3'], array[1], array[1], \
         array[1], array[1]",
    ),
    (
        "write_person_records",
        Owner,
        "1, array['p_7'], array[7], array['labour'], array[md5('7')::uuid], array['2026-01-01'::date], array[1], \
         array['s'], array['t']",
    ),
];

/// What a company with 8,000 employees in seven stores has after a while.
pub(in crate::tests) const FILL: &str = "
insert into employees (employee_id, log_id, position, last_position, version, subject_id)
select 'e_' || n, 1, n, n, 1, 'p_' || n from generate_series(1, 8000) n;
insert into employee_stints
select 'e_' || n, n, 1, '2025-01-01', '9999-12-31', null from generate_series(1, 8000) n;
insert into employee_terms
select 'e_' || n, '2025-01-01'::date + 200 * s, n + s, 1, now(), 'changed', 'loja_' || n % 7, null, 'Job', 'job',
       'permanent', false, null
  from generate_series(1, 8000) n, generate_series(0, 2) s;
insert into employee_salaries
select 'e_' || n, '2025-01-01'::date + 200 * s, n + s, 1, now(), 'changed', '{}', false, null
  from generate_series(1, 8000) n, generate_series(0, 2) s;
insert into leaves
select 'e_' || n, md5(n::text)::uuid, 1, n, n, now(), '2025-01-01'::date + n / 20, '2025-01-03'::date + n / 20, 'medical',
       n % 50 = 0, null
  from generate_series(1, 8000) n;
insert into payrolls
select md5(n::text)::uuid, 1, n, n, now(), md5(n::text)::uuid, 1, 1, 1, '2026-01-01', '2026-01-01', '2026-01-01', 1,
       '20' || lpad((n / 1200)::text, 2, '0') || '-' || lpad((n % 12 + 1)::text, 2, '0'), 'BRL', false, null, null, '{}', '{}'
  from generate_series(1, 60000) n;
insert into payroll_costs
select '20' || lpad((m / 12)::text, 2, '0') || '-' || lpad((m % 12 + 1)::text, 2, '0'), 'loja_' || s, 1, 1, 1, 1, 1, '',
       'job_' || j, 'job_' || j, 'BRL'
  from generate_series(300, 400) m, generate_series(0, 6) s, generate_series(1, 20) j;
insert into person_records
select 'p_' || n % 900, n, 'fiscal', 1, md5(n::text)::uuid, '2026-01-01', 1, 'sale-' || n, 'SaleRecorded'
  from generate_series(1, 20000) n;
";

/// As `ask` there; false for a name that is none of people's.
pub(in crate::tests) async fn ask(projections: &Projections, name: &str) -> anyhow::Result<bool> {
    let (page, any, nobody) = (&PageRequest::first(50), Freshness::ANY, Uuid::nil());
    let (employee, person) = (&"e".parse()?, &"p".parse()?);
    match name {
        "stints, of one employee" => {
            projections.employments(employee, any).await?;
        }
        "employees of a person" => {
            projections.employees_of(person, any).await?;
        }
        "terms of an employee" => {
            projections.list_employee_terms(employee, page, any).await?;
        }
        "salaries of an employee" => {
            projections.list_employee_salaries(employee, page, any).await?;
        }
        "leaves, one" => {
            projections.leave(employee, LeaveId::new(nobody), any).await?;
        }
        "payrolls, one" => {
            projections.payroll(PayrollId::new(nobody), any).await?;
        }
        "payrolls of all" => {
            let all = PayrollFilter::default();
            projections.list_payrolls(&all, page, any).await?;
        }
        "payroll costs of all" => {
            let all = PayrollCostFilter::default();
            projections.list_payroll_costs(&all, page, any).await?;
        }
        "records of a person" => {
            projections.list_person_records(person, page, any).await?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// As `spelled_out` there.
pub(in crate::tests) fn spelled_out(name: &str) -> Option<String> {
    use people::{
        employee_salaries, employee_stints, employee_terms, employees, leaves, payroll_costs, payrolls,
        person_records,
    };
    Some(match name {
        "write_employees" => employees::Hired::statements().put.clone(),
        "change_employees" => employees::Told::statement().to_owned(),
        "write_employee_stints" => employee_stints::Stint::statements().put.clone(),
        "write_employee_terms" => employee_terms::Step::statements().insert.clone(),
        "write_employee_salaries" => employee_salaries::Step::statements().insert.clone(),
        "write_leaves" => leaves::Registered::statements().put.clone(),
        "change_leaves" => leaves::Cancelled::statement().to_owned(),
        "write_payrolls" => payrolls::Recorded::statements().put.clone(),
        "change_payrolls" => payrolls::Voided::statement().to_owned(),
        "write_payroll_costs" => payroll_costs::CostChange::statements().put.clone(),
        "write_person_records" => person_records::Record::statements().insert.clone(),
        _ => return None,
    })
}
