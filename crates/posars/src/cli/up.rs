//! `posars up`: everything in one process, on a private PostgreSQL unless told otherwise.

use clap::Args;
use posars_domain::CompanyId;
use posars_gateway::Areas;

use crate::failure::Failure;
use crate::file_work::PlacesOfFiles;
use crate::roles::Duties;
use crate::serving::{self, Asked, Ended, FrontArgs, PortArgs, Served};
use crate::session::{RunArgs, Session};
use crate::settings::AuthArgs;

/// Options of `posars up`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  posars up\n  posars up --demo --listen 127.0.0.1:9090 --data /srv/posars"
)]
pub(crate) struct UpArgs {
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    port: PortArgs,
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
    #[command(flatten)]
    places: PlacesOfFiles,
}

/// Runs until Ctrl-C or SIGTERM, then ends in order: no process is left behind.
///
/// # Errors
/// Those of [`serving::run`].
pub(crate) async fn run(args: UpArgs, session: &Session) -> Result<Ended, Failure> {
    let asked = Asked {
        role: serving::UP,
        port: args.port,
        front: args.front,
        services: Some(Served {
            areas: Areas::All,
            auth: args.auth,
        }),
        duties: Duties::all(),
        places: args.places,
        companies: args.companies,
        demo: args.demo,
    };
    serving::run(asked, session).await
}
