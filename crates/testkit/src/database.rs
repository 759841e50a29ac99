//! A database of one test.

use crate::TestServer;
use crate::cache::TEMPLATE;
use crate::server::unique_name;
use crate::sweeper;

/// A database on the shared server that no other test sees; dropped, best effort, with this value.
#[derive(Debug)]
pub struct TestDatabase {
    name: String,
    url: String,
}

impl TestDatabase {
    /// A migrated database: a copy of the template, made in some tens of milliseconds.
    ///
    /// # Errors
    /// When the shared server does not start or refuses.
    pub async fn create() -> anyhow::Result<Self> {
        Self::copy_of(TEMPLATE).await
    }

    /// A database with nothing in it.
    ///
    /// # Errors
    /// When the shared server does not start or refuses.
    pub async fn create_empty() -> anyhow::Result<Self> {
        Self::copy_of("template0").await
    }

    /// The connection string, as key=value pairs.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The name of the database.
    pub fn name(&self) -> &str {
        &self.name
    }

    async fn copy_of(template: &str) -> anyhow::Result<Self> {
        let server = TestServer::shared().await?;
        let name = unique_name();
        server.running()?.create_database(&name, Some(template)).await?;
        let url = server.url(&name);
        Ok(Self { name, url })
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        sweeper::drop_later(std::mem::take(&mut self.name));
    }
}
