//! `posars work`: the workers of one role, in a process of several on the same database.

use clap::Args;

use crate::failure::Failure;
use crate::file_work::PlacesOfFiles;
use crate::roles::{Duties, WorkRole};
use crate::serving::{self, Asked, Ended, FrontArgs, PortArgs};
use crate::session::{RunArgs, Session};

/// Options of `posars work`. Its port answers for health and metrics alone.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  posars work stock --database-url postgres://posars@db.example/posars --listen 127.0.0.1:0"
)]
pub(crate) struct WorkArgs {
    /// What to work at
    role: WorkRole,
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    port: PortArgs,
    #[command(flatten)]
    places: PlacesOfFiles,
}

/// Works until Ctrl-C or SIGTERM, then ends in order.
///
/// # Errors
/// `ROLE_NEEDS_DATABASE_URL` on a data folder, and those of [`serving::run`].
pub(crate) async fn run(args: WorkArgs, session: &Session) -> Result<Ended, Failure> {
    let role = args.role.word();
    serving::must_share_a_database(session, role)?;
    let asked = Asked {
        role,
        port: args.port,
        front: FrontArgs::default(),
        services: None,
        duties: Duties::of(args.role),
        places: args.places,
        companies: Vec::new(),
        demo: false,
    };
    serving::run(asked, session).await
}
