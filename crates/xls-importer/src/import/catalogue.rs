//! What the catalogue says of the products of a sheet.

use std::collections::{HashMap, HashSet};

use posars_domain::Sku;

use crate::unit_words::are_different;

/// The products of a sheet in the catalogue.
#[derive(Debug, Default)]
pub(super) struct Catalogue {
    units: HashMap<Sku, String>,
    unknown: HashSet<Sku>,
}

impl Catalogue {
    /// A product is in it, with this unit.
    pub(super) fn has(&mut self, sku: Sku, unit: String) {
        self.units.insert(sku, unit);
    }

    /// A product is not in it.
    pub(super) fn has_no(&mut self, sku: Sku) {
        self.unknown.insert(sku);
    }

    /// Whether a product is known not to be in it: what moves of it waits.
    pub(super) fn lacks(&self, sku: &Sku) -> bool {
        self.unknown.contains(sku)
    }

    /// The products that are in it.
    pub(super) fn products(&self) -> impl Iterator<Item = &Sku> {
        self.units.keys()
    }

    /// The first product that its line counts in another unit, with both: two boxes are not two pieces.
    pub(super) fn other_unit<'a>(
        &self,
        mut lines: impl Iterator<Item = (&'a Sku, Option<&'a str>)>,
    ) -> Option<String> {
        lines.find_map(|(sku, unit)| {
            let (unit, own) = unit.zip(self.units.get(sku))?;
            (unit != own && are_different(unit, own)).then(|| format!("{sku}: {unit} != {own}"))
        })
    }
}
