//! Why a row is refused: one variant per thing the person who corrects the sheet can do something about.

use serde::Serialize;

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
    /// A code or a name of which a spreadsheet program has made a date or a time.
    CodeIsDate,
    /// A receipt whose items stand more than once: beside each of its payments, or under one number.
    ItemsRepeated,
    /// An amount of the whole receipt that stands in each of its rows.
    ReceiptAmountRepeated,
    /// A quantity in another unit than the product's: boxes of what is counted by the piece.
    UnitDiffers,
    /// A row below a second row of titles in another order.
    OtherTitles,
}
