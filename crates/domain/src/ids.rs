//! Typed ids, so that none is taken for another.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::invisible::is_invisible;
use crate::masking::length_of;
use crate::misplaced::{Refused, not_an_id, not_in_code};
use crate::name::normalise;
use crate::text::serde_as_str;
use crate::{InvalidValue, Path, reasons};

const EMPLOYEE_ID_INVALID: &str = "EMPLOYEE_ID_INVALID";
const PARTY_ID_INVALID: &str = "PARTY_ID_INVALID";

/// Declares an id that is text: its limit, the characters it accepts, the code of its refusal and what an error shows of
/// a refused one.
macro_rules! text_id {
    ($(#[$meta:meta])* $name:ident, max $max:literal, $reason:expr, $rule:literal, $accepts:expr, $shown:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Longest id, in characters.
            pub const CHARS_MAX: usize = $max;

            /// The text of the id.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidValue;

            fn from_str(text: &str) -> Result<Self, InvalidValue> {
                let accepts: fn(char) -> bool = $accepts;
                if text.is_empty() || text.chars().nth($max).is_some() || !text.chars().all(accepts) {
                    return Err(InvalidValue::new($reason, ($shown)(text), $rule));
                }
                Ok(Self(text.into()))
            }
        }

        serde_as_str!($name);
    };
}

/// Declares an id that is a UUID.
macro_rules! uuid_id {
    ($($(#[$meta:meta])* $name:ident, $reason:expr;)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps a UUID that the client made.
            #[must_use]
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The UUID.
            #[must_use]
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(out)
            }
        }

        impl FromStr for $name {
            type Err = InvalidValue;

            fn from_str(text: &str) -> Result<Self, InvalidValue> {
                let rule = "the id is a UUID, as 0192d3b4-7c1e-7a55-9f00-1b2c3d4e5f60";
                text.parse().map(Self).map_err(|_| InvalidValue::new($reason, text, rule))
            }
        }
    )+};
}

fn is_slug(character: char) -> bool {
    character.is_ascii_lowercase() || character.is_ascii_digit() || matches!(character, '_' | '.')
}

fn is_visible(character: char) -> bool {
    !character.is_whitespace() && !character.is_control()
}

text_id!(
    /// A company: 1 to 40 of `a-z 0-9 _ .`.
    CompanyId, max 40, "COMPANY_ID_INVALID",
    "a company id is 1 to 40 of a-z, 0-9, _ and .", is_slug, str::to_owned
);
text_id!(
    /// A store: 1 to 40 of `a-z 0-9 _ .`; no hyphen, which separates the parts of a stream's name.
    StoreId, max 40, reasons::STORE_ID_INVALID,
    "a store id is 1 to 40 of a-z, 0-9, _ and .", is_slug, str::to_owned
);
text_id!(
    /// A stock keeping unit: 1 to 60 visible characters, upper and lower case kept apart.
    Sku, max 60, reasons::SKU_INVALID,
    "a SKU is 1 to 60 characters without white space", is_visible, str::to_owned
);
text_id!(
    /// The number of a register in its store: 1 to 20 of letters, digits and `_ . -`.
    RegisterNo, max 20, "REGISTER_NO_INVALID",
    "a register number is 1 to 20 letters, digits, _, . and -",
    |character| character.is_ascii_alphanumeric() || matches!(character, '_' | '.' | '-'),
    str::to_owned
);
text_id!(
    /// A person whose data is kept apart from the events, under their own key: 1 to 64 visible characters.
    SubjectId, max 64, reasons::SUBJECT_ID_INVALID,
    "a subject id is 1 to 64 characters without white space", is_visible, length_of
);

impl StoreId {
    /// Makes an id from a store's name: `Loja São João` becomes `loja_sao_joao`.
    ///
    /// # Errors
    /// `STORE_ID_INVALID` when the name has no letter a to z and no digit.
    pub fn from_name(name: &str) -> Result<Self, InvalidValue> {
        let rule = "the name has no letter a to z and no digit to make a store id from";
        let id = normalise(name, Self::CHARS_MAX);
        id.parse()
            .map_err(|_| InvalidValue::new(reasons::STORE_ID_INVALID, name, rule))
    }
}

