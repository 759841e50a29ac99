//! The policies must not change how a query runs: the plans are those of the owner, with one comparison in front.

use crate::companies::Street;

/// How the readers' sessions begin.
const READER_SESSION: &str = include_str!("../../../event-store/src/sql/reader_session.sql");
/// Statement and its parameters; the log is 1.
const HOT: [(&str, &str); 15] = [
    (
        include_str!("../../src/sql/checkpoint.sql"),
        "'projection.sales', 1",
    ),
    (
        include_str!("../../src/sql/get_sale.sql"),
        "'projection.sales', 1, '0193a5f0-0000-7000-8000-000000000001'",
    ),
    (
        include_str!("../../src/sql/list_sales.sql"),
        "'projection.sales', 1, 'centro', '2026-01-02', 7, '2026-02-01', 100, 50",
    ),
    (
        include_str!("../../src/sql/list_daily_sales.sql"),
        "'projection.daily_sales', 1, 'centro', '2026-01-02', 'centro', '2026-02-01', 50",
    ),
    (
        include_str!("../../src/sql/list_names.sql"),
        "'projection.names', 1, 'product', 'cafe', 50",
    ),
    (
        include_str!("../../src/sql/get_product.sql"),
        "'projection.products', 1, 'cafe'",
    ),
    (
        include_str!("../../src/sql/list_products.sql"),
        "'projection.products', 1, null, '09012100', '{%caf%,%a%}', false, 'cafe', 50",
    ),
    (
        include_str!("../../src/sql/get_place.sql"),
        "'projection.places', 1, 'store', 'centro', ''",
    ),
    (
        include_str!("../../src/sql/list_places.sql"),
        "'projection.places', 1, 'register', '{centro}', 'centro', '1', 50",
    ),
    (
        include_str!("../../src/sql/list_stock_position.sql"),
        "'projection.stock_position', 1, 'centro', null, false, 'centro', 'cafe', 50",
    ),
    (
        include_str!("../../src/sql/get_stock_item.sql"),
        "'projection.stock_position', 1, 'centro', 'cafe'",
    ),
    (
        include_str!("../../src/sql/list_stock_movements.sql"),
        "'projection.stock_movements', 1, 'centro', 'cafe', '2026-01-01', '2026-02-01', 100, 7, 50",
    ),
    (
        include_str!("../../src/sql/list_employees.sql"),
        "'projection.employees', 1, '2026-01-02', '{centro}', null, 'active', 'e', 100, 50, '2026-06-01'",
    ),
    (
        include_str!("../../src/sql/get_employee.sql"),
        "'projection.employees', 1, '2026-01-02', 'e', '2026-06-01'",
    ),
    (
        include_str!("../../src/sql/list_leaves_of_employee.sql"),
        "'projection.leaves', 1, '2026-01-02', '2026-02-01', 'e', null, null, false, '2026-01-01', md5('7')::uuid, 50",
    ),
];

async fn plan(street: &Street, (statement, params): (&str, &str)) -> anyhow::Result<Vec<String>> {
    street
        .owner
        .batch_execute(&format!("deallocate all; prepare hot as {statement}"))
        .await?;
    let explain = format!("explain (costs off) execute hot({params})");
    let rows = street.owner.query(&explain, &[]).await?;
    let lines = rows.iter().map(|row| row.get::<_, String>(0));
    Ok(lines
        .map(|line| line.trim_start_matches([' ', '-', '>']).to_owned())
        .collect())
}

/// The conditions of a filter in the order of the alphabet: the policy's comes before those that could give a row away.
fn in_order(line: &str) -> String {
    let Some(conditions) = line
        .strip_prefix("Filter: (")
        .and_then(|rest| rest.strip_suffix(')'))
    else {
        return line.to_owned();
    };
    let mut conditions: Vec<_> = conditions.split(" AND ").collect();
    conditions.sort_unstable();
    format!("Filter: ({})", conditions.join(" AND "))
}

#[tokio::test]
async fn the_plans_of_a_tenant_are_those_of_the_owner() -> anyhow::Result<()> {
    let street = Street::open().await?;
    assert_eq!(street.ours.log_id, 1);
    street.owner.batch_execute(READER_SESSION).await?;
    let is_gate = |line: &String| line == "Result" || line.starts_with("One-Time Filter");
    for mode in ["force_custom_plan", "force_generic_plan"] {
        street
            .owner
            .batch_execute(&format!("set plan_cache_mode = {mode}"))
            .await?;
        for hot in HOT {
            street.owner.batch_execute("set role none").await?;
            let owners = plan(&street, hot).await?;
            street
                .owner
                .batch_execute("set role posars_tenant; set posars.log_id = '1'")
                .await?;
            let tenants = plan(&street, hot).await?;
            let gates = tenants.iter().filter(|line| is_gate(line)).count();
            assert!(gates >= 2, "{tenants:?}");
            // Sorted: above the gate a plan is printed in another order.
            let rest = |plan: &[String]| {
                let mut lines: Vec<String> = plan
                    .iter()
                    .filter(|line| !is_gate(line))
                    .map(|line| in_order(line))
                    .collect();
                lines.sort();
                lines
            };
            assert_eq!(rest(&tenants), rest(&owners), "{}, {mode}", hot.0);
        }
    }
    Ok(())
}
