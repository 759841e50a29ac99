//! Statements as files: what banks and acquirers export, and what people save from a spreadsheet.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::path::PathBuf;

use posars_bookkeeping::{ReadLine, StatementFile, StatementFileError, StatementOf};
use posars_domain::statement_line::{NewStatementLine, StatementKind};
use posars_domain::{Currency, Rejection as _};

struct File(PathBuf);

impl File {
    fn of(name: &str, content: &[u8]) -> Self {
        let path = std::env::temp_dir().join(format!("posars-{}-{name}", std::process::id()));
        std::fs::write(&path, content).unwrap();
        Self(path)
    }

    fn open(&self) -> Result<StatementFile, StatementFileError> {
        let of = StatementOf {
            kind: None,
            source: None,
            currency: Currency::BRL,
            money_account: "1.1.01.002".parse().unwrap(),
        };
        StatementFile::open(&self.0, of)
    }

    fn lines(&self) -> Vec<ReadLine> {
        self.open().unwrap().next_lines(1_000).unwrap()
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn good(line: &ReadLine) -> &NewStatementLine {
    line.line
        .as_ref()
        .unwrap_or_else(|problem| panic!("line {}: {problem}", line.number))
}

fn amounts(line: &ReadLine) -> [i64; 3] {
    let line = good(line);
    [line.gross, line.fee, line.net].map(|amount| amount.minor())
}

#[test]
fn a_brazilian_export_is_read_whatever_stands_before_its_titles() {
    let csv = "\u{feff}Extrato de vendas;;;\nLoja 123;;;\n\nData do pagamento;NSU/DOC;Autorização;Bandeira;Parcela;Valor bruto \
               (R$);Valor da taxa;Valor líquido\n19/09/2026;000123;A1B2C3;Visa;1/3;1.033,34;-31,00;1.002,34\n;;;;;;;\n19/10/2026;\
               000123;A1B2C3;Visa;2/3;33,33;0,99;32,34\n";
    let file = File::of("brasil.csv", csv.as_bytes());
    let lines = file.lines();
    assert_eq!(
        lines.iter().map(|line| line.number).collect::<Vec<_>>(),
        [5, 7],
        "as an editor counts"
    );
    assert_eq!(
        amounts(&lines[0]),
        [103_334, 3_100, 100_234],
        "a fee that is written as taken off"
    );
    assert_eq!(amounts(&lines[1]), [3_333, 99, 3_234]);
    let first = good(&lines[0]);
    assert_eq!(first.date, jiff::civil::date(2026, 9, 19));
    assert_eq!(
        (first.kind, first.source.as_str()),
        (StatementKind::Acquirer, "acquirer")
    );
    assert_eq!(
        (first.keys.nsu.as_deref(), first.installment),
        (Some("000123"), Some(1))
    );
    assert_eq!(file.open().unwrap().ignored(), ["Bandeira"]);
}

#[test]
fn an_export_in_the_encoding_of_older_programs_is_read() {
    let csv = b"Data;Valor l\xedquido;N\xfamero do documento\n05/11/2026;10,00;DOC 1\n";
    let file = File::of("latin.csv", csv);
    let lines = file.lines();
    assert_eq!(amounts(&lines[0]), [1_000, 0, 1_000]);
    assert_eq!(good(&lines[0]).reference.as_deref(), Some("DOC 1"));
    assert_eq!(good(&lines[0]).kind, StatementKind::Bank);
}

#[test]
fn a_file_with_commas_is_read_and_a_comma_too_many_is_told() {
    let csv = "date,gross,fee,e2e\n2026-11-05,\"1,234.56\",0.99,E123\n2026-11-06,1,50,0,99,E124\n";
    let file = File::of("commas.csv", csv.as_bytes());
    let lines = file.lines();
    assert_eq!(amounts(&lines[0]), [123_456, 99, 123_357]);
    assert_eq!(good(&lines[0]).kind, StatementKind::Pix);
    let problem = lines[1].line.as_ref().unwrap_err();
    assert!(
        problem.to_string().contains("more cells than there are titles"),
        "{problem}"
    );
}

#[test]
fn what_is_wrong_with_a_line_is_told_with_its_place_and_the_others_are_read() {
    let csv = "data;bruto;taxa;nsu;cnpj adquirente\n;10,00;0;1;\n31/02/2026;10,00;0;1;\n05/11/2026;;0;1;\n05/11/2026;dez;0;1;\n\
               05/11/2026;10,001;0;1;\n05/11/2026;10,00;0;1;123\n05/11/2026;10,00;0;1;\n";
    let file = File::of("wrong.csv", csv.as_bytes());
    let lines = file.lines();
    let told: Vec<_> = lines
        .iter()
        .map(|line| match &line.line {
            Ok(_) => (line.number, "good", None),
            Err(problem) => (line.number, problem.reason(), problem.field()),
        })
        .collect();
    let at = |field: &str| Some(field.to_owned());
    assert_eq!(
        told,
        [
            (2, "FIELD_REQUIRED", at("date")),
            (3, "FIELD_INVALID", at("date")),
            (4, "FIELD_REQUIRED", at("gross")),
            (5, "AMOUNT_INVALID", at("gross")),
            (6, "AMOUNT_DECIMALS", at("gross")),
            (7, "INVALID_TAX_ID", at("acquirer_cnpj")),
            (8, "good", None),
        ]
    );
}

#[test]
fn json_is_a_list_of_lines_with_the_names_of_the_api() {
    let json = r#"{"lines": [
        {"date": "2026-11-05", "gross": 33.34, "fee": "1.00", "match_keys": {"nsu": "000123"}, "installment": 1},
        {"date": "2026-11-06", "net": 1234567890123.45, "pix_e2e_id": "E1", "note": "x", "fee": null},
        {"date": "2026-11-06", "gross": true}
    ]}"#;
    let file = File::of("lines.json", json.as_bytes());
    let lines = file.lines();
    assert_eq!(amounts(&lines[0]), [3_334, 100, 3_234]);
    assert_eq!(good(&lines[0]).keys.nsu.as_deref(), Some("000123"));
    assert_eq!(good(&lines[0]).installment, Some(1));
    assert_eq!(
        amounts(&lines[1]),
        [123_456_789_012_345, 0, 123_456_789_012_345],
        "to the last digit"
    );
    assert!(lines[2].line.is_err());
    assert_eq!(lines[2].number, 3);
    assert_eq!(file.open().unwrap().ignored(), ["note"]);
    let list = File::of("list.json", br#" [{"data":"05/11/2026","valor":"1.234,56"}]"#);
    assert_eq!(amounts(&list.lines()[0])[0], 123_456);
}

#[test]
fn what_is_no_statement_says_where_it_breaks_off() {
    let problem = |name: &str, content: &[u8]| File::of(name, content).open().unwrap_err().to_string();
    let broken = problem("broken.json", b"[{\"date\": \"2026-11-05\",\n  gross: 1}]");
    assert!(broken.starts_with("line 2, column"), "{broken}");
    let number = problem("number.json", b"{\"lines\": 5}");
    assert!(number.contains("no list of lines"), "{number}");
    let titles = problem("titles.csv", b"foo;bar\n1;2\n");
    assert!(titles.contains("titles of a date and an amount"), "{titles}");
    assert!(problem("empty.csv", b"").contains("titles"));
    let gone = File::of("gone.csv", b"x");
    std::fs::remove_file(&gone.0).unwrap();
    assert!(matches!(gone.open().unwrap_err(), StatementFileError::Io(_)));
}

#[test]
fn equal_lines_that_nothing_tells_apart_are_numbered_over_all_of_a_file() {
    let csv = format!("data;valor\n{}", "05/11/2026;50,00\n".repeat(3));
    let file = File::of("equal.csv", csv.as_bytes());
    let mut open = file.open().unwrap();
    let mut seen = Vec::new();
    loop {
        let lines = open.next_lines(2).unwrap();
        if lines.is_empty() {
            break;
        }
        seen.extend(lines.iter().map(|line| good(line).occurrence));
    }
    assert_eq!(seen, [1, 2, 3]);
}
