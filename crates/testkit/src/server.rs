//! A server of a test: the shared one of the process, or a private one to be mistreated.

use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Context as _;
use posars_local_postgres::{Durability, Installation, Server, ServerConfig};

use crate::cache::{self, TEMPLATE};
use crate::remains;
use crate::scratch::{self, Scratch};

/// Many tests at once, each with a pool.
const CONNECTIONS_MAX: &str = "400";

/// A PostgreSQL server with the migrated template; stopped and removed when dropped.
#[derive(Debug)]
pub struct TestServer {
    // Before the folder: fields are dropped in this order, and the server must end before its files go.
    pub(crate) server: Option<Server>,
    pub(crate) config: ServerConfig,
    pub(crate) url_pattern: String,
    pub(crate) scratch: Scratch,
}

/// Stands for the database in the pattern that connection strings are made of.
pub(crate) const DATABASE_MARK: &str = "database_mark";

impl TestServer {
    /// A server of one's own, without fsync, to be killed and restarted at will.
    ///
    /// # Errors
    /// When no PostgreSQL is found or it does not start.
    pub async fn private() -> anyhow::Result<Self> {
        Self::begin(Durability::Disposable).await
    }

    /// As [`TestServer::private`], but commits wait for the disk, as in production.
    ///
    /// # Errors
    /// When no PostgreSQL is found or it does not start.
    pub async fn durable() -> anyhow::Result<Self> {
        Self::begin(Durability::Durable).await
    }

    /// Makes a migrated database and gives its connection string, which stays good over restarts.
    ///
    /// # Errors
    /// When the server is down or refuses.
    pub async fn create_database(&self) -> anyhow::Result<String> {
        let name = unique_name();
        self.running()?.create_database(&name, Some(TEMPLATE)).await?;
        Ok(self.url(&name))
    }

    /// Makes an empty database, not migrated, and gives its connection string.
    ///
    /// # Errors
    /// When the server is down or refuses.
    pub async fn create_empty_database(&self) -> anyhow::Result<String> {
        let name = unique_name();
        self.running()?.create_database(&name, Some("template0")).await?;
        Ok(self.url(&name))
    }

    /// The connection string for database `dbname`, whether the server is up or down.
    pub fn url(&self, dbname: &str) -> String {
        self.url_pattern.replace(DATABASE_MARK, dbname)
    }

    /// The data folder that the server was configured with.
    pub fn folder(&self) -> &Path {
        self.scratch.path()
    }

    /// The process id of the server; `None` while it is down.
    pub fn pid(&self) -> Option<u32> {
        self.server.as_ref().map(Server::pid)
    }

    /// Kills the server with SIGKILL and waits for its end and that of its backends, so that nobody is answered any
    /// more; no error when it is down already.
    ///
    /// # Errors
    /// When a process does not end.
    pub async fn kill9(&mut self) -> anyhow::Result<()> {
        let Some(server) = self.server.take() else {
            return Ok(());
        };
        let folder = self.folder().to_owned();
        let kill = move || {
            server.kill()?;
            remains::await_end(&folder)
        };
        tokio::task::spawn_blocking(kill).await?
    }

    /// Stops the server in order; no error when it is down already.
    ///
    /// # Errors
    /// When it had to be ended by force.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        let Some(server) = self.server.take() else {
            return Ok(());
        };
        Ok(server.stop_async().await?)
    }

    /// Starts the server again on the same data and socket, stopping it in order first if it is up.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn restart(&mut self) -> anyhow::Result<()> {
        self.stop().await?;
        let config = self.config.clone();
        self.server = Some(tokio::task::spawn_blocking(move || Server::start(config)).await??);
        Ok(())
    }

    /// The server that all tests of this process share.
    pub(crate) async fn shared() -> anyhow::Result<&'static Self> {
        // Lives until the process ends; the kernel then ends the server, and the next run removes the folder.
        static SHARED: OnceLock<Result<TestServer, String>> = OnceLock::new();
        let begun = tokio::task::spawn_blocking(|| {
            SHARED.get_or_init(|| {
                Self::begin_blocking(Durability::Disposable).map_err(|error| format!("{error:#}"))
            })
        })
        .await?;
        begun
            .as_ref()
            .map_err(|error| anyhow::anyhow!("the test server did not start: {error}"))
    }

    async fn begin(durability: Durability) -> anyhow::Result<Self> {
        tokio::task::spawn_blocking(move || Self::begin_blocking(durability)).await?
    }

    fn begin_blocking(durability: Durability) -> anyhow::Result<Self> {
        scratch::remove_stale();
        let installation = Installation::find()?;
        let scratch = Scratch::create()?;
        cache::lay_out(&installation, scratch.path()).context("laying out the cached cluster")?;
        let mut config = ServerConfig::new(installation, scratch.path());
        config.durability = durability;
        config
            .settings
            .push(("max_connections".to_owned(), CONNECTIONS_MAX.to_owned()));
        let server = Server::start(config.clone())?;
        let url_pattern = server.url(DATABASE_MARK);
        Ok(Self {
            server: Some(server),
            config,
            url_pattern,
            scratch,
        })
    }

    pub(crate) fn running(&self) -> anyhow::Result<&Server> {
        self.server
            .as_ref()
            .context("the test server is down; call restart() first")
    }
}

/// A database name that no other test of this server uses.
pub(crate) fn unique_name() -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}
