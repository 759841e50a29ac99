//! Hints by SQS: the same suite as the notifications of PostgreSQL pass, and what only a queue does.

use std::sync::Arc;
use std::time::{Duration, Instant};

use posars_aws::{SqsQueue, SqsWakeUps, WAIT_MAX};
use posars_event_store::{Hint, LogName, Position, WakeUpChannel as _};
use posars_testkit::AwsEmulator;

use crate::channel::{Ends, keeps_to_all};
use crate::fixture::{HOLD, Made};

#[tokio::test]
async fn sqs_keeps_to_what_every_channel_keeps_to() -> anyhow::Result<()> {
    let Some(aws) = AwsEmulator::shared() else {
        return Ok(());
    };
    // A receive that is given up may go on in the emulator, and take what comes.
    let made = Made::with(aws, 50).await?;
    let end = || Arc::new(SqsWakeUps::new(&made.clients, "test", &made.url).holding(HOLD * 2));
    let ends = Ends {
        sender: end(),
        receiver: end(),
        logs: ["main", "filial"],
    };
    keeps_to_all(&ends).await
}

#[tokio::test]
async fn what_is_no_hint_is_delivered_as_such_and_ends_aside_while_hints_go_on() -> anyhow::Result<()> {
    let Some(aws) = AwsEmulator::shared() else {
        return Ok(());
    };
    let made = Made::on(aws).await?;
    let (queue, hints) = (
        SqsQueue::new(&made.clients, &made.url),
        SqsWakeUps::new(&made.clients, "test", &made.url).holding(HOLD),
    );
    let dead_letters = SqsQueue::new(&made.clients, &queue.dead_letter_url());
    queue.send(&["{\"Records\":[]}".to_owned()]).await?;
    let (started, mut position) = (Instant::now(), 0);
    loop {
        position += 1;
        hints
            .announce(&[Hint::of(LogName::parse("main")?, Position::new(position))])
            .await?;
        let (mut readable, mut waited) = (Vec::new(), 0);
        while readable.is_empty() {
            for delivery in hints.receive().await? {
                match delivery.hint {
                    Some(_) => readable.push(delivery.receipt),
                    // Left where it is.
                    None => waited += 1,
                }
            }
        }
        assert!(waited <= 1);
        hints.settle(&readable).await?;
        let dead = dead_letters.receive(Duration::ZERO, 10, None).await?;
        if let [dead] = &dead[..] {
            assert_eq!(dead.body, "{\"Records\":[]}");
            return Ok(());
        }
        anyhow::ensure!(started.elapsed() < WAIT_MAX * 2, "it was not put aside");
    }
}

#[tokio::test]
async fn a_queue_that_is_away_is_told_by_name() -> anyhow::Result<()> {
    let clients = posars_aws::AwsClients::at("http://127.0.0.1:1", "us-east-1", "test", "test").await?;
    let hints = SqsWakeUps::new(&clients, "read-models", "http://127.0.0.1:1/000000000000/x");
    let error = hints
        .announce(&[Hint::of(LogName::parse("main")?, Position::new(1))])
        .await
        .unwrap_err();
    assert_eq!(error.channel, "read-models");
    assert!(error.problem.contains("does not answer"), "{error}");
    Ok(())
}

#[tokio::test]
async fn what_its_consumers_never_read_is_not_wanted() -> anyhow::Result<()> {
    let clients = posars_aws::AwsClients::at("http://127.0.0.1:1", "us-east-1", "test", "test").await?;
    let all = SqsWakeUps::new(&clients, "read-models", "http://127.0.0.1:1/000000000000/x");
    let some = all.clone().about(["sale", "stock"]);
    let hint = |categories: &[&str]| Hint {
        categories: categories.iter().map(|&name| name.to_owned()).collect(),
        ..Hint::of(LogName::parse("main").unwrap(), Position::new(1))
    };
    for (categories, wanted) in [
        (&[][..], true),
        (&["sale"], true),
        (&["employee", "stock"], true),
        (&["employee"], false),
    ] {
        assert_eq!(some.wants(&hint(categories)), wanted, "{categories:?}");
        assert!(all.wants(&hint(categories)));
    }
    Ok(())
}
