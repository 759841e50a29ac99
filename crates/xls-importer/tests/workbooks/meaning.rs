//! What columns and rows mean: a sheet that says one thing is never read as another.

use posars_domain::{Amount, Quantity};
use posars_xls_importer::{
    Field, FileRefusal, Header, Language, MappingChoice, ReadOptions, SalesReading, SheetKind, StockReading,
    Workbook, find_header,
};

use crate::fixture::{header, options, read, refused, sales, workbook};
use crate::{Case, Skipped};

pub(crate) const CASES: &[Case] = &[
    ("meaning::cancelled_rows_are_skipped_and_counted", cancelled_rows),
    (
        "meaning::rows_of_other_operations_are_refused_by_name",
        other_operations,
    ),
    ("meaning::goods_going_out_are_no_goods_received", goods_going_out),
    ("meaning::a_column_of_unknown_words_is_asked_about", unknown_words),
    ("meaning::columns_without_bearing_change_nothing", without_bearing),
    ("meaning::a_net_beside_the_price_is_what_was_paid", nets),
    ("meaning::nets_and_totals_are_checked", checked_sums),
    (
        "meaning::amounts_beside_the_price_are_asked_about",
        unclear_amounts,
    ),
    ("meaning::amounts_on_top_are_refused", amounts_on_top),
    ("meaning::totals_of_goods_are_checked", totals_of_goods),
    ("meaning::payments_as_words_and_as_columns", payments),
    ("meaning::unidade_is_what_its_cells_are", unidade),
    ("meaning::the_unit_comes_from_the_sheet", units),
    ("meaning::exports_of_tills_and_shops", exports),
    ("meaning::names_that_differ_by_a_sign_stay_two", signs_in_names),
    ("meaning::what_comes_later_is_refused_clearly", refused_clearly),
];

pub(crate) fn found(rows: &[&[&str]]) -> Result<Header, FileRefusal> {
    chosen(rows, &MappingChoice::default())
}

pub(crate) fn chosen(rows: &[&[&str]], choice: &MappingChoice) -> Result<Header, FileRefusal> {
    find_header(&read(&workbook(rows)).unwrap().sheet, choice)
}

pub(crate) fn mapped(columns: &[(Field, &str)]) -> MappingChoice {
    MappingChoice {
        kind: None,
        columns: columns
            .iter()
            .map(|(field, title)| (*field, (*title).to_owned()))
            .collect(),
    }
}

pub(crate) fn stock_of(sheet: &Workbook, header: &Header) -> StockReading {
    let options = ReadOptions {
        store: Some("Centro".to_owned()),
        ..options()
    };
    StockReading::read(&sheet.sheet, header, &options).unwrap()
}

pub(crate) fn stock(rows: &[&[&str]]) -> StockReading {
    let sheet = read(&workbook(rows)).unwrap();
    stock_of(&sheet, &header(&sheet.sheet))
}

pub(crate) fn refused_stock(reading: &StockReading) -> Vec<(u32, &'static str)> {
    let rows = reading.refusals().rows().iter();
    rows.map(|row| (row.row, row.faults[0].reason.code())).collect()
}

/// Sales of 10.00 each, with one more column.
fn sales_with(title: &str, cells: &[&str]) -> Vec<u8> {
    let titles: &[&str] = &["Cupom", "Data", "Produto", "Qtd", "Total", title];
    let numbers: Vec<String> = (1..=cells.len()).map(|number| number.to_string()).collect();
    let rows: Vec<[&str; 6]> = numbers
        .iter()
        .zip(cells)
        .map(|(number, cell)| [number.as_str(), "05/11/2025", "Meia", "#1", "#10", *cell])
        .collect();
    let mut all = vec![titles];
    all.extend(rows.iter().map(<[&str; 6]>::as_slice));
    workbook(&all)
}

