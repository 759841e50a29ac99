//! The kind of a sheet: by all of its columns, or asked.

use posars_domain::{Amount, Quantity};
use posars_xls_importer::{Field, Language, SheetKind, find_header};

use crate::fixture::{read, workbook};
use crate::meaning::{chosen, found, mapped, refused_stock, stock, stock_of};
use crate::{Case, Skipped};

pub(crate) const CASES: &[Case] = &[
    ("sheet_kinds::counts_are_known_by_their_titles", counts),
    (
        "sheet_kinds::a_count_beside_other_quantities",
        counts_beside_others,
    ),
    ("sheet_kinds::the_kind_is_chosen_by_all_columns", kinds),
    ("sheet_kinds::hints_name_the_field", hints),
    ("sheet_kinds::other_lists_are_told_what_is_read", other_lists),
];

fn code(rows: &[&[&str]]) -> &'static str {
    found(rows).unwrap_err().code()
}

fn counts() -> Result<(), Skipped> {
    for title in [
        "Qtd Contada",
        "Contagem",
        "Inventário",
        "Saldo",
        "Estoque Atual",
        "Qtde. Física",
        "Estoque",
    ] {
        let reading = stock(&[
            &["Código", title, "Custo", "Data"],
            &["A", "#75", "#2", "02/11/2025"],
            &["B", "#0", "#2", "02/11/2025"],
        ]);
        assert!(reading.is_count(), "{title}");
        assert_eq!(refused_stock(&reading), [], "{title}");
        assert_eq!(reading.totals().cost, Amount::from_minor(15_000), "{title}");
        let without_cost: &[&[&str]] = &[&["Código", title, "Data"], &["A", "#75", "02/11/2025"]];
        let refusal = found(without_cost).unwrap_err();
        assert_eq!(refusal.code(), "count_without_cost", "{title}");
        let text = refusal.message(Language::PtBr);
        assert!(
            text.contains(title) && text.contains("--map unit_cost="),
            "{text}"
        );
    }
    // What the titles do not say, the date's title and the name of the sheet may.
    let reading = stock(&[
        &["Código", "Quantidade", "Custo", "Data da Contagem"],
        &["A", "#75", "#2", "02/11/2025"],
    ]);
    assert!(reading.is_count());
    let captioned = stock(&[
        &["Inventário de novembro"],
        &["Código", "Quantidade", "Custo", "Data"],
        &["A", "#75", "#2", "02/11/2025"],
    ]);
    assert!(captioned.is_count());
    let undated = stock(&[&["Código", "Quantidade", "Custo"], &["A", "#75", "#2"]]);
    assert!(undated.is_count(), "what came, came on some day");
    for (titles, row) in [
        (["Código", "Qtd Recebida", "Custo"], ["A", "#75", "#2"]),
        (["Código", "Entrada", "Custo"], ["A", "#75", "#2"]),
    ] {
        assert!(!stock(&[&titles, &row]).is_count(), "{titles:?}");
    }
    let dated = stock(&[
        &["Data", "Código", "Quantidade", "Custo"],
        &["02/11/2025", "A", "#75", "#2"],
    ]);
    assert!(!dated.is_count());
    Ok(())
}

fn counts_beside_others() -> Result<(), Skipped> {
    // The counted column goes before the one of the books.
    let beside = stock(&[
        &["Código", "Estoque Sistema", "Qtd Contada", "Custo"],
        &["A", "#80", "#75", "#2"],
    ]);
    assert_eq!(beside.totals().quantity, Quantity::from_units(75));
    assert_eq!(
        code(&[&["Código", "Descrição", "Qtd Contada"], &["A", "Meia", "#75"]]),
        "count_without_cost",
        "no catalogue"
    );
    assert_eq!(
        code(&[
            &["Código", "Quantidade", "Saldo", "Custo"],
            &["A", "#5", "#75", "#2"]
        ]),
        "needs_mapping"
    );
    let told = mapped(&[(Field::Quantity, "Quantidade")]);
    let rows = workbook(&[&["Código", "Quantidade", "Custo"], &["A", "#75", "#2"]]);
    let sheet = read(&rows).unwrap();
    let header = find_header(&sheet.sheet, &told).unwrap();
    assert!(!stock_of(&sheet, &header).is_count(), "as the sender says");
    Ok(())
}

