//! Payrolls: posted once with what is owed for them, taken back, and waiting where older books know nothing of them.

use posars_commands::Written;
use posars_domain::books::{BooksBegun, BooksEvent};
use posars_domain::chart::{ChartDefined, ChartEvent};
use posars_domain::open_item::{CancelItem, Payable, RegisterItem, payable_of_payroll, receivable_of_void};
use posars_domain::payroll::RecordPayroll;
use posars_domain::posting_rules::{
    DefinePostingRule, PostedEvent, PostingPart, PostingRulesDefined, PostingRulesEvent,
};
use posars_domain::unposted::UnpostedEvent;
use posars_domain::{AccountRole, Amount, Currency};

use super::ledgers::Ledgers;
use super::{entry, settle};
use crate::payroll::{line, payroll, void};
use crate::shop::{Shop, api, cents, decoded, reason, v};

/// Whether the accounts of everything owed agree with their ledgers.
async fn ties(shop: &Shop) -> anyhow::Result<()> {
    let mut log = Vec::new();
    for category in ["sale", "stock", "payroll", "receivable", "payable", "entry"] {
        log.extend(shop.of_category(category).await?);
    }
    log.sort_by_key(|event| event.position);
    let differences = Ledgers::of(&log).differences();
    assert!(differences.is_empty(), "{differences:#?}");
    Ok(())
}

fn october() -> RecordPayroll {
    payroll(vec![
        line("7", 300_000, 108_000, 250_000),
        line("8", 200_000, 72_000, 170_000),
        line("9", 250_000, 90_000, 250_000),
    ])
}

async fn staffed_with_books() -> anyhow::Result<Shop> {
    let shop = Shop::with_books().await?;
    shop.take_on().await?;
    Ok(shop)
}

#[tokio::test]
async fn a_payroll_is_posted_once_and_is_owed() -> anyhow::Result<()> {
    let shop = staffed_with_books().await?;
    shop.commands.carry_out(&october(), &api()).await?;
    shop.post().await?;
    assert_eq!(
        shop.shown_from(0).await?,
        [entry(
            "PayrollRecorded",
            &[
                "salaries D 5000.00",
                "payroll_charges D 1800.00",
                "salaries D 2500.00",
                "payroll_charges D 900.00",
                "salaries_payable C 6700.00",
                "taxes_payable C 3500.00",
            ]
        )]
    );
    ties(&shop).await?;
    let head = shop.head().await?;
    for position in 0..i64::try_from(head.get())? {
        shop.set_books_back_to(position).await?;
        shop.post_alone().await?;
        assert_eq!(shop.head().await?, head, "set back to {position}");
    }
    // What is owed is paid as anything else, and cannot be cancelled by hand.
    let wages = payable_of_payroll(october().payroll_id, PostingPart::NetWages);
    let cancel = CancelItem::<Payable> {
        item_id: wages,
        business_date: v("2026-11-20"),
        reason: "Engano".to_owned(),
        side: std::marker::PhantomData,
    };
    let refused = shop.commands.carry_out(&cancel, &api()).await;
    assert_eq!(reason(refused), "ITEM_IS_DERIVED");
    shop.commands
        .carry_out(&settle::<Payable>(wages, 1, 670_000), &api())
        .await?;
    shop.post().await?;
    ties(&shop).await
}

#[tokio::test]
async fn a_void_takes_off_what_is_open_and_asks_back_what_was_paid() -> anyhow::Result<()> {
    let shop = staffed_with_books().await?;
    shop.commands.carry_out(&october(), &api()).await?;
    shop.post().await?;
    let wages = payable_of_payroll(october().payroll_id, PostingPart::NetWages);
    shop.commands
        .carry_out(&settle::<Payable>(wages, 1, 300_000), &api())
        .await?;
    shop.commands.carry_out(&void("Horas a mais"), &api()).await?;
    shop.post().await?;
    assert_eq!(
        shop.shown_from(2).await?,
        [entry(
            "PayrollVoided",
            &[
                "salaries C 5000.00",
                "payroll_charges C 1800.00",
                "salaries C 2500.00",
                "payroll_charges C 900.00",
                "salaries_payable D 3700.00",
                "taxes_payable D 3500.00",
                "other_receivable D 3000.00",
            ]
        )]
    );
    ties(&shop).await?;
    let event_id = shop
        .of_category("payroll")
        .await?
        .last()
        .map(|event| event.event_id)
        .unwrap();
    let owed_back = shop
        .events(&format!("receivable-{}", receivable_of_void(event_id)))
        .await?;
    assert_eq!(owed_back.len(), 1);
    let head = shop.head().await?;
    for position in 0..i64::try_from(head.get())? {
        shop.set_books_back_to(position).await?;
        shop.post_alone().await?;
        assert_eq!(shop.head().await?, head, "set back to {position}");
    }
    Ok(())
}

#[tokio::test]
async fn a_payroll_and_its_void_in_one_page_leave_nothing() -> anyhow::Result<()> {
    let shop = staffed_with_books().await?;
    shop.commands.carry_out(&october(), &api()).await?;
    shop.commands.carry_out(&void("Engano"), &api()).await?;
    shop.post().await?;
    ties(&shop).await?;
    let mut balances = std::collections::BTreeMap::new();
    for entry in shop.entries().await? {
        for line in entry.lines {
            *balances.entry(line.account).or_insert(0) += line.debit.minor() - line.credit.minor();
        }
    }
    assert!(balances.values().all(|balance| *balance == 0), "{balances:?}");
    Ok(())
}

