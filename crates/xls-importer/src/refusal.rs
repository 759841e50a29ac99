//! Why a whole file is refused: one variant per thing the sender can do something about.

use posars_words::Language;
use serde::{Deserialize, Serialize};

use crate::foreign_format::in_portuguese;

/// A file that cannot be imported, with a stable code and what to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum FileRefusal {
    /// The file cannot be opened or read.
    Unreadable {
        /// What the operating system said.
        detail: String,
    },
    /// The workbook is protected by a password.
    Encrypted,
    /// The texts of an `.xls` are in a code page that is not known here.
    UnknownCodePage {
        /// Its number.
        code_page: u32,
    },
    /// Reading an `.xls`, which is held whole with all cells between its first and its last, took more than allowed.
    XlsTooWide {
        /// What ran out.
        cause: ParserDeath,
    },
    /// The bytes are no workbook this reader takes, whatever the name says.
    UnsupportedFormat {
        /// What the bytes look like.
        found: String,
    },
    /// The workbook is broken.
    Corrupt {
        /// Part of the workbook, or `file`.
        part: String,
        /// What is wrong with it.
        detail: String,
    },
    /// A part declares a document type, which honest workbooks never do.
    XmlDtdForbidden {
        /// Part of the workbook.
        part: String,
    },
    /// A size is beyond its bound.
    TooLarge {
        /// What is too large.
        what: String,
        /// Its size, in bytes unless `what` says otherwise.
        actual: u64,
        /// The bound, in the same unit.
        limit: u64,
    },
    /// The sheet has more rows than the format knows.
    TooManyRows {
        /// The bound.
        limit: u64,
    },
    /// The sheet is wider than a list of records can be.
    TooManyCells {
        /// Where the first cell beyond the bound is, in `A1` notation.
        cell: String,
        /// Most columns read.
        columns_max: u64,
    },
    /// The process that reads the workbook died; the importing process is unharmed.
    ParserDied {
        /// How it died.
        cause: ParserDeath,
    },
    /// The process that reads the workbook could not be started.
    ParserUnavailable {
        /// What the operating system said.
        detail: String,
    },
    /// The sheet asked for is not there.
    NoSuchSheet {
        /// The name asked for.
        name: String,
        /// The sheets that are there.
        sheets: Vec<String>,
    },
    /// No visible sheet has a row that looks like column titles.
    NoHeader {
        /// The sheet searched.
        sheet: String,
        /// Non-empty rows looked at.
        rows_searched: u64,
    },
    /// The titles do not say which column holds what; the sender has to.
    NeedsMapping {
        /// The kind of sheet assumed, if any.
        kind: Option<String>,
        /// Fields without a column.
        missing: Vec<String>,
        /// Fields that several columns could be, as `field: title, title`.
        ambiguous: Vec<String>,
        /// The titles found.
        columns: Vec<String>,
    },
    /// The titles are of another kind of list: of people, of payables, of sums by day.
    NotKnownKind {
        /// The titles found.
        columns: Vec<String>,
    },
    /// Columns that can change what a row means or comes to, and that are not understood.
    UnclearColumns {
        /// The kind of sheet.
        kind: String,
        /// The columns; at least one.
        columns: Vec<UnclearColumn>,
    },
    /// A count of the stock without costs: it can only be taken in as opening stock, which has one.
    CountWithoutCost {
        /// The column of the count.
        column: String,
    },
}

/// A column that is not understood, and what hangs on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnclearColumn {
    /// Its title.
    pub title: String,
    /// What hangs on it.
    pub doubt: ColumnDoubt,
    /// Some of its words, where it has words.
    pub words: Vec<String>,
}

/// What hangs on a column that is not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnDoubt {
    /// Whether its rows are sales, or goods received, at all.
    RowMeaning,
    /// What its rows come to.
    Amount,
    /// How its rows were paid: one column a means of payment.
    Payment,
}

