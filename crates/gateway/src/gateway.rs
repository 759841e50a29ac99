use std::borrow::Cow;
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderName, header};
use axum::middleware::{from_fn, from_fn_with_state};
use posars_domain::mask_cpf;
use posars_edge::{Limits, Refusals};
use posars_identity::Users;
use posars_transcoder::{BindingError, Transcoder, TranscoderOptions};
use prost_reflect::DescriptorPool;
use tonic::service::Routes;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};

use crate::access::AccessRules;
use crate::areas::{Areas, keep_to_areas};
use crate::authenticate::{Authentication, Gate, authenticate};
use crate::authorize::{COMPANY_HEADER, Doorkeeper, authorize};
use crate::before_body::{BeforeBody, spare_body};
use crate::by_protocol::Protocols;
use crate::caller_share::{CallerShares, keep_share};
use crate::deadline::{Deadlines, keep_deadline};
use crate::grpc_web::speak_grpc_web;
use crate::in_flight::{InFlight, hold_slot};
use crate::localize::{localize_call, localize_rest};
use crate::observe::{CallMetrics, observe_call};
use crate::proto::FILE_DESCRIPTOR_SET;
use crate::proto::finance::v1::chart_service_server::{self, ChartServiceServer};
use crate::proto::finance::v1::finance_report_service_server::{self, FinanceReportServiceServer};
use crate::proto::finance::v1::journal_service_server::{self, JournalServiceServer};
use crate::proto::finance::v1::payable_service_server::{self, PayableServiceServer};
use crate::proto::finance::v1::period_service_server::{self, PeriodServiceServer};
use crate::proto::finance::v1::posting_rule_service_server::{self, PostingRuleServiceServer};
use crate::proto::finance::v1::receivable_service_server::{self, ReceivableServiceServer};
use crate::proto::finance::v1::settlement_service_server::{self, SettlementServiceServer};
use crate::proto::finance::v1::terms_service_server::{self, TermsServiceServer};
use crate::proto::hr::v1::employee_service_server::{self, EmployeeServiceServer};
use crate::proto::hr::v1::headcount_service_server::{self, HeadcountServiceServer};
use crate::proto::hr::v1::payroll_service_server::{self, PayrollServiceServer};
use crate::proto::hr::v1::person_service_server::{self, PersonServiceServer};
use crate::proto::identity::v1::user_service_server::{self, UserServiceServer};
use crate::proto::inventory::v1::product_service_server::{self, ProductServiceServer};
use crate::proto::inventory::v1::stock_alert_service_server::{self, StockAlertServiceServer};
use crate::proto::inventory::v1::stock_document_service_server::{self, StockDocumentServiceServer};
use crate::proto::inventory::v1::stock_service_server::{self, StockServiceServer};
use crate::proto::operations::v1::projection_service_server::{self, ProjectionServiceServer};
use crate::proto::operations::v1::reactor_service_server::{self, ReactorServiceServer};
use crate::proto::reporting::v1::sales_report_service_server::{self, SalesReportServiceServer};
use crate::proto::sales::v1::company_service_server::{self, CompanyServiceServer};
use crate::proto::sales::v1::sale_service_server::{self, SaleServiceServer};
use crate::rate::{CallRates, keep_rate, turn_strangers_away};
use crate::services::{
    ChartApi, CompanyApi, EmployeeApi, FinanceReportApi, HeadcountApi, JournalApi, PayableApi, PayrollApi,
    PeriodApi, PersonApi, PostingRuleApi, ProductApi, ProjectionApi, ReactorApi, ReceivableApi, SaleApi,
    SalesReportApi, SettlementApi, StockAlertApi, StockApi, StockDocumentApi, TermsApi, UserApi,
};
use crate::weigh::{Weighing, refuse_large, weigh_request};
use crate::{ERROR_DOMAIN, GatewayError, Readiness, Tenants};

