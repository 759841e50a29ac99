//! `posars users grant`, `revoke` and `remove`.

use clap::Args;
use posars_identity::{Role, Users};

use super::{Changed, Scope, about, line};
use crate::database::Need;
use crate::failure::Failure;
use crate::session::{RunArgs, Session};

/// What to do about tokens that are out already.
const TOKENS_LIVE_ON: &str = "tokens issued before stay good until they end; to end them all at once, remove \
                              signing-key.pem in the identity folder and start `posars up` again";

/// Options of `posars users grant` and `posars users revoke`.
#[derive(Debug, Args)]
pub(crate) struct GrantArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    /// Whom
    subject: String,
    /// The role: owner, manager, cashier, stock, finance, hr, auditor or operator
    #[arg(long, value_name = "ROLE")]
    role: Role,
    #[command(flatten)]
    scope: Scope,
}

/// Options of `posars users remove`.
#[derive(Debug, Args)]
pub(crate) struct RemoveArgs {
    #[command(flatten)]
    pub(super) run: RunArgs,
    /// Whom
    subject: String,
}

/// Grants a role; one that is there already is no error.
pub(super) async fn grant(session: &Session, args: &GrantArgs) -> Result<Changed, Failure> {
    let subject = args.subject.as_str();
    let membership = args.scope.membership(args.role);
    session
        .with_database(Need::Existing, async |database| {
            args.scope.must_exist(database).await?;
            let users = Users::of(database.url())?;
            let changed = users.grant(subject, &membership).await.map_err(about(subject))?;
            let message = if changed {
                format!("{subject} was granted {membership}.")
            } else {
                format!("{subject} had {membership} already.")
            };
            Ok(Changed {
                changed,
                user: line(&users, subject).await?,
                message,
                next: Some(format!(
                    "`posars token --subject {subject}` makes a token that carries it"
                )),
            })
        })
        .await
}

/// Takes a role back, also of a company that is gone; one that is not there is no error.
pub(super) async fn revoke(session: &Session, args: &GrantArgs) -> Result<Changed, Failure> {
    let subject = args.subject.as_str();
    let membership = args.scope.membership(args.role);
    session
        .with_database(Need::Existing, async |database| {
            let users = Users::of(database.url())?;
            let changed = users.revoke(subject, &membership).await.map_err(about(subject))?;
            let message = if changed {
                format!("{membership} was taken back from {subject}.")
            } else {
                format!("{subject} did not have {membership}.")
            };
            Ok(Changed {
                changed,
                user: line(&users, subject).await?,
                message,
                next: changed.then(|| TOKENS_LIVE_ON.to_owned()),
            })
        })
        .await
}

/// Removes a user.
pub(super) async fn remove(session: &Session, args: &RemoveArgs) -> Result<Changed, Failure> {
    let subject = args.subject.as_str();
    session
        .with_database(Need::Existing, async |database| {
            let users = Users::of(database.url())?;
            users.remove(subject).await.map_err(about(subject))?;
            Ok(Changed {
                changed: true,
                user: None,
                message: format!("{subject} was removed, with every grant."),
                next: Some(TOKENS_LIVE_ON.to_owned()),
            })
        })
        .await
}
