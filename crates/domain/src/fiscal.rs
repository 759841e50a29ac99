//! References to fiscal documents; issuing them is somebody else's work.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::text::{self, CODE_CHARS_MAX, URI_CHARS_MAX, serde_as_str};
use crate::{Amount, InvalidValue, Path, reasons};

/// The 44-character key of an NF-e or NFC-e; opaque, because it holds a CNPJ and so may hold letters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccessKey(Arc<str>);

impl AccessKey {
    /// The 44 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccessKey {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let key = text
            .chars()
            .filter(|character| *character != ' ')
            .collect::<String>()
            .to_ascii_uppercase();
        if key.len() != 44 || !key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let rule = "an access key is 44 letters or digits; format its column as text";
            return Err(InvalidValue::new("ACCESS_KEY_INVALID", text, rule));
        }
        Ok(Self(key.into()))
    }
}

impl fmt::Display for AccessKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A Mercosul goods code (NCM): 8 digits, left zeros included.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ncm(Arc<str>);

impl Ncm {
    /// The 8 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Ncm {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let digits = text.trim().replace('.', "");
        if digits.len() != 8 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            let rule = "an NCM is 8 digits, left zeros included";
            return Err(InvalidValue::new("NCM_INVALID", text, rule));
        }
        Ok(Self(digits.into()))
    }
}

impl fmt::Display for Ncm {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

serde_as_str!(AccessKey, Ncm);

/// A fiscal document by reference: its numbers, its status as told, and where its XML lies.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FiscalRef {
    /// The document's model, such as `55` (NF-e) or `65` (NFC-e).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// The number in the series.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The access key, unique in the company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_key: Option<AccessKey>,
    /// The status as the issuer told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The protocol of the authorisation or cancellation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// The SHA-256 of the XML, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xml_sha256: Option<String>,
    /// Where the XML lies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
}

impl FiscalRef {
    /// Trims the texts and checks their lengths.
    pub(crate) fn checked(&self, field: Path) -> Result<Self, InvalidValue> {
        let code =
            |name: &'static str, text: &Option<String>| text::maybe_code(field.then(name), text.as_ref());
        Ok(Self {
            model: code("model", &self.model)?,
            series: code("series", &self.series)?,
            number: code("number", &self.number)?,
            access_key: self.access_key.clone(),
            status: code("status", &self.status)?,
            protocol: code("protocol", &self.protocol)?,
            xml_sha256: code("xml_sha256", &self.xml_sha256)?,
            uri: text::maybe(field.then("uri"), self.uri.as_ref(), URI_CHARS_MAX)?,
        })
    }

    /// Refuses one that is new to the log and has a code that no new one may have.
    pub(crate) fn check_new(&self, field: Path) -> Result<(), InvalidValue> {
        let codes = [
            ("model", &self.model),
            ("series", &self.series),
            ("number", &self.number),
            ("status", &self.status),
            ("protocol", &self.protocol),
            ("xml_sha256", &self.xml_sha256),
            ("uri", &self.uri),
        ];
        text::check_new_codes(field, codes)
    }
}

/// One tax of a document as the client's emitter computed it; stored, never recomputed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxAmount {
    /// The tax, such as `ICMS` or `IBS`.
    pub tax: String,
    /// What it was computed on.
    pub base: Amount,
    /// The rate in percent.
    pub rate: Decimal,
    /// How much it is.
    pub amount: Amount,
}

impl TaxAmount {
    /// Trims the text and checks the ranges; the figures themselves are the emitter's.
    pub(crate) fn checked(&self, field: Path) -> Result<Self, InvalidValue> {
        for (name, amount) in [("base", self.base), ("amount", self.amount)] {
            if !amount.is_in_range() {
                let invalid = InvalidValue::new(reasons::AMOUNT_OUT_OF_RANGE, amount, Amount::RANGE_RULE);
                return Err(invalid.at(field.then(name)));
            }
        }
        let tax = text::required(field.then("tax"), &self.tax, CODE_CHARS_MAX)?;
        Ok(Self {
            tax,
            base: self.base,
            rate: self.rate.normalize(),
            amount: self.amount,
        })
    }
}
