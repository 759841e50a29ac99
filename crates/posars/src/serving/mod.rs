//! A process that stays: with services, with workers, or with both, until it is asked to end.
//!
//! `posars up` has both, `posars serve` the services of a role and `posars work` the workers of one. All of them answer
//! `/livez`, `/readyz` and `/metrics` on one port, keep an eye on what they depend on, and end in the same order.

mod forwarding;
mod front;
mod moves;
mod port;
mod process;
mod ready;
mod sign_in;
mod watch;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;

use posars_domain::CompanyId;
use posars_edge::Server;
use posars_gateway::Areas;
use serde::Serialize;
use tokio::net::TcpListener;

use crate::database::{Database, Need};
use crate::failure::{Exit, Failure};
use crate::file_work::PlacesOfFiles;
use crate::folder_lock::{Owner, UpLock};
use crate::open_files;
use crate::roles::Duties;
use crate::screen::Outcome;
use crate::session::Session;
use crate::settings::{AuthArgs, Place, TokenSource};
use crate::signals::EndRequests;
pub(crate) use forwarding::{Forwarding, UpstreamArgs, forward};
use front::warn_of_plain_http;
pub(crate) use front::{FrontArgs, drain_wait_of};
pub(crate) use port::PortArgs;
use process::{Process, Wanted};
use ready::{Door, Ready};
use sign_in::{SignIn, check_reach};

/// The role of `posars up`: all of them.
pub(crate) const UP: &str = "up";
/// The name under which a process's own state stands in `/readyz`.
const OURSELVES: &str = "posars";

/// What a process is to do.
pub(crate) struct Asked {
    /// What it calls itself when it is ready: its command, such as `work stock`.
    pub(crate) role: &'static str,
    /// The port and who may read the metrics there.
    pub(crate) port: PortArgs,
    /// What faces the network.
    pub(crate) front: FrontArgs,
    /// Its services; none for a process that only works.
    pub(crate) services: Option<Served>,
    /// What it works at.
    pub(crate) duties: Duties,
    /// Where it keeps files, and where they are dropped.
    pub(crate) places: PlacesOfFiles,
    /// Companies to make beside those of the database.
    pub(crate) companies: Vec<CompanyId>,
    /// Whether to seed the demo.
    pub(crate) demo: bool,
}

/// What a process serves, and to whom.
pub(crate) struct Served {
    /// Whose services.
    pub(crate) areas: Areas,
    /// Whose tokens they take.
    pub(crate) auth: AuthArgs,
}

/// Nothing further to say: what there was to say was said when it was ready.
#[derive(Debug, Serialize)]
pub(crate) struct Ended {}

impl Outcome for Ended {
    fn write_text(&self, _out: &mut dyn std::io::Write) -> std::io::Result<()> {
        Ok(())
    }

    fn is_silent(&self) -> bool {
        true
    }
}

/// Runs until Ctrl-C or SIGTERM, then ends in order: no process is left behind.
///
/// # Errors
/// `ADDRESS_IN_USE`, `ALREADY_UP`, and the codes of the settings, of the database and of whatever ends by itself.
pub(crate) async fn run(asked: Asked, session: &Session) -> Result<Ended, Failure> {
    let began = Instant::now();
    let end = EndRequests::listen();
    let server = asked.front.server()?;
    open_files::raise_limit(server.limits.connections_max);
    let mut lock = match &session.place.place {
        Place::Folder(folder) => Some(UpLock::take(folder, &owner(asked.port.listen()))?),
        Place::Url(_) => None,
    };
    // Before PostgreSQL: a taken port is the commonest mistake and should be told at once.
    let (listener, address) = asked.port.bind().await?;
    let source = match &asked.services {
        Some(Served { auth, .. }) => {
            let source = auth.token_source(&session.place.place)?;
            check_reach(address, &source, auth.expose_local_issuer)?;
            warn_of_plain_http(&server, address);
            Some(source)
        }
        None => None,
    };
    if let Some(lock) = &mut lock {
        lock.rewrite(&owner(&address.to_string()));
    }
    let ready = (asked.role, door(&server, address, asked.services.is_some()));
    let wanted = Wanted {
        demo: asked.demo,
        companies: asked.companies,
        areas: asked.services.map_or(Areas::All, |services| services.areas),
        duties: asked.duties,
        places: asked.places,
        server,
        drain_wait: asked.front.drain_wait(),
        metrics_readers: asked.port.metrics_readers(),
    };
    let mut database = tokio::select! {
        opened = Database::open_chosen(&session.place, Need::Serving, session.screen) => opened?,
        () = end.first() => return Ok(Ended {}),
    };
    let started = tokio::select! {
        started = start(session, &database, listener, wanted, source) => Some(started),
        () = end.first() => None,
    };
    let served = match started {
        Some(Ok(process)) => {
            let (role, door) = ready;
            let ready = Ready::at(role, door, began).with_database(session, &database, &process);
            if let Err(error) = session.screen.show(&ready) {
                tracing::debug!(%error, "nobody reads standard output");
            }
            process.until_asked_to_end(session, &mut database, &end).await
        }
        Some(Err(failure)) => Err(failure),
        None => Ok(()),
    };
    let closed = database.close(session.screen).await;
    drop(lock);
    served?;
    closed?;
    Ok(Ended {})
}

fn door(server: &Server, address: SocketAddr, has_services: bool) -> Door {
    Door {
        address,
        speaks_tls: server.tls.is_some(),
        has_services,
    }
}

async fn start(
    session: &Session,
    database: &Database,
    listener: TcpListener,
    wanted: Wanted,
    source: Option<TokenSource>,
) -> Result<Process, Failure> {
    let sign_in = match source {
        Some(source) => Some(SignIn::open(source).await?),
        None => None,
    };
    Process::start(session, database, listener, wanted, sign_in).await
}

/// Refuses a role on a data folder: its private PostgreSQL belongs to one process, and roles are several.
///
/// # Errors
/// `ROLE_NEEDS_DATABASE_URL`.
pub(crate) fn must_share_a_database(session: &Session, role: &str) -> Result<(), Failure> {
    match &session.place.place {
        Place::Url(_) => Ok(()),
        Place::Folder(folder) => Err(Failure::new(
            Exit::Usage,
            "ROLE_NEEDS_DATABASE_URL",
            format!(
                "posars {role} is one process of several on the same database, and the private PostgreSQL in {} belongs \
                 to one process",
                folder.display()
            ),
        )
        .next("name a PostgreSQL with --database-url URL, or run `posars up`, which has every role in one process")),
    }
}

fn owner(listen: &str) -> Owner {
    Owner {
        pid: std::process::id(),
        listen: listen.to_owned(),
    }
}

/// The folder that a further command needs to be told of; none when it would find it by itself.
fn folder_to_name(session: &Session) -> Option<&Path> {
    match (&session.place.place, session.place.origin) {
        (Place::Folder(folder), crate::settings::Origin::Flag) => Some(folder),
        (Place::Folder(_) | Place::Url(_), _) => None,
    }
}
