use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use posars_commands::Commands;
use posars_domain::CompanyId;
use posars_event_store::Log;
use posars_projections::Projections;

/// One company as the gateway serves it: its id, the door to its log and its read models.
pub struct Tenant {
    company_id: CompanyId,
    commands: Commands,
    projections: Projections,
}

impl Tenant {
    /// Puts the parts of one company together; both must be of the log of `company_id`.
    pub fn new(company_id: CompanyId, commands: Commands, projections: Projections) -> Self {
        Self {
            company_id,
            commands,
            projections,
        }
    }

    /// The company.
    pub fn company_id(&self) -> &CompanyId {
        &self.company_id
    }

    /// The commands.
    pub(crate) const fn commands(&self) -> &Commands {
        &self.commands
    }

    /// The log of the company.
    pub(crate) fn log(&self) -> &Log {
        self.commands.log()
    }

    /// The read models.
    pub(crate) fn projections(&self) -> &Projections {
        &self.projections
    }
}

/// The companies that one server serves. Clones share them.
#[derive(Clone, Default)]
pub struct Tenants(Arc<RwLock<Companies>>);

/// By id; none for one whose database is away since the server began.
type Companies = BTreeMap<CompanyId, Option<Arc<Tenant>>>;

impl Tenants {
    /// The company of this id, if it is served here.
    pub(crate) fn get(&self, company: &CompanyId) -> Option<Arc<Tenant>> {
        let companies = self.0.read().unwrap_or_else(PoisonError::into_inner);
        companies.get(company).cloned().flatten()
    }

    /// Whether the company will be served here when its database is back.
    pub(crate) fn is_awaited(&self, company: &CompanyId) -> bool {
        let companies = self.0.read().unwrap_or_else(PoisonError::into_inner);
        companies.get(company).is_some_and(Option::is_none)
    }

    /// Tells callers of a company that its database is away, until it is served.
    pub fn await_company(&self, company: CompanyId) {
        let mut companies = self.0.write().unwrap_or_else(PoisonError::into_inner);
        companies.entry(company).or_default();
    }

    /// Serves a company from now on, or the same one out of another database. Calls that are under way end with what they
    /// began with.
    pub fn serve(&self, tenant: Tenant) {
        let mut companies = self.0.write().unwrap_or_else(PoisonError::into_inner);
        companies.insert(tenant.company_id.clone(), Some(Arc::new(tenant)));
    }
}

impl From<Tenant> for Tenants {
    fn from(tenant: Tenant) -> Self {
        Self::from_iter([tenant])
    }
}

/// Of two tenants of one company the later stays.
impl FromIterator<Tenant> for Tenants {
    fn from_iter<I: IntoIterator<Item = Tenant>>(tenants: I) -> Self {
        let by_id = |tenant: Tenant| (tenant.company_id.clone(), Some(Arc::new(tenant)));
        Self(Arc::new(RwLock::new(tenants.into_iter().map(by_id).collect())))
    }
}
