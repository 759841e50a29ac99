//! What a column can mean, and the kinds of sheet.

use serde::{Deserialize, Serialize};

/// A kind of sheet the importer knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SheetKind {
    /// Lines of receipts.
    Sales,
    /// Goods received into stock, or a stock count taken over as the opening stock.
    Stock,
    /// A catalogue.
    Products,
}

impl SheetKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Sales, Self::Stock, Self::Products];

    /// The word for the kind, as in `--kind sales`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Sales => "sales",
            Self::Stock => "stock",
            Self::Products => "products",
        }
    }
}

impl std::str::FromStr for SheetKind {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.word() == word)
            .ok_or_else(|| format!("{word:?} is no kind of sheet; say sales, stock or products"))
    }
}

/// A meaning of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Day of the sale, receipt or count, with or without a time.
    Date,
    /// Time of day, where it has a column of its own.
    Time,
    /// Number of the receipt; in a stock sheet, of the supplier's document.
    Receipt,
    /// Series of the receipt number.
    Series,
    /// Register (till) of the store.
    Register,
    /// Number of the line in its receipt.
    Line,
    /// Stock keeping unit.
    Sku,
    /// SKU of the parent of a variation.
    ParentSku,
    /// Number under the bar code.
    Gtin,
    /// Name of the product.
    Description,
    /// Quantity sold or received.
    Quantity,
    /// Quantity in stock.
    OnHand,
    /// Price of one unit.
    UnitPrice,
    /// Cost of one unit.
    UnitCost,
    /// Discount of the line.
    Discount,
    /// Total of the line.
    Total,
    /// Store, by id or name.
    Store,
    /// Who sold.
    Seller,
    /// Name of the customer; read for nothing, personal data stays in the sheet.
    Customer,
    /// CPF or CNPJ of the customer; checked, not carried.
    CustomerDocument,
    /// Means of payment.
    Payment,
    /// Mercosul goods code.
    Ncm,
    /// Unit of measure.
    Unit,
    /// Brand.
    Brand,
    /// Category.
    Category,
    /// Supplier.
    Supplier,
}

impl Field {
    /// All fields.
    pub const ALL: [Self; 26] = [
        Self::Date,
        Self::Time,
        Self::Receipt,
        Self::Series,
        Self::Register,
        Self::Line,
        Self::Sku,
        Self::ParentSku,
        Self::Gtin,
        Self::Description,
        Self::Quantity,
        Self::OnHand,
        Self::UnitPrice,
        Self::UnitCost,
        Self::Discount,
        Self::Total,
        Self::Store,
        Self::Seller,
        Self::Customer,
        Self::CustomerDocument,
        Self::Payment,
        Self::Ncm,
        Self::Unit,
        Self::Brand,
        Self::Category,
        Self::Supplier,
    ];

    /// The field's place in [`Field::ALL`].
    pub(crate) const fn place(self) -> usize {
        #[expect(
            clippy::as_conversions,
            reason = "a fieldless enum's own number; there is no From for it"
        )]
        {
            self as usize
        }
    }

    /// The word for the field, as in `--map total="Valor líquido"`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Time => "time",
            Self::Receipt => "receipt",
            Self::Series => "series",
            Self::Register => "register",
            Self::Line => "line",
            Self::Sku => "sku",
            Self::ParentSku => "parent_sku",
            Self::Gtin => "gtin",
            Self::Description => "description",
            Self::Quantity => "quantity",
            Self::OnHand => "on_hand",
            Self::UnitPrice => "unit_price",
            Self::UnitCost => "unit_cost",
            Self::Discount => "discount",
            Self::Total => "total",
            Self::Store => "store",
            Self::Seller => "seller",
            Self::Customer => "customer",
            Self::CustomerDocument => "customer_document",
            Self::Payment => "payment",
            Self::Ncm => "ncm",
            Self::Unit => "unit",
            Self::Brand => "brand",
            Self::Category => "category",
            Self::Supplier => "supplier",
        }
    }

    /// Whether cells of this field are numbers that a person writes with separators.
    #[must_use]
    pub fn is_numeric(self) -> bool {
        matches!(
            self,
            Self::Quantity | Self::OnHand | Self::UnitPrice | Self::UnitCost | Self::Discount | Self::Total
        )
    }
}

impl std::str::FromStr for Field {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|field| field.word() == word)
            .ok_or_else(|| {
                let words = Self::ALL.map(Self::word).join(", ");
                format!("{word:?} is no field; the fields are: {words}")
            })
    }
}

#[cfg(test)]
mod tests {
    use super::Field;

    #[test]
    fn a_field_stands_at_its_place() {
        assert!((0..).zip(Field::ALL).all(|(place, field)| field.place() == place));
    }
}
