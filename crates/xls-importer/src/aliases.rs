//! Column titles in Portuguese and English, normalised, by kind of sheet.
//!
//! A title may stand under several fields (`item` is a line number or a product): the first one that no other
//! column claims by itself is taken. Abbreviations of single words (`vlr`, `qtde`) are spelt out by
//! [`canonical_title`](crate::title::canonical_title), so a title stands here in one spelling.

use std::sync::LazyLock;

use crate::field::{Field, SheetKind};
use crate::title::canonical_title;

type Titles = (Field, &'static [&'static str]);

/// Titles that mean the same in every kind of sheet.
#[rustfmt::skip] // one field a paragraph, not one title a line
const SHARED: &[Titles] = &[
    (Field::Sku, &[
        "sku", "codigo", "codprod", "codproduto", "codigo produto", "codigo interno", "codigo item",
        "codigo mercadoria", "codigo sku", "codigo referencia", "codigo sistema", "referencia", "ref",
        "referencia produto", "sku variacao", "sku produto", "id produto", "produto id", "id item", "numero produto",
        "product id", "item code", "item id", "item no", "product code", "product sku", "article", "article no",
    ]),
    (Field::ParentSku, &["sku pai", "codigo pai", "parent sku"]),
    (Field::Gtin, &[
        "ean", "ean13", "ean 13", "gtin", "gtin ean", "ean gtin", "codigo barras", "codbarras", "codigo ean",
        "codigo gtin", "codigo barras ean", "barras", "cean", "barcode", "bar code", "upc",
    ]),
    (Field::Description, &[
        "descricao", "descricao produto", "desc produto", "desc mercadoria", "descricao item", "descricao mercadoria", "produto", "nome produto",
        "nome item", "nome", "mercadoria", "item", "artigo", "produto servico", "descricao produto servico",
        "produto descricao", "produto nome", "xprod", "product name", "product", "description", "item name",
        "item description", "product description", "name", "article name",
    ]),
    (Field::Ncm, &["ncm", "codigo ncm", "ncm sh"]),
    (Field::Brand, &["marca", "brand", "fabricante"]),
    (Field::Category, &[
        "categoria", "grupo", "subgrupo", "departamento", "secao", "grupo produto", "categoria produto",
        "subcategoria", "familia", "linha produto", "category", "department", "product category",
    ]),
    (Field::Supplier, &[
        "fornecedor", "codfornec", "nome fornecedor", "codigo fornecedor", "razao social fornecedor",
        "fornecedor nome", "supplier", "supplier name", "vendor", "vendor name",
    ]),
];

