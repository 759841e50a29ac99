//! Columns that are understood and recorded nowhere.

use posars_words::Language;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::field::{Field, SheetKind};
use crate::header::Header;

/// A column that is understood and recorded nowhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NotRecorded {
    /// What it holds.
    pub field: Field,
    /// Its title.
    pub column: String,
    /// The sum of its cells, where one was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sum: Option<Decimal>,
    /// Whether the log may hold less than the person expects. A customer's code is left out on purpose.
    pub needs_a_look: bool,
}

impl NotRecorded {
    /// Of all columns that are understood, those that the kind of sheet has no use for.
    pub(crate) fn of(header: &Header) -> Vec<Self> {
        let kind = header.mapping.kind;
        // In a sheet of stock only one of the quantities is taken.
        let is_other_quantity = |field: Field| {
            let quantities = [Field::Quantity, Field::OnHand, Field::Counted];
            kind == SheetKind::Stock
                && quantities.contains(&field)
                && field != header.counted.unwrap_or(Field::Quantity)
        };
        let fields = header.mapping.fields().map(|(field, _)| field);
        fields
            .filter(|field| !field.is_recorded(kind) || is_other_quantity(*field))
            .map(|field| Self {
                field,
                column: header.title(field).to_owned(),
                sum: None,
                needs_a_look: !field.is_of_customer(),
            })
            .collect()
    }

    /// What becomes of such columns, in words.
    #[must_use]
    pub fn message(&self, language: Language) -> &'static str {
        if self.needs_a_look {
            language.pick("lido, mas NÃO registrado", "read but NOT recorded")
        } else {
            language.pick(
                "o código do cliente não é registrado",
                "the customer's code is not recorded",
            )
        }
    }

    /// What to do about it; none where there is nothing to do.
    #[must_use]
    pub fn next_step(&self, language: Language) -> Option<&'static str> {
        let next = language.pick(
            "se não fazem falta, --allow-unrecorded termina com 0",
            "if they are not missed, --allow-unrecorded ends with 0",
        );
        self.needs_a_look.then_some(next)
    }
}
