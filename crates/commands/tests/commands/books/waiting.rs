//! What cannot be posted yet waits, once, and is posted when what it waits for comes.

use posars_commands::reactors::{BooksReactor, Retried, retry_parked};
use posars_domain::books::{BooksBegun, BooksEvent};
use posars_domain::chart::{AccountRoleAssigned, ChartDefined, ChartEvent, RoleAccount};
use posars_domain::posting_rules::{
    PostedEvent, PostingPart, PostingRule, PostingRuleDefined, PostingRulesDefined, PostingRulesEvent,
};
use posars_domain::sale::Disposition;
use posars_domain::unposted::UnpostedEvent;
use posars_domain::{AccountRole, Currency, PaymentMethod};

use super::{by, card, entry, paid, refund, refunding};
use crate::shop::{Shop, api, decoded, define_store, return_of, v, void_of};

/// A rule of `SaleRecorded` for a method, or for all.
fn rule(qualifier: Option<&str>, role: AccountRole, valid_from: &str) -> PostingRulesEvent {
    PostingRulesEvent::from(PostingRuleDefined {
        rule: PostingRule {
            event: PostedEvent::SaleRecorded,
            part: PostingPart::Payment,
            qualifier: qualifier.map(str::to_owned),
            role,
            valid_from: v(valid_from),
        },
    })
}

fn assigned(role: AccountRole, store: Option<&str>, code: &str) -> ChartEvent {
    ChartEvent::from(AccountRoleAssigned {
        assigned: RoleAccount {
            role,
            store_id: store.map(v),
            code: v(code),
        },
    })
}

impl Shop {
    /// A shop whose books lack the rules for payments of sales and the account of this role.
    async fn with_lacking_books(role: Option<AccountRole>) -> anyhow::Result<Self> {
        let shop = Self::open().await?;
        let mut rules = PostingRulesDefined::brazilian_retail();
        if role.is_none() {
            rules
                .rules
                .retain(|rule| (rule.event, rule.part) != (PostedEvent::SaleRecorded, PostingPart::Payment));
        }
        shop.append("postingrules-main", &[PostingRulesEvent::from(rules)])
            .await?;
        let mut chart = ChartDefined::brazilian_retail();
        chart
            .roles
            .retain(|assigned| Some(&assigned.role) != role.as_ref());
        shop.append("chart-main", &[ChartEvent::from(chart)]).await?;
        let begun = BooksEvent::from(BooksBegun {
            currency: Currency::BRL,
            begins_on: None,
            up_to_position: 0,
            opening: Vec::new(),
        });
        shop.append("books-main", &[begun]).await?;
        Ok(shop)
    }

    async fn sell_by(&self, method: PaymentMethod) -> anyhow::Result<posars_domain::sale::RecordSale> {
        let sold = paid("1", 0, vec![by(method, 1_000)], 0);
        self.commands.carry_out(&sold, &api()).await?;
        Ok(sold)
    }

    /// What is in a list of waiting events: of each that came to wait the reason, and of each release how many are left.
    async fn list(&self, key: &str) -> anyhow::Result<Vec<String>> {
        let events = self.events(&format!("unposted-{key}")).await?;
        Ok(events
            .iter()
            .map(|event| match decoded::<UnpostedEvent>(event) {
                UnpostedEvent::PostingParked(event) => format!("{} {}", event.reason, event.waiting),
                UnpostedEvent::PostingReleased(event) => format!("released, {} wait", event.waiting),
            })
            .collect())
    }
}

