//! How a sale was paid.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::dates::due_day;
use crate::open_word::open_word;
use crate::text::{self, serde_as_str};
use crate::{Amount, Cnpj, InvalidValue, Path, reasons};

open_word!(
    /// A means of payment, as a snake-case word; the list is open, because new ones keep coming.
    PaymentMethod, "PAYMENT_METHOD_INVALID", "a payment method is 1 to 40 of a-z, 0-9 and _", {
        /// Notes and coins, code 01.
        CASH = "cash",
        /// Check, code 02.
        CHECK = "check",
        /// Credit card, code 03.
        CREDIT_CARD = "credit_card",
        /// Debit card, code 04.
        DEBIT_CARD = "debit_card",
        /// Credit given by the store itself, code 05.
        STORE_CREDIT = "store_credit",
        /// Food voucher, code 10.
        FOOD = "food",
        /// Meal voucher, code 11.
        MEAL = "meal",
        /// Gift voucher, code 12.
        GIFT = "gift",
        /// Fuel voucher, code 13.
        FUEL = "fuel",
        /// Trade bill (duplicata), code 14.
        TRADE_BILL = "trade_bill",
        /// Bank slip (boleto), code 15.
        BOLETO = "boleto",
        /// Bank deposit, code 16.
        DEPOSIT = "deposit",
        /// PIX with a dynamic code, code 17.
        PIX = "pix",
        /// Bank transfer or digital wallet, code 18.
        TRANSFER = "transfer",
        /// Loyalty programme or cashback, code 19.
        LOYALTY = "loyalty",
        /// PIX with a static code, code 20.
        PIX_STATIC = "pix_static",
        /// No payment, code 90.
        NONE = "none",
        /// Paid later, code 91.
        LATER = "later",
        /// Anything else, code 99.
        OTHER = "other",
        /// The source did not say; it has no code.
        NOT_INFORMED = "not_informed",
    }
);

/// The NF-e table `tPag`, code beside method.
const NFE_CODES: [(&str, PaymentMethod); 19] = [
    ("01", PaymentMethod::CASH),
    ("02", PaymentMethod::CHECK),
    ("03", PaymentMethod::CREDIT_CARD),
    ("04", PaymentMethod::DEBIT_CARD),
    ("05", PaymentMethod::STORE_CREDIT),
    ("10", PaymentMethod::FOOD),
    ("11", PaymentMethod::MEAL),
    ("12", PaymentMethod::GIFT),
    ("13", PaymentMethod::FUEL),
    ("14", PaymentMethod::TRADE_BILL),
    ("15", PaymentMethod::BOLETO),
    ("16", PaymentMethod::DEPOSIT),
    ("17", PaymentMethod::PIX),
    ("18", PaymentMethod::TRANSFER),
    ("19", PaymentMethod::LOYALTY),
    ("20", PaymentMethod::PIX_STATIC),
    ("90", PaymentMethod::NONE),
    ("91", PaymentMethod::LATER),
    ("99", PaymentMethod::OTHER),
];

impl PaymentMethod {
    /// The NF-e code of the method; `None` for words of the caller's own and for `not_informed`.
    #[must_use]
    pub fn nfe_code(&self) -> Option<PaymentCode> {
        let row = NFE_CODES.iter().find(|(_, method)| method == self)?;
        Some(PaymentCode(Cow::Borrowed(row.0)))
    }

    /// The method of an NF-e code; a code newer than this table becomes `nfe_` and the code, so it is kept.
    #[must_use]
    pub fn from_nfe_code(code: &PaymentCode) -> Self {
        let known = NFE_CODES.iter().find(|(known, _)| *known == code.as_str());
        known.map_or_else(
            || Self(Cow::Owned(format!("nfe_{code}"))),
            |(_, method)| method.clone(),
        )
    }
}

/// The code of a means of payment in NF-e (`tPag`): two digits, open to new ones.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PaymentCode(Cow<'static, str>);

impl PaymentCode {
    /// The two digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PaymentCode {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        if text.len() != 2 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidValue::new(
                "PAYMENT_CODE_INVALID",
                text,
                "a payment code is two digits, as 17",
            ));
        }
        let known = NFE_CODES.iter().find(|(known, _)| *known == text);
        Ok(Self(known.map_or_else(
            || Cow::Owned(text.to_owned()),
            |(known, _)| Cow::Borrowed(*known),
        )))
    }
}

impl fmt::Display for PaymentCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