/// How the parsing process ended early.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ParserDeath {
    /// It asked for more memory than allowed.
    Memory,
    /// It used up its CPU seconds.
    CpuTime,
    /// It did not finish before the deadline.
    Deadline {
        /// The deadline, in seconds.
        seconds: u64,
    },
    /// It panicked or aborted, with its last words.
    Crash {
        /// The end of its standard error.
        last_words: String,
    },
    /// It was ended by a signal.
    Signal {
        /// Number of the signal.
        number: i32,
    },
    /// It wrote something that is not the row protocol.
    Garbled {
        /// What was wrong.
        detail: String,
    },
}

impl std::fmt::Display for ParserDeath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Memory => write!(f, "out of its memory limit"),
            Self::CpuTime => write!(f, "out of its CPU time limit"),
            Self::Deadline { seconds } => write!(f, "not finished after {seconds} s"),
            Self::Crash { last_words } => write!(f, "crashed: {last_words}"),
            Self::Signal { number } => write!(f, "ended by signal {number}"),
            Self::Garbled { detail } => write!(f, "wrote rows that cannot be read: {detail}"),
        }
    }
}

impl ParserDeath {
    fn in_portuguese(&self) -> String {
        match self {
            Self::Memory => "passou do limite de memória".to_owned(),
            Self::CpuTime => "passou do limite de tempo de processador".to_owned(),
            Self::Deadline { seconds } => format!("não terminou em {seconds} s"),
            Self::Crash { last_words } => format!("quebrou: {last_words}"),
            Self::Signal { number } => format!("encerrada pelo sinal {number}"),
            Self::Garbled { detail } => format!("escreveu linhas ilegíveis: {detail}"),
        }
    }
}

/// What is too large, in Portuguese; names of parts and cells stay.
fn measure_in_portuguese(what: &str) -> String {
    const MEASURES: [(&str, &str); 11] = [
        ("entries of the archive", "partes do arquivo"),
        ("all parts (bytes)", "todas as partes (bytes)"),
        (
            "shared strings and styles (bytes)",
            "textos e estilos compartilhados (bytes)",
        ),
        ("compression ratio of", "taxa de compressão de"),
        ("declared count of shared strings in", "textos declarados em"),
        ("parts in UTF-16 (bytes)", "partes em UTF-16 (bytes)"),
        ("cells of the sheet (bytes)", "células da aba (bytes)"),
        ("text in cell", "texto na célula"),
        ("merged ranges of the sheet", "intervalos mesclados da aba"),
        (
            "changes of number format in the sheet",
            "mudanças de formato de número na aba",
        ),
        ("file (bytes)", "arquivo (bytes)"),
    ];
    let found = MEASURES.iter().find_map(|(english, portuguese)| {
        let rest = what.strip_prefix(english)?;
        Some(format!(
            "{portuguese}{}",
            rest.replace("(characters)", "(caracteres)")
        ))
    });
    found.unwrap_or_else(|| what.to_owned())
}

/// What keeps a file from being read, in Portuguese; words of a library that are not known here stay.
fn cause_in_portuguese(detail: &str) -> &str {
    const CAUSES: [(&str, &str); 5] = [
        ("No such file", "o arquivo não existe"),
        ("Permission denied", "sem permissão de leitura"),
        ("Is a directory", "é uma pasta"),
        ("it is not a regular file", "não é um arquivo comum"),
        (
            "it has no visible sheet of cells",
            "nenhuma aba visível com células",
        ),
    ];
    let found = CAUSES.iter().find(|(english, _)| detail.starts_with(english));
    found.map_or(detail, |(_, portuguese)| portuguese)
}

/// The code pages from 10000 are those of the old Macintosh.
fn apple(code_page: u32, words: &str) -> String {
    if (10_000..10_100).contains(&code_page) {
        format!(" {words}")
    } else {
        String::new()
    }
}

