//! `posars users add`: somebody new.

use clap::{ArgMatches, Args};
use posars_identity::{Role, Users};

use super::{Changed, Scope, about, line};
use crate::database::Need;
use crate::failure::{Exit, Failure};
use crate::session::{RunArgs, Session};

/// Options of `posars users add`.
#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    /// What tokens and the log call them: 1 to 64 characters without white space; it stays in the log for ever
    subject: String,
    /// What people call them [default: the subject]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// A first role: owner, manager, cashier, stock, finance, hr, auditor or operator
    #[arg(long, value_name = "ROLE")]
    role: Option<Role>,
    #[command(flatten)]
    scope: Scope,
}

/// Adds them.
pub(super) async fn run(session: &Session, args: &AddArgs, matches: &ArgMatches) -> Result<Changed, Failure> {
    let subject = args.subject.as_str();
    let membership = match args.role {
        Some(role) => Some(args.scope.membership(role)),
        None if args.scope.is_given(matches) => {
            let text = "--company and --store narrow a role, and none was given";
            return Err(Failure::new(Exit::Usage, "USAGE", text).next("add --role ROLE, or leave them out"));
        }
        None => None,
    };
    session
        .with_database(Need::Existing, async |database| {
            if membership.is_some() {
                args.scope.must_exist(database).await?;
            }
            let users = Users::of(database.url())?;
            let name = args.name.as_deref().unwrap_or(subject);
            users.add(subject, name).await.map_err(about(subject))?;
            if let Some(membership) = &membership {
                users.grant(subject, membership).await.map_err(about(subject))?;
            }
            let next = match membership {
                Some(_) => format!("`posars token --subject {subject}` makes a token"),
                None => format!("`posars users grant {subject} --role cashier` lets them do something"),
            };
            Ok(Changed {
                changed: true,
                user: line(&users, subject).await?,
                message: format!("{subject} was added."),
                next: Some(next),
            })
        })
        .await
}
