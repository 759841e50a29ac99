//! The people that the local issuer signs for, and what they may do.

mod error;

use std::fmt;
use std::time::Duration;

use deadpool_postgres::{Object, Pool, PoolError, Runtime};
use jiff::Timestamp;
use posars_database_address::Address;
use posars_domain::{CompanyId, is_invisible, is_tax_id, turns_direction};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::Membership;
pub use error::UsersError;

/// Longest subject, in characters.
const SUBJECT_CHARS_MAX: usize = 64;
/// Longest display name, in characters.
const NAME_CHARS_MAX: usize = 120;
/// The most grants of a user: as many of usual length fit into a token of 8 KiB.
const GRANTS_MAX: i64 = 100;
/// Users are looked after by hand; two connections serve that.
const CONNECTIONS_MAX: usize = 2;
/// How long a statement or a new connection may take.
const DEADLINE: Duration = Duration::from_secs(10);

/// A person or program that may ask for tokens.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// What tokens call them: 1 to 64 visible characters.
    pub subject: String,
    /// What people call them: 1 to 120 characters.
    pub display_name: String,
    /// When they were added.
    pub created_at: Timestamp,
    /// What they may do where, sorted.
    pub memberships: Vec<Membership>,
}

impl fmt::Debug for User {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("User")
            .field("subject", &"***")
            .field("display_name", &"***")
            .field("created_at", &self.created_at)
            .field("memberships", &self.memberships)
            .finish()
    }
}

/// Whether a text can be the subject of a local user.
pub(crate) fn is_subject(text: &str) -> bool {
    let visible =
        |character: char| !character.is_whitespace() && !character.is_control() && !is_invisible(character);
    !text.is_empty() && text.chars().nth(SUBJECT_CHARS_MAX).is_none() && text.chars().all(visible)
}

/// Whether a trimmed text can be what people call a user.
fn is_display_name(name: &str) -> bool {
    !name.chars().all(is_invisible)
        && name.chars().nth(NAME_CHARS_MAX).is_none()
        && !name
            .chars()
            .any(|character| character.is_control() || turns_direction(character))
}

/// Users and grants in a migrated database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Users {
    pool: Pool,
}

impl Users {
    /// Users of the database behind a pool.
    #[must_use]
    pub fn new(pool: Pool) -> Self {
        Self { pool }
    }

    /// Users of the database of a connection string; connects at the first call.
    ///
    /// # Errors
    /// [`UsersError::InvalidUrl`].
    pub fn of(url: &str) -> Result<Self, UsersError> {
        let address = Address::parse(url).map_err(|error| UsersError::InvalidUrl(error.to_string()))?;
        let address = address.named("posars users").within(DEADLINE);
        let pool = address
            .pool()
            .max_size(CONNECTIONS_MAX)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(DEADLINE))
            .create_timeout(Some(address.connect_max()))
            .build()
            .map_err(|error| UsersError::InvalidUrl(error.to_string()))?;
        Ok(Self { pool })
    }

    /// The first `users_max` users, by subject.
    ///
    /// # Errors
    /// [`UsersError::Unavailable`], [`UsersError::Refused`].
    pub async fn list(&self, users_max: u32) -> Result<Vec<User>, UsersError> {
        let rows = self
            .query(include_str!("../sql/list_users.sql"), &[&i64::from(users_max)])
            .await?;
        gather(&rows)
    }

    /// The user of a subject.
    ///
    /// # Errors
    /// As [`Users::list`].
    pub async fn find(&self, subject: &str) -> Result<Option<User>, UsersError> {
        let rows = self
            .query(include_str!("../sql/find_user.sql"), &[&subject])
            .await?;
        Ok(gather(&rows)?.pop())
    }

    /// The first `users_max` users behind a subject who were granted something in a company, by subject, each with the
    /// grants of that company alone.
    ///
    /// # Errors
    /// As [`Users::list`].
    pub async fn members(
        &self,
        company: &CompanyId,
        after: &str,
        users_max: u32,
    ) -> Result<Vec<User>, UsersError> {
        let rows = self
            .query(
                include_str!("../sql/list_members.sql"),
                &[&company.as_str(), &after, &i64::from(users_max)],
            )
            .await?;
        gather(&rows)
    }

    /// The user of a subject, when they were granted something in a company; with the grants of that company alone.
    ///
    /// # Errors
    /// As [`Users::list`].
    pub async fn member(&self, company: &CompanyId, subject: &str) -> Result<Option<User>, UsersError> {
        // A name that a caller made up may hold what no text of the database can.
        if !is_subject(subject) {
            return Ok(None);
        }
        let rows = self
            .query(
                include_str!("../sql/find_member.sql"),
                &[&company.as_str(), &subject],
            )
            .await?;
        Ok(gather(&rows)?.pop())
    }

    /// Adds a user without grants.
    ///
    /// # Errors
    /// [`UsersError::Subject`], [`UsersError::SubjectIsTaxId`], [`UsersError::DisplayName`], [`UsersError::Exists`], and those of [`Users::list`].
    pub async fn add(&self, subject: &str, display_name: &str) -> Result<(), UsersError> {
        let name = display_name.trim();
        if !is_subject(subject) {
            return Err(UsersError::Subject);
        }
        // Every event that this user causes will name the subject, for ever.
        if is_tax_id(subject) {
            return Err(UsersError::SubjectIsTaxId);
        }
        if !is_display_name(name) {
            return Err(UsersError::DisplayName);
        }
        let made = self
            .query(include_str!("../sql/add_user.sql"), &[&subject, &name])
            .await?;
        if made.is_empty() {
            Err(UsersError::Exists)
        } else {
            Ok(())
        }
    }

    /// Lets a user do something; false when they could already. Tokens have it from their next issue on.
    ///
    /// # Errors
    /// [`UsersError::Unknown`], [`UsersError::TooManyGrants`], and those of [`Users::list`].
    pub async fn grant(&self, subject: &str, membership: &Membership) -> Result<bool, UsersError> {
        let store = membership.store.as_ref().map(posars_domain::StoreId::as_str);
        let rows = self
            .query(
                include_str!("../sql/add_grant.sql"),
                &[
                    &subject,
                    &membership.company.as_str(),
                    &membership.role.as_str(),
                    &store,
                    &GRANTS_MAX,
                ],
            )
            .await?;
        let answer = rows.first().ok_or(UsersError::Unknown)?;
        let (is_known, was_there, is_made) = (read(answer, 0)?, read(answer, 1)?, read(answer, 2)?);
        match (is_known, was_there, is_made) {
            (false, _, _) => Err(UsersError::Unknown),
            (true, true, _) => Ok(false),
            (true, false, true) => Ok(true),
            (true, false, false) => Err(UsersError::TooManyGrants(GRANTS_MAX)),
        }
    }

    /// Takes a grant back; false when there was none like it. Tokens that carry it stay good until they end.
    ///
    /// # Errors
    /// [`UsersError::Unknown`], and those of [`Users::list`].
    pub async fn revoke(&self, subject: &str, membership: &Membership) -> Result<bool, UsersError> {
        let store = membership.store.as_ref().map(posars_domain::StoreId::as_str);
        let rows = self
            .query(
                include_str!("../sql/remove_grant.sql"),
                &[
                    &subject,
                    &membership.company.as_str(),
                    &membership.role.as_str(),
                    &store,
                ],
            )
            .await?;
        let answer = rows.first().ok_or(UsersError::Unknown)?;
        if !read::<bool>(answer, 0)? {
            return Err(UsersError::Unknown);
        }
        read(answer, 1)
    }

    /// Removes a user with every grant. Tokens of theirs stay good until they end.
    ///
    /// # Errors
    /// [`UsersError::Unknown`], and those of [`Users::list`].
    pub async fn remove(&self, subject: &str) -> Result<(), UsersError> {
        let removed = self
            .query(include_str!("../sql/remove_user.sql"), &[&subject])
            .await?;
        if removed.is_empty() {
            Err(UsersError::Unknown)
        } else {
            Ok(())
        }
    }

    async fn query(&self, statement: &str, binds: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, UsersError> {
        let client = self.pool.get().await.map_err(|error| match error {
            PoolError::Backend(error) => of_driver(&error),
            PoolError::Timeout(_)
            | PoolError::Closed
            | PoolError::NoRuntimeSpecified
            | PoolError::PostCreateHook(_) => UsersError::Unavailable(error.to_string()),
        })?;
        match tokio::time::timeout(DEADLINE, client.query(statement, binds)).await {
            Ok(answer) => answer.map_err(|error| of_driver(&error)),
            Err(_) => {
                // A connection with an answer still under way must not go back to the pool.
                drop(Object::take(client));
                let waited_s = DEADLINE.as_secs();
                Err(UsersError::Unavailable(format!("no answer in {waited_s} s")))
            }
        }
    }
}