fn cancelled_rows() -> Result<(), Skipped> {
    let cases: &[(&str, &[&str])] = &[
        ("Situação", &["Concluída", "Cancelada"]),
        ("Status", &["CONCLUIDO", "CANCELADO"]),
        ("STATUS DA VENDA", &["", "Cancelada pelo cliente"]),
        ("Situação NFC-e", &["Autorizada", "Cancelada"]),
        ("Status", &["Paid", "Voided"]),
        ("Cancelado", &["Não", "Sim"]),
        ("Cancelada?", &["N", "S"]),
        ("Canc.", &["", "x"]),
        ("Cancelamento", &["", "05/11/2025"]),
        ("Data Cancelamento", &["", "05/11/2025 10:00"]),
        ("Motivo do Cancelamento", &["", "cliente desistiu"]),
        ("Estornado", &["#0", "#1"]),
        ("Obs", &["", "CANCELADO"]),
        ("Observações", &["cliente novo", "Cancelada"]),
        ("", &["", "Cancelado"]),
    ];
    for (title, cells) in cases {
        let reading = sales(&sales_with(title, cells));
        assert_eq!(refused(&reading), [], "{title}");
        assert_eq!(
            (reading.tally().records, reading.tally().cancelled),
            (1, 1),
            "{title}"
        );
        assert_eq!(reading.totals().total, Amount::from_minor(1_000), "{title}");
    }
    let sheet = read(&sales_with("Situação", &["Concluída", "Cancelada"])).unwrap();
    let header = header(&sheet.sheet);
    assert_eq!(header.unused_columns(), Vec::<String>::new());
    assert_eq!(header.sign_columns(), ["Situação"]);
    Ok(())
}

fn other_operations() -> Result<(), Skipped> {
    let cases: &[(&str, &[&str], &str)] = &[
        ("Tipo", &["Venda", "Devolução"], "returned_goods"),
        ("Tipo", &["V", "D"], "returned_goods"),
        (
            "Tipo de Operação",
            &["Venda", "Devolução de venda"],
            "returned_goods",
        ),
        ("Natureza da Operação", &["Venda", "Troca"], "returned_goods"),
        ("Tipo Mov.", &["Saída", "Entrada"], "returned_goods"),
        ("Tipo", &["Venda", "Estorno"], "returned_goods"),
        ("Tipo", &["Venda", "Cancelamento"], "returned_goods"),
        ("Situação", &["Concluída", "Devolvida"], "returned_goods"),
        ("Status", &["completed", "refunded"], "returned_goods"),
        ("Devolvido", &["", "Sim"], "returned_goods"),
        ("Qtd Devolvida", &["#0", "#1"], "returned_goods"),
        ("Valor Devolvido", &["0,00", "10,00"], "returned_goods"),
        ("Qtd Cancelada", &["#0", "#1"], "returned_goods"),
        ("Obs", &["", "Devolução"], "returned_goods"),
        ("Situação", &["Concluída", "Pendente"], "not_completed"),
        ("Status", &["Pago", "Em aberto"], "not_completed"),
        ("Tipo", &["Venda", "Orçamento"], "not_completed"),
        ("Tipo", &["Venda", "Transferência"], "other_operation"),
        ("CFOP", &["5102", "1202"], "returned_goods"),
        ("CFOP", &["#5102", "#5910"], "other_operation"),
        ("CFOP", &["5.405", "xis"], "row_meaning_unknown"),
        ("Motivo", &["", "Perda"], "lost_goods"),
        ("Situação", &["Concluída", "Xis"], "row_meaning_unknown"),
    ];
    for (title, cells, code) in cases {
        let reading = sales(&sales_with(title, cells));
        assert_eq!(refused(&reading), [(3, *code)], "{title} {cells:?}");
        assert_eq!(reading.totals().total, Amount::from_minor(1_000), "{title}");
        let fault = &reading.refusals().rows()[0].faults[0];
        assert!(fault.detail.starts_with(title), "{:?}", fault.detail);
    }
    // A receipt is not recorded without a row of it.
    let reading = sales(&workbook(&[
        &["Cupom", "Data", "Produto", "Qtd", "Total", "Tipo"],
        &["1", "05/11/2025", "Meia", "#1", "#10", "Venda"],
        &["1", "05/11/2025", "Meia", "#1", "#10", "Devolução"],
    ]));
    assert_eq!(
        refused(&reading),
        [(2, "receipt_has_refused_rows"), (3, "returned_goods")]
    );
    Ok(())
}

