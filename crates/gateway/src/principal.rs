use std::collections::BTreeSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use jiff::Timestamp;
use posars_commands::StoreScope;
use posars_domain::CompanyId;
use posars_identity::{Identity, Membership, Role};

/// Who makes a call, and what they may do where.
///
/// A layer leaves it in the request's extensions. It says nothing yet about the company of the call: several may be
/// open to one person. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Principal(Arc<Identity>);

impl Principal {
    /// Whoever works on this machine itself, with everything in one company: benchmarks and tests.
    pub fn local(company: CompanyId) -> Self {
        Self::with(
            "local",
            "grpc",
            vec![Membership {
                company,
                role: Role::Owner,
                store: None,
            }],
        )
    }

    /// A person that needs no token, because the program itself answers for them.
    pub fn with(subject: &str, client: &str, memberships: Vec<Membership>) -> Self {
        Self(Arc::new(Identity {
            subject: subject.to_owned(),
            client: client.to_owned(),
            memberships,
            role_by_hand: None,
            expires_at: Timestamp::MAX,
        }))
    }

    /// Who: the subject of the token, or the name of the local user.
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// The program that the person uses.
    pub fn client(&self) -> &str {
        &self.0.client
    }

    /// The role of a token that was made by hand, not from what the person was granted.
    pub(crate) fn role_by_hand(&self) -> Option<Role> {
        self.0.role_by_hand
    }

    /// The companies that the person has a role in, each once, in order.
    pub(crate) fn companies(&self) -> BTreeSet<&CompanyId> {
        self.0
            .memberships
            .iter()
            .map(|membership| &membership.company)
            .collect()
    }

    /// What the person may do in a company, in the order of the roles.
    pub(crate) fn grants(&self, company: &CompanyId) -> Vec<Membership> {
        let mut grants = self.0.memberships.clone();
        grants.retain(|membership| membership.company == *company);
        grants.sort();
        grants.dedup();
        grants
    }

    /// The stores of the company where the person has one of these roles; none when they have none of them at all.
    pub(crate) fn scope(&self, company: &CompanyId, roles: &[Role]) -> Option<StoreScope> {
        let mut stores = BTreeSet::new();
        let memberships = &self.0.memberships;
        let matching =
            |membership: &&Membership| membership.company == *company && roles.contains(&membership.role);
        for membership in memberships.iter().filter(matching) {
            match &membership.store {
                None => return Some(StoreScope::All),
                Some(store) => stores.insert(store.clone()),
            };
        }
        (!stores.is_empty()).then_some(StoreScope::Only(Arc::new(stores)))
    }
}

impl From<Arc<Identity>> for Principal {
    fn from(identity: Arc<Identity>) -> Self {
        Self(identity)
    }
}

/// A caller as far as limits tell callers apart: one with roles in several companies is still one.
#[derive(Clone)]
pub(crate) struct Subject(Arc<Identity>);

impl Subject {
    /// The subject of this caller.
    pub(crate) fn of(principal: &Principal) -> Self {
        Self(Arc::clone(&principal.0))
    }
}

impl PartialEq for Subject {
    fn eq(&self, other: &Self) -> bool {
        self.0.subject == other.0.subject
    }
}

impl Eq for Subject {}

impl Hash for Subject {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.subject.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn membership(company: &str, role: Role, store: Option<&str>) -> Membership {
        Membership {
            company: company.parse().unwrap(),
            role,
            store: store.map(|store| store.parse().unwrap()),
        }
    }

    #[test]
    fn only_the_roles_that_count_open_their_stores() {
        let ana = Principal::with(
            "ana",
            "till",
            vec![
                membership("acme", Role::Cashier, Some("sp01")),
                membership("acme", Role::Cashier, Some("sp02")),
                membership("acme", Role::Manager, Some("sp03")),
                membership("acme", Role::Auditor, None),
                membership("beta", Role::Owner, None),
            ],
        );
        let acme = "acme".parse().unwrap();
        let only = |stores: &[&str]| {
            let stores = stores.iter().map(|store| store.parse().unwrap()).collect();
            Some(StoreScope::Only(Arc::new(stores)))
        };
        assert_eq!(
            ana.scope(&acme, &[Role::Owner, Role::Cashier]),
            only(&["sp01", "sp02"])
        );
        assert_eq!(
            ana.scope(&acme, &[Role::Manager, Role::Cashier]),
            only(&["sp01", "sp02", "sp03"])
        );
        assert_eq!(
            ana.scope(&acme, &[Role::Manager, Role::Auditor]),
            Some(StoreScope::All)
        );
        assert_eq!(ana.scope(&acme, &[Role::Owner, Role::Hr]), None);
        let names: Vec<_> = ana.companies().into_iter().map(CompanyId::as_str).collect();
        assert_eq!(names, ["acme", "beta"]);
    }
}