impl Shop {
    /// Books of a build that knew no payrolls.
    async fn begin_older_books(&self) -> anyhow::Result<()> {
        let mut rules = PostingRulesDefined::brazilian_retail();
        rules
            .rules
            .retain(|rule| ![PostedEvent::PayrollRecorded, PostedEvent::PayrollVoided].contains(&rule.event));
        self.append("postingrules-main", &[PostingRulesEvent::from(rules)])
            .await?;
        let mut chart = ChartDefined::brazilian_retail();
        chart
            .roles
            .retain(|assigned| assigned.role != AccountRole::PAYROLL_CHARGES);
        self.append("chart-main", &[ChartEvent::from(chart)]).await?;
        let begun = BooksEvent::from(BooksBegun {
            currency: Currency::BRL,
            begins_on: None,
            up_to_position: 0,
            opening: Vec::new(),
        });
        self.append("books-main", &[begun]).await?;
        Ok(())
    }

    async fn waits_under(&self, key: &str) -> anyhow::Result<Vec<String>> {
        let events = self.events(&format!("unposted-{key}")).await?;
        let told = events.iter().map(|event| match decoded::<UnpostedEvent>(event) {
            UnpostedEvent::PostingParked(event) => format!("{} {}", event.reason, event.event_type),
            UnpostedEvent::PostingReleased(event) => format!("{} wait", event.waiting),
        });
        Ok(told.collect())
    }
}

#[tokio::test]
async fn older_books_let_a_payroll_wait_and_get_what_it_needs() -> anyhow::Result<()> {
    let shop = Shop::staffed().await?;
    shop.begin_older_books().await?;
    shop.commands.carry_out(&october(), &api()).await?;
    shop.commands.carry_out(&void("Engano"), &api()).await?;
    shop.post().await?;
    assert!(shop.entries().await?.is_empty());
    assert_eq!(shop.waiting().await?, 2);
    assert_eq!(
        shop.waits_under("rule-PayrollRecorded-wages").await?,
        ["POSTING_RULE_MISSING PayrollRecorded"]
    );
    let behind = format!("payroll-{}", october().payroll_id);
    assert_eq!(
        shop.waits_under(&behind).await?,
        ["PAYROLL_NOT_POSTED PayrollVoided"]
    );
    assert_eq!(shop.commands.add_later_posting(&api()).await?, Written::Now);
    shop.post().await?;
    assert_eq!(shop.waiting().await?, 0);
    let posted: Vec<_> = shop
        .shown_from(0)
        .await?
        .into_iter()
        .map(|(event, _)| event)
        .collect();
    assert_eq!(posted, ["PayrollRecorded", "PayrollVoided"]);
    ties(&shop).await?;
    // What is there stays, whatever the accountant makes of it later.
    let head = shop.head().await?;
    assert_eq!(shop.commands.add_later_posting(&api()).await?, Written::Before);
    assert_eq!(shop.head().await?, head);
    Ok(())
}

#[tokio::test]
async fn rules_of_the_accountant_are_left_alone() -> anyhow::Result<()> {
    let shop = Shop::staffed().await?;
    assert_eq!(
        shop.commands.add_later_posting(&api()).await?,
        Written::Before,
        "no books"
    );
    shop.begin_older_books().await?;
    let own = DefinePostingRule {
        event: PostedEvent::PayrollRecorded,
        part: PostingPart::NetWages,
        qualifier: None,
        role: AccountRole::OTHER_PAYABLES,
        valid_from: v("2026-01-01"),
    };
    shop.commands.carry_out(&own, &api()).await?;
    // The void has no rule of theirs, and the role no account.
    assert_eq!(shop.commands.add_later_posting(&api()).await?, Written::Now);
    shop.commands.carry_out(&october(), &api()).await?;
    shop.post().await?;
    assert_eq!(
        shop.waits_under("rule-PayrollRecorded-wages").await?,
        ["POSTING_RULE_MISSING PayrollRecorded"]
    );
    for (part, role) in [
        (PostingPart::Wages, AccountRole::SALARIES),
        (PostingPart::Charges, AccountRole::PAYROLL_CHARGES),
        (PostingPart::Levies, AccountRole::TAXES_PAYABLE),
    ] {
        let rule = DefinePostingRule {
            part,
            role,
            ..own.clone()
        };
        shop.commands.carry_out(&rule, &api()).await?;
    }
    shop.post().await?;
    let (_, lines) = shop.shown_from(0).await?.remove(0);
    assert!(
        lines.contains(&"other_payables C 6700.00".to_owned()),
        "{lines:?}"
    );
    ties(&shop).await
}

#[tokio::test]
async fn an_id_that_somebody_took_by_hand_stops_the_payroll_alone() -> anyhow::Result<()> {
    let shop = staffed_with_books().await?;
    let taken = RegisterItem::<Payable> {
        item_id: payable_of_payroll(october().payroll_id, PostingPart::NetWages),
        kind: posars_domain::open_item::ItemKind::OtherPayable,
        store_id: None,
        party: None,
        party_name: None,
        document: None,
        business_date: v("2026-11-01"),
        currency: Currency::BRL,
        amount: cents(100),
        installments: vec![posars_domain::open_item::DuePart {
            due_date: v("2026-11-30"),
            amount: cents(100),
            expected_fee: Amount::ZERO,
        }],
        counter: v("7.2.01"),
        cost_center: None,
        keys: posars_domain::open_item::MatchKeys::default(),
        memo: None,
        side: std::marker::PhantomData,
    };
    shop.commands.carry_out(&taken, &api()).await?;
    shop.commands.carry_out(&october(), &api()).await?;
    let status = shop.post().await?;
    assert_eq!(status.parked, 1);
    ties(&shop).await
}
