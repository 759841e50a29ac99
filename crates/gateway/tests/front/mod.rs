//! A gateway on a real socket, without a database, and clients that see every byte of what it says.
#![allow(dead_code, reason = "every test file uses its own part of the front")]

#[path = "../../../edge/tests/front/mod.rs"]
mod socket;

use axum::body::Body;
use axum::http::Request;
use posars_edge::Server;
use posars_gateway::{Authentication, Gateway, Principal, Tenants};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

#[allow(unused_imports, reason = "every test file uses its own part of the front")]
pub(crate) use self::socket::{Answer, Front, SOON, rest_of};

pub(crate) const HEALTH: &str = "/grpc.health.v1.Health/Check";
/// Asks for a company's store; without one behind it the answer says that there is no such company.
pub(crate) const GET_STOCK: &str = "/posars.inventory.v1.StockService/GetStockItem";
/// An empty message in a gRPC frame.
pub(crate) const NOTHING: &[u8] = &[0, 0, 0, 0, 0];

impl Front {
    /// A gateway that serves no company, to somebody who has one.
    pub(crate) async fn gateway(server: Server) -> Self {
        let ana = Principal::local("acme".parse().unwrap());
        Self::gateway_for(server, Authentication::Trusted(ana)).await
    }

    pub(crate) async fn gateway_for(server: Server, authentication: Authentication) -> Self {
        let gateway = Gateway::new(Tenants::default(), authentication, &server.limits).await;
        Self::serve(server, gateway.unwrap().into_router()).await
    }
}

impl Answer {
    /// The status of a refusal, with its reason.
    pub(crate) fn refusal(&self) -> (Code, String) {
        let status = self.status();
        let details = status.get_error_details();
        let reason = details.error_info().map(|info| info.reason.clone());
        (status.code(), reason.unwrap_or_default())
    }

    pub(crate) fn status(&self) -> Status {
        Status::from_header_map(&self.headers).unwrap_or_else(|| panic!("no status in {self:?}"))
    }
}

/// A gRPC request of that content type.
pub(crate) fn grpc(path: &str, content_type: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post(format!("http://shop.example{path}"))
        .header("content-type", content_type)
        .header("te", "trailers")
        .body(body.into())
        .unwrap()
}
