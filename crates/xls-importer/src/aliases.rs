//! Column titles in Portuguese and English, normalised, by kind of sheet.
//!
//! A title may stand under several fields (`item` is a line number or a product): the first one that no other
//! column claims by itself is taken.

use crate::field::{Field, SheetKind};

type Titles = (Field, &'static [&'static str]);

/// Titles that mean the same in every kind of sheet.
#[rustfmt::skip] // one field a paragraph, not one title a line
const SHARED: &[Titles] = &[
    (Field::Sku, &[
        "sku", "codigo", "cod", "cod produto", "codprod", "codigo produto", "codigo interno", "referencia",
        "ref", "sku variacao", "id produto", "product id", "item code", "product code", "product sku",
    ]),
    (Field::ParentSku, &["sku pai", "codigo pai", "parent sku"]),
    (Field::Gtin, &[
        "ean", "ean13", "ean 13", "gtin", "codigo barras", "cod barras", "codigo barra", "cean", "barcode",
        "bar code", "upc",
    ]),
    (Field::Description, &[
        "descricao", "descricao produto", "produto", "nome produto", "nome", "mercadoria", "item",
        "product name", "product", "description", "item name", "name",
    ]),
    (Field::Ncm, &["ncm", "codigo ncm", "cod ncm"]),
    (Field::Brand, &["marca", "brand", "fabricante"]),
    (Field::Category, &["categoria", "grupo", "subgrupo", "departamento", "secao", "category", "department"]),
    (Field::Supplier, &["fornecedor", "codfornec", "nome fornecedor", "supplier", "vendor"]),
];

#[rustfmt::skip] // one field a paragraph, not one title a line
const SALES: &[Titles] = &[
    (Field::Date, &[
        "data", "data venda", "dt venda", "data emissao", "dt emissao", "dtmov", "data pedido", "emissao",
        "data hora", "data hora venda", "order date", "sale date", "date",
    ]),
    (Field::Time, &["hora", "hora venda", "horario", "time", "sale time"]),
    (Field::Receipt, &[
        "numero venda", "n venda", "no venda", "num venda", "codigo venda", "cod venda", "id venda",
        "venda", "cupom", "n cupom", "numero cupom", "cupom fiscal", "coo", "nfce", "nf", "nota fiscal",
        "nota", "numero nf", "numero pedido", "n pedido", "numped", "pedido", "id pedido", "doc", "receipt",
        "receipt no", "receipt number", "order id", "order number", "invoice", "invoice id", "invoice no",
        "sale id", "transaction id",
    ]),
    (Field::Series, &["serie", "serie nf", "serie nota", "series"]),
    (Field::Line, &["item", "n item", "numero item", "seq", "sequencia", "line", "line no"]),
    (Field::Quantity, &[
        "qtd", "qtde", "qt", "quant", "quantidade", "qtd vendida", "qtde vendida", "quantidade vendida",
        "quantity", "qty", "units", "qty sold", "units sold",
    ]),
    (Field::UnitPrice, &[
        "preco unit", "preco unitario", "preco unidade", "valor unit", "valor unitario", "vlr unit",
        "vlr unitario", "vl unit", "vl unitario", "preco venda", "pvenda", "preco", "unit price", "price",
        "price each",
    ]),
    (Field::Discount, &[
        "desconto", "desc", "vlr desc", "valor desconto", "vlr desconto", "discount", "discount amount",
    ]),
    (Field::Total, &[
        "total", "valor total", "vlr total", "vl total", "total item", "subtotal", "valor final",
        "total venda", "valor venda", "amount", "sales", "line total", "total price", "total amount",
    ]),
    (Field::Store, &[
        "loja", "id loja", "cod loja", "codigo loja", "nome loja", "filial", "cod filial", "codfilial",
        "unidade", "empresa", "pdv", "store", "store id", "store name", "branch",
    ]),
    (Field::Seller, &[
        "vendedor", "nome vendedor", "operador", "caixa", "codusur", "seller", "cashier", "salesperson",
        "sales person",
    ]),
    (Field::Register, &[
        "numero caixa", "n caixa", "terminal", "ecf", "pdv", "caixa", "register", "till", "register no",
    ]),
    (Field::Customer, &["cliente", "nome cliente", "customer", "customer name", "customer id"]),
    (Field::CustomerDocument, &[
        "cpf cliente", "cpf", "cnpj", "cnpj cliente", "cpf cnpj", "documento", "documento cliente",
    ]),
    (Field::Payment, &[
        "forma pagamento", "forma pgto", "forma pagto", "pagamento", "pgto", "pagto", "meio pagamento",
        "tipo pagamento", "payment method", "payment", "payment type", "tender",
    ]),
];

