//! One caller a connection, for each protocol. Every answer is checked: a fast wrong one is worth nothing.

use anyhow::Context as _;
use axum::http::{Method, Request, StatusCode, header};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tonic::transport::Channel;

use super::echo::proto::echo_service_client::EchoServiceClient;
use super::echo::proto::{GetEchoRequest, PostEchoRequest, Receipt, ReceiptLine, Unit};

const SHOP: &str = "shops/centro";
const NAME: &str = "shops/centro/echoes/4711";
const PAGE_SIZE: i32 = 50;
const LINES: [(&str, &str); 6] = [
    ("cafe_500g", "Café torrado e moído 500 g"),
    ("pao_frances", "Pão francês, quilo"),
    ("leite_1l", "Leite integral 1 litro"),
    ("queijo_minas", "Queijo minas padrão, peça"),
    ("banana_prata", "Banana-prata, quilo"),
    ("sabao_po_800g", "Sabão em pó 800 g"),
];

/// Calls through gRPC.
pub(super) struct GrpcClient {
    client: EchoServiceClient<Channel>,
}

impl GrpcClient {
    /// Connects `count` of them.
    pub(super) async fn connect(address: &str, count: usize) -> anyhow::Result<Vec<Self>> {
        let mut clients = Vec::with_capacity(count);
        for _ in 0..count {
            let channel = Channel::from_shared(format!("http://{address}"))?
                .tcp_nodelay(true)
                .connect()
                .await?;
            clients.push(Self {
                client: EchoServiceClient::new(channel),
            });
        }
        Ok(clients)
    }

    /// The small question.
    pub(super) async fn get(mut self) -> anyhow::Result<Self> {
        let request = GetEchoRequest {
            name: NAME.to_owned(),
            page_size: PAGE_SIZE,
        };
        let answer = self.client.get_echo(request).await?.into_inner();
        anyhow::ensure!(
            answer.name == NAME && answer.page_size == PAGE_SIZE,
            "another answer"
        );
        Ok(self)
    }

    /// The message of the size of a sale.
    pub(super) async fn post(mut self) -> anyhow::Result<Self> {
        let lines = LINES.map(|(sku, description)| ReceiptLine {
            sku: sku.to_owned(),
            description: description.to_owned(),
            quantity: "1.250".to_owned(),
            amount_minor: 3_780,
            unit: Unit::Piece.into(),
        });
        let request = PostEchoRequest {
            parent: SHOP.to_owned(),
            receipt: Some(Receipt {
                number: "000123456".to_owned(),
                occur_seconds: 1_773_500_405,
                lines: lines.to_vec(),
                labels: [("campaign".to_owned(), "volta às aulas".to_owned())].into(),
                paid: true,
            }),
        };
        let answer = self.client.post_echo(request).await?.into_inner();
        anyhow::ensure!(
            answer
                .receipt
                .is_some_and(|receipt| receipt.lines.len() == LINES.len()),
            "another answer"
        );
        Ok(self)
    }
}

/// Calls through REST on HTTP/1.1.
pub(super) struct RestClient {
    connection: SendRequest<Full<Bytes>>,
    address: String,
    /// The message of the size of a sale, as JSON.
    receipt: Bytes,
    /// Length of the answer to it, from the first one, which was read.
    answer_bytes: usize,
}

impl RestClient {
    /// Connects `count` of them.
    pub(super) async fn connect(address: &str, count: usize) -> anyhow::Result<Vec<Self>> {
        let mut clients = Vec::with_capacity(count);
        for _ in 0..count {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            let (connection, driver) = http1::handshake(TokioIo::new(stream)).await?;
            tokio::spawn(async move {
                if let Err(error) = driver.await {
                    tracing::debug!(%error, "bench connection ended");
                }
            });
            let mut client = Self {
                connection,
                address: address.to_owned(),
                receipt: receipt(),
                answer_bytes: 0,
            };
            client.check().await?;
            clients.push(client);
        }
        Ok(clients)
    }

    /// The small question.
    pub(super) async fn get(mut self) -> anyhow::Result<Self> {
        let path = format!("/v1/{NAME}?pageSize={PAGE_SIZE}");
        let answer = self.ask(Method::GET, &path, Bytes::new()).await?;
        anyhow::ensure!(
            answer.windows(NAME.len()).any(|part| part == NAME.as_bytes()),
            "another answer"
        );
        Ok(self)
    }

    /// The message of the size of a sale.
    pub(super) async fn post(mut self) -> anyhow::Result<Self> {
        let answer = self
            .ask(Method::POST, &format!("/v1/{SHOP}/echoes"), self.receipt.clone())
            .await?;
        anyhow::ensure!(answer.len() == self.answer_bytes, "another answer");
        Ok(self)
    }

    /// Reads one answer in full and remembers its length.
    async fn check(&mut self) -> anyhow::Result<()> {
        let answer = self
            .ask(Method::POST, &format!("/v1/{SHOP}/echoes"), self.receipt.clone())
            .await?;
        let (sent, got): (Value, Value) = (
            serde_json::from_slice(&self.receipt)?,
            serde_json::from_slice(&answer)?,
        );
        anyhow::ensure!(
            sent.get("receipt") == got.get("receipt"),
            "the echo answered {got}"
        );
        self.answer_bytes = answer.len();
        Ok(())
    }

    async fn ask(&mut self, method: Method, path: &str, body: Bytes) -> anyhow::Result<Bytes> {
        self.connection.ready().await?;
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.address)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(body))
            .context("a request")?;
        let answer = self.connection.send_request(request).await?;
        let status = answer.status();
        let body = answer.into_body().collect().await?.to_bytes();
        anyhow::ensure!(
            status == StatusCode::OK,
            "{status}: {}",
            String::from_utf8_lossy(&body)
        );
        Ok(body)
    }
}

fn receipt() -> Bytes {
    let lines = LINES.map(|(sku, description)| {
        json!({
            "sku": sku, "description": description, "quantity": "1.250", "amountMinor": "3780",
            "unit": "UNIT_PIECE",
        })
    });
    let body = json!({
        "receipt": {
            "number": "000123456", "occurSeconds": "1773500405", "lines": lines,
            "labels": {"campaign": "volta às aulas"}, "paid": true,
        }
    });
    Bytes::from(body.to_string())
}
