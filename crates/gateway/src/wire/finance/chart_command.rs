//! The commands of the chart, from the wire.

use posars_domain::chart::{
    AssignAccountRole, ChangeAccount, ChangeCostCenter, DefineAccount, DefineCostCenter, RetireAccount,
    RetireCostCenter,
};
use posars_domain::product::Edit;
use posars_domain::{AccountCode, CostCenterId};
use prost_types::FieldMask;
use tonic::Status;

use super::{read_account_type, read_side, said};
use crate::proto::finance::v1 as pb;
use crate::status::FieldNames;
use crate::wire::from_request::{DISPLAY_NAME, FromRequest};
use crate::wire::reader::{FIELD_INVALID, Reader};
use crate::wire::update_mask::read_mask;
use crate::wire::value::read_label;

/// The name on the wire of the heading that an account stands under.
const PARENT: (&str, &str) = ("parent", "parent_code");
/// The fields of an account that a change may name.
const CHANGING_FIELDS: [&str; 3] = ["display_name", "parent_code", "liquid"];
/// The fields of a cost centre that a change may name.
const CHANGING_FIELDS_OF_CENTER: [&str; 1] = ["display_name"];

impl FromRequest for DefineAccount {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[DISPLAY_NAME, PARENT]);
}

/// Reads the command of a `DefineAccountRequest`.
pub(crate) fn read_define_account(request: &pb::DefineAccountRequest) -> Result<DefineAccount, Status> {
    let mut reader = Reader::new();
    let code = reader.text("code", &request.code);
    let name = read_label(&mut reader, "display_name", &request.display_name);
    let account_type = read_account_type(&mut reader, "type", request.r#type);
    let account_type = said(&mut reader, "type", account_type);
    let nature = read_side(&mut reader, "nature", request.nature);
    let parent = reader.optional("parent_code", &request.parent_code);
    let command = (|| {
        Some(DefineAccount {
            code: code?,
            name: name?,
            account_type: account_type?,
            nature: nature?,
            parent: parent?,
            postable: !request.heading,
            liquid: request.liquid,
        })
    })();
    reader.finish(command)
}

impl FromRequest for ChangeAccount {
    const FIELD_NAMES: FieldNames =
        FieldNames::new(&[("code", "name"), DISPLAY_NAME, PARENT, ("account_type", "type")])
            .inside("account");
}

/// Reads the command of a `ChangeAccountRequest`.
pub(crate) fn read_change_account(
    code: AccountCode,
    account: &pb::Account,
    update_mask: Option<FieldMask>,
) -> Result<ChangeAccount, Status> {
    let mut reader = Reader::new();
    let mut change = ChangeAccount {
        code,
        name: None,
        parent: Edit::Keep,
        liquid: None,
        account_type: None,
        nature: None,
        postable: None,
    };
    read_mask(&mut reader, update_mask, &CHANGING_FIELDS, |reader, path| {
        reader.inside("account", |reader| {
            read_change(reader, account, path, &mut change);
        });
    });
    reader.finish(Some(change))
}

fn read_change(reader: &mut Reader, account: &pb::Account, path: &str, change: &mut ChangeAccount) {
    match path {
        "display_name" => change.name = read_label(reader, path, &account.display_name),
        "parent_code" => {
            let parent = reader.optional(path, &account.parent_code);
            change.parent = parent.map_or(Edit::Keep, |parent| parent.map_or(Edit::Clear, Edit::Set));
        }
        "liquid" => change.liquid = Some(account.liquid),
        // These never change; the domain compares them.
        "type" => change.account_type = read_account_type(reader, path, account.r#type).flatten(),
        "nature" => change.nature = read_side(reader, path, account.nature).flatten(),
        "postable" => change.postable = Some(account.postable),
        // Says which account is meant, and was read before; or what the service alone says of an account.
        "name" | "depth" | "roles" | "balance" => {}
        "code" if account.code == change.code.as_str() => {}
        "retired" if !account.retired => {}
        "retired" => reader.refuse(
            path,
            FIELD_INVALID,
            "a change does not retire an account, and one that is retired does not change; retire it with :retire",
        ),
        other => reader.refuse(
            other,
            FIELD_INVALID,
            "not a field that changes; the mask may hold display_name, parent_code and liquid",
        ),
    }
}

impl FromRequest for RetireAccount {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[("code", "name")]);
}

impl FromRequest for AssignAccountRole {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[("code", "name")]);
}

/// Reads the command of an `AssignAccountRoleRequest`.
pub(crate) fn read_assign_account_role(
    code: AccountCode,
    request: &pb::AssignAccountRoleRequest,
) -> Result<AssignAccountRole, Status> {
    let mut reader = Reader::new();
    let role = reader.text("role", &request.role);
    let store_id = reader.optional("store_id", &request.store_id);
    let command = role
        .zip(store_id)
        .map(|(role, store_id)| AssignAccountRole { role, store_id, code });
    reader.finish(command)
}

impl FromRequest for DefineCostCenter {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[DISPLAY_NAME]);
}

/// Reads the command of a `DefineCostCenterRequest`.
pub(crate) fn read_define_cost_center(
    request: &pb::DefineCostCenterRequest,
) -> Result<DefineCostCenter, Status> {
    let mut reader = Reader::new();
    let cost_center_id = reader.text("cost_center_id", &request.cost_center_id);
    let name = read_label(&mut reader, "display_name", &request.display_name);
    let command = cost_center_id.zip(name);
    reader.finish(command.map(|(cost_center_id, name)| DefineCostCenter { cost_center_id, name }))
}

impl FromRequest for ChangeCostCenter {
    const FIELD_NAMES: FieldNames =
        FieldNames::new(&[("cost_center_id", "name"), DISPLAY_NAME]).inside("cost_center");
}

/// Reads the command of a `ChangeCostCenterRequest`.
pub(crate) fn read_change_cost_center(
    cost_center_id: CostCenterId,
    cost_center: &pb::CostCenter,
    update_mask: Option<FieldMask>,
) -> Result<ChangeCostCenter, Status> {
    let mut reader = Reader::new();
    let mut name = None;
    read_mask(
        &mut reader,
        update_mask,
        &CHANGING_FIELDS_OF_CENTER,
        |reader, path| {
            reader.inside("cost_center", |reader| match path {
                "display_name" => name = read_label(reader, path, &cost_center.display_name),
                // Says which cost centre is meant, and was read before.
                "name" => {}
                "cost_center_id" if cost_center.cost_center_id == cost_center_id.as_str() => {}
                "retired" if !cost_center.retired => {}
                other => reader.refuse(
                    other,
                    FIELD_INVALID,
                    "not a field that changes; the mask may hold display_name",
                ),
            });
        },
    );
    if name.is_none() {
        let problem = "the name is all that changes of a cost centre; name display_name";
        reader.refuse("update_mask", FIELD_INVALID, problem);
    }
    reader.finish(name.map(|name| ChangeCostCenter { cost_center_id, name }))
}

impl FromRequest for RetireCostCenter {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[("cost_center_id", "name")]);
}
