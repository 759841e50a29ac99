//! As `pins`, of the commands of the journal and of the months.

use posars_domain::Currency;
use posars_domain::books::{
    BeginPeriodClose, CompletePeriodClose, LockPeriod, ReopenPeriod, TrialBalanceRow,
};
use posars_domain::company::DefineCompany;
use posars_domain::journal::{PostJournalEntry, PostLine, ReverseJournalEntry};
use posars_domain::{AccountType, Amount};
use uuid::Uuid;

use crate::pins::keys_of;
use crate::shop::{Shop, api, asked_as, cents, v};

/// Each command's key, its fingerprint and the type of its first event.
const KEYS: &str = "\
6837adf1-b649-51a9-985d-58ff6b64a233 de4f1e905ecb253a08f035a2e06ff831223016319e25e876acb32674d75f3c06 JournalEntryPosted
00000000-0000-4000-8000-000000000001 9fec1aa65eac021c36e2c42e518493b9ab0605a72d3b8580bddc0765c5c8227d JournalEntryReversed
00000000-0000-4000-8000-000000000002 996936c845be4425ffe8335f6f80e407a891920712c5a342b1b15ae7d9dc1bc5 PeriodCloseBegun
00000000-0000-4000-8000-000000000003 1c90b4418d31fd74674f3b3dc1797b86390a8e58c3bf1811f6a5ebd2adb6cdc5 PeriodClosed
00000000-0000-4000-8000-000000000004 c689b2f05297b5b86a6463b86618f8c8af26714cc3284cf8d41b4dfd86432e3b PeriodReopened
00000000-0000-4000-8000-000000000005 d0ef4537150f77647078b5fbace15289569a06f2d4ecd19f732faf088b0544f9 PeriodLocked
";

fn request(number: u128) -> Uuid {
    Uuid::from_u128(0x0000_0000_0000_4000_8000_0000_0000_0000 + number)
}

fn line(account: &str, debit: i64, credit: i64) -> PostLine {
    PostLine {
        account_code: v(account),
        debit: cents(debit),
        credit: cents(credit),
        store_id: Some(v("centro")),
        cost_center_id: None,
        party_id: Some(v("11222333000181")),
        document: Some("NF 42".to_owned()),
        due_date: Some(v("2026-12-20")),
    }
}

async fn post(shop: &Shop) -> anyhow::Result<()> {
    let company = DefineCompany {
        company_id: v("main"),
        name: "Loja".to_owned(),
        cnpj: None,
        currency: Currency::BRL,
    };
    shop.commands.carry_out(&company, &api()).await?;
    let chart = shop.commands.chart().await?;
    let by_hand = chart.accounts().filter(|known| {
        let code = &known.account.code;
        chart.is_postable(code) && !chart.is_controlled(code)
    });
    let codes: Vec<String> = by_hand
        .take(2)
        .map(|known| known.account.code.to_string())
        .collect();
    let post = PostJournalEntry {
        entry_id: v("0193a5f0-0000-7000-8000-000000000401"),
        accounting_date: v("2026-11-20"),
        business_date: Some(v("2026-11-19")),
        currency: Currency::BRL,
        memo: "Aluguel".to_owned(),
        lines: vec![line(&codes[0], 1_500, 0), line(&codes[1], 0, 1_500)],
        late_allowed: true,
    };
    shop.commands.carry_out(&post, &api()).await?;
    let reverse = ReverseJournalEntry {
        entry_id: post.entry_id,
        accounting_date: v("2026-11-21"),
        business_date: Some(v("2026-11-20")),
        reason: "Em dobro".to_owned(),
        late_allowed: true,
    };
    shop.commands.carry_out(&reverse, &asked_as(request(1))).await?;
    Ok(())
}

async fn close(shop: &Shop) -> anyhow::Result<()> {
    let month = v("2026-10");
    let begun = shop
        .commands
        .carry_out(&BeginPeriodClose { month }, &asked_as(request(2)))
        .await?;
    let row = |account: &str, closing: i64| TrialBalanceRow {
        account: v(account),
        name: "Conta".to_owned(),
        account_type: AccountType::Asset,
        store_id: Some(v("centro")),
        cost_center: None,
        opening: cents(closing),
        debit: Amount::ZERO,
        credit: Amount::ZERO,
        closing: cents(closing),
    };
    let complete = CompletePeriodClose {
        month,
        books_version: begun.version().get(),
        up_to_position: 42,
        trial_balance: vec![row("1", 100), row("2", -100)],
    };
    shop.commands.carry_out(&complete, &asked_as(request(3))).await?;
    let reopen = ReopenPeriod {
        month,
        reason: "Nota em falta".to_owned(),
    };
    shop.commands.carry_out(&reopen, &asked_as(request(4))).await?;
    let begun = shop
        .commands
        .carry_out(&BeginPeriodClose { month }, &api())
        .await?;
    let complete = CompletePeriodClose {
        books_version: begun.version().get(),
        ..complete
    };
    shop.commands.carry_out(&complete, &api()).await?;
    let lock = LockPeriod { month };
    shop.commands.carry_out(&lock, &asked_as(request(5))).await?;
    Ok(())
}

#[tokio::test]
async fn the_commands_of_the_books_keep_their_keys_and_their_fingerprints() -> anyhow::Result<()> {
    let shop = Shop::open().await?;
    post(&shop).await?;
    close(&shop).await?;
    assert_eq!(keys_of(&shop).await?, KEYS);
    Ok(())
}
