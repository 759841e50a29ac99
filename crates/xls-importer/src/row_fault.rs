//! Why a row is refused: stable codes, and words for the person who corrects the sheet.

use std::borrow::Cow;

use serde::Serialize;

use crate::field::Field;
use crate::row_texts::{ROW_TEXTS, RowTexts, UNWORDED};
use crate::told_refusal::ToldRefusal;
use posars_domain::StoreId;
use posars_words::Language;

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
    /// A spreadsheet program has swapped day and month of some dates.
    DateSwapped,
    /// Midnight of UTC: a day, or an instant of the day before.
    DateZoneUnclear,
    /// No number.
    NumberInvalid,
    /// The decimal mark is not clear.
    NumberAmbiguous,
    /// The spreadsheet has lost digits, or there are more decimals than the field holds.
    NumberPrecisionLost,
    /// A percentage where an amount or a quantity belongs.
    NumberIsPercent,
    /// A discount that can be cents or a share of the price.
    DiscountUnclear,
    /// An amount of another currency.
    ForeignMoney,
    /// One amount in a cell that is merged over several rows.
    MergedAmount,
    /// A formula that was never calculated.
    FormulaWithoutValue,
    /// An error value.
    ErrorCell,
    /// A cell that must be filled is empty.
    RequiredMissing,
    /// A word that is no known code of the field.
    UnknownCode,
    /// A code that has lost its zeros in front and can be that of several products.
    CodeUnclear,
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
    /// A row with the words of a sum whose figures are not those of the rows above: a product's name, or a wrong sum.
    TotalOrRecord,
    /// A receipt whose rows stand on several days, where nothing says whether its number began again.
    ReceiptOnSeveralDays,
    /// A row of a workbook of refused rows that only its place among equal rows of the original tells apart.
    NeedsOriginal,
    /// The row tells of goods that came back, were exchanged or refunded.
    ReturnedGoods,
    /// The row tells of goods that went out, in a sheet of goods that came.
    OutgoingGoods,
    /// The row tells of goods lost, broken or expired.
    LostGoods,
    /// The row tells of an offer, an order or a payment that is still open.
    NotCompleted,
    /// The row tells of another operation: a transfer, an adjustment, a purchase among sales.
    OtherOperation,
    /// A column that can change what the row means holds a word that is not known.
    RowMeaningUnknown,
    /// An amount on top of the price, which nothing records yet: a surcharge, freight, a fee.
    AmountOnTop,
    /// A count of a stock that has moved already: taken in, it would be added to what is there.
    StockHasHistory,
}

impl RowReason {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.texts().code
    }

    /// Every reason, in the order of the variants.
    pub fn all() -> impl Iterator<Item = Self> {
        ROW_TEXTS.iter().map(|texts| texts.reason)
    }

    /// What is wrong, whatever the cell.
    #[must_use]
    pub fn problem(self, language: Language) -> &'static str {
        let [pt_br, en] = self.texts().problem;
        language.pick(pt_br, en)
    }

    /// How to correct it.
    #[must_use]
    pub fn how_to_fix(self, language: Language) -> &'static str {
        let [pt_br, en] = self.texts().fix;
        language.pick(pt_br, en)
    }

    /// The words for the reason.
    fn texts(self) -> &'static RowTexts {
        ROW_TEXTS
            .iter()
            .find(|texts| texts.reason == self)
            .unwrap_or(&UNWORDED)
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
    /// More about it: the expected value, the other row, the code of the refusal.
    pub detail: String,
    /// What the rules or the log said, where they did.
    pub refusal: Option<ToldRefusal>,
}

/// The value, or none and its fault among the others.
pub(crate) fn keep<T>(value: Result<T, RowFault>, faults: &mut Vec<RowFault>) -> Option<T> {
    value.map_err(|fault| faults.push(fault)).ok()
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
            refusal: None,
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
            refusal: None,
        }
    }

    /// A row whose record the rules or the log refused.
    #[must_use]
    pub fn refused(reason: RowReason, refusal: ToldRefusal) -> Self {
        Self {
            refusal: Some(refusal.clone()),
            ..Self::of_row(reason, refusal.reason())
        }
    }

    /// A row whose store is not defined, where the import may not define it.
    pub(crate) fn unknown_store(store_id: &StoreId, name: &str) -> Self {
        let refusal = ToldRefusal::unknown_store(store_id);
        let detail = format!("{}: {store_id} ({name}); --define-missing", refusal.reason());
        Self::refused(RowReason::Rejected, refusal).with_detail(detail)
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
        let mut message = String::new();
        if self.field.is_some() {
            message.push_str(title);
            message.push_str(": ");
        }
        message.push_str(self.reason.problem(language));
        if !self.given.is_empty() {
            message.push_str(&format!(" ({:?})", self.given));
        }
        match &self.refusal {
            Some(refusal) => message.push_str(&format!(". {}", refusal.what(language))),
            None if self.detail.is_empty() => {}
            None => message.push_str(&format!("; {}", self.detail)),
        }
        message
    }

    /// How to correct it.
    #[must_use]
    pub fn how_to_fix(&self, language: Language) -> Cow<'static, str> {
        let refusal = self.refusal.as_ref();
        let told = refusal.and_then(|refusal| refusal.next_step(language));
        match told {
            // What to do about a receipt that is there already is known better here.
            Some(next) if self.reason == RowReason::Rejected => Cow::Owned(next),
            Some(_) | None => Cow::Borrowed(self.reason.how_to_fix(language)),
        }
    }
}
