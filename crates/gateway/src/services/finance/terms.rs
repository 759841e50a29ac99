use posars_domain::PaymentMethod;
use posars_domain::terms::ReceiptTerms;
use tonic::{Request, Response};

use super::whole_list::{after_key, whole_list};
use super::{Answered, terms_commands};
use crate::call::Call;
use crate::page::page_asked;
use crate::proto::finance::v1 as pb;
use crate::proto::finance::v1::terms_service_server::TermsService;
use crate::status;
use crate::wire::finance::{write_receipt_terms, write_supplier_terms};
use crate::wire::{CompanyName, Reader};

/// Says when, and less which fee, money comes and goes.
pub(crate) struct TermsApi;

#[tonic::async_trait]
impl TermsService for TermsApi {
    async fn define_receipt_terms(
        &self,
        request: Request<pb::DefineReceiptTermsRequest>,
    ) -> Answered<pb::DefineReceiptTermsResponse> {
        terms_commands::define_receipt_terms(request).await
    }

    async fn list_receipt_terms(
        &self,
        request: Request<pb::ListReceiptTermsRequest>,
    ) -> Answered<pb::ListReceiptTermsResponse> {
        let (call, mut request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        call.whole_company()?;
        let freshness = call.freshness(request.min_position);
        let mut reader = Reader::new();
        let page = page_asked!(&mut reader, request);
        let method = reader.optional::<PaymentMethod>("method", &request.method);
        let (method, page) = reader.finish(method.zip(page))?;
        let projections = call.tenant().projections();
        let list = |page| async move { projections.list_receipt_terms(&page, freshness).await };
        let (terms, position) = whole_list(list).await?;
        let terms = terms.into_iter().map(|setting| setting.content);
        let of_method = |terms: &ReceiptTerms| method.as_ref().is_none_or(|method| *method == terms.method);
        let mut terms: Vec<ReceiptTerms> = terms.filter(of_method).collect();
        terms.sort_by_cached_key(key_of);
        let rest = after_key(&terms, page.after_key(), key_of);
        let (rows, next_page_token) = page.of_one_more(rest, key_of);
        Ok(Response::new(pb::ListReceiptTermsResponse {
            receipt_terms: rows.iter().map(write_receipt_terms).collect(),
            next_page_token,
            position: position.get(),
        }))
    }

    async fn define_supplier_terms(
        &self,
        request: Request<pb::DefineSupplierTermsRequest>,
    ) -> Answered<pb::DefineSupplierTermsResponse> {
        terms_commands::define_supplier_terms(request).await
    }

    async fn list_supplier_terms(
        &self,
        request: Request<pb::ListSupplierTermsRequest>,
    ) -> Answered<pb::ListSupplierTermsResponse> {
        let (call, mut request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        call.whole_company()?;
        let freshness = call.freshness(request.min_position);
        let page = page_asked!(request)?;
        let projections = call.tenant().projections();
        let answer = projections.list_supplier_terms(&page.request(), freshness).await;
        let answer = answer.map_err(|error| status::from_query(&error))?;
        let terms = answer.rows.iter();
        Ok(Response::new(pb::ListSupplierTermsResponse {
            supplier_terms: terms
                .map(|setting| write_supplier_terms(&setting.content))
                .collect(),
            next_page_token: page.next_token(answer.position, answer.next),
            position: answer.position.get(),
        }))
    }
}

/// What tells terms from all others, in the order of the list.
fn key_of(terms: &ReceiptTerms) -> String {
    let acquirer = terms
        .acquirer_cnpj
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let brand = terms.brand.as_deref().unwrap_or_default();
    let from = terms.installments_from;
    format!(
        "{}/{acquirer}/{brand}/{from:05}/{}",
        terms.method, terms.valid_from
    )
}