fn kinds() -> Result<(), Skipped> {
    let kind_of = |rows: &[&[&str]]| found(rows).map(|header| header.mapping.kind);
    let row: &[&str] = &["05/11/2025", "A", "#2", "#10", "ACME"];
    let sales_row: &[&[&str]] = &[&["Data Venda", "SKU", "Qtd", "Preço Unit", "Fornecedor"], row];
    assert_eq!(kind_of(sales_row), Ok(SheetKind::Sales));
    // Purchases have all that a sale needs.
    for titles in [
        ["Data", "SKU", "Qtd", "Valor Unitário", "Fornecedor"],
        [
            "Data Compra",
            "SKU",
            "Qtd Comprada",
            "Valor Unitário",
            "Fornecedor",
        ],
        [
            "Data Entrada",
            "SKU",
            "Quantidade",
            "Valor Unitário",
            "Fornecedor",
        ],
    ] {
        let refusal = found(&[&titles, row]).unwrap_err();
        assert_eq!(refusal.code(), "needs_mapping", "{titles:?}");
    }
    // What was sold, with its cost.
    let refusal = found(&[
        &["Data Venda", "SKU", "Qtd Vendida", "Custo"],
        &["05/11/2025", "A", "#2", "#10"],
    ])
    .unwrap_err();
    let text = refusal.to_string();
    assert!(
        text.contains("(sales)") && text.contains("--map unit_price="),
        "{text}"
    );
    // A plain value is the price of one or of all.
    let plain: &[&[&str]] = &[
        &["Data", "SKU", "Produto", "Quantidade", "Valor"],
        &["05/11/2025", "A", "Meia", "#2", "#10"],
    ];
    let refusal = found(plain).unwrap_err();
    assert_eq!(refusal.code(), "needs_mapping");
    let text = refusal.to_string();
    assert!(
        text.contains("(sales)") && text.contains("--map unit_price=\"Valor\" or --map total=\"Valor\""),
        "{text}"
    );
    assert!(!text.contains("unit_cost"), "{text}");
    assert_eq!(
        chosen(plain, &mapped(&[(Field::Total, "Valor")]))
            .unwrap()
            .mapping
            .kind,
        SheetKind::Sales
    );
    let beside = found(&[
        &["Data", "SKU", "Quantidade", "Valor Unitário", "Valor"],
        &["05/11/2025", "A", "#2", "#5", "#10"],
    ])
    .unwrap();
    assert_eq!(beside.title(Field::Total), "Valor");
    // A catalogue.
    let catalogue: &[&[&str]] = &[
        &["Código", "Descrição", "Estoque", "Preço"],
        &["A", "Meia", "#5", "#10"],
    ];
    assert_eq!(kind_of(catalogue), Ok(SheetKind::Products));
    Ok(())
}

fn hints() -> Result<(), Skipped> {
    let refusal = found(&[
        &[
            "NF",
            "Data Entrada",
            "Código",
            "Qtd Recebida",
            "Custo",
            "Fornecedor",
            "Cód. Fornecedor",
        ],
        &["#1", "05/11/2025", "A", "#2", "#10", "ACME", "#7"],
    ])
    .unwrap_err();
    for language in [Language::PtBr, Language::En] {
        let text = refusal.message(language);
        assert!(text.contains("--map supplier=\"Fornecedor\""), "{text}");
    }
    let refusal = found(&[&["Data", "Produto", "Qtd"], &["05/11/2025", "Meia", "#2"]]).unwrap_err();
    let text = refusal.message(Language::PtBr);
    assert!(
        text.contains("preço unitário (unit_price)") && text.contains("(vendas)"),
        "{text}"
    );
    Ok(())
}

fn other_lists() -> Result<(), Skipped> {
    let lists: &[&[&[&str]]] = &[
        &[
            &["Matrícula", "Nome", "Cargo", "Salário", "Admissão"],
            &["#1", "Ana", "Caixa", "#2000", "01/02/2020"],
        ],
        &[
            &["Código", "Nome", "Departamento", "Salário"],
            &["#1", "Ana", "Loja", "#2000"],
        ],
        &[
            &["Nome", "CPF", "Telefone", "E-mail"],
            &["Ana", "111.444.777-35", "1199", "a@b.c"],
        ],
        &[
            &["Fornecedor", "Documento", "Vencimento", "Valor"],
            &["ACME", "#1", "05/11/2025", "#10"],
        ],
        &[
            &["Descrição", "Vencimento", "Valor", "Fornecedor"],
            &["Aluguel", "05/11/2025", "#10", "ACME"],
        ],
        &[
            &["Data", "Vencimento", "Favorecido", "Valor Pago", "Juros"],
            &["05/11/2025", "05/11/2025", "ACME", "#1", "#0"],
        ],
        &[&["Data", "Total"], &["05/11/2025", "#10"]],
        &[
            &["Data", "Loja", "Total", "Qtd de Vendas"],
            &["05/11/2025", "Sul", "#10", "#3"],
        ],
        &[
            &["Dia", "Faturamento", "Cupons", "Ticket Médio"],
            &["05/11/2025", "#10", "#3", "#3"],
        ],
        &[&["Data", "Qtd", "Total"], &["05/11/2025", "#3", "#10"]],
    ];
    for list in lists {
        let refusal = found(list).unwrap_err();
        assert_eq!(refusal.code(), "not_known_kind", "{:?}", list[0]);
        let text = refusal.message(Language::PtBr);
        assert!(
            text.starts_with(
                "esta planilha não é de vendas, de estoque nem de produtos; essas têm pelo menos"
            ),
            "{text}"
        );
        let text = refusal.message(Language::En);
        assert!(
            text.contains("those have at least") && text.contains("quantity"),
            "{text}"
        );
    }
    Ok(())
}
