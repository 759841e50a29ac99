use tonic::{Request, Status};

use crate::authorize::{AcrossScope, OwnCompany};
use crate::status;

/// A call that is about every company in which its caller has a role that it takes.
pub(crate) struct CallAcross {
    companies: Vec<OwnCompany>,
}

impl CallAcross {
    /// Splits a request into the call and its message.
    ///
    /// # Errors
    /// When no layer has said who may call, as [`Call::of`](super::Call::of).
    pub(crate) fn of<T>(mut request: Request<T>) -> Result<(Self, T), Status> {
        let scope = request
            .extensions_mut()
            .remove::<AcrossScope>()
            .ok_or_else(status::unauthenticated)?;
        Ok((Self { companies: scope.0 }, request.into_inner()))
    }

    /// The companies behind an id, by id.
    pub(crate) fn companies_after(&self, after: Option<&str>) -> &[OwnCompany] {
        let first = self.companies.partition_point(|company| {
            after.is_some_and(|after| company.tenant.company_id().as_str() <= after)
        });
        self.companies.get(first..).unwrap_or_default()
    }
}
