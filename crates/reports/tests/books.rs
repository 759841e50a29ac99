//! The reports of the books read back.
#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::io::Cursor;

use calamine::{Data, DataType as _, Range, Reader as _, Xlsx};
use posars_domain::books::{PeriodClosed, TrialBalanceRow};
use posars_domain::{AccountType, Amount, Currency, Side};
use posars_projections::{BookSpan, ChartAccount, IncomeLine, IncomeLineKind, IncomeStatement, Position};
use posars_reports::{
    DecimalMark, Format, IncomeStatementReport, Language, ReportError, ReportOptions, TrialBalanceReport,
};

fn options(language: Language, decimal_mark: DecimalMark) -> ReportOptions {
    ReportOptions {
        language,
        decimal_mark,
        ..ReportOptions::default()
    }
}

fn row(account: &str, name: &str, kind: AccountType, [opening, debit, credit]: [i64; 3]) -> TrialBalanceRow {
    TrialBalanceRow {
        account: account.parse().unwrap(),
        name: name.to_owned(),
        account_type: kind,
        store_id: Some("centro".parse().unwrap()),
        cost_center: None,
        opening: Amount::from_minor(opening),
        debit: Amount::from_minor(debit),
        credit: Amount::from_minor(credit),
        closing: Amount::from_minor(opening + debit - credit),
    }
}

fn closed() -> PeriodClosed {
    PeriodClosed {
        month: "2026-11".parse().unwrap(),
        currency: Currency::BRL,
        up_to_position: 4_711,
        trial_balance: vec![
            row("1.1", "=Caixa; loja", AccountType::Asset, [10_000, 123_456, 0]),
            row("3.1", "Vendas", AccountType::Revenue, [-10_000, 0, 123_456]),
        ],
        sha256: "ab".repeat(32),
    }
}

fn trial_balance(closed: PeriodClosed) -> TrialBalanceReport {
    TrialBalanceReport::new(
        "Mercado & Filhos",
        closed,
        "2026-12-01T03:04:05Z".parse().unwrap(),
    )
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

fn sheet(bytes: Vec<u8>) -> Range<Data> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    book.worksheet_range_at(0).unwrap().unwrap()
}

#[test]
fn a_trial_balance_has_its_rows_its_sums_and_its_seal() {
    let report = trial_balance(closed());
    let mut csv = Vec::new();
    let comma = options(Language::PtBr, DecimalMark::Comma);
    report.write(Format::Csv, &comma, &mut csv).unwrap();
    let csv = text(csv);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!(
        lines,
        [
            "Conta;Nome;Tipo;Loja;Centro de custo;Saldo anterior;Débitos;Créditos;Saldo;Moeda",
            // Never a formula, whichever character a program splits at.
            "1.1;\"'=Caixa; loja\";Ativo;centro;;100,00;1234,56;0,00;1334,56;BRL",
            "3.1;Vendas;Receita;centro;;-100,00;0,00;1234,56;-1334,56;BRL",
            ";Todas as contas;;;;0,00;1234,56;1234,56;0,00;BRL",
        ]
    );
    let mut xlsx = Vec::new();
    let english = options(Language::En, DecimalMark::Point);
    report.write(Format::Xlsx, &english, &mut xlsx).unwrap();
    let mut again = Vec::new();
    report.write(Format::Xlsx, &english, &mut again).unwrap();
    assert!(xlsx == again, "the same report gives the same bytes");
    let sheet = sheet(xlsx);
    let cell = |row, column| sheet.get_value((row, column)).unwrap().clone();
    assert_eq!(
        cell(0, 0),
        Data::String("Mercado & Filhos  ·  Trial balance".to_owned())
    );
    assert_eq!(cell(1, 0), Data::String("Month: 2026-11".to_owned()));
    let provenance = cell(2, 0).as_string().unwrap();
    assert!(
        provenance.contains("4711") && provenance.contains(&"ab".repeat(32)),
        "{provenance}"
    );
    assert_eq!(cell(4, 0), Data::String("Account".to_owned()));
    assert_eq!(
        cell(5, 1),
        Data::String("=Caixa; loja".to_owned()),
        "a text, no formula"
    );
    assert_eq!(cell(5, 6).as_f64(), Some(1_234.56));
    assert_eq!(cell(6, 8).as_f64(), Some(-1_334.56));
    assert_eq!(cell(7, 1), Data::String("All accounts".to_owned()));
    assert_eq!(
        (cell(7, 5).as_f64(), cell(7, 7).as_f64()),
        (Some(0.0), Some(1_234.56))
    );
}

#[test]
fn a_sum_beyond_what_an_amount_holds_is_refused_and_no_account_is_an_empty_report() {
    let mut large = closed();
    for row in &mut large.trial_balance {
        row.debit = Amount::MAX;
    }
    let refused = trial_balance(large).write(Format::Csv, &ReportOptions::default(), Vec::new());
    assert!(
        matches!(refused, Err(ReportError::OutOfRange { .. })),
        "{refused:?}"
    );
    let nothing = PeriodClosed {
        trial_balance: Vec::new(),
        ..closed()
    };
    let mut csv = Vec::new();
    let report = trial_balance(nothing);
    report
        .write(Format::Csv, &ReportOptions::default(), &mut csv)
        .unwrap();
    assert_eq!(text(csv).lines().count(), 2);
}

fn line(kind: IncomeLineKind, minor: i64) -> IncomeLine {
    IncomeLine {
        kind,
        amounts: vec![Amount::from_minor(minor)],
    }
}

#[test]
fn an_income_statement_has_every_line_in_order() {
    let account = ChartAccount {
        code: "3.1".parse().unwrap(),
        name: "Vendas".to_owned(),
        account_type: AccountType::Revenue,
        nature: Side::Credit,
        parent: None,
        postable: true,
        liquid: false,
        retired: false,
    };
    let answer = IncomeStatement {
        columns: Vec::new(),
        lines: vec![
            line(IncomeLineKind::Account(account, 1), 24_750),
            line(IncomeLineKind::NetRevenue, 24_750),
            line(IncomeLineKind::Result, -5),
        ],
        position: Position::new(9),
    };
    let span = BookSpan {
        from: "2026-11-01".parse().unwrap(),
        to: "2026-11-30".parse().unwrap(),
    };
    let made_at = "2026-12-01T03:04:05Z".parse().unwrap();
    let report = IncomeStatementReport::new("Loja", span, Currency::BRL, answer, made_at);
    let mut csv = Vec::new();
    let english = options(Language::En, DecimalMark::Point);
    report.write(Format::Csv, &english, &mut csv).unwrap();
    assert_eq!(
        text(csv),
        "Account,Name,Amount,Currency\r\n3.1,Vendas,247.50,BRL\r\n,Net revenue,247.50,BRL\r\n,Result,-0.05,BRL\r\n"
    );
    let mut xlsx = Vec::new();
    let portuguese = options(Language::PtBr, DecimalMark::Point);
    report.write(Format::Xlsx, &portuguese, &mut xlsx).unwrap();
    let sheet = sheet(xlsx);
    let cell = |row, column| sheet.get_value((row, column)).unwrap().clone();
    assert_eq!(
        cell(0, 0),
        Data::String("Loja  ·  Demonstração do resultado".to_owned())
    );
    assert_eq!(cell(7, 1), Data::String("Resultado".to_owned()));
    assert_eq!(cell(7, 2).as_f64(), Some(-0.05));
}