#[rustfmt::skip] // one field a paragraph, not one title a line
const SALES: &[Titles] = &[
    (Field::Date, &[
        "data", "data venda", "data emissao", "dtmov", "data movimento", "data pedido", "emissao", "data cupom",
        "data nota", "data nf", "data fiscal", "data operacao", "data transacao", "data lancamento",
        "data faturamento", "data fechamento", "data hora", "data hora venda", "data hora emissao", "data e hora",
        "dia", "dia venda", "vendido em", "dhemi", "order date", "sale date", "date", "date time", "datetime",
        "transaction date", "invoice date", "created at", "sold at", "day",
    ]),
    (Field::Time, &[
        "hora", "hora venda", "horario", "horario venda", "hora emissao", "hora cupom", "time", "sale time",
    ]),
    (Field::Receipt, &[
        "numero venda", "codigo venda", "id venda", "venda", "venda id", "cupom", "numero cupom", "cupom fiscal",
        "numero cupom fiscal", "coo", "nfce", "numero nfce", "nf", "nfe", "numero nfe", "nota fiscal",
        "numero nota fiscal", "nota", "numero nota", "numero nf", "numero documento", "numero doc", "numero pedido",
        "numped", "pedido", "codigo pedido", "id pedido", "pedido id", "doc", "recibo", "numero recibo", "comanda",
        "numero comanda", "transacao", "id transacao", "codigo transacao", "ticket", "numero ticket", "receipt",
        "receipt no", "receipt number", "order", "order reference", "order id", "order no", "order number", "invoice", "invoice id",
        "invoice no", "invoice number", "sale id", "sale no", "transaction", "transaction id", "ticket no",
    ]),
    (Field::Series, &["serie", "serie nf", "serie nota", "serie cupom", "series"]),
    (Field::Line, &[
        "item", "numero item", "seq", "sequencia", "seq item", "sequencia item", "item seq", "line", "line no",
        "line number",
    ]),
    (Field::Quantity, &[
        "qtd", "quantidade", "quantidade vendida", "qtd vendida", "qtd venda", "qtd item", "qtd itens", "qtd produto", "qtd produtos", "qtd unit",
        "qtd comercial", "qcom", "qtd saida", "qtd pecas", "unidades", "unidades vendidas", "pecas", "itens vendidos",
        "peso kg", "qtd kg", "peso", "quilos", "kg", "litros", "qtd litros", "metros", "volume vendido", "quantity",
        "qty", "units", "qty sold", "quantity sold", "units sold", "pieces",
    ]),
    (Field::UnitPrice, &[
        "preco unit", "valor unit", "preco venda", "pvenda", "preco", "preco venda unit", "valor venda unit",
        "preco unit venda", "valor unit venda", "preco produto", "preco item", "valor item unit", "preco praticado",
        "preco final unit", "vuncom", "punit", "vunit", "valor produto", "unit price", "price", "price each",
        "price unit", "item price", "selling price", "unit value", "valor",
    ]),
    (Field::Discount, &[
        "desconto", "desc", "descontos", "valor desc", "valor desconto", "total desconto", "desconto total",
        "desconto item", "desc item", "desconto valor", "desconto aplicado", "desconto concedido", "desconto produto",
        "valor desconto item", "total desc", "desc total", "descto", "valor descto", "vdesc", "abatimento",
        "valor abatimento", "discount", "discounts", "discount amount", "line discount", "total discount",
    ]),
    (Field::Gross, &[
        "bruto", "valor bruto", "total bruto", "valor total bruto", "subtotal bruto", "venda bruta", "gross",
        "gross amount", "gross total", "gross sales",
    ]),
    (Field::Net, &[
        "liquido", "valor liquido", "total liquido", "valor total liquido", "total liquido item", "venda liquida",
        "valor liquido item", "valor venda liquido", "total venda liquido", "subtotal liquido", "valor com desconto",
        "total com desconto", "valor c desconto", "total c desconto", "valor c desc", "total c desc", "net",
        "net amount", "net total", "net sales", "net value",
    ]),
    (Field::Total, &[
        "total", "valor total", "total item", "subtotal", "valor final", "total venda", "valor venda", "total linha",
        "total produto", "valor total item", "valor total produto", "total itens", "valor item", "preco total",
        "valor subtotal", "sub total", "vtotal", "vprod", "total geral item", "amount", "sales", "line total",
        "total price", "total amount", "sales amount", "total value", "valor",
    ]),
    (Field::Store, &[
        "loja", "id loja", "codigo loja", "nome loja", "numero loja", "loja id", "filial", "codigo filial", "codfilial",
        "nome filial", "id filial", "unidade", "unidade venda", "nome unidade", "empresa", "codigo empresa",
        "estabelecimento", "ponto venda", "pdv", "store", "store id", "store name", "store no", "branch", "shop",
        "outlet",
    ]),
    (Field::Seller, &[
        "vendedor", "nome vendedor", "codigo vendedor", "id vendedor", "vendedora", "operador", "nome operador",
        "operador caixa", "atendente", "balconista", "caixa", "codusur", "consultor", "seller", "cashier", "cashier name", "seller name",
        "salesperson", "sales person", "employee", "operator",
    ]),
    (Field::Register, &[
        "numero caixa", "codigo caixa", "terminal", "numero terminal", "ecf", "numero ecf", "pdv", "numero pdv", "caixa",
        "register", "till", "register no", "pos", "pos no",
    ]),
    // Of these the likelier ones come first: where a sheet has several, one is as good as another, and the first is taken.
    (Field::Customer, &[
        "nome cliente", "razao social cliente", "customer name", "cliente", "consumidor", "comprador", "customer", "buyer",
    ]),
    (Field::CustomerCode, &["codigo cliente", "id cliente", "customer id"]),
    (Field::CustomerDocument, &[
        "cpf cnpj cliente", "cpf cnpj", "cnpj cpf", "cpf cliente", "cpf nota", "cpf consumidor", "cpf", "cnpj cliente",
        "cnpj", "documento cliente", "documento", "tax id",
    ]),
    (Field::Payment, &[
        "forma pagamento", "forma", "formas pagamento", "pagamento", "meio pagamento", "meios pagamento",
        "tipo pagamento", "metodo pagamento", "modo pagamento", "modalidade pagamento", "finalizadora",
        "especie pagamento", "descricao pagamento", "tpag", "forma recebimento", "tipo recebimento", "meio recebimento",
        "payment method", "payment", "payment type", "payment mode", "payment form", "tender", "tender type",
        "paid by",
    ]),
    (Field::Unit, UNIT),
];

