//! The commands of the terms of payment.

use posars_domain::terms::{ReceiptTermsDefined, SupplierTermsDefined};
use tonic::{Request, Response};

use super::Answered;
use crate::call::Call;
use crate::proto::finance::v1 as pb;
use crate::wire::CompanyName;
use crate::wire::finance::terms_command::{read_define_receipt_terms, read_define_supplier_terms};
use crate::wire::finance::{write_receipt_terms, write_supplier_terms};

pub(super) async fn define_receipt_terms(
    request: Request<pb::DefineReceiptTermsRequest>,
) -> Answered<pb::DefineReceiptTermsResponse> {
    let (call, request) = Call::of(request)?;
    let CompanyName = call.name("parent", &request.parent)?;
    call.whole_company()?;
    let ask = call.ask(&request.request_id, request.validate_only)?;
    let command = read_define_receipt_terms(request.receipt_terms)?;
    let done = ask.carry_out(&command).await?;
    let answer: Option<&ReceiptTermsDefined> = done.answer();
    let receipt_terms = answer.map(|event| write_receipt_terms(&event.terms));
    let recorded = done.recorded();
    Ok(Response::new(pb::DefineReceiptTermsResponse {
        receipt_terms,
        recorded,
    }))
}

pub(super) async fn define_supplier_terms(
    request: Request<pb::DefineSupplierTermsRequest>,
) -> Answered<pb::DefineSupplierTermsResponse> {
    let (call, request) = Call::of(request)?;
    let CompanyName = call.name("parent", &request.parent)?;
    call.whole_company()?;
    let ask = call.ask(&request.request_id, request.validate_only)?;
    let command = read_define_supplier_terms(request.supplier_terms)?;
    let done = ask.carry_out(&command).await?;
    let answer: Option<&SupplierTermsDefined> = done.answer();
    let supplier_terms = answer.map(|event| write_supplier_terms(&event.terms));
    let recorded = done.recorded();
    Ok(Response::new(pb::DefineSupplierTermsResponse {
        supplier_terms,
        recorded,
    }))
}
