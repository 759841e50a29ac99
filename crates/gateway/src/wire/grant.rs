//! What somebody may do in a company.

use posars_identity::{Membership, Role};

use crate::proto::authz::v1 as pb;

/// Writes a grant; its company is that of the message around it.
pub(crate) fn write_grant(grant: &Membership) -> pb::Grant {
    let role = match grant.role {
        Role::Owner => pb::Role::Owner,
        Role::Manager => pb::Role::Manager,
        Role::Cashier => pb::Role::Cashier,
        Role::Stock => pb::Role::Stock,
        Role::Finance => pb::Role::Finance,
        Role::Hr => pb::Role::Hr,
        Role::Auditor => pb::Role::Auditor,
        Role::Operator => pb::Role::Operator,
    };
    pb::Grant {
        role: role.into(),
        store_id: grant.store.as_ref().map(ToString::to_string).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_keeps_its_name() {
        for role in Role::ALL {
            let grant = write_grant(&format!("acme/{role}/sp01").parse().unwrap());
            let word = grant.role().as_str_name();
            assert_eq!(
                word.strip_prefix("ROLE_").unwrap().to_ascii_lowercase(),
                role.as_str()
            );
            assert_eq!(grant.store_id, "sp01");
        }
        assert_eq!(write_grant(&"acme/owner".parse().unwrap()).store_id, "");
    }
}
