//! The work that goes on beside the commands: the reactors and the projections.

use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use posars_commands::reactors::{AnyReactor, REACTORS, ReactorState, ReactorStatus};
use posars_domain::CompanyId;
use posars_projections::Runner;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::house::House;
use crate::lease_holder::holder;
use crate::shredder;

/// How long the workers may take to end what they are at; what is unfinished is rolled back and done again.
const END_WAIT: Duration = Duration::from_secs(5);

/// The running workers of a serving process.
pub(crate) struct Workers {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    companies: Vec<CompanyWorkers>,
}

/// Those of one company.
struct CompanyWorkers {
    company: CompanyId,
    /// In the order of [`REACTORS`].
    reactors: Vec<watch::Receiver<ReactorStatus>>,
    projections: Runner,
}

impl Workers {
    /// Starts those of every company. They end when this value is dropped, in order when it is stopped.
    pub(crate) fn start(houses: &[House]) -> Self {
        let (stop, _) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let companies = houses
            .iter()
            .map(|house| {
                let reactors = REACTORS.iter().map(|reactor| {
                    let runner = reactor.runner(house.log.clone(), &holder());
                    let status = runner.status();
                    tasks.spawn(runner.run(told_to_stop(&stop).boxed()));
                    status
                });
                CompanyWorkers {
                    company: house.company_id.clone(),
                    reactors: reactors.collect(),
                    projections: house.projections.run(&holder()),
                }
            })
            .collect();
        Self {
            stop,
            tasks,
            companies,
        }
    }

    /// Erases from now on, hour by hour, what is no longer to be kept of people. Only a server does so: whoever runs a
    /// command for something else does not expect it.
    pub(crate) fn shred_due(&mut self, houses: &[House]) {
        for house in houses {
            let stop = told_to_stop(&self.stop).boxed();
            self.tasks.spawn(shredder::run(house.clone(), stop));
        }
    }

    /// Whether each kind of worker gets on, by name, with the company and the reason when one does not.
    pub(crate) fn states(&self) -> Vec<(&'static str, Result<(), String>)> {
        let state = |(index, reactor): (usize, &&'static dyn AnyReactor)| {
            let failing = self.companies.iter().find_map(|workers| {
                let status = workers.reactors.get(index)?.borrow();
                match status.state {
                    ReactorState::Failing => {
                        let problem = status.problem.as_deref().unwrap_or("failing");
                        Some(format!("company {}: {problem}", workers.company))
                    }
                    ReactorState::Idle | ReactorState::StandingBy | ReactorState::Running => None,
                }
            });
            (reactor.worker(), failing.map_or(Ok(()), Err))
        };
        REACTORS.iter().enumerate().map(state).collect()
    }

    /// Lets them finish what they are at, give their leases back and end.
    pub(crate) async fn stop(mut self) {
        self.stop.send_replace(true);
        let all = async {
            join_all(
                self.companies
                    .into_iter()
                    .map(|workers| workers.projections.stop()),
            )
            .await;
            while self.tasks.join_next().await.is_some() {}
        };
        if tokio::time::timeout(END_WAIT, all).await.is_err() {
            tracing::warn!(
                "a worker did not end in time; its work is rolled back and done again by the next"
            );
        }
    }
}

fn told_to_stop(stop: &watch::Sender<bool>) -> impl Future<Output = ()> + Send + use<> {
    let mut told = stop.subscribe();
    async move {
        // An error means that the sender is gone, which is the end as well.
        let _ = told.wait_for(|stop| *stop).await;
    }
}
