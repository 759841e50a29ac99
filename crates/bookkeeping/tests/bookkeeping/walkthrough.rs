//! A small month from its first delivery to its seal, with every figure worked out on paper.
//!
//! `cargo test -p posars-bookkeeping --test bookkeeping walkthrough -- --nocapture` prints the tables.
//!
//! | October | What happens | Entry |
//! | --- | --- | --- |
//! | 1 | The owner pays 5,000.00 in | Bank 5,000.00 to Capital 5,000.00 |
//! | 2 | A delivery: 100 coffee at 10.00, 50 filters at 2.00 | Goods 1,000.00 and 100.00 to Suppliers 1,100.00 |
//! | 5 | Sale A: 10 coffee at 18.00, 200.00 in cash, 20.00 change | Cash 180.00 to Revenue 180.00; Cost 100.00 to Goods |
//! | 10 | Sale B: 20 coffee at 18.00 and 5 filters at 4.00, less 30.00, by card in 3 | Cards 350.00 and Discounts 30.00 to Revenue 380.00; Cost 200.00 + 10.00 to Goods |
//! | 12 | Sale C: 5 coffee at 18.00 by PIX, voided | PIX 90.00 to Revenue 90.00; Cancelled 90.00 to PIX; Cost 50.00 there and back |
//! | 15 | 2 coffee of sale A come back, 36.00 in cash | Returns 36.00 to Cash 36.00; Goods 20.00 to Cost |
//! | 20 | 1 coffee is broken | Shrinkage 10.00 to Goods 10.00 |
//! | 25 | The rent of 800.00 falls due on the 30th | Rent 800.00 to Other payables 800.00 |
//! | 30 | It is paid | Other payables 800.00 to Bank 800.00 |
//! | 31 | The bank pays 12.50 of interest | Bank 12.50 to Interest 12.50 |
//!
//! Goods at the end: coffee 100 - 10 - 20 - 5 + 5 + 2 - 1 = 71 at 10.00, filters 50 - 5 = 45 at 2.00: 710.00 + 90.00.

#![expect(clippy::print_stdout, reason = "the tables are for people to check")]

use std::marker::PhantomData;

use posars_domain::journal::{PostJournalEntry, PostLine};
use posars_domain::open_item::{DuePart, ItemKind, MatchKeys, Payable, RegisterItem, SettleItem};
use posars_domain::sale::{
    Disposition, OrderDiscount, RecordReturn, RecordReturnLine, RecordSale, RecordSaleLine, VoidSale,
};
use posars_domain::stock::{AdjustStock, AdjustmentReason, ReceiveGoods, ReceiveGoodsLine, ReceivedCost};
use posars_domain::{Amount, Currency, LineId, MethodAmount, Payment, PaymentMethod, ReceiptId};
use posars_projections::{
    AgeingQuery, BookScope, BookSpan, Freshness, IncomeColumns, IncomeLineKind, IncomeQuery, IncomeStatement,
    OwedBy, PageRequest, TrialBalance,
};
use uuid::Uuid;

use crate::world::{World, api, cents, product, sale, v};

const OCTOBER: BookSpan = BookSpan {
    from: jiff::civil::date(2026, 10, 1),
    to: jiff::civil::date(2026, 10, 31),
};

fn reais(amount: Amount) -> String {
    let minor = amount.minor();
    format!(
        "{}{}.{:02}",
        if minor < 0 { "-" } else { "" },
        minor.abs() / 100,
        minor.abs() % 100
    )
}

fn print_trial_balance(balance: &TrialBalance) {
    println!(
        "{:<44} {:>10} {:>10} {:>10}",
        "Account", "Debit", "Credit", "Balance"
    );
    for line in &balance.lines {
        let name = format!(
            "{:indent$}{} {}",
            "",
            line.account.code,
            line.account.name,
            indent = 2 * usize::try_from(line.depth).unwrap()
        );
        let (debit, credit) = (reais(line.figures.debit), reais(line.figures.credit));
        let closing = reais(line.figures.closing().unwrap());
        println!("{name:<44} {debit:>10} {credit:>10} {closing:>10}");
    }
    println!(
        "{:<44} {:>10} {:>10}",
        "All",
        reais(balance.debit),
        reais(balance.credit)
    );
}

