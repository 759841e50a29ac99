//! Why a row is refused: stable codes, and words for the person who corrects the sheet.

use serde::Serialize;

use crate::field::Field;
use crate::language::Language;

/// The reason a row is refused. The code never changes; the words may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RowReason {
    /// The check digits of a CPF do not agree.
    CpfCheckDigit,
    /// The check digits of a CNPJ do not agree.
    CnpjCheckDigit,
    /// The check digit of a GTIN does not agree.
    GtinCheckDigit,
    /// No date, or one outside the years taken.
    DateInvalid,
    /// Day and month can be swapped.
    DateAmbiguous,
    /// No number.
    NumberInvalid,
    /// The decimal mark is not clear.
    NumberAmbiguous,
    /// The spreadsheet has lost digits, or there are more decimals than the field holds.
    NumberPrecisionLost,
    /// A formula that was never calculated.
    FormulaWithoutValue,
    /// An error value.
    ErrorCell,
    /// A cell that must be filled is empty.
    RequiredMissing,
    /// A word that is no known code of the field.
    UnknownCode,
    /// The same key twice in one sheet with different content.
    DuplicateKey,
    /// The total is not quantity times price less discount.
    TotalMismatch,
    /// A quantity of zero or below.
    QuantityNotPositive,
    /// A price, cost, discount or total below zero.
    AmountNegative,
    /// A text that the field cannot hold.
    TextInvalid,
    /// Another row of the same receipt is refused.
    ReceiptHasRefusedRows,
    /// More lines than a receipt can have.
    ReceiptTooLong,
    /// The business rules said no; the message tells which.
    Rejected,
    /// The same natural key was imported before with other content.
    IdempotencyMismatch,
}

impl RowReason {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.texts().0
    }

    /// Code, what is wrong and how to correct it; words in Portuguese, then in English.
    fn texts(self) -> (&'static str, [&'static str; 2], [&'static str; 2]) {
        match self {
            Self::CpfCheckDigit => (
                "cpf_check_digit",
                [
                    "CPF com dígito verificador errado",
                    "the check digits of the CPF do not agree",
                ],
                [
                    "confira o CPF; a coluna deve estar formatada como texto",
                    "check the CPF; format the column as text",
                ],
            ),
            Self::CnpjCheckDigit => (
                "cnpj_check_digit",
                [
                    "CNPJ com dígito verificador errado",
                    "the check digits of the CNPJ do not agree",
                ],
                [
                    "confira o CNPJ; a coluna deve estar formatada como texto",
                    "check the CNPJ; format the column as text",
                ],
            ),
            Self::GtinCheckDigit => (
                "gtin_check_digit",
                [
                    "código de barras com dígito verificador errado",
                    "the check digit of the bar code does not agree",
                ],
                [
                    "confira o código de barras ou deixe a célula vazia",
                    "check the bar code or leave the cell empty",
                ],
            ),
            Self::DateInvalid => (
                "date_invalid",
                [
                    "data inválida ou fora do período aceito",
                    "no date, or outside the period taken",
                ],
                [
                    "escreva a data como 31/12/2025, entre 2000 e amanhã",
                    "write the date as 31/12/2025, from 2000 to tomorrow",
                ],
            ),
            Self::DateAmbiguous => (
                "date_ambiguous",
                ["dia e mês podem estar trocados", "day and month could be swapped"],
                [
                    "formate a coluna inteira como data",
                    "format the whole column as dates",
                ],
            ),
            Self::NumberInvalid => (
                "number_invalid",
                ["não é um número", "not a number"],
                [
                    "escreva só o número, por exemplo 1234,56",
                    "write only the number, as 1234.56",
                ],
            ),
            Self::NumberAmbiguous => (
                "number_ambiguous",
                [
                    "não se sabe se o separador é decimal ou de milhar",
                    "the separator could mean decimals or thousands",
                ],
                ["formate a coluna como número", "format the column as numbers"],
            ),
            Self::NumberPrecisionLost => (
                "number_precision_lost",
                ["o número tem dígitos demais", "the number has too many digits"],
                [
                    "formate a coluna como texto e digite de novo, ou reduza as casas decimais",
                    "format the column as text and type it again, or use fewer decimals",
                ],
            ),
            Self::FormulaWithoutValue => (
                "formula_without_value",
                [
                    "fórmula sem resultado gravado",
                    "a formula without a stored result",
                ],
                [
                    "abra e salve a planilha no Excel, ou cole só os valores",
                    "open and save the sheet in Excel, or paste values only",
                ],
            ),
            Self::ErrorCell => (
                "error_cell",
                ["a célula mostra um erro", "the cell shows an error"],
                [
                    "corrija a fórmula ou digite o valor",
                    "correct the formula or type the value",
                ],
            ),
            Self::RequiredMissing => (
                "required_missing",
                ["falta um valor obrigatório", "a required value is missing"],
                ["preencha a célula", "fill in the cell"],
            ),
            Self::UnknownCode => (
                "unknown_code",
                ["valor desconhecido", "the value is not known"],
                [
                    "use um valor conhecido; \"cartão\" precisa dizer crédito ou débito",
                    "use a known value; a card must be said to be credit or debit",
                ],
            ),
            Self::DuplicateKey => (
                "duplicate_key",
                [
                    "a mesma chave aparece em outra linha com outro conteúdo",
                    "the same key stands in another row with other content",
                ],
                ["deixe só uma das linhas", "keep one of the rows"],
            ),
            Self::TotalMismatch => (
                "total_mismatch",
                [
                    "o total não é quantidade x preço - desconto",
                    "the total is not quantity x price - discount",
                ],
                [
                    "confira quantidade, preço, desconto e total",
                    "check quantity, price, discount and total",
                ],
            ),
            Self::QuantityNotPositive => (
                "quantity_not_positive",
                ["quantidade zero ou negativa", "the quantity is zero or below"],
                [
                    "devoluções são registradas à parte; retire a linha",
                    "returns are recorded apart; take the row out",
                ],
            ),
            Self::AmountNegative => (
                "amount_negative",
                ["valor negativo", "the amount is below zero"],
                [
                    "devoluções e estornos são registrados à parte; retire a linha",
                    "returns are recorded apart; take the row out",
                ],
            ),
            Self::TextInvalid => (
                "text_invalid",
                [
                    "texto que este campo não aceita",
                    "a text this field does not take",
                ],
                [
                    "encurte o texto e retire caracteres especiais",
                    "shorten the text and take out special characters",
                ],
            ),
            Self::ReceiptHasRefusedRows => (
                "receipt_has_refused_rows",
                [
                    "outra linha da mesma venda foi recusada",
                    "another row of the same sale was refused",
                ],
                [
                    "corrija a outra linha e reenvie a venda inteira",
                    "correct the other row and send the whole sale again",
                ],
            ),
            Self::ReceiptTooLong => (
                "receipt_too_long",
                ["a venda tem linhas demais", "the sale has too many lines"],
                [
                    "confira a coluna do número da venda",
                    "check the column of the receipt number",
                ],
            ),
            Self::Rejected => (
                "rejected",
                [
                    "recusado pelas regras do negócio",
                    "refused by the rules of the business",
                ],
                ["siga a mensagem ao lado", "follow the message beside it"],
            ),
            Self::IdempotencyMismatch => (
                "idempotency_mismatch",
                [
                    "já importado antes com outro conteúdo",
                    "imported before with other content",
                ],
                [
                    "se o novo está certo, cancele a venda anterior",
                    "if the new one is right, void the earlier sale",
                ],
            ),
        }
    }
}

