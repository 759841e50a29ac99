//! `posars users list`: everybody.

use std::io::{self, Write};

use clap::Args;
use posars_identity::Users;
use serde::Serialize;

use super::UserLine;
use crate::database::Need;
use crate::failure::Failure;
use crate::screen::{Outcome, table};
use crate::session::{RunArgs, Session};

/// The most users shown; a house with more keeps them with an issuer of its own.
const USERS_MAX: u32 = 1_000;

/// Options of `posars users list`.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
}

/// Everybody.
#[derive(Debug, Serialize)]
pub(super) struct Everybody {
    users: Vec<UserLine>,
    /// Whether there are more than are shown.
    more: bool,
}

/// Reads them.
pub(super) async fn run(session: &Session) -> Result<Everybody, Failure> {
    session
        .with_database(Need::Existing, async |database| {
            let shown = usize::try_from(USERS_MAX).unwrap_or(usize::MAX);
            let found = Users::of(database.url())?.list(USERS_MAX + 1).await?;
            Ok(Everybody {
                more: found.len() > shown,
                users: found.into_iter().take(shown).map(UserLine::from).collect(),
            })
        })
        .await
}

impl Outcome for Everybody {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.users.is_empty() {
            writeln!(out, "There are no users.")?;
            return writeln!(out, "Next: add one with `posars users add ana --role cashier`");
        }
        let rows = self.users.iter().map(|user| {
            [
                user.subject.clone(),
                user.name.clone(),
                user.grants.join("\n"),
                user.created_at.to_string(),
            ]
        });
        writeln!(out, "{}", table(["subject", "name", "may", "since"], rows))?;
        if self.more {
            writeln!(out, "There are more; these are the first {USERS_MAX} by subject.")?;
        }
        Ok(())
    }
}
