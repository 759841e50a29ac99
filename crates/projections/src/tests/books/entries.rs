//! Each read model of the books: every column, live and rebuilt the same.

use posars_domain::AccountType;
use posars_domain::open_item::{Payable, Receivable};

use super::say::{
    chart, closed, entry, line, line_in, minor, month, owed, posted, registered, settled, simple, undone,
};
use crate::tests::rows::twice;
use crate::tests::world::{Balance, Said, World, id, issued, product, received};
use crate::{Freshness, TieKind};

const ANY: Freshness = Freshness::ANY;

#[tokio::test]
async fn entries_are_numbered_by_year_in_the_order_of_the_log() -> anyhow::Result<()> {
    let world = World::open().await?;
    let first = posted(1, "2026-12-31", vec![line("1.1.1", "", 5), line("3.1", "", -5)]);
    world
        .say(&[
            chart(),
            entry(&first),
            simple(2, "2027-01-01", "1.1.1", "3.1", 7),
            simple(3, "2026-11-30", "1.1.1", "3.1", 9),
        ])
        .await?;
    twice(&world).await?;
    world
        .say(&[
            undone(&first, 4, "2027-01-02"),
            simple(5, "2026-12-01", "1.1.1", "3.1", 11),
        ])
        .await?;
    twice(&world).await?;
    let client = world.sql().await?;
    let rows = client
        .query(
            "select entry_id, year, number, reversed_by, reverses from journal_entries order by position",
            &[],
        )
        .await?;
    let numbers: Vec<(uuid::Uuid, i16, i64)> = rows
        .iter()
        .map(|row| (row.get("entry_id"), row.get("year"), row.get("number")))
        .collect();
    assert_eq!(
        numbers,
        [
            (id(1), 2026, 1),
            (id(2), 2027, 1),
            (id(3), 2026, 2),
            (id(4), 2027, 2),
            (id(5), 2026, 3)
        ]
    );
    assert_eq!(rows[0].get::<_, Option<uuid::Uuid>>("reversed_by"), Some(id(4)));
    assert_eq!(rows[3].get::<_, Option<uuid::Uuid>>("reverses"), Some(id(1)));
    Ok(())
}

fn balance(quantity: i64, value: i64) -> Balance {
    Balance { quantity, value }
}

/// A delivery of 43.21 with 0.21 of negative stock settled, of which 3.45 go out on the first of February; 50.00 by card, of
/// which 20.00 are paid.
fn what_happened() -> Vec<Said> {
    let card = owed::<Receivable>(10, "2026-01-31", &[("2026-03-01", 5_000, 0)]);
    let supplier = owed::<Payable>(11, "2026-01-30", &[("2026-03-01", 4_321, 0)]);
    vec![
        chart(),
        product("cafe", "Café"),
        received("centro", "cafe", "2026-01-30", 1, balance(12, 4_300)),
        issued("centro", "cafe", "2026-02-01", 2, balance(9, 3_955)),
        registered(&card),
        registered(&supplier),
        settled(&card, 12, "2026-02-10", 1, 2_000, 20),
    ]
}

/// The entries of that; the delivery's is late, and its business date counts.
fn what_is_posted() -> Vec<Said> {
    let of = |account: &str, role: &str, amount| line_in("centro", account, role, amount);
    let mut delivery = posted(
        21,
        "2026-01-30",
        vec![
            of("1.3", "inventory", 4_300),
            of("5", "cogs", 21),
            of("2.1", "suppliers", -4_321),
        ],
    );
    delivery.accounting_date = "2026-02-01".parse().unwrap();
    delivery.late_for = Some(month("2026-01"));
    let sale = vec![of("5", "cogs", 345), of("1.3", "inventory", -345)];
    let by_card = vec![
        of("1.2", "card_receivable", 5_000),
        of("3.1", "gross_revenue", -5_000),
    ];
    let paid = vec![
        of("1.1.2", "", 1_980),
        of("6.1", "card_fees", 20),
        of("1.2", "card_receivable", -2_000),
    ];
    vec![
        entry(&delivery),
        entry(&posted(22, "2026-02-01", sale)),
        entry(&posted(23, "2026-01-31", by_card)),
        entry(&posted(24, "2026-02-10", paid)),
    ]
}

#[tokio::test]
async fn ties_agree_when_what_happened_is_posted_and_not_before() -> anyhow::Result<()> {
    let world = World::open().await?;
    world.say(&what_happened()).await?;
    twice(&world).await?;
    let (ties, _) = world.projections.book_ties(month("2026-01"), ANY).await?;
    let told: Vec<_> = ties
        .iter()
        .map(|tie| (&tie.kind, tie.ledger, tie.account))
        .collect();
    let (cards, suppliers) = ("1.2".parse()?, "2.1".parse()?);
    assert_eq!(
        told,
        [
            (&TieKind::Account(cards), minor(5_000), minor(0)),
            (&TieKind::Account(suppliers), minor(-4_321), minor(0)),
            (&TieKind::Inventory, minor(4_300), minor(0)),
        ]
    );
    world.say(&what_is_posted()).await?;
    twice(&world).await?;
    for (through, inventory, cards) in [("2026-01", 4_300, 5_000), ("2026-02", 3_955, 3_000)] {
        let (ties, position) = world.projections.book_ties(month(through), ANY).await?;
        assert_eq!(position, world.log.head().await?.position);
        assert!(ties.iter().all(crate::BookTie::agrees), "{through}: {ties:?}");
        assert_eq!(ties[0].account, minor(cards), "{through}");
        assert_eq!(ties[2].account, minor(inventory), "{through}");
        assert_eq!(ties[2].store_id, Some("centro".parse()?));
    }
    Ok(())
}

