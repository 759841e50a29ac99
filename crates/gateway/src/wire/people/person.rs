//! People, what is held of them, and for how long, to the wire; and the commands about it from there.

use posars_commands::Completed;
use posars_domain::company::SetRetentionPolicy;
use posars_domain::person::PersonEvent;
use posars_domain::{CompanyId, RetentionClass, RetentionPolicy, SubjectId};
use posars_privacy::{
    ClassKept, Datum, Door, Export, ExportTooLarge, Exported, Kept, KnownPerson, Record, Shredded,
};
use posars_reports::{Language, ReportOptions};
use tonic::Status;

use crate::proto::hr::v1 as pb;
use crate::status;
use crate::status::FieldNames;
use crate::wire::names::{CompanyName, NameIds, ResourceName};
use crate::wire::value::{write_date, write_time};
use crate::wire::{FromRequest, Reader, write_recorded};

/// What follows the company in the name of its policy.
pub(crate) const RETENTION_POLICY: &str = "/retentionPolicy";

/// `companies/{company}/people/{subject_id}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PersonName {
    pub(crate) subject_id: SubjectId,
}

impl ResourceName for PersonName {
    const COLLECTIONS: &'static [&'static str] = &["companies", "people"];

    fn read(ids: &mut NameIds<'_>) -> Option<Self> {
        ids.take().map(|subject_id| Self { subject_id })
    }

    fn ids(&self) -> Vec<String> {
        vec![self.subject_id.to_string()]
    }
}

fn name_of(company: &CompanyId, subject_id: &SubjectId) -> String {
    let name = PersonName {
        subject_id: subject_id.clone(),
    };
    name.of(company)
}

const fn write_class(class: RetentionClass) -> pb::RetentionClass {
    match class {
        RetentionClass::Contact => pb::RetentionClass::Contact,
        RetentionClass::Fiscal => pb::RetentionClass::Fiscal,
        RetentionClass::Labour => pb::RetentionClass::Labour,
    }
}

/// Writes classes.
pub(crate) fn write_classes(classes: &[RetentionClass]) -> Vec<i32> {
    classes.iter().map(|class| write_class(*class).into()).collect()
}

/// Writes a person.
pub(crate) fn write_person(company: &CompanyId, person: &KnownPerson) -> pb::Person {
    pb::Person {
        name: name_of(company, &person.subject_id),
        subject_id: person.subject_id.to_string(),
        classes: person.classes.iter().map(write_kept).collect(),
        erasure_requested: person.erasure_requested,
    }
}

fn write_kept(class: &ClassKept) -> pb::PersonalDataClass {
    let name = write_class(class.class).into();
    match class.kept {
        Kept::Erased => pb::PersonalDataClass {
            class: name,
            erased: true,
            ..pb::PersonalDataClass::default()
        },
        Kept::Held { last_used_on, due_on } => pb::PersonalDataClass {
            class: name,
            erased: false,
            last_use_date: Some(write_date(last_used_on)),
            due_date: due_on.map(write_date),
            employed: due_on.is_none(),
        },
    }
}

/// Writes a person of whom something was erased.
pub(crate) fn write_shredded(company: &CompanyId, person: &Shredded) -> pb::ShreddedPerson {
    pb::ShreddedPerson {
        name: name_of(company, &person.subject_id),
        erased: write_classes(&person.classes),
    }
}

/// In which form an export is written.
#[derive(Clone, Copy)]
pub(crate) enum ExportForm {
    Records,
    Workbook(Language),
}

/// Reads in which form an export is asked for.
pub(crate) fn read_export_format(request: &pb::ExportPersonalDataRequest) -> Result<ExportForm, Status> {
    let mut reader = Reader::new();
    let format = match pb::ExportFormat::try_from(request.format) {
        Ok(pb::ExportFormat::Unspecified | pb::ExportFormat::Records) => Some(ExportForm::Records),
        Ok(pb::ExportFormat::Xlsx) => match request.language.as_str() {
            "" | "pt-BR" => Some(ExportForm::Workbook(Language::PtBr)),
            "en" => Some(ExportForm::Workbook(Language::En)),
            _ => {
                let problem = "a workbook is written in pt-BR or en; choose one of them";
                reader.refuse("language", posars_domain::reasons::FIELD_INVALID, problem);
                None
            }
        },
        Err(_) => {
            let problem = "unknown number of a form; use one of the enum";
            reader.refuse("format", posars_domain::reasons::FIELD_INVALID, problem);
            None
        }
    };
    reader.finish(format)
}

