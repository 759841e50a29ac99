//! A line of a statement as it comes in.

use std::collections::HashMap;

use jiff::civil::Date;
use serde::Serialize;

use super::{LineRejection, StatementKind, StatementLineRecorded};
use crate::dates::business_day;
use crate::misplaced::{Refused, not_in_words};
use crate::open_item::{INSTALLMENTS_MAX, MatchKeys, above_zero, fee_of, new_code, plain_code, plain_number};
use crate::text::{self, CODE_CHARS_MAX};
use crate::{AccountCode, Amount, Cnpj, Currency, Given, InvalidValue, StatementLineId, natural_id, reasons};

/// A line of a statement of an acquirer, a bank or PIX.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewStatementLine {
    /// Whose statement it is.
    pub kind: StatementKind,
    /// Which acquirer, bank or account, 1 to 80 characters.
    pub source: String,
    /// The day of the payment.
    pub date: Date,
    /// The currency of the amounts; that of the books.
    pub currency: Currency,
    /// What was paid, before fees, above zero.
    pub gross: Amount,
    /// What was kept, at most the gross.
    pub fee: Amount,
    /// What moved: gross less fee.
    pub net: Amount,
    /// What it knows the thing owed by.
    pub keys: MatchKeys,
    /// Which instalment, from 1, where it says.
    pub installment: Option<u16>,
    /// The reference of the line itself, at most 80 characters.
    pub reference: Option<String>,
    /// The account that the money went to: one to which entries are posted by hand.
    pub money_account: AccountCode,
    /// Which of the lines of its statement it is that say just the same and name nothing that is paid once only, from 1. See
    /// [`NewStatementLine::number`].
    pub occurrence: u16,
}

impl NewStatementLine {
    /// Gross, fee and net, each made of the others where it is not told; `None` when neither gross nor net is, or one is out
    /// of range.
    #[must_use]
    pub fn amounts(gross: Option<Amount>, fee: Option<Amount>, net: Option<Amount>) -> Option<[Amount; 3]> {
        let (gross, fee) = match (gross, fee, net) {
            (Some(gross), Some(fee), _) => (gross, fee),
            (Some(gross), None, Some(net)) => (gross, gross.checked_sub(net)?),
            (Some(gross), None, None) => (gross, Amount::ZERO),
            (None, fee, Some(net)) => {
                let fee = fee.unwrap_or_default();
                (net.checked_add(fee)?, fee)
            }
            (None, _, None) => return None,
        };
        Some([gross, fee, net.or_else(|| gross.checked_sub(fee))?])
    }

    /// Whether it names something that is paid once only: an instalment, a PIX, a bank slip or a reference of its own. A line
    /// that says the same is then the same line. Where a bank has no reference it prints zeros, which tell nothing.
    #[must_use]
    pub fn is_told_apart(&self) -> bool {
        let counts = |code: &Option<String>| code.as_deref().and_then(plain_number).is_some();
        self.installment.is_some()
            || counts(&self.reference)
            || counts(&self.keys.pix_e2e_id)
            || counts(&self.keys.boleto_number)
    }

    /// Numbers lines of one statement that say the same and that nothing tells apart, in their order: two deposits of the same
    /// amount on one day are two, and so are two instalments that an acquirer pays on one day. A line that is numbered stays
    /// as it is.
    pub fn number(lines: &mut [Self]) {
        let mut seen: HashMap<StatementLineId, u16> = HashMap::new();
        for line in lines.iter_mut().filter(|line| line.occurrence == 0) {
            let count = seen.entry(line.first_id()).or_default();
            *count = count.saturating_add(1);
            line.occurrence = *count;
        }
    }

    /// The line's id: the same for a line that says the same in whatever statement, however its codes are written.
    #[must_use]
    pub fn line_id(&self) -> StatementLineId {
        let is_told_apart = self.is_told_apart();
        self.id_of(if is_told_apart { 1 } else { self.occurrence.max(1) })
    }

    /// The id of the first of the lines of its statement that say the same.
    #[must_use]
    pub fn first_id(&self) -> StatementLineId {
        self.id_of(1)
    }

    fn id_of(&self, occurrence: u16) -> StatementLineId {
        let code = |code: &Option<String>| code.as_deref().and_then(plain_code).unwrap_or_default();
        let acquirer = self.keys.acquirer_cnpj.as_ref().map(Cnpj::as_str);
        // Whoever calls the acquirer by another name still means the same one.
        let source = acquirer.map_or_else(|| self.source.trim().to_lowercase(), str::to_owned);
        let keys = self.keys.lookups().join(" ");
        StatementLineId::new(natural_id(&[
            "statementline",
            self.kind.as_str(),
            &source,
            &self.date.to_string(),
            self.currency.as_str(),
            &self.gross.to_string(),
            &self.fee.to_string(),
            &self.net.to_string(),
            acquirer.unwrap_or_default(),
            &keys,
            &code(&self.keys.authorization),
            &self
                .installment
                .map_or_else(String::new, |number| number.to_string()),
            &code(&self.reference),
            &occurrence.to_string(),
        ]))
    }

    /// The line as it is recorded.
    ///
    /// # Errors
    /// [`LineRejection::Invalid`] for a field that breaks its own rule, [`LineRejection::NetMismatch`] when the net is not
    /// gross less fee, [`LineRejection::Circumstance`] for an account or a currency that the books refuse.
    pub fn recorded(&self, given: &Given<'_>) -> Result<StatementLineRecorded, LineRejection> {
        let source = text::required("source", &self.source, CODE_CHARS_MAX)?;
        text::check_new_code("source", &source)?;
        not_in_words("source", &source, Refused::Cpf)?;
        business_day("date", self.date)?;
        let gross = above_zero("gross", self.gross)?;
        let fee = fee_of("fee", self.fee, gross)?;
        if gross.checked_sub(fee) != Some(self.net) {
            let net = self.net;
            return Err(LineRejection::NetMismatch { gross, fee, net });
        }
        if let Some(number) = self.installment.filter(|number| !is_number(*number)) {
            let rule = "an instalment of a line is 1 to 120; leave it out when the line does not say";
            return Err(InvalidValue::new(reasons::INSTALLMENTS_INVALID, number, rule)
                .at("installment")
                .into());
        }
        let books = given.books()?;
        books.in_currency(self.currency)?;
        books.postable_by_hand("money_account", &self.money_account)?;
        Ok(StatementLineRecorded {
            line_id: self.line_id(),
            kind: self.kind,
            source,
            date: self.date,
            currency: self.currency,
            gross,
            fee,
            net: self.net,
            keys: self.keys.checked()?,
            installment: self.installment,
            reference: new_code("reference", self.reference.as_ref())?,
            money_account: self.money_account.clone(),
        })
    }
}

fn is_number(number: u16) -> bool {
    (1..=INSTALLMENTS_MAX).contains(&usize::from(number))
}
