//! `posars files link`: a link with which anybody can read a file until it expires.

use std::io::{self, Write};
use std::time::Duration;

use clap::Args;
use posars_files::LinkLifetime;
use serde::Serialize;

use super::{Where, file_name};
use crate::cli::token::duration;
use crate::failure::{Exit, Failure};
use crate::file_store::Files;
use crate::screen::Outcome;
use crate::session::Session;
use crate::settings::LISTEN_DEFAULT;

/// Options of `posars files link`.
#[derive(Debug, Args)]
pub(crate) struct LinkArgs {
    #[command(flatten)]
    pub(super) place: Where,
    /// The file, as `posars files list` names it
    #[arg(value_name = "FILE")]
    name: String,
    /// How long it is good, at most 7 days
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = duration)]
    lifetime: Duration,
    /// The address of the server that shows the file, for files in a folder
    #[arg(long, value_name = "URL", env = "POSARS_FILES_URL", hide_env_values = true)]
    server: Option<String>,
}

/// A link.
#[derive(Debug, Serialize)]
pub(super) struct Linked {
    file: String,
    url: String,
    expires_in_s: u64,
}

/// Makes a link to a file that is there.
pub(super) async fn run(session: &Session, args: &LinkArgs) -> Result<Linked, Failure> {
    let name = file_name(&args.name)?;
    let files = Files::open(&args.place.files, &session.place.place).await?;
    let store = files.store();
    if store.stat(&name).await?.is_none() {
        return Err(
            Failure::new(Exit::Failure, "FILE_MISSING", format!("there is no file {name}"))
                .next("`posars files list` shows those there are"),
        );
    }
    let lifetime = LinkLifetime::clamped(args.lifetime);
    let link = store.link(&name, lifetime).await?;
    let expires_in_s = link.lifetime.get().as_secs();
    if link.lifetime != lifetime {
        session.screen.say(&format!(
            "the link ends with the credentials of this program, in {expires_in_s} s; a key of its own makes longer ones"
        ));
    }
    let url = match files {
        Files::S3(_) => link.url,
        Files::Folder(_) => {
            let usual = format!("http://{LISTEN_DEFAULT}");
            let server = args.server.as_deref().unwrap_or(&usual);
            format!("{}{}", server.trim_end_matches('/'), link.url)
        }
    };
    Ok(Linked {
        file: name.to_string(),
        url,
        expires_in_s,
    })
}

impl Outcome for Linked {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.url)
    }
}
