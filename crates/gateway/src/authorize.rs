//! Decides for which company a call is, and whether its caller may make it there.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use posars_commands::StoreScope;
use posars_domain::CompanyId;
use posars_identity::Role;
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

/// Gives the call its [`CallScope`], or refuses it. Calls that anybody may make have none.
pub(crate) async fn authorize(
    State(doorkeeper): State<Doorkeeper>,
    mut request: Request,
    next: Next,
) -> Response {
    match doorkeeper.scope_of(&request) {
        Ok(Some(scope)) => {
            request.extensions_mut().insert(scope);
            next.run(request).await
        }
        Ok(None) => next.run(request).await,
        Err(refusal) => refusal.into_http::<Body>(),
    }
}

impl Doorkeeper {
    fn scope_of(&self, request: &Request) -> Result<Option<CallScope>, Status> {
        let path = request.uri().path();
        let rule = self
            .rules
            .rule(path)
            .ok_or_else(|| status::unknown_method(path))?;
        let roles = match &rule.access {
            Access::Public => return Ok(None),
            Access::AnyOf(roles) => roles,
        };
        let principal = request
            .extensions()
            .get::<Principal>()
            .ok_or_else(status::unauthenticated)?;
        let company = company_of(request.headers(), principal)?;
        let stores = principal
            .scope(&company, roles)
            .ok_or_else(|| role_missing(&company, roles))?;
        // After the roles: who has none learns nothing about what is served here.
        let tenant = self
            .tenants
            .get(&company)
            .ok_or_else(|| status::unknown_company(company.as_str()))?;
        Ok(Some(CallScope {
            principal: principal.clone(),
            tenant: Arc::clone(tenant),
            stores,
        }))
    }
}

/// The company that the header names, or the only one there is for this caller.
fn company_of(headers: &HeaderMap, principal: &Principal) -> Result<CompanyId, Status> {
    let own = principal.companies();
    if let Some(asked) = headers.get(COMPANY_HEADER) {
        let asked = String::from_utf8_lossy(asked.as_bytes());
        let found = own.into_iter().find(|company| company.as_str() == asked);
        return found.cloned().ok_or_else(|| status::unknown_company(&asked));
    }
    let mut companies = own.into_iter();
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
