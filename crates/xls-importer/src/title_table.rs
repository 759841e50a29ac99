//! Titles as real sheets write them, and what they must mean.

use crate::column::Column;
use crate::column_content::ColumnContents;
use crate::field::{Field, SheetKind};
use crate::mapping::map_columns;

#[rustfmt::skip] // one field a paragraph, not one title a line
const OF_SALES: &[(Field, &[&str])] = &[
    (Field::Date, &[
        "Data", "DATA", "data", "Data da Venda", "DATA DE VENDA", "Dt Venda", "Dt. Venda", "DT_VENDA", "Data Emissão",
        "Data de Emissão", "DT EMISSAO", "Dt. Emissão", "Emissão", "Data do Pedido", "Data Cupom", "Data Mov.",
        "Data Movimento", "Data/Hora", "Data e Hora", "Data Hora Venda", "Dia", "Dta Venda", "Data Fiscal",
        "Data da Nota", "Data NF", "Data Faturamento", "Data Transação", "Sale Date", "Order Date", "Date", "Created At",
    ]),
    (Field::Quantity, &[
        "Qtd", "QTD", "Qtd.", "Qtde", "QTDE.", "Qt", "Quant", "Quant.", "Quantidade", "QUANTIDADE", "Quantidades",
        "Qtdade", "Qte", "Qnt", "Qntd", "Qtd Vendida", "Qtde. Vendida", "Quantidade Vendida", "Quant. Vendida",
        "Qtd. Item", "Qtd Itens", "Qtd de Produtos", "Qtd Un.", "Unidades", "Unidades Vendidas", "Peças", "Quantity",
        "Qty", "Units", "Qty Sold", "Quantdade",
    ]),
    (Field::UnitPrice, &[
        "Preço", "PREÇO", "Preco", "Preço Unit", "Preço Unit.", "PRECO UNITARIO", "Preço Unitário", "Preço Un.",
        "Preço/Un", "Pr Unit", "Prc. Unit.", "Valor Unit", "Valor Unit.", "Valor Unitário", "VALOR UNITARIO (R$)",
        "Vlr Unit", "VLR. UNIT.", "Vlr. Unitário", "Vl Unit", "Vl. Unit.", "Vl. Unitário", "VL_UNITARIO", "Valor Un.",
        "Preço de Venda", "Preço Venda", "Preço de Venda Unitário", "PVenda", "Preço Unitario R$", "Unit Price",
        "Price", "Price Each", "Preço Praticado", "vUnCom",
    ]),
    (Field::Discount, &[
        "Desconto", "DESCONTO", "Descontos", "Desc", "Desc.", "Vlr Desc", "Vlr. Desc.", "Vl. Desc.", "VL DESC",
        "Valor Desc.", "Valor Desconto", "Valor do Desconto", "Vlr. Desconto", "Desconto Item", "Desconto do Item",
        "Desc. Item", "Desconto R$", "Desconto (R$)", "Desconto Total", "Total Desconto", "Total de Desconto",
        "Tot. Desc.", "Desconto Valor", "Desconto Concedido", "Desconto Aplicado", "Desconto Produto", "vDesc",
        "Abatimento", "Descto", "Discount", "Discount Amount",
    ]),
    (Field::Total, &[
        "Total", "TOTAL", "Total (R$)", "Total R$", "Valor Total", "VALOR TOTAL", "Vlr Total", "Vlr. Total", "Vl Total",
        "Vl. Total", "VL_TOTAL", "Vlr Tot", "Vl. Tot.", "Total Item", "Total do Item", "Tot. Item", "Valor Total Item",
        "Subtotal", "Sub-total", "Sub Total", "Valor Final", "Total da Venda", "Total Venda", "Valor da Venda",
        "Total Linha", "Total Produto", "Valor do Item", "Preço Total", "vProd", "Amount", "Line Total", "Total Price",
    ]),
    (Field::Net, &[
        "Valor Líquido", "VALOR LIQUIDO", "Vl. Líquido", "Vlr Liq", "Vlr. Líq.", "Vl Liq.", "Líquido", "Total Líquido",
        "Total Liq.", "Tot. Líquido", "Valor Total Líquido", "Total Líquido Item", "Vlr. Total Líquido",
        "Valor Líquido (R$)", "Venda Líquida", "Valor com Desconto", "Total c/ Desconto", "Total com Desconto",
        "Net Amount", "Net Total", "Net Sales",
    ]),
    (Field::Gross, &["Valor Bruto", "Total Bruto", "Vl. Bruto", "VLR BRUTO", "Bruto", "Venda Bruta", "Gross Amount"]),
    (Field::Sku, &[
        "SKU", "Código", "CODIGO", "Cód", "Cod.", "Cód. Produto", "Cod Prod", "COD_PROD", "Código do Produto",
        "Código Produto", "Codprod", "Código Interno", "Cód. Interno", "Cod. Item", "Código Item", "Referência",
        "REFERENCIA", "Ref", "Ref.", "Ref. Produto", "ID Produto", "Produto ID", "SKU Produto", "Cd Produto",
        "Código Mercadoria", "Product ID", "Product Code", "Item Code", "Product SKU", "SKU Variação", "Cód. Ref.",
    ]),
    (Field::Description, &[
        "Produto", "PRODUTO", "Produtos", "Descrição", "DESCRICAO", "Descr.", "Descrição do Produto", "Descrição Produto",
        "Desc. do Produto", "Nome do Produto", "Nome Produto", "Nome", "Mercadoria", "Descrição Item",
        "Descrição da Mercadoria", "Artigo", "Product", "Product Name", "Description", "Item Name", "Descriçao",
    ]),
    (Field::Receipt, &[
        "Cupom", "Nº Cupom", "N. Cupom", "Num Cupom", "Número do Cupom", "Nro Cupom", "Cupom Fiscal", "COO", "NFCe",
        "Nº NFC-e", "NF", "NF-e", "Nº NF", "Nota", "Nota Fiscal", "Nº Nota", "Número Nota Fiscal", "Venda", "Nº Venda",
        "Código Venda", "Cód. Venda", "ID Venda", "Num. Venda", "Pedido", "Nº Pedido", "Número do Pedido", "Cód. Pedido",
        "ID Pedido", "Comanda", "Recibo", "Order ID", "Receipt No", "Invoice", "Transaction ID",
    ]),
    (Field::Store, &[
        "Loja", "LOJA", "Cód. Loja", "Nome Loja", "Nome da Loja", "ID Loja", "Nº Loja", "Filial", "Cod Filial",
        "Nome Filial", "Unidade", "Empresa", "Estabelecimento", "Store", "Store Name", "Branch",
    ]),
    (Field::Payment, &[
        "Forma de Pagamento", "FORMA PAGAMENTO", "Forma Pgto", "Forma de Pgto.", "Forma Pagto", "Forma de Pag.",
        "Forma Pag", "Pagamento", "Pgto", "Pagto.", "Meio de Pagamento", "Meio Pgto", "Tipo de Pagamento", "Tipo Pgto.",
        "Método de Pagamento", "Modalidade de Pagamento", "Finalizadora", "Forma", "Forma de Recebimento",
        "Payment Method", "Payment Type", "Tender",
    ]),
    (Field::Unit, &["UN", "Un.", "Und", "Unid", "Unid.", "Unidade de Medida", "Unid. Medida", "UM", "U.M.", "UOM"]),
    (Field::Seller, &["Vendedor", "Nome Vendedor", "Vend.", "Cód. Vendedor", "Operador", "Atendente", "Cashier"]),
];

