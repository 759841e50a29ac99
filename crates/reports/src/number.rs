//! Exact integers as decimal text, and as the numbers of a spreadsheet.

use posars_domain::{Amount, Currency, Quantity};

/// An amount in major units, such as `-12.30`.
pub(crate) fn amount(amount: Amount, currency: Currency) -> String {
    decimal(amount.minor(), currency.minor_digits())
}

/// A quantity without needless zeros, such as `1.5`.
pub(crate) fn quantity(quantity: Quantity) -> String {
    quantity.to_string()
}

fn decimal(whole: i64, digits: u32) -> String {
    let width = usize::try_from(digits).unwrap_or(0);
    let text = format!("{:0>1$}", whole.unsigned_abs(), width + 1);
    let (major, minor) = text.split_at(text.len() - width);
    let sign = if whole < 0 { "-" } else { "" };
    if minor.is_empty() {
        format!("{sign}{major}")
    } else {
        format!("{sign}{major}.{minor}")
    }
}

/// The double nearest to a decimal text; Excel shows it with the same digits up to 15 of them.
pub(crate) fn cell(text: &str) -> f64 {
    text.parse().unwrap_or(0.0)
}

/// How Excel shows an amount: `R$ 1.234,50` where the reader's machine is Brazilian.
pub(crate) fn cell_format(currency: Currency) -> String {
    let digits = usize::try_from(currency.minor_digits()).unwrap_or(0);
    let number = if digits == 0 {
        "#,##0".to_owned()
    } else {
        format!("#,##0.{}", "0".repeat(digits))
    };
    let sign = match currency.as_str() {
        "BRL" => "R$",
        code => code,
    };
    format!("\"{sign}\" {number};[Red]-\"{sign}\" {number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_the_decimals_of_their_currency() {
        let brl = |minor| amount(Amount::from_minor(minor), Currency::BRL);
        assert_eq!(
            [brl(0), brl(5), brl(-5), brl(123_450), brl(-100)],
            ["0.00", "0.05", "-0.05", "1234.50", "-1.00"]
        );
        let of = |code: &str| amount(Amount::from_minor(-1234), code.parse().unwrap());
        assert_eq!([of("JPY"), of("KWD")], ["-1234", "-1.234"]);
        assert_eq!(
            cell_format(Currency::BRL),
            "\"R$\" #,##0.00;[Red]-\"R$\" #,##0.00"
        );
    }
}