/// The services that the gateway serves, by full name. A test compares the list with the protos.
pub(crate) const SERVICE_NAMES: [&str; 23] = [
    company_service_server::SERVICE_NAME,
    sale_service_server::SERVICE_NAME,
    product_service_server::SERVICE_NAME,
    stock_service_server::SERVICE_NAME,
    stock_document_service_server::SERVICE_NAME,
    stock_alert_service_server::SERVICE_NAME,
    sales_report_service_server::SERVICE_NAME,
    chart_service_server::SERVICE_NAME,
    posting_rule_service_server::SERVICE_NAME,
    terms_service_server::SERVICE_NAME,
    journal_service_server::SERVICE_NAME,
    receivable_service_server::SERVICE_NAME,
    payable_service_server::SERVICE_NAME,
    settlement_service_server::SERVICE_NAME,
    period_service_server::SERVICE_NAME,
    finance_report_service_server::SERVICE_NAME,
    employee_service_server::SERVICE_NAME,
    headcount_service_server::SERVICE_NAME,
    payroll_service_server::SERVICE_NAME,
    person_service_server::SERVICE_NAME,
    projection_service_server::SERVICE_NAME,
    reactor_service_server::SERVICE_NAME,
    user_service_server::SERVICE_NAME,
];

/// Every service of the product behind one router, with health, reflection, limits and metrics.
pub struct Gateway {
    router: Router,
    readiness: Readiness,
}

impl Gateway {
    /// Puts the services together for the companies in `tenants`, called by whoever `authentication` lets in.
    ///
    /// Nothing serves until [`Readiness::start_serving`] of [`Self::readiness`] is called: calls are answered, but the
    /// health service says `NOT_SERVING`.
    ///
    /// # Errors
    /// When the descriptors built into the program cannot be used, or do not say of every RPC who may call it; a
    /// mistake of the build.
    pub async fn new(
        tenants: impl Into<Tenants>,
        authentication: Authentication,
        limits: &Limits,
    ) -> Result<Self, GatewayError> {
        Self::of_areas(Areas::All, tenants, authentication, limits).await
    }

    /// As [`Self::new`], with the services of these areas: those of the others are refused as served elsewhere.
    ///
    /// # Errors
    /// As there.
    pub async fn of_areas(
        areas: Areas,
        tenants: impl Into<Tenants>,
        authentication: Authentication,
        limits: &Limits,
    ) -> Result<Self, GatewayError> {
        let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET)?;
        let rules = Arc::new(AccessRules::of(&pool)?);
        let reporter = HealthReporter::new();
        let served = SERVICE_NAMES
            .into_iter()
            .filter(|name| areas.serve(name))
            .collect();
        let readiness = Readiness::closed(reporter.clone(), served).await;
        let routes = with_reflection(services(
            limits.request_bytes_max,
            authentication.users().cloned(),
        ))?
        .add_service(HealthServer::new(HealthService::from_health_reporter(reporter)));
        let gate = Gate {
            authentication,
            rules: Arc::clone(&rules),
        };
        let rates = CallRates::new(limits);
        let in_flight = InFlight::new(limits.in_flight_calls_max, Arc::clone(&rules));
        let callers = CallerShares::new(limits.in_flight_calls_max);
        let weighing = Weighing::new(limits, &pool);
        let before_body = BeforeBody {
            in_flight: in_flight.clone(),
            rates: rates.clone(),
            gate: gate.clone(),
            callers: callers.clone(),
            weighing: weighing.clone(),
        };
        let calls = Layers {
            areas,
            gate,
            doorkeeper: Doorkeeper {
                rules: Arc::clone(&rules),
                tenants: Arc::new(tenants.into()),
            },
            deadlines: Deadlines {
                rules: Arc::clone(&rules),
                deadline_max: limits.deadline_max,
            },
            callers,
            rates,
            weighing,
            in_flight,
            metrics: CallMetrics::new(rules.paths().map(str::to_owned).collect()),
        }
        .around(routes);
        let protocols = Protocols {
            grpc: calls.clone(),
            grpc_web: calls.clone().layer(from_fn(speak_grpc_web)),
            rest: rest(pool, calls, &rules, limits)?
                .layer(from_fn_with_state(before_body, spare_body))
                .layer(from_fn_with_state(Refusals::new(), localize_rest)),
        };
        Ok(Self::of(protocols.into_router(), readiness))
    }

    pub(crate) fn of(router: Router, readiness: Readiness) -> Self {
        Self { router, readiness }
    }

    /// The handle that says which services can take calls.
    pub fn readiness(&self) -> Readiness {
        self.readiness.clone()
    }

    /// The router of every service, to be merged with plain HTTP routes such as `/livez` and given to
    /// [`serve`](posars_edge::serve).
    pub fn into_router(self) -> Router {
        self.router
    }
}