fn print_income(statement: &IncomeStatement) {
    for line in &statement.lines {
        let name = match &line.kind {
            IncomeLineKind::Account(account, depth) => {
                let indent = 2 + 2 * usize::try_from(*depth).unwrap();
                format!("{:indent$}{} {}", "", account.code, account.name)
            }
            IncomeLineKind::GrossRevenue
            | IncomeLineKind::Deductions
            | IncomeLineKind::NetRevenue
            | IncomeLineKind::Cost
            | IncomeLineKind::GrossProfit
            | IncomeLineKind::OtherIncome
            | IncomeLineKind::Expenses
            | IncomeLineKind::Result => format!("{:?}", line.kind),
        };
        println!("{name:<48} {:>10}", reais(line.amounts[0]));
    }
}

fn line_of(line_id: u32, sku: &str, quantity: &str, unit_price: &str) -> RecordSaleLine {
    RecordSaleLine {
        line_id: LineId(line_id),
        sku: v(sku),
        description: "".into(),
        quantity: v(quantity),
        unit: "UN".into(),
        unit_price: v(unit_price),
        line_discount: Amount::ZERO,
        net: None,
    }
}

fn goods_line(line_id: u32, sku: &str, quantity: &str, cost: i64) -> ReceiveGoodsLine {
    ReceiveGoodsLine {
        line_id: LineId(line_id),
        sku: v(sku),
        quantity: v(quantity),
        cost: ReceivedCost::Total(cents(cost)),
        landed: Amount::ZERO,
    }
}

async fn deliver(world: &World) -> anyhow::Result<()> {
    let delivery = ReceiveGoods {
        receipt_id: ReceiptId::new(Uuid::now_v7()),
        store_id: v("centro"),
        occurred_at: v("2026-10-02T15:00:00Z"),
        currency: Currency::BRL,
        supplier: Some("Torrefação Serra".to_owned()),
        access_key: None,
        lines: vec![
            goods_line(1, "cafe", "100", 100_000),
            goods_line(2, "filtro", "50", 10_000),
        ],
    };
    world.commands.carry_out_compound(&delivery, &api()).await?;
    Ok(())
}

async fn october(world: &World) -> anyhow::Result<()> {
    let commands = &world.commands;
    commands.carry_out(&product("filtro"), &api()).await?;
    pay_in(world).await?;
    deliver(world).await?;
    let in_cash = RecordSale {
        lines: vec![line_of(1, "cafe", "10", "18")],
        payments: vec![Payment::new(PaymentMethod::CASH, cents(20_000))],
        change: cents(2_000),
        ..sale("cafe", "2026-10-05T15:00:00Z")
    };
    commands.carry_out(&in_cash, &api()).await?;
    let mut by_card = Payment::new(PaymentMethod::CREDIT_CARD, cents(35_000));
    by_card.installments = Some(3);
    let by_card = RecordSale {
        lines: vec![line_of(1, "cafe", "20", "18"), line_of(2, "filtro", "5", "4")],
        order_discounts: vec![OrderDiscount {
            amount: cents(3_000),
            reason: None,
        }],
        payments: vec![by_card],
        ..sale("cafe", "2026-10-10T15:00:00Z")
    };
    commands.carry_out(&by_card, &api()).await?;
    let by_pix = RecordSale {
        lines: vec![line_of(1, "cafe", "5", "18")],
        payments: vec![Payment::new(PaymentMethod::PIX, cents(9_000))],
        ..sale("cafe", "2026-10-12T15:00:00Z")
    };
    commands.carry_out(&by_pix, &api()).await?;
    // The goods must be out before they come back.
    world.drain().await?;
    let void = VoidSale {
        sale_id: by_pix.sale_id,
        occurred_at: v("2026-10-12T15:10:00Z"),
        reason: "Cliente desistiu".to_owned(),
        fiscal_ref: None,
    };
    commands.carry_out(&void, &api()).await?;
    let back = RecordReturn {
        sale_id: in_cash.sale_id,
        return_id: v(&Uuid::now_v7().to_string()),
        occurred_at: v("2026-10-15T15:00:00Z"),
        lines: vec![RecordReturnLine {
            line_id: LineId(1),
            quantity: v("2"),
            disposition: Disposition::Restock,
        }],
        refunds: vec![MethodAmount {
            method: PaymentMethod::CASH,
            amount: cents(3_600),
        }],
        currency: Some(Currency::BRL),
        reason: None,
        fiscal_ref: None,
    };
    commands.carry_out(&back, &api()).await?;
    world.drain().await?;
    lose_one(world).await?;
    pay_rent(world).await?;
    world.drain().await
}

