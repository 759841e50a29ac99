//! Products.

use posars_domain::product::{ChangeProduct, DefineProduct, Edit, ProductSettings, RetireProduct};
use posars_domain::{CompanyId, Gtin, InvalidValue, Sku};
use prost_types::FieldMask;
use std::str::FromStr;
use tonic::Status;

use super::Reader;
use super::names::write_name;
use super::reader::{FIELD_INVALID, FIELD_REQUIRED};
use super::value::{given, read_label};
use crate::proto::inventory::v1 as pb;

/// Unit of a product that does not name one.
const UNIT_DEFAULT: &str = "UN";

/// Reads the command of a `DefineProductRequest`.
pub(crate) fn read_define_product(request: pb::DefineProductRequest) -> Result<DefineProduct, Status> {
    let mut reader = Reader::new();
    let sku = reader.text("sku", &request.sku);
    let name = read_label(&mut reader, "display_name", &request.display_name);
    let gtin = reader.accept("gtin", Gtin::parse_optional(&request.gtin));
    let ncm = reader.optional("ncm", &request.ncm);
    let decimals = read_decimals(&mut reader, request.decimals);
    let command = (|| {
        Some(DefineProduct {
            sku: sku?,
            name: name?,
            gtin: gtin?,
            ncm: ncm?,
            unit: given(request.unit).unwrap_or_else(|| UNIT_DEFAULT.to_owned()),
            decimals: decimals?,
            tracked: request.tracked.unwrap_or(true),
        })
    })();
    reader.finish(command)
}

/// Reads the command of a `ChangeProductRequest`.
pub(crate) fn read_change_product(
    sku: Sku,
    product: pb::Product,
    update_mask: Option<FieldMask>,
) -> Result<ChangeProduct, Status> {
    let mut reader = Reader::new();
    let mask = update_mask.unwrap_or_default();
    if mask.paths.is_empty() {
        let problem = "name the fields to change, such as display_name";
        reader.refuse("update_mask", FIELD_REQUIRED, problem);
        return reader.finish(None);
    }
    let mut change = ChangeProduct {
        sku,
        name: None,
        gtin: Edit::Keep,
        ncm: Edit::Keep,
        unit: None,
        decimals: None,
        tracked: None,
    };
    for path in &mask.paths {
        reader.inside("product", |reader| {
            read_change(reader, &product, path, &mut change);
        });
    }
    reader.finish(Some(change))
}

fn read_change(reader: &mut Reader, product: &pb::Product, path: &str, change: &mut ChangeProduct) {
    match path {
        "display_name" => change.name = read_label(reader, path, &product.display_name),
        "gtin" => {
            let gtin = reader.accept(path, Gtin::parse_optional(&product.gtin));
            change.gtin = gtin.map_or(Edit::Keep, |gtin| gtin.map_or(Edit::Clear, Edit::Set));
        }
        "ncm" => change.ncm = read_edit(reader, path, &product.ncm),
        "unit" => change.unit = read_label(reader, path, &product.unit),
        "decimals" => change.decimals = read_decimals(reader, product.decimals),
        "tracked" => change.tracked = Some(product.tracked),
        other => reader.refuse(
            other,
            FIELD_INVALID,
            "not a field that changes; the mask may hold display_name, gtin, ncm, unit, decimals and tracked",
        ),
    }
}

fn read_edit<T: FromStr<Err = InvalidValue>>(reader: &mut Reader, field: &str, text: &str) -> Edit<T> {
    let value = reader.optional(field, text);
    value.map_or(Edit::Keep, |value| value.map_or(Edit::Clear, Edit::Set))
}

fn read_decimals(reader: &mut Reader, decimals: u32) -> Option<u8> {
    let narrow = u8::try_from(decimals).ok();
    if narrow.is_none() {
        reader.refuse(
            "decimals",
            "UNIT_DECIMALS",
            format!("{decimals} decimals; a quantity has 0 to 4"),
        );
    }
    narrow
}

/// Reads the command of a `RetireProductRequest`.
pub(crate) fn read_retire_product(sku: Sku, reason: String) -> RetireProduct {
    RetireProduct {
        sku,
        reason: given(reason),
    }
}

/// Writes a product.
pub(crate) fn write_product(company: &CompanyId, product: &ProductSettings, retired: bool) -> pb::Product {
    pb::Product {
        name: write_name(&[
            ("companies", company.as_str()),
            ("products", product.sku.as_str()),
        ]),
        sku: product.sku.to_string(),
        display_name: product.name.clone(),
        gtin: product.gtin.as_ref().map(ToString::to_string).unwrap_or_default(),
        ncm: product.ncm.as_ref().map(ToString::to_string).unwrap_or_default(),
        unit: product.unit.clone(),
        decimals: u32::from(product.decimals),
        tracked: product.tracked,
        retired,
    }
}
