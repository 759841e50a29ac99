//! What a company's sessions see of another one: nothing.

use posars_event_store::StoreError;
use posars_projections::{Freshness, PageRequest, SaleFilter};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use crate::companies::{Company, SALE, Street};

const TABLES: [&str; 35] = [
    "accounts",
    "book_settings",
    "journal_entries",
    "ledger_lines",
    "account_days",
    "book_ties",
    "open_items",
    "installments",
    "item_moves",
    "item_lookups",
    "statement_lines",
    "periods",
    "unposted",
    "employees",
    "employee_stints",
    "employee_terms",
    "employee_salaries",
    "leaves",
    "payrolls",
    "payroll_costs",
    "person_records",
    "low_stock",
    "names",
    "places",
    "products",
    "sales",
    "daily_sales",
    "stock_position",
    "stock_movements",
    "stock_receipts",
    "stock_adjustments",
    "shortages",
    "waiting_lines",
    "read_model_builds",
    "parked_events",
];

/// Every table, asked without a log and for the other's.
async fn sees_its_own_alone(street: &Street, company: &Company) -> anyhow::Result<()> {
    let own = company.log_id;
    for table in TABLES {
        let all = format!("select count(*) from {table}");
        let mine = format!("{all} where log_id = $1");
        let foreign = format!("{all} where log_id <> $1");
        let there: i64 = street.owner.query_one(&foreign, &[&own]).await?.get(0);
        let expected: i64 = street.owner.query_one(&mine, &[&own]).await?.get(0);
        assert!(there > 0 && expected > 0, "{table}: {there} and {expected}");
        let seen: i64 = company.log.query(&all, &[]).await?[0].get(0);
        assert_eq!(seen, expected, "{table} of log {own}, no log asked for");
        let seen: i64 = company.log.query(&foreign, &[&own]).await?[0].get(0);
        assert_eq!(seen, 0, "{table} of log {own}, the other's asked for");
    }
    Ok(())
}

async fn refused(company: &Company, statement: &str) {
    match company.log.query(statement, &[]).await {
        Err(StoreError::Refused(text)) if text.contains("permission denied") => {}
        other => panic!("{statement}: {other:?}"),
    }
}

#[tokio::test]
async fn a_query_that_forgets_the_log_sees_its_own_alone() -> anyhow::Result<()> {
    let street = Street::open().await?;
    sees_its_own_alone(&street, &street.ours).await?;
    sees_its_own_alone(&street, &street.theirs).await?;
    Ok(())
}

/// So that the tests here can fail: without the wall the same statement sees both.
#[tokio::test]
async fn it_is_the_wall_that_hides_the_other() -> anyhow::Result<()> {
    let street = Street::open().await?;
    let logs = "select distinct log_id from sales";
    assert_eq!(street.ours.log.query(logs, &[]).await?.len(), 1);
    street
        .owner
        .batch_execute("alter table sales disable row level security")
        .await?;
    assert_eq!(street.ours.log.query(logs, &[]).await?.len(), 2);
    Ok(())
}

/// The very statements of the queries, with the other's number in the place of the own.
#[tokio::test]
async fn the_queries_statements_with_another_log_find_nothing() -> anyhow::Result<()> {
    let street = Street::open().await?;
    let (sale, nobody) = (SALE.parse::<Uuid>()?, None::<&str>);
    for (log, found) in [(street.ours.log_id, true), (street.theirs.log_id, false)] {
        let asked: [(&str, &[&(dyn ToSql + Sync)]); 6] = [
            (
                include_str!("../../src/sql/get_sale.sql"),
                &[&"projection.sales", &log, &sale],
            ),
            (
                include_str!("../../src/sql/get_name.sql"),
                &[&log, &"store", &"centro"],
            ),
            (
                include_str!("../../src/sql/list_names.sql"),
                &[&"projection.names", &log, &"store", &"", &10_i64],
            ),
            (
                include_str!("../../src/sql/list_stock_position.sql"),
                &[
                    &"projection.stock_position",
                    &log,
                    &nobody,
                    &nobody,
                    &false,
                    &"",
                    &"",
                    &10_i64,
                ],
            ),
            (
                include_str!("../../src/sql/get_stock_item.sql"),
                &[&"projection.stock_position", &log, &"centro", &"cafe"],
            ),
            (
                include_str!("../../src/sql/list_parked.sql"),
                &[&"sales", &log, &nobody, &10_i64],
            ),
        ];
        for (statement, params) in asked {
            let rows = street.ours.log.query(statement, params).await?;
            assert_eq!(!rows.is_empty(), found, "log {log}: {statement}");
        }
        let checkpoint = include_str!("../../src/sql/checkpoint.sql");
        let rows = street
            .ours
            .log
            .query(checkpoint, &[&"projection.sales", &log])
            .await?;
        assert_eq!(rows[0].get::<_, i64>("position") > 0, found);
    }
    let page = street
        .ours
        .projections
        .list_sales(&SaleFilter::default(), &PageRequest::first(10), Freshness::ANY)
        .await?;
    assert_eq!(page.rows.len(), 1, "the queries themselves go on");
    Ok(())
}

