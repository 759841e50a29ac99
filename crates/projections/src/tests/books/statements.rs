//! The statements: account tree, trial balance, income statement and cash flow.

use posars_domain::AccountType;
use posars_domain::open_item::{Payable, Receivable};

use super::say::{chart, chart_event, entry, line, line_in, minor, owed, posted, registered, settled};
use crate::tests::rows::twice;
use crate::tests::world::World;
use crate::{
    AccountNode, BookScope, BookSpan, ChartFilter, Freshness, IncomeColumns, IncomeLineKind, IncomeQuery,
    IncomeStatement, PageRequest,
};

const ANY: Freshness = Freshness::ANY;

fn span(from: &str, to: &str) -> BookSpan {
    BookSpan {
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
    }
}

fn in_store(store: &str) -> BookScope {
    BookScope {
        store_id: Some(store.parse().unwrap()),
        cost_center: None,
    }
}

/// Two months of a shop. January: sales of 1,000.00, 50.00 returned, goods sold had cost 600.00, rent of 200.00. February:
/// sales of 400.00 in the other store, cost 250.00, fees of 12.00.
async fn two_months() -> anyhow::Result<World> {
    let world = World::open().await?;
    let store = |account: &str, amount| line_in("centro", account, "", amount);
    let north = |account: &str, amount| line_in("norte", account, "", amount);
    let mut rent = posted(
        4,
        "2026-01-31",
        vec![line("6.2", "", 20_000), store("1.1.2", -20_000)],
    );
    rent.lines[0].cost_center = Some("loja".parse()?);
    world
        .say(&[
            chart(),
            entry(&posted(
                1,
                "2026-01-10",
                vec![store("1.1.1", 100_000), store("3.1", -100_000)],
            )),
            entry(&posted(
                2,
                "2026-01-11",
                vec![store("4", 5_000), store("1.1.1", -5_000)],
            )),
            entry(&posted(
                3,
                "2026-01-11",
                vec![store("5", 60_000), store("1.3", -60_000)],
            )),
            entry(&rent),
            entry(&posted(
                5,
                "2026-02-01",
                vec![north("1.1.1", 40_000), north("3.1", -40_000)],
            )),
            entry(&posted(
                6,
                "2026-02-02",
                vec![north("5", 25_000), north("1.3", -25_000)],
            )),
            entry(&posted(
                7,
                "2026-02-03",
                vec![north("6.1", 1_200), north("1.1.2", -1_200)],
            )),
        ])
        .await?;
    twice(&world).await?;
    Ok(world)
}

async fn chart_of(world: &World, filter: &ChartFilter, rows: u32) -> anyhow::Result<Vec<String>> {
    let told = |node: &AccountNode| {
        let code = &node.account.code;
        format!("{}:{code} {}", node.depth, node.balance.minor())
    };
    let mut all = Vec::new();
    let mut request = PageRequest::first(rows);
    loop {
        let page = world.projections.list_accounts(filter, &request, ANY).await?;
        all.extend(page.rows.iter().map(told));
        let Some(next) = request.following(&page) else {
            return Ok(all);
        };
        request = next;
    }
}

#[tokio::test]
async fn the_chart_is_a_tree_whose_headings_sum_what_is_under_them() -> anyhow::Result<()> {
    let world = two_months().await?;
    for rows in [4, 1_000] {
        assert_eq!(
            chart_of(&world, &ChartFilter::default(), rows).await?,
            [
                "0:1 28800",
                "1:1.1 113800",
                "2:1.1.1 135000",
                "2:1.1.2 -21200",
                "1:1.2 0",
                "1:1.3 -85000",
                "0:2 0",
                "1:2.1 0",
                "0:3 -140000",
                "1:3.1 -140000",
                "0:4 5000",
                "0:5 85000",
                "0:6 21200",
                "1:6.1 1200",
                "1:6.2 20000",
            ]
        );
    }
    let january = ChartFilter {
        date: Some("2026-01-31".parse()?),
        account_type: Some(AccountType::Expense),
        ..ChartFilter::default()
    };
    assert_eq!(
        chart_of(&world, &january, 9).await?,
        ["0:6 20000", "1:6.1 0", "1:6.2 20000"]
    );
    let north = ChartFilter {
        scope: in_store("norte"),
        ..ChartFilter::default()
    };
    assert_eq!(
        chart_of(&world, &north, 99).await?[..4],
        ["0:1 13800", "1:1.1 38800", "2:1.1.1 40000", "2:1.1.2 -1200"]
    );
    Ok(())
}

