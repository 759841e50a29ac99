//! What is known of a person: each field's own rule. Refusals never repeat what was given.

use jiff::civil::{Date, date};

use super::{BankAccount, ContactFields, LabourFields};
use crate::check_digits::without_punctuation;
use crate::masking::length_of;
use crate::text::{self, NAME_CHARS_MAX, NOTE_CHARS_MAX};
use crate::{Cpf, InvalidValue, Path, Personal, reasons};

/// Nobody who works today was born before.
const FIRST_BIRTH: Date = date(1900, 1, 1);
const PIS_DIGITS: usize = 11;
/// How much each of the first ten digits of a PIS counts for its check digit.
const PIS_WEIGHTS: [u32; 10] = [3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
const BANK_DIGITS: usize = 3;
const BRANCH_CHARS_MAX: usize = 20;
const ACCOUNT_CHARS_MAX: usize = 40;
const PIX_KEY_CHARS_MAX: usize = 140;
const PHONE_CHARS_MAX: usize = 40;

/// Reads an employee's CPF; a refusal says no more of it than its length.
///
/// # Errors
/// `INVALID_CPF` unless it is 9 digits and 2 check digits that agree with them.
pub fn employee_cpf(text: &str) -> Result<Cpf, InvalidValue> {
    text.parse().map_err(|invalid: InvalidValue| {
        InvalidValue::new("INVALID_CPF", length_of(text), invalid.rule().to_owned())
    })
}

impl LabourFields {
    /// Whether there is nothing in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        let Self {
            name,
            cpf,
            birth_date,
            pis,
            bank_account,
        } = self;
        name.is_none() && cpf.is_none() && birth_date.is_none() && pis.is_none() && bank_account.is_none()
    }

    /// The CPF, if it is in the clear.
    pub(super) fn clear_cpf(&self) -> Option<&Cpf> {
        self.cpf.as_ref().and_then(Personal::clear)
    }

    /// The same, checked and trimmed.
    pub(super) fn checked(&self, born_before: Date) -> Result<Self, InvalidValue> {
        let path = |name| Path::field("labour").then(name);
        Ok(Self {
            name: changed(self.name.as_ref(), |name| {
                text::required(path("name"), &name, NAME_CHARS_MAX)
            })?,
            cpf: self.cpf.clone(),
            birth_date: changed(self.birth_date.as_ref(), |day| {
                birth_date(day, born_before).map_err(|invalid| invalid.at(path("birth_date")))
            })?,
            pis: changed(self.pis.as_ref(), |number| {
                pis(&number).map_err(|invalid| invalid.at(path("pis")))
            })?,
            bank_account: changed(self.bank_account.as_ref(), |account| {
                account.checked(path("bank_account"))
            })?,
        })
    }
}

impl ContactFields {
    /// Whether there is nothing in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        let Self {
            address,
            phone,
            email,
        } = self;
        address.is_none() && phone.is_none() && email.is_none()
    }

    /// The same, checked and trimmed.
    pub(super) fn checked(&self) -> Result<Self, InvalidValue> {
        let path = |name| Path::field("contact").then(name);
        Ok(Self {
            address: changed(self.address.as_ref(), |address| {
                text::required(path("address"), &address, NOTE_CHARS_MAX)
            })?,
            phone: changed(self.phone.as_ref(), |phone| {
                text::required(path("phone"), &phone, PHONE_CHARS_MAX)
            })?,
            email: changed(self.email.as_ref(), |address| email(path("email"), &address))?,
        })
    }
}

impl BankAccount {
    fn checked(&self, path: Path) -> Result<Self, InvalidValue> {
        let checked = Self {
            bank: text::maybe(path.then("bank"), self.bank.as_ref(), NAME_CHARS_MAX)?,
            branch: text::maybe(path.then("branch"), self.branch.as_ref(), BRANCH_CHARS_MAX)?,
            account: text::maybe(path.then("account"), self.account.as_ref(), ACCOUNT_CHARS_MAX)?,
            pix_key: text::maybe(path.then("pix_key"), self.pix_key.as_ref(), PIX_KEY_CHARS_MAX)?,
        };
        if let Some(bank) = &checked.bank
            && (bank.len() != BANK_DIGITS || !bank.bytes().all(|byte| byte.is_ascii_digit()))
        {
            let rule = "a bank's code is 3 digits, as 001";
            return Err(InvalidValue::new("BANK_CODE_INVALID", length_of(bank), rule).at(path.then("bank")));
        }
        let names_bank = checked.bank.is_some() || checked.branch.is_some();
        if checked.account.is_none() && (names_bank || checked.pix_key.is_none()) {
            let rule = "an account number or a PIX key is required; a bank or a branch needs the account";
            return Err(InvalidValue::new(reasons::FIELD_REQUIRED, "", rule).at(path.then("account")));
        }
        Ok(checked)
    }
}

/// The same field, if it is there, with what is in the clear checked.
fn changed<T: Clone>(
    field: Option<&Personal<T>>,
    check: impl FnOnce(T) -> Result<T, InvalidValue>,
) -> Result<Option<Personal<T>>, InvalidValue> {
    field.map(|data| data.clone().try_map(check)).transpose()
}

fn birth_date(day: Date, born_before: Date) -> Result<Date, InvalidValue> {
    if (FIRST_BIRTH..born_before).contains(&day) {
        return Ok(day);
    }
    let rule = "a day of birth is of 1900-01-01 or later, past, and before the first day of work";
    Err(InvalidValue::new("BIRTH_DATE_INVALID", "<a date>", rule))
}

/// The 11 digits of a PIS, PASEP or NIS.
///
/// # Source
/// Caixa Econômica Federal: the last digit is 11 less the remainder of the weighted sum by 11, and 0 when that is above 9.
fn pis(text: &str) -> Result<String, InvalidValue> {
    let bare = without_punctuation(text);
    let digits: Option<Vec<u32>> = bare.chars().map(|digit| digit.to_digit(10)).collect();
    let is_pis = digits.is_some_and(|digits| {
        let (Some((last, first)), PIS_DIGITS) = (digits.split_last(), digits.len()) else {
            return false;
        };
        let sum: u32 = first
            .iter()
            .zip(PIS_WEIGHTS)
            .map(|(digit, weight)| digit * weight)
            .sum();
        let check = 11 - sum % 11;
        let check = if check > 9 { 0 } else { check };
        *last == check && digits.iter().any(|digit| *digit != 0)
    });
    if is_pis {
        return Ok(bare);
    }
    let rule = "a PIS is 10 digits and a check digit that agrees with them";
    Err(InvalidValue::new("PIS_INVALID", length_of(text), rule))
}

fn email(path: Path, address: &str) -> Result<String, InvalidValue> {
    let address = text::required(path, address, NAME_CHARS_MAX)?;
    let has_sides = address
        .rsplit_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    if has_sides && !address.contains(char::is_whitespace) {
        return Ok(address);
    }
    let rule = "an e-mail address is a name, an @ and a host, without white space";
    Err(InvalidValue::new("EMAIL_INVALID", length_of(&address), rule).at(path))
}
