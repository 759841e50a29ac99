use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

/// Name that the gRPC health protocol gives to the server as a whole.
const WHOLE_SERVER: &str = "";

/// Says to the health service, and to whoever asks, whether the services can take calls: all of them or none, because
/// all need the same database. Services that another process serves are unknown to it.
///
/// Starts with none serving: the binary says when the database is there. Clones share one state.
#[derive(Clone)]
pub struct Readiness {
    reporter: HealthReporter,
    services: Arc<[&'static str]>,
    serving: Arc<AtomicBool>,
}

impl Readiness {
    /// Makes a state for `services`, full names such as `posars.sales.v1.SaleService`, none of them serving.
    pub(crate) async fn closed(reporter: HealthReporter, services: Vec<&'static str>) -> Self {
        let readiness = Self {
            reporter,
            services: services.into(),
            serving: Arc::default(),
        };
        readiness.report().await;
        readiness
    }

    /// Every service takes calls.
    pub async fn start_serving(&self) {
        self.set(true).await;
    }

    /// No service takes calls: the start of a shutdown, or the database is away.
    pub async fn stop_serving(&self) {
        self.set(false).await;
    }

    /// Whether the services take calls: the answer of `/readyz`.
    pub fn is_serving(&self) -> bool {
        self.serving.load(Ordering::Acquire)
    }

    async fn set(&self, serving: bool) {
        self.serving.store(serving, Ordering::Release);
        self.report().await;
    }

    async fn report(&self) {
        for name in self.services.iter().copied().chain([WHOLE_SERVER]) {
            let status = status_of(self.is_serving());
            self.reporter.set_service_status(name, status).await;
        }
    }
}

fn status_of(serving: bool) -> ServingStatus {
    if serving {
        ServingStatus::Serving
    } else {
        ServingStatus::NotServing
    }
}
