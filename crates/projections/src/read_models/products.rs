//! Products: the catalogue, found by SKU, text, GTIN and NCM.

use std::borrow::Cow;

use posars_domain::product::{ProductKind, ProductSettings};
use posars_domain::{Gtin, Ncm, Sku};
use posars_event_store::Position;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::fold_map::TextMap;
use crate::projection::Target;
use crate::read::{Columns, applied, sql_position, subscription_name};
use crate::row::table_row;
use crate::{
    ApplyError, DatabaseError, Event, EventKind, Freshness, Load, Page, PageRequest, Projection, Projections,
    QueryError,
};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct ProductsFold;

/// Memory of a row of the fold with its key, about.
const ROW_BYTES: usize = 500;
/// Digits of a GTIN in the form that all are compared in.
const GTIN_DIGITS: usize = 14;

table_row! {
    /// A product as these events left it; nothing but SKU, retired and position where only its retirement is in them.
    struct Change {
        sku: String = TEXT,
        name: Option<String> = TEXT,
        gtin: Option<String> = TEXT,
        gtin_14: Option<String> = TEXT,
        ncm: Option<String> = TEXT,
        unit: Option<String> = TEXT,
        searched: Option<String> = TEXT,
        decimals: Option<i16> = INT2,
        tracked: Option<bool> = BOOL,
        retired: bool = BOOL,
        position: i64 = INT8,
    }
}

#[derive(Deserialize)]
struct Described<'a> {
    #[serde(borrow)]
    sku: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    gtin: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    ncm: Option<Cow<'a, str>>,
    #[serde(borrow)]
    unit: Cow<'a, str>,
    decimals: u8,
    tracked: bool,
}

#[derive(Deserialize)]
struct Retired<'a> {
    #[serde(borrow)]
    sku: Cow<'a, str>,
}

/// The fold: each product as it was described last.
#[derive(Debug, Default)]
pub struct Products(TextMap<Change>);

impl Products {
    fn describe(&mut self, event: &Event<'_>) -> Result<(), ApplyError> {
        let product: Described<'_> = event.payload()?;
        let (sku, name) = (event.text(product.sku)?, event.text(product.name)?);
        let gtin = event.text_maybe(product.gtin)?;
        let change = Change {
            searched: Some(searched(&format!("{sku} {name}"))),
            gtin_14: gtin.as_ref().map(|gtin| format!("{gtin:0>GTIN_DIGITS$}")),
            gtin,
            ncm: event.text_maybe(product.ncm)?,
            unit: Some(event.text(product.unit)?),
            decimals: Some(product.decimals.into()),
            tracked: Some(product.tracked),
            retired: false,
            position: sql_position(event.position),
            name: Some(name),
            sku: sku.clone(),
        };
        let row = self.0.entry(&[&sku], || Ok::<_, ApplyError>(change.clone()))?;
        *row = change;
        Ok(())
    }

    fn retire(&mut self, event: &Event<'_>) -> Result<(), ApplyError> {
        let retired: Retired<'_> = event.payload()?;
        let sku = event.text(retired.sku)?;
        let position = sql_position(event.position);
        let row = self.0.entry(&[&sku], || {
            Ok::<_, ApplyError>(Change {
                sku: sku.clone(),
                name: None,
                gtin: None,
                gtin_14: None,
                ncm: None,
                unit: None,
                searched: None,
                decimals: None,
                tracked: None,
                retired: true,
                position,
            })
        })?;
        row.retired = true;
        row.position = position;
        Ok(())
    }
}

/// A text as products are found by it: without accents and in small letters.
fn searched(text: &str) -> String {
    let small = text.to_lowercase();
    small
        .nfkd()
        .filter(|character| !is_combining_mark(*character))
        .collect()
}

/// Patterns of `like`, one for each word of what somebody looks for.
fn patterns(text: &str) -> Vec<String> {
    let escaped = |word: &str| {
        let mut pattern = String::from("%");
        for character in word.chars() {
            if matches!(character, '%' | '_' | '\\') {
                pattern.push('\\');
            }
            pattern.push(character);
        }
        pattern.push('%');
        pattern
    };
    searched(text).split_whitespace().map(escaped).collect()
}

impl Projection for ProductsFold {
    const NAME: &'static str = "products";
    const VERSION: u16 = 1;
    const CHECKSUM_SQL: &'static str = include_str!("../sql/checksum_products.sql");
    type Fold = Products;

    fn apply(event: &Event<'_>, fold: &mut Products) -> Result<(), ApplyError> {
        match event.kind {
            EventKind::Product(ProductKind::ProductDefined | ProductKind::ProductChanged) => {
                fold.describe(event)
            }
            EventKind::Product(ProductKind::ProductRetired) => fold.retire(event),
            EventKind::Sale(_)
            | EventKind::Stock(_)
            | EventKind::Store(_)
            | EventKind::Register(_)
            | EventKind::Company(_) => Ok(()),
        }
    }