async fn lose_one(world: &World) -> anyhow::Result<()> {
    let broken = AdjustStock {
        store_id: v("centro"),
        sku: v("cafe"),
        adjustment_id: v(&Uuid::now_v7().to_string()),
        occurred_at: v("2026-10-20T15:00:00Z"),
        currency: Currency::BRL,
        delta: v("-1"),
        value: None,
        reason: Some(AdjustmentReason::Damage),
        note: None,
        allow_negative: true,
        expected_version: None,
    };
    world.commands.carry_out(&broken, &api()).await?;
    Ok(())
}

async fn pay_in(world: &World) -> anyhow::Result<()> {
    let line = |account: &str, debit: i64, credit: i64| PostLine {
        account_code: v(account),
        debit: cents(debit),
        credit: cents(credit),
        store_id: None,
        cost_center_id: None,
        party_id: None,
        document: None,
        due_date: None,
    };
    for (day, memo, account, amount) in [
        ("2026-10-01", "Integralização de capital", "3.01", 500_000),
        ("2026-10-31", "Rendimento da conta", "4.2.02", 1_250),
    ] {
        let paid_in = PostJournalEntry {
            entry_id: v(&Uuid::now_v7().to_string()),
            accounting_date: v(day),
            business_date: None,
            currency: Currency::BRL,
            memo: memo.to_owned(),
            lines: vec![line("1.1.01.002", amount, 0), line(account, 0, amount)],
            late_allowed: false,
        };
        world.post(&paid_in).await?;
    }
    Ok(())
}

async fn pay_rent(world: &World) -> anyhow::Result<()> {
    let item_id = v(&Uuid::now_v7().to_string());
    let rent = RegisterItem::<Payable> {
        item_id,
        kind: ItemKind::OtherPayable,
        store_id: Some(v("centro")),
        party: None,
        party_name: Some("Imobiliária Central".to_owned()),
        document: None,
        business_date: v("2026-10-25"),
        currency: Currency::BRL,
        amount: cents(80_000),
        installments: vec![DuePart {
            due_date: v("2026-10-30"),
            amount: cents(80_000),
            expected_fee: Amount::ZERO,
        }],
        counter: v("7.2.01"),
        cost_center: None,
        keys: MatchKeys::default(),
        memo: Some("Aluguel de outubro".to_owned()),
        side: PhantomData,
    };
    world.commands.carry_out(&rent, &api()).await?;
    let paid = SettleItem::<Payable> {
        item_id,
        settlement_id: v(&Uuid::now_v7().to_string()),
        installment: 1,
        business_date: v("2026-10-30"),
        currency: Currency::BRL,
        amount: cents(80_000),
        fee: Amount::ZERO,
        discount: Amount::ZERO,
        interest: Amount::ZERO,
        money_account: v("1.1.01.002"),
        bank_reference: None,
        statement_line: None,
        side: PhantomData,
    };
    world.commands.carry_out(&paid, &api()).await?;
    Ok(())
}

/// Accounts that entries are posted to: debits, credits and balance of October, from the table above.
const TRIAL_BALANCE: [(&str, i64, i64, i64); 16] = [
    // Sale A 180.00 in; 36.00 back.
    ("1.1.01.001", 18_000, 3_600, 14_400),
    // 5,000.00 paid in and 12.50 of interest; the rent.
    ("1.1.01.002", 501_250, 80_000, 421_250),
    // Sale C, and its void.
    ("1.1.02.001", 9_000, 9_000, 0),
    // Sale B.
    ("1.1.02.002", 35_000, 0, 35_000),
    // In: 1,000.00 + 100.00 + 50.00 (void) + 20.00 (return). Out: 100.00 + 200.00 + 10.00 + 50.00 + 10.00 (broken).
    ("1.1.03.001", 117_000, 37_000, 80_000),
    ("2.1.01", 0, 110_000, -110_000),
    ("2.1.06", 80_000, 80_000, 0),
    ("3.01", 0, 500_000, -500_000),
    // 180.00 + 380.00 + 90.00.
    ("4.1.01", 0, 65_000, -65_000),
    ("4.2.02", 0, 1_250, -1_250),
    ("5.01", 3_600, 0, 3_600),
    ("5.02", 9_000, 0, 9_000),
    ("5.03", 3_000, 0, 3_000),
    // 100.00 + 200.00 + 10.00 + 50.00, less 50.00 and 20.00.
    ("6.01", 36_000, 7_000, 29_000),
    ("6.02", 1_000, 0, 1_000),
    ("7.2.01", 80_000, 0, 80_000),
];

