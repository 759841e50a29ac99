//! One queue: what is sent arrives, what is deleted is gone, what is neither comes again, and failures have a name.

use std::time::{Duration, Instant};

use posars_aws::{AwsClients, QueueError, SqsMessage, SqsQueue, WAIT_MAX};
use posars_testkit::AwsEmulator;

use crate::fixture::{HOLD, Made, RECEIVES_MAX};

/// Receives until so many have come, at most 20 s.
async fn received(queue: &SqsQueue, count: usize) -> anyhow::Result<Vec<SqsMessage>> {
    let mut messages = Vec::new();
    let started = Instant::now();
    while messages.len() < count {
        anyhow::ensure!(started.elapsed() < WAIT_MAX, "only {messages:?} came");
        messages.extend(queue.receive(Duration::from_secs(2), 10, None).await?);
    }
    Ok(messages)
}

fn bodies(messages: &[SqsMessage]) -> Vec<&str> {
    let mut bodies: Vec<_> = messages.iter().map(|message| message.body.as_str()).collect();
    bodies.sort_unstable();
    bodies
}

#[tokio::test]
async fn more_than_a_batch_arrives_and_is_deleted() -> anyhow::Result<()> {
    let Some(aws) = AwsEmulator::shared() else {
        return Ok(());
    };
    let made = Made::on(aws).await?;
    let queue = SqsQueue::new(&made.clients, &made.url);
    let sent: Vec<String> = (10..33).map(|number| format!("message {number}")).collect();
    queue.send(&sent).await?;
    // Held back longer than this test may take.
    let mut messages = Vec::new();
    while messages.len() < sent.len() {
        messages.extend(
            queue
                .receive(Duration::from_secs(2), 10, Some(Duration::from_secs(300)))
                .await?,
        );
    }
    assert_eq!(
        bodies(&messages),
        sent.iter().map(String::as_str).collect::<Vec<_>>()
    );
    assert!(
        messages
            .iter()
            .all(|message| message.receive_count == 1 && message.sent_at.is_some())
    );
    assert_eq!(queue.depth().await?.in_flight, 23);
    let receipts: Vec<String> = messages.into_iter().map(|message| message.receipt).collect();
    queue.delete(&receipts).await?;
    assert_eq!(queue.depth().await?, posars_aws::QueueDepth::default());
    // Once more, with receipts of what is gone: no failure.
    queue.delete(&receipts[..3]).await?;
    queue.hold(&receipts[..3], HOLD).await?;
    Ok(())
}

#[tokio::test]
async fn nothing_to_send_or_delete_asks_nothing() -> anyhow::Result<()> {
    let clients = AwsClients::at("http://127.0.0.1:1", "us-east-1", "test", "test").await?;
    let queue = SqsQueue::new(&clients, "http://127.0.0.1:1/000000000000/none");
    queue.send(&[]).await?;
    queue.delete(&[]).await?;
    queue.hold(&[], HOLD).await?;
    Ok(())
}

#[tokio::test]
async fn what_is_held_back_stays_and_comes_again_when_let_go() -> anyhow::Result<()> {
    let Some(aws) = AwsEmulator::shared() else {
        return Ok(());
    };
    let made = Made::on(aws).await?;
    let queue = SqsQueue::new(&made.clients, &made.url);
    queue.send(&["hint".to_owned()]).await?;
    let first = received(&queue, 1).await?;
    queue
        .hold(&[first[0].receipt.clone()], Duration::from_secs(300))
        .await?;
    assert!(
        queue.receive(HOLD * 2, 10, None).await?.is_empty(),
        "it was held back"
    );
    queue.hold(&[first[0].receipt.clone()], Duration::ZERO).await?;
    let again = received(&queue, 1).await?;
    assert_eq!((again[0].body.as_str(), again[0].receive_count), ("hint", 2));
    // A receipt that ended with its time is no failure.
    queue.delete(&[first[0].receipt.clone()]).await?;
    queue.delete(&[again[0].receipt.clone()]).await?;
    Ok(())
}

