//! The database a migration talks to: its name for messages (never the password) and one connection.

use posars_database_address::Address;
use tokio_postgres::Client;

use crate::SchemaError;

/// Connects to the database of `url` and gives the client with the words that name the place.
pub(crate) async fn connect(url: &str) -> Result<(Client, String), SchemaError> {
    let address = Address::parse(url)
        .map_err(SchemaError::InvalidUrl)?
        .named("posars-migrate");
    let place = address.place();
    let (client, connection) = address
        .connect()
        .await
        .map_err(|source| SchemaError::Unreachable {
            place: place.clone(),
            source,
        })?;
    // A broken connection shows up as an error of the running statement, so its own end is of no interest.
    tokio::spawn(async move { drop(connection.await) });
    Ok((client, place))
}