#[tokio::test]
async fn nor_do_those_of_the_catalogue_and_the_places() -> anyhow::Result<()> {
    let street = Street::open().await?;
    let nobody = None::<&str>;
    for (log, found) in [(street.ours.log_id, true), (street.theirs.log_id, false)] {
        let asked: [(&str, &[&(dyn ToSql + Sync)]); 4] = [
            (
                include_str!("../../src/sql/get_product.sql"),
                &[&"projection.products", &log, &"cafe"],
            ),
            (
                include_str!("../../src/sql/list_products.sql"),
                &[
                    &"projection.products",
                    &log,
                    &nobody,
                    &nobody,
                    &vec!["%caf%"],
                    &None::<bool>,
                    &"",
                    &10_i64,
                ],
            ),
            (
                include_str!("../../src/sql/get_place.sql"),
                &[&"projection.places", &log, &"store", &"centro", &""],
            ),
            (
                include_str!("../../src/sql/list_places.sql"),
                &[
                    &"projection.places",
                    &log,
                    &"store",
                    &None::<Vec<&str>>,
                    &"",
                    &"",
                    &10_i64,
                ],
            ),
        ];
        for (statement, params) in asked {
            let rows = street.ours.log.query(statement, params).await?;
            assert_eq!(!rows.is_empty(), found, "log {log}: {statement}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn nor_do_those_of_people() -> anyhow::Result<()> {
    let street = Street::open().await?;
    let day: jiff::civil::Date = "2026-04-15".parse()?;
    let (nobody, nowhere) = (None::<&str>, None::<Vec<&str>>);
    for (log, found) in [(street.ours.log_id, true), (street.theirs.log_id, false)] {
        let asked: [(&str, &[&(dyn ToSql + Sync)]); 4] = [
            (
                include_str!("../../src/sql/get_employee.sql"),
                &[&"projection.employees", &log, &day, &"e-7", &day],
            ),
            (
                include_str!("../../src/sql/list_employees.sql"),
                &[
                    &"projection.employees",
                    &log,
                    &day,
                    &nowhere,
                    &nobody,
                    &nobody,
                    &"",
                    &100_i64,
                    &10_i64,
                    &day,
                ],
            ),
            (
                include_str!("../../src/sql/list_leaves.sql"),
                &[
                    &"projection.leaves",
                    &log,
                    &day,
                    &day,
                    &nowhere,
                    &nobody,
                    &false,
                    &jiff::civil::Date::constant(2000, 1, 1),
                    &"",
                    &Uuid::nil(),
                    &10_i64,
                ],
            ),
            (
                include_str!("../../src/sql/sum_headcount.sql"),
                &[
                    &"projection.employee_stints",
                    &log,
                    &day,
                    &day,
                    &nowhere,
                    &nobody,
                    &"",
                    &"",
                    &"",
                    &10_i64,
                ],
            ),
        ];
        for (statement, params) in asked {
            let rows = street.ours.log.query(statement, params).await?;
            assert_eq!(!rows.is_empty(), found, "log {log}: {statement}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn nobody_writes_a_read_model_for_a_caller() -> anyhow::Result<()> {
    let street = Street::open().await?;
    for table in TABLES {
        refused(&street.ours, &format!("delete from {table}")).await;
        refused(
            &street.ours,
            &format!("insert into {table} select * from {table}"),
        )
        .await;
    }
    let theirs = street.theirs.log_id;
    refused(&street.ours, &format!("select ensure_read_models({theirs})")).await;
    refused(
        &street.ours,
        &format!("select start_read_model('sales', {theirs})"),
    )
    .await;
    Ok(())
}

#[tokio::test]
async fn the_wall_stands_after_rebuilds_and_the_way_back() -> anyhow::Result<()> {
    let street = Street::open().await?;
    holds_through_rebuilds(&street).await
}

#[tokio::test]
async fn the_wall_stands_for_an_owner_who_is_no_superuser() -> anyhow::Result<()> {
    let street = Street::of_a_plain_owner().await?;
    let row = street
        .owner
        .query_one("select current_setting('is_superuser')", &[])
        .await?;
    assert_eq!(row.get::<_, &str>(0), "off");
    sees_its_own_alone(&street, &street.theirs).await?;
    holds_through_rebuilds(&street).await
}

async fn holds_through_rebuilds(street: &Street) -> anyhow::Result<()> {
    for round in 0..2 {
        street.theirs.rebuild_all().await?;
        sees_its_own_alone(street, &street.ours).await?;
        sees_its_own_alone(street, &street.theirs).await?;
        if round == 0 {
            for name in street.theirs.projections.names() {
                street.theirs.projections.roll_back(name).await?;
            }
            sees_its_own_alone(street, &street.ours).await?;
        }
    }
    let theirs = street.theirs.log_id;
    for schema in [
        format!("read_models_{theirs}"),
        format!("read_models_{theirs}_previous"),
    ] {
        let by_name = format!("select * from {schema}.sales");
        refused(&street.ours, &by_name).await;
        // And if an administrator opens the doors by mistake:
        let opened = format!(
            "grant usage on schema {schema} to posars_tenant;
             grant select on all tables in schema {schema} to posars_tenant"
        );
        street.owner.batch_execute(&opened).await?;
        let there = street.owner.query(&by_name, &[]).await?;
        assert!(!there.is_empty(), "{schema}");
        assert_eq!(street.ours.log.query(&by_name, &[]).await?.len(), 0, "{schema}");
    }
    Ok(())
}
