//! Products as rows name them: each spelling is turned into a SKU once.

use std::sync::Arc;

use foldhash::HashMap;
use posars_domain::{InvalidValue, Quantity, Sku};

use crate::field::Field;
use crate::row_fault::RowFault;
use crate::row_reason::RowReason;
use crate::title::normalise_title;

/// A product as a sheet names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductName {
    /// The SKU of the sheet, or one made from the name.
    pub sku: Sku,
    /// The name, or the SKU where there is none.
    pub name: Arc<str>,
    /// The unit of measure, if the sheet says.
    pub unit: Option<Arc<str>>,
    /// Most decimals a quantity of it has in the sheet, 0 to 4.
    pub decimals: u8,
    /// The SKU stands in number cells only, which keep no zeros in front.
    pub may_lack_zeros: bool,
}

/// Spellings seen so far.
#[derive(Debug, Default)]
pub(crate) struct ProductNames {
    by_spelling: HashMap<String, u32>,
    names: Vec<ProductName>,
    spelling: String,
}

impl ProductNames {
    /// The index of the product of a row.
    pub(crate) fn index_of(
        &mut self,
        sku: Option<&str>,
        name: Option<&str>,
        unit: Option<&str>,
    ) -> Result<u32, RowFault> {
        self.spelling.clear();
        for part in [sku, name, unit] {
            self.spelling.push_str(part.unwrap_or_default());
            self.spelling.push('\u{1f}');
        }
        if let Some(index) = self.by_spelling.get(self.spelling.as_str()) {
            return Ok(*index);
        }
        let product = ProductName {
            sku: sku_of(sku, name)?,
            name: name.or(sku).unwrap_or_default().into(),
            unit: unit.map(Arc::from),
            decimals: 0,
            may_lack_zeros: true,
        };
        let index = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        self.names.push(product);
        self.by_spelling.insert(self.spelling.clone(), index);
        Ok(index)
    }

    /// Takes into account whether the cell with the SKU of a product could have dropped zeros.
    pub(crate) fn note_code(&mut self, index: u32, may_lack_zeros: bool) {
        if let Some(name) = usize::try_from(index)
            .ok()
            .and_then(|index| self.names.get_mut(index))
        {
            name.may_lack_zeros &= may_lack_zeros;
        }
    }

    /// Takes a quantity of a product into account.
    pub(crate) fn note_quantity(&mut self, index: u32, quantity: Quantity) {
        let decimals = u8::try_from(quantity.decimals()).unwrap_or(u8::MAX);
        if let Some(name) = usize::try_from(index)
            .ok()
            .and_then(|index| self.names.get_mut(index))
        {
            name.decimals = name.decimals.max(decimals);
        }
    }

    /// All that a row says of its product, by the product's index: SKU, name and unit.
    pub(crate) fn content(&self, index: u32) -> [String; 3] {
        let name = usize::try_from(index)
            .ok()
            .and_then(|index| self.names.get(index));
        let content = name.map(|product| {
            let unit = product.unit.as_deref().unwrap_or_default();
            [product.sku.to_string(), product.name.to_string(), unit.to_owned()]
        });
        content.unwrap_or_default()
    }

    pub(crate) fn into_names(self) -> Vec<ProductName> {
        self.names
    }
}

/// The SKU as written; one with spaces, or none at all, is made from the text.
pub(crate) fn sku_of(sku: Option<&str>, name: Option<&str>) -> Result<Sku, RowFault> {
    if let Some(text) = sku {
        let made = text.parse().or_else(|_| sku_from_name(text));
        return made.map_err(|_| RowFault::of(RowReason::TextInvalid, Field::Sku, text));
    }
    let Some(text) = name else {
        return Err(RowFault::of(RowReason::RequiredMissing, Field::Sku, ""));
    };
    sku_from_name(text).map_err(|_| RowFault::of(RowReason::TextInvalid, Field::Description, text))
}

/// A SKU from a name. Signs that are no letters but make another product (`G5` and `G5+`) are spelt out, so that two
/// names stay two SKUs; marks that people set or leave out as they like are not.
fn sku_from_name(name: &str) -> Result<Sku, InvalidValue> {
    let mut spelt = String::with_capacity(name.len());
    let mut before = ' ';
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        let is_before_digit = characters.peek().is_some_and(char::is_ascii_digit);
        match word_of_sign(character, before.is_whitespace() && is_before_digit) {
            Some(word) => spelt.extend([" ", word, " "]),
            None => spelt.push(character),
        }
        before = character;
    }
    Sku::from_name(&spelt)
}

/// The word for a sign that tells products apart; a hyphen is one only where a number below zero begins.
fn word_of_sign(sign: char, is_before_number: bool) -> Option<&'static str> {
    Some(match sign {
        '+' | '＋' => "plus",
        '-' | '−' if is_before_number => "minus",
        '%' => "pct",
        '#' => "hash",
        '*' => "star",
        '@' => "at",
        '<' => "lt",
        '>' => "gt",
        '≥' => "gte",
        '≤' => "lte",
        'Ø' | 'ø' | '⌀' => "dia",
        'Ω' => "ohm",
        'µ' | 'μ' => "micro",
        _ => return None,
    })
}

/// The unit that a title of quantities names, such as `Qtd (kg)`.
pub(crate) fn unit_in_title(title: &str) -> Option<&'static str> {
    let title = normalise_title(title);
    title.split(' ').find_map(|word| {
        Some(match word {
            "kg" | "kgs" | "quilo" | "quilos" | "kilos" => "KG",
            "litro" | "litros" | "lts" => "L",
            "metro" | "metros" => "M",
            _ => return None,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{sku_of, unit_in_title};

    #[test]
    fn names_that_differ_by_a_sign_are_two_products() {
        let sku = |name| sku_of(None, Some(name)).unwrap().to_string();
        assert_eq!(sku("VIDRO MOTO G5"), "vidro_moto_g5", "as ever");
        assert_eq!(sku("VIDRO MOTO G5+"), "vidro_moto_g5_plus");
        assert_eq!(sku("Café 500 g"), "cafe_500_g", "as ever");
        for (one, other) in [
            ("VIDRO MOTO G5", "VIDRO MOTO G5+"),
            ("A10", "A10+"),
            ("A10+", "A10++"),
            ("Álcool 70", "Álcool 70%"),
            ("Cabo 3", "Cabo 3*"),
            ("Lente 1,50", "Lente -1,50"),
            ("Lente +1,50", "Lente -1,50"),
        ] {
            assert_ne!(sku(one), sku(other), "{one} and {other}");
        }
        assert_eq!(sku("CAFÉ  500 G"), sku("Café 500 g"), "spelling is no product");
        assert_eq!(sku("Copo d'água - 300 ml"), "copo_d_agua_300_ml", "as ever");
    }

    #[test]
    fn a_title_may_name_the_unit() {
        assert_eq!(unit_in_title("Qtd (KG)"), Some("KG"));
        assert_eq!(unit_in_title("Peso em quilos"), Some("KG"));
        assert_eq!(unit_in_title("Quantidade"), None);
    }
}
