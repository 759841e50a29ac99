//! What is told about a sheet whose columns do not suffice, and what to do about it.

use posars_words::Language;

use crate::field::{Field, SheetKind};
use crate::mapping::requirements;
use crate::refusal::{ColumnDoubt, FileRefusal, UnclearColumn};

impl FileRefusal {
    /// What is wrong with the columns, and the next step; none where something else is wrong.
    pub(crate) fn about_columns(&self, language: Language) -> Option<(String, String)> {
        if let Self::NeedsMapping {
            kind,
            missing,
            ambiguous,
            columns,
        } = self
        {
            let kind = kind.as_deref();
            let what = what_is_needed(language, kind, missing, ambiguous, columns);
            return Some((what, how_to_map(language, kind, missing, ambiguous)));
        }
        if let Self::NotKnownKind { columns } = self {
            return Some(not_known_kind(language, columns));
        }
        if let Self::UnclearColumns { columns, .. } = self {
            return Some(unclear(language, columns));
        }
        if let Self::CountWithoutCost { column } = self {
            return Some(count_without_cost(language, column));
        }
        None
    }
}

fn what_is_needed(
    language: Language,
    kind: Option<&str>,
    missing: &[String],
    ambiguous: &[String],
    columns: &[String],
) -> String {
    let mut text = match kind {
        Some(kind) => {
            let kind: Option<SheetKind> = kind.parse().ok();
            let kind = kind.map_or_else(String::new, |kind| kind.name(language).to_owned());
            format!(
                "{} ({kind})",
                language.pick("as colunas não bastam", "the columns do not suffice")
            )
        }
        None => language
            .pick(
                "as colunas servem a mais de um tipo de planilha, e os títulos não dizem qual é",
                "the columns would do for more than one kind of sheet, and the titles do not say which it is",
            )
            .to_owned(),
    };
    if !missing.is_empty() {
        text.push_str(language.pick("; falta: ", "; missing: "));
        let named: Vec<String> = missing.iter().map(|field| named(language, field)).collect();
        text.push_str(&named.join(", "));
    }
    if !ambiguous.is_empty() {
        text.push_str(language.pick("; não está claro qual é: ", "; not clear which is which: "));
        text.push_str(&ambiguous.join("; "));
    }
    text.push_str(language.pick("; títulos encontrados: ", "; titles found: "));
    text.push_str(&columns.join(", "));
    text
}

/// A field by its word, with its name where the word is not of the reader's language.
fn named(language: Language, field: &str) -> String {
    let (word, rest) = field
        .split_once(' ')
        .map_or((field, ""), |(word, rest)| (word, rest));
    let name = word.parse::<Field>().map(|field| field.name(language));
    match (language, name) {
        (Language::PtBr, Ok(name)) => format!("{name} ({word}) {rest}").trim_end().to_owned(),
        _ => field.to_owned(),
    }
}

fn how_to_map(language: Language, kind: Option<&str>, missing: &[String], ambiguous: &[String]) -> String {
    if kind.is_none() {
        return language
            .pick(
                "Diga com --kind sales (vendas), --kind stock (entradas de estoque) ou --kind products (produtos)",
                "Say it with --kind sales, --kind stock (goods received) or --kind products",
            )
            .to_owned();
    }
    let of_missing = missing.iter().map(|field| {
        let word = field.split(' ').next().unwrap_or(field);
        format!(
            "--map {word}=\"{}\"",
            language.pick("Título da coluna", "Column title")
        )
    });
    let of_ambiguous = ambiguous.iter().flat_map(|question| {
        let (fields, titles) = question.split_once(": ").unwrap_or((question, ""));
        let title = titles.split(", ").next().unwrap_or(titles);
        let choices = fields
            .split(" | ")
            .map(move |field| format!("--map {field}=\"{title}\""));
        [choices.collect::<Vec<_>>().join(language.pick(" ou ", " or "))]
    });
    let options: Vec<String> = of_missing.chain(of_ambiguous).collect();
    format!(
        "{} {}",
        language.pick("Diga com", "Say it with"),
        options.join(language.pick(" e ", " and "))
    )
}

