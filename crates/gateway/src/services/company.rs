use posars_domain::company::CompanyPolicySet;
use posars_projections::Freshness;
use tonic::{Request, Response, Status};

use crate::authorize::OwnCompany;
use crate::call::{Call, CallAcross};
use crate::page::page_asked;
use crate::proto::sales::v1 as pb;
use crate::proto::sales::v1::company_service_server::CompanyService;
use crate::status;
use crate::wire::{
    CompanyName, RegisterName, StoreName, read_define_company, read_define_register, read_define_store,
    read_set_company_policy, write_caller_company, write_company, write_company_policy, write_register,
    write_store,
};

/// Sets up the company, its stores and its registers, and reads them back.
pub(crate) struct CompanyApi;

#[tonic::async_trait]
impl CompanyService for CompanyApi {
    async fn define_company(
        &self,
        request: Request<pb::DefineCompanyRequest>,
    ) -> Result<Response<pb::DefineCompanyResponse>, Status> {
        let (call, request) = Call::of(request)?;
        call.in_company(&request.company_id)?;
        call.whole_company()?;
        let ask = call.ask(&request.request_id, request.validate_only)?;
        let done = ask.carry_out(&read_define_company(request)?).await?;
        let company = done.answer().map(write_company);
        let recorded = done.recorded();
        Ok(Response::new(pb::DefineCompanyResponse { company, recorded }))
    }

    async fn set_company_policy(
        &self,
        request: Request<pb::SetCompanyPolicyRequest>,
    ) -> Result<Response<pb::SetCompanyPolicyResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let CompanyName = call.name("name", &request.name)?;
        call.whole_company()?;
        let ask = call.ask(&request.request_id, request.validate_only)?;
        let command = read_set_company_policy(request, call.company().clone())?;
        let done = ask.carry_out(&command).await?;
        let policy = done
            .answer()
            .map(CompanyPolicySet::policy)
            .map(write_company_policy);
        let recorded = done.recorded();
        Ok(Response::new(pb::SetCompanyPolicyResponse { policy, recorded }))
    }

    async fn define_store(
        &self,
        request: Request<pb::DefineStoreRequest>,
    ) -> Result<Response<pb::DefineStoreResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        call.whole_company()?;
        let ask = call.ask(&request.request_id, request.validate_only)?;
        let done = ask.carry_out(&read_define_store(request)?).await?;
        let store = done.answer().map(|store| write_store(call.company(), store));
        let recorded = done.recorded();
        Ok(Response::new(pb::DefineStoreResponse { store, recorded }))
    }

    async fn define_register(
        &self,
        request: Request<pb::DefineRegisterRequest>,
    ) -> Result<Response<pb::DefineRegisterResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let StoreName { store_id } = call.name("parent", &request.parent)?;
        let ask = call.ask(&request.request_id, request.validate_only)?;
        let done = ask.carry_out(&read_define_register(request, store_id)?).await?;
        let register = done
            .answer()
            .map(|register| write_register(call.company(), register));
        let recorded = done.recorded();
        Ok(Response::new(pb::DefineRegisterResponse { register, recorded }))
    }

    async fn list_companies(
        &self,
        request: Request<pb::ListCompaniesRequest>,
    ) -> Result<Response<pb::ListCompaniesResponse>, Status> {
        let (call, mut request) = CallAcross::of(request)?;
        let page = page_asked!(now request)?;
        let companies = call.companies_after(page.after_key());
        let id_of = |company: &OwnCompany| company.tenant.company_id().to_string();
        let (companies, next_page_token) = page.of_one_more(companies, id_of);
        let mut written = Vec::with_capacity(companies.len());
        for OwnCompany { tenant, grants } in companies {
            let company_id = tenant.company_id();
            let defined = tenant.projections().company(company_id, Freshness::ANY).await;
            let (defined, _) = defined.map_err(|error| status::from_query(&error))?;
            written.push(write_caller_company(company_id, defined.as_ref(), grants));
        }
        Ok(Response::new(pb::ListCompaniesResponse {
            companies: written,
            next_page_token,
        }))
    }

    async fn get_company(
        &self,
        request: Request<pb::GetCompanyRequest>,
    ) -> Result<Response<pb::GetCompanyResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let CompanyName = call.name("name", &request.name)?;
        let freshness = call.freshness(request.min_position);
        let answer = call
            .tenant()
            .projections()
            .company(call.company(), freshness)
            .await;
        let (company, position) = answer.map_err(|error| status::from_query(&error))?;
        let company =
            company.ok_or_else(|| status::not_found("COMPANY_NOT_FOUND", "company", &request.name))?;
        // From the log, which is never behind the read model: no read model needs the policy but this answer.
        let policy = call.tenant().commands().company_policy().await;
        let policy = policy.map_err(status::from_command)?;
        Ok(Response::new(pb::GetCompanyResponse {
            company: Some(write_company(&company)),
            position: position.get(),
            policy: Some(write_company_policy(policy)),
        }))
    }

    async fn get_store(
        &self,
        request: Request<pb::GetStoreRequest>,
    ) -> Result<Response<pb::GetStoreResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let StoreName { store_id } = call.name("name", &request.name)?;
        let freshness = call.freshness(request.min_position);
        let answer = call.tenant().projections().store(&store_id, freshness).await;
        let (store, position) = answer.map_err(|error| status::from_query(&error))?;
        let store = store.ok_or_else(|| status::not_found("STORE_NOT_FOUND", "store", &request.name))?;
        Ok(Response::new(pb::GetStoreResponse {
            store: Some(write_store(call.company(), &store)),
            position: position.get(),
        }))
    }

    async fn list_stores(
        &self,
        request: Request<pb::ListStoresRequest>,
    ) -> Result<Response<pb::ListStoresResponse>, Status> {
        let (call, mut request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        let freshness = call.freshness(request.min_position);
        let page = page_asked!(request)?;
        let stores = call.store_scope();
        let projections = call.tenant().projections();
        let answer = projections
            .list_stores(stores.as_deref(), &page.request(), freshness)
            .await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        let stores = answer.rows.iter();
        Ok(Response::new(pb::ListStoresResponse {
            stores: stores.map(|store| write_store(call.company(), store)).collect(),
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }

    async fn get_register(
        &self,
        request: Request<pb::GetRegisterRequest>,
    ) -> Result<Response<pb::GetRegisterResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let name: RegisterName = call.name("name", &request.name)?;
        let freshness = call.freshness(request.min_position);
        let projections = call.tenant().projections();
        let answer = projections
            .register(&name.store_id, &name.register_no, freshness)
            .await;
        let (register, position) = answer.map_err(|error| status::from_query(&error))?;
        let register =
            register.ok_or_else(|| status::not_found("REGISTER_NOT_FOUND", "register", &request.name))?;
        Ok(Response::new(pb::GetRegisterResponse {
            register: Some(write_register(call.company(), &register)),
            position: position.get(),
        }))
    }

    async fn list_registers(
        &self,
        request: Request<pb::ListRegistersRequest>,
    ) -> Result<Response<pb::ListRegistersResponse>, Status> {
        let (call, mut request) = Call::of(request)?;
        let stores = call.store_or_scope("parent", &request.parent)?;
        let freshness = call.freshness(request.min_position);
        let page = page_asked!(request)?;
        let projections = call.tenant().projections();
        let answer = projections
            .list_registers(stores.as_deref(), &page.request(), freshness)
            .await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        let registers = answer.rows.iter();
        Ok(Response::new(pb::ListRegistersResponse {
            registers: registers
                .map(|register| write_register(call.company(), register))
                .collect(),
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }
}
