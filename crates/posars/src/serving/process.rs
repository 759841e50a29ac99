//! What runs while a process stays, from the first worker to the last answer.

use std::time::Duration;

use posars_domain::CompanyId;
use posars_edge::Server;
use posars_gateway::{Areas, Authentication, Gateway, Tenants};
use posars_identity::Users;
use tokio::net::TcpListener;

use super::OURSELVES;
use super::moves::{Moves, tenant};
use super::port::Port;
use super::sign_in::SignIn;
use super::watch::Watch;
use crate::api_docs;
use crate::database::Database;
use crate::demo::{self, Seeded};
use crate::failure::{Exit, Failure};
use crate::file_store::Files;
use crate::file_work::{FileWork, PlacesOfFiles};
use crate::health::Health;
use crate::house::{House, Opened};
use crate::http::{self, MetricsReaders};
use crate::linked_files;
use crate::roles::{Duties, WorkRole};
use crate::session::Session;
use crate::settings::COMPANY;
use crate::signals::EndRequests;
use crate::workers::Workers;

/// What a process is to do, with its settings read.
pub(super) struct Wanted {
    /// Whether to seed the demo.
    pub(super) demo: bool,
    /// Companies beside those of the database.
    pub(super) companies: Vec<CompanyId>,
    /// Whose services to serve.
    pub(super) areas: Areas,
    /// What to work at.
    pub(super) duties: Duties,
    /// Where files are.
    pub(super) places: PlacesOfFiles,
    /// What faces the network.
    pub(super) server: Server,
    /// How long to serve on after the request to end.
    pub(super) drain_wait: Duration,
    /// Who may read the metrics.
    pub(super) metrics_readers: MetricsReaders,
}

/// Everything that runs.
pub(super) struct Process {
    /// What the demo came to, if it was asked for.
    pub(super) seeded: Option<Seeded>,
    /// Whether there are services, and `posars token` makes the tokens that they take.
    pub(super) takes_local_tokens: bool,
    workers: Workers,
    watch: Watch,
    moves: Moves,
    port: Port,
    drain_wait: Duration,
}

impl Process {
    /// Starts the workers and the port, seeds the demo if asked to, and says to all who ask that it is ready. Without a
    /// sign-in there are no services.
    pub(super) async fn start(
        session: &Session,
        database: &Database,
        listener: TcpListener,
        wanted: Wanted,
        sign_in: Option<SignIn>,
    ) -> Result<Self, Failure> {
        let begins = sign_in.is_some() || wanted.duties.may_begin_companies();
        let Opened {
            databases,
            houses,
            away,
        } = open_houses(database, &wanted, begins).await?;
        let Some(house) = houses.first() else {
            return Err(Failure::new(Exit::Failure, "NO_COMPANY", "no company was opened"));
        };
        let files = match Files::open(&wanted.places.files, &session.place.place).await {
            Ok(files) => Some(files),
            // A process that puts none needs no place for them.
            Err(failure) if !wanted.duties.include(WorkRole::Reports) => {
                tracing::debug!(%failure, "no files are kept");
                None
            }
            Err(failure) => return Err(failure),
        };
        let store = files.as_ref().map(Files::store);
        let file_work = FileWork::open(&wanted.places, &wanted.duties, database.queues(), store);
        let workers = Workers::start(
            &houses,
            &wanted.duties,
            database.queues(),
            Some(&file_work.await?),
        );
        let health = Health::measured();
        let mut router = http::router(health.clone(), session.metrics.clone(), wanted.metrics_readers);
        let mut readiness = None;
        let tenants = Tenants::from_iter(houses.iter().map(tenant));
        let first = databases.first().clone();
        let moves = Moves::follow(
            databases,
            &houses,
            (away.into_keys().collect(), begins),
            tenants.clone(),
        );
        if let Some(sign_in) = &sign_in {
            let gateway = gateway(database, tenants, sign_in, &wanted).await?;
            readiness = Some(gateway.readiness());
            let api_docs =
                api_docs::router().map_err(|error| Failure::new(Exit::Failure, "GATEWAY_BROKEN", error))?;
            router = router.merge(api_docs).merge(gateway.into_router());
            if let Some(Files::Folder(folder)) = &files {
                router = router.merge(linked_files::router(folder.clone()));
            }
        }
        let port = Port::open(wanted.server, listener, router);
        // Served from here on, `/readyz` says "not yet": seeding may take some seconds.
        let seeded = if wanted.demo {
            Some(demo::seed(house, session.screen).await?)
        } else {
            None
        };
        let takes_local_tokens = sign_in.as_ref().is_some_and(|sign_in| sign_in.is_local);
        let mut watch = Watch::new((first, houses), wanted.duties, sign_in, health, readiness);
        watch.look(database, &workers).await;
        watch.note(OURSELVES, Ok(()));
        Ok(Self {
            seeded,
            takes_local_tokens,
            workers,
            watch,
            moves,
            port,
            drain_wait: wanted.drain_wait,
        })
    }

