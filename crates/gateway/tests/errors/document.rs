//! The catalogue as a document for people.

use posars_gateway::errors::{code_name, http_status};
use posars_words::{Language, PARTS, Reason};
use posars_xls_importer::{ColumnDoubt, FileRefusal, ParserDeath, RowReason, UnclearColumn};
use tonic::Code;

use crate::rules::Codes;

const INTRODUCTION: &str = "\
# Errors

Written from the catalogue in `crates/words/src/catalogue/` by a test; change it there, then run
`POSARS_BLESS=1 cargo test -p posars-gateway --test errors`.

Every refusal carries `google.rpc.ErrorInfo` with a `reason` from this list, the domain `posars` and the values that a
program may want. Programs act on `reason`: it never changes and never means two things. Texts may change.

**In gRPC and gRPC-Web** the status message is English, for developers. `google.rpc.LocalizedMessage` in the details is
for the person in front of the till: it is in the language of the call's `accept-language` metadata, with the values
filled in. So is `localized_message` of every field that `google.rpc.BadRequest` lists.

**In REST** the body is a `google.rpc.Status` as JSON, and its `message` is what a person gets to see: by default the
exact English message, and the text of this catalogue when `Accept-Language` prefers Portuguese. `Content-Language` says
which it is. `LocalizedMessage` is in the `details` there too.

Languages are `en` (default) and `pt-BR` (also for any other `pt`), weighted as RFC 9110 says.

Retry only what carries `google.rpc.RetryInfo` (`Retry-After` in REST), and send the same ids again: a command with ids
takes effect once. In the texts below `{key}` stands for a value of `ErrorInfo.metadata`; a part in square brackets is
left out when its values are not known.

A refused value goes back to who sent it and to no log. A CPF in it is masked wherever it stands, and of free text and
ids of customers only the length is told.
";

const REASON_HEADER: &str = "\
| Reason | gRPC | HTTP | Meaning | Next step | Significado | O que fazer |
| --- | --- | --- | --- | --- | --- | --- |
";

const ROWS_INTRODUCTION: &str = "
## Rows of an import

The report on a sheet gives each refused row one of these codes. They are no statuses: the rows that are right are
recorded all the same.

| Code | Meaning | Next step | Significado | O que fazer |
| --- | --- | --- | --- | --- |
";

const FILES_INTRODUCTION: &str = "
## Files of an import

Codes of a whole file that is not imported, with an example of what is told.

| Code | Example | Exemplo |
| --- | --- | --- |
";

/// The whole document.
pub(crate) fn write() -> String {
    let codes = Codes::read();
    let mut text = INTRODUCTION.to_owned();
    for (title, reasons) in PARTS {
        text.push_str(&format!("\n## {title}\n\n{REASON_HEADER}"));
        text.extend(
            reasons
                .iter()
                .map(|reason| reason_row(reason, codes.of(reason.reason))),
        );
    }
    text.push_str(ROWS_INTRODUCTION);
    for reason in RowReason::all() {
        let told = [Language::En, Language::PtBr]
            .map(|language| [reason.problem(language), reason.how_to_fix(language)]);
        text.push_str(&row(&[&format!("`{}`", reason.code())], told.as_flattened()));
    }
    text.push_str(FILES_INTRODUCTION);
    for refusal in one_of_each() {
        let told = [Language::En, Language::PtBr].map(|language| refusal.message(language));
        text.push_str(&row(&[&format!("`{}`", refusal.code())], &[&told[0], &told[1]]));
    }
    text
}

fn reason_row(reason: &Reason, code: Code) -> String {
    let name = format!("`{}`", reason.reason);
    let http_status = http_status(reason.reason, code).to_string();
    let told =
        [Language::En, Language::PtBr].map(|language| [reason.meaning(language), reason.next_step(language)]);
    row(&[&name, code_name(code), &http_status], told.as_flattened())
}

fn row(first: &[&str], texts: &[&str]) -> String {
    let texts = texts.iter().map(|text| text.replace('|', "\\|"));
    let cells: Vec<String> = first.iter().map(|cell| (*cell).to_owned()).chain(texts).collect();
    format!("| {} |\n", cells.join(" | "))
}

/// An example of each refusal of a file, in the order of the variants.
fn one_of_each() -> Vec<FileRefusal> {
    let examples = vec![
        FileRefusal::Unreadable {
            detail: "permission denied".into(),
        },
        FileRefusal::Encrypted,
        FileRefusal::UnknownCodePage { code_page: 10_029 },
        FileRefusal::XlsTooWide {
            cause: ParserDeath::Memory,
        },
        FileRefusal::UnsupportedFormat { found: "PDF".into() },
        FileRefusal::Corrupt {
            part: "xl/workbook.xml".into(),
            detail: "it ends early".into(),
        },
        FileRefusal::XmlDtdForbidden {
            part: "xl/workbook.xml".into(),
        },
        FileRefusal::TooLarge {
            what: "the file".into(),
            actual: 134_217_728,
            limit: 67_108_864,
        },
        FileRefusal::TooManyRows { limit: 1_048_576 },
        FileRefusal::TooManyCells {
            cell: "ZZ7".into(),
            columns_max: 512,
        },
        FileRefusal::ParserDied {
            cause: ParserDeath::Deadline { seconds: 60 },
        },
        FileRefusal::ParserUnavailable {
            detail: "too many processes".into(),
        },
        FileRefusal::NoSuchSheet {
            name: "Março".into(),
            sheets: vec!["Janeiro".into(), "Fevereiro".into()],
        },
        FileRefusal::NoHeader {
            sheet: "Vendas".into(),
            rows_searched: 20,
        },
        FileRefusal::NeedsMapping {
            kind: Some("sales".into()),
            missing: vec!["date".into()],
            ambiguous: Vec::new(),
            columns: vec!["Produto".into(), "Valor Total".into()],
        },
        FileRefusal::NotKnownKind {
            columns: vec!["Matrícula".into(), "Nome".into(), "Salário".into()],
        },
        FileRefusal::UnclearColumns {
            kind: "sales".into(),
            columns: vec![UnclearColumn {
                title: "Valor Promocional".into(),
                doubt: ColumnDoubt::Amount,
                words: Vec::new(),
            }],
        },
        FileRefusal::CountWithoutCost {
            column: "Qtd Contada".into(),
        },
    ];
    for (index, example) in examples.iter().enumerate() {
        assert_eq!(place(example), index, "{}", example.code());
    }
    examples
}

/// Where the example of a variant stands. A new variant does not compile before it has one.
fn place(refusal: &FileRefusal) -> usize {
    match refusal {
        FileRefusal::Unreadable { .. } => 0,
        FileRefusal::Encrypted => 1,
        FileRefusal::UnknownCodePage { .. } => 2,
        FileRefusal::XlsTooWide { .. } => 3,
        FileRefusal::UnsupportedFormat { .. } => 4,
        FileRefusal::Corrupt { .. } => 5,
        FileRefusal::XmlDtdForbidden { .. } => 6,
        FileRefusal::TooLarge { .. } => 7,
        FileRefusal::TooManyRows { .. } => 8,
        FileRefusal::TooManyCells { .. } => 9,
        FileRefusal::ParserDied { .. } => 10,
        FileRefusal::ParserUnavailable { .. } => 11,
        FileRefusal::NoSuchSheet { .. } => 12,
        FileRefusal::NoHeader { .. } => 13,
        FileRefusal::NeedsMapping { .. } => 14,
        FileRefusal::NotKnownKind { .. } => 15,
        FileRefusal::UnclearColumns { .. } => 16,
        FileRefusal::CountWithoutCost { .. } => 17,
    }
}