    fn merge(earlier: &mut Products, later: Products) {
        earlier.0.merge(later.0, |row, later| {
            if later.name.is_some() {
                *row = later;
            } else {
                row.retired = later.retired;
                row.position = later.position;
            }
        });
    }

    fn bytes(fold: &Products) -> usize {
        fold.0.len() * ROW_BYTES
    }

    async fn write(fold: Products, target: &Target<'_>) -> Result<(), DatabaseError> {
        target
            .write(include_str!("../sql/write_products.sql"), &fold.0.into_rows())
            .await
    }

    async fn copy(fold: Products, target: &Target<'_>) -> Result<Products, DatabaseError> {
        let mut rows = fold.0.into_rows();
        // As the live write: what was never described is no product.
        rows.retain(|row| row.name.is_some());
        target
            .copy(include_str!("../sql/copy_products.sql"), &rows)
            .await?;
        Ok(Products::default())
    }

    const LOAD: Load = Load::ByKey;
}

/// A product of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductRow {
    /// The product as it was described last.
    pub settings: ProductSettings,
    /// Whether it was taken out of the catalogue.
    pub retired: bool,
    /// The event that changed it last.
    pub position: Position,
}

/// Which products to list: those that fit all that is given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductFilter {
    /// Words that SKU or name hold, each of them, whatever their accents and capitals; empty for any product.
    pub text: String,
    /// The bar code number, in any of its lengths.
    pub gtin: Option<Gtin>,
    /// The goods code.
    pub ncm: Option<Ncm>,
    /// Only those taken out of the catalogue, or only those in it.
    pub retired: Option<bool>,
}

fn decode(columns: Columns<'_>) -> Result<ProductRow, QueryError> {
    let decimals: i16 = columns.get("decimals")?;
    Ok(ProductRow {
        settings: ProductSettings {
            sku: columns.parse("sku")?,
            name: columns.get("name")?,
            gtin: columns.parse_maybe("gtin")?,
            ncm: columns.parse_maybe("ncm")?,
            unit: columns.get("unit")?,
            decimals: columns.narrow("decimals", decimals)?,
            tracked: columns.get("tracked")?,
        },
        retired: columns.get("retired")?,
        position: columns.position("position")?,
    })
}

impl Projections {
    /// One product, with the position that the answer includes; none while it is unknown.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn product(
        &self,
        sku: &Sku,
        freshness: Freshness,
    ) -> Result<(Option<ProductRow>, Position), QueryError> {
        let before = self.wait_for(ProductsFold::NAME, freshness).await?;
        let rows = self
            .query(
                include_str!("../sql/get_product.sql"),
                &[
                    &subscription_name(ProductsFold::NAME),
                    &self.log_id,
                    &sku.as_str(),
                ],
            )
            .await?;
        let product = rows.first().map(|row| {
            let table = ProductsFold::NAME;
            decode(Columns { table, row })
        });
        Ok((product.transpose()?, applied(&rows, before)))
    }

    /// Products by SKU.
    ///
    /// # Errors
    /// See [`QueryError`].
    pub async fn list_products(
        &self,
        filter: &ProductFilter,
        page: &PageRequest,
        freshness: Freshness,
    ) -> Result<Page<ProductRow>, QueryError> {
        let before = self.wait_for(ProductsFold::NAME, freshness).await?;
        let after = page.key::<1>()?.map_or("", |[sku]| sku);
        let rows = self
            .query(
                include_str!("../sql/list_products.sql"),
                &[
                    &subscription_name(ProductsFold::NAME),
                    &self.log_id,
                    &filter.gtin.as_ref().map(Gtin::canonical),
                    &filter.ncm.as_ref().map(ToString::to_string),
                    &patterns(&filter.text),
                    &filter.retired,
                    &after,
                    &page.sql_limit(),
                ],
            )
            .await?;
        let table = ProductsFold::NAME;
        let products = rows.iter().map(|row| decode(Columns { table, row }));
        let products = products.collect::<Result<Vec<_>, _>>()?;
        Ok(Page::cut(products, page, applied(&rows, before), |product| {
            vec![product.settings.sku.to_string()]
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_whatever_their_accents_and_capitals() {
        for (text, found_by) in [
            ("Pão de Açúcar", "pao de acucar"),
            ("CAFÉ 500 g", "cafe 500 g"),
            ("½ kg", "1⁄2 kg"),
            ("İstanbul", "istanbul"),
        ] {
            assert_eq!(searched(text), found_by);
        }
    }

    #[test]
    fn what_means_something_in_a_pattern_stands_for_itself() {
        assert_eq!(
            patterns(" Pão  100% a_b\\c "),
            ["%pao%", "%100\\%%", "%a\\_b\\\\c%"]
        );
        assert!(patterns(" ").is_empty());
    }
}