fn goods_going_out() -> Result<(), Skipped> {
    let titles = |last| ["Data", "Código", "Qtd", "Custo", last];
    let row = |last| ["02/11/2025", "A", "#5", "#2", last];
    let cases = [
        ("Tipo", "Entrada", "Saída", "outgoing_goods"),
        ("Tipo", "E", "S", "outgoing_goods"),
        ("TIPO MOVIMENTO", "Compra", "Venda", "outgoing_goods"),
        ("Operação", "Entrada por compra", "Baixa", "outgoing_goods"),
        ("E/S", "+", "-", "outgoing_goods"),
        ("Entrada/Saída", "Entrada", "Saída", "outgoing_goods"),
        ("Movimento", "Entrada", "Devolução", "returned_goods"),
        ("Tipo", "Entrada", "Perda", "lost_goods"),
        ("Tipo", "Entrada", "Ajuste", "other_operation"),
        ("Motivo", "Compra", "Vencido", "lost_goods"),
        ("Saída", "#0", "#1", "outgoing_goods"),
        ("Saídas", "", "3", "outgoing_goods"),
        ("Qtd Saída", "", "#1", "outgoing_goods"),
        ("Perdas", "", "#1", "lost_goods"),
        ("Loja Destino", "", "Norte", "other_operation"),
        ("Obs", "", "Saída", "outgoing_goods"),
    ];
    for (title, usual, other, code) in cases {
        let reading = stock(&[&titles(title), &row(usual), &row(other)]);
        assert_eq!(refused_stock(&reading), [(3, code)], "{title} {other}");
        assert_eq!(reading.totals().quantity, Quantity::from_units(5), "{title}");
    }
    let both = stock(&[
        &["Data", "Código", "Entrada", "Saída", "Custo"],
        &["02/11/2025", "A", "#4", "#1", "#2"],
        &["02/11/2025", "A", "", "#1", "#2"],
        &["02/11/2025", "A", "#4", "", "#2"],
    ]);
    assert_eq!(
        refused_stock(&both),
        [(2, "outgoing_goods"), (3, "outgoing_goods")]
    );
    let losses = stock(&[
        &["Data", "Código", "Qtd", "Motivo", "Custo"],
        &["02/11/2025", "A", "#4", "Vencido", "#2"],
        &["02/11/2025", "B", "#1", "Avaria", "#2"],
    ]);
    assert_eq!(refused_stock(&losses), [(2, "lost_goods"), (3, "lost_goods")]);
    let cancelled = stock(&[
        &["Data", "Código", "Qtd", "Custo", "Situação"],
        &["02/11/2025", "A", "#4", "#2", "Cancelada"],
    ]);
    assert_eq!((cancelled.tally().cancelled, cancelled.receipts().len()), (1, 0));
    Ok(())
}

fn unknown_words() -> Result<(), Skipped> {
    let rows: &[&[&str]] = &[
        &["Data", "Produto", "Qtd", "Total", "Tipo"],
        &["05/11/2025", "Bota", "#1", "#10", "Calçados"],
        &["05/11/2025", "Blusa", "#1", "#10", "Roupas"],
    ];
    let refusal = found(rows).unwrap_err();
    assert_eq!(refusal.code(), "unclear_columns");
    let text = refusal.message(Language::PtBr);
    assert!(
        text.contains("\"Tipo\"") && text.contains("calcados") && text.contains("--map ignore=\"Tipo\""),
        "{text}"
    );
    let header = chosen(rows, &mapped(&[(Field::Ignore, "Tipo")])).unwrap();
    assert_eq!(header.mapping.kind, SheetKind::Sales);
    assert_eq!(header.sign_columns(), Vec::<String>::new());
    // A column of the sender's own name is read as told.
    let told = chosen(
        &[
            &["Data", "Produto", "Qtd", "Total", "Xyz"],
            &["05/11/2025", "Bota", "#1", "#10", "Venda"],
        ],
        &mapped(&[(Field::Movement, "Xyz")]),
    );
    assert_eq!(told.unwrap().sign_columns(), ["Xyz"]);
    Ok(())
}

