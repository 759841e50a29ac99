use std::collections::BTreeMap;
use std::sync::Arc;

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

/// The companies that one server serves.
#[derive(Default)]
pub struct Tenants(BTreeMap<CompanyId, Arc<Tenant>>);

impl Tenants {
    /// The company of this id, if it is served here.
    pub(crate) fn get(&self, company: &CompanyId) -> Option<&Arc<Tenant>> {
        self.0.get(company)
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
        let by_id = |tenant: Tenant| (tenant.company_id.clone(), Arc::new(tenant));
        Self(tenants.into_iter().map(by_id).collect())
    }
}