#[rustfmt::skip] // one field a paragraph, not one title a line
const STOCK: &[Titles] = &[
    (Field::Date, &[
        "data", "data entrada", "data recebimento", "dtmov", "dtultent", "data movimento", "data compra",
        "data ultima entrada", "data emissao", "data nota", "data nf", "emissao", "data lancamento", "data posicao",
        "data saldo", "data estoque", "data base", "dia", "date", "receipt date", "received at", "date received",
        "purchase date", "data contagem", "data inventario", "data balanco", "count date", "inventory date",
        "date counted", "counted at",
    ]),
    (Field::Receipt, &[
        "nota", "nota fiscal", "nf", "nfe", "numero nf", "numero nfe", "numero nota", "numero nota fiscal", "documento",
        "numero documento", "doc", "numero doc", "pedido", "pedido compra", "numero pedido", "numero pedido compra",
        "ordem compra", "document", "document no", "invoice", "invoice no", "receipt", "purchase order", "po",
    ]),
    (Field::Quantity, &[
        "qtd", "quantidade", "quantidade recebida", "qtd recebida", "qtd entrada", "qtd comprada", "qtd compra", "qtd unit", "qtd produto", "qtd item", "entrada",
        "entradas", "recebido", "recebida", "qtd entregue", "qtd nf", "qtd nota", "qcom", "quantity", "qty",
        "quantity received", "qty received", "received", "received qty", "received quantity", "units received",
        "units", "pecas", "unidades",
    ]),
    (Field::Counted, &[
        "contagem", "contado", "contada", "contagem fisica", "qtd contada", "qtd contagem", "qtd inventario",
        "qtd inventariada", "qtd fisica", "qtd fisico", "qtd apurada", "qtd conferida", "qtd real", "inventario",
        "inventariado", "estoque fisico", "estoque contado", "estoque inventario", "estoque real", "saldo fisico",
        "saldo contado", "saldo contagem", "balanco", "contagem 1", "primeira contagem", "1 contagem", "1a contagem",
        "contagem final", "fisico", "count", "counted", "counted qty", "counted quantity", "quantity counted",
        "qty counted", "physical count", "physical", "physical inventory", "inventory", "inventory count",
        "stock count", "stocktake",
    ]),
    (Field::OnHand, STOCK_ON_HAND),
    (Field::OnHand, &["qtd total", "total unidades", "total pecas", "total itens"]),
    (Field::UnitCost, &[
        "custo", "preco custo", "preco compra", "custo unit", "custo medio", "valor custo", "custo medio unit",
        "custo aquisicao", "custo compra", "custo produto", "custo item", "custo reposicao", "custo atual", "custo real",
        "custo final", "custo liquido", "valor compra", "valor compra unit", "valor unit compra", "preco compra unit",
        "preco unit compra", "valor custo unit", "preco custo unit", "preco medio", "custo entrada", "ultimo custo",
        "ultimo preco compra", "custoultent", "valorultent", "pcusto", "vcusto", "cost", "unit cost", "cost price",
        "average cost", "avg cost", "cost per unit", "item cost", "purchase price", "buying price",
    ]),
    (Field::UnitPrice, &[
        "preco", "preco venda", "valor venda", "pvenda", "preco varejo", "preco venda unit", "price", "sale price",
        "retail price", "selling price",
    ]),
    (Field::Total, &[
        "total", "valor total", "custo total", "valor estoque", "valor total estoque", "valor total item",
        "valor total custo", "total custo", "total item", "total produto", "total compra", "valor total compra",
        "valor em estoque", "estoque valor", "subtotal", "total cost", "total value", "stock value",
        "inventory value", "amount", "line total",
    ]),
    (Field::Unit, UNIT),
    (Field::Store, &[
        "loja", "id loja", "codigo loja", "nome loja", "filial", "codigo filial", "codfilial", "nome filial", "empresa",
        "local", "local estoque", "deposito", "codigo deposito", "almoxarifado", "localizacao", "estabelecimento",
        "unidade", "store", "store id", "store name", "branch", "location", "warehouse", "shop",
    ]),
];

