//! Decides for which company a call is, or for which companies, and whether its caller may make it there.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use posars_commands::StoreScope;
use posars_domain::CompanyId;
use posars_identity::{Membership, Role};
use tonic::{Code, Status};

use crate::access::{Access, AccessRules};
use crate::tenant::{Tenant, Tenants};
use crate::{Principal, status};

/// Header that names the company of the call. Needed only by callers with roles in several.
pub const COMPANY_HEADER: &str = "posars-company";

/// What the layer needs.
#[derive(Clone)]
pub(crate) struct Doorkeeper {
    pub(crate) rules: Arc<AccessRules>,
    pub(crate) tenants: Arc<Tenants>,
}

/// Who makes a call, in which company and in which of its stores: left in its extensions for [`Call`](crate::call::Call).
#[derive(Clone)]
pub(crate) struct CallScope {
    pub(crate) principal: Principal,
    pub(crate) tenant: Arc<Tenant>,
    pub(crate) stores: StoreScope,
}

/// The companies that a call across companies is about, by id: left in its extensions for
/// [`CallAcross`](crate::call::CallAcross).
#[derive(Clone)]
pub(crate) struct AcrossScope(pub(crate) Vec<OwnCompany>);

/// A company in which the caller has a role that the call takes.
#[derive(Clone)]
pub(crate) struct OwnCompany {
    pub(crate) tenant: Arc<Tenant>,
    /// Everything that the caller may do there.
    pub(crate) grants: Vec<Membership>,
}

/// What a call is about.
enum Admitted {
    /// Anybody may make it.
    ByAnybody,
    ToOne(CallScope),
    Across(AcrossScope),
}

/// Gives the call its [`CallScope`] or [`AcrossScope`], or refuses it. Calls that anybody may make have neither.
pub(crate) async fn authorize(
    State(doorkeeper): State<Doorkeeper>,
    mut request: Request,
    next: Next,
) -> Response {
    match doorkeeper.admit(&request) {
        Ok(Admitted::ByAnybody) => {}
        Ok(Admitted::ToOne(scope)) => {
            request.extensions_mut().insert(scope);
        }
        Ok(Admitted::Across(scope)) => {
            request.extensions_mut().insert(scope);
        }
        Err(refusal) => return refusal.into_http::<Body>(),
    }
    next.run(request).await
}

impl Doorkeeper {
    fn admit(&self, request: &Request) -> Result<Admitted, Status> {
        let path = request.uri().path();
        let rule = self
            .rules
            .rule(path)
            .ok_or_else(|| status::unknown_method(path))?;
        let roles = match &rule.access {
            Access::Public => return Ok(Admitted::ByAnybody),
            Access::AnyOf(roles) => roles,
        };
        let principal = request
            .extensions()
            .get::<Principal>()
            .ok_or_else(status::unauthenticated)?;
        if rule.is_across_companies {
            let across = self.across(request.headers(), principal, roles)?;
            return Ok(Admitted::Across(across));
        }
        let company = company_of(request.headers(), principal)?;
        let stores = principal
            .scope(&company, roles)
            .ok_or_else(|| role_missing(&company, roles))?;
        // After the roles: who has none learns nothing about what is served here.
        let tenant = self
            .tenants
            .get(&company)
            .ok_or_else(|| self.not_served(&company))?;
        Ok(Admitted::ToOne(CallScope {
            principal: principal.clone(),
            tenant,
            stores,
        }))
    }

    fn not_served(&self, company: &CompanyId) -> Status {
        if self.tenants.is_awaited(company) {
            status::company_away(company)
        } else {
            status::unknown_company(company.as_str())
        }
    }

    /// Those of the caller's companies that are served here and in which they have one of the roles; of the one that the
    /// header names, if it names one.
    fn across(
        &self,
        headers: &HeaderMap,
        principal: &Principal,
        roles: &[Role],
    ) -> Result<AcrossScope, Status> {
        let mut companies = principal.companies();
        if let Some(asked) = asked_company(headers, principal)? {
            companies.retain(|company| *company == asked);
        }
        let first = *companies.first().ok_or_else(no_membership)?;
        companies.retain(|company| principal.scope(company, roles).is_some());
        if companies.is_empty() {
            return Err(role_missing(first, roles));
        }
        let served = companies.into_iter().filter_map(|company| {
            Some(OwnCompany {
                tenant: self.tenants.get(company)?,
                grants: principal.grants(company),
            })
        });
        Ok(AcrossScope(served.collect()))
    }
}

/// The company that the header names; none when it names none.
fn asked_company<'caller>(
    headers: &HeaderMap,
    principal: &'caller Principal,
) -> Result<Option<&'caller CompanyId>, Status> {
    let Some(asked) = headers.get(COMPANY_HEADER) else {
        return Ok(None);
    };
    let asked = String::from_utf8_lossy(asked.as_bytes());
    let mut own = principal.companies().into_iter();
    let found = own.find(|company| company.as_str() == asked);
    found.map(Some).ok_or_else(|| status::unknown_company(&asked))
}

/// The company that the header names, or the only one there is for this caller.
fn company_of(headers: &HeaderMap, principal: &Principal) -> Result<CompanyId, Status> {
    if let Some(asked) = asked_company(headers, principal)? {
        return Ok(asked.clone());
    }
    let mut companies = principal.companies().into_iter();
    match (companies.next(), companies.next()) {
        (Some(only), None) => Ok(only.clone()),
        (Some(_), Some(_)) => Err(company_not_chosen(principal)),
        (None, _) => Err(no_membership()),
    }
}

fn role_missing(company: &CompanyId, roles: &[Role]) -> Status {
    let roles = roles.iter().map(ToString::to_string).collect::<Vec<_>>();
    let message = format!(
        "none of the caller's roles in company {company} may do this, which takes {}; ask an owner of the company for one",
        roles.join(", ")
    );
    let metadata = [
        ("company".to_owned(), company.to_string()),
        ("any_of".to_owned(), roles.join(",")),
    ];
    status::status(Code::PermissionDenied, "ROLE_MISSING", message, metadata)
}

fn no_membership() -> Status {
    let message =
        "the caller has no role in any company; ask an owner of the company for one and sign in again";
    status::status(Code::PermissionDenied, "NO_MEMBERSHIP", message, [])
}

fn company_not_chosen(principal: &Principal) -> Status {
    let companies: Vec<_> = principal.companies().into_iter().map(CompanyId::as_str).collect();
    let companies = companies.join(",");
    let message = format!(
        "the caller has roles in several companies ({companies}); name the one of this call in the header {COMPANY_HEADER}"
    );
    let metadata = [("companies".to_owned(), companies)];
    status::status(Code::InvalidArgument, "COMPANY_NOT_CHOSEN", message, metadata)
}
