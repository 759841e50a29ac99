//! The queues by which the processes of several roles wake each other.
//!
//! Without `POSARS_QUEUES` there are none, and processes hear PostgreSQL's notifications. With it every process tells each
//! queue of what it appends, and the process of a role receives from the queue of that role. Messages are hints: a lost one
//! costs time, never data.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use posars_aws::{AwsClients, QueueDepth, QueueError, SqsQueue, SqsWakeUps};
use posars_event_store::{Following, Log, Queue, Sweeper, WakeUpChannel};
use posars_projections::{projection_names, subscription_name};

use crate::aws_clients::aws_clients;
use crate::failure::{Exit, Failure};
use crate::roles::{Duties, WorkRole};

/// The variable that switches queues on.
pub(crate) const QUEUES_VARIABLE: &str = "POSARS_QUEUES";
/// How often it is looked for consumers that stand still: one that missed a hint goes on after two looks.
const SWEEP: Duration = Duration::from_secs(5);

/// The queues of hints and the role that reads each, the same as those that `deploy/terraform` makes.
pub(crate) const WAKE_UPS: [(&str, WorkRole); 4] = [
    ("sales-inventory", WorkRole::Stock),
    ("sales-finance", WorkRole::Finance),
    ("finance-reporting", WorkRole::Reports),
    ("read-models", WorkRole::Projections),
];
/// The queue of objects that were dropped, read by the role `imports`: it holds no hints.
pub(crate) const IMPORTS: &str = "imports";

/// The queues of an installation. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Queues {
    /// What the address of each queue begins with.
    prefix: String,
    clients: AwsClients,
}

impl Queues {
    /// Those whose addresses begin so, such as `https://sqs.us-east-1.amazonaws.com/123456789012/posars-`.
    ///
    /// # Errors
    /// `QUEUES_INVALID` for what is no address, `AWS_REGION_MISSING`.
    pub(crate) async fn beginning_with(prefix: &str) -> Result<Self, Failure> {
        if !is_beginning_of_an_address(prefix) {
            return Err(Failure::new(
                Exit::Usage,
                "QUEUES_INVALID",
                format!("{prefix} is not what a queue's address begins with"),
            )
            .next(format!(
                "set {QUEUES_VARIABLE} to all of the address before the queue's name, such as https://sqs.us-east-1.amazonaws.com/123456789012/posars-"
            )));
        }
        Ok(Self {
            prefix: prefix.to_owned(),
            clients: aws_clients().await?.clone(),
        })
    }

    fn url(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn channel(&self, name: &str, role: WorkRole) -> Arc<dyn WakeUpChannel> {
        let channel = SqsWakeUps::new(&self.clients, name, &self.url(name));
        Arc::new(match categories_of(role) {
            Some(categories) => channel.about(categories),
            None => channel,
        })
    }

    /// Where every append is told.
    pub(crate) fn announce_to(&self) -> Vec<Arc<dyn WakeUpChannel>> {
        WAKE_UPS
            .iter()
            .map(|(name, role)| self.channel(name, *role))
            .collect()
    }

    /// Receives for the consumers that these duties have in these logs, until the answers are dropped.
    pub(crate) fn follow(&self, logs: &[Log], duties: &Duties) -> Vec<Following> {
        let read = WAKE_UPS.iter().filter(|(_, role)| duties.include(*role));
        read.map(|(name, role)| self.queue(name, *role).follow(logs))
            .collect()
    }

    /// Tells consumers that stand still again, of all roles, in the databases of these logs, for ever.
    pub(crate) async fn sweep(self, logs: Vec<Log>) {
        let queues = WAKE_UPS.iter().map(|(name, role)| self.queue(name, *role));
        Sweeper::new(&logs, queues.collect()).run(SWEEP).await;
    }

    /// The queue of objects that were dropped.
    pub(crate) fn imports(&self) -> SqsQueue {
        SqsQueue::new(&self.clients, &self.url(IMPORTS))
    }

    /// How much each queue holds, for a person.
    pub(crate) async fn depths(&self) -> Vec<(&'static str, Result<QueueDepth, QueueError>)> {
        let mut depths = Vec::new();
        for (name, _) in WAKE_UPS {
            let queue = SqsQueue::new(&self.clients, &self.url(name));
            depths.push((name, queue.depth().await));
        }
        depths.push((IMPORTS, self.imports().depth().await));
        depths
    }

    fn queue(&self, name: &str, role: WorkRole) -> Queue {
        Queue::of(self.channel(name, role), consumers_of(role))
    }
}

/// The subscriptions of a role: who its queue wakes.
fn consumers_of(role: WorkRole) -> Vec<String> {
    let duties = Duties::of(role);
    let reactors = duties
        .reactors()
        .into_iter()
        .map(|reactor| reactor.name().to_owned());
    let read_models = projection_names().into_iter().filter(|name| duties.keep(name));
    reactors.chain(read_models.map(subscription_name)).collect()
}

/// What the consumers of a role read, where that is less than everything: reactors say so.
fn categories_of(role: WorkRole) -> Option<BTreeSet<&'static str>> {
    let duties = Duties::of(role);
    let reactors = duties.reactors();
    let reads_all = duties.keep_read_models() || reactors.is_empty();
    (!reads_all).then(|| {
        reactors
            .into_iter()
            .flat_map(|reactor| reactor.categories())
            .collect()
    })
}

fn is_beginning_of_an_address(prefix: &str) -> bool {
    let rest = prefix
        .strip_prefix("https://")
        .or_else(|| prefix.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let host = rest.split('/').next().unwrap_or_default();
        !host.is_empty()
            && rest.len() > host.len()
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'?' && byte != b'#')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_consumer_is_woken_by_one_queue() {
        let mut woken: Vec<String> = WAKE_UPS
            .iter()
            .flat_map(|(_, role)| consumers_of(*role))
            .collect();
        woken.sort_unstable();
        let all = Duties::all();
        let mut known: Vec<String> = all
            .reactors()
            .into_iter()
            .map(|reactor| reactor.name().to_owned())
            .chain(projection_names().into_iter().map(subscription_name))
            .collect();
        known.sort_unstable();
        assert_eq!(woken, known);
    }

    #[test]
    fn reactors_are_told_of_what_they_read_and_read_models_of_everything() {
        let stock = categories_of(WorkRole::Stock).unwrap();
        assert!(stock.contains("sale") && !stock.contains("employee"), "{stock:?}");
        let finance = categories_of(WorkRole::Finance).unwrap();
        assert!(finance.contains("sale"), "{finance:?}");
        assert_eq!(categories_of(WorkRole::Reports), None);
        assert_eq!(categories_of(WorkRole::Projections), None);
    }

    #[test]
    fn what_is_no_beginning_of_an_address_is_refused() {
        for good in [
            "https://sqs.us-east-1.amazonaws.com/123456789012/posars-dev-",
            "http://127.0.0.1:4566/000000000000/",
        ] {
            assert!(is_beginning_of_an_address(good), "{good}");
        }
        for bad in [
            "",
            "posars-",
            "arn:aws:sqs:us-east-1:123456789012:posars-",
            "https://",
            "https:///x",
            "https://sqs.us-east-1.amazonaws.com",
            "https://sqs.us-east-1.amazonaws.com/1 2/x",
            "https://sqs.us-east-1.amazonaws.com/1/x?y=",
        ] {
            assert!(!is_beginning_of_an_address(bad), "{bad}");
        }
    }
}