impl FileRefusal {
    /// The stable reason code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "unreadable",
            Self::Encrypted => "encrypted",
            Self::UnknownCodePage { .. } => "unknown_code_page",
            Self::XlsTooWide { .. } => "xls_too_wide",
            Self::UnsupportedFormat { .. } => "unsupported_format",
            Self::Corrupt { .. } => "corrupt",
            Self::XmlDtdForbidden { .. } => "xml_dtd_forbidden",
            Self::TooLarge { .. } => "too_large",
            Self::TooManyRows { .. } => "too_many_rows",
            Self::TooManyCells { .. } => "too_many_cells",
            Self::ParserDied { .. } => "parser_died",
            Self::ParserUnavailable { .. } => "parser_unavailable",
            Self::NoSuchSheet { .. } => "no_such_sheet",
            Self::NoHeader { .. } => "no_header",
            Self::NeedsMapping { .. } => "needs_mapping",
            Self::NotKnownKind { .. } => "not_known_kind",
            Self::UnclearColumns { .. } => "unclear_columns",
            Self::CountWithoutCost { .. } => "count_without_cost",
        }
    }

    /// What happened, and what to do next apart from it, in the reader's language.
    #[must_use]
    pub fn parts(&self, language: Language) -> (String, Option<String>) {
        if let Some((what, next)) = self.about_columns(language) {
            return (what, Some(next));
        }
        let text = self.message(language);
        match text.split_once("; ") {
            Some((what, next)) => (what.to_owned(), Some(next.to_owned())),
            None => (text, None),
        }
    }

    /// What happened and what to do next, in the reader's language.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        match language {
            Language::PtBr => self.message_pt_br(),
            Language::En => self.message_en(),
        }
    }

    fn message_en(&self) -> String {
        match self {
            Self::Unreadable { detail } => {
                format!("the file cannot be read ({detail}); check the path and its permissions")
            }
            Self::Encrypted => {
                "the workbook is protected by a password; save a copy without one and send that".to_owned()
            }
            Self::UnknownCodePage { code_page } => format!(
                "the texts of this .xls are in the code page {code_page}{}, which is not read; open it in a spreadsheet program and save it as .xlsx",
                apple(*code_page, "of old Apple computers")
            ),
            Self::XlsTooWide { cause } => format!(
                "this .xls takes more to read than is allowed ({cause}): cells that lie far apart are enough, for all between them counts; save it as .xlsx, which is read row by row, or delete what lies far from the table"
            ),
            Self::UnsupportedFormat { found } => format!(
                "the file is {found}, not an Excel workbook; open it in a spreadsheet program and save it as .xlsx"
            ),
            Self::Corrupt { part, detail } => format!(
                "the workbook is damaged ({part}: {detail}); open it in a spreadsheet program and save it again"
            ),
            Self::XmlDtdForbidden { part } => format!(
                "the part {part} declares a document type, which is not allowed; save the workbook again as .xlsx"
            ),
            Self::TooLarge { what, actual, limit } => {
                format!("{what} is {actual}, the limit is {limit}; split the workbook, by month for instance")
            }
            Self::TooManyRows { limit } => {
                format!("the sheet has more than {limit} rows; split it, by month for instance")
            }
            Self::TooManyCells { cell, columns_max } => format!(
                "the sheet has a value in {cell}, beyond the {columns_max} columns read; delete what lies to the right of the table"
            ),
            Self::ParserDied { cause } => format!(
                "reading the workbook failed safely ({cause}); nothing was imported. Save it again as .xlsx and, if that fails too, report it"
            ),
            Self::ParserUnavailable { detail } => {
                format!(
                    "the process that reads workbooks could not be started ({detail}); nothing was imported"
                )
            }
            Self::NoSuchSheet { name, sheets } => {
                format!(
                    "there is no sheet {name:?}; the sheets are: {}",
                    sheets.join(", ")
                )
            }
            Self::NoHeader { sheet, rows_searched } => format!(
                "no row of column titles among the first {rows_searched} rows of sheet {sheet:?}; add one, for instance Data, Produto, Quantidade, Valor Total"
            ),
            Self::NeedsMapping { .. }
            | Self::NotKnownKind { .. }
            | Self::UnclearColumns { .. }
            | Self::CountWithoutCost { .. } => {
                let (what, next) = self.about_columns(Language::En).unwrap_or_default();
                format!("{what}. {next}")
            }
        }
    }

    fn message_pt_br(&self) -> String {
        match self {
            Self::Unreadable { detail } => {
                let cause = cause_in_portuguese(detail);
                format!("não foi possível ler o arquivo ({cause}); confira o caminho e as permissões")
            }
            Self::Encrypted => {
                "a planilha está protegida por senha; salve uma cópia sem senha e envie".to_owned()
            }
            Self::UnknownCodePage { code_page } => format!(
                "os textos deste .xls estão na página de código {code_page}{}, que não é lida; abra-o em um programa de planilhas e salve como .xlsx",
                apple(*code_page, "de computadores Apple antigos")
            ),
            Self::XlsTooWide { cause } => format!(
                "ler este .xls exige mais do que o permitido ({}): bastam células muito distantes, pois tudo entre elas conta; salve-o como .xlsx, que é lido linha por linha, ou apague o que está longe da tabela",
                cause.in_portuguese()
            ),
            Self::UnsupportedFormat { found } => format!(
                "o arquivo é {}, não uma planilha do Excel; abra-o em um programa de planilhas e salve como .xlsx",
                in_portuguese(found)
            ),
            Self::Corrupt { part, detail } => format!(
                "a planilha está danificada ({part}: {}); abra-a em um programa de planilhas e salve de novo",
                cause_in_portuguese(detail)
            ),
            Self::XmlDtdForbidden { part } => format!(
                "a parte {part} declara um DOCTYPE, o que não é permitido; salve a planilha de novo como .xlsx"
            ),
            Self::TooLarge { what, actual, limit } => {
                let what = measure_in_portuguese(what);
                format!("{what}: {actual}, o limite é {limit}; divida a planilha, por mês por exemplo")
            }
            Self::TooManyRows { limit } => {
                format!("a planilha tem mais de {limit} linhas; divida-a, por mês por exemplo")
            }
            Self::TooManyCells { cell, columns_max } => format!(
                "há um valor em {cell}, além das {columns_max} colunas lidas; apague o que está à direita da tabela"
            ),
            Self::ParserDied { cause } => format!(
                "a leitura da planilha falhou com segurança ({}); nada foi importado. Salve de novo como .xlsx e, se falhar outra vez, avise o suporte",
                cause.in_portuguese()
            ),
            Self::ParserUnavailable { detail } => {
                format!("não foi possível iniciar o leitor de planilhas ({detail}); nada foi importado")
            }
            Self::NoSuchSheet { name, sheets } => {
                format!("não existe a aba {name:?}; as abas são: {}", sheets.join(", "))
            }
            Self::NoHeader { sheet, rows_searched } => format!(
                "nenhuma linha de títulos nas primeiras {rows_searched} linhas da aba {sheet:?}; inclua uma, por exemplo Data, Produto, Quantidade, Valor Total"
            ),
            Self::NeedsMapping { .. }
            | Self::NotKnownKind { .. }
            | Self::UnclearColumns { .. }
            | Self::CountWithoutCost { .. } => {
                let (what, next) = self.about_columns(Language::PtBr).unwrap_or_default();
                format!("{what}. {next}")
            }
        }
    }
}

impl std::fmt::Display for FileRefusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message(Language::En))
    }
}

impl std::error::Error for FileRefusal {}

#[cfg(test)]
mod tests {
    use super::measure_in_portuguese;

    #[test]
    fn every_measure_has_its_portuguese() {
        for measure in [
            "entries of the archive",
            "all parts (bytes)",
            "shared strings and styles (bytes)",
            "compression ratio of xl/styles.xml",
            "declared count of shared strings in xl/sharedStrings.xml",
            "parts in UTF-16 (bytes)",
            "cells of the sheet (bytes)",
            "text in cell A1 (characters)",
            "merged ranges of the sheet",
            "changes of number format in the sheet",
            "file (bytes)",
        ] {
            assert_ne!(measure_in_portuguese(measure), measure);
        }
    }
}
