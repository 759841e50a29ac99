//! Answers people's requests about their own data.

use posars_domain::company::RetentionPolicySet;
use posars_domain::{TaxId, reasons};
use posars_privacy::{Privacy, PrivacyError};
use tonic::{Request, Response, Status};

use super::Answered;
use crate::call::Call;
use crate::proto::hr::v1 as pb;
use crate::proto::hr::v1::person_service_server::PersonService;
use crate::status;
use crate::status::FieldNames;
use crate::wire::people::{
    PersonName, RETENTION_POLICY, read_export_format, read_set_retention_policy, write_classes,
    write_exported, write_person, write_retention_policy, write_shredded,
};
use crate::wire::{CompanyName, Reader, given, write_recorded};

/// The most events that one answer hands out. Each takes two or three kilobytes.
const EXPORT_EVENTS_MAX: usize = 2_000;

/// Answers people's requests about their own data.
pub(crate) struct PersonApi;

#[tonic::async_trait]
impl PersonService for PersonApi {
    async fn find_people(&self, request: Request<pb::FindPeopleRequest>) -> Answered<pb::FindPeopleResponse> {
        let (call, request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        call.whole_company()?;
        let mut reader = Reader::new();
        let tax_id = reader.text("tax_id", &request.tax_id);
        let tax_id: TaxId = reader.finish(tax_id)?;
        let people = privacy(&call).find(&tax_id).await.map_err(refused)?;
        let people = people.iter().map(|person| write_person(call.company(), person));
        Ok(Response::new(pb::FindPeopleResponse {
            people: people.collect(),
        }))
    }

    async fn get_person(&self, request: Request<pb::GetPersonRequest>) -> Answered<pb::GetPersonResponse> {
        let (call, request) = Call::of(request)?;
        let PersonName { subject_id } = call.name("name", &request.name)?;
        call.whole_company()?;
        let person = privacy(&call).known(&subject_id).await.map_err(refused)?;
        let person =
            person.ok_or_else(|| status::not_found(reasons::PERSON_UNKNOWN, "person", &request.name))?;
        Ok(Response::new(pb::GetPersonResponse {
            person: Some(write_person(call.company(), &person)),
        }))
    }

    async fn erase_personal_data(
        &self,
        request: Request<pb::ErasePersonalDataRequest>,
    ) -> Answered<pb::ErasePersonalDataResponse> {
        let (call, request) = Call::of(request)?;
        let PersonName { subject_id } = call.name("name", &request.name)?;
        call.whole_company()?;
        let envelope = call.envelope(&request.request_id)?;
        let mut privacy = privacy(&call);
        if request.validate_only {
            privacy = privacy.validate_only();
        }
        let erased = privacy.erase(&subject_id, given(request.request_ref), &envelope);
        let erased = erased.await.map_err(refused)?;
        Ok(Response::new(pb::ErasePersonalDataResponse {
            person: Some(write_person(call.company(), &erased.person)),
            erased: write_classes(&erased.classes()),
            recorded: Some(write_recorded(&erased.completed, request.validate_only)),
        }))
    }

    async fn export_personal_data(
        &self,
        request: Request<pb::ExportPersonalDataRequest>,
    ) -> Answered<pb::ExportPersonalDataResponse> {
        let (call, request) = Call::of(request)?;
        let PersonName { subject_id } = call.name("name", &request.name)?;
        call.whole_company()?;
        let format = read_export_format(&request)?;
        let envelope = call.envelope(&request.request_id)?;
        let request_ref = given(request.request_ref);
        let privacy = privacy(&call);
        let exported = privacy.export(&subject_id, request_ref, EXPORT_EVENTS_MAX, &envelope);
        let exported = exported.await.map_err(refused)?;
        let written = write_exported(call.company(), exported, format)?;
        Ok(Response::new(written))
    }

    async fn shred_due_data(
        &self,
        request: Request<pb::ShredDueDataRequest>,
    ) -> Answered<pb::ShredDueDataResponse> {
        let (call, request) = Call::of(request)?;
        let CompanyName = call.name("parent", &request.parent)?;
        call.whole_company()?;
        let envelope = call.envelope("")?;
        let mut privacy = privacy(&call);
        if request.validate_only {
            privacy = privacy.validate_only();
        }
        let shredding = privacy.shred_due(&envelope).await.map_err(refused)?;
        let shredded = shredding.people.iter();
        Ok(Response::new(pb::ShredDueDataResponse {
            shredded: shredded
                .map(|person| write_shredded(call.company(), person))
                .collect(),
            more: shredding.more,
        }))
    }

    async fn set_retention_policy(
        &self,
        request: Request<pb::SetRetentionPolicyRequest>,
    ) -> Answered<pb::SetRetentionPolicyResponse> {
        let (call, request) = Call::of(request)?;
        let CompanyName = call.name("name", &request.name)?;
        call.whole_company()?;
        let ask = call.ask(&request.request_id, request.validate_only)?;
        let command = read_set_retention_policy(request, call.company().clone())?;
        let done = ask.carry_out(&command).await?;
        let policy = done.answer().map(RetentionPolicySet::policy);
        Ok(Response::new(pb::SetRetentionPolicyResponse {
            policy: policy.map(|policy| write_retention_policy(call.company(), policy)),
            recorded: done.recorded(),
        }))
    }

    async fn get_retention_policy(
        &self,
        request: Request<pb::GetRetentionPolicyRequest>,
    ) -> Answered<pb::GetRetentionPolicyResponse> {
        let (call, request) = Call::of(request)?;
        let company = request.name.strip_suffix(RETENTION_POLICY);
        let CompanyName = call.name("name", company.unwrap_or(&request.name))?;
        if company.is_none() {
            let mut reader = Reader::new();
            let problem = format!("the policy of a company is called companies/{{id}}{RETENTION_POLICY}");
            reader.refuse("name", reasons::FIELD_INVALID, problem);
            return reader.finish(None);
        }
        let policy = call.tenant().commands().retention_policy().await;
        let policy = policy.map_err(status::from_command)?;
        Ok(Response::new(pb::GetRetentionPolicyResponse {
            policy: Some(write_retention_policy(call.company(), policy)),
        }))
    }
}

fn privacy(call: &Call) -> Privacy {
    let tenant = call.tenant();
    Privacy::new(
        tenant.commands().clone(),
        tenant.projections().clone(),
        call.patience(),
    )
}

fn refused(error: PrivacyError) -> Status {
    match error {
        PrivacyError::Command(error) => status::from_command_of(FieldNames::SAME, error),
        PrivacyError::Query(error) => status::from_query(&error),
    }
}