#[rustfmt::skip] // one field a paragraph, not one title a line
const PRODUCTS: &[Titles] = &[
    (Field::OnHand, STOCK_ON_HAND),
    (Field::UnitPrice, &[
        "preco", "preco venda", "valor venda", "valor unit", "preco unit", "pvenda", "preco varejo", "valor", "price",
        "sale price", "unit price", "retail price", "selling price",
    ]),
    (Field::UnitCost, &[
        "custo", "preco custo", "preco compra", "custo unit", "custo medio", "valor custo", "custo medio unit", "cost",
        "unit cost", "cost price", "purchase price",
    ]),
    (Field::Unit, UNIT),
];

#[rustfmt::skip] // one field a paragraph, not one title a line
const STOCK_ON_HAND: &[&str] = &[
    "estoque", "saldo", "estoque atual", "saldo estoque", "saldo atual", "qtestger", "qtd estoque", "qtd atual",
    "qtd disponivel", "qtd saldo", "qtd em estoque", "estoque disponivel", "estoque total", "estoque final",
    "estoque loja", "estoque sistema", "estoque inicial", "saldo disponivel", "saldo final", "saldo inicial",
    "saldo total", "saldo em estoque", "posicao estoque", "posicao", "disponivel", "em estoque", "existencia", "stock",
    "on hand", "quantity on hand", "qty on hand", "in stock", "stock qty", "stock quantity", "stock on hand",
    "available", "current stock", "balance", "opening stock", "closing stock",
];

#[rustfmt::skip] // one field a paragraph, not one title a line
const UNIT: &[&str] = &[
    "un", "und", "unid", "uni", "um", "u m", "unidade", "unidade medida", "unid medida", "un medida", "und medida",
    "unidade comercial", "unidade produto", "unid produto", "sigla unidade", "tipo unidade", "embalagem", "ucom",
    "medida", "unit", "uom", "unit measure", "unit of measure",
];

/// Titles that say whether they mean the unit of measure or a store only by what stands below them.
const UNIT_OR_STORE: [&str; 1] = ["unidade"];

/// Whether a title means a unit of measure or a store, by its cells.
pub(crate) fn is_unit_or_store(title: &str) -> bool {
    UNIT_OR_STORE.contains(&title)
}

/// How far behind in the list of its field a title stands; the last of all, where it is not in it.
pub(crate) fn place_in_list(kind: SheetKind, field: Field, title: &str) -> usize {
    let canonical = canonical_title(title);
    let mut list = titles(kind).iter().filter(|alias| alias.field == field);
    let place = list.position(|alias| alias.title == title || alias.canonical == canonical);
    place.unwrap_or(usize::MAX)
}

/// A title as it stands here.
pub(crate) struct Alias {
    pub(crate) field: Field,
    pub(crate) title: &'static str,
    /// With its abbreviations spelt out.
    pub(crate) canonical: String,
}

/// The titles of a kind of sheet; of two fields with one title, the likelier one comes first.
pub(crate) fn titles(kind: SheetKind) -> &'static [Alias] {
    static OF_SALES: LazyLock<Vec<Alias>> = LazyLock::new(|| collect(SALES));
    static OF_STOCK: LazyLock<Vec<Alias>> = LazyLock::new(|| collect(STOCK));
    static OF_PRODUCTS: LazyLock<Vec<Alias>> = LazyLock::new(|| collect(PRODUCTS));
    match kind {
        SheetKind::Sales => &OF_SALES,
        SheetKind::Stock => &OF_STOCK,
        SheetKind::Products => &OF_PRODUCTS,
    }
}

fn collect(own: &[Titles]) -> Vec<Alias> {
    let all = SHARED.iter().chain(own);
    all.flat_map(|(field, titles)| {
        titles.iter().map(|title| Alias {
            field: *field,
            title,
            canonical: canonical_title(title),
        })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::titles;
    use crate::field::SheetKind;
    use crate::title::{canonical_title, normalise_title};

    #[test]
    fn every_alias_is_written_as_it_is_compared() {
        for kind in SheetKind::ALL {
            for alias in titles(kind) {
                assert_eq!(normalise_title(alias.title), alias.title, "{:?}", alias.field);
                assert_eq!(
                    canonical_title(&alias.canonical),
                    alias.canonical,
                    "{:?}",
                    alias.field
                );
            }
        }
    }

    #[test]
    fn no_alias_stands_twice_under_one_field() {
        for kind in SheetKind::ALL {
            let mut seen = std::collections::HashSet::new();
            for alias in titles(kind) {
                let entry = (alias.field, alias.title);
                assert!(seen.insert(entry), "{entry:?} in {kind:?}");
            }
        }
    }
}