#[tokio::test]
async fn a_small_month_can_be_followed_on_paper() -> anyhow::Result<()> {
    let world = World::open().await?;
    october(&world).await?;
    let now = Freshness::ANY;
    let balance = world
        .projections
        .trial_balance(OCTOBER, &BookScope::default(), now)
        .await?;
    print_trial_balance(&balance);
    let postable = balance.lines.iter().filter(|line| line.account.postable);
    let figures: Vec<_> = postable
        .map(|line| {
            let figures = line.figures;
            let closing = figures.closing().unwrap().minor();
            (
                line.account.code.as_str(),
                figures.debit.minor(),
                figures.credit.minor(),
                closing,
            )
        })
        .collect();
    assert_eq!(figures, TRIAL_BALANCE);
    assert_eq!((balance.debit, balance.credit), (cents(892_850), cents(892_850)));

    check_income(&world).await?;
    check_money(&world).await?;
    check_seal(&world).await
}

/// Revenue, costs and result.
async fn check_income(world: &World) -> anyhow::Result<()> {
    let now = Freshness::ANY;
    // 650.00 less 36.00, 90.00 and 30.00; less 290.00 and 10.00; with the interest, which is no sale; less the rent.
    let query = IncomeQuery {
        span: OCTOBER,
        compared: None,
        columns: IncomeColumns::One,
        scope: BookScope::default(),
    };
    let statement = world.projections.income_statement(&query, now).await?;
    print_income(&statement);
    let sums = statement.lines.iter();
    let sums = sums.filter(|line| !matches!(line.kind, IncomeLineKind::Account(..)));
    let sums = sums.map(|line| (line.kind.clone(), line.amounts[0].minor()));
    let expected = [
        (IncomeLineKind::GrossRevenue, 65_000),
        (IncomeLineKind::Deductions, 15_600),
        (IncomeLineKind::NetRevenue, 49_400),
        (IncomeLineKind::Cost, 30_000),
        (IncomeLineKind::GrossProfit, 19_400),
        (IncomeLineKind::OtherIncome, 1_250),
        (IncomeLineKind::Expenses, 80_000),
        (IncomeLineKind::Result, -59_350),
    ];
    assert_eq!(sums.collect::<Vec<_>>(), expected);
    Ok(())
}

/// Money at hand, and what is owed.
async fn check_money(world: &World) -> anyhow::Result<()> {
    let now = Freshness::ANY;
    // Money: 180.00 - 36.00 in the till, 5,000.00 - 800.00 + 12.50 at the bank.
    let flow = world.projections.cash_flow(OCTOBER, None, now).await?;
    let days = &flow.days;
    let came: i64 = days.iter().map(|day| day.came.minor()).sum();
    let went: i64 = days.iter().map(|day| day.went.minor()).sum();
    let left = days.last().unwrap().balance.minor();
    assert_eq!(
        (flow.opening, came, went, left),
        (Amount::ZERO, 519_250, 83_600, 435_650)
    );

    // The cards of sale B, and the delivery, which is due on 1 November.
    for (side, open) in [(OwedBy::Others, 35_000), (OwedBy::Company, 110_000)] {
        let query = AgeingQuery {
            side,
            date: OCTOBER.to,
            store_id: None,
            party: None,
            kind: None,
        };
        let ageing = world
            .projections
            .ageing(&query, &PageRequest::first(100), now)
            .await?;
        println!(
            "{side:?}: open {}, not due {}",
            reais(ageing.total.open),
            reais(ageing.total.not_due)
        );
        assert_eq!(
            (ageing.total.open, ageing.total.not_due),
            (cents(open), cents(open))
        );
    }
    Ok(())
}

/// The seal of the month has the trial balance.
async fn check_seal(world: &World) -> anyhow::Result<()> {
    let seal = world.close("2026-10").await?;
    let mut sealed = std::collections::BTreeMap::<&str, (i64, i64, i64)>::new();
    for row in &seal.trial_balance {
        let sums = sealed.entry(row.account.as_str()).or_default();
        sums.0 += row.debit.minor();
        sums.1 += row.credit.minor();
        sums.2 += row.closing.minor();
    }
    let expected = TRIAL_BALANCE.map(|(code, debit, credit, closing)| (code, (debit, credit, closing)));
    assert_eq!(sealed.into_iter().collect::<Vec<_>>(), expected);
    println!(
        "2026-10 is sealed at position {}: {}",
        seal.up_to_position, seal.sha256
    );
    Ok(())
}