/// What every call passes, whatever protocol it came by.
struct Layers {
    areas: Areas,
    gate: Gate,
    doorkeeper: Doorkeeper,
    deadlines: Deadlines,
    callers: CallerShares,
    rates: CallRates,
    weighing: Weighing,
    in_flight: InFlight,
    metrics: CallMetrics,
}

impl Layers {
    /// The last layer is the first to see a call.
    fn around(self, routes: Routes) -> Router {
        routes
            .into_axum_router()
            .layer(from_fn_with_state(self.deadlines, keep_deadline))
            .layer(from_fn_with_state(self.doorkeeper, authorize))
            .layer(from_fn_with_state(self.weighing.clone(), weigh_request))
            .layer(from_fn_with_state(self.callers, keep_share))
            .layer(from_fn_with_state(self.rates.clone(), keep_rate))
            .layer(from_fn_with_state(self.gate, authenticate))
            .layer(from_fn_with_state(self.rates, turn_strangers_away))
            .layer(from_fn_with_state(self.weighing, refuse_large))
            .layer(from_fn_with_state(self.in_flight, hold_slot))
            .layer(from_fn_with_state(self.areas, keep_to_areas))
            .layer(from_fn(localize_call))
            .layer(from_fn_with_state(self.metrics, observe_call))
    }
}

fn services(request_bytes_max: usize, users: Option<Users>) -> Routes {
    let company = CompanyServiceServer::new(CompanyApi);
    let sale = SaleServiceServer::new(SaleApi);
    let product = ProductServiceServer::new(ProductApi);
    let stock = StockServiceServer::new(StockApi);
    let stock_document = StockDocumentServiceServer::new(StockDocumentApi);
    let stock_alert = StockAlertServiceServer::new(StockAlertApi);
    let projection = ProjectionServiceServer::new(ProjectionApi);
    let reactor = ReactorServiceServer::new(ReactorApi);
    let user = UserServiceServer::new(UserApi { users });
    let sales_report = SalesReportServiceServer::new(SalesReportApi);
    let routes = Routes::new(company.max_decoding_message_size(request_bytes_max))
        .add_service(sale.max_decoding_message_size(request_bytes_max))
        .add_service(product.max_decoding_message_size(request_bytes_max))
        .add_service(stock.max_decoding_message_size(request_bytes_max))
        .add_service(stock_document.max_decoding_message_size(request_bytes_max))
        .add_service(stock_alert.max_decoding_message_size(request_bytes_max))
        .add_service(sales_report.max_decoding_message_size(request_bytes_max))
        .add_service(projection.max_decoding_message_size(request_bytes_max))
        .add_service(reactor.max_decoding_message_size(request_bytes_max))
        .add_service(user.max_decoding_message_size(request_bytes_max));
    with_people(with_books(routes, request_bytes_max), request_bytes_max)
}

