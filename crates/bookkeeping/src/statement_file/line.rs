//! The cells of a line become what the line says.

use posars_domain::open_item::MatchKeys;
use posars_domain::statement_line::{NewStatementLine, StatementKind};
use posars_domain::{Amount, Cnpj, InvalidValue, reasons};

use super::StatementOf;
use super::cells::{DecimalMark, read_amount, read_date, read_installment};
use super::field::Field;

/// The cells of a line, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cells {
    /// Where the line stands.
    pub(super) number: u64,
    /// The cells that are not empty.
    pub(super) texts: Vec<(Field, String)>,
    /// What stands where no column has a title.
    pub(super) surplus: Option<String>,
    /// Which mark is before the decimals, where a number alone does not tell.
    pub(super) mark: Option<DecimalMark>,
}

impl Cells {
    /// What the line says.
    pub(super) fn read(
        &self,
        kind: StatementKind,
        source: &str,
        of: &StatementOf,
    ) -> Result<NewStatementLine, InvalidValue> {
        if let Some(surplus) = &self.surplus {
            let rule = "the line has more cells than there are titles; put amounts with a comma between quotation marks";
            return Err(InvalidValue::new(reasons::FIELD_INVALID, surplus, rule));
        }
        let date = self.text(Field::Date).ok_or_else(|| required(Field::Date))?;
        let date = read_date(date).map_err(|invalid| invalid.at(Field::Date.name()))?;
        let [gross, fee, net] = self.amounts(of)?;
        let installment = match self.text(Field::Installment) {
            Some(text) => read_installment(text).map_err(|invalid| invalid.at(Field::Installment.name()))?,
            None => None,
        };
        let acquirer_cnpj = match self.text(Field::Acquirer) {
            Some(text) => Some(
                text.parse::<Cnpj>()
                    .map_err(|invalid| invalid.at(Field::Acquirer.name()))?,
            ),
            None => None,
        };
        let code = |field: Field| self.text(field).map(str::to_owned);
        Ok(NewStatementLine {
            kind,
            source: source.to_owned(),
            date,
            currency: of.currency,
            gross,
            fee,
            net,
            keys: MatchKeys {
                acquirer_cnpj,
                nsu: code(Field::Nsu),
                authorization: code(Field::Authorization),
                pix_e2e_id: code(Field::PixId),
                boleto_number: code(Field::Boleto),
            },
            installment,
            reference: code(Field::Reference),
            money_account: of.money_account.clone(),
            occurrence: 1,
        })
    }

    /// Gross, fee and net, each from the others where it is absent. A fee is kept whatever its sign: some write it as what
    /// is taken off.
    fn amounts(&self, of: &StatementOf) -> Result<[Amount; 3], InvalidValue> {
        let mark = self.mark.unwrap_or(DecimalMark::Point);
        let amount = |field: Field| match self.text(field) {
            Some(text) => {
                let amount = read_amount(text, mark, of.currency);
                amount.map(Some).map_err(|invalid| invalid.at(field.name()))
            }
            None => Ok(None),
        };
        let (gross, fee, net) = (amount(Field::Gross)?, amount(Field::Fee)?, amount(Field::Net)?);
        let fee = fee.map(|fee| {
            if fee.is_negative() {
                fee.checked_neg().unwrap_or(fee)
            } else {
                fee
            }
        });
        NewStatementLine::amounts(gross, fee, net).ok_or_else(|| required(Field::Gross))
    }

    fn text(&self, field: Field) -> Option<&str> {
        let mut texts = self.texts.iter();
        texts
            .find(|(own, _)| *own == field)
            .map(|(_, text)| text.as_str())
    }
}

fn required(field: Field) -> InvalidValue {
    let rule = if field == Field::Date {
        "every line has a day"
    } else {
        "a line has a gross or a net amount"
    };
    InvalidValue::new(reasons::FIELD_REQUIRED, "", rule).at(field.name())
}
