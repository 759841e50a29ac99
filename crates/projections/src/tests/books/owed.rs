//! What is owed: items with their instalments and moves, and the ageing.

use jiff::civil::Date;
use posars_domain::Amount;
use posars_domain::open_item::{ItemKind, Payable, Receivable, Registered};

use super::say::{
    credited, increased, minor, owed, registered, rescheduled, settled, settlement_reversed, written_off,
};
use crate::tests::rows::twice;
use crate::tests::world::{World, id};
use crate::{
    Ageing, AgeingFigures, AgeingQuery, AgeingRow, Freshness, InstallmentRow, ItemFigures, ItemFilter,
    ItemMoveKind, OwedBy, PageRequest,
};

const ANY: Freshness = Freshness::ANY;
const ALL: PageRequest = PageRequest::first(1_000);

async fn ageing(world: &World, side: OwedBy, day: &str) -> anyhow::Result<Ageing> {
    let query = AgeingQuery {
        side,
        date: day.parse()?,
        store_id: None,
        party: None,
        kind: None,
    };
    Ok(world.projections.ageing(&query, &ALL, ANY).await?)
}

/// What each day had open by the events alone, worked out apart.
fn open_on(moves: &[(&str, i64)], day: Date) -> i64 {
    let of_day = moves.iter().filter(|(on, _)| on.parse::<Date>().unwrap() <= day);
    of_day.map(|(_, amount)| amount).sum()
}

#[tokio::test]
async fn a_day_in_the_past_shows_what_was_open_paid_and_credited_then() -> anyhow::Result<()> {
    let world = World::open().await?;
    let bill = owed::<Receivable>(1, "2026-04-01", &[("2026-04-30", 100_000, 0)]);
    world
        .say(&[
            registered(&bill),
            settled(&bill, 2, "2026-05-10", 1, 30_000, 0),
            credited(&bill, 3, "2026-05-20", &[(1, 20_000)]),
            settled(&bill, 4, "2026-06-30", 1, 50_000, 0),
        ])
        .await?;
    twice(&world).await?;
    let of = async |day: &str| anyhow::Ok(ageing(&world, OwedBy::Others, day).await?.total);
    let open = AgeingFigures {
        amount: minor(100_000),
        open: minor(100_000),
        ..AgeingFigures::default()
    };
    let on_30_april = AgeingFigures {
        not_due: minor(100_000),
        ..open
    };
    assert_eq!(of("2026-04-30").await?, on_30_april);
    let on_31_may = AgeingFigures {
        settled: minor(30_000),
        credited: minor(20_000),
        open: minor(50_000),
        days_31_to_60: minor(50_000),
        ..open
    };
    assert_eq!(of("2026-05-31").await?, on_31_may);
    assert_eq!(of("2026-06-30").await?, AgeingFigures::default());
    assert_eq!(of("2026-03-31").await?, AgeingFigures::default());
    // Buckets, open and the ledger are the same on every day.
    let moves = [
        ("2026-04-01", 100_000),
        ("2026-05-10", -30_000),
        ("2026-05-20", -20_000),
        ("2026-06-30", -50_000),
    ];
    for number in 0..110_i32 {
        let day = "2026-03-25"
            .parse::<Date>()?
            .saturating_add(jiff::Span::new().days(number));
        let total = of(&day.to_string()).await?;
        let buckets = [
            total.not_due,
            total.days_1_to_30,
            total.days_31_to_60,
            total.days_61_to_90,
            total.days_over_90,
        ];
        let sum: i64 = buckets.iter().map(|bucket| bucket.minor()).sum();
        assert_eq!(
            (sum, total.open.minor()),
            (open_on(&moves, day), open_on(&moves, day)),
            "{day}"
        );
    }
    Ok(())
}

/// A supplier that is owed something.
fn of_party(number: u32, party: Option<&str>, parts: &[(&str, i64, i64)]) -> Registered<Payable> {
    let mut owed: Registered<Payable> = owed(number, "2026-01-01", parts);
    owed.item.party = party.map(|party| party.parse().unwrap());
    owed.party_name = party.map(|party| format!("Fornecedor {party}"));
    owed
}

/// Two suppliers and a tax; of the first a payment is undone and the open part put off, of the second a part written off.
async fn owed_to_parties() -> anyhow::Result<World> {
    let world = World::open().await?;
    let one = of_party(
        1,
        Some("a"),
        &[("2026-01-31", 1_000, 0), ("2026-03-31", 2_000, 0)],
    );
    let two = of_party(2, Some("b"), &[("2026-01-31", 500, 0)]);
    let mut three = of_party(3, None, &[("2026-01-31", 70, 0)]);
    three.item.kind = ItemKind::Tax;
    three.item.store_id = None;
    let schedule = [(3, "2026-02-20", 600), (4, "2026-05-20", 400)];
    world
        .say(&[
            registered(&one),
            registered(&two),
            registered(&three),
            increased(&one, "2026-01-02", &[(2, 50)]),
            settled(&one, 10, "2026-02-05", 1, 400, 0),
            settlement_reversed(&one, 10, "2026-02-07", 1, 400, 0),
            rescheduled(&one, "2026-02-10", &[(1, 1_000)], &schedule),
            written_off(&two, 11, "2026-02-15", &[(1, 200)]),
        ])
        .await?;
    twice(&world).await?;
    Ok(world)
}