#[tokio::test]
async fn an_account_that_changes_its_place_takes_its_balance_along() -> anyhow::Result<()> {
    let world = two_months().await?;
    let changed =
        r#"{"account":{"code":"6.1","name":"Taxas","type":"expense","nature":"debit","postable":true}}"#;
    let assigned = r#"{"assigned":{"role":"card_fees","store_id":"centro","code":"6.1"}}"#;
    world
        .say(&[
            chart_event("AccountChanged", changed),
            chart_event("AccountRetired", r#"{"code":"6.1"}"#),
            chart_event("AccountRoleAssigned", assigned),
        ])
        .await?;
    twice(&world).await?;
    let of = async |code: &str| {
        let filter = ChartFilter::default();
        anyhow::Ok(world.projections.account(&code.parse()?, &filter, ANY).await?.0)
    };
    let node = of("6.1").await?.unwrap();
    assert_eq!(
        (node.depth, node.account.name.as_str(), node.account.retired),
        (0, "Taxas", true)
    );
    assert_eq!(node.roles, [("card_fees".parse()?, Some("centro".parse()?))]);
    assert_eq!(of("6").await?.unwrap().balance, minor(20_000));
    assert_eq!(of("9").await?, None);
    Ok(())
}

#[tokio::test]
async fn a_trial_balance_shows_what_was_what_moved_and_what_is() -> anyhow::Result<()> {
    let world = two_months().await?;
    let told = async |of: BookSpan, scope: &BookScope| {
        let balance = world.projections.trial_balance(of, scope, ANY).await?;
        let lines = balance.lines.iter().map(|line| {
            let figures = line.figures;
            let closing = figures.closing().unwrap_or_default();
            format!(
                "{} {} {} {} {}",
                line.account.code,
                figures.opening.minor(),
                figures.debit.minor(),
                figures.credit.minor(),
                closing.minor()
            )
        });
        anyhow::Ok((
            lines.collect::<Vec<_>>(),
            balance.debit.minor(),
            balance.credit.minor(),
        ))
    };
    let (lines, debit, credit) = told(span("2026-02-01", "2026-02-28"), &BookScope::default()).await?;
    assert_eq!(
        lines,
        [
            "1 15000 40000 26200 28800",
            "1.1 75000 40000 1200 113800",
            "1.1.1 95000 40000 0 135000",
            "1.1.2 -20000 0 1200 -21200",
            "1.3 -60000 0 25000 -85000",
            "3 -100000 0 40000 -140000",
            "3.1 -100000 0 40000 -140000",
            "4 5000 0 0 5000",
            "5 60000 25000 0 85000",
            "6 20000 1200 0 21200",
            "6.1 0 1200 0 1200",
            "6.2 20000 0 0 20000",
        ]
    );
    assert_eq!((debit, credit), (66_200, 66_200));
    // Of one store; the rent is of none, so its other side stands alone there.
    let (lines, ..) = told(span("2026-01-31", "2026-01-31"), &in_store("centro")).await?;
    assert_eq!(lines[2..4], ["1.1.1 95000 0 0 95000", "1.1.2 0 0 20000 -20000"]);
    let of_center = BookScope {
        store_id: None,
        cost_center: Some("loja".parse()?),
    };
    let (lines, ..) = told(span("2026-01-01", "2026-12-31"), &of_center).await?;
    assert_eq!(lines, ["6 0 20000 0 20000", "6.2 0 20000 0 20000"]);
    let (lines, ..) = told(span("2020-01-01", "2020-12-31"), &BookScope::default()).await?;
    assert_eq!(lines, Vec::<String>::new());
    Ok(())
}

fn income(statement: &IncomeStatement) -> Vec<String> {
    let line = |line: &crate::IncomeLine| {
        let name = match &line.kind {
            IncomeLineKind::Account(account, depth) => format!("{depth}:{}", account.code),
            IncomeLineKind::GrossRevenue
            | IncomeLineKind::Deductions
            | IncomeLineKind::NetRevenue
            | IncomeLineKind::Cost
            | IncomeLineKind::GrossProfit
            | IncomeLineKind::OtherIncome
            | IncomeLineKind::Expenses
            | IncomeLineKind::Result => format!("{:?}", line.kind),
        };
        let amounts: Vec<String> = line
            .amounts
            .iter()
            .map(|amount| amount.minor().to_string())
            .collect();
        format!("{name} {}", amounts.join(" "))
    };
    statement.lines.iter().map(line).collect()
}

#[tokio::test]
async fn an_income_statement_goes_from_revenue_to_the_result() -> anyhow::Result<()> {
    let world = two_months().await?;
    let query = IncomeQuery {
        span: span("2026-02-01", "2026-02-28"),
        compared: Some(span("2026-01-01", "2026-01-31")),
        columns: IncomeColumns::One,
        scope: BookScope::default(),
    };
    let statement = world.projections.income_statement(&query, ANY).await?;
    assert_eq!(
        income(&statement),
        [
            "0:3 40000 100000",
            "1:3.1 40000 100000",
            "GrossRevenue 40000 100000",
            "0:4 0 5000",
            "Deductions 0 5000",
            "NetRevenue 40000 95000",
            "0:5 25000 60000",
            "Cost 25000 60000",
            "GrossProfit 15000 35000",
            "OtherIncome 0 0",
            "0:6 1200 20000",
            "1:6.1 1200 0",
            "1:6.2 0 20000",
            "Expenses 1200 20000",
            "Result 13800 15000",
        ]
    );
    let compared: Vec<_> = statement
        .columns
        .iter()
        .map(|column| column.is_compared)
        .collect();
    assert_eq!(compared, [false, true]);
    Ok(())
}

#[tokio::test]
async fn an_income_statement_has_a_column_for_each_month_store_or_cost_center() -> anyhow::Result<()> {
    let world = two_months().await?;
    let result = async |from: &str, to: &str, columns, scope| {
        let query = IncomeQuery {
            span: span(from, to),
            compared: None,
            columns,
            scope,
        };
        let statement = world.projections.income_statement(&query, ANY).await?;
        anyhow::Ok((income(&statement).pop().unwrap_or_default(), statement))
    };
    let all = BookScope::default;
    // The middle of January on has the rent only; March has nothing.
    let (line, by_month) = result("2026-01-15", "2026-03-31", IncomeColumns::Month, all()).await?;
    assert_eq!(line, "Result -20000 13800 0");
    assert_eq!(by_month.columns[0].span, span("2026-01-15", "2026-01-31"));
    let year = ("2026-01-01", "2026-12-31");
    for (columns, scope, expected) in [
        // Of no store, centro, norte.
        (IncomeColumns::Store, all(), "Result -20000 35000 13800"),
        // Of no cost centre, loja.
        (IncomeColumns::CostCenter, all(), "Result 48800 -20000"),
        (IncomeColumns::One, in_store("norte"), "Result 13800"),
    ] {
        assert_eq!(result(year.0, year.1, columns, scope).await?.0, expected);
    }
    let (_, empty) = result("2031-01-01", "2031-12-31", IncomeColumns::One, all()).await?;
    assert_eq!(empty.lines.len(), 8, "the sums alone");
    Ok(())
}

#[tokio::test]
async fn a_cash_flow_has_what_was_and_what_is_expected() -> anyhow::Result<()> {
    let world = two_months().await?;
    // 100.00 by card in three; the first is paid. A delivery of 80.00, half of it overdue.
    let card = owed::<Receivable>(
        50,
        "2026-01-20",
        &[
            ("2026-02-02", 3_334, 100),
            ("2026-02-03", 3_333, 99),
            ("2026-03-03", 3_333, 100),
        ],
    );
    let supplier = owed::<Payable>(
        51,
        "2026-01-20",
        &[("2026-01-31", 4_000, 0), ("2026-02-03", 4_000, 0)],
    );
    world
        .say(&[
            registered(&card),
            registered(&supplier),
            settled(&card, 60, "2026-02-02", 1, 3_334, 100),
            settled(&card, 61, "2026-02-02", 2, 1_000, 30),
        ])
        .await?;
    twice(&world).await?;
    let flow = world
        .projections
        .cash_flow(span("2026-02-01", "2026-02-03"), None, ANY)
        .await?;
    assert_eq!(
        (flow.opening, flow.overdue_in, flow.overdue_out),
        (minor(75_000), minor(0), minor(4_000))
    );
    let days: Vec<_> = flow
        .days
        .iter()
        .map(|day| {
            [day.came, day.went, day.to_come, day.to_go, day.balance].map(posars_domain::Amount::minor)
        })
        .collect();
    // 23.33 are open of the second, of whose fee of 0.99 that share is 0.69.
    assert_eq!(
        days,
        [
            [40_000, 0, 0, 0, 115_000],
            [0, 0, 0, 0, 115_000],
            [0, 1_200, 2_264, 4_000, 112_064]
        ]
    );
    let north = "norte".parse()?;
    let flow = world
        .projections
        .cash_flow(span("2026-02-01", "2026-02-03"), Some(&north), ANY)
        .await?;
    assert_eq!((flow.opening, flow.days[2].balance), (minor(0), minor(38_800)));
    Ok(())
}

#[tokio::test]
async fn money_carried_to_the_bank_neither_comes_nor_goes() -> anyhow::Result<()> {
    let world = two_months().await?;
    let north = |account: &str, amount| line_in("norte", account, "", amount);
    // 5.00 of the till are paid in, of which the bank keeps 0.10; the other store's till gets 1.00 as change.
    let paid_in = posted(
        8,
        "2026-02-03",
        vec![north("1.1.2", 490), north("6.1", 10), north("1.1.1", -500)],
    );
    let change = posted(
        9,
        "2026-02-03",
        vec![line_in("centro", "1.1.1", "", 100), north("1.1.1", -100)],
    );
    world.say(&[entry(&paid_in), entry(&change)]).await?;
    twice(&world).await?;
    let day = span("2026-02-03", "2026-02-03");
    let flow = world.projections.cash_flow(day, None, ANY).await?;
    let told = |day: &crate::CashDay| [day.came, day.went, day.balance].map(posars_domain::Amount::minor);
    assert_eq!(
        (flow.opening, told(&flow.days[0])),
        (minor(115_000), [0, 1_210, 113_790])
    );
    // Between stores it does.
    let store = "norte".parse()?;
    let flow = world.projections.cash_flow(day, Some(&store), ANY).await?;
    assert_eq!(
        (flow.opening, told(&flow.days[0])),
        (minor(40_000), [0, 1_310, 38_690])
    );
    let store = "centro".parse()?;
    let flow = world.projections.cash_flow(day, Some(&store), ANY).await?;
    assert_eq!(told(&flow.days[0])[..2], [100, 0]);
    Ok(())
}
