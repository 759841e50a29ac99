//! Months that close, and what comes late for them.

use posars_domain::Month;
use posars_domain::PaymentMethod;
use posars_domain::books::{BooksEvent, PeriodCloseBegun, PeriodReopened};
use posars_domain::journal::EntryEvent;
use posars_domain::sale::RecordSale;
use posars_event_store::{Position, ReadLog};

use super::{by, paid};
use crate::shop::{Shop, decoded, v};

fn close(month: &str) -> BooksEvent {
    BooksEvent::from(PeriodCloseBegun { month: v(month) })
}

fn sale_on(day: &str) -> RecordSale {
    let mut sale = paid("1", 0, vec![by(PaymentMethod::PIX, 1_000)], 0);
    sale.occurred_at = v(&format!("{day}T15:00:00Z"));
    sale
}

#[tokio::test]
async fn late_facts_count_for_the_first_open_month() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    shop.sell_all(&[sale_on("2026-09-30"), sale_on("2026-11-02")])
        .await?;
    shop.post_alone().await?;
    shop.append("books-main", &[close("2026-10")]).await?;
    let days = [
        "2026-08-15",
        "2026-09-30",
        "2026-10-31",
        "2026-11-01",
        "2026-11-02",
    ];
    shop.sell_all(&days.map(sale_on)).await?;
    shop.post_alone().await?;
    let dates: Vec<(String, String, Option<String>)> = shop
        .entries()
        .await?
        .iter()
        .map(|entry| {
            (
                entry.business_date.to_string(),
                entry.accounting_date.to_string(),
                entry.late_for.as_ref().map(Month::to_string),
            )
        })
        .collect();
    let told = |day: &str, counts: &str, late: Option<&str>| {
        (day.to_owned(), counts.to_owned(), late.map(str::to_owned))
    };
    assert_eq!(
        dates,
        [
            told("2026-09-30", "2026-09-30", None),
            told("2026-11-02", "2026-11-02", None),
            told("2026-08-15", "2026-11-01", Some("2026-08")),
            told("2026-09-30", "2026-11-01", Some("2026-09")),
            told("2026-10-31", "2026-11-01", Some("2026-10")),
            told("2026-11-01", "2026-11-01", None),
            told("2026-11-02", "2026-11-02", None),
        ]
    );
    Ok(())
}

#[tokio::test]
async fn a_close_races_the_reactor_and_no_entry_is_in_a_month_that_was_shut() -> anyhow::Result<()> {
    let shop = Shop::with_books().await?;
    let other = shop.another_process().await?;
    let close_and_reopen = async {
        for turn in 0..30 {
            let event = if turn % 2 == 0 {
                close("2026-10")
            } else {
                BooksEvent::from(PeriodReopened {
                    month: v("2026-10"),
                    reason: "nota em falta".to_owned(),
                })
            };
            shop.append("books-main", &[event]).await?;
            let sales: Vec<RecordSale> = (0..10)
                .map(|day| sale_on(&format!("2026-10-{:02}", day + 1)))
                .collect();
            shop.sell_all(&sales).await?;
        }
        anyhow::Ok(())
    };
    let work = async {
        for _ in 0..20 {
            super::restart::page_through(other.clone()).await?;
        }
        anyhow::Ok(())
    };
    let (closed, worked) = tokio::join!(close_and_reopen, work);
    closed?;
    worked?;
    shop.post_alone().await?;
    let (mut is_shut, mut in_october, mut late) = (false, 0, 0);
    let log = shop
        .log
        .read_log(&ReadLog::after(Position::START, 10_000))
        .await?;
    for event in log.events {
        match event.stream.category() {
            "books" => {
                is_shut = matches!(decoded(&event), BooksEvent::PeriodCloseBegun(_));
            }
            "entry" => {
                let EntryEvent::JournalEntryPosted(entry) = decoded(&event) else {
                    continue;
                };
                if is_shut {
                    late += 1;
                    assert_eq!(
                        (entry.accounting_date, entry.late_for),
                        (v("2026-11-01"), Some(v("2026-10")))
                    );
                } else {
                    in_october += 1;
                    assert_eq!(
                        (entry.accounting_date, entry.late_for),
                        (entry.business_date, None)
                    );
                }
            }
            _ => {}
        }
    }
    assert_eq!(in_october + late, 300);
    Ok(())
}
