//! Who bought: read from a sheet, kept sealed, and told by nothing that the import says.

use std::io::Cursor;

use posars_domain::SaleId;
use posars_domain::sale::Customer;
use posars_xls_importer::{ImportState, Language, MappingChoice, find_header, write_refused_workbook};

use crate::fixture::{header, read, refused, sales, workbook};
use crate::into_log::{World, codes, run, settings};
use crate::{Case, Skipped};

pub(crate) const CASES: &[Case] = &[
    ("customers::are_read_wherever_they_stand", are_read),
    ("customers::that_are_nobody_are_none", are_nobody),
    ("customers::have_one_column_and_no_question", have_one_column),
    ("customers::change_no_id_of_a_sale", change_no_id),
    ("customers::go_into_the_log_sealed", || {
        run(go_into_the_log_sealed)
    }),
    ("customers::come_again_with_the_sheet", || run(come_again)),
    ("customers::are_told_by_no_finding", || {
        run(are_told_by_no_finding)
    }),
];

const TITLES: &[&str] = &["Venda", "Data", "Produto", "Qtd", "Preço", "Cliente", "CPF/CNPJ"];
const CPF: &str = "529.982.247-25";
const BARE: &str = "52998224725";
const CNPJ: &str = "12.ABC.345/01DE-35";
const NAME: &str = "Zuleica Quintanilha";

fn row<'a>(receipt: &'a str, name: &'a str, document: &'a str) -> [&'a str; 7] {
    [receipt, "30/12/2025", "Camisa", "#1", "#10", name, document]
}

/// Tax number and name, as they are read.
fn told(customer: Option<&Customer>) -> (String, String) {
    let customer = customer.cloned().unwrap_or_default();
    let tax_id = customer.tax_id.as_ref().and_then(|tax_id| tax_id.clear());
    let name = customer.name.as_ref().and_then(|name| name.clear());
    (
        tax_id.map(ToString::to_string).unwrap_or_default(),
        name.cloned().unwrap_or_default(),
    )
}

fn customers_of(bytes: &[u8]) -> Vec<(String, String)> {
    let reading = sales(bytes);
    assert_eq!(refused(&reading), []);
    reading.sales().map(|sale| told(sale.customer)).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let pairs = expected.iter();
    pairs
        .map(|(tax_id, name)| ((*tax_id).to_owned(), (*name).to_owned()))
        .collect()
}

fn are_read() -> Result<(), Skipped> {
    let of_one_receipt = [
        row("#5", "Zuleica Quintanilha", ""),
        row("#5", "", ""),
        row("#5", "Z. Quintanilha", CPF),
    ];
    let rows = [
        row("#1", NAME, CPF),
        row("#2", "", "'52998224725"),
        row("#3", "  Loja \t do  Zé Ltda ", CNPJ),
        row("#4", NAME, ""),
        of_one_receipt[0],
        of_one_receipt[1],
        of_one_receipt[2],
        // A program that took the number for one.
        row("#6", "", "#191"),
        row("#7", "", "#52998224725"),
    ];
    let mut sheet = vec![TITLES];
    sheet.extend(rows.iter().map(<[&str; 7]>::as_slice));
    assert_eq!(
        customers_of(&workbook(&sheet)),
        pairs(&[
            (BARE, NAME),
            (BARE, ""),
            ("12ABC34501DE35", "Loja do Zé Ltda"),
            ("", NAME),
            // Of several the first that says more than a name.
            (BARE, "Z. Quintanilha"),
            ("00000000191", ""),
            (BARE, ""),
        ])
    );
    Ok(())
}

fn are_nobody() -> Result<(), Skipped> {
    let names = [
        "CONSUMIDOR FINAL",
        "Consumidor",
        "Cliente Balcão",
        "NÃO INFORMADO",
        "-",
        "1042",
        "!",
    ];
    let numbers: Vec<String> = (1..=names.len()).map(|number| format!("#{number}")).collect();
    let documents = ["", "000.000.000-00", "-", "#0", "", "00.000.000/0000-00", ""];
    let rows = numbers.iter().zip(names).zip(documents);
    let rows: Vec<_> = rows
        .map(|((number, name), document)| row(number, name, document))
        .collect();
    let mut sheet = vec![TITLES];
    sheet.extend(rows.iter().map(<[&str; 7]>::as_slice));
    assert_eq!(customers_of(&workbook(&sheet)), pairs(&[("", ""); 7]));
    Ok(())
}

fn have_one_column() -> Result<(), Skipped> {
    for (titles, cells, expected) in [
        (["Cliente", "Nome do Cliente"], ["1042", NAME], ("", NAME)),
        (["Nome Cliente", "Código Cliente"], [NAME, "1042"], ("", NAME)),
        (["Cód. Cliente", "Cliente"], ["A-17", NAME], ("", NAME)),
        (["CPF Cliente", "Cliente"], [CPF, NAME], (BARE, NAME)),
        (["CNPJ", "CPF"], ["", CPF], (BARE, "")),
        (["CPF", "CPF/CNPJ"], ["", CNPJ], ("12ABC34501DE35", "")),
        (["Customer Name", "Customer ID"], [NAME, "7"], ("", NAME)),
    ] {
        let titles = ["Venda", "Data", "Produto", "Qtd", "Preço", titles[0], titles[1]];
        let row = ["#1", "30/12/2025", "Camisa", "#1", "#10", cells[0], cells[1]];
        let bytes = workbook(&[&titles, &row]);
        assert_eq!(customers_of(&bytes), pairs(&[expected]), "{titles:?}");
    }
    Ok(())
}