    /// Runs until asked to end, keeping an eye on what it depends on; then ends in order.
    pub(super) async fn until_asked_to_end(
        mut self,
        session: &Session,
        database: &mut Database,
        asked: &EndRequests,
    ) -> Result<(), Failure> {
        let ended_early = loop {
            tokio::select! {
                () = asked.first() => break None,
                failure = self.port.ended() => break Some(failure),
                house = self.moves.next() => {
                    // The consumers of the old place have nothing left to follow, and what looks after all companies has
                    // to hear of the new one.
                    let houses = self.watch.take(house);
                    self.workers = self.workers.again(houses).await;
                }
                () = self.watch.pause() => {
                    let look = async {
                        self.watch.look(database, &self.workers).await;
                        self.watch.mend(database).await;
                    };
                    // Starting PostgreSQL again may take minutes of recovery; nobody who wants to end waits for that.
                    tokio::select! {
                        () = look => {}
                        () = asked.first() => break None,
                    }
                }
            }
        };
        if let Some(failure) = ended_early {
            self.workers.stop().await;
            return Err(failure);
        }
        // Before anything else: a balancer must look elsewhere before the port closes.
        self.watch.note(OURSELVES, Err("ending".to_owned()));
        self.watch.stop_serving().await;
        self.port.begin_ending();
        session.screen.say(&farewell(self.drain_wait));
        let orderly = async {
            self.watch.mend_for(self.drain_wait, database).await;
            self.port.close().await;
            self.workers.stop().await;
        };
        tokio::select! {
            () = orderly => {}
            () = asked.one_more() => tracing::warn!("asked to end twice: calls in flight were cut off"),
        }
        Ok(())
    }
}

/// The services for these companies.
async fn gateway(
    database: &Database,
    tenants: Tenants,
    sign_in: &SignIn,
    wanted: &Wanted,
) -> Result<Gateway, Failure> {
    let verifier = sign_in.verifier.clone();
    let authentication = if sign_in.is_local {
        let users = Users::of(database.url())?;
        Authentication::OwnTokens { verifier, users }
    } else {
        Authentication::Tokens(verifier)
    };
    Gateway::of_areas(wanted.areas, tenants, authentication, &wanted.server.limits)
        .await
        .map_err(|error| Failure::new(Exit::Failure, "GATEWAY_BROKEN", error))
}

/// Every company that is served, that of this machine first. Where there are services, or workers that may begin a company,
/// each is defined, unless the database held it undefined, and each that is defined has its books. All others wait for that
/// with an empty log: they have no right to wake those who follow what is recorded.
async fn open_houses(database: &Database, wanted: &Wanted, begins: bool) -> Result<Opened, Failure> {
    let opened = House::open_all(database, &wanted.companies).await?;
    for (company, failure) in &opened.away {
        tracing::error!(
            %company, code = %failure.code, reason = failure.message,
            "the database of a company is away, so all others are served without it, and it as soon as it is back"
        );
    }
    if !begins {
        return Ok(opened);
    }
    let own_name = if wanted.demo {
        demo::COMPANY_NAME
    } else {
        crate::house::COMPANY_NAME
    };
    for house in &opened.houses {
        if house.company_id.as_str() == COMPANY {
            house.define_company(own_name).await?;
        } else if wanted.companies.contains(&house.company_id) {
            // What the database holds already is not ours to name.
            house.define_company(crate::house::COMPANY_NAME).await?;
        }
        house.begin_missing_books().await?;
    }
    Ok(opened)
}

/// What is said when the end begins.
pub(super) fn farewell(drain_wait: Duration) -> String {
    let first = if drain_wait.is_zero() {
        String::new()
    } else {
        format!(
            "serving on for {} s while /readyz says 503, then ",
            drain_wait.as_secs()
        )
    };
    format!("ending: {first}calls in flight are answered first (again Ctrl-C to end at once)")
}