#[rustfmt::skip] // one field a paragraph, not one title a line
const OF_STOCK: &[(Field, &[&str])] = &[
    (Field::Counted, &[
        "Qtd Contada", "QTD. CONTADA", "Qtde Contada", "Quantidade Contada", "Quant. Contada", "Contagem", "CONTAGEM",
        "Contado", "Contagem Física", "Qtd Contagem", "Qtd. Inventário", "Quantidade Inventariada", "Qtd Física",
        "Qtd. Apurada", "Qtd Conferida", "Inventário", "INVENTARIO", "Estoque Físico", "Estoque Contado", "Saldo Físico",
        "Saldo Contado", "Balanço", "1ª Contagem", "Contagem Final", "Físico", "Counted", "Counted Qty", "Physical Count",
        "Inventory", "Stock Count", "Qty Counted",
    ]),
    (Field::OnHand, &[
        "Estoque", "ESTOQUE", "Saldo", "SALDO", "Estoque Atual", "Estq. Atual", "Estoq. Atual", "Saldo Estoque",
        "Saldo em Estoque", "Saldo Atual", "Saldo de Estoque", "Qtd Estoque", "Qtde. Estoque", "Quantidade em Estoque",
        "Qtd. em Estoque", "Qtd Atual", "Qtd Disponível", "Disponível", "Estoque Disponível", "Estoque Total",
        "Estoque Final", "Posição de Estoque", "QNT TOTAL", "Qtd Total", "Em Estoque", "Stock", "On Hand", "In Stock",
        "Stock Qty", "Current Stock", "Balance",
    ]),
    (Field::Quantity, &[
        "Qtd", "Qtde.", "Quantidade", "Qtd Recebida", "Qtde. Recebida", "Quantidade Recebida", "Qtd Entrada",
        "Qtd. Entrada", "Entrada", "ENTRADAS", "Qtd Comprada", "Quantidade Comprada", "Recebido", "Quantity Received",
    ]),
    (Field::UnitCost, &[
        "Custo", "CUSTO", "Custo Unit", "Custo Unit.", "Custo Unitário", "Custo Un.", "Preço de Custo", "Preço Custo",
        "PRECO CUSTO", "Prc Custo", "Valor Custo", "Vlr. Custo", "Vl Custo", "Valor de Custo", "Custo Médio",
        "Custo Médio Unit.", "Preço de Compra", "Preço Compra", "PREÇO COMRA", "Vlr. Compra", "Valor Compra Unit.",
        "Último Custo", "Custo de Aquisição", "Custo Compra", "Custo Atual", "Custo Reposição", "Preço Médio",
        "Custo (R$)", "Cost", "Unit Cost", "Purchase Price", "Average Cost",
    ]),
    (Field::Supplier, &["Fornecedor", "Nome Fornecedor", "Forn.", "Cód. Fornecedor", "Cod Fornec", "Supplier", "Vendor"]),
    (Field::Date, &[
        "Data", "Data Entrada", "Dt. Entrada", "Data de Recebimento", "Data Compra", "Data Contagem", "Data Inventário",
        "Dt Nota", "Emissão", "Receipt Date",
    ]),
    (Field::Receipt, &["NF", "Nota Fiscal", "Nº NF-e", "Nº Nota", "Documento", "Nº Doc.", "Pedido de Compra", "Invoice"]),
    (Field::Store, &["Loja", "Filial", "Depósito", "Local", "Local de Estoque", "Almoxarifado", "Warehouse"]),
    (Field::Unit, &["UN", "Und.", "Unidade", "Unid. Med", "Unidade Medida"]),
];

