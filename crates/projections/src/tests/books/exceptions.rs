//! Lines of statements and what somebody has to look at.

use super::entries::parked;
use super::say::{minor, month};
use crate::tests::rows::twice;
use crate::tests::world::{Said, World, id};
use crate::{
    FinanceException, FinanceExceptionFilter, FinanceExceptionKind, Freshness, PageRequest,
    StatementLineFilter, StatementLineState,
};

const ANY: Freshness = Freshness::ANY;
const ALL: PageRequest = PageRequest::first(1_000);

fn statement(number: u32, event_type: &'static str, rest: &str) -> Said {
    let line = id(number);
    let data = format!(r#"{{"line_id":"{line}",{rest}}}"#);
    (format!("statementline-{line}"), event_type, data)
}

fn recorded(number: u32, day: &str) -> Said {
    let rest = format!(
        r#""kind":"acquirer","source":"rede","date":"{day}","currency":"BRL","gross":3334,"fee":100,"net":3234,"keys":{{"nsu":"1"}},"installment":2,"reference":"r{number}","money_account":"1.1.2""#
    );
    statement(number, "StatementLineRecorded", &rest)
}

fn matched(number: u32, expected_fee: &str) -> Said {
    let item = id(77);
    let rest = format!(
        r#""item_id":"{item}","installment":1,"settlement_id":"{item}","amount":3334{expected_fee},"by_hand":true"#
    );
    statement(number, "StatementLineMatched", &rest)
}

fn unmatched(number: u32) -> Said {
    statement(number, "StatementLineUnmatched", r#""reason":"beyond_open""#)
}

/// Four lines: one that is paid, one that is not, one paid later with another fee, one written off; and two events that wait.
async fn told() -> anyhow::Result<World> {
    let world = World::open().await?;
    let written_off = r#""business_date":"2026-02-03","currency":"BRL","gross":3334,"fee":100,"money_account":"1.1.2","counter":"6.1","reason":"tarifa""#;
    world
        .say(&[
            recorded(1, "2026-01-31"),
            matched(1, ""),
            recorded(2, "2026-02-01"),
            unmatched(2),
            recorded(3, "2026-02-02"),
            unmatched(3),
            matched(3, r#","expected_fee":90"#),
            recorded(4, "2026-02-03"),
            unmatched(4),
            statement(4, "StatementLineWrittenOff", written_off),
            parked("rule-a", 101, "2026-01-31"),
            parked("rule-a", 102, "2026-02-05"),
        ])
        .await?;
    twice(&world).await?;
    Ok(world)
}

#[tokio::test]
async fn lines_of_statements_show_what_became_of_them() -> anyhow::Result<()> {
    let world = told().await?;
    let all = StatementLineFilter::default();
    let all = world
        .projections
        .list_statement_lines(&all, &ALL, ANY)
        .await?
        .rows;
    let states: Vec<_> = all.iter().map(|line| line.state.as_str()).collect();
    assert_eq!(states, ["matched", "unmatched", "matched", "written_off"]);
    let one = &all[0];
    assert_eq!(
        (one.gross, one.fee, one.net),
        (minor(3_334), minor(100), minor(3_234))
    );
    assert_eq!(
        (one.installment, one.paid_installment, one.by_hand),
        (Some(2), Some(1), true)
    );
    let keys = (
        one.keys.nsu.as_deref(),
        one.reference.as_deref(),
        one.source.as_str(),
    );
    assert_eq!(keys, (Some("1"), Some("r1"), "rede"));
    assert_eq!(
        (one.item_id.map(|item| item.uuid()), one.expected_fee),
        (Some(id(77)), None)
    );
    assert_eq!(
        all[1].unmatched.map(|reason| reason.as_str()),
        Some("beyond_open")
    );
    assert_eq!((all[2].unmatched, all[2].expected_fee), (None, Some(minor(90))));
    let write_off = (&all[3].counter, all[3].write_off_reason.as_deref());
    assert_eq!(write_off, (&Some("6.1".parse()?), Some("tarifa")));
    let (found, _) = world.projections.statement_line(one.line_id, ANY).await?;
    assert_eq!(found.as_ref(), Some(one));
    Ok(())
}

#[tokio::test]
async fn lines_of_statements_are_found_by_state_source_and_days() -> anyhow::Result<()> {
    let world = told().await?;
    let with = |change: fn(&mut StatementLineFilter)| {
        let mut filter = StatementLineFilter::default();
        change(&mut filter);
        filter
    };
    for (filter, count) in [
        (with(|filter| filter.state = Some(StatementLineState::Matched)), 2),
        (with(|filter| filter.source = Some("cielo".to_owned())), 0),
        (with(|filter| filter.from = "2026-02-02".parse().ok()), 2),
        (with(|filter| filter.to = "2026-02-02".parse().ok()), 3),
        (with(|filter| filter.fee_differs = true), 1),
    ] {
        let page = world.projections.list_statement_lines(&filter, &ALL, ANY).await?;
        assert_eq!(page.rows.len(), count, "{filter:?}");
    }
    Ok(())
}

async fn exceptions(world: &World, filter: FinanceExceptionFilter, rows: u32) -> anyhow::Result<Vec<String>> {
    let mut request = PageRequest::first(rows);
    let mut told = Vec::new();
    loop {
        let page = world
            .projections
            .list_finance_exceptions(&filter, &request, ANY)
            .await?;
        told.extend(page.rows.iter().map(|exception| match exception {
            FinanceException::Unposted(row) => format!("unposted {}", row.source_position),
            FinanceException::Unmatched(line) => format!("unmatched {}", line.date),
            FinanceException::FeeDifference(line) => format!("fee {}", line.date),
        }));
        let Some(next) = request.following(&page) else {
            return Ok(told);
        };
        request = next;
    }
}

#[tokio::test]
async fn exceptions_come_by_kind_and_month_in_pages_of_any_size() -> anyhow::Result<()> {
    let world = told().await?;
    let every = [
        "unposted 101",
        "unposted 102",
        "unmatched 2026-02-01",
        "fee 2026-02-02",
    ];
    for rows in 1..=5 {
        let all = exceptions(&world, FinanceExceptionFilter::default(), rows).await?;
        assert_eq!(all, every, "{rows}");
    }
    let january = FinanceExceptionFilter {
        month: Some(month("2026-01")),
        kind: None,
    };
    assert_eq!(exceptions(&world, january, 1).await?, ["unposted 101"]);
    let fees = FinanceExceptionFilter {
        month: None,
        kind: Some(FinanceExceptionKind::FeeDifference),
    };
    assert_eq!(exceptions(&world, fees, 1).await?, ["fee 2026-02-02"]);
    Ok(())
}