/// Kind, party and figures of an ageing, read a row at a time.
async fn ageing_of(
    world: &World,
    day: &str,
    party: Option<&str>,
    store: Option<&str>,
) -> anyhow::Result<Vec<String>> {
    let query = AgeingQuery {
        side: OwedBy::Company,
        date: day.parse()?,
        store_id: store.map(str::parse).transpose()?,
        party: party.map(str::parse).transpose()?,
        kind: None,
    };
    let told = |row: &AgeingRow| {
        let f = row.figures;
        let figures = [
            f.amount,
            f.settled,
            f.written_off,
            f.open,
            f.not_due,
            f.days_1_to_30,
            f.days_31_to_60,
        ];
        let name = row.party_name.as_deref().unwrap_or("-");
        format!("{} {name} {:?}", row.kind, figures.map(Amount::minor))
    };
    let mut rows = Vec::new();
    let mut request = PageRequest::first(1);
    loop {
        let page = world.projections.ageing(&query, &request, ANY).await?;
        rows.extend(page.rows.rows.iter().map(told));
        let Some(next) = request.following(&page.rows) else {
            return Ok(rows);
        };
        request = next;
    }
}

#[tokio::test]
async fn an_ageing_goes_by_party_and_kind_and_follows_schedules() -> anyhow::Result<()> {
    let world = owed_to_parties().await?;
    // Before the schedule, on the day between payment and its reversal.
    assert_eq!(
        ageing_of(&world, "2026-02-06", None, None).await?,
        [
            "supplier Fornecedor a [3050, 400, 0, 2650, 2050, 600, 0]",
            "supplier Fornecedor b [500, 0, 0, 500, 0, 500, 0]",
            "tax - [70, 0, 0, 70, 0, 70, 0]",
        ]
    );
    // After it: 6.00 were due on the twentieth of February.
    assert_eq!(
        ageing_of(&world, "2026-03-05", None, Some("centro")).await?,
        [
            "supplier Fornecedor a [3050, 0, 0, 3050, 2450, 600, 0]",
            "supplier Fornecedor b [500, 0, 200, 300, 0, 0, 300]",
        ]
    );
    assert_eq!(ageing_of(&world, "2026-03-05", Some("b"), None).await?.len(), 1);
    assert_eq!(
        ageing_of(&world, "2025-12-31", None, None).await?,
        Vec::<String>::new()
    );
    Ok(())
}

/// 100.00 by card in three: the first is paid, a credit takes the third and a part of the second, whose rest is put off.
fn card() -> Registered<Receivable> {
    let parts = [
        ("2026-01-31", 3_334, 100),
        ("2026-03-02", 3_333, 99),
        ("2026-04-01", 3_333, 100),
    ];
    let mut card = owed::<Receivable>(1, "2026-01-01", &parts);
    card.keys.nsu = Some("123".to_owned());
    card.document = Some("NFC-e 7".to_owned());
    card.memo = Some("à vista".to_owned());
    card
}

async fn story_of_a_card() -> anyhow::Result<World> {
    let (world, card) = (World::open().await?, card());
    world
        .say(&[
            registered(&card),
            settled(&card, 10, "2026-01-31", 1, 3_334, 100),
            credited(&card, 11, "2026-02-01", &[(2, 333), (3, 3_333)]),
            rescheduled(&card, "2026-02-02", &[(2, 3_000)], &[(4, "2026-05-01", 3_000)]),
            written_off(&card, 12, "2026-02-03", &[(4, 100)]),
        ])
        .await?;
    twice(&world).await?;
    Ok(world)
}

#[tokio::test]
async fn an_item_has_its_figures_and_its_instalments() -> anyhow::Result<()> {
    let (world, card) = (story_of_a_card().await?, card());
    let item_id = card.item.item_id;
    let (found, position) = world.projections.open_item(OwedBy::Others, item_id, ANY).await?;
    let (item, _) = found.unwrap();
    assert_eq!(
        (position.get(), item.version.get(), item.last_position.get()),
        (5, 5, 5)
    );
    assert_eq!(
        (&item.origin, &item.keys, item.kind),
        (&card.origin, &card.keys, ItemKind::Card)
    );
    assert_eq!(
        (item.document.as_deref(), item.memo.as_deref()),
        (Some("NFC-e 7"), Some("à vista"))
    );
    let figures = ItemFigures {
        amount: minor(10_000),
        settled: minor(3_334),
        credited: minor(3_666),
        cancelled: minor(0),
        written_off: minor(100),
        open: minor(2_900),
    };
    assert_eq!(item.figures, figures);
    let part = |part: &InstallmentRow| {
        let (amount, open, ended) = (part.figures.amount, part.figures.open, part.ended);
        (part.number, [amount, open, ended].map(Amount::minor))
    };
    let parts: Vec<_> = item.installments.iter().map(part).collect();
    assert_eq!(
        parts,
        [
            (1, [3_334, 0, 0]),
            (2, [3_333, 0, 3_000]),
            (3, [3_333, 0, 0]),
            (4, [3_000, 2_900, 0])
        ]
    );
    // The same id on the other side is another item.
    let (none, _) = world.projections.open_item(OwedBy::Company, item_id, ANY).await?;
    assert_eq!(none, None);
    Ok(())
}