#[rustfmt::skip] // one field a paragraph, not one title a line
const OF_PRODUCTS: &[(Field, &[&str])] = &[
    (Field::Gtin, &[
        "EAN", "EAN13", "EAN-13", "GTIN", "GTIN/EAN", "Código de Barras", "CODIGO BARRAS", "Cód. Barras", "Cod. de Barra",
        "Cód. EAN", "CodBarras", "Código EAN", "Barcode", "UPC", "cEAN",
    ]),
    (Field::UnitPrice, &[
        "Preço", "Preço de Venda", "Preço Venda", "Vlr. Venda", "Valor Venda", "Valor Unitário", "PVenda", "Preço Varejo",
        "Price", "Retail Price",
    ]),
    (Field::OnHand, &["Estoque", "Estoque Atual", "Saldo", "Qtd Estoque", "Qtde. em Estoque", "Disponível", "Stock"]),
    (Field::UnitCost, &["Custo", "Preço de Custo", "Vl. Custo"]),
    (Field::Ncm, &["NCM", "Cód. NCM", "Código NCM", "NCM/SH"]),
    (Field::Category, &["Categoria", "Grupo", "Departamento", "Seção", "Família", "Subcategoria"]),
];

#[test]
fn real_titles_mean_what_they_say() {
    let tables = [
        (SheetKind::Sales, OF_SALES),
        (SheetKind::Stock, OF_STOCK),
        (SheetKind::Products, OF_PRODUCTS),
    ];
    let mut wrong = Vec::new();
    for (kind, table) in tables {
        for (field, titles) in table {
            for title in *titles {
                let columns = [Column {
                    index: 0,
                    title: (*title).to_owned(),
                }];
                let candidate = map_columns(kind, &columns, &[], &ColumnContents::default());
                if candidate.mapping.column(*field) != Some(0) {
                    let found: Vec<Field> = candidate.mapping.fields().map(|(field, _)| field).collect();
                    wrong.push(format!("{title:?} is {found:?}, not {field:?}, in {kind:?}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
