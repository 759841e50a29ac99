//! The areas of the product: which of them each service belongs to, and so which process serves it where there are several.
//!
//! The rules of a balancer in front, the role that a process has and the forwarding gateway all go by what is said here.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use posars_transcoder::{BindingFinder, Bindings};
use prost_reflect::DescriptorPool;

use crate::GatewayError;
use crate::proto::FILE_DESCRIPTOR_SET;
use crate::status;

/// An area of the product, whose services one process can serve without the others'.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// Sales, stores, registers, and the company itself.
    Sales,
    /// The catalogue and stock.
    Inventory,
    /// The books.
    Finance,
    /// Employees, payrolls, people's own data, and the users of this machine.
    Hr,
    /// Figures, and how projections and reactors stand.
    Reporting,
}

/// What belongs to an area, by the second word of a service's full name.
const PACKAGES: [(&str, Area); 7] = [
    ("sales", Area::Sales),
    ("inventory", Area::Inventory),
    ("finance", Area::Finance),
    ("hr", Area::Hr),
    ("identity", Area::Hr),
    ("reporting", Area::Reporting),
    ("operations", Area::Reporting),
];

/// A text that names no area.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no area; name sales, inventory, finance, hr or reporting")]
pub struct AreaError(String);

impl Area {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Sales,
        Self::Inventory,
        Self::Finance,
        Self::Hr,
        Self::Reporting,
    ];

    /// Its name, such as `sales`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sales => "sales",
            Self::Inventory => "inventory",
            Self::Finance => "finance",
            Self::Hr => "hr",
            Self::Reporting => "reporting",
        }
    }

    /// The area of a service by its full name, such as `posars.sales.v1.SaleService`; none for those that every process
    /// serves, as health and reflection, and for those of others.
    #[must_use]
    pub fn of_service(full_name: &str) -> Option<Self> {
        let mut words = full_name.split('.');
        let package = words
            .next()
            .filter(|first| *first == "posars")
            .and(words.next())?;
        let known = PACKAGES.iter().find(|(name, _)| *name == package);
        known.map(|(_, area)| *area)
    }

    /// The area of an RPC by its path, such as `/posars.sales.v1.SaleService/RecordSale`.
    pub(crate) fn of_rpc_path(path: &str) -> Option<Self> {
        Self::of_service(path.strip_prefix('/')?.split('/').next()?)
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Area {
    type Err = AreaError;

    fn from_str(text: &str) -> Result<Self, AreaError> {
        let known = Self::ALL.into_iter().find(|area| area.name() == text);
        known.ok_or_else(|| AreaError(text.to_owned()))
    }
}

/// The areas that a process serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Areas {
    /// All of them.
    All,
    /// One, with the services that every process has beside it.
    Only(Area),
}

impl Areas {
    /// Whether the area is among them.
    #[must_use]
    pub fn include(self, area: Area) -> bool {
        match self {
            Self::All => true,
            Self::Only(own) => own == area,
        }
    }

    /// Whether a service, by its full name, is served.
    pub(crate) fn serve(self, full_name: &str) -> bool {
        Area::of_service(full_name).is_none_or(|area| self.include(area))
    }
}

/// A layer over the calls: refuses those of services that another process serves.
pub(crate) async fn keep_to_areas(State(areas): State<Areas>, request: Request, next: Next) -> Response {
    match Area::of_rpc_path(request.uri().path()) {
        Some(area) if !areas.include(area) => {
            status::served_elsewhere(area, request.uri().path()).into_http::<Body>()
        }
        Some(_) | None => next.run(request).await,
    }
}

/// Finds the area of a request, by gRPC or by REST, before it is called.
pub struct AreaFinder(BindingFinder);