open_word!(
    /// Where a sale was made, as a snake-case word; the list is open.
    Channel, "CHANNEL_INVALID", "a channel is 1 to 40 of a-z, 0-9 and _", {
        /// At the till.
        COUNTER = "counter",
        /// In the shop's own web shop.
        ONLINE = "online",
        /// On somebody else's market place.
        MARKETPLACE = "marketplace",
        /// By telephone or message.
        PHONE = "phone",
        /// From a spreadsheet that did not say.
        IMPORT = "import",
    }
);

serde_as_str!(PaymentMethod, PaymentCode, Channel);

/// One payment towards a sale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// By what means.
    pub method: PaymentMethod,
    /// Its NF-e code; filled in from the method when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<PaymentCode>,
    /// What was handed over, change not yet taken off; zero or more.
    pub amount: Amount,
    /// In how many instalments, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installments: Option<u16>,
    /// Who acquires the card payment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acquirer_cnpj: Option<Cnpj>,
    /// The card's brand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// The acquirer's number of the transaction (NSU).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nsu: Option<String>,
    /// The authorisation code of the card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization: Option<String>,
    /// The end-to-end id of the PIX, unique in the company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pix_e2e_id: Option<String>,
    /// The receiver's own id of the PIX.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pix_txid: Option<String>,
    /// The number of the bank slip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boleto_number: Option<String>,
    /// When it falls due, 2000-01-01 to 2099-12-31.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_date: Option<Date>,
}

impl Payment {
    /// A payment with nothing more known than its method and amount.
    #[must_use]
    pub fn new(method: PaymentMethod, amount: Amount) -> Self {
        Self {
            code: method.nfe_code(),
            method,
            amount,
            installments: None,
            acquirer_cnpj: None,
            brand: None,
            nsu: None,
            authorization: None,
            pix_e2e_id: None,
            pix_txid: None,
            boleto_number: None,
            due_date: None,
        }
    }

    /// Fills in the code, trims the texts and checks the bounds.
    pub(crate) fn checked(&self, field: Path) -> Result<Self, InvalidValue> {
        let code =
            |name: &'static str, text: &Option<String>| text::maybe_code(field.then(name), text.as_ref());
        if self.installments == Some(0) {
            let rule = "the number of instalments is 1 or more";
            return Err(
                InvalidValue::new(reasons::INSTALLMENTS_INVALID, 0, rule).at(field.then("installments"))
            );
        }
        Ok(Self {
            method: self.method.clone(),
            code: self.code.clone().or_else(|| self.method.nfe_code()),
            amount: not_negative(field.then("amount"), self.amount)?,
            installments: self.installments,
            acquirer_cnpj: self.acquirer_cnpj.clone(),
            brand: code("brand", &self.brand)?,
            nsu: code("nsu", &self.nsu)?,
            authorization: code("authorization", &self.authorization)?,
            pix_e2e_id: code("pix_e2e_id", &self.pix_e2e_id)?,
            pix_txid: code("pix_txid", &self.pix_txid)?,
            boleto_number: code("boleto_number", &self.boleto_number)?,
            due_date: self.due_date,
        })
    }

    /// Refuses one that is new to the log and has a day or a code that no new payment may have.
    pub(crate) fn check_new(&self, field: Path) -> Result<(), InvalidValue> {
        due_day(field.then("due_date"), self.due_date)?;
        let codes = [
            ("brand", &self.brand),
            ("nsu", &self.nsu),
            ("authorization", &self.authorization),
            ("pix_e2e_id", &self.pix_e2e_id),
            ("pix_txid", &self.pix_txid),
            ("boleto_number", &self.boleto_number),
        ];
        text::check_new_codes(field, codes)
    }
}

/// Refuses an amount below zero or out of range.
pub(crate) fn not_negative(field: impl Into<Path>, amount: Amount) -> Result<Amount, InvalidValue> {
    if amount.is_negative() {
        let rule = "the amount must be zero or more";
        return Err(InvalidValue::new("AMOUNT_NEGATIVE", amount, rule).at(field));
    }
    if !amount.is_in_range() {
        return Err(InvalidValue::new(reasons::AMOUNT_OUT_OF_RANGE, amount, Amount::RANGE_RULE).at(field));
    }
    Ok(amount)
}

/// What one means of payment came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MethodAmount {
    /// By what means.
    pub method: PaymentMethod,
    /// How much, change taken off; below zero where more change was given in cash than cash was handed over.
    pub amount: Amount,
}
