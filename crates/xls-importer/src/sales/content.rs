//! What a row without a receipt says, by which its sale is known.

use posars_domain::RegisterNo;

use super::line::Line;
use super::tables::Tables;

/// The texts of a row, in an order that is for ever: ids are made of them.
pub(super) struct Content([String; 13]);

/// Where the unit stands among them.
const UNIT: usize = 6;

impl Content {
    /// The texts; without the unit where it does not tell rows apart.
    pub(super) fn known(mut self, is_unit_known: bool) -> [String; 13] {
        if let Some(unit) = self.0.get_mut(UNIT).filter(|_| !is_unit_known) {
            unit.clear();
        }
        self.0
    }
}

/// All that a sale of this one line will say.
pub(super) fn content_of(table: &Tables, store: u32, register: Option<&RegisterNo>, line: &Line) -> Content {
    let store_id = table.store_at(store).map(|store| store.store_id.to_string());
    let [sku, name, unit] = table.products.content(line.product);
    // As the sheet gives them: an id does not depend on a zone.
    let (date, time) = match line.utc {
        Some(utc) => (utc.date(), Some(utc.time())),
        None => (line.date, line.time),
    };
    let stated_total = line.stated_total.map(|total| total.minor().to_string());
    Content([
        store_id.unwrap_or_default(),
        register.map_or(String::new(), RegisterNo::to_string),
        date.to_string(),
        time.map(|time| time.to_string()).unwrap_or_default(),
        sku,
        name,
        unit,
        line.quantity.to_string(),
        line.unit_price.to_string(),
        line.discount.minor().to_string(),
        stated_total.unwrap_or_default(),
        table.payment_word(line.payment),
        table.seller_name(line.seller),
    ])
}