/// Writes what is handed out.
///
/// # Errors
/// When the workbook cannot hold it.
pub(crate) fn write_exported(
    company: &CompanyId,
    exported: Exported,
    form: ExportForm,
) -> Result<pb::ExportPersonalDataResponse, Status> {
    let Exported { export, completed } = exported;
    let response = head(company, &export, &completed);
    match form {
        ExportForm::Records => Ok(pb::ExportPersonalDataResponse {
            records: export.records.into_iter().map(write_record).collect(),
            ..response
        }),
        ExportForm::Workbook(language) => {
            let options = ReportOptions {
                language,
                ..ReportOptions::default()
            };
            let mut workbook = Vec::new();
            let written = export.write_xlsx(&options, &mut workbook);
            written.map_err(|_| too_large(export.records.len()))?;
            Ok(pb::ExportPersonalDataResponse {
                workbook,
                file_name: export.file_name(&options),
                ..response
            })
        }
    }
}

/// A sheet that cannot hold what is held is the only way in which writing into memory fails.
fn too_large(events: usize) -> Status {
    let events_max = events.saturating_sub(1);
    status::from_rejection(&ExportTooLarge { events_max })
}

fn head(
    company: &CompanyId,
    export: &Export,
    completed: &Completed<PersonEvent>,
) -> pb::ExportPersonalDataResponse {
    pb::ExportPersonalDataResponse {
        person: Some(write_person(company, &export.person)),
        up_to_position: export.up_to_position,
        recorded: Some(write_recorded(completed, false)),
        not_covered: export.not_covered.iter().map(ToString::to_string).collect(),
        ..pb::ExportPersonalDataResponse::default()
    }
}

fn write_record(record: Record) -> pb::PersonalRecord {
    pb::PersonalRecord {
        event_type: record.event_type,
        stream: record.stream,
        event_id: record.event_id.to_string(),
        position: record.position,
        record_time: Some(write_time(record.recorded_at)),
        actor: record.actor,
        source: Some(write_source(record.source)),
        data: record.data.into_iter().map(write_datum).collect(),
        content_json: record.content.to_string(),
    }
}

fn write_source(door: Door) -> pb::PersonalRecordSource {
    match door {
        Door::Api => pb::PersonalRecordSource {
            door: "api".to_owned(),
            ..pb::PersonalRecordSource::default()
        },
        Door::Import {
            file_sha256,
            sheet,
            row,
        } => pb::PersonalRecordSource {
            door: "import".to_owned(),
            file_sha256,
            sheet,
            row,
        },
        Door::Reactor { .. } => pb::PersonalRecordSource {
            door: "reactor".to_owned(),
            ..pb::PersonalRecordSource::default()
        },
    }
}

fn write_datum(datum: Datum) -> pb::PersonalDatum {
    pb::PersonalDatum {
        path: datum.path,
        class: write_class(datum.class).into(),
        erased: datum.value.is_none(),
        value: datum.value.unwrap_or_default(),
    }
}

impl FromRequest for SetRetentionPolicy {
    const FIELD_NAMES: FieldNames = FieldNames::SAME.inside("policy");
}

/// Reads the command of a `SetRetentionPolicyRequest`.
pub(crate) fn read_set_retention_policy(
    request: pb::SetRetentionPolicyRequest,
    company_id: CompanyId,
) -> Result<SetRetentionPolicy, Status> {
    let mut reader = Reader::new();
    let policy = reader.required("policy", request.policy);
    let command = policy.map(|policy| SetRetentionPolicy {
        company_id,
        contact_months: policy.contact_months,
        fiscal_months: policy.fiscal_months,
        labour_months: policy.labour_months,
    });
    reader.finish(command)
}

/// Writes for how long personal data is kept.
pub(crate) fn write_retention_policy(company: &CompanyId, policy: RetentionPolicy) -> pb::RetentionPolicy {
    pb::RetentionPolicy {
        name: format!("{}{RETENTION_POLICY}", CompanyName.of(company)),
        contact_months: Some(policy.contact_months),
        fiscal_months: Some(policy.fiscal_months),
        labour_months: Some(policy.labour_months),
    }
}