#[rustfmt::skip] // one field a paragraph, not one title a line
const STOCK: &[Titles] = &[
    (Field::Date, &[
        "data", "data entrada", "dt entrada", "data recebimento", "dtmov", "dtultent", "data contagem",
        "data emissao", "emissao", "date", "receipt date", "count date",
    ]),
    (Field::Receipt, &[
        "nota", "nota fiscal", "nf", "nfe", "n nf", "numero nf", "numero nota", "documento", "n documento",
        "doc", "pedido", "pedido compra", "document", "invoice", "receipt", "purchase order",
    ]),
    (Field::Quantity, &[
        "qtd", "qtde", "qt", "quant", "quantidade", "qtd recebida", "qtde recebida", "quantidade recebida",
        "qtd entrada", "entrada", "quantity", "qty", "quantity received", "qty received",
    ]),
    (Field::OnHand, &[
        "estoque", "saldo", "estoque atual", "saldo estoque", "saldo atual", "qtestger", "qnt total",
        "qtd total", "qtde total", "quantidade total", "qtd estoque", "qtde estoque", "quantidade estoque",
        "disponivel", "contagem", "qtd contada", "stock", "on hand", "quantity on hand", "in stock",
    ]),
    (Field::UnitCost, &[
        "custo", "preco custo", "preco compra", "custo unitario", "custo unit", "custo medio",
        "valor custo", "vlr custo", "custoultent", "valorultent", "cost", "unit cost", "purchase price",
    ]),
    (Field::UnitPrice, &[
        "preco", "preco venda", "valor venda", "pvenda", "price", "sale price", "retail price",
    ]),
    (Field::Total, &["total", "valor total", "vlr total", "custo total", "total cost"]),
    (Field::Store, &[
        "loja", "id loja", "filial", "cod filial", "codfilial", "empresa", "local", "deposito",
        "localizacao", "store", "branch", "location", "warehouse",
    ]),
    (Field::Unit, &[
        "un", "und", "unid", "unidade", "unid medida", "unidade medida", "embalagem", "unit", "uom",
    ]),
];

#[rustfmt::skip] // one field a paragraph, not one title a line
const PRODUCTS: &[Titles] = &[
    (Field::OnHand, STOCK_ON_HAND),
    (Field::UnitPrice, &[
        "preco", "preco venda", "valor venda", "valor unitario", "preco unitario", "pvenda", "price",
        "sale price", "unit price", "retail price",
    ]),
    (Field::Unit, &[
        "un", "und", "unid", "unidade", "unid medida", "unidade medida", "embalagem", "unit", "uom",
    ]),
];

#[rustfmt::skip] // one field a paragraph, not one title a line
const STOCK_ON_HAND: &[&str] = &[
    "estoque", "saldo", "estoque atual", "saldo estoque", "saldo atual", "qtestger", "qnt total",
    "qtd estoque", "qtde estoque", "quantidade estoque", "disponivel", "stock", "on hand", "in stock",
];

/// The titles of a kind of sheet; of two fields with one title, the likelier one comes first.
pub(crate) fn titles(kind: SheetKind) -> impl Iterator<Item = (Field, &'static str)> {
    let own = match kind {
        SheetKind::Sales => SALES,
        SheetKind::Stock => STOCK,
        SheetKind::Products => PRODUCTS,
    };
    SHARED
        .iter()
        .chain(own)
        .flat_map(|(field, titles)| titles.iter().map(|title| (*field, *title)))
}

#[cfg(test)]
mod tests {
    use super::titles;
    use crate::field::SheetKind;
    use crate::title::normalise_title;

    #[test]
    fn every_alias_is_written_normalised() {
        for kind in SheetKind::ALL {
            for (field, title) in titles(kind) {
                assert_eq!(normalise_title(title), title, "{field:?}");
            }
        }
    }

    #[test]
    fn no_alias_stands_twice_under_one_field() {
        for kind in SheetKind::ALL {
            let mut seen = std::collections::HashSet::new();
            for entry in titles(kind) {
                assert!(seen.insert(entry), "{entry:?} in {kind:?}");
            }
        }
    }
}
