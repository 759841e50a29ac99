//! A server on a database of its own, called as a till calls it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

use posars_testkit::TestDatabase;
use serde_json::{Value, json};

use crate::support::{Folder, Up, program, run_on};

/// Longer than any answer takes, also on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server on a database of its own, with a token for it.
pub(crate) struct Served {
    pub(crate) database: TestDatabase,
    pub(crate) up: Up,
    pub(crate) till: Till,
    folder: Folder,
}

/// Whoever calls it. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Till {
    pub(crate) address: String,
    pub(crate) token: String,
}

impl Served {
    /// Starts `posars up` with these arguments and variables.
    pub(crate) async fn open(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let database = TestDatabase::create().await.unwrap();
        Self::open_on(
            database,
            Path::new(env!("CARGO_BIN_EXE_posars")),
            arguments,
            variables,
        )
        .await
    }

    /// The same on a database that is there, by whichever build.
    pub(crate) async fn open_on(
        database: TestDatabase,
        build: &Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        let folder = Folder::new();
        let keys = folder.file("keys").display().to_string();
        let up = start(build, database.url(), &keys, arguments, variables).await;
        let token = run_on(database.url(), &["token", "--role", "owner", "--identity", &keys]);
        Self {
            till: Till {
                address: up.address().to_owned(),
                token: token.ended(0).out.trim().to_owned(),
            },
            database,
            up,
            folder,
        }
    }

    /// A further server on the same database that takes the same tokens, with whoever calls it.
    pub(crate) async fn beside(&self, arguments: &[&str]) -> (Up, Till) {
        let build = Path::new(env!("CARGO_BIN_EXE_posars"));
        let keys = self.folder.file("keys").display().to_string();
        let up = start(build, self.database.url(), &keys, arguments, &[]).await;
        let till = Till {
            address: up.address().to_owned(),
            token: self.till.token.clone(),
        };
        (up, till)
    }

    pub(crate) fn call(&self, line: &str, body: &str) -> (u16, String) {
        self.till.call(line, body, &[]).unwrap()
    }

    pub(crate) fn define_store(&self, store: &str) -> (u16, String) {
        let body = json!({"storeId": store, "displayName": "Loja", "timeZone": "America/Sao_Paulo",
                          "dayCutover": "04:00", "currencyCode": "BRL"});
        self.call("POST /v1/companies/main/stores", &body.to_string())
    }

    /// A product of which stock is kept.
    pub(crate) fn define_product(&self, sku: &str) -> (u16, String) {
        let body = json!({"sku": sku, "displayName": "Produto", "unit": "UN", "tracked": true});
        self.call("POST /v1/companies/main/products", &body.to_string())
    }

    pub(crate) fn list_sales(&self) -> u16 {
        self.call("GET /v1/companies/main/sales?pageSize=1", "").0
    }

    pub(crate) async fn sql(&self, text: &str) {
        let (client, connection) = tokio_postgres::connect(self.database.url(), tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(async move { drop(connection.await) });
        client.batch_execute(text).await.unwrap();
    }
}

async fn start(build: &Path, url: &str, keys: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Up {
    let all = [&["up", "--listen", "127.0.0.1:0", "--identity", keys], arguments].concat();
    let mut command = program(build, &all);
    command
        .env("POSARS_DATABASE_URL", url)
        .envs(variables.iter().copied());
    tokio::task::spawn_blocking(|| Up::spawn(command)).await.unwrap()
}

impl Till {
    /// One call on a connection of its own; an error where the server could not be reached or gave no whole answer.
    pub(crate) fn call(
        &self,
        line: &str,
        body: &str,
        headers: &[(&str, &str)],
    ) -> std::io::Result<(u16, String)> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let more: String = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        write!(
            stream,
            "{line} HTTP/1.1\r\nHost: posars\r\nAuthorization: Bearer {}\r\nConnection: close\r\n{more}\
             Accept-Language: pt-BR\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let cut_off = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        let status = answer
            .split_whitespace()
            .nth(1)
            .and_then(|word| word.parse().ok());
        let (_, body) = answer.split_once("\r\n\r\n").ok_or_else(cut_off)?;
        Ok((status.ok_or_else(cut_off)?, body.to_owned()))
    }

    /// Records a sale of two of a product, on the day that it is.
    pub(crate) fn sell(
        &self,
        sale_id: &str,
        store: &str,
        sku: &str,
        headers: &[(&str, &str)],
    ) -> std::io::Result<(u16, String)> {
        let now = format!("{:.0}", jiff::Timestamp::now());
        let body = json!({
            "saleId": sale_id, "storeId": store, "occurTime": now,
            "lines": [{"sku": sku, "quantity": {"value": "2"}, "unitPrice": {"value": "18.90"}}],
            "payments": [{"method": "pix", "amount": {"currencyCode": "BRL", "amountMinor": 3780}}],
            "total": {"currencyCode": "BRL", "amountMinor": 3780}});
        self.call("POST /v1/companies/main/sales", &body.to_string(), headers)
    }
}

/// The position in the answer to a command.
pub(crate) fn position_of(answer: &str) -> u64 {
    let answer: Value = serde_json::from_str(answer).unwrap();
    answer["recorded"]["position"].as_str().unwrap().parse().unwrap()
}
