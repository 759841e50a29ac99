//! Users and what they were granted.

use posars_domain::CompanyId;
use posars_identity::User;

use super::grant::write_grant;
use super::names::{ResourceName as _, UserName};
use super::value::write_time;
use crate::proto::identity::v1 as pb;

/// Writes a user with their grants, all of which must be of this company.
pub(crate) fn write_user(company: &CompanyId, user: &User) -> pb::User {
    let name = UserName {
        subject: user.subject.clone(),
    };
    pb::User {
        name: name.of(company),
        subject: user.subject.clone(),
        display_name: user.display_name.clone(),
        create_time: Some(write_time(user.created_at)),
        grants: user.memberships.iter().map(write_grant).collect(),
    }
}
