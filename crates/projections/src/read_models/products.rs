//! Products: the catalogue, found by SKU, text, GTIN and NCM.

use std::borrow::Cow;

use posars_domain::product::{ProductKind, ProductSettings};
use posars_domain::{Gtin, Ncm, Sku};
use posars_event_store::Position;
use serde::Deserialize;

use crate::fold::{LoneChange, Parts};
use crate::read::{Columns, ReadRow, sql_position};
use crate::row::table_row;
use crate::{
    ApplyError, Event, EventKind, Freshness, Page, PageRequest, Projection, Projections, QueryError, searched,
};

/// The projection.
#[derive(Clone, Copy, Debug)]
pub struct ProductsFold;

/// Digits of a GTIN in the form that all are compared in.
const GTIN_DIGITS: usize = 14;

table_row! {
    /// A product as it was described.
    pub struct Product of products {
        sku: String = TEXT key,
        name: String = TEXT,
        gtin: Option<String> = TEXT,
        gtin_14: Option<String> = TEXT,
        ncm: Option<String> = TEXT,
        unit: String = TEXT,
        searched: String = TEXT,
        decimals: i16 = INT2,
        tracked: bool = BOOL,
        retired: bool = BOOL,
        position: i64 = INT8,
    }
}

table_row! {
    /// A product that was taken out of the catalogue.
    pub struct Retirement in Product {
        sku: String = TEXT key,
        retired: bool = BOOL,
        position: i64 = INT8,
    }
}

impl LoneChange for Retirement {
    /// What was never described is no product.
    fn alone(&self) -> Option<Product> {
        None
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

fn described(event: &Event<'_>) -> Result<Product, ApplyError> {
    let product: Described<'_> = event.payload()?;
    let (sku, name) = (event.text(product.sku)?, event.text(product.name)?);
    let gtin = event.text_maybe(product.gtin)?;
    Ok(Product {
        searched: searched(&format!("{sku} {name}")),
        gtin_14: gtin.as_ref().map(|gtin| format!("{gtin:0>GTIN_DIGITS$}")),
        gtin,
        ncm: event.text_maybe(product.ncm)?,
        unit: event.text(product.unit)?,
        decimals: product.decimals.into(),
        tracked: product.tracked,
        retired: false,
        position: sql_position(event.position),
        name,
        sku,
    })
}

fn retired(event: &Event<'_>) -> Result<Retirement, ApplyError> {
    let product: Retired<'_> = event.payload()?;
    Ok(Retirement {
        sku: event.text(product.sku)?,
        retired: true,
        position: sql_position(event.position),
    })
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
    type Fold = Parts<Product, Retirement>;

    fn apply(event: &Event<'_>, fold: &mut Parts<Product, Retirement>) -> Result<(), ApplyError> {
        let EventKind::Product(kind) = event.kind else {
            return Ok(());
        };
        match kind {
            ProductKind::ProductDefined | ProductKind::ProductChanged => {
                fold.put(described(event)?);
            }
            ProductKind::ProductRetired => fold.change(retired(event)?),
        }
        Ok(())
    }
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

impl ReadRow for ProductRow {
    type Of = ProductsFold;

    fn decode(columns: Columns<'_>) -> Result<Self, QueryError> {
        let decimals: i16 = columns.get("decimals")?;
        Ok(Self {
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
        let sql = include_str!("../sql/get_product.sql");
        self.row(sql, &[&sku.as_str()], before).await
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
        let sql = include_str!("../sql/list_products.sql");
        let gtin = filter.gtin.as_ref().map(Gtin::canonical);
        let ncm = filter.ncm.as_ref().map(ToString::to_string);
        let (words, limit) = (patterns(&filter.text), page.sql_limit());
        let (products, position) = self
            .rows(
                sql,
                &[&gtin, &ncm, &words, &filter.retired, &after, &limit],
                before,
            )
            .await?;
        Ok(Page::cut(products, page, position, |product: &ProductRow| {
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
