//! `posars token`: a bearer token of this machine's own issuer.

mod lifetime;

use std::io::{self, Write};
use std::time::Duration;

use clap::{ArgMatches, Args};
use jiff::Timestamp;
use posars_identity::{Grantee, LocalIssuer, Membership, Role};
use serde::Serialize;

use super::users::{Scope, unknown_user};
use crate::database::Need;
use crate::failure::{Exit, Failure};
use crate::screen::Outcome;
use crate::session::{RunArgs, Session};
use crate::settings::IdentityArgs;
pub(crate) use lifetime::duration;

/// The subject of tokens that the owner of the key makes for themselves.
const OPERATOR: &str = "operator";

/// Options of `posars token`.
///
/// With a role, the token carries that role and nothing else, and no database is asked: whoever can read the key may
/// make any token. Events that it leads to say so (role_by_hand). With a subject alone, it carries what that user was
/// granted.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  posars token --role owner\n  \
                  curl -H \"authorization: Bearer $(posars token --role cashier --store centro)\" …\n  \
                  posars token --subject ana --lifetime 8h")]
pub(crate) struct TokenArgs {
    #[command(flatten)]
    pub(crate) run: RunArgs,
    #[command(flatten)]
    identity: IdentityArgs,
    /// Role of the token: owner, manager, cashier, stock, finance, hr, auditor or operator
    #[arg(long, value_name = "ROLE", required_unless_present = "subject")]
    role: Option<Role>,
    #[command(flatten)]
    scope: Scope,
    /// Who the token speaks for; without --role a user of `posars users`, with what they were granted [default:
    /// operator]
    #[arg(long, value_name = "NAME")]
    subject: Option<String>,
    /// How long it is good: a number with s, m, h or d, at most 30d
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = lifetime::parse)]
    lifetime: Duration,
}

/// A token, and until when it is good. Not `Debug`: a token must not get into a log.
#[derive(Serialize)]
pub(crate) struct Issued {
    token: String,
    subject: String,
    grants: Vec<String>,
    expires_at: Timestamp,
    #[serde(skip)]
    is_written: bool,
}

/// Signs a token and prints it, alone: `$(posars token …)` is how it is used, so JSON must be asked for.
pub(crate) async fn run(session: &Session, args: TokenArgs, matches: &ArgMatches) -> Result<Issued, Failure> {
    let folder = args.identity.folder(&session.place.place)?;
    let issuer = LocalIssuer::read(&folder)?;
    let now = Timestamp::now();
    let subject = args.subject.clone().unwrap_or_else(|| OPERATOR.to_owned());
    let (token, memberships) = match args.role {
        Some(role) => {
            let given = args.scope.membership(role);
            let token = issuer.issue_by_hand(&subject, given.clone(), args.lifetime, now)?;
            (token, vec![given])
        }
        None => {
            let grantee = grantee(session, &args, subject.clone(), matches).await?;
            let token = issuer.issue_at(&grantee, args.lifetime, now)?;
            (token, grantee.memberships)
        }
    };
    let is_written = !args.run.output.json;
    if is_written {
        write_alone(&token)?;
    }
    Ok(Issued {
        token,
        grants: memberships.iter().map(ToString::to_string).collect(),
        subject,
        expires_at: now.saturating_add(args.lifetime).unwrap_or(now),
        is_written,
    })
}

async fn grantee(
    session: &Session,
    args: &TokenArgs,
    subject: String,
    matches: &ArgMatches,
) -> Result<Grantee, Failure> {
    if args.scope.is_given(matches) {
        return Err(Failure::new(
            Exit::Usage,
            "USAGE",
            "--company and --store narrow a role, and none was given",
        )
        .next("add --role ROLE, or leave them out to have everything that the user was granted"));
    }
    let memberships = granted(session, &subject).await?;
    Ok(Grantee { subject, memberships })
}

async fn granted(session: &Session, subject: &str) -> Result<Vec<Membership>, Failure> {
    let user = session
        .with_database(Need::Existing, async |database| {
            Ok(posars_identity::Users::of(database.url())?.find(subject).await?)
        })
        .await?
        .ok_or_else(|| unknown_user(subject))?;
    if user.memberships.is_empty() {
        return Err(Failure::new(
            Exit::Failure,
            "USER_WITHOUT_GRANTS",
            format!("{subject} was granted nothing, so a token would open nothing"),
        )
        .next(format!(
            "grant something first: `posars users grant {subject} --role cashier`"
        )));
    }
    Ok(user.memberships)
}

fn write_alone(token: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{token}").and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        // The reader went away: nobody is left to be told.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Failure::new(
            Exit::Failure,
            "OUTPUT_FAILED",
            format!("the token could not be written: {error}"),
        )),
    }
}

impl Outcome for Issued {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", self.token)
    }

    fn is_silent(&self) -> bool {
        self.is_written
    }
}