/// What is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// The reason.
    pub reason: RowReason,
    /// The field at fault, where it is one.
    pub field: Option<Field>,
    /// What the cell holds; masked where it is a person's.
    pub given: String,
    /// More about it: the expected value, the other row, the rejection.
    pub detail: String,
}

/// Characters of a cell repeated in a message.
const GIVEN_CHARS_MAX: usize = 80;

impl RowFault {
    /// A fault of one cell.
    #[must_use]
    pub fn of(reason: RowReason, field: Field, given: impl std::fmt::Display) -> Self {
        let given = given.to_string().chars().take(GIVEN_CHARS_MAX).collect();
        Self {
            reason,
            field: Some(field),
            given,
            detail: String::new(),
        }
    }

    /// A fault of the row as a whole.
    #[must_use]
    pub fn of_row(reason: RowReason, detail: impl Into<String>) -> Self {
        Self {
            reason,
            field: None,
            given: String::new(),
            detail: detail.into(),
        }
    }

    /// The same with more said about it.
    #[must_use]
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        Self {
            detail: detail.into(),
            ..self
        }
    }

    /// What is wrong; `title` is the column's own title.
    #[must_use]
    pub fn message(&self, language: Language, title: &str) -> String {
        let (_, [pt_br, en], _) = self.reason.texts();
        let mut message = String::new();
        if self.field.is_some() {
            message.push_str(title);
            message.push_str(": ");
        }
        message.push_str(language.pick(pt_br, en));
        if !self.given.is_empty() {
            message.push_str(&format!(" ({:?})", self.given));
        }
        if !self.detail.is_empty() {
            message.push_str("; ");
            message.push_str(&self.detail);
        }
        message
    }

    /// How to correct it.
    #[must_use]
    pub fn how_to_fix(&self, language: Language) -> &'static str {
        let (_, _, [pt_br, en]) = self.reason.texts();
        language.pick(pt_br, en)
    }
}
