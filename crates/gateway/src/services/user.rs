use posars_identity::Users;
use tonic::{Request, Response, Status};

use crate::call::Call;
use crate::page::page_asked;
use crate::proto::identity::v1 as pb;
use crate::proto::identity::v1::user_service_server::UserService;
use crate::status;
use crate::wire::{CompanyName, UserName, write_user};

/// Tells who may do what in the company.
pub(crate) struct UserApi {
    /// None where another issuer keeps them.
    pub(crate) users: Option<Users>,
}

#[tonic::async_trait]
impl UserService for UserApi {
    async fn list_users(
        &self,
        request: Request<pb::ListUsersRequest>,
    ) -> Result<Response<pb::ListUsersResponse>, Status> {
        let (call, mut request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        call.whole_company()?;
        let page = page_asked!(now request)?;
        let users = self.users()?;
        let after = page.after_key().unwrap_or_default();
        // One more than asked for tells whether there is a next page.
        let found = users.members(call.company(), after, page.rows_max + 1).await;
        let found = found.map_err(status::from_users)?;
        let (users, next_page_token) = page.of_one_more(&found, |user| user.subject.clone());
        Ok(Response::new(pb::ListUsersResponse {
            users: users
                .iter()
                .map(|user| write_user(call.company(), user))
                .collect(),
            next_page_token,
        }))
    }

    async fn get_user(
        &self,
        request: Request<pb::GetUserRequest>,
    ) -> Result<Response<pb::GetUserResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let UserName { subject } = call.name("name", &request.name)?;
        call.whole_company()?;
        let found = self.users()?.member(call.company(), &subject).await;
        let user = found.map_err(status::from_users)?;
        let user = user.ok_or_else(|| status::unknown_user(&request.name))?;
        Ok(Response::new(pb::GetUserResponse {
            user: Some(write_user(call.company(), &user)),
        }))
    }
}

impl UserApi {
    fn users(&self) -> Result<&Users, Status> {
        self.users.as_ref().ok_or_else(status::users_elsewhere)
    }
}