fn without_bearing() -> Result<(), Skipped> {
    for (title, cell) in [
        ("Observação", "cliente pediu troca de sacola"),
        ("Tipo de Produto", "Roupa"),
        ("Tipo Cliente", "Novo"),
        ("Situação Tributária", "060"),
        ("Peso Bruto", "#1.5"),
        ("Vlr ICMS", "#1.8"),
        ("Margem", "#3"),
        ("Custo", "#5"),
        ("Comissão", "#1"),
        ("Saída", ""),
        ("Frete", "#0"),
        ("Desconto %", ""),
        ("CFOP", "5102"),
        ("Canal", "Loja"),
    ] {
        let reading = sales(&sales_with(title, &[cell]));
        assert_eq!(refused(&reading), [], "{title}");
        assert_eq!(reading.totals().total, Amount::from_minor(1_000), "{title}");
    }
    Ok(())
}

fn priced(title: &str, quantity: &str, amount: &str) -> SalesReading {
    sales(&workbook(&[
        &["Cupom", "Data", "Produto", "Qtd", "Preço Unit", title],
        &["1", "05/11/2025", "Meia", quantity, "#10", amount],
    ]))
}

fn nets() -> Result<(), Skipped> {
    for title in [
        "Valor Líquido",
        "Vl. Líquido",
        "Total Líquido",
        "VLR LIQ",
        "Líquido",
        "Total c/ Desconto",
    ] {
        let reading = priced(title, "#1", "#8");
        assert_eq!(refused(&reading), [], "{title}");
        let sale = reading.sales().next().unwrap();
        assert_eq!(sale.total, Amount::from_minor(800), "{title}");
        assert_eq!(sale.lines[0].line_discount, Amount::from_minor(200), "{title}");
    }
    for title in [
        "Vl. Desc.",
        "Desconto Item",
        "Vlr. Desconto",
        "Desc. (R$)",
        "Tot. Desc.",
        "Abatimento",
    ] {
        let reading = priced(title, "#1", "#2");
        assert_eq!(refused(&reading), [], "{title}");
        assert_eq!(reading.totals().total, Amount::from_minor(800), "{title}");
    }
    // Beside a total before the discount, and a total after it.
    for total in ["#20", "#17"] {
        let reading = sales(&workbook(&[
            &[
                "Cupom",
                "Data",
                "Produto",
                "Qtd",
                "Preço",
                "Total",
                "Valor Líquido",
            ],
            &["1", "05/11/2025", "Meia", "#2", "#10", total, "#17"],
        ]));
        assert_eq!(refused(&reading), [], "{total}");
        assert_eq!(reading.totals().total, Amount::from_minor(1_700), "{total}");
    }
    // Without a price.
    for titles in [
        ["Cupom", "Data", "Produto", "Qtd", "Valor Bruto", "Desconto"],
        ["Cupom", "Data", "Produto", "Qtd", "Valor Bruto", "Vl. Desc."],
    ] {
        let reading = sales(&workbook(&[
            &titles,
            &["1", "05/11/2025", "Meia", "#2", "#20", "#3"],
        ]));
        assert_eq!(refused(&reading), []);
        assert_eq!(reading.totals().total, Amount::from_minor(1_700));
    }
    let reading = sales(&workbook(&[
        &["Cupom", "Data", "Produto", "Qtd", "Valor Líquido"],
        &["1", "05/11/2025", "Meia", "#2", "#17"],
    ]));
    assert_eq!(reading.totals().total, Amount::from_minor(1_700));
    Ok(())
}