#[tokio::test]
async fn what_nobody_deletes_ends_in_the_dead_letter_queue() -> anyhow::Result<()> {
    let Some(aws) = AwsEmulator::shared() else {
        return Ok(());
    };
    let made = Made::on(aws).await?;
    let queue = SqsQueue::new(&made.clients, &made.url);
    queue.send(&["<nothing of ours>".to_owned()]).await?;
    for count in 1..=RECEIVES_MAX {
        assert_eq!(received(&queue, 1).await?[0].receive_count, count);
    }
    let dead_letters = SqsQueue::new(&made.clients, &queue.dead_letter_url());
    let started = Instant::now();
    loop {
        // The emulator moves it when somebody asks again.
        assert!(queue.receive(Duration::from_secs(1), 10, None).await?.is_empty());
        let dead = dead_letters.receive(Duration::ZERO, 10, None).await?;
        if let [dead] = &dead[..] {
            assert_eq!(dead.body, "<nothing of ours>");
            return Ok(());
        }
        anyhow::ensure!(started.elapsed() < WAIT_MAX, "it was not put aside");
    }
}

#[tokio::test]
async fn what_is_put_aside_has_its_reason_and_is_gone_here() -> anyhow::Result<()> {
    let Some(aws) = AwsEmulator::shared() else {
        return Ok(());
    };
    let made = Made::on(aws).await?;
    let queue = SqsQueue::new(&made.clients, &made.url);
    queue.send(&["{}".to_owned(), "[]".to_owned()]).await?;
    let messages = received(&queue, 2).await?;
    let [one, other] = &messages[..] else {
        panic!("{messages:?}")
    };
    queue
        .put_aside(one, "OBJECT_MISSING", "line 1\nline\u{fffe} 2")
        .await?;
    queue.put_aside(other, "NOT_A_MESSAGE", "").await?;
    assert_eq!(queue.depth().await?, posars_aws::QueueDepth::default());
    let sqs = made.clients.sqs(Duration::from_secs(10));
    let mut reasons = Vec::new();
    while reasons.len() < 2 {
        let received = sqs
            .receive_message()
            .queue_url(queue.dead_letter_url())
            .message_attribute_names("All")
            .wait_time_seconds(2)
            .send()
            .await?;
        for message in received.messages() {
            let attributes = message.message_attributes().unwrap();
            let text = |name: &str| attributes.get(name).and_then(|value| value.string_value());
            reasons.push((
                text("reason").unwrap().to_owned(),
                text("detail").map(str::to_owned),
            ));
        }
    }
    reasons.sort();
    let detail = Some("line 1line 2".to_owned());
    assert_eq!(
        reasons,
        [
            ("NOT_A_MESSAGE".to_owned(), None),
            ("OBJECT_MISSING".to_owned(), detail)
        ]
    );
    Ok(())
}

#[tokio::test]
async fn failures_say_whose_they_are() -> anyhow::Result<()> {
    let Some(aws) = AwsEmulator::shared() else {
        return Ok(());
    };
    let made = Made::on(aws).await?;
    let missing = SqsQueue::new(&made.clients, &format!("{}-of-nobody", made.url));
    let error = missing.send(&["x".to_owned()]).await.unwrap_err();
    assert!(matches!(error, QueueError::Missing { .. }), "{error}");
    // Nobody listens there.
    let clients = AwsClients::at("http://127.0.0.1:1", "us-east-1", "test", "test").await?;
    let away = SqsQueue::new(&clients, "http://127.0.0.1:1/000000000000/away");
    let started = Instant::now();
    let error = away.receive(WAIT_MAX, 10, None).await.unwrap_err();
    assert!(matches!(error, QueueError::Unavailable { .. }), "{error}");
    assert!(
        started.elapsed() < Duration::from_secs(30),
        "it took {:?}",
        started.elapsed()
    );
    Ok(())
}