impl Sku {
    /// Makes a SKU from a product's name: `Café 500 g` becomes `cafe_500_g`.
    ///
    /// # Errors
    /// `SKU_INVALID` when the name has no letter a to z and no digit.
    pub fn from_name(name: &str) -> Result<Self, InvalidValue> {
        let rule = "the name has no letter a to z and no digit to make a SKU from";
        let id = normalise(name, Self::CHARS_MAX);
        id.parse()
            .map_err(|_| InvalidValue::new(reasons::SKU_INVALID, name, rule))
    }
}

/// Refuses a code new to the log that differs from another in nothing that anybody sees. What is there stays readable,
/// so this is no rule of the types.
fn all_visible(field: impl Into<Path>, code: &str, reason: &'static str) -> Result<(), InvalidValue> {
    if !code.chars().any(is_invisible) {
        return Ok(());
    }
    let rule =
        "a code has visible characters only; take out those that show nothing, such as U+200B and U+FEFF";
    Err(InvalidValue::new(reason, code, rule).at(field))
}

impl Sku {
    /// Refuses one that is new to the log and has invisible characters or a tax number in it.
    pub(crate) fn check_new(&self, field: impl Into<Path>) -> Result<(), InvalidValue> {
        let field = field.into();
        all_visible(field, self.as_str(), reasons::SKU_INVALID)?;
        not_in_code(field, self.as_str())
    }
}

impl SubjectId {
    /// Refuses one that is new to the log and has invisible characters.
    pub(crate) fn check_new(&self, field: impl Into<Path>) -> Result<(), InvalidValue> {
        all_visible(field, self.as_str(), reasons::SUBJECT_ID_INVALID)
    }
}

impl EmployeeId {
    /// Refuses one that is new to the log and has invisible characters or is a person's tax number.
    pub(crate) fn check_new(&self, field: impl Into<Path>) -> Result<(), InvalidValue> {
        let field = field.into();
        all_visible(field, self.as_str(), EMPLOYEE_ID_INVALID)?;
        not_an_id(field, self.as_str(), Refused::Cpf)
    }
}

impl PartyId {
    /// Refuses one that is new to the log and has invisible characters or is a person's tax number.
    pub(crate) fn check_new(&self, field: impl Into<Path>) -> Result<(), InvalidValue> {
        let field = field.into();
        all_visible(field, self.as_str(), PARTY_ID_INVALID)?;
        not_an_id(field, self.as_str(), Refused::Cpf)
    }
}

impl ReceiptNumber {
    /// Refuses one that is new to the log and has invisible characters or a tax number in it.
    pub(crate) fn check_new(&self, field: impl Into<Path>) -> Result<(), InvalidValue> {
        let field = field.into();
        let mut parts = self.series().into_iter().chain([self.number()]);
        parts.try_for_each(|part| {
            all_visible(field, part, reasons::RECEIPT_NUMBER_INVALID)?;
            not_in_code(field, part)
        })
    }
}

text_id!(
    /// An account of the chart: 1 to 30 of digits, letters, `.` and `-`, as `1.1.01.001`.
    AccountCode, max 30, "ACCOUNT_CODE_INVALID",
    "an account code is 1 to 30 of digits, letters, . and -, as 1.1.01.001",
    |character| character.is_ascii_alphanumeric() || matches!(character, '.' | '-'),
    str::to_owned
);
text_id!(
    /// A cost centre: 1 to 40 of `a-z 0-9 _ .`.
    CostCenterId, max 40, "COST_CENTER_ID_INVALID",
    "a cost centre id is 1 to 40 of a-z, 0-9, _ and .", is_slug, str::to_owned
);
text_id!(
    /// Who owes or is owed: 1 to 64 visible characters, such as a CNPJ or a subject id; never a CPF.
    PartyId, max 64, PARTY_ID_INVALID,
    "a party id is 1 to 64 characters without white space", is_visible, length_of
);
text_id!(
    /// An employee: 1 to 40 visible characters, such as the number in the register of employees; never a CPF.
    EmployeeId, max 40, EMPLOYEE_ID_INVALID,
    "an employee id is 1 to 40 characters without white space", is_visible, length_of
);