/// Rows of one user stand together; a user without grants is one row without company.
fn gather(rows: &[Row]) -> Result<Vec<User>, UsersError> {
    let mut users: Vec<User> = Vec::new();
    for row in rows {
        let subject: String = read(row, 0)?;
        if users.last().is_none_or(|last| last.subject != subject) {
            users.push(User {
                subject,
                display_name: read(row, 1)?,
                created_at: read(row, 2)?,
                memberships: Vec::new(),
            });
        }
        if let (Some(membership), Some(user)) = (membership(row)?, users.last_mut()) {
            user.memberships.push(membership);
        }
    }
    for user in &mut users {
        user.memberships.sort();
    }
    Ok(users)
}

fn membership(row: &Row) -> Result<Option<Membership>, UsersError> {
    let Some(company) = read::<Option<String>>(row, 3)? else {
        return Ok(None);
    };
    let broken = || UsersError::Refused("a grant that is there cannot be read".to_owned());
    let role: String = read(row, 4)?;
    let store: Option<String> = read(row, 5)?;
    Ok(Some(Membership {
        company: company.parse().map_err(|_| broken())?,
        role: role.parse().map_err(|_| broken())?,
        store: store
            .map(|store| store.parse())
            .transpose()
            .map_err(|_| broken())?,
    }))
}

fn read<'a, T: tokio_postgres::types::FromSql<'a>>(row: &'a Row, column: usize) -> Result<T, UsersError> {
    row.try_get(column)
        .map_err(|error| UsersError::Refused(error.to_string()))
}

/// The server's message without its detail, which quotes rows.
fn of_driver(error: &tokio_postgres::Error) -> UsersError {
    match error.as_db_error() {
        Some(refusal) if !is_passing(refusal.code().code()) => {
            UsersError::Refused(refusal.message().to_owned())
        }
        Some(refusal) => UsersError::Unavailable(refusal.message().to_owned()),
        None => {
            let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
            UsersError::Unavailable(format!("{error}{}", cause.unwrap_or_default()))
        }
    }
}

/// Connection trouble, a server that comes or goes, lost races, and a server that lacks room, memory or connections, or
/// whose disk does not work.
fn is_passing(code: &str) -> bool {
    let classes = ["08", "40", "53", "57P0"];
    classes.iter().any(|class| code.starts_with(class))
        || matches!(code, "25006" | "55P03" | "57014" | "58030")
}
