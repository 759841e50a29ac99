//! `posars up`: everything in one process, on a private PostgreSQL unless told otherwise.

mod front;
mod ready;
mod serving;
mod sign_in;
mod watch;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;

use clap::Args;
use posars_domain::CompanyId;
use serde::Serialize;
use tokio::net::TcpListener;

use crate::database::{Database, Need};
use crate::failure::{Exit, Failure};
use crate::folder_lock::{Owner, UpLock};
use crate::open_files;
use crate::screen::Outcome;
use crate::session::{RunArgs, Session};
use crate::settings::{AuthArgs, LISTEN_DEFAULT, Place, TokenSource};
use crate::signals::EndRequests;
use front::{FrontArgs, warn_of_plain_http};
use ready::Ready;
use serving::{Asked, Serving};
use sign_in::{SignIn, check_reach};

/// Options of `posars up`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  posars up\n  posars up --demo --listen 127.0.0.1:9090 --data /srv/posars"
)]
pub(crate) struct UpArgs {
    #[command(flatten)]
    pub(crate) run: RunArgs,
    /// Address for gRPC and plain HTTP; port 0 takes any free one
    #[arg(long, value_name = "ADDR", env = "POSARS_LISTEN", default_value = LISTEN_DEFAULT)]
    listen: String,
    /// Seed a believable shop: two stores, forty products, six weeks of sales
    #[arg(long)]
    demo: bool,
    /// Serve this company as well, made when it is new; those of the database are served anyway
    #[arg(long = "company", value_name = "ID", value_parser = clap::value_parser!(CompanyId))]
    companies: Vec<CompanyId>,
    #[command(flatten)]
    auth: AuthArgs,
    #[command(flatten)]
    front: FrontArgs,
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
pub(crate) async fn run(args: UpArgs, session: &Session) -> Result<Ended, Failure> {
    let began = Instant::now();
    let asked = EndRequests::listen();
    let server = args.front.server()?;
    open_files::raise_limit(server.limits.connections_max);
    let mut lock = match &session.place.place {
        Place::Folder(folder) => Some(UpLock::take(folder, &owner(&args.listen))?),
        Place::Url(_) => None,
    };
    // Before PostgreSQL: a taken port is the commonest mistake and should be told at once.
    let (listener, address) = listen(&args.listen).await?;
    let source = args.auth.token_source(&session.place.place)?;
    check_reach(address, &source, args.auth.expose_local_issuer)?;
    warn_of_plain_http(&server, address);
    if let Some(lock) = &mut lock {
        lock.rewrite(&owner(&address.to_string()));
    }
    let wanted = Asked {
        demo: args.demo,
        companies: args.companies,
        server,
        drain_wait: args.front.drain_wait(),
        metrics_readers: args.front.metrics_readers(),
    };
    let mut database = tokio::select! {
        opened = Database::open_chosen(&session.place, Need::Serving, session.screen) => opened?,
        () = asked.first() => return Ok(Ended {}),
    };
    let started = tokio::select! {
        started = start(session, &database, listener, wanted, source) => Some(started),
        () = asked.first() => None,
    };
    let served = match started {
        Some(Ok(serving)) => {
            let ready = Ready::of(session, &database, address, &serving, began);
            if let Err(error) = session.screen.show(&ready) {
                tracing::debug!(%error, "nobody reads standard output");
            }
            serving.until_asked_to_end(session, &mut database, &asked).await
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

async fn start(
    session: &Session,
    database: &Database,
    listener: TcpListener,
    asked: Asked,
    source: TokenSource,
) -> Result<Serving, Failure> {
    let sign_in = SignIn::open(source).await?;
    Serving::start(session, database, listener, asked, sign_in).await
}

async fn listen(text: &str) -> Result<(TcpListener, SocketAddr), Failure> {
    let bound = async {
        let listener = TcpListener::bind(text).await?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    bound.await.map_err(|error: std::io::Error| {
        let taken = error.kind() == std::io::ErrorKind::AddrInUse;
        let (exit, code) = if taken {
            (Exit::Conflict, "ADDRESS_IN_USE")
        } else {
            (Exit::Failure, "ADDRESS_UNUSABLE")
        };
        Failure::new(exit, code, format!("{text} cannot be listened on: {error}"))
            .next("end the program that uses it (see `ss -ltnp`), or choose another with --listen ADDR, such as 127.0.0.1:0")
    })
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
