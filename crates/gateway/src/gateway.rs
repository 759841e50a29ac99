use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use prost::Message as _;
use prost_types::FileDescriptorSet;
use tonic::service::Routes;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};

use crate::deadline::keep_deadline;
use crate::observe::{CallMetrics, observe_call};
use crate::principal::seat_principal;
use crate::proto::FILE_DESCRIPTOR_SET;
use crate::proto::inventory::v1::product_service_server::{self, ProductServiceServer};
use crate::proto::inventory::v1::stock_service_server::{self, StockServiceServer};
use crate::proto::reporting::v1::sales_report_service_server::{self, SalesReportServiceServer};
use crate::proto::sales::v1::company_service_server::{self, CompanyServiceServer};
use crate::proto::sales::v1::sale_service_server::{self, SaleServiceServer};
use crate::services::{CompanyApi, ProductApi, SaleApi, SalesReportApi, StockApi};
use crate::{Limits, Principal, Readiness, Tenant, status};

/// The services that the gateway serves, by full name. A test compares the list with the protos.
pub(crate) const SERVICE_NAMES: [&str; 5] = [
    company_service_server::SERVICE_NAME,
    sale_service_server::SERVICE_NAME,
    product_service_server::SERVICE_NAME,
    stock_service_server::SERVICE_NAME,
    sales_report_service_server::SERVICE_NAME,
];

/// Why a gateway could not be put together: the descriptors built into the program cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The descriptors do not decode.
    #[error("the protos built into this program cannot be read ({0}); build it again from clean sources")]
    Descriptors(#[from] prost::DecodeError),
    /// The reflection service does not take the descriptors.
    #[error(
        "the protos built into this program cannot be shown by reflection ({0}); build it again from clean sources"
    )]
    Reflection(#[from] tonic_reflection::server::Error),
}

/// Every service of the product behind one router, with health, reflection, limits and metrics.
pub struct Gateway {
    router: Router,
    readiness: Readiness,
}

impl Gateway {
    /// Puts the services of one company together.
    ///
    /// Nothing serves until [`Readiness::start_serving`] of [`Self::readiness`] is called: calls are answered, but the
    /// health service says `NOT_SERVING`.
    ///
    /// # Errors
    /// When the descriptors built into the program cannot be used; a mistake of the build.
    pub async fn new(tenant: Tenant, limits: &Limits) -> Result<Self, GatewayError> {
        let reporter = HealthReporter::new();
        let readiness = Readiness::closed(reporter.clone(), &SERVICE_NAMES).await;
        let metrics = CallMetrics::new(method_paths()?);
        let principal = Principal::local(tenant.company_id().clone());
        let routes = with_reflection(services(Arc::new(tenant), limits.request_bytes_max))?
            .add_service(HealthServer::new(HealthService::from_health_reporter(reporter)));
        // The last layer is the first to see a call.
        let router = routes
            .into_axum_router()
            .fallback(unknown_path)
            .layer(from_fn_with_state(principal, seat_principal))
            .layer(from_fn_with_state(limits.deadline_max, keep_deadline))
            .layer(from_fn_with_state(metrics, observe_call));
        Ok(Self { router, readiness })
    }

    /// The handle that says which services can take calls.
    pub fn readiness(&self) -> Readiness {
        self.readiness.clone()
    }

    /// The router of every service, to be merged with plain HTTP routes such as `/livez` and given to
    /// [`serve`](crate::serve).
    pub fn into_router(self) -> Router {
        self.router
    }
}

fn services(tenant: Arc<Tenant>, request_bytes_max: usize) -> Routes {
    let company = CompanyServiceServer::new(CompanyApi::new(Arc::clone(&tenant)));
    let sale = SaleServiceServer::new(SaleApi::new(Arc::clone(&tenant)));
    let product = ProductServiceServer::new(ProductApi::new(Arc::clone(&tenant)));
    let stock = StockServiceServer::new(StockApi::new(Arc::clone(&tenant)));
    let sales_report = SalesReportServiceServer::new(SalesReportApi::new(tenant));
    Routes::new(company.max_decoding_message_size(request_bytes_max))
        .add_service(sale.max_decoding_message_size(request_bytes_max))
        .add_service(product.max_decoding_message_size(request_bytes_max))
        .add_service(stock.max_decoding_message_size(request_bytes_max))
        .add_service(sales_report.max_decoding_message_size(request_bytes_max))
}

/// Adds reflection in both versions: older clients know only v1alpha.
fn with_reflection(routes: Routes) -> Result<Routes, GatewayError> {
    let describe = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    Ok(routes
        .add_service(describe().build_v1()?)
        .add_service(describe().build_v1alpha()?))
}

/// Paths of every method of ours, such as `/posars.sales.v1.SaleService/RecordSale`.
fn method_paths() -> Result<Vec<String>, GatewayError> {
    let descriptors = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET)?;
    let paths = descriptors.file.iter().flat_map(|file| {
        file.service.iter().flat_map(move |service| {
            let full_name = format!("/{}.{}", file.package(), service.name());
            service
                .method
                .iter()
                .map(move |method| format!("{full_name}/{}", method.name()))
        })
    });
    Ok(paths.collect())
}

/// Answers a path that nobody serves in the caller's own protocol.
async fn unknown_path(uri: Uri, headers: HeaderMap) -> Response {
    let is_grpc = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|content_type| content_type.as_bytes().starts_with(b"application/grpc"));
    if is_grpc {
        status::unknown_method(uri.path()).into_http::<Body>()
    } else {
        (StatusCode::NOT_FOUND, "nothing is served at this path\n").into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_of_the_protos_is_served() {
        let descriptors = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).unwrap();
        let mut described: Vec<String> = descriptors
            .file
            .iter()
            .filter(|file| file.package().starts_with("posars."))
            .flat_map(|file| {
                file.service
                    .iter()
                    .map(|service| format!("{}.{}", file.package(), service.name()))
            })
            .collect();
        described.sort();
        let mut served = SERVICE_NAMES.to_vec();
        served.sort_unstable();
        assert_eq!(described, served);
    }
}
