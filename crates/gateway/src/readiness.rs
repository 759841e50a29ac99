use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

/// Name that the gRPC health protocol gives to the server as a whole.
const WHOLE_SERVER: &str = "";

/// Says to the health service, and to whoever asks, which services can take calls.
///
/// Starts with every service not serving: the binary says when the database is there. Clones share one state.
#[derive(Clone)]
pub struct Readiness {
    reporter: HealthReporter,
    services: Arc<Mutex<BTreeMap<&'static str, bool>>>,
}

impl Readiness {
    /// Makes a state for `services`, full names such as `posars.sales.v1.SaleService`, none of them serving.
    pub(crate) async fn closed(reporter: HealthReporter, services: &[&'static str]) -> Self {
        let readiness = Self {
            reporter,
            services: Arc::new(Mutex::new(services.iter().map(|name| (*name, false)).collect())),
        };
        readiness.report().await;
        readiness
    }

    /// Every service takes calls.
    pub async fn start_serving(&self) {
        self.set(|_| true, true).await;
    }

    /// No service takes calls: the start of a shutdown, or the database is away.
    pub async fn stop_serving(&self) {
        self.set(|_| true, false).await;
    }

    /// The service of this full name takes calls. An unknown name changes nothing.
    pub async fn start_service(&self, name: &str) {
        self.set(|known| known == name, true).await;
    }

    /// The service of this full name takes no calls. An unknown name changes nothing.
    pub async fn stop_service(&self, name: &str) {
        self.set(|known| known == name, false).await;
    }

    /// Whether every service takes calls: the answer of `/readyz`.
    pub fn is_serving(&self) -> bool {
        self.snapshot().iter().all(|(_, serving)| *serving)
    }

    /// The services that take no calls now, by full name.
    pub fn not_serving(&self) -> Vec<&'static str> {
        self.snapshot()
            .into_iter()
            .filter(|(_, serving)| !serving)
            .map(|(name, _)| name)
            .collect()
    }

    async fn set(&self, which: impl Fn(&str) -> bool, serving: bool) {
        {
            let mut services = self.services.lock().unwrap_or_else(PoisonError::into_inner);
            services
                .iter_mut()
                .filter(|(name, _)| which(name))
                .for_each(|(_, state)| *state = serving);
        }
        self.report().await;
    }

    async fn report(&self) {
        for (name, serving) in self.snapshot() {
            self.reporter.set_service_status(name, status_of(serving)).await;
        }
        self.reporter
            .set_service_status(WHOLE_SERVER, status_of(self.is_serving()))
            .await;
    }

    fn snapshot(&self) -> Vec<(&'static str, bool)> {
        let services = self.services.lock().unwrap_or_else(PoisonError::into_inner);
        services.iter().map(|(name, serving)| (*name, *serving)).collect()
    }
}

fn status_of(serving: bool) -> ServingStatus {
    if serving {
        ServingStatus::Serving
    } else {
        ServingStatus::NotServing
    }
}
