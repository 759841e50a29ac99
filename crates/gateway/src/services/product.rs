use posars_commands::Commands;
use posars_domain::product::{ProductEvent, ProductSettings};
use posars_domain::{CompanyId, Sku};
use tonic::{Request, Response, Status};

use crate::call::Call;
use crate::proto::inventory::v1 as pb;
use crate::proto::inventory::v1::product_service_server::ProductService;
use crate::status;
use crate::wire::{
    CompanyName, ProductName, read_change_product, read_define_product, read_list_products,
    read_retire_product, write_product, write_recorded,
};

/// Keeps the catalogue of products, and reads it back.
pub(crate) struct ProductApi;

#[tonic::async_trait]
impl ProductService for ProductApi {
    async fn define_product(
        &self,
        request: Request<pb::DefineProductRequest>,
    ) -> Result<Response<pb::DefineProductResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        call.whole_company()?;
        let (envelope, validate_only) = (call.envelope(&request.request_id)?, request.validate_only);
        let command = read_define_product(request)?;
        let sku = command.sku.clone();
        let commands = call.tenant().commands(validate_only);
        let receipt = commands
            .define_product(command, &envelope)
            .await
            .map_err(status::from_command)?;
        let product = product_after(&commands, call.company(), &sku, receipt.events.last(), false).await?;
        let recorded = Some(write_recorded(&receipt, validate_only));
        Ok(Response::new(pb::DefineProductResponse { product, recorded }))
    }

    async fn change_product(
        &self,
        request: Request<pb::ChangeProductRequest>,
    ) -> Result<Response<pb::ChangeProductResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let asked = request.product.unwrap_or_default();
        let ProductName { sku } = call.name("product.name", &asked.name)?;
        call.whole_company()?;
        let (envelope, validate_only) = (call.envelope(&request.request_id)?, request.validate_only);
        let command = read_change_product(sku.clone(), asked, request.update_mask)?;
        let commands = call.tenant().commands(validate_only);
        let receipt = commands
            .change_product(command, &envelope)
            .await
            .map_err(|error| status::from_command_inside("product.", error))?;
        let product = product_after(&commands, call.company(), &sku, receipt.events.last(), false).await?;
        let recorded = Some(write_recorded(&receipt, validate_only));
        Ok(Response::new(pb::ChangeProductResponse { product, recorded }))
    }

    async fn retire_product(
        &self,
        request: Request<pb::RetireProductRequest>,
    ) -> Result<Response<pb::RetireProductResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let ProductName { sku } = call.name("name", &request.name)?;
        call.whole_company()?;
        let (envelope, validate_only) = (call.envelope(&request.request_id)?, request.validate_only);
        let command = read_retire_product(sku.clone(), request.reason);
        let commands = call.tenant().commands(validate_only);
        let receipt = commands
            .retire_product(command, &envelope)
            .await
            .map_err(status::from_command)?;
        let product = product_after(&commands, call.company(), &sku, receipt.events.last(), true).await?;
        let recorded = Some(write_recorded(&receipt, validate_only));
        Ok(Response::new(pb::RetireProductResponse { product, recorded }))
    }

    async fn get_product(
        &self,
        request: Request<pb::GetProductRequest>,
    ) -> Result<Response<pb::GetProductResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let ProductName { sku } = call.name("name", &request.name)?;
        let freshness = call.freshness(request.min_position);
        let answer = call.tenant().projections().product(&sku, freshness).await;
        let (product, position) = answer.map_err(|error| status::from_query(&error))?;
        let product =
            product.ok_or_else(|| status::not_found("PRODUCT_NOT_FOUND", "product", &request.name))?;
        Ok(Response::new(pb::GetProductResponse {
            product: Some(write_product(call.company(), &product.settings, product.retired)),
            position: position.get(),
        }))
    }

    async fn list_products(
        &self,
        request: Request<pb::ListProductsRequest>,
    ) -> Result<Response<pb::ListProductsResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        let freshness = call.freshness(request.min_position);
        let (filter, page) = read_list_products(request)?;
        let answer = call
            .tenant()
            .projections()
            .list_products(&filter, &page.request(), freshness)
            .await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        let products = answer.rows.iter();
        Ok(Response::new(pb::ListProductsResponse {
            products: products
                .map(|product| write_product(call.company(), &product.settings, product.retired))
                .collect(),
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }
}

/// The product as the command's event left it. When the event does not carry the whole of it, or nothing was left to
/// do, as the catalogue has it.
async fn product_after(
    commands: &Commands,
    company: &CompanyId,
    sku: &Sku,
    event: Option<&ProductEvent>,
    retired: bool,
) -> Result<Option<pb::Product>, Status> {
    let settings = match event {
        Some(ProductEvent::ProductDefined(event)) => Some(ProductSettings {
            sku: event.sku.clone(),
            name: event.name.clone(),
            gtin: event.gtin.clone(),
            ncm: event.ncm.clone(),
            unit: event.unit.clone(),
            decimals: event.decimals,
            tracked: event.tracked,
        }),
        Some(ProductEvent::ProductChanged(event)) => Some(ProductSettings {
            sku: event.sku.clone(),
            name: event.name.clone(),
            gtin: event.gtin.clone(),
            ncm: event.ncm.clone(),
            unit: event.unit.clone(),
            decimals: event.decimals,
            tracked: event.tracked,
        }),
        Some(ProductEvent::ProductRetired(_)) | None => {
            let known = commands
                .products(std::slice::from_ref(sku))
                .await
                .map_err(status::from_command)?;
            known.into_iter().next().flatten()
        }
    };
    Ok(settings.map(|settings| write_product(company, &settings, retired)))
}