#[tokio::test]
async fn an_item_has_what_happened_to_it() -> anyhow::Result<()> {
    let world = story_of_a_card().await?;
    let (found, _) = world
        .projections
        .open_item(OwedBy::Others, card().item.item_id, ANY)
        .await?;
    let (_, moves) = found.unwrap();
    let told: Vec<_> = moves
        .iter()
        .map(|moved| {
            (
                moved.kind,
                moved.amount.minor(),
                moved.parts.len(),
                moved.position.get(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (ItemMoveKind::Registered, 10_000, 3, 1),
            (ItemMoveKind::Settled, 3_334, 1, 2),
            (ItemMoveKind::Credited, 3_666, 2, 3),
            (ItemMoveKind::Rescheduled, 3_000, 1, 4),
            (ItemMoveKind::WrittenOff, 100, 1, 5),
        ]
    );
    assert_eq!(
        (moves[1].fee, moves[1].bank_reference.as_deref()),
        (minor(100), Some("ref 10"))
    );
    assert_eq!(moves[1].settlement_id.map(|id| id.uuid()), Some(id(10)));
    assert_eq!(moves[1].money_account, Some("1.1.2".parse()?));
    Ok(())
}

/// Four receivables, each with an instalment in February and one in June, and a payable. The first is paid; of the second
/// only what is due in June is open.
async fn owed_things() -> anyhow::Result<World> {
    let world = World::open().await?;
    let mut items = Vec::new();
    for number in 1..=4 {
        let (day, due) = (format!("2026-01-{number:02}"), format!("2026-02-{number:02}"));
        let mut item = owed::<Receivable>(number, &day, &[(&due, 1_000, 0), ("2026-06-01", 1_000, 0)]);
        item.item.party = Some(if number < 3 { "ana" } else { "rui" }.parse()?);
        item.document = Some(format!("nota {number}"));
        if number == 4 {
            item.item.kind = ItemKind::Boleto;
            item.item.store_id = Some("norte".parse()?);
        }
        items.push(item);
    }
    let mut said: Vec<_> = items.iter().map(registered).collect();
    said.push(registered(&owed::<Payable>(
        9,
        "2026-01-01",
        &[("2026-02-01", 1_000, 0)],
    )));
    said.push(settled(&items[0], 20, "2026-02-01", 1, 1_000, 0));
    said.push(settled(&items[0], 21, "2026-02-01", 2, 1_000, 0));
    said.push(settled(&items[1], 22, "2026-02-01", 1, 1_000, 0));
    world.say(&said).await?;
    twice(&world).await?;
    Ok(world)
}

/// Filters of those, each with what it finds.
fn filters() -> anyhow::Result<Vec<(ItemFilter, Vec<u32>)>> {
    let all = || ItemFilter::all(OwedBy::Others);
    let day = |text: &str| Some(text.parse().unwrap());
    let due = |from: Option<&str>, to: &str, open_only| ItemFilter {
        due_from: from.and_then(day),
        due_to: day(to),
        open_only,
        ..all()
    };
    let overdue = |on: &str| ItemFilter {
        overdue_on: day(on),
        ..all()
    };
    let (mut open, mut party, mut kind, mut store, mut document) = (all(), all(), all(), all(), all());
    open.open_only = true;
    party.party = Some("ana".parse()?);
    kind.kind = Some(ItemKind::Boleto);
    store.store_id = Some("centro".parse()?);
    document.document = Some("nota 2".to_owned());
    Ok(vec![
        (all(), vec![1, 2, 3, 4]),
        (open, vec![2, 3, 4]),
        (overdue("2026-02-04"), vec![3]),
        (overdue("2026-06-02"), vec![2, 3, 4]),
        (due(Some("2026-02-02"), "2026-02-03", false), vec![2, 3]),
        (due(None, "2026-02-03", true), vec![3]),
        (party, vec![1, 2]),
        (kind, vec![4]),
        (store, vec![1, 2, 3]),
        (document, vec![2]),
        (ItemFilter::all(OwedBy::Company), vec![9]),
    ])
}

#[tokio::test]
async fn items_are_found_by_what_is_open_due_and_whose_they_are() -> anyhow::Result<()> {
    let world = owed_things().await?;
    for (filter, expected) in filters()? {
        let mut found = Vec::new();
        let mut request = PageRequest::first(2);
        loop {
            let page = world.projections.list_open_items(&filter, &request, ANY).await?;
            for item in &page.rows {
                let number = u32::try_from(item.item_id.uuid().as_u128() & 0xffff)?;
                assert_eq!(item.installments.len(), if number == 9 { 1 } else { 2 });
                found.push(number);
            }
            let Some(next) = request.following(&page) else {
                break;
            };
            request = next;
        }
        assert_eq!(found, expected, "{filter:?}");
    }
    Ok(())
}
