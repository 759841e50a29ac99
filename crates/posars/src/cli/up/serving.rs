//! What runs while posars serves, from the first worker to the last answer.

use std::time::Duration;

use axum::middleware::from_fn_with_state;
use posars_domain::CompanyId;
use posars_edge::Server;
use posars_gateway::{Authentication, Gateway, Readiness, Tenant, Tenants};
use posars_identity::Users;
use tokio::net::TcpListener;
use tokio::sync::watch as channel;
use tokio::task::JoinHandle;

use super::sign_in::SignIn;
use super::watch::Watch;
use crate::api_docs;
use crate::database::Database;
use crate::demo::{self, Seeded};
use crate::failure::{Exit, Failure};
use crate::health::Health;
use crate::house::House;
use crate::http::{self, Ending, MetricsReaders};
use crate::session::Session;
use crate::signals::EndRequests;
use crate::workers::Workers;

/// How long calls in flight may go on after the request to end. With the workers' and PostgreSQL's own ends it stays
/// below the 30 s that service managers give.
const DRAIN: Duration = Duration::from_secs(8);
/// The name under which this process's own state stands in `/readyz`.
const OURSELVES: &str = "posars";

/// What to serve.
pub(super) struct Asked {
    /// Whether to seed the demo.
    pub(super) demo: bool,
    /// Companies beside those of the database.
    pub(super) companies: Vec<CompanyId>,
    /// What faces the network.
    pub(super) server: Server,
    /// How long to serve on after the request to end.
    pub(super) drain_wait: Duration,
    /// Who may read the metrics.
    pub(super) metrics_readers: MetricsReaders,
}

/// Everything that serves.
pub(super) struct Serving {
    /// What the demo came to, if it was asked for.
    pub(super) seeded: Option<Seeded>,
    /// Whether `posars token` makes the tokens that it takes.
    pub(super) takes_local_tokens: bool,
    /// Whether the port speaks TLS.
    pub(super) speaks_tls: bool,
    workers: Workers,
    watch: Watch,
    health: Health,
    readiness: Readiness,
    server: JoinHandle<std::io::Result<()>>,
    ending: Ending,
    stop: channel::Sender<bool>,
    drain_wait: Duration,
}

impl Serving {
    /// Starts the workers and the server, seeds the demo if asked to, and says to all who ask that it is ready.
    pub(super) async fn start(
        session: &Session,
        database: &Database,
        listener: TcpListener,
        asked: Asked,
        sign_in: SignIn,
    ) -> Result<Self, Failure> {
        let houses = open_houses(database, &asked).await?;
        let Some(house) = houses.first() else {
            return Err(Failure::new(Exit::Failure, "NO_COMPANY", "no company was opened"));
        };
        let mut workers = Workers::start(&houses);
        workers.shred_due(&houses);
        let health = Health::default();
        let mut server = asked.server;
        server.limits.drain_timeout = DRAIN;
        let speaks_tls = server.tls.is_some();
        let verifier = sign_in.verifier.clone();
        let authentication = if sign_in.is_local {
            let users = Users::of(database.url())?;
            Authentication::OwnTokens { verifier, users }
        } else {
            Authentication::Tokens(verifier)
        };
        let tenants = Tenants::from_iter(houses.iter().map(tenant));
        let gateway = Gateway::new(tenants, authentication, &server.limits)
            .await
            .map_err(|error| Failure::new(Exit::Failure, "GATEWAY_BROKEN", error))?;
        let (readiness, ending) = (gateway.readiness(), Ending::default());
        let api_docs =
            api_docs::router().map_err(|error| Failure::new(Exit::Failure, "GATEWAY_BROKEN", error))?;
        let router = http::router(health.clone(), session.metrics.clone(), asked.metrics_readers)
            .merge(api_docs)
            .merge(gateway.into_router())
            .layer(from_fn_with_state(ending.clone(), http::close_with_answer));
        let (stop, mut stopped) = channel::channel(false);
        let server = tokio::spawn(async move {
            let shutdown = async move {
                // An error means that the sender is gone, which is the end as well.
                let _ = stopped.wait_for(|stopped| *stopped).await;
            };
            server.serve(listener, router, shutdown).await
        });
        // Served from here on, `/readyz` says "not yet": seeding may take some seconds.
        let seeded = if asked.demo {
            Some(demo::seed(house, session.screen).await?)
        } else {
            None
        };
        let takes_local_tokens = sign_in.is_local;
        let mut watch = Watch::new(houses, sign_in);
        watch.look(database, &workers, &health, &readiness).await;
        health.note(OURSELVES, Ok(()));
        Ok(Self {
            seeded,
            speaks_tls,
            takes_local_tokens,
            workers,
            watch,
            health,
            readiness,
            server,
            ending,
            stop,
            drain_wait: asked.drain_wait,
        })
    }

    /// Serves until asked to end, keeping an eye on what it depends on; then ends in order.
    pub(super) async fn until_asked_to_end(
        mut self,
        session: &Session,
        database: &mut Database,
        asked: &EndRequests,
    ) -> Result<(), Failure> {
        let mut server = self.server;
        let ended_early = loop {
            tokio::select! {
                () = asked.first() => break None,
                ended = &mut server => break Some(ended),
                () = self.watch.pause() => {
                    let look = async {
                        self.watch.look(database, &self.workers, &self.health, &self.readiness).await;
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
        if let Some(ended) = ended_early {
            let why = match ended {
                Ok(Ok(())) => "it ended".to_owned(),
                Ok(Err(error)) => error.to_string(),
                Err(error) => error.to_string(),
            };
            self.workers.stop().await;
            return Err(Failure::new(
                Exit::Failure,
                "SERVER_ENDED",
                format!("the server ended by itself: {why}"),
            )
            .next("start `posars up` again"));
        }
        // Before anything else: a balancer must look elsewhere before the port closes.
        self.health.note(OURSELVES, Err("ending".to_owned()));
        self.readiness.stop_serving().await;
        self.ending.begin();
        session.screen.say(&farewell(self.drain_wait));
        let orderly = async {
            self.watch.mend_for(self.drain_wait, database).await;
            self.stop.send_replace(true);
            if let Err(error) = (&mut server).await {
                tracing::warn!(%error, "the server did not end in order");
            }
            self.workers.stop().await;
        };
        tokio::select! {
            () = orderly => {}
            () = asked.one_more() => tracing::warn!("asked to end twice: calls in flight were cut off"),
        }
        Ok(())
    }
}

/// Every company that is served, that of this machine first; each is defined, unless the database held it undefined, and
/// each that is defined has its books.
async fn open_houses(database: &Database, asked: &Asked) -> Result<Vec<House>, Failure> {
    let houses = House::open_all(database, &asked.companies).await?;
    let own_name = if asked.demo {
        demo::COMPANY_NAME
    } else {
        crate::house::COMPANY_NAME
    };
    for (index, house) in houses.iter().enumerate() {
        if index == 0 {
            house.define_company(own_name).await?;
        } else if asked.companies.contains(&house.company_id) {
            // What the database holds already is not ours to name.
            house.define_company(crate::house::COMPANY_NAME).await?;
        }
        house.begin_missing_books().await?;
    }
    Ok(houses)
}

fn farewell(drain_wait: Duration) -> String {
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

fn tenant(house: &House) -> Tenant {
    Tenant::new(
        house.company_id.clone(),
        house.commands.clone(),
        house.projections.clone(),
    )
}