fn checked_sums() -> Result<(), Skipped> {
    assert_eq!(
        refused(&priced("Valor Líquido", "#1", "#11")),
        [(2, "total_mismatch")],
        "more than the price"
    );
    assert_eq!(
        refused(&priced("Valor Líquido", "#2", "#8")),
        [(2, "total_mismatch")],
        "of one or of both"
    );
    assert_eq!(
        refused(&priced("Valor Bruto", "#2", "#18")),
        [(2, "total_mismatch")]
    );
    assert_eq!(refused(&priced("Valor Bruto", "#2", "#20")), []);
    let disagreeing = sales(&workbook(&[
        &[
            "Cupom",
            "Data",
            "Produto",
            "Qtd",
            "Preço",
            "Desconto",
            "Valor Líquido",
        ],
        &["1", "05/11/2025", "Meia", "#1", "#10", "#1", "#8"],
        &["2", "05/11/2025", "Meia", "#1", "#10", "#2", "#8"],
    ]));
    assert_eq!(refused(&disagreeing), [(2, "total_mismatch")]);
    Ok(())
}

fn unclear_amounts() -> Result<(), Skipped> {
    for title in [
        "Preço Promocional",
        "Valor Pago",
        "Preço Líquido",
        "Total do Pedido",
        "Valor da Nota",
        "Total NF",
        "Vlr. Promo",
        "Cashback",
    ] {
        let rows: &[&[&str]] = &[
            &["Cupom", "Data", "Produto", "Qtd", "Preço Unit", title],
            &["1", "05/11/2025", "Meia", "#1", "#10", "#8"],
        ];
        let refusal = found(rows).unwrap_err();
        assert_eq!(refusal.code(), "unclear_columns", "{title}");
        let text = refusal.message(Language::En);
        assert!(text.contains(&format!("--map net={title:?}")), "{text}");
        assert!(chosen(rows, &mapped(&[(Field::Ignore, title)])).is_ok());
        assert!(chosen(rows, &mapped(&[(Field::Net, title)])).is_ok());
    }
    Ok(())
}

fn amounts_on_top() -> Result<(), Skipped> {
    for title in [
        "Acréscimo",
        "Vl. Acresc.",
        "Frete",
        "Taxa de Entrega",
        "Juros",
        "Taxa de Serviço",
        "Gorjeta",
    ] {
        assert_eq!(
            refused(&priced(title, "#1", "#2")),
            [(2, "amount_on_top")],
            "{title}"
        );
        assert_eq!(refused(&priced(title, "#1", "#0")), [], "{title}");
    }
    let goods = stock(&[
        &["Data", "Código", "Qtd", "Custo", "Vlr IPI"],
        &["02/11/2025", "A", "#1", "#10", "#1"],
        &["02/11/2025", "A", "#1", "#10", "0,00"],
    ]);
    assert_eq!(refused_stock(&goods), [(2, "amount_on_top")]);
    Ok(())
}

fn totals_of_goods() -> Result<(), Skipped> {
    let reading = stock(&[
        &["Data", "Código", "Qtd", "Custo", "Custo Total"],
        &["02/11/2025", "A", "#3", "#2.33", "#7"],
        &["02/11/2025", "B", "#2", "#5", "#9"],
        &["02/11/2025", "C", "#2", "#5", "#10"],
    ]);
    assert_eq!(
        refused_stock(&reading),
        [(3, "total_mismatch")],
        "a cost shown with two decimals is rounded"
    );
    Ok(())
}

fn payments() -> Result<(), Skipped> {
    for title in ["Dinheiro/Cartão", "Forma", "Recebimento", "Tipo", "Pago em"] {
        let reading = sales(&sales_with(
            title,
            &["Dinheiro", "Cartão de Crédito", "Pix", "Cartão"],
        ));
        assert_eq!(
            refused(&reading),
            [(5, "unknown_code")],
            "{title}: credit or debit is not told"
        );
        let methods: Vec<String> = reading
            .sales()
            .map(|sale| sale.payments[0].method.to_string())
            .collect();
        assert_eq!(methods, ["cash", "credit_card", "pix"], "{title}");
    }
    let rows: &[&[&str]] = &[
        &["Cupom", "Data", "Produto", "Qtd", "Total", "Dinheiro", "Cartão"],
        &["1", "05/11/2025", "Meia", "#1", "#10", "#10", ""],
        &["2", "05/11/2025", "Meia", "#1", "#10", "", "#10"],
    ];
    let refusal = found(rows).unwrap_err();
    assert_eq!(refusal.code(), "unclear_columns");
    let text = refusal.message(Language::PtBr);
    assert!(
        text.contains("\"Dinheiro\"") && text.contains("\"Cartão\""),
        "{text}"
    );
    assert!(
        text.contains("Forma de pagamento") && text.contains("--map ignore=\"Cartão\""),
        "{text}"
    );
    Ok(())
}

