//! What a column can mean, and the kinds of sheet.

use posars_words::Language;
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

    /// The kind as a person calls it.
    #[must_use]
    pub fn name(self, language: Language) -> &'static str {
        match self {
            Self::Sales => language.pick("vendas", "sales"),
            Self::Stock => language.pick("estoque", "stock"),
            Self::Products => language.pick("produtos", "products"),
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
    /// Name of the customer.
    Customer,
    /// CPF or CNPJ of the customer.
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
    /// Quantity counted: what is there, not what came.
    Counted,
    /// What the line came to after its discount.
    Net,
    /// What the line came to before its discount.
    Gross,
    /// State of the row: completed, cancelled, open; any number of columns.
    Status,
    /// What the row tells of: a sale, a return, goods in or out; any number of columns.
    Movement,
    /// Why the goods moved; any number of columns.
    Reason,
    /// A column that the sender says has no bearing on the records; any number of columns.
    Ignore,
    /// The sender's own number of the customer; read for nothing, for it is neither a name nor found anywhere else.
    CustomerCode,
}

impl Field {
    /// All fields.
    pub const ALL: [Self; 34] = [
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
        Self::Counted,
        Self::Net,
        Self::Gross,
        Self::Status,
        Self::Movement,
        Self::Reason,
        Self::Ignore,
        Self::CustomerCode,
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
            Self::Counted => "counted",
            Self::Net => "net",
            Self::Gross => "gross",
            Self::Status => "status",
            Self::Movement => "movement",
            Self::Reason => "reason",
            Self::Ignore => "ignore",
            Self::CustomerCode => "customer_code",
        }
    }

    /// The field as a person calls it.
    #[must_use]
    pub fn name(self, language: Language) -> &'static str {
        let [pt_br, en] = match self {
            Self::Date => ["data", "date"],
            Self::Time => ["hora", "time"],
            Self::Receipt => ["número do documento", "receipt number"],
            Self::Series => ["série", "series"],
            Self::Register => ["caixa", "register"],
            Self::Line => ["número do item", "line number"],
            Self::Sku => ["código do produto", "product code"],
            Self::ParentSku => ["código pai", "parent code"],
            Self::Gtin => ["código de barras", "bar code"],
            Self::Description => ["nome do produto", "product name"],
            Self::Quantity => ["quantidade", "quantity"],
            Self::OnHand => ["estoque", "stock on hand"],
            Self::UnitPrice => ["preço unitário", "unit price"],
            Self::UnitCost => ["custo unitário", "unit cost"],
            Self::Discount => ["desconto", "discount"],
            Self::Total => ["total da linha", "line total"],
            Self::Store => ["loja", "store"],
            Self::Seller => ["vendedor", "seller"],
            Self::Customer => ["cliente", "customer"],
            Self::CustomerDocument => ["CPF ou CNPJ do cliente", "CPF or CNPJ of the customer"],
            Self::Payment => ["forma de pagamento", "means of payment"],
            Self::Ncm => ["NCM", "NCM"],
            Self::Unit => ["unidade de medida", "unit of measure"],
            Self::Brand => ["marca", "brand"],
            Self::Category => ["categoria", "category"],
            Self::Supplier => ["fornecedor", "supplier"],
            Self::Counted => ["quantidade contada", "quantity counted"],
            Self::Net => ["valor líquido da linha", "net of the line"],
            Self::Gross => ["valor bruto da linha", "gross of the line"],
            Self::Status => ["situação", "state of the row"],
            Self::Movement => ["tipo de movimento", "kind of movement"],
            Self::Reason => ["motivo", "reason"],
            Self::Ignore => ["coluna sem efeito", "column without effect"],
            Self::CustomerCode => ["código do cliente", "customer code"],
        };
        language.pick(pt_br, en)
    }

    /// Whether a sheet of the kind records the field, or is read by it.
    pub(crate) fn is_recorded(self, kind: SheetKind) -> bool {
        match self {
            Self::Sku
            | Self::Description
            | Self::Unit
            | Self::Status
            | Self::Movement
            | Self::Reason
            | Self::Ignore => true,
            Self::Date | Self::Receipt | Self::Store | Self::Quantity | Self::Total => {
                kind != SheetKind::Products
            }
            Self::Time
            | Self::Series
            | Self::Register
            | Self::Line
            | Self::UnitPrice
            | Self::Discount
            | Self::Seller
            | Self::Customer
            | Self::CustomerDocument
            | Self::Payment
            | Self::Net
            | Self::Gross => kind == SheetKind::Sales,
            Self::OnHand | Self::UnitCost | Self::Supplier | Self::Counted => kind == SheetKind::Stock,
            Self::Gtin | Self::Ncm => kind == SheetKind::Products,
            Self::ParentSku | Self::CustomerCode | Self::Brand | Self::Category => false,
        }
    }

    /// Whether the field is about the customer: who bought may be known, and nothing else depends on it.
    pub(crate) fn is_of_customer(self) -> bool {
        matches!(self, Self::Customer | Self::CustomerDocument | Self::CustomerCode)
    }

    /// Whether several columns of a sheet may have this meaning at once.
    pub(crate) fn may_repeat(self) -> bool {
        matches!(self, Self::Status | Self::Movement | Self::Reason | Self::Ignore)
    }

    /// Whether cells of this field are numbers that a person writes with separators.
    #[must_use]
    pub fn is_numeric(self) -> bool {
        matches!(
            self,
            Self::Quantity
                | Self::OnHand
                | Self::Counted
                | Self::UnitPrice
                | Self::UnitCost
                | Self::Discount
                | Self::Total
                | Self::Net
                | Self::Gross
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
