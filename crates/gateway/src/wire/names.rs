//! Resource names such as `companies/acme/stores/sp01/stockItems/CAFE-500`.
//!
//! An id that holds a slash or a percent sign is written with percent codes, so that a name always splits at its
//! slashes.

use std::fmt::Write as _;

use super::Reader;
use super::reader::{FIELD_INVALID, FIELD_REQUIRED};

/// Splits a name into the ids behind the given collections.
///
/// `None`, with the field refused, when the name has another shape.
pub(crate) fn read_name<const N: usize>(
    reader: &mut Reader,
    field: &str,
    name: &str,
    collections: [&str; N],
) -> Option<[String; N]> {
    let ids = split_name(name, collections);
    if ids.is_none() {
        let reason = if name.is_empty() {
            FIELD_REQUIRED
        } else {
            FIELD_INVALID
        };
        let shape = collections
            .map(|collection| format!("{collection}/{{id}}"))
            .join("/");
        reader.refuse(
            field,
            reason,
            format!("\"{name}\" is not a name of the form {shape}"),
        );
    }
    ids
}

fn split_name<const N: usize>(name: &str, collections: [&str; N]) -> Option<[String; N]> {
    let mut parts = name.split('/');
    let mut ids = Vec::with_capacity(N);
    for collection in collections {
        if parts.next()? != collection {
            return None;
        }
        ids.push(decode(parts.next()?).filter(|id| !id.is_empty())?);
    }
    if parts.next().is_some() {
        None
    } else {
        ids.try_into().ok()
    }
}

/// Writes a name from pairs of collection and id.
pub(crate) fn write_name(parts: &[(&str, &str)]) -> String {
    let mut name = String::new();
    for (collection, id) in parts {
        if !name.is_empty() {
            name.push('/');
        }
        // Writing to a String cannot fail.
        let _ = write!(name, "{collection}/");
        for character in id.chars() {
            match character {
                '%' => name.push_str("%25"),
                '/' => name.push_str("%2F"),
                other => name.push(other),
            }
        }
    }
    name
}

fn decode(id: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(id.len());
    let mut rest = id.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if *first == b'%' {
            let code = tail.get(..2)?;
            bytes.extend(hex::decode(code).ok()?);
            rest = tail.get(2..)?;
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_id_survives_its_name() {
        for sku in ["CAFE-500", "a/b", "100%", "%2F", "café", "a:b"] {
            let name = write_name(&[("companies", "acme"), ("products", sku)]);
            let ids = split_name(&name, ["companies", "products"]).unwrap();
            assert_eq!(ids, ["acme", sku], "{name}");
        }
    }

    #[test]
    fn refuses_other_shapes() {
        for name in [
            "",
            "companies",
            "companies/",
            "companies/acme",
            "companies/acme/products/",
            "companies/acme/products/a/b",
            "companies/acme/stores/a",
            "/companies/acme/products/a",
            "companies/acme/products/%2",
            "companies/acme/products/%zz",
            "companies/acme/products/%ff",
        ] {
            assert_eq!(split_name(name, ["companies", "products"]), None, "{name}");
        }
    }
}
