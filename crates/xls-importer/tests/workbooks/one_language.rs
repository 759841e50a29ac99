//! What the rules refuse is told in the language of the person who imports, and in no other.

use std::collections::HashSet;
use std::io::Cursor;

use posars_commands::CommandError;
use posars_domain::{Rejection, Told};
use posars_words::{PARTS, Reason};
use posars_xls_importer::{
    Cell, Header, Language, Note, ParserCommand, Refusals, Row, RowFault, RowReason, Sheet, ToldRefusal,
    Workbook, write_refused_workbook,
};

use crate::fixture::{header, read, workbook};
use crate::into_log::{World, run, settings};
use crate::{Case, Skipped};

pub(crate) const CASES: &[Case] = &[
    ("one_language::every_reason_is_told_in_one", every_reason),
    ("one_language::a_sale_that_a_rule_refuses", || run(a_refused_sale)),
    ("one_language::a_file_that_cannot_be_read", unreadable_files),
    ("one_language::a_store_that_is_not_defined", || {
        run(an_unknown_store)
    }),
];

const LANGUAGES: [Language; 2] = [Language::PtBr, Language::En];
/// Stands for every value: neither English nor Portuguese.
const VALUE: &str = "#7";
/// Parts of the catalogue with what no command is answered.
const OF_THE_WIRE: [&str; 2] = ["Who may call, and how often", "REST"];
/// Words that are written the same in both languages, whatever they mean.
const SHARED: [&str; 15] = [
    "a", "as", "brl", "cnpj", "cpf", "do", "e", "id", "line_id", "no", "o", "pix", "restock", "sku", "uuid",
];

/// A rule that says no for a reason of the catalogue, with every value that its text tells.
#[derive(Debug, thiserror::Error)]
#[error("in English: {}", .0.reason)]
struct No(&'static Reason);

impl Rejection for No {
    fn told(&self) -> Told {
        let texts = [self.0.meaning(Language::En), self.0.next_step(Language::En)];
        let keys = texts
            .into_iter()
            .flat_map(|text| text.split('{').skip(1))
            .filter_map(|rest| rest.split_once('}'));
        keys.fold(Told::invalid(self.0.reason), |told, (key, _)| {
            told.with(key, VALUE)
        })
    }
}

/// Every reason that a command can be answered.
fn reasons() -> impl Iterator<Item = &'static Reason> {
    let parts = PARTS.iter().filter(|(title, _)| !OF_THE_WIRE.contains(title));
    parts.flat_map(|(_, reasons)| reasons.iter())
}

fn refusal(reason: &'static Reason) -> ToldRefusal {
    ToldRefusal::of(&CommandError::Rejected(Box::new(No(reason))))
}

/// The words of a text, without codes and values.
fn words(text: &str) -> HashSet<String> {
    text.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .filter(|word| word.chars().any(char::is_lowercase))
        .map(str::to_lowercase)
        .filter(|word| !SHARED.contains(&word.as_str()))
        .collect()
}

/// The words that the catalogue has for a reason, in one language and not in the other.
fn own_words(reason: &Reason, language: Language) -> HashSet<String> {
    let in_language = |language| {
        words(&format!(
            "{} {}",
            reason.meaning(language),
            reason.next_step(language)
        ))
    };
    let other = language.pick(Language::En, Language::PtBr);
    in_language(language)
        .difference(&in_language(other))
        .cloned()
        .collect()
}

/// What the workbook of refused rows says of each row: what is wrong and what to do.
fn told(sheet: &Sheet, titles: &Header, refusals: &Refusals, language: Language) -> Vec<[String; 2]> {
    let mut out = Cursor::new(Vec::new());
    write_refused_workbook(&mut out, sheet, titles, refusals, language).unwrap();
    let book = read(&out.into_inner()).unwrap();
    let mut row = Row::default();
    (1..book.sheet.rows_len())
        .map(|index| {
            assert!(book.sheet.read_row(index, &mut row));
            let texts: Vec<String> = row
                .cells()
                .filter_map(|(_, cell)| {
                    if let Cell::Text(text) = cell {
                        Some(text.to_owned())
                    } else {
                        None
                    }
                })
                .collect();
            let last_two = texts.last_chunk::<2>();
            last_two.cloned().unwrap()
        })
        .collect()
}