#[tokio::test]
async fn a_sale_waits_for_its_rule_and_what_undoes_it_behind_it() -> anyhow::Result<()> {
    let shop = Shop::with_lacking_books(None).await?;
    let sold = shop.sell_by(PaymentMethod::PIX).await?;
    let back = return_of(&sold, 1, "1", Disposition::Discard);
    let back = refunding(back, vec![refund(PaymentMethod::PIX, 400)]);
    shop.commands.carry_out(&back, &api()).await?;
    let other = shop.sell_by(PaymentMethod::CASH).await?;
    shop.commands.carry_out(&void_of(&other), &api()).await?;
    let status = shop.post_alone().await?;
    assert_eq!((status.waiting, shop.waiting().await?), (4, 4));
    assert!(shop.entries().await?.is_empty());
    let pix = "rule-SaleRecorded-payment-pix";
    assert_eq!(shop.list(pix).await?, ["POSTING_RULE_MISSING 1"]);
    let behind = format!("sale-{}", sold.sale_id);
    assert_eq!(shop.list(&behind).await?, ["SALE_NOT_POSTED 1"]);

    // Dealt with again from any place, nothing comes to wait twice.
    let head = shop.head().await?;
    for position in 0..i64::try_from(head.get())? {
        shop.set_books_back_to(position).await?;
        shop.post_alone().await?;
        assert_eq!(shop.head().await?, head, "set back to {position}");
    }

    // A rule from a later day on is not for this sale.
    shop.append(
        "postingrules-main",
        &[rule(Some("pix"), AccountRole::BANK, "2027-01-01")],
    )
    .await?;
    let status = shop.post_alone().await?;
    assert_eq!(status.waiting, 4);
    assert_eq!(
        shop.list(pix).await?,
        [
            "POSTING_RULE_MISSING 1",
            "released, 0 wait",
            "POSTING_RULE_MISSING 1"
        ]
    );

    shop.append(
        "postingrules-main",
        &[rule(Some("pix"), AccountRole::PIX_IN_TRANSIT, "2000-01-01")],
    )
    .await?;
    let status = shop.post_alone().await?;
    assert_eq!((status.waiting, shop.waiting().await?), (2, 2));
    assert_eq!(
        shop.shown_from(0).await?,
        [
            entry(
                "SaleRecorded",
                &["pix_in_transit D 10.00", "gross_revenue C 10.00"]
            ),
            entry("SaleReturned", &["sales_returns D 4.00", "pix_in_transit C 4.00"]),
        ]
    );

    // A rule for all methods is one for each that has none of its own.
    shop.append(
        "postingrules-main",
        &[rule(None, AccountRole::CASH, "2000-01-01")],
    )
    .await?;
    let status = shop.post_alone().await?;
    assert_eq!((status.waiting, shop.waiting().await?), (0, 0));
    assert_eq!(
        shop.shown_from(2).await?,
        [
            entry("SaleRecorded", &["cash D 10.00", "gross_revenue C 10.00"]),
            entry("SaleVoided", &["sales_cancelled D 10.00", "cash C 10.00"]),
        ]
    );
    shop.set_books_back_to(0).await?;
    shop.post_alone().await?;
    assert_eq!((shop.entries().await?.len(), shop.waiting().await?), (4, 0));
    Ok(())
}

#[tokio::test]
async fn a_role_waits_for_an_account_of_the_store_or_of_all() -> anyhow::Result<()> {
    let shop = Shop::with_lacking_books(Some(AccountRole::CASH)).await?;
    shop.commands.carry_out(&define_store("norte"), &api()).await?;
    shop.sell_by(PaymentMethod::CASH).await?;
    let mut in_norte = paid("2", 0, vec![by(PaymentMethod::CASH, 2_000)], 0);
    in_norte.store_id = v("norte");
    shop.commands.carry_out(&in_norte, &api()).await?;
    assert_eq!(shop.post_alone().await?.waiting, 2);
    assert_eq!(shop.list("role-cash-norte").await?, ["ACCOUNT_ROLE_UNASSIGNED 1"]);

    shop.append(
        "chart-main",
        &[assigned(AccountRole::CASH, Some("norte"), "1.1.01.001")],
    )
    .await?;
    assert_eq!(shop.post_alone().await?.waiting, 1);
    let entries = shop.entries().await?;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].lines[0].store_id, Some(v("norte")));

    // One for all stores: those that have their own keep it.
    shop.append("chart-main", &[assigned(AccountRole::CASH, None, "1.1.01.003")])
        .await?;
    assert_eq!(shop.post_alone().await?.waiting, 0);
    let entries = shop.entries().await?;
    let accounts: Vec<&str> = entries
        .iter()
        .map(|entry| entry.lines[0].account.as_str())
        .collect();
    assert_eq!(accounts, ["1.1.01.001", "1.1.01.003"]);
    Ok(())
}

#[tokio::test]
async fn what_lacks_two_things_waits_for_one_after_the_other() -> anyhow::Result<()> {
    let shop = Shop::with_lacking_books(Some(AccountRole::REFUNDS_PAYABLE)).await?;
    // A void of a sale whose card money has come in needs the rule, which is there, and the account, which is not.
    let sold = paid("1", 0, vec![card(1_000, 1)], 0);
    shop.commands.carry_out(&sold, &api()).await?;
    shop.post_alone().await?;
    let owed = posars_domain::open_item::receivable_of_sale(sold.sale_id, 0);
    let settle = super::settle::<posars_domain::open_item::Receivable>(owed, 1, 1_000);
    shop.commands.carry_out(&settle, &api()).await?;
    shop.commands.carry_out(&void_of(&sold), &api()).await?;
    assert_eq!(shop.post_alone().await?.waiting, 1);
    assert_eq!(
        shop.list("role-refunds_payable-centro").await?,
        ["ACCOUNT_ROLE_UNASSIGNED 1"]
    );
    shop.append(
        "chart-main",
        &[assigned(AccountRole::REFUNDS_PAYABLE, None, "2.1.04")],
    )
    .await?;
    assert_eq!(shop.post_alone().await?.waiting, 0);
    let last = shop.shown_from(0).await?.pop();
    assert_eq!(
        last,
        Some(entry(
            "SaleVoided",
            &["sales_cancelled D 10.00", "refunds_payable C 10.00"]
        ))
    );
    Ok(())
}

