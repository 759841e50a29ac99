//! The database a migration talks to: its name for messages (never the password) and one connection.

use std::time::Duration;

use tokio_postgres::config::Host;
use tokio_postgres::{Client, Config, NoTls};

use crate::SchemaError;

/// Long enough for a server that is still recovering, short enough that a wrong host is noticed.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// Connects to the database of `url` and gives the client with the words that name the place.
pub(crate) async fn connect(url: &str) -> Result<(Client, String), SchemaError> {
    let mut config: Config = url.parse().map_err(SchemaError::InvalidUrl)?;
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    config.application_name("posars-migrate");
    let place = describe(&config);
    let (client, connection) = config
        .connect(NoTls)
        .await
        .map_err(|source| SchemaError::Unreachable {
            place: place.clone(),
            source,
        })?;
    // A broken connection shows up as an error of the running statement, so its own end is of no interest.
    tokio::spawn(async move { drop(connection.await) });
    Ok((client, place))
}

fn describe(config: &Config) -> String {
    let hosts: Vec<String> = config
        .get_hosts()
        .iter()
        .map(|host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        })
        .collect();
    let user = config.get_user().unwrap_or("");
    let database = config.get_dbname().unwrap_or(user);
    format!("database {database:?} on {}", hosts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_names_host_and_database_but_never_the_password() {
        let config: Config = "host=db.example user=ana password=hunter2 dbname=shop"
            .parse()
            .unwrap();
        assert_eq!(describe(&config), "database \"shop\" on db.example");
    }
}
