//! Signs and codes of money, as texts and number formats write them.

use posars_domain::Currency;
use serde::{Deserialize, Serialize};

/// What a sign of money says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum MoneySign {
    /// A currency by its code, or by a sign that is its alone.
    Of(Currency),
    /// `$` alone, the sign of many currencies.
    Dollar,
    /// A sign of money without a name here.
    Unknown,
}

impl MoneySign {
    /// The sign of money in a text without digits; none where it is no sign of money.
    pub(crate) fn find(text: &str) -> Option<Self> {
        if let Some((before, after)) = text.split_once('$') {
            let before = before
                .trim_end()
                .rsplit(|letter: char| !letter.is_ascii_alphabetic())
                .next();
            let after = after
                .trim_start()
                .split(|letter: char| !letter.is_ascii_alphabetic())
                .next();
            return Some(of_dollar(before.unwrap_or_default(), after.unwrap_or_default()));
        }
        let sign = text.chars().find_map(|sign| {
            let known = SIGNS.iter().find(|(other, _)| *other == sign);
            match known {
                Some((_, code)) => Some(of_code(code)),
                None => matches!(sign, '\u{20A0}'..='\u{20CF}' | '¥' | '￥' | '￡').then_some(Self::Unknown),
            }
        });
        sign.or_else(|| {
            text.split(|letter: char| !letter.is_alphabetic())
                .find_map(of_word)
        })
    }

    /// Whether an amount with this sign can be one of a currency.
    pub(crate) fn can_be(self, currency: Currency) -> bool {
        match self {
            Self::Of(other) => other == currency,
            Self::Dollar => DOLLARS.iter().any(|(_, code)| *code == currency.as_str()),
            Self::Unknown => false,
        }
    }

    /// As a number format names it: by its sign where that is the currency's alone, else by its code.
    pub(crate) fn in_format(self) -> String {
        let sign = SIGNS.iter().find(|(_, code)| *code == self.word());
        sign.map_or_else(|| self.word().to_owned(), |(sign, _)| sign.to_string())
    }

    /// The code or sign, for messages.
    pub(crate) fn word(&self) -> &str {
        match self {
            Self::Of(currency) => currency.as_str(),
            Self::Dollar => "$",
            Self::Unknown => "?",
        }
    }
}

/// Letters before `$`, and the currency. The real is not among them: no sheet of reais writes `$` alone.
const DOLLARS: [(&str, &str); 20] = [
    ("US", "USD"),
    ("U", "USD"),
    ("A", "AUD"),
    ("AU", "AUD"),
    ("C", "CAD"),
    ("CA", "CAD"),
    ("CAN", "CAD"),
    ("NZ", "NZD"),
    ("HK", "HKD"),
    ("S", "SGD"),
    ("SG", "SGD"),
    ("NT", "TWD"),
    ("MX", "MXN"),
    ("MEX", "MXN"),
    ("AR", "ARS"),
    ("CL", "CLP"),
    ("CLP", "CLP"),
    ("CO", "COP"),
    ("COL", "COP"),
    ("UY", "UYU"),
];

const SIGNS: [(char, &str); 14] = [
    ('€', "EUR"),
    ('£', "GBP"),
    ('₲', "PYG"),
    ('₹', "INR"),
    ('₽', "RUB"),
    ('₩', "KRW"),
    ('₺', "TRY"),
    ('₫', "VND"),
    ('฿', "THB"),
    ('₴', "UAH"),
    ('₪', "ILS"),
    ('₡', "CRC"),
    ('₱', "PHP"),
    ('₦', "NGN"),
];

/// Codes that sheets write out. Not all of ISO 4217: `ALL` and `TOP` are words.
const CODES: [&str; 33] = [
    "BRL", "USD", "EUR", "GBP", "ARS", "PYG", "UYU", "CLP", "COP", "PEN", "BOB", "MXN", "CAD", "AUD", "NZD",
    "CHF", "JPY", "CNY", "HKD", "SGD", "TWD", "KRW", "INR", "RUB", "ZAR", "SEK", "NOK", "DKK", "PLN", "ILS",
    "AED", "SAR", "AOA",
];

const NAMES: [(&str, &str); 8] = [
    ("real", "BRL"),
    ("reais", "BRL"),
    ("euro", "EUR"),
    ("euros", "EUR"),
    ("dolar", "USD"),
    ("dólar", "USD"),
    ("dolares", "USD"),
    ("dólares", "USD"),
];

fn of_code(code: &str) -> MoneySign {
    code.parse().map_or(MoneySign::Unknown, MoneySign::Of)
}

fn of_dollar(before: &str, after: &str) -> MoneySign {
    if before.eq_ignore_ascii_case("R") {
        return MoneySign::Of(Currency::BRL);
    }
    let known = DOLLARS
        .iter()
        .find(|(letters, _)| before.eq_ignore_ascii_case(letters));
    match (known, before, after) {
        (Some((_, code)), ..) => of_code(code),
        (None, "", "U") => of_code("UYU"),
        (None, "", "b" | "B") => of_code("BOB"),
        (None, "", "") => MoneySign::Dollar,
        (None, "", word) => of_word(word).unwrap_or(MoneySign::Dollar),
        (None, ..) => MoneySign::Unknown,
    }
}

fn of_word(word: &str) -> Option<MoneySign> {
    if let Some(code) = CODES.iter().find(|code| word.eq_ignore_ascii_case(code)) {
        return Some(of_code(code));
    }
    let word = word.to_lowercase();
    let name = NAMES.iter().find(|(name, _)| *name == word);
    name.map(|(_, code)| of_code(code))
}

#[cfg(test)]
mod tests {
    use posars_domain::Currency;

    use super::MoneySign;

    fn word(text: &str) -> Option<String> {
        MoneySign::find(text).map(|sign| sign.word().to_owned())
    }

    #[test]
    fn signs_are_told_apart() {
        for (text, code) in [
            ("R$", "BRL"),
            ("r$ ", "BRL"),
            ("BRL", "BRL"),
            ("US$", "USD"),
            ("U$S", "USD"),
            ("U$", "USD"),
            ("$", "$"),
            ("$ USD", "USD"),
            ("$U", "UYU"),
            ("AR$", "ARS"),
            ("XX$", "?"),
            ("€", "EUR"),
            ("eur", "EUR"),
            ("₲", "PYG"),
            ("¥", "?"),
            ("reais", "BRL"),
        ] {
            assert_eq!(word(text).as_deref(), Some(code), "{text}");
        }
        for text in ["", "un", "kg", "¤", "TOP"] {
            assert_eq!(word(text), None, "{text}");
        }
    }

    #[test]
    fn a_bare_dollar_is_no_real() {
        let dollars: Currency = "USD".parse().unwrap();
        assert!(!MoneySign::Dollar.can_be(Currency::BRL));
        assert!(MoneySign::Dollar.can_be(dollars));
        assert!(!MoneySign::Of(dollars).can_be(Currency::BRL));
        assert!(MoneySign::Of(Currency::BRL).can_be(Currency::BRL));
    }
}