/// Adds the services of people: employees, payrolls, and everybody's own data.
fn with_people(routes: Routes, request_bytes_max: usize) -> Routes {
    let employee = EmployeeServiceServer::new(EmployeeApi);
    let payroll = PayrollServiceServer::new(PayrollApi);
    let headcount = HeadcountServiceServer::new(HeadcountApi);
    let person = PersonServiceServer::new(PersonApi);
    routes
        .add_service(employee.max_decoding_message_size(request_bytes_max))
        .add_service(payroll.max_decoding_message_size(request_bytes_max))
        .add_service(headcount.max_decoding_message_size(request_bytes_max))
        .add_service(person.max_decoding_message_size(request_bytes_max))
}

/// Adds the services of the books.
fn with_books(routes: Routes, request_bytes_max: usize) -> Routes {
    let chart = ChartServiceServer::new(ChartApi);
    let posting_rule = PostingRuleServiceServer::new(PostingRuleApi);
    let terms = TermsServiceServer::new(TermsApi);
    let journal = JournalServiceServer::new(JournalApi);
    let receivable = ReceivableServiceServer::new(ReceivableApi);
    let payable = PayableServiceServer::new(PayableApi);
    let settlement = SettlementServiceServer::new(SettlementApi);
    let period = PeriodServiceServer::new(PeriodApi);
    let finance_report = FinanceReportServiceServer::new(FinanceReportApi);
    routes
        .add_service(chart.max_decoding_message_size(request_bytes_max))
        .add_service(posting_rule.max_decoding_message_size(request_bytes_max))
        .add_service(terms.max_decoding_message_size(request_bytes_max))
        .add_service(journal.max_decoding_message_size(request_bytes_max))
        .add_service(receivable.max_decoding_message_size(request_bytes_max))
        .add_service(payable.max_decoding_message_size(request_bytes_max))
        .add_service(settlement.max_decoding_message_size(request_bytes_max))
        .add_service(period.max_decoding_message_size(request_bytes_max))
        .add_service(finance_report.max_decoding_message_size(request_bytes_max))
}

/// Adds reflection in both versions: older clients know only v1alpha.
pub(crate) fn with_reflection(routes: Routes) -> Result<Routes, GatewayError> {
    let describe = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    Ok(routes
        .add_service(describe().build_v1()?)
        .add_service(describe().build_v1alpha()?))
}

/// The same calls as JSON over HTTP.
pub(crate) fn rest(
    pool: DescriptorPool,
    calls: Router,
    rules: &Arc<AccessRules>,
    limits: &Limits,
) -> Result<Router, BindingError> {
    let rules = Arc::clone(rules);
    let options = TranscoderOptions {
        request_bytes_max: limits.request_bytes_max,
        request_values_max: limits.request_values_max,
        // A misspelt filter would answer with what nobody asked for.
        strict_query: true,
        mask: shown,
        deadline_max: limits.deadline_max,
        deadline_of: Some(Arc::new(move |rpc| {
            let path = format!("/{}/{}", rpc.parent_service().full_name(), rpc.name());
            rules.rule(&path)?.deadline_max
        })),
        headers_in: vec![HeaderName::from_static(COMPANY_HEADER)],
        // Who calls stands under its own name alone: it is looked for before the transcoder translates headers, and a
        // proxy in front checks no other.
        headers_withheld: vec![header::AUTHORIZATION, HeaderName::from_static(COMPANY_HEADER)],
        refusals_domain: ERROR_DOMAIN,
        ..TranscoderOptions::default()
    };
    let transcoder = Transcoder::new(pool, calls, options)?;
    Ok(Router::new().fallback_service(transcoder))
}

/// A name that a client made up, as a refusal repeats it: with no CPF in it.
fn shown(name: &str) -> Cow<'_, str> {
    let masked = mask_cpf(name);
    if masked == name {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(masked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_of_the_protos_is_served() {
        let descriptors = DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap();
        let mut described: Vec<String> = descriptors
            .services()
            .map(|service| service.full_name().to_owned())
            .collect();
        described.sort();
        let mut served = SERVICE_NAMES.to_vec();
        served.sort_unstable();
        assert_eq!(described, served);
    }
}