#[tokio::test]
async fn the_rows_of_a_seal_have_what_was_before_and_sum_to_zero() -> anyhow::Result<()> {
    let world = World::open().await?;
    let mut mixed = posted(
        3,
        "2026-02-10",
        vec![
            line("6.2", "", 70),
            line_in("centro", "1.1.1", "", -30),
            line("1.1.1", "", -40),
        ],
    );
    mixed.lines[0].cost_center = Some("loja".parse()?);
    world
        .say(&[
            chart(),
            simple(1, "2026-01-15", "1.1.1", "3.1", 500),
            simple(2, "2026-02-01", "1.1.1", "3.1", 200),
            entry(&mixed),
            // After the month, and an account that came to nothing before it.
            simple(4, "2026-03-01", "1.1.1", "3.1", 9_999),
            simple(5, "2026-01-15", "1.1.2", "3.1", 10),
            simple(6, "2026-01-16", "3.1", "1.1.2", 10),
        ])
        .await?;
    twice(&world).await?;
    let (rows, position) = world.projections.seal_rows(month("2026-02"), ANY).await?;
    assert_eq!(position, world.log.head().await?.position);
    let told: Vec<String> = rows
        .iter()
        .map(|row| {
            format!(
                "{} {} {:?} {} {} {} {} {} {}",
                row.account,
                row.name,
                row.account_type,
                row.store_id.as_ref().map_or("-", |store| store.as_str()),
                row.cost_center.as_ref().map_or("-", |center| center.as_str()),
                row.opening.minor(),
                row.debit.minor(),
                row.credit.minor(),
                row.closing.minor()
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "1.1.1 Caixa Asset - - 500 200 40 660",
            "1.1.1 Caixa Asset centro - 0 0 30 -30",
            "3.1 Venda de mercadorias Revenue - - -500 0 200 -700",
            "6.2 Aluguel Expense - loja 0 70 0 70",
        ]
    );
    assert_eq!(rows[3].account_type, AccountType::Expense);
    let closing: i64 = rows.iter().map(|row| row.closing.minor()).sum();
    assert_eq!(closing, 0);
    // What is sealed comes back as the event has it.
    world.say(&[closed("2026-02", rows)]).await?;
    twice(&world).await?;
    Ok(())
}

pub(super) fn parked(key: &str, position: u32, day: &str) -> Said {
    let data = format!(
        r#"{{"key":"{key}","reason":"POSTING_RULE_MISSING","problem":"no rule; define one","event_type":"SaleRecorded","source_position":{position},"source_event_id":"{}","store_id":"centro","business_date":"{day}","waiting":1,"through_position":{position}}}"#,
        id(position)
    );
    (format!("unposted-{key}"), "PostingParked", data)
}

fn released(key: &str, through: u64) -> Said {
    let data = format!(r#"{{"key":"{key}","released_through":{through},"through_position":{through}}}"#);
    (format!("unposted-{key}"), "PostingReleased", data)
}

#[tokio::test]
async fn what_waits_is_pending_for_its_month_until_it_is_released() -> anyhow::Result<()> {
    let world = World::open().await?;
    // Positions 1 to 3.
    world
        .say(&[
            parked("rule-a", 101, "2026-01-31"),
            parked("role-b", 102, "2026-02-01"),
            parked("rule-a", 103, "2026-03-01"),
        ])
        .await?;
    twice(&world).await?;
    let pending = async |of: &str| world.projections.pending_work(month(of), ANY).await;
    let january = pending("2026-01").await?.unposted;
    assert_eq!(
        (january.count, january.first.as_deref()),
        (1, Some("POSTING_RULE_MISSING rule-a"))
    );
    assert_eq!(january.first_date, Some("2026-01-31".parse()?));
    assert_eq!(pending("2026-03").await?.unposted.count, 3);
    assert_eq!(pending("2025-12").await?.unposted, crate::Pending::default());
    // The first goes; the third still waits and is put here again behind the release.
    world
        .say(&[released("rule-a", 3), parked("rule-a", 103, "2026-03-01")])
        .await?;
    twice(&world).await?;
    assert_eq!(pending("2026-01").await?.unposted.count, 0);
    assert_eq!(pending("2026-03").await?.unposted.count, 2);
    world.say(&[released("rule-a", 5), released("role-b", 2)]).await?;
    twice(&world).await?;
    assert_eq!(pending("2026-03").await?.unposted.count, 0);
    Ok(())
}

#[tokio::test]
async fn keys_of_statements_lead_to_receivables() -> anyhow::Result<()> {
    let world = World::open().await?;
    let mut one = owed::<Receivable>(1, "2026-01-31", &[("2026-03-01", 5_000, 0)]);
    one.keys.nsu = Some("000123".to_owned());
    one.keys.pix_e2e_id = Some("E-1".to_owned());
    let mut two = owed::<Receivable>(2, "2026-01-31", &[("2026-03-01", 5_000, 0)]);
    two.keys.nsu = Some("123".to_owned());
    let mut payable = owed::<Payable>(3, "2026-01-31", &[("2026-03-01", 5_000, 0)]);
    payable.keys.nsu = Some("123".to_owned());
    world
        .say(&[registered(&one), registered(&two), registered(&payable)])
        .await?;
    twice(&world).await?;
    let lookups = ["nsu:123".to_owned(), "pix:E1".to_owned(), "nsu:9".to_owned()];
    let (found, _) = world.projections.find_receivables(&lookups, ANY).await?;
    let mut found: Vec<_> = found
        .into_iter()
        .map(|found| (found.lookup, found.item_id.uuid()))
        .collect();
    found.sort();
    let expected = [("nsu:123", id(1)), ("nsu:123", id(2)), ("pix:E1", id(1))];
    assert_eq!(found, expected.map(|(lookup, item)| (lookup.to_owned(), item)));
    Ok(())
}
