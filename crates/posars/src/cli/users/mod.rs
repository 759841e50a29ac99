//! `posars users`: who may ask for tokens of this machine's issuer, and what the tokens carry.

mod add;
mod change;
mod list;

use std::io::{self, Write};

use clap::{ArgMatches, Args, Subcommand};
use posars_domain::StoreId;
use posars_identity::{Membership, Role, User, Users, UsersError};
use serde::Serialize;

use crate::companies::CompanyArgs;
use crate::database::Database;
use crate::databases::{self, Databases};
use crate::failure::{Exit, Failure};
use crate::screen::Outcome;
use crate::session::Session;
use crate::settings::{Origin, origin_of};
use crate::telemetry::Voice;
use add::AddArgs;
use change::{GrantArgs, RemoveArgs};
use list::ListArgs;

/// Look after the people who get tokens from this machine.
#[derive(Debug, Subcommand)]
pub(crate) enum UsersCommand {
    /// Everybody, with what they were granted
    #[command(
        after_help = "Example:\n  posars users list\n  posars users list --json | jq -r '.users[].subject'"
    )]
    List(ListArgs),
    /// Add somebody, with a first role if one is given
    #[command(after_help = "Example:\n  posars users add ana --name \"Ana Souza\"\n  \
                      posars users add bia --role cashier --store centro")]
    Add(AddArgs),
    /// Let somebody do something; tokens carry it from their next issue on
    #[command(after_help = "Example:\n  posars users grant ana --role manager\n  \
                      posars users grant ana --role cashier --store centro")]
    Grant(GrantArgs),
    /// Take a grant back; tokens that carry it stay good until they end
    #[command(after_help = "Example:\n  posars users revoke ana --role manager\n  \
                      posars users revoke ana --role cashier --store centro")]
    Revoke(GrantArgs),
    /// Remove somebody with every grant; tokens of theirs stay good until they end
    #[command(after_help = "Example:\n  posars users remove ana")]
    Remove(RemoveArgs),
}

/// Where a role holds.
#[derive(Clone, Debug, Args)]
pub(crate) struct Scope {
    #[command(flatten)]
    company: CompanyArgs,
    /// The one store that the role is for [default: every store]
    #[arg(long, value_name = "ID", value_parser = clap::value_parser!(StoreId))]
    store: Option<StoreId>,
}

impl Scope {
    /// Whether any part of it was given on the command line; the environment speaks of every command alike.
    pub(crate) fn is_given(&self, matches: &ArgMatches) -> bool {
        origin_of(matches, "company") == Some(Origin::Flag) || self.store.is_some()
    }

    /// A role within it.
    pub(crate) fn membership(&self, role: Role) -> Membership {
        Membership {
            company: self.company.id.clone(),
            role,
            store: self.store.clone(),
        }
    }

    /// Refuses a company that is not in the database: a grant in it would open nothing.
    ///
    /// # Errors
    /// `COMPANY_UNKNOWN`, and the codes of the database.
    async fn must_exist(&self, database: &Database) -> Result<(), Failure> {
        databases::must_exist(&Databases::open(database).await?, &self.company.id).await
    }
}

/// Runs a command on users.
pub(crate) async fn run(command: UsersCommand, matches: &ArgMatches) -> Exit {
    match command {
        UsersCommand::List(args) => Session::run(args.run, matches, Voice::Command, list::run).await,
        UsersCommand::Add(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                add::run(session, &args, matches).await
            })
            .await
        }
        UsersCommand::Grant(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                change::grant(session, &args).await
            })
            .await
        }
        UsersCommand::Revoke(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                change::revoke(session, &args).await
            })
            .await
        }
        UsersCommand::Remove(args) => {
            let run = args.run.clone();
            Session::run(run, matches, Voice::Command, async |session| {
                change::remove(session, &args).await
            })
            .await
        }
    }
}

/// A user as the commands show one.
#[derive(Debug, Serialize)]
struct UserLine {
    subject: String,
    name: String,
    created_at: jiff::Timestamp,
    /// As tokens carry them: `company/role` or `company/role/store`.
    grants: Vec<String>,
}

impl From<User> for UserLine {
    fn from(user: User) -> Self {
        Self {
            grants: user.memberships.iter().map(ToString::to_string).collect(),
            subject: user.subject,
            name: user.display_name,
            created_at: user.created_at,
        }
    }
}

/// What a change came to.
#[derive(Debug, Serialize)]
struct Changed {
    /// Whether anything is different now.
    changed: bool,
    /// The user after the change; none when removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<UserLine>,
    /// One sentence on what was done.
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl Outcome for Changed {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.message)?;
        if let Some(user) = &self.user {
            let grants = user.grants.join(", ");
            let grants = if grants.is_empty() { "nothing" } else { &grants };
            writeln!(out, "{} may: {grants}", user.subject)?;
        }
        match &self.next {
            Some(next) => writeln!(out, "Next: {next}"),
            None => Ok(()),
        }
    }
}

/// Nobody of that subject, said with the name: whoever typed it knows it.
pub(crate) fn unknown_user(subject: &str) -> Failure {
    Failure::new(
        Exit::Failure,
        "USER_UNKNOWN",
        format!("there is no user {subject}"),
    )
    .next(format!(
        "see `posars users list`, or add one with `posars users add {subject}`"
    ))
}

/// As the general map, with the name of the one it is about.
fn about(subject: &str) -> impl Fn(UsersError) -> Failure {
    let subject = subject.to_owned();
    move |error| match error {
        UsersError::Unknown => unknown_user(&subject),
        UsersError::Exists => Failure::new(
            Exit::Conflict,
            "USER_EXISTS",
            format!("there is a user {subject} already"),
        )
        .next(format!(
            "choose another subject, or see what {subject} may with `posars users list`"
        )),
        other @ (UsersError::Subject
        | UsersError::SubjectIsTaxId
        | UsersError::DisplayName
        | UsersError::TooManyGrants(_)
        | UsersError::InvalidUrl(_)
        | UsersError::Unavailable(_)
        | UsersError::Refused(_)) => other.into(),
    }
}

/// The user after a change.
async fn line(users: &Users, subject: &str) -> Result<Option<UserLine>, Failure> {
    Ok(users.find(subject).await?.map(UserLine::from))
}
