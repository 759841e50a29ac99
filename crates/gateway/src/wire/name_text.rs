//! How a resource name is written: `companies/acme/stores/sp01/stockItems/CAFE-500`, collections and ids in turn.
//!
//! An id that holds a slash or a percent sign is written with percent codes, so that a name always splits at its
//! slashes.

use std::fmt::Write as _;

/// Splits a name into the ids behind the given collections, one each. `None` when the name has another shape.
pub(super) fn split_name(name: &str, collections: &[&str]) -> Option<Vec<String>> {
    let mut parts = name.split('/');
    let mut ids = Vec::with_capacity(collections.len());
    for collection in collections {
        if parts.next()? != *collection {
            return None;
        }
        ids.push(decode(parts.next()?).filter(|id| !id.is_empty())?);
    }
    parts.next().is_none().then_some(ids)
}

/// Goes on with a name by a collection and the id in it.
pub(super) fn push_part(name: &mut String, collection: &str, id: &str) {
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
            let mut name = String::new();
            push_part(&mut name, "companies", "acme");
            push_part(&mut name, "products", sku);
            let ids = split_name(&name, &["companies", "products"]).unwrap();
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
            assert_eq!(split_name(name, &["companies", "products"]), None, "{name}");
        }
    }
}