/// Ids of sheets that were imported before are for ever.
fn change_no_id() -> Result<(), Skipped> {
    let ids = |rows: &[&[&str]]| -> Vec<SaleId> {
        sales(&workbook(rows)).sales().map(|sale| sale.sale_id).collect()
    };
    let with = ids(&[
        TITLES,
        &row("#1", NAME, CPF),
        &row("", NAME, CPF),
        &row("", "Ana", ""),
    ]);
    let without = ids(&[
        &TITLES[..5],
        &row("#1", "", "")[..5],
        &row("", "", "")[..5],
        &row("", "", "")[..5],
    ]);
    assert_eq!(with, without);
    assert_eq!(with.len(), 3);
    Ok(())
}

async fn go_into_the_log_sealed(world: World) -> anyhow::Result<()> {
    let bytes = workbook(&[
        TITLES,
        &row("#1", NAME, CPF),
        &row("#2", "", BARE),
        &row("#3", NAME, ""),
        &row("#4", "Consumidor Final", ""),
    ]);
    let outcome = world.import(&bytes, &settings()).await?;
    assert_eq!(
        (outcome.state, outcome.records.accepted),
        (ImportState::Completed, 4)
    );
    assert_eq!(outcome.not_recorded, []);
    let sales = world.data_of("SaleRecorded").await?;
    let customers: Vec<_> = sales.iter().map(|sale| sale["customer"].as_str()).collect();
    assert!(
        customers[0].is_some() && customers[0] == customers[1],
        "{customers:?}"
    );
    assert!(
        customers[2].is_some() && customers[2] != customers[0],
        "{customers:?}"
    );
    assert_eq!(
        (customers[3], &sales[3]["buyer"]),
        (None, &serde_json::Value::Null)
    );
    assert_eq!(
        sales[0]["buyer"]["tax_id"]["key"],
        sales[1]["buyer"]["tax_id"]["key"]
    );
    for event in world.recorded().await? {
        for secret in [BARE, CPF, "Zuleica", "withheld"] {
            assert!(!event.data.contains(secret), "{}", event.data);
        }
    }
    // What is kept comes back.
    let sale_id = sales[0]["sale_id"].as_str().unwrap().parse::<SaleId>()?;
    let document = world.commands.sale_document(sale_id).await?.unwrap();
    let mut sale = *document.state.recorded.unwrap();
    let place = posars_keyring::Place {
        stream: &document.stream,
        event_id: document.first_event_id,
    };
    let mut fields: Vec<_> = posars_domain::HoldsPersonal::personal(&mut sale)
        .into_iter()
        .map(|field| posars_keyring::Opening {
            place,
            path: field.path,
            data: field.data,
        })
        .collect();
    world.commands.keyring().open(&mut fields).await?;
    drop(fields);
    let buyer = sale.buyer.unwrap();
    assert_eq!(buyer.name.unwrap().clear().unwrap(), NAME);
    assert_eq!(buyer.tax_id.unwrap().clear().unwrap().as_str(), BARE);
    Ok(())
}

async fn come_again(world: World) -> anyhow::Result<()> {
    let without = workbook(&[&TITLES[..5], &row("#1", "", "")[..5]]);
    let with = workbook(&[TITLES, &row("#1", NAME, CPF), &row("#2", NAME, CPF)]);
    world.import(&without, &settings()).await?;
    // The customers of what is recorded already are no difference; the rest comes in with them.
    let second = world.import(&with, &settings()).await?;
    assert_eq!((second.records.duplicate, second.records.accepted), (1, 1));
    let head = world.head().await?;
    let again = world.import(&with, &settings()).await?;
    assert_eq!((again.records.duplicate, again.records.accepted), (2, 0));
    assert_eq!(world.head().await?, head);
    let other = workbook(&[TITLES, &row("#2", "Outra Pessoa", CPF)]);
    let outcome = world.import(&other, &settings()).await?;
    assert_eq!(codes(&outcome), [(2, "idempotency_mismatch")]);
    Ok(())
}

async fn are_told_by_no_finding(world: World) -> anyhow::Result<()> {
    // Mistyped, in the wrong column, cut off by a program, and good.
    let bytes = workbook(&[
        TITLES,
        &row("#1", NAME, "529.982.247-26"),
        &row("#2", CPF, NAME),
        &row("#3", NAME, "5.29982E+10"),
        &row("#4", NAME, CPF),
    ]);
    let file = read(&bytes)?;
    let titles = header(&file.sheet);
    let outcome = world.import(&bytes, &settings()).await?;
    assert_eq!(
        codes(&outcome),
        [
            (2, "cpf_check_digit"),
            (3, "cnpj_check_digit"),
            (4, "number_precision_lost")
        ]
    );
    let mut said = vec![format!("{outcome:?}"), format!("{:?}", sales(&bytes))];
    for language in [Language::PtBr, Language::En] {
        said.push(outcome.to_json(language).to_string());
    }
    // The cells are the sender's own, to be corrected and sent back; what is added repeats none of them.
    let mut out = Cursor::new(Vec::new());
    write_refused_workbook(&mut out, &file.sheet, &titles, &outcome.refusals, Language::PtBr)?;
    let back = read(out.get_ref())?;
    let again = find_header(&back.sheet, &MappingChoice::default())?;
    let mut row = posars_xls_importer::Row::default();
    for index in 1..back.sheet.rows_len() {
        back.sheet.read_row(index, &mut row);
        let added = row.cells().skip_while(|(column, _)| *column < 7);
        said.push(format!(
            "{:?}",
            added.map(|(_, cell)| format!("{cell:?}")).collect::<Vec<_>>()
        ));
    }
    assert_eq!(again.mapping.kind, titles.mapping.kind);
    for text in said {
        for secret in ["Zuleica", "Quintanilha", "529.982", "52998", "5.29982"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    Ok(())
}