fn not_known_kind(language: Language, columns: &[String]) -> (String, String) {
    let kinds: Vec<String> = SheetKind::ALL
        .into_iter()
        .map(|kind| least(language, kind))
        .collect();
    let what = format!(
        "{}; {}: {}; {}: {}",
        language.pick(
            "esta planilha não é de vendas, de estoque nem de produtos",
            "this is no sheet of sales, stock or products"
        ),
        language.pick("essas têm pelo menos", "those have at least"),
        kinds.join("; "),
        language.pick("títulos encontrados", "titles found"),
        columns.join(", ")
    );
    let next = language.pick(
        "Se ela é uma delas, diga qual com --kind sales, stock ou products e, com --map CAMPO=TÍTULO, o que está em cada coluna",
        "If it is one of them, say which with --kind sales, stock or products, and what each column holds with --map FIELD=TITLE",
    );
    (what, next.to_owned())
}

/// What a sheet of a kind has at least, in words.
fn least(language: Language, kind: SheetKind) -> String {
    let mut fields: Vec<String> = requirements(kind)
        .iter()
        .map(|alternatives| {
            let named: Vec<&str> = alternatives
                .iter()
                .take(2)
                .map(|field| field.name(language))
                .collect();
            named.join(language.pick(" ou ", " or "))
        })
        .collect();
    if kind == SheetKind::Products {
        let code = language.pick("código, código de barras ou preço", "code, bar code or price");
        fields.push(code.to_owned());
    }
    format!("{}: {}", kind.name(language), fields.join(", "))
}

fn unclear(language: Language, columns: &[UnclearColumn]) -> (String, String) {
    let what: Vec<String> = columns
        .iter()
        .map(|column| {
            let why = match column.doubt {
                ColumnDoubt::RowMeaning => language.pick(
                    "pode mudar o que a linha significa (cancelada, devolvida, saída), e não se conhece nenhuma de suas palavras",
                    "can change what a row means (cancelled, returned, going out), and none of its words is known",
                ),
                ColumnDoubt::Amount => language.pick(
                    "tem valores que podem mudar quanto a linha vale",
                    "has amounts that can change what a row comes to",
                ),
                ColumnDoubt::Payment => language.pick(
                    "tem os valores pagos por um meio de pagamento, o que ainda não é lido",
                    "has what was paid by one means of payment, which is not read yet",
                ),
            };
            let words = if column.words.is_empty() {
                String::new()
            } else {
                format!(": {}", column.words.join(", "))
            };
            format!("{} {:?} {why}{words}", language.pick("a coluna", "the column"), column.title)
        })
        .collect();
    let next: Vec<String> = columns
        .iter()
        .map(|column| next_of_column(language, column))
        .collect();
    (what.join("; "), next.join("; "))
}

fn next_of_column(language: Language, column: &UnclearColumn) -> String {
    let title = &column.title;
    let unless = language.pick("se ela não muda nada", "if it changes nothing");
    match column.doubt {
        ColumnDoubt::RowMeaning => format!(
            "{} --map ignore={title:?}",
            language.pick(
                "Use palavras como Venda, Cancelada, Devolução, Entrada ou Saída ou, se ela não muda nada,",
                "Use words such as Venda, Cancelada, Devolução, Entrada or Saída or, if it changes nothing,"
            )
        ),
        ColumnDoubt::Amount => format!(
            "{} --map net={title:?}, --map total={title:?}, --map discount={title:?} {} {unless}, --map ignore={title:?}",
            language.pick("Diga o que ela é com", "Say what it is with"),
            language.pick("ou,", "or,")
        ),
        ColumnDoubt::Payment => format!(
            "{} {unless}, --map ignore={title:?}",
            language.pick(
                "Junte os meios de pagamento em uma coluna Forma de pagamento ou,",
                "Put the means of payment into one column Forma de pagamento or,"
            )
        ),
    }
}

fn count_without_cost(language: Language, column: &str) -> (String, String) {
    let what = match language {
        Language::PtBr => format!(
            "a planilha é uma contagem de estoque (coluna {column:?}) e não tem custo; uma contagem só entra como estoque inicial, com custo"
        ),
        Language::En => format!(
            "the sheet is a count of the stock (column {column:?}) and has no cost; a count is taken in as opening stock only, at a cost"
        ),
    };
    let next = language.pick(
        "Acrescente uma coluna Custo ou diga qual é com --map unit_cost=\"Título da coluna\"; se o estoque já tem movimento, acerte-o com AdjustStock; se as quantidades são recebidas, --map quantity=\"Título da coluna\"",
        "Add a column Custo or name it with --map unit_cost=\"Column title\"; where the stock has moved already, put it right with AdjustStock; if the quantities were received, --map quantity=\"Column title\"",
    );
    (what, next.to_owned())
}
