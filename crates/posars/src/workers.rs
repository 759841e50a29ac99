//! The work that goes on beside the commands: the reactors and the projections.

use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use posars_commands::reactors::{AnyReactor, ReactorState, ReactorStatus};
use posars_domain::CompanyId;
use posars_event_store::{Following, Log};
use posars_projections::Runner;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::file_work::FileWork;
use crate::house::House;
use crate::lease_holder::holder;
use crate::queues::Queues;
use crate::roles::{Duties, WorkRole};
use crate::shredder;

/// How long the workers may take to end what they are at; what is unfinished is rolled back and done again.
const END_WAIT: Duration = Duration::from_secs(5);

/// The running workers of a process.
pub(crate) struct Workers {
    duties: Duties,
    queues: Option<Queues>,
    file_work: Option<FileWork>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    reactors: Vec<&'static dyn AnyReactor>,
    companies: Vec<CompanyWorkers>,
    /// What is received from; ends with this value.
    following: Vec<Following>,
}

/// Those of one company.
struct CompanyWorkers {
    company: CompanyId,
    /// In the order of the reactors that this process runs.
    reactors: Vec<watch::Receiver<ReactorStatus>>,
    projections: Runner,
}

impl Workers {
    /// Starts those that these duties ask for, for every company. They end when this value is dropped, in order when it is
    /// stopped.
    pub(crate) fn start(
        houses: &[House],
        duties: &Duties,
        queues: Option<&Queues>,
        file_work: Option<&FileWork>,
    ) -> Self {
        let mut workers = Self {
            duties: duties.clone(),
            queues: queues.cloned(),
            file_work: file_work.cloned(),
            stop: watch::channel(false).0,
            tasks: JoinSet::new(),
            reactors: duties.reactors(),
            companies: Vec::new(),
            following: Vec::new(),
        };
        for house in houses {
            workers.follow_the_log(house, duties);
            if duties.include(WorkRole::Relay) {
                let stop = told_to_stop(&workers.stop).boxed();
                workers.tasks.spawn(shredder::run(house.clone(), stop));
            }
        }
        if let Some(queues) = queues {
            let logs = houses.iter().map(|house| house.log.clone()).collect();
            workers.use_queues(queues, logs, duties);
        }
        for work in file_work
            .map(|work| work.on(houses, duties))
            .into_iter()
            .flatten()
        {
            workers.tasks.spawn(work(told_to_stop(&workers.stop).boxed()));
        }
        workers
    }

    /// Receives for the consumers of this process, and looks after those of all.
    fn use_queues(&mut self, queues: &Queues, logs: Vec<Log>, duties: &Duties) {
        self.following = queues.follow(&logs, duties);
        if duties.include(WorkRole::Relay) {
            let (sweep, stop) = (queues.clone().sweep(logs), told_to_stop(&self.stop));
            self.tasks.spawn(async move {
                tokio::select! {
                    () = sweep => {}
                    () = stop => {}
                }
            });
        }
    }

    /// Starts the consumers of one company's log.
    fn follow_the_log(&mut self, house: &House, duties: &Duties) {
        let reactors = self.reactors.iter().map(|reactor| {
            let runner = reactor.runner(house.log.clone(), &holder());
            let status = runner.status();
            self.tasks.spawn(runner.run(told_to_stop(&self.stop).boxed()));
            status
        });
        self.companies.push(CompanyWorkers {
            company: house.company_id.clone(),
            reactors: reactors.collect(),
            projections: house.projections.run_some(&holder(), |name| duties.keep(name)),
        });
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
        self.reactors.iter().enumerate().map(state).collect()
    }

    /// Whether what is dropped can be imported; none where nobody imports.
    pub(crate) fn imports(&self) -> Option<Result<(), String>> {
        self.file_work.as_ref().and_then(FileWork::imports)
    }

    /// Lets them end, and starts the same ones for these companies: one has moved to another database. Nothing is done twice,
    /// because what they have done stands in the logs and the checkpoints.
    pub(crate) async fn again(&mut self, houses: &[House]) -> Self {
        let (duties, queues) = (self.duties.clone(), self.queues.clone());
        let file_work = self.file_work.clone();
        std::mem::replace(self, Self::start(&[], &Duties::none(), None, None))
            .stop()
            .await;
        Self::start(houses, &duties, queues.as_ref(), file_work.as_ref())
    }

    /// Lets them finish what they are at, give their leases back and end.
    pub(crate) async fn stop(mut self) {
        self.stop.send_replace(true);
        // What is not settled yet comes again, to the next who works.
        drop(self.following);
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