#[tokio::test]
async fn a_rule_that_would_part_an_account_from_its_ledger_is_waited_out() -> anyhow::Result<()> {
    let shop = Shop::with_lacking_books(None).await?;
    // Money of a sale is no goods.
    shop.append(
        "postingrules-main",
        &[rule(None, AccountRole::INVENTORY, "2000-01-01")],
    )
    .await?;
    shop.sell_by(PaymentMethod::CASH).await?;
    assert_eq!(shop.post_alone().await?.waiting, 1);
    assert_eq!(
        shop.list("rule-SaleRecorded-payment-cash").await?,
        ["POSTING_RULE_UNFIT 1"]
    );
    shop.append(
        "postingrules-main",
        &[rule(Some("cash"), AccountRole::CASH, "2000-01-01")],
    )
    .await?;
    assert_eq!(shop.post_alone().await?.waiting, 0);
    Ok(())
}

#[tokio::test]
async fn more_than_a_page_can_hold_is_released_in_its_order() -> anyhow::Result<()> {
    let shop = Shop::with_lacking_books(None).await?;
    let mut sales = Vec::new();
    for _ in 0..45 {
        let some: Vec<_> = (0..100)
            .map(|_| paid("1", 0, vec![by(PaymentMethod::PIX, 1_000)], 0))
            .collect();
        shop.sell_all(&some).await?;
        sales.extend(some);
    }
    assert_eq!(shop.post_alone().await?.waiting, 4_500);
    shop.append(
        "postingrules-main",
        &[rule(Some("pix"), AccountRole::PIX_IN_TRANSIT, "2000-01-01")],
    )
    .await?;
    assert_eq!(shop.post_alone().await?.waiting, 0);
    let posted = shop.of_category("entry").await?;
    assert_eq!(posted.len(), sales.len());
    let positions: Vec<u64> = shop
        .entries()
        .await?
        .iter()
        .map(|entry| entry.source.as_ref().unwrap().position)
        .collect();
    assert!(positions.is_sorted());
    let releases = shop.list("rule-SaleRecorded-payment-pix").await?;
    let releases = releases.iter().filter(|told| told.starts_with("released"));
    assert_eq!(releases.count(), 12, "400 at a time");
    Ok(())
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_put_aside_and_posted_once_it_can() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    let sold = shop.sell_by(PaymentMethod::PIX).await?;
    let stream = format!("sale-{}", sold.sale_id);
    let data = shop.spoil(&stream).await?;
    // A void decided elsewhere; the sale's own stream cannot be folded here.
    shop.put(&stream, &data).await?;
    shop.commands.carry_out(&void_of(&sold), &api()).await?;
    let client = shop.store.pool().get().await?;
    let spoil = "update events set data = '{\"spoilt\":true}' where stream = $1 and version = 1";
    client.execute(spoil, &[&stream]).await?;
    let status = shop.post_alone().await?;
    assert_eq!((status.parked, status.waiting), (1, 1));
    let mut reactor = BooksReactor::new(shop.log.clone());
    let tried = retry_parked(&mut reactor, &shop.log, None, 10).await?;
    assert!(matches!(tried[0].1, Retried::Failed { .. }), "{tried:?}");
    assert!(shop.entries().await?.is_empty());

    let mend = "update events set data = $2 where stream = $1 and version = 1";
    client.execute(mend, &[&stream, &data]).await?;
    let tried = retry_parked(&mut reactor, &shop.log, None, 10).await?;
    assert_eq!(tried[0].1, Retried::Done);
    assert_eq!(
        shop.shown_from(0).await?,
        [
            entry(
                "SaleRecorded",
                &["pix_in_transit D 10.00", "gross_revenue C 10.00"]
            ),
            entry(
                "SaleVoided",
                &["sales_cancelled D 10.00", "pix_in_transit C 10.00"]
            ),
        ]
    );
    assert_eq!(shop.waiting().await?, 0);
    let head = shop.head().await?;
    shop.set_books_back_to(0).await?;
    let status = shop.post_alone().await?;
    assert_eq!((status.parked, shop.head().await?), (0, head));
    Ok(())
}
