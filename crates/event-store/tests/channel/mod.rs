//! What every channel of wake-ups keeps to. Run by the notifications and the double here, and by SQS in its own crate.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use posars_event_store::{Delivery, Hint, LogName, Position, Traceparent, WakeUpChannel};

/// How long something may take that surely comes.
const SOON: Duration = Duration::from_secs(30);

/// The two ends of one channel: in notifications they are two processes.
pub(crate) struct Ends {
    pub(crate) sender: Arc<dyn WakeUpChannel>,
    pub(crate) receiver: Arc<dyn WakeUpChannel>,
    /// Logs that both know.
    pub(crate) logs: [&'static str; 2],
}

/// All of them, one after the other, on one channel.
pub(crate) async fn keeps_to_all(ends: &Ends) -> anyhow::Result<()> {
    what_is_announced_arrives(ends).await?;
    announcing_nothing_is_nothing(ends).await?;
    many_hints_arrive(ends).await?;
    a_hint_comes_again_until_it_is_settled(ends).await?;
    a_receipt_that_ended_is_no_failure(ends).await
}

impl Ends {
    fn hint(&self, log: usize, position: u64) -> Hint {
        Hint::of(LogName::parse(self.logs[log]).unwrap(), Position::new(position))
    }

    /// Receives until so many hints have come.
    async fn received(&self, count: usize) -> anyhow::Result<Vec<Delivery>> {
        let (mut all, started) = (Vec::new(), Instant::now());
        while all.len() < count {
            let left = SOON.saturating_sub(started.elapsed());
            let received = tokio::time::timeout(left, self.receiver.receive()).await;
            all.extend(received.map_err(|_| anyhow::anyhow!("only {all:?} came"))??);
        }
        Ok(all)
    }

    async fn settle(&self, deliveries: &[Delivery]) -> anyhow::Result<()> {
        let receipts: Vec<String> = deliveries
            .iter()
            .map(|delivery| delivery.receipt.clone())
            .collect();
        Ok(self.receiver.settle(&receipts).await?)
    }
}

async fn what_is_announced_arrives(ends: &Ends) -> anyhow::Result<()> {
    // Who receives for the first time may only begin to listen then.
    let first = tokio::time::timeout(Duration::from_millis(500), ends.receiver.receive()).await;
    assert!(first.is_err(), "something came that was not sent: {first:?}");
    let mut hint = ends.hint(0, 7);
    hint.categories = BTreeSet::from(["sale".to_owned(), "stock".to_owned()]);
    hint.traceparent = Traceparent::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    ends.sender.announce(&[hint.clone()]).await?;
    let received = ends.received(1).await?;
    let [delivery] = &received[..] else {
        panic!("{received:?}")
    };
    let heard = delivery.hint.as_ref().unwrap();
    assert_eq!((&heard.log, heard.position), (&hint.log, hint.position));
    // A channel carries the rest as well, or nothing of it.
    if *heard != hint {
        assert!(
            heard.categories.is_empty() && heard.traceparent.is_none(),
            "{heard:?}"
        );
    }
    ends.settle(&received).await
}

async fn announcing_nothing_is_nothing(ends: &Ends) -> anyhow::Result<()> {
    ends.sender.announce(&[]).await?;
    ends.receiver.settle(&[]).await?;
    ends.receiver.hold(&[]).await?;
    Ok(())
}

async fn many_hints_arrive(ends: &Ends) -> anyhow::Result<()> {
    // More than a batch of a queue, of two logs.
    let sent: Vec<Hint> = (100..123)
        .map(|number: u64| ends.hint(usize::try_from(number % 2).unwrap(), number))
        .collect();
    ends.sender.announce(&sent).await?;
    let received = ends.received(sent.len()).await?;
    let mut heard: Vec<Hint> = received
        .iter()
        .filter_map(|delivery| delivery.hint.clone())
        .collect();
    heard.sort_by_key(|hint| hint.position);
    heard.dedup();
    assert_eq!(heard, sent);
    ends.settle(&received).await
}

async fn a_hint_comes_again_until_it_is_settled(ends: &Ends) -> anyhow::Result<()> {
    ends.sender.announce(&[ends.hint(1, 500)]).await?;
    let first = ends.received(1).await?;
    let Some(hold) = ends.receiver.terms().hold else {
        // Everybody heard it, and nobody keeps it.
        let again = tokio::time::timeout(Duration::from_millis(500), ends.receiver.receive()).await;
        assert!(again.is_err(), "{again:?}");
        return Ok(());
    };
    let sooner = tokio::time::timeout(hold / 4, ends.receiver.receive()).await;
    assert!(sooner.is_err() || sooner.is_ok_and(|came| came.is_ok_and(|came| came.is_empty())));
    let again = ends.received(1).await?;
    assert_eq!(again[0].hint, first[0].hint);
    ends.receiver.hold(&[again[0].receipt.clone()]).await?;
    ends.settle(&again).await?;
    let later = tokio::time::timeout(hold * 2, ends.receiver.receive()).await;
    assert!(later.is_err() || later.is_ok_and(|came| came.is_ok_and(|came| came.is_empty())));
    Ok(())
}

async fn a_receipt_that_ended_is_no_failure(ends: &Ends) -> anyhow::Result<()> {
    if ends.receiver.terms().hold.is_none() {
        return Ok(());
    }
    ends.sender.announce(&[ends.hint(0, 600)]).await?;
    let first = ends.received(1).await?;
    let again = ends.received(1).await?;
    ends.receiver.hold(&[first[0].receipt.clone()]).await?;
    ends.settle(&first).await?;
    ends.settle(&again).await?;
    ends.settle(&again).await
}
