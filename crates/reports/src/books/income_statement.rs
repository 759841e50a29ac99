//! The income statement (DRE) of a span, in one column.

use std::io::Write;

use jiff::Timestamp;
use posars_domain::{Amount, Currency};
use posars_projections::{BookSpan, IncomeLine, IncomeLineKind, IncomeStatement};

use crate::table::{Cell, Column, Row, Table};
use crate::{Format, Language, ReportError, ReportOptions};

/// An income statement, ready to be written.
#[derive(Clone, Debug)]
pub struct IncomeStatementReport {
    company: String,
    span: BookSpan,
    currency: Currency,
    answer: IncomeStatement,
    made_at: Timestamp,
}

impl IncomeStatementReport {
    /// That of an answer of `Projections::income_statement` to a query of one column and this span.
    #[must_use]
    pub fn new(
        company: &str,
        span: BookSpan,
        currency: Currency,
        answer: IncomeStatement,
        made_at: Timestamp,
    ) -> Self {
        Self {
            company: company.to_owned(),
            span,
            currency,
            answer,
            made_at,
        }
    }

    /// Writes it in a format; the writer should be buffered.
    ///
    /// # Errors
    /// See [`ReportError`].
    pub fn write(&self, format: Format, options: &ReportOptions, out: impl Write) -> Result<(), ReportError> {
        self.table(options.language).write(format, options, out)
    }

    fn table(&self, language: Language) -> Table {
        let word = |portuguese, english| language.pick(portuguese, english);
        let BookSpan { from, to } = self.span;
        let position = word("Posição do registro", "Log position");
        Table {
            title: word("Demonstração do resultado", "Income statement"),
            company: self.company.clone(),
            subject: format!("{}: {from} {} {to}", word("Período", "Period"), word("a", "to")),
            provenance: format!("{position} {}", self.answer.position),
            made_at: self.made_at,
            currency: self.currency,
            columns: vec![
                Column::Word(word("Conta", "Account")),
                Column::Name(word("Nome", "Name")),
                Column::Amount(word("Valor", "Amount")),
            ],
            rows: self.answer.lines.iter().map(|one| line(one, language)).collect(),
        }
    }
}

fn line(line: &IncomeLine, language: Language) -> Row {
    let amount = line.amounts.first().copied().unwrap_or(Amount::ZERO);
    let name = match &line.kind {
        IncomeLineKind::Account(account, depth) => {
            return Row {
                cells: vec![
                    Cell::Text(account.code.to_string()),
                    Cell::Text(account.name.clone()),
                    Cell::Amount(amount),
                ],
                depth: *depth,
                stands_out: false,
            };
        }
        IncomeLineKind::GrossRevenue => language.pick("Receita bruta", "Gross revenue"),
        IncomeLineKind::Deductions => language.pick("Deduções", "Deductions"),
        IncomeLineKind::NetRevenue => language.pick("Receita líquida", "Net revenue"),
        IncomeLineKind::Cost => language.pick("Custo das mercadorias", "Cost of goods"),
        IncomeLineKind::GrossProfit => language.pick("Lucro bruto", "Gross profit"),
        IncomeLineKind::OtherIncome => language.pick("Outras receitas", "Other income"),
        IncomeLineKind::Expenses => language.pick("Despesas", "Expenses"),
        IncomeLineKind::Result => language.pick("Resultado", "Result"),
    };
    Row {
        cells: vec![
            Cell::Text(String::new()),
            Cell::Text(name.to_owned()),
            Cell::Amount(amount),
        ],
        depth: 0,
        stands_out: true,
    }
}
