use posars_projections::ChartFilter;
use tonic::{Request, Response};

use super::{Answered, books_currency, chart_commands, unknown_account};
use crate::call::Call;
use crate::page::page_asked;
use crate::proto::finance::v1 as pb;
use crate::proto::finance::v1::chart_service_server::ChartService;
use crate::status;
use crate::wire::finance::{
    AccountName, read_account_type, read_scope, write_account_node, write_cost_center,
};
use crate::wire::{CompanyName, Reader, read_optional_date};

/// Keeps the chart of accounts with its cost centres.
pub(crate) struct ChartApi;

#[tonic::async_trait]
impl ChartService for ChartApi {
    async fn define_account(
        &self,
        request: Request<pb::DefineAccountRequest>,
    ) -> Answered<pb::DefineAccountResponse> {
        chart_commands::define_account(request).await
    }

    async fn change_account(
        &self,
        request: Request<pb::ChangeAccountRequest>,
    ) -> Answered<pb::ChangeAccountResponse> {
        chart_commands::change_account(request).await
    }

    async fn retire_account(
        &self,
        request: Request<pb::RetireAccountRequest>,
    ) -> Answered<pb::RetireAccountResponse> {
        chart_commands::retire_account(request).await
    }

    async fn assign_account_role(
        &self,
        request: Request<pb::AssignAccountRoleRequest>,
    ) -> Answered<pb::AssignAccountRoleResponse> {
        chart_commands::assign_account_role(request).await
    }

    async fn get_account(&self, request: Request<pb::GetAccountRequest>) -> Answered<pb::GetAccountResponse> {
        let (call, request) = Call::of(request)?;
        let AccountName { code } = call.name("name", &request.name)?;
        call.whole_company()?;
        let freshness = call.freshness(request.min_position);
        let mut reader = Reader::new();
        let date = read_optional_date(&mut reader, "date", request.date);
        let scope = read_scope(&mut reader, &request.store_id, &request.cost_center_id);
        let (date, scope) = reader.finish(date.zip(scope))?;
        let filter = ChartFilter {
            date,
            scope,
            account_type: None,
        };
        let projections = call.tenant().projections();
        let answer = projections.account(&code, &filter, freshness).await;
        let (account, position) = answer.map_err(|error| status::from_query(&error))?;
        let account = account.ok_or_else(|| unknown_account("name", &code))?;
        let currency = books_currency(&call).await?;
        Ok(Response::new(pb::GetAccountResponse {
            account: Some(write_account_node(call.company(), &account, currency)),
            position: position.get(),
        }))
    }

    async fn list_accounts(
        &self,
        request: Request<pb::ListAccountsRequest>,
    ) -> Answered<pb::ListAccountsResponse> {
        let (call, mut request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        call.whole_company()?;
        let freshness = call.freshness(request.min_position);
        let mut reader = Reader::new();
        let page = page_asked!(&mut reader, request);
        let date = read_optional_date(&mut reader, "date", request.date);
        let scope = read_scope(&mut reader, &request.store_id, &request.cost_center_id);
        let account_type = read_account_type(&mut reader, "type", request.r#type);
        let filter = date.zip(scope).zip(account_type);
        let filter = filter.map(|((date, scope), account_type)| ChartFilter {
            date,
            scope,
            account_type,
        });
        let (filter, page) = reader.finish(filter.zip(page))?;
        let projections = call.tenant().projections();
        let answer = projections
            .list_accounts(&filter, &page.request(), freshness)
            .await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        let currency = books_currency(&call).await?;
        let accounts = answer.rows.iter();
        Ok(Response::new(pb::ListAccountsResponse {
            accounts: accounts
                .map(|account| write_account_node(call.company(), account, currency))
                .collect(),
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }

    async fn define_cost_center(
        &self,
        request: Request<pb::DefineCostCenterRequest>,
    ) -> Answered<pb::DefineCostCenterResponse> {
        chart_commands::define_cost_center(request).await
    }

    async fn change_cost_center(
        &self,
        request: Request<pb::ChangeCostCenterRequest>,
    ) -> Answered<pb::ChangeCostCenterResponse> {
        chart_commands::change_cost_center(request).await
    }

    async fn retire_cost_center(
        &self,
        request: Request<pb::RetireCostCenterRequest>,
    ) -> Answered<pb::RetireCostCenterResponse> {
        chart_commands::retire_cost_center(request).await
    }

    async fn list_cost_centers(
        &self,
        request: Request<pb::ListCostCentersRequest>,
    ) -> Answered<pb::ListCostCentersResponse> {
        let (call, mut request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        call.whole_company()?;
        let freshness = call.freshness(request.min_position);
        let page = page_asked!(request)?;
        let projections = call.tenant().projections();
        let answer = projections.list_cost_centers(&page.request(), freshness).await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        let centers = answer.rows.iter();
        Ok(Response::new(pb::ListCostCentersResponse {
            cost_centers: centers
                .map(|setting| write_cost_center(call.company(), &setting.content, setting.retired))
                .collect(),
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }
}
