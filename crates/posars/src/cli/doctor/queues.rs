//! The queues: whether they are there and this process may read them.

use posars_aws::QueueError;

use super::checkup::Check;
use crate::queues::Queues;
use crate::settings::ChosenPlace;

const NAME: &str = "queues";

/// One check of all of them; none where there are none.
pub(super) async fn check(chosen: &ChosenPlace) -> Option<Check> {
    let prefix = chosen.queues.as_ref()?;
    let queues = match Queues::beginning_with(prefix).await {
        Ok(queues) => queues,
        Err(failure) => return Some(Check::failed(NAME, failure)),
    };
    let depths = queues.depths().await;
    let missing = depths
        .iter()
        .find_map(|(name, depth)| Some((name, depth.as_ref().err()?)));
    Some(match missing {
        None => {
            let waiting = depths.iter().filter_map(|(name, depth)| {
                let depth = depth.as_ref().ok()?;
                Some(format!(
                    "{name} {} waiting, {} in flight",
                    depth.waiting, depth.in_flight
                ))
            });
            Check::ok(NAME, waiting.collect::<Vec<_>>().join("; "))
        }
        Some((name, error)) => of_error(name, error),
    })
}

fn of_error(name: &str, error: &QueueError) -> Check {
    let found = format!("{name}: {error}");
    match error {
        // A role reads its own queues; the others are none of its business.
        QueueError::Denied { .. } => Check::warning(
            NAME,
            found,
            "ask again with credentials that may look at all queues, or let it be: a role reads its own only",
        ),
        QueueError::Missing { .. } => Check::fault(
            NAME,
            found,
            "make the queue, or correct POSARS_QUEUES and AWS_REGION",
        ),
        QueueError::Unavailable { .. } => Check::fault(
            NAME,
            found,
            "check the network and AWS_ENDPOINT_URL; until then the heads of the logs are polled",
        ),
    }
}
