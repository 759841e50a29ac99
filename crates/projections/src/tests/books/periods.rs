//! Periods and settings.

use posars_domain::AccountType;
use posars_domain::books::TrialBalanceRow;

use super::say::{
    begun, brl, chart, chart_event, close_begun, closed, locked, minor, month, reopened, simple,
};
use crate::tests::rows::twice;
use crate::tests::world::{Said, World};
use crate::{Freshness, PageRequest, PeriodState};

const ANY: Freshness = Freshness::ANY;
const ALL: PageRequest = PageRequest::first(1_000);

fn sealed_row() -> TrialBalanceRow {
    TrialBalanceRow {
        account: "1.1.1".parse().unwrap(),
        name: "Caixa \"1\"".to_owned(),
        account_type: AccountType::Asset,
        store_id: None,
        cost_center: None,
        opening: minor(0),
        debit: minor(5),
        credit: minor(0),
        closing: minor(5),
    }
}

/// Books with entries in January and April.
async fn begun_books() -> anyhow::Result<World> {
    let world = World::open().await?;
    world
        .say(&[
            begun(),
            chart(),
            simple(1, "2026-01-15", "1.1.1", "3.1", 5),
            simple(2, "2026-04-15", "1.1.1", "3.1", 5),
        ])
        .await?;
    twice(&world).await?;
    Ok(world)
}

/// Each month with its state, and a star when it has a seal.
async fn months(world: &World) -> anyhow::Result<Vec<String>> {
    let page = world.projections.list_periods(&ALL, ANY).await?;
    let periods = page.rows.iter().map(|period| {
        let sealed = if period.seal.is_some() { "*" } else { "" };
        format!("{} {}{sealed}", period.month, period.state.as_str())
    });
    Ok(periods.collect())
}

/// Says it, and answers the months.
async fn after(world: &World, said: &[Said]) -> anyhow::Result<Vec<String>> {
    world.say(said).await?;
    twice(world).await?;
    months(world).await
}

#[tokio::test]
async fn months_stand_as_they_and_those_after_them_were_closed() -> anyhow::Result<()> {
    let world = begun_books().await?;
    assert_eq!(
        months(&world).await?,
        ["2026-01 open", "2026-02 open", "2026-03 open", "2026-04 open"]
    );
    assert_eq!(
        after(&world, &[close_begun("2026-02")]).await?,
        ["2026-01 open", "2026-02 closing", "2026-03 open", "2026-04 open"]
    );
    assert_eq!(
        after(&world, &[closed("2026-02", vec![])]).await?,
        [
            "2026-01 closed",
            "2026-02 closed*",
            "2026-03 open",
            "2026-04 open"
        ]
    );
    assert_eq!(
        after(&world, &[reopened("2026-02", "nota esquecida")]).await?,
        ["2026-01 open", "2026-02 open", "2026-03 open", "2026-04 open"]
    );
    let closed_again = [
        close_begun("2026-02"),
        closed("2026-02", vec![]),
        close_begun("2026-03"),
        closed("2026-03", vec![]),
        locked("2026-02"),
    ];
    assert_eq!(
        after(&world, &closed_again).await?,
        [
            "2026-01 locked",
            "2026-02 locked*",
            "2026-03 closed*",
            "2026-04 open"
        ]
    );
    let (period, _) = world.projections.period(month("2026-02"), ANY).await?;
    assert_eq!(
        (period.reopened, period.reopen_reason.as_deref()),
        (1, Some("nota esquecida"))
    );
    assert!(period.locked_at.is_some());
    Ok(())
}

#[tokio::test]
async fn a_seal_comes_back_as_the_event_has_it() -> anyhow::Result<()> {
    let world = begun_books().await?;
    let row = sealed_row();
    after(
        &world,
        &[close_begun("2026-02"), closed("2026-02", vec![row.clone()])],
    )
    .await?;
    let (period, _) = world.projections.period(month("2026-02"), ANY).await?;
    let seal = period.seal.unwrap();
    assert_eq!(seal.rows()?, std::slice::from_ref(&row));
    assert_eq!(seal.trial_balance, Some(serde_json::to_string(&[&row])?));
    assert_eq!((seal.up_to_position.get(), seal.sha256), (3, "ab".repeat(32)));
    Ok(())
}

