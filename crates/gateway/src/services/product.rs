use posars_domain::Sku;
use posars_domain::product::{ProductEvent, ProductSettings};
use tonic::{Request, Response, Status};

use crate::call::{Call, Done};
use crate::proto::inventory::v1 as pb;
use crate::proto::inventory::v1::product_service_server::ProductService;
use crate::status;
use crate::wire::{
    CompanyName, ProductName, read_change_product, read_define_product, read_list_products,
    read_retire_product, write_product,
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
        let ask = call.ask(&request.request_id, request.validate_only)?;
        let command = read_define_product(request)?;
        let done = ask.carry_out(&command).await?;
        let product = product_after(&call, &command.sku, &done).await?;
        let recorded = done.recorded();
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
        let ask = call.ask(&request.request_id, request.validate_only)?;
        let command = read_change_product(sku, asked, request.update_mask)?;
        let done = ask.carry_out(&command).await?;
        let product = product_after(&call, &command.sku, &done).await?;
        let recorded = done.recorded();
        Ok(Response::new(pb::ChangeProductResponse { product, recorded }))
    }

    async fn retire_product(
        &self,
        request: Request<pb::RetireProductRequest>,
    ) -> Result<Response<pb::RetireProductResponse>, Status> {
        let (call, request) = Call::of(request)?;
        let ProductName { sku } = call.name("name", &request.name)?;
        call.whole_company()?;
        let ask = call.ask(&request.request_id, request.validate_only)?;
        let command = read_retire_product(sku, request.reason);
        let done = ask.carry_out(&command).await?;
        let product = product_after(&call, &command.sku, &done).await?;
        let recorded = done.recorded();
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

/// The product as the command's event left it. A retirement does not carry the description, which the catalogue has.
async fn product_after(
    call: &Call,
    sku: &Sku,
    done: &Done<ProductEvent>,
) -> Result<Option<pb::Product>, Status> {
    let write = |settings: &ProductSettings, retired| Some(write_product(call.company(), settings, retired));
    match done.answer() {
        Some(ProductEvent::ProductDefined(event)) => Ok(write(&event.settings, false)),
        Some(ProductEvent::ProductChanged(event)) => Ok(write(&event.settings, false)),
        Some(ProductEvent::ProductRetired(_)) => {
            let known = call.tenant().commands().products(std::slice::from_ref(sku)).await;
            let known = known.map_err(status::from_command)?;
            Ok(known
                .into_iter()
                .flatten()
                .next()
                .and_then(|settings| write(&settings, true)))
        }
        None => Ok(None),
    }
}
