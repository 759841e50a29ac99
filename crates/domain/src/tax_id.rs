//! CPF (a person's tax number) and CNPJ (an establishment's), with their check digits.
//!
//! A valid check digit is no proof: one wrong character in a CNPJ with letters passes in 7 % of cases.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::check_digits::without_punctuation;
use crate::text::serde_as_text;
use crate::{InvalidValue, check_digits};

/// The reason of every refusal here.
const REASON: &str = "INVALID_TAX_ID";

/// An establishment's number: 12 of `0-9 A-Z` and 2 check digits, stored upper-case without punctuation.
///
/// # Source
/// Instrução Normativa RFB 2.229/2024: from July 2026 the first twelve may be letters; a character counts as
/// its ASCII code less 48, and the old all-digit numbers stay valid under the same rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cnpj(Arc<str>);

impl Cnpj {
    /// The 14 characters without punctuation.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The two check digits of the first 12 characters; `None` unless they are 12 of `0-9 A-Z`.
    #[must_use]
    pub fn check_digits(root: &str) -> Option<[u8; 2]> {
        check_digits::of_cnpj(root)
    }
}

impl FromStr for Cnpj {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let bare = without_punctuation(text);
        let rule = "a CNPJ is 12 letters or digits and 2 check digits that agree with them";
        if check_digits::is_cnpj(&bare) {
            return Ok(Self(bare.into()));
        }
        // What is not as long as a CNPJ may be a person's CPF, mistyped on top of it.
        let length = bare.chars().count();
        let shown = if length == 14 {
            text.to_owned()
        } else {
            format!("<{length} characters>")
        };
        Err(InvalidValue::new(REASON, shown, rule))
    }
}

impl fmt::Display for Cnpj {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// A person's number: 9 digits and 2 check digits, stored without punctuation; personal data.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cpf(Arc<str>);

impl Cpf {
    /// The 11 digits without punctuation.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form that may be shown: `***.456.789-**`.
    #[must_use]
    pub fn masked(&self) -> String {
        let middle = |from: usize| self.0.get(from..from + 3).unwrap_or("***");
        format!("***.{}.{}-**", middle(3), middle(6))
    }

    /// The two check digits of the first 9 digits; `None` unless they are 9 digits.
    #[must_use]
    pub fn check_digits(root: &str) -> Option<[u8; 2]> {
        check_digits::of_cpf(root)
    }
}

impl FromStr for Cpf {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let bare = without_punctuation(text);
        let rule = "a CPF is 9 digits and 2 check digits that agree with them";
        // The number itself is personal data and stays out of errors and logs.
        let shown = || format!("<{} characters>", bare.chars().count());
        if !check_digits::is_cpf(&bare) {
            return Err(InvalidValue::new(REASON, shown(), rule));
        }
        Ok(Self(bare.into()))
    }
}

impl fmt::Display for Cpf {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl fmt::Debug for Cpf {
    /// Masked, because debug output ends in logs.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Cpf({})", self.masked())
    }
}

/// A customer's tax number of either kind, told apart by length.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TaxId {
    /// A person's.
    Cpf(Cpf),
    /// An establishment's.
    Cnpj(Cnpj),
}

impl TaxId {
    /// The number without punctuation.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Cpf(cpf) => cpf.as_str(),
            Self::Cnpj(cnpj) => cnpj.as_str(),
        }
    }
}

impl FromStr for TaxId {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        let rule = "a tax id is a CPF of 11 digits or a CNPJ of 14 characters";
        match without_punctuation(text).chars().count() {
            11 => text.parse().map(Self::Cpf),
            14 => text.parse().map(Self::Cnpj),
            other => Err(InvalidValue::new(REASON, format!("<{other} characters>"), rule)),
        }
    }
}

impl fmt::Display for TaxId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cpf(cpf) => cpf.fmt(out),
            Self::Cnpj(cnpj) => cnpj.fmt(out),
        }
    }
}

serde_as_text!(Cnpj, Cpf, TaxId);