fn unidade() -> Result<(), Skipped> {
    let of_units = sales(&sales_with("Unidade", &["UN", "KG"]));
    assert_eq!(refused(&of_units), []);
    assert_eq!(of_units.stores().len(), 1);
    assert_eq!(of_units.stores()[0].store_id.as_str(), "centro");
    let units: Vec<Option<&str>> = of_units
        .products()
        .iter()
        .map(|product| product.unit.as_deref())
        .collect();
    assert_eq!(units, [Some("UN"), Some("KG")]);
    let of_stores = sales(&sales_with("Unidade", &["Centro", "Norte"]));
    let stores: Vec<&str> = of_stores
        .stores()
        .iter()
        .map(|store| store.store_id.as_str())
        .collect();
    assert_eq!(stores, ["centro", "norte"]);
    let beside = sales(&workbook(&[
        &["Data", "Loja", "Produto", "Unidade", "Qtd", "Total"],
        &["05/11/2025", "Sul", "Meia", "PC", "#1", "#10"],
    ]));
    assert_eq!(beside.stores()[0].store_id.as_str(), "sul");
    assert_eq!(beside.products()[0].unit.as_deref(), Some("PC"));
    Ok(())
}

fn units() -> Result<(), Skipped> {
    for title in ["UN", "Und.", "Unid", "Unidade de Medida", "UM", "U.M."] {
        let reading = sales(&sales_with(title, &["KG"]));
        assert_eq!(reading.products()[0].unit.as_deref(), Some("KG"), "{title}");
    }
    for title in ["Qtd (kg)", "Peso (kg)", "KG", "Quantidade KG"] {
        let reading = sales(&workbook(&[
            &["Data", "Produto", title, "Total"],
            &["05/11/2025", "Batata", "#1.5", "#10"],
        ]));
        assert_eq!(reading.products()[0].unit.as_deref(), Some("KG"), "{title}");
    }
    // A column that came to be read does not make other sales of rows without a receipt.
    let ids = |title| {
        let reading = sales(&workbook(&[
            &["Data", "Produto", "Qtd", "Total", title],
            &["05/11/2025", "Batata", "#1.5", "#10", "KG"],
        ]));
        reading.sales().map(|sale| sale.sale_id).collect::<Vec<_>>()
    };
    assert_eq!(ids("UN"), ids("Nada"));
    Ok(())
}

const TILL: &[&[&str]] = &[
    &[
        "Date",
        "Receipt number",
        "Receipt type",
        "SKU",
        "Item",
        "Quantity",
        "Gross sales",
        "Discounts",
        "Net sales",
        "Cost of goods",
        "Gross profit",
        "Cashier name",
        "Customer name",
        "Status",
    ],
    &[
        "2025-11-05 10:00",
        "1-1",
        "Sale",
        "A",
        "Socks",
        "#2",
        "#20",
        "#3",
        "#17",
        "#8",
        "#9",
        "Ana",
        "",
        "Closed",
    ],
    &[
        "2025-11-05 10:05",
        "1-2",
        "Refund",
        "A",
        "Socks",
        "#1",
        "#10",
        "#0",
        "#10",
        "#4",
        "#6",
        "Ana",
        "",
        "Closed",
    ],
    &[
        "2025-11-05 10:06",
        "1-3",
        "Sale",
        "A",
        "Socks",
        "#1",
        "#10",
        "#0",
        "#10",
        "#4",
        "#6",
        "Ana",
        "",
        "Cancelled",
    ],
];

const ORDERS: &[&[&str]] = &[
    &[
        "Order Reference",
        "Order Date",
        "Product",
        "Quantity",
        "Unit Price",
        "Subtotal",
        "Status",
    ],
    &["S001", "2025-11-05", "Socks", "#2", "#10", "#20", "Sales Order"],
    &["S002", "2025-11-05", "Socks", "#2", "#10", "#20", "Quotation"],
    &["S003", "2025-11-05", "Socks", "#2", "#10", "#20", "Cancelled"],
];

