//! A scratch database: on a private durable server of its own, or on a given one; gone at the end.

use anyhow::Context;
use posars_database_address::Address;
use posars_local_postgres::{Installation, Server, ServerConfig};

use super::Place;
use crate::signals::EndRequests;

/// Connections beside those of the measured clients.
const SPARE_CONNECTIONS: usize = 40;

/// Makes a scratch database, runs `work` on its address and removes it, also when the work fails or somebody asks
/// the process to end.
pub(crate) async fn on_scratch<T>(
    place: &Place,
    clients: usize,
    work: impl AsyncFnOnce(&str) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    let asked = EndRequests::listen();
    let scratch = Scratch::make(place, clients).await?;
    let measured = tokio::select! {
        measured = work(&scratch.url) => measured,
        () = asked.first() => Err(anyhow::anyhow!("stopped before its end; nothing is left behind")),
    };
    scratch.drop().await?;
    measured
}

/// The database to measure on.
struct Scratch {
    server: Option<(Server, std::path::PathBuf)>,
    admin_url: String,
    name: String,
    url: String,
}

impl Scratch {
    /// Makes and migrates the database; the server takes `clients` connections and some more.
    async fn make(place: &Place, clients: usize) -> anyhow::Result<Self> {
        let name = format!("posars_bench_{}", std::process::id());
        let (server, admin_url) = match &place.database_url {
            Some(url) => (None, url.clone()),
            None => {
                let folder = std::path::absolute(place.data.join(&name))?;
                let mut config = ServerConfig::new(
                    Installation::find_for(&place.data, &|text| tracing::info!("{text}"))?,
                    &folder,
                );
                config.settings.push((
                    "max_connections".into(),
                    (clients + SPARE_CONNECTIONS).to_string(),
                ));
                let server = Server::start_or_attach_async(config)
                    .await
                    .context("starting a scratch server")?;
                let url = server.url("postgres");
                (Some((server, folder)), url)
            }
        };
        let admin = connect(&admin_url)
            .await
            .context("connecting to the server to measure on")?;
        // The name is ours: letters, underscores and a process id.
        admin
            .batch_execute(&include_str!("sql/create_scratch.sql").replace("$1", &name))
            .await?;
        let url = with_database(&admin_url, &name)?;
        posars_schema::migrate(&url).await?;
        Ok(Self {
            server,
            admin_url,
            name,
            url,
        })
    }

    /// Drops the database, and the server with its folder.
    async fn drop(self) -> anyhow::Result<()> {
        match self.server {
            Some((server, folder)) => {
                server.stop_async().await?;
                std::fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
            }
            None => {
                let admin = connect(&self.admin_url).await?;
                admin
                    .batch_execute(&include_str!("sql/drop_scratch.sql").replace("$1", &self.name))
                    .await?;
            }
        }
        Ok(())
    }
}

/// A plain connection whose driver runs in the background.
pub(crate) async fn connect(url: &str) -> anyhow::Result<tokio_postgres::Client> {
    let (client, connection) = Address::parse(url)?.connect().await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "bench connection ended");
        }
    });
    Ok(client)
}

/// The same server, another database.
fn with_database(url: &str, name: &str) -> anyhow::Result<String> {
    if let Some((head, tail)) = url.split_once("://") {
        let (path, query) = tail
            .split_once('?')
            .map_or((tail, None), |(path, query)| (path, Some(query)));
        let host = path.split_once('/').map_or(path, |(host, _)| host);
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        return Ok(format!("{head}://{host}/{name}{query}"));
    }
    Address::parse(url).context("the connection string is not usable")?;
    // In a key=value string the last one of a key counts.
    Ok(format!("{url} dbname={name}"))
}