uuid_id! {
    /// A sale; made by the client, and its idempotency key for ever.
    SaleId, "SALE_ID_INVALID";
    /// A return of goods; made by the client.
    ReturnId, "RETURN_ID_INVALID";
    /// A receipt of goods into stock; made by the client.
    ReceiptId, "RECEIPT_ID_INVALID";
    /// An adjustment of stock; made by the client.
    AdjustmentId, "ADJUSTMENT_ID_INVALID";
    /// An entry of the journal; made by the client, or derived from the event that it is posted for.
    EntryId, "ENTRY_ID_INVALID";
    /// Something owed to the company or by it; made by the client, or derived from what it is owed for.
    OpenItemId, "OPEN_ITEM_ID_INVALID";
    /// A settlement, credit, cancellation or write-off of something owed; made by the client, or derived.
    SettlementId, "SETTLEMENT_ID_INVALID";
    /// A line of a statement of an acquirer, a bank or PIX; derived from what it says.
    StatementLineId, "STATEMENT_LINE_ID_INVALID";
    /// A time that an employee is away; made by the client.
    LeaveId, "LEAVE_ID_INVALID";
    /// A payroll; made by the client.
    PayrollId, "PAYROLL_ID_INVALID";
}

/// A line of a document, unique within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LineId(pub u32);

impl fmt::Display for LineId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl FromStr for LineId {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        text.parse()
            .map(Self)
            .map_err(|_| InvalidValue::new("LINE_ID_INVALID", text, "a line id is a whole number"))
    }
}

/// The number printed on a receipt, with its series if it has one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ReceiptNumber {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    series: Option<Arc<str>>,
    number: Arc<str>,
}

impl ReceiptNumber {
    /// Longest series or number, in characters.
    pub const CHARS_MAX: usize = 40;

    /// A number in a series; both are 1 to 40 characters without `:` and control characters, and are trimmed.
    ///
    /// # Errors
    /// `RECEIPT_NUMBER_INVALID` when a part is empty, too long or has a forbidden character.
    pub fn new(series: Option<&str>, number: &str) -> Result<Self, InvalidValue> {
        Ok(Self {
            series: series.map(Self::part).transpose()?,
            number: Self::part(number)?,
        })
    }

    /// The series, if it has one.
    #[must_use]
    pub fn series(&self) -> Option<&str> {
        self.series.as_deref()
    }

    /// The number in the series.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.number
    }

    fn part(text: &str) -> Result<Arc<str>, InvalidValue> {
        let part = text.trim();
        // The colon separates the parts of the claimed key.
        let forbidden = |character: char| character.is_control() || character == ':';
        if part.is_empty() || part.chars().nth(Self::CHARS_MAX).is_some() || part.contains(forbidden) {
            let rule =
                "a receipt series or number is 1 to 40 characters without colon and control characters";
            return Err(InvalidValue::new(reasons::RECEIPT_NUMBER_INVALID, text, rule));
        }
        Ok(part.into())
    }
}

impl fmt::Display for ReceiptNumber {
    /// `series:number`, or the number alone.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.series {
            Some(series) => write!(out, "{series}:{}", self.number),
            None => out.write_str(&self.number),
        }
    }
}

impl FromStr for ReceiptNumber {
    type Err = InvalidValue;

    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        match text.split_once(':') {
            Some((series, number)) => Self::new(Some(series), number),
            None => Self::new(None, text),
        }
    }
}