fn every_reason() -> Result<(), Skipped> {
    let mut rows: Vec<&[&str]> = vec![&["Venda", "Data", "Produto", "Qtd", "Total"]];
    rows.extend(reasons().map(|_| -> &[&str] { &["#1", "31/01/2025", "Camisa", "#1", "#10"] }));
    let book = read(&workbook(&rows)).unwrap();
    let titles = header(&book.sheet);
    let mut refusals = Refusals::default();
    for (row, reason) in (2..).zip(reasons()) {
        let why = if reason.reason == "IDEMPOTENCY_MISMATCH" {
            RowReason::IdempotencyMismatch
        } else {
            RowReason::Rejected
        };
        refusals.add(row, vec![RowFault::refused(why, refusal(reason))]);
    }
    for language in LANGUAGES {
        let other = language.pick(Language::En, Language::PtBr);
        let told = told(&book.sheet, &titles, &refusals, language);
        assert!(told.len() > 80, "{} rows", told.len());
        for ([what, fix], reason) in told.iter().zip(reasons()) {
            let foreign = own_words(reason, other);
            let note = Note::Interrupted(refusal(reason)).message(language);
            let row_texts = [what.as_str(), fix, &note].map(words);
            let found: Vec<_> = row_texts
                .iter()
                .flatten()
                .filter(|word| foreign.contains(*word))
                .collect();
            assert!(
                found.is_empty(),
                "{}: {what} / {fix} / {note}: {found:?}",
                reason.reason
            );
            assert!(what.contains(reason.reason), "{what}: its code is told");
            let own = own_words(reason, language);
            assert!(
                words(what).iter().any(|word| own.contains(word)),
                "{what}: {own:?}"
            );
        }
    }
    Ok(())
}

async fn a_refused_sale(world: World) -> anyhow::Result<()> {
    // In the morning of the day before, so the sale has not happened yet.
    let mut early = settings();
    early.received_at = "2025-12-30T12:00:00.25Z".parse()?;
    let sheet = workbook(&[
        &["Venda", "Data", "Hora", "Produto", "Qtd", "Total"],
        &["#2", "31/12/2025", "10:30", "Camisa", "#1", "#10.5"],
    ]);
    let outcome = world.import(&sheet, &early).await?;
    let [refused] = outcome.refusals.rows() else {
        anyhow::bail!("{outcome:?}");
    };
    let fault = &refused.faults[0];
    assert_eq!(fault.detail, "OCCURRED_IN_FUTURE");
    assert_eq!(
        LANGUAGES.map(|language| fault.message(language, "")),
        [
            "recusado pelas regras do negócio. O horário 31/12/2025 13:30:00 UTC está mais de 5 minutos à frente do \
             servidor, 30/12/2025 12:00:00 UTC (OCCURRED_IN_FUTURE)",
            "refused by the rules of the business. The time 2025-12-31T13:30:00Z is more than 5 minutes after the \
             server's, 2025-12-30T12:00:00Z (OCCURRED_IN_FUTURE)"
        ]
    );
    assert_eq!(
        LANGUAGES.map(|language| fault.how_to_fix(language).into_owned()),
        ["Acerte o relógio do caixa", "Set the till's clock"]
    );
    Ok(())
}

async fn an_unknown_store(world: World) -> anyhow::Result<()> {
    let mut known_only = settings();
    known_only.define_missing = false;
    let sheet = workbook(&[
        &["Venda", "Data", "Loja", "Produto", "Qtd", "Total"],
        &["#2", "31/12/2025", "Centro", "Camisa", "#1", "#10.5"],
    ]);
    let outcome = world.import(&sheet, &known_only).await?;
    let fault = &outcome.refusals.rows()[0].faults[0];
    assert_eq!(
        fault.message(Language::PtBr, ""),
        "recusado pelas regras do negócio. A loja centro não está cadastrada (UNKNOWN_STORE)"
    );
    assert_eq!(
        fault.how_to_fix(Language::PtBr),
        "Cadastre-a antes ou corrija o id; ou importe com --define-missing"
    );
    Ok(())
}

fn unreadable_files() -> Result<(), Skipped> {
    let folder = tempfile::tempdir().unwrap();
    for (path, portuguese) in [
        (folder.path().join("vendas.xlsx"), "(o arquivo não existe)"),
        (folder.path().to_owned(), "(não é um arquivo comum)"),
    ] {
        let refusal = Workbook::read(&path, None, &ParserCommand::this_binary()).unwrap_err();
        let told = refusal.message(Language::PtBr);
        assert!(told.contains(portuguese), "{told}");
    }
    Ok(())
}