const OFFICE: &[&[&str]] = &[
    &[
        "Número do pedido",
        "Data",
        "Situação",
        "Código do produto",
        "Descrição",
        "Quantidade",
        "Valor unitário",
        "Desconto item",
        "Frete pedido",
    ],
    &[
        "1",
        "05/11/2025",
        "Atendido",
        "A",
        "Meia",
        "2,00",
        "10,00",
        "3,00",
        "0,00",
    ],
    &[
        "2",
        "05/11/2025",
        "Em aberto",
        "A",
        "Meia",
        "2,00",
        "10,00",
        "0,00",
        "0,00",
    ],
    &[
        "3",
        "05/11/2025",
        "Cancelado",
        "A",
        "Meia",
        "2,00",
        "10,00",
        "0,00",
        "0,00",
    ],
    &[
        "4",
        "05/11/2025",
        "Atendido",
        "A",
        "Meia",
        "2,00",
        "10,00",
        "0,00",
        "12,00",
    ],
];

const STOCK_CARD: &[&[&str]] = &[
    &[
        "Data",
        "Histórico",
        "Documento",
        "Produto",
        "Qtd Entrada",
        "Qtd Saída",
        "Custo Unitário",
        "Saldo",
    ],
    &["01/11/2025", "Compra", "#1", "Meia", "#10", "", "#2", "#10"],
    &["02/11/2025", "Venda", "#2", "Meia", "", "#4", "#2", "#6"],
];

/// Lists as tills, shops and back offices export them.
fn exports() -> Result<(), Skipped> {
    let till = sales(&workbook(TILL));
    assert_eq!(refused(&till), [(3, "returned_goods")]);
    assert_eq!(
        (till.tally().cancelled, till.totals().total),
        (1, Amount::from_minor(1_700))
    );
    let orders = sales(&workbook(ORDERS));
    assert_eq!(refused(&orders), [(3, "not_completed")]);
    assert_eq!((orders.tally().cancelled, orders.totals().sales), (1, 1));
    let office = sales(&workbook(OFFICE));
    assert_eq!(refused(&office), [(3, "not_completed"), (5, "amount_on_top")]);
    assert_eq!(
        (office.tally().cancelled, office.totals().total),
        (1, Amount::from_minor(1_700))
    );
    let stock_card = stock(STOCK_CARD);
    assert_eq!(refused_stock(&stock_card), [(3, "outgoing_goods")]);
    assert_eq!(stock_card.totals().quantity, Quantity::from_units(10));
    Ok(())
}

fn signs_in_names() -> Result<(), Skipped> {
    let reading = stock(&[
        &["Descrição", "Qtd Recebida", "Custo"],
        &["VIDRO MOTO G5", "#5", "#10"],
        &["VIDRO MOTO G5+", "#3", "#12"],
    ]);
    let skus: Vec<&str> = reading
        .receipts()
        .iter()
        .map(|receipt| receipt.lines[0].sku.as_str())
        .collect();
    assert_eq!(skus, ["vidro_moto_g5", "vidro_moto_g5_plus"]);
    Ok(())
}

/// Negative quantities and discounts, and titles over two rows.
fn refused_clearly() -> Result<(), Skipped> {
    assert_eq!(
        refused(&priced("Total", "#-1", "#-10"))[0],
        (2, "quantity_not_positive")
    );
    assert_eq!(
        refused(&priced("Desconto", "#1", "#-2")),
        [(2, "amount_negative")]
    );
    assert_eq!(
        refused(&priced("Valor Líquido", "#1", "#-8")),
        [(2, "amount_negative")]
    );
    let two_rows: &[&[&str]] = &[
        &["Data", "Produto", "Quantidade", "Valor", ""],
        &["", "", "", "Unitário", "Total"],
        &["05/11/2025", "Meia", "#2", "#5", "#10"],
    ];
    let refusal = found(two_rows).unwrap_err();
    assert_eq!(refusal.code(), "needs_mapping", "{refusal}");
    Ok(())
}
