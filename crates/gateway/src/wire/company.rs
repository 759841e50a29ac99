//! Company, store and register.

use posars_domain::company::{CompanyDefined, DefineCompany, SetCompanyPolicy};
use posars_domain::register::{DefineRegister, RegisterDefined};
use posars_domain::store::{DefineStore, StoreDefined};
use posars_domain::{CompanyId, Policy, StoreId};
use posars_identity::Membership;
use tonic::Status;

use super::Reader;
use super::from_request::{DISPLAY_NAME, FromRequest};
use super::grant::write_grant;
use super::names::{CompanyName, RegisterName, ResourceName as _, StoreName};
use super::value::{given, read_label, read_time_of_day};
use crate::proto::sales::v1 as pb;
use crate::status::FieldNames;

impl FromRequest for DefineCompany {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[DISPLAY_NAME]);
}

/// Reads the command of a `DefineCompanyRequest`.
pub(crate) fn read_define_company(request: pb::DefineCompanyRequest) -> Result<DefineCompany, Status> {
    let mut reader = Reader::new();
    let company_id = reader.text("company_id", &request.company_id);
    let name = read_label(&mut reader, "display_name", &request.display_name);
    let cnpj = reader.optional("cnpj", &request.cnpj);
    let currency = reader.text("currency_code", &request.currency_code);
    let command = (|| {
        Some(DefineCompany {
            company_id: company_id?,
            name: name?,
            cnpj: cnpj?,
            currency: currency?,
        })
    })();
    reader.finish(command)
}

/// Writes a company.
pub(crate) fn write_company(company: &CompanyDefined) -> pb::Company {
    pb::Company {
        name: CompanyName.of(&company.company_id),
        company_id: company.company_id.to_string(),
        display_name: company.name.clone(),
        cnpj: company.cnpj.as_ref().map(ToString::to_string).unwrap_or_default(),
        currency_code: company.currency.to_string(),
    }
}

impl FromRequest for SetCompanyPolicy {
    const FIELD_NAMES: FieldNames = FieldNames::SAME.inside("policy");
}

/// Reads the command of a `SetCompanyPolicyRequest`.
pub(crate) fn read_set_company_policy(
    request: pb::SetCompanyPolicyRequest,
    company_id: CompanyId,
) -> Result<SetCompanyPolicy, Status> {
    let mut reader = Reader::new();
    let policy = reader.required("policy", request.policy);
    let command = policy.map(|policy| SetCompanyPolicy {
        company_id,
        void_window_hours: policy.void_window_hours,
        strict_catalog: policy.strict_catalog,
    });
    reader.finish(command)
}

/// Writes a company's policy.
pub(crate) const fn write_company_policy(policy: Policy) -> pb::CompanyPolicy {
    pb::CompanyPolicy {
        void_window_hours: policy.void_window_hours,
        strict_catalog: policy.strict_catalog,
    }
}

/// Writes a company as somebody sees it who was granted something there; `None` of one that nobody has defined yet.
pub(crate) fn write_caller_company(
    company_id: &CompanyId,
    defined: Option<&CompanyDefined>,
    grants: &[Membership],
) -> pb::CallerCompany {
    pb::CallerCompany {
        name: CompanyName.of(company_id),
        company_id: company_id.to_string(),
        display_name: defined.map(|defined| defined.name.clone()).unwrap_or_default(),
        grants: grants.iter().map(write_grant).collect(),
    }
}

impl FromRequest for DefineStore {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[DISPLAY_NAME]);
}

/// Reads the command of a `DefineStoreRequest`.
pub(crate) fn read_define_store(request: pb::DefineStoreRequest) -> Result<DefineStore, Status> {
    let mut reader = Reader::new();
    let store_id = reader.text("store_id", &request.store_id);
    let name = read_label(&mut reader, "display_name", &request.display_name);
    let cnpj = reader.optional("cnpj", &request.cnpj);
    let time_zone = reader.text("time_zone", &request.time_zone);
    let day_cutover = read_time_of_day(&mut reader, "day_cutover", &request.day_cutover);
    let currency = reader.text("currency_code", &request.currency_code);
    let command = (|| {
        Some(DefineStore {
            store_id: store_id?,
            name: name?,
            cnpj: cnpj?,
            time_zone: time_zone?,
            day_cutover: day_cutover?,
            currency: currency?,
        })
    })();
    reader.finish(command)
}

/// Writes a store.
pub(crate) fn write_store(company: &CompanyId, store: &StoreDefined) -> pb::Store {
    pb::Store {
        name: StoreName {
            store_id: store.store_id.clone(),
        }
        .of(company),
        store_id: store.store_id.to_string(),
        display_name: store.name.clone(),
        cnpj: store.cnpj.as_ref().map(ToString::to_string).unwrap_or_default(),
        time_zone: store.time_zone.to_string(),
        day_cutover: store.day_cutover.strftime("%H:%M").to_string(),
        currency_code: store.currency.to_string(),
    }
}

impl FromRequest for DefineRegister {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[DISPLAY_NAME]);
}

/// Reads the command of a `DefineRegisterRequest`.
pub(crate) fn read_define_register(
    request: pb::DefineRegisterRequest,
    store_id: StoreId,
) -> Result<DefineRegister, Status> {
    let mut reader = Reader::new();
    let register_no = reader.text("register_no", &request.register_no);
    let command = register_no.map(|register_no| DefineRegister {
        store_id,
        register_no,
        name: given(request.display_name),
    });
    reader.finish(command)
}

/// Writes a register.
pub(crate) fn write_register(company: &CompanyId, register: &RegisterDefined) -> pb::Register {
    let name = RegisterName {
        store_id: register.store_id.clone(),
        register_no: register.register_no.clone(),
    };
    pb::Register {
        name: name.of(company),
        store_id: register.store_id.to_string(),
        register_no: register.register_no.to_string(),
        display_name: register.name.clone().unwrap_or_default(),
    }
}