impl AreaFinder {
    /// A finder over the product's own protos.
    ///
    /// # Errors
    /// When the descriptors built into the program cannot be used; a mistake of the build.
    pub fn new() -> Result<Self, GatewayError> {
        let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET)?;
        Ok(Self(BindingFinder::of(Bindings::of(&pool)?)))
    }

    /// The area of a request; none when nothing of an area is served at its path.
    #[must_use]
    pub fn area_of(&self, method: &Method, path: &str) -> Option<Area> {
        Area::of_rpc_path(&self.rpc_path_of(method, path)?)
    }

    /// The path of the RPC that a request calls, such as `/posars.sales.v1.SaleService/RecordSale`; none when nothing of an
    /// area is served at the request's path.
    pub(crate) fn rpc_path_of<'path>(&self, method: &Method, path: &'path str) -> Option<Cow<'path, str>> {
        if Area::of_rpc_path(path).is_some() {
            return Some(Cow::Borrowed(path));
        }
        let rpc = &self.0.find(method, path)?.rpc;
        Some(Cow::Owned(format!(
            "/{}/{}",
            rpc.parent_service().full_name(),
            rpc.name()
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_has_an_area_and_every_area_a_service() {
        let mut seen = Vec::new();
        let descriptors = DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap();
        for service in descriptors.services() {
            let service = service.full_name();
            let area = Area::of_service(service).unwrap_or_else(|| panic!("{service} has no area"));
            seen.push(area);
        }
        assert!(Area::ALL.iter().all(|area| seen.contains(area)));
        for other in [
            "grpc.health.v1.Health",
            "posars",
            "posars.authz.v1.X",
            "acme.sales.v1.X",
            "",
        ] {
            assert_eq!(Area::of_service(other), None, "{other}");
        }
    }

    #[test]
    fn an_area_is_read_as_it_is_written() {
        for area in Area::ALL {
            assert_eq!(area.to_string().parse(), Ok(area));
        }
        assert!("Sales".parse::<Area>().is_err());
    }

    #[test]
    fn a_request_is_found_by_either_protocol() {
        let finder = AreaFinder::new().unwrap();
        let area = |method: Method, path: &str| finder.area_of(&method, path);
        for (method, path, expected) in [
            (
                Method::POST,
                "/posars.sales.v1.SaleService/RecordSale",
                Area::Sales,
            ),
            (
                Method::POST,
                "/posars.identity.v1.UserService/ListUsers",
                Area::Hr,
            ),
            (
                Method::POST,
                "/posars.operations.v1.ReactorService/X",
                Area::Reporting,
            ),
            (Method::GET, "/v1/companies/main/sales", Area::Sales),
            (Method::HEAD, "/v1/companies/main/sales", Area::Sales),
            // Not served by this method: whoever serves the others says so.
            (Method::PUT, "/v1/companies/main/sales", Area::Sales),
            (Method::GET, "/v1/companies/main/users", Area::Hr),
            (Method::GET, "/v1/companies/main/products", Area::Inventory),
        ] {
            assert_eq!(area(method.clone(), path), Some(expected), "{method} {path}");
        }
        for path in [
            "/",
            "/v1/nothing",
            "/docs",
            "/grpc.health.v1.Health/Check",
            "/v1/%zz",
        ] {
            assert_eq!(area(Method::GET, path), None, "{path}");
        }
    }

    #[test]
    fn every_rest_path_belongs_to_the_area_of_its_rpc() {
        let pool = DescriptorPool::decode(FILE_DESCRIPTOR_SET).unwrap();
        let finder = AreaFinder::new().unwrap();
        for binding in Bindings::of(&pool).unwrap().iter() {
            let path = binding.template.to_string();
            // Variables stand for a segment, and so do their names.
            let plain: String = path
                .split('/')
                .map(|part| part.trim_matches(|c| c == '{' || c == '}'))
                .map(|part| part.split_once('=').map_or(part, |(_, inside)| inside))
                .collect::<Vec<_>>()
                .join("/")
                .replace('*', "x")
                .replace('}', "");
            let own = Area::of_service(binding.rpc.parent_service().full_name());
            assert_eq!(finder.area_of(&binding.method, &plain), own, "{path} as {plain}");
        }
    }
}