#[tokio::test]
async fn books_that_have_not_begun_have_no_months() -> anyhow::Result<()> {
    let world = World::open().await?;
    assert_eq!(months(&world).await?, Vec::<String>::new());
    assert_eq!(world.projections.books_beginning(ANY).await?.0, None);
    let (empty, _) = world.projections.period(month("2030-01"), ANY).await?;
    assert_eq!((empty.state, empty.seal), (PeriodState::Open, None));
    let world = begun_books().await?;
    let (beginning, _) = world.projections.books_beginning(ANY).await?;
    let beginning = beginning.map(|beginning| (beginning.currency, beginning.begins_on));
    assert_eq!(beginning, Some((brl(), None)));
    Ok(())
}

fn rule(role: &str, from: &str) -> String {
    format!(
        r#"{{"event":"SaleRecorded","part":"payment","qualifier":"pix","role":"{role}","valid_from":"{from}"}}"#
    )
}

fn terms(fee: u32) -> Said {
    let data = format!(
        r#"{{"terms":{{"method":"credit_card","brand":"visa / \"x\"","installments_from":1,"installments_to":1,"fee_ppm":{fee},"first_days":30,"every_days":30,"valid_from":"2026-01-01"}}}}"#
    );
    ("terms-main".to_owned(), "ReceiptTermsDefined", data)
}

fn settings() -> Vec<Said> {
    let said = |stream: &str, event_type: &'static str, json: String| (stream.to_owned(), event_type, json);
    let rules = format!(r#"{{"rules":[{}]}}"#, rule("bank", "2026-01-01"));
    let successor = format!(r#"{{"rule":{}}}"#, rule("cash", "2026-02-01"));
    let supplier = r#"{"terms":{"supplier":"Distribuidora","due_days":[30,60],"valid_from":"2026-01-01"}}"#;
    let in_store = r#"{"assigned":{"role":"card_receivable","store_id":"centro","code":"1.3"}}"#;
    vec![
        chart(),
        said("postingrules-main", "PostingRulesDefined", rules),
        said("postingrules-main", "PostingRuleDefined", successor),
        terms(20_000),
        terms(29_900),
        said("terms-main", "SupplierTermsDefined", supplier.to_owned()),
        chart_event(
            "CostCenterDefined",
            r#"{"cost_center":{"cost_center_id":"adm","name":"Administração"}}"#,
        ),
        chart_event(
            "CostCenterChanged",
            r#"{"cost_center":{"cost_center_id":"adm","name":"Escritório"}}"#,
        ),
        chart_event("CostCenterRetired", r#"{"cost_center_id":"loja"}"#),
        chart_event("AccountRoleAssigned", in_store),
        chart_event(
            "AccountRoleAssigned",
            r#"{"assigned":{"role":"card_receivable","code":"1.1.2"}}"#,
        ),
    ]
}

#[tokio::test]
async fn settings_are_as_they_were_defined_last() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.say(&settings()).await?;
    twice(&world).await?;
    let centers = world.projections.list_cost_centers(&ALL, ANY).await?.rows;
    let centers: Vec<_> = centers
        .iter()
        .map(|center| (center.content.name.as_str(), center.retired))
        .collect();
    assert_eq!(centers, [("Escritório", false), ("Loja", true)]);
    let roles = world.projections.list_role_accounts(&ALL, ANY).await?.rows;
    let roles: Vec<_> = roles.iter().map(|role| role.content.code.as_str()).collect();
    assert_eq!(roles, ["1.1.2", "1.3"]);
    let rules = world
        .projections
        .list_posting_rules(&PageRequest::first(1), ANY)
        .await?;
    assert_eq!(
        (rules.rows[0].content.role.as_str(), rules.next.is_some()),
        ("bank", true)
    );
    let rules = world.projections.list_posting_rules(&ALL, ANY).await?.rows;
    assert_eq!(rules.len(), 2);
    let terms = world.projections.list_receipt_terms(&ALL, ANY).await?.rows;
    assert_eq!(
        terms
            .iter()
            .map(|terms| terms.content.fee_ppm)
            .collect::<Vec<_>>(),
        [29_900]
    );
    assert_eq!(terms[0].content.brand.as_deref(), Some("visa / \"x\""));
    let suppliers = world.projections.list_supplier_terms(&ALL, ANY).await?.rows;
    assert_eq!(suppliers[0].content.due_days, [30, 60]);
    Ok(())
}
