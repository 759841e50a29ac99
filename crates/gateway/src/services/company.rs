use posars_domain::company::{CompanyDefined, CompanyEvent};
use posars_domain::register::{RegisterDefined, RegisterEvent};
use posars_domain::store::{StoreDefined, StoreEvent};
use tonic::{Request, Response, Status};

use crate::call::Call;
use crate::proto::sales::v1 as pb;
use crate::proto::sales::v1::company_service_server::CompanyService;
use crate::status;
use crate::wire::{
    read_define_company, read_define_register, read_define_store, write_company, write_recorded,
    write_register, write_store,
};

/// Sets up the company, its stores and its registers.
pub(crate) struct CompanyApi;

#[tonic::async_trait]
impl CompanyService for CompanyApi {
    async fn define_company(
        &self,
        request: Request<pb::DefineCompanyRequest>,
    ) -> Result<Response<pb::DefineCompanyResponse>, Status> {
        let (call, request) = Call::of(request)?;
        call.whole_company(&request.company_id)?;
        let (envelope, validate_only) = (call.envelope(&request.request_id)?, request.validate_only);
        let command = read_define_company(request)?;
        // Nothing left to write means that the company is exactly as asked.
        let asked = CompanyDefined {
            company_id: command.company_id.clone(),
            name: command.name.clone(),
            cnpj: command.cnpj.clone(),
            currency: command.currency,
        };
        let commands = call.tenant().commands(validate_only);
        let receipt = commands
            .define_company(command, &envelope)
            .await
            .map_err(status::from_command)?;
        let defined = receipt.events.last().map_or(&asked, |event| match event {
            CompanyEvent::CompanyDefined(defined) => defined,
        });
        Ok(Response::new(pb::DefineCompanyResponse {
            company: Some(write_company(defined)),
            recorded: Some(write_recorded(&receipt, validate_only)),
        }))
    }

    async fn define_store(
        &self,
        request: Request<pb::DefineStoreRequest>,
    ) -> Result<Response<pb::DefineStoreResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let company = call.whole_company_of("parent", &request.parent)?;
        let (envelope, validate_only) = (call.envelope(&request.request_id)?, request.validate_only);
        let command = read_define_store(request)?;
        let asked = StoreDefined {
            store_id: command.store_id.clone(),
            name: command.name.clone(),
            cnpj: command.cnpj.clone(),
            time_zone: command.time_zone.clone(),
            day_cutover: command.day_cutover,
            currency: command.currency,
        };
        let commands = call.tenant().commands(validate_only);
        let receipt = commands
            .define_store(command, &envelope)
            .await
            .map_err(status::from_command)?;
        let defined = receipt.events.last().map_or(&asked, |event| match event {
            StoreEvent::StoreDefined(defined) => defined,
        });
        Ok(Response::new(pb::DefineStoreResponse {
            store: Some(write_store(company, defined)),
            recorded: Some(write_recorded(&receipt, validate_only)),
        }))
    }

    async fn define_register(
        &self,
        request: Request<pb::DefineRegisterRequest>,
    ) -> Result<Response<pb::DefineRegisterResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let (company, store_id) = call.store_of("parent", &request.parent)?;
        let (envelope, validate_only) = (call.envelope(&request.request_id)?, request.validate_only);
        let command = read_define_register(request, store_id)?;
        let asked = RegisterDefined {
            store_id: command.store_id.clone(),
            register_no: command.register_no.clone(),
            name: command.name.clone(),
        };
        let commands = call.tenant().commands(validate_only);
        let receipt = commands
            .define_register(command, &envelope)
            .await
            .map_err(status::from_command)?;
        let defined = receipt.events.last().map_or(&asked, |event| match event {
            RegisterEvent::RegisterDefined(defined) => defined,
        });
        Ok(Response::new(pb::DefineRegisterResponse {
            register: Some(write_register(company, defined)),
            recorded: Some(write_recorded(&receipt, validate_only)),
        }))
    }
}
