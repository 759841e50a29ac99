//! Databases of a private server: made, dropped, named safely.

use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, NoTls};

use crate::{DatabaseError, Server};

/// The database that every cluster has; used only to make others.
const MAINTENANCE: &str = "postgres";

impl Server {
    /// Makes database `name`, as a copy of `template` when one is named (nobody may be connected to it then).
    ///
    /// # Errors
    /// [`DatabaseError::Refused`] also when it exists already.
    pub async fn create_database(&self, name: &str, template: Option<&str>) -> Result<(), DatabaseError> {
        let client = self.maintenance().await?;
        create(&client, name, template)
            .await
            .map_err(|error| refused("making", name, &error))
    }

    /// Makes database `name` unless it is there; says whether it was made.
    ///
    /// # Errors
    /// Both variants of [`DatabaseError`].
    pub async fn ensure_database(&self, name: &str) -> Result<bool, DatabaseError> {
        let client = self.maintenance().await?;
        // Trying it is the only question without a race between two processes.
        match create(&client, name, None).await {
            Ok(()) => Ok(true),
            Err(error) => match error.code() {
                Some(&SqlState::DUPLICATE_DATABASE | &SqlState::UNIQUE_VIOLATION) => Ok(false),
                Some(_) | None => Err(refused("making", name, &error)),
            },
        }
    }

    /// Drops database `name` and ends the sessions in it; no error when there is none.
    ///
    /// # Errors
    /// Both variants of [`DatabaseError`].
    pub async fn drop_database(&self, name: &str) -> Result<(), DatabaseError> {
        let client = self.maintenance().await?;
        let statement = format!("drop database if exists {} with (force)", quoted(name));
        client
            .batch_execute(&statement)
            .await
            .map_err(|error| refused("dropping", name, &error))
    }

    async fn maintenance(&self) -> Result<Client, DatabaseError> {
        let unreachable = |error: tokio_postgres::Error| DatabaseError::Unreachable {
            socket: self.socket_folder().to_owned(),
            cause: words(&error),
        };
        let (client, connection) = tokio_postgres::connect(&self.url(MAINTENANCE), NoTls)
            .await
            .map_err(unreachable)?;
        // A broken connection shows up as the error of the statement that runs on it.
        tokio::spawn(async move { drop(connection.await) });
        Ok(client)
    }
}

async fn create(client: &Client, name: &str, template: Option<&str>) -> Result<(), tokio_postgres::Error> {
    // DDL takes no binds; the names are quoted as identifiers.
    let from = template
        .map(|template| format!(" template {}", quoted(template)))
        .unwrap_or_default();
    client
        .batch_execute(&format!("create database {}{from}", quoted(name)))
        .await
}

fn refused(doing: &'static str, name: &str, error: &tokio_postgres::Error) -> DatabaseError {
    DatabaseError::Refused {
        doing,
        name: name.to_owned(),
        cause: words(error),
    }
}

fn words(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), std::error::Error::source(error)) {
        (Some(db), _) => format!("{} ({})", db.message(), db.code().code()),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
