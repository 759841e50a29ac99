use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use posars_domain::CompanyId;

/// Who makes a call, and for which company.
///
/// The seam of authentication: a layer in front of the gateway puts a principal into the request's extensions. Without
/// one the gateway's default principal stands in, which is how one machine with one company runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The only company that the caller may touch.
    pub company: CompanyId,
    /// Who: the subject of the token, or the name of the local user.
    pub subject: String,
    /// The program that the person uses.
    pub client: String,
}

impl Principal {
    /// The caller of a machine that serves one company without authentication.
    pub fn local(company: CompanyId) -> Self {
        Self {
            company,
            subject: "local".to_owned(),
            client: "grpc".to_owned(),
        }
    }
}

/// Gives the call the default principal when nobody gave it one.
pub(crate) async fn seat_principal(
    State(default): State<Principal>,
    mut request: Request,
    next: Next,
) -> Response {
    request.extensions_mut().get_or_insert_with(|| default);
    next.run(request).await
}
