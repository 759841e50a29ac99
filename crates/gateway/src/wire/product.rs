//! Products.

use posars_domain::product::{ChangeProduct, DefineProduct, Edit, ProductSettings, RetireProduct};
use posars_domain::{CompanyId, Gtin, InvalidValue, Sku, reasons};
use posars_projections::ProductFilter;
use prost_types::FieldMask;
use std::str::FromStr;
use tonic::Status;

use super::Reader;
use super::from_request::{DISPLAY_NAME, FromRequest};
use super::names::{ProductName, ResourceName as _};
use super::reader::FIELD_INVALID;
use super::update_mask::read_mask;
use super::value::{given, read_label};
use crate::page::{PageAsked, page_asked};
use crate::proto::inventory::v1 as pb;
use crate::status::FieldNames;

/// Unit of a product that does not name one.
const UNIT_DEFAULT: &str = "UN";

/// The fields of a product that a change may name.
const CHANGING_FIELDS: [&str; 6] = ["display_name", "gtin", "ncm", "unit", "decimals", "tracked"];
/// Longest text that products are looked for by, in characters: as long as a product's name.
const SEARCH_CHARS_MAX: usize = 200;

impl FromRequest for DefineProduct {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[DISPLAY_NAME]);
}

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

impl FromRequest for ChangeProduct {
    const FIELD_NAMES: FieldNames = FieldNames::new(&[DISPLAY_NAME]).inside("product");
}

/// Reads the command of a `ChangeProductRequest`.
pub(crate) fn read_change_product(
    sku: Sku,
    product: pb::Product,
    update_mask: Option<FieldMask>,
) -> Result<ChangeProduct, Status> {
    let mut reader = Reader::new();
    let mut change = ChangeProduct {
        sku,
        name: None,
        gtin: Edit::Keep,
        ncm: Edit::Keep,
        unit: None,
        decimals: None,
        tracked: None,
    };
    read_mask(&mut reader, update_mask, &CHANGING_FIELDS, |reader, path| {
        reader.inside("product", |reader| {
            read_change(reader, &product, path, &mut change);
        });
    });
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
        // Says which product is meant, and was read before.
        "name" => {}
        "sku" if product.sku == change.sku.as_str() => {}
        "sku" => reader.refuse(
            path,
            FIELD_INVALID,
            "a product keeps its SKU; send the one that its name holds, or leave it out",
        ),
        // What is in the catalogue changes, and what was taken out of it does not.
        "retired" if !product.retired => {}
        "retired" => reader.refuse(
            path,
            FIELD_INVALID,
            "a change does not retire a product, and one that is retired does not change; retire it with :retire",
        ),
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
            reasons::UNIT_DECIMALS,
            format!("{decimals} decimals; a quantity has 0 to 4"),
        );
    }
    narrow
}

impl FromRequest for RetireProduct {
    const FIELD_NAMES: FieldNames = FieldNames::SAME;
}

/// Reads the command of a `RetireProductRequest`.
pub(crate) fn read_retire_product(sku: Sku, reason: String) -> RetireProduct {
    RetireProduct {
        sku,
        reason: given(reason),
    }
}

/// Reads the filter and the page of a `ListProductsRequest`.
pub(crate) fn read_list_products(
    mut request: pb::ListProductsRequest,
) -> Result<(ProductFilter, PageAsked), Status> {
    let mut reader = Reader::new();
    let page = page_asked!(&mut reader, request);
    let text = read_search(&mut reader, "text", request.text);
    let gtin = reader.optional("gtin", &request.gtin);
    let ncm = reader.optional("ncm", &request.ncm);
    let filter = (|| {
        Some(ProductFilter {
            text: text?,
            gtin: gtin?,
            ncm: ncm?,
            retired: request.retired,
        })
    })();
    reader.finish(filter.zip(page))
}

/// Reads what somebody looks for.
pub(super) fn read_search(reader: &mut Reader, field: &str, text: String) -> Option<String> {
    let length = text.chars().count();
    if length > SEARCH_CHARS_MAX {
        let problem = format!("{length} characters; give at most {SEARCH_CHARS_MAX}, a few words will do");
        reader.refuse(field, reasons::TEXT_TOO_LONG, problem);
        return None;
    }
    if text.chars().any(char::is_control) {
        reader.refuse(
            field,
            FIELD_INVALID,
            "a control character is in it; give words alone",
        );
        return None;
    }
    Some(text)
}

/// Writes a product.
pub(crate) fn write_product(company: &CompanyId, product: &ProductSettings, retired: bool) -> pb::Product {
    pb::Product {
        name: ProductName {
            sku: product.sku.clone(),
        }
        .of(company),
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
