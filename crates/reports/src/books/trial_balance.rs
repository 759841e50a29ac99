//! The trial balance of a month as it was sealed: by account, store and cost centre, whatever happens later.

use std::io::Write;

use jiff::Timestamp;
use posars_domain::books::{PeriodClosed, TrialBalanceRow};
use posars_domain::{AccountType, Amount};

use crate::table::{Cell, Column, Row, Table};
use crate::{Format, Language, ReportError, ReportOptions};

/// A sealed trial balance, ready to be written.
#[derive(Clone, Debug)]
pub struct TrialBalanceReport {
    company: String,
    closed: PeriodClosed,
    closed_at: Timestamp,
}

impl TrialBalanceReport {
    /// That of a close, which was recorded at this time.
    #[must_use]
    pub fn new(company: &str, closed: PeriodClosed, closed_at: Timestamp) -> Self {
        Self {
            company: company.to_owned(),
            closed,
            closed_at,
        }
    }

    /// Writes it in a format; the writer should be buffered.
    ///
    /// # Errors
    /// See [`ReportError`].
    pub fn write(&self, format: Format, options: &ReportOptions, out: impl Write) -> Result<(), ReportError> {
        self.table(options)?.write(format, options, out)
    }

    fn table(&self, options: &ReportOptions) -> Result<Table, ReportError> {
        let language = options.language;
        let word = |portuguese, english| language.pick(portuguese, english);
        let closed = &self.closed;
        let mut rows: Vec<Row> = closed
            .trial_balance
            .iter()
            .map(|row| line(row, language))
            .collect();
        let sum = |of: fn(&TrialBalanceRow) -> Amount| {
            let mut amounts = closed.trial_balance.iter().map(of);
            let sum = amounts.try_fold(Amount::ZERO, Amount::checked_add);
            sum.ok_or(ReportError::OutOfRange { what: "total" })
        };
        let text = |text: &str| Cell::Text(text.to_owned());
        rows.push(Row {
            cells: vec![
                text(""),
                text(word("Todas as contas", "All accounts")),
                text(""),
                text(""),
                text(""),
                Cell::Amount(sum(|row| row.opening)?),
                Cell::Amount(sum(|row| row.debit)?),
                Cell::Amount(sum(|row| row.credit)?),
                Cell::Amount(sum(|row| row.closing)?),
            ],
            depth: 0,
            stands_out: true,
        });
        let position = word("Posição do registro", "Log position");
        let seal = word("Selo", "Seal");
        Ok(Table {
            title: word("Balancete", "Trial balance"),
            company: self.company.clone(),
            subject: format!("{}: {}", word("Mês", "Month"), closed.month),
            provenance: format!(
                "{position} {}  ·  {seal} SHA-256 {}",
                closed.up_to_position, closed.sha256
            ),
            made_at: self.closed_at,
            currency: closed.currency,
            columns: vec![
                Column::Word(word("Conta", "Account")),
                Column::Name(word("Nome", "Name")),
                Column::Word(word("Tipo", "Type")),
                Column::Word(word("Loja", "Store")),
                Column::Word(word("Centro de custo", "Cost centre")),
                Column::Amount(word("Saldo anterior", "Before")),
                Column::Amount(word("Débitos", "Debits")),
                Column::Amount(word("Créditos", "Credits")),
                Column::Amount(word("Saldo", "After")),
            ],
            rows,
        })
    }
}

fn line(row: &TrialBalanceRow, language: Language) -> Row {
    let kind = match row.account_type {
        AccountType::Asset => language.pick("Ativo", "Asset"),
        AccountType::Liability => language.pick("Passivo", "Liability"),
        AccountType::Equity => language.pick("Patrimônio líquido", "Equity"),
        AccountType::Revenue => language.pick("Receita", "Revenue"),
        AccountType::Deduction => language.pick("Dedução", "Deduction"),
        AccountType::Cost => language.pick("Custo", "Cost"),
        AccountType::Expense => language.pick("Despesa", "Expense"),
    };
    let shown = |id: Option<String>| Cell::Text(id.unwrap_or_default());
    Row {
        cells: vec![
            Cell::Text(row.account.to_string()),
            Cell::Text(row.name.clone()),
            Cell::Text(kind.to_owned()),
            shown(row.store_id.as_ref().map(ToString::to_string)),
            shown(row.cost_center.as_ref().map(ToString::to_string)),
            Cell::Amount(row.opening),
            Cell::Amount(row.debit),
            Cell::Amount(row.credit),
            Cell::Amount(row.closing),
        ],
        depth: 0,
        stands_out: false,
    }
}
