//! `posars serve`: the services of one role, in a process of several on the same database.

use clap::Args;
use posars_domain::CompanyId;

use crate::failure::Failure;
use crate::file_work::PlacesOfFiles;
use crate::roles::{Duties, ServeRole};
use crate::serving::{self, Asked, Ended, Forwarding, FrontArgs, PortArgs, Served, UpstreamArgs};
use crate::session::{RunArgs, Session};
use crate::settings::AuthArgs;

/// Options of `posars serve`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  posars serve sales --database-url postgres://posars@db.example/posars --listen 127.0.0.1:8081\n  \
                  posars serve gateway --listen 127.0.0.1:8080 --upstreams sales=http://127.0.0.1:8081,finance=http://\
                  127.0.0.1:8082,inventory=http://127.0.0.1:8083,hr=http://127.0.0.1:8084,reporting=http://127.0.0.1:8085"
)]
pub(crate) struct ServeArgs {
    /// What to serve
    role: ServeRole,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    port: PortArgs,
    /// Serve this company as well, made when it is new; those of the database are served anyway
    #[arg(long = "company", value_name = "ID", value_parser = clap::value_parser!(CompanyId))]
    companies: Vec<CompanyId>,
    #[command(flatten)]
    auth: AuthArgs,
    #[command(flatten)]
    upstreams: UpstreamArgs,
    #[command(flatten)]
    front: FrontArgs,
    #[command(flatten)]
    places: PlacesOfFiles,
}

/// Serves until Ctrl-C or SIGTERM, then ends in order.
///
/// # Errors
/// `ROLE_NEEDS_DATABASE_URL` on a data folder, `UPSTREAMS_MISSING` for a gateway, and those of [`serving::run`].
pub(crate) async fn run(args: ServeArgs, session: &Session) -> Result<Ended, Failure> {
    let role = args.role.word();
    let Some(areas) = args.role.areas() else {
        let forwarding = Forwarding {
            role,
            port: args.port,
            front: args.front,
            upstreams: args.upstreams,
        };
        return serving::forward(forwarding, session).await;
    };
    serving::must_share_a_database(session, role)?;
    let asked = Asked {
        role,
        port: args.port,
        front: args.front,
        services: Some(Served {
            areas,
            auth: args.auth,
        }),
        duties: Duties::none(),
        places: args.places,
        companies: args.companies,
        demo: false,
    };
    serving::run(asked, session).await
}
