//! By what the lines of statements find an item.

use super::MatchKeys;

impl MatchKeys {
    /// The keys under which it is looked for, in a form that is the same however a machine or a person wrote them: an NSU
    /// without zeros in front, a bank slip's number without punctuation. The acquirer and the authorisation are no part of
    /// them, because many tills do not tell: [`MatchKeys::agrees`] compares those.
    #[must_use]
    pub fn lookups(&self) -> Vec<String> {
        let nsu = self
            .nsu
            .as_deref()
            .and_then(plain_number)
            .map(|nsu| format!("nsu:{nsu}"));
        let pix = self
            .pix_e2e_id
            .as_deref()
            .and_then(plain_code)
            .map(|id| format!("pix:{id}"));
        let boleto = self.boleto_number.as_deref().and_then(plain_number);
        let boleto = boleto.map(|number| format!("boleto:{number}"));
        nsu.into_iter().chain(pix).chain(boleto).collect()
    }

    /// Whether two tell of the same thing: they have a key in common, and nothing that both say is another.
    #[must_use]
    pub fn agrees(&self, other: &Self) -> bool {
        let theirs = other.lookups();
        let has_common = self.lookups().iter().any(|key| theirs.contains(key));
        has_common
            && not_apart(
                self.acquirer_cnpj.as_ref(),
                other.acquirer_cnpj.as_ref(),
                |cnpj| Some(cnpj.as_str().to_owned()),
            )
            && not_apart(
                self.authorization.as_deref(),
                other.authorization.as_deref(),
                plain_number,
            )
            && not_apart(self.nsu.as_deref(), other.nsu.as_deref(), plain_number)
            && not_apart(
                self.pix_e2e_id.as_deref(),
                other.pix_e2e_id.as_deref(),
                plain_code,
            )
            && not_apart(
                self.boleto_number.as_deref(),
                other.boleto_number.as_deref(),
                plain_number,
            )
    }

    /// Whether two that agree have more in common than the number of a transaction, which others have too.
    #[must_use]
    pub fn agrees_strongly(&self, other: &Self) -> bool {
        let same = |one: &Option<String>, other: &Option<String>| {
            let plain = |code: &Option<String>| code.as_deref().and_then(plain_number);
            plain(one).is_some() && plain(one) == plain(other)
        };
        self.agrees(other)
            && (self.acquirer_cnpj.is_some() && self.acquirer_cnpj == other.acquirer_cnpj
                || same(&self.authorization, &other.authorization)
                || same(&self.pix_e2e_id, &other.pix_e2e_id)
                || same(&self.boleto_number, &other.boleto_number))
    }
}

/// Whether two values are the same in their plain form, or one of them is not told.
fn not_apart<T: ?Sized>(one: Option<&T>, other: Option<&T>, plain: impl Fn(&T) -> Option<String>) -> bool {
    let plain = |value: Option<&T>| value.and_then(&plain);
    match (plain(one), plain(other)) {
        (Some(one), Some(other)) => one == other,
        (Some(_) | None, _) => true,
    }
}

/// A code in upper case without punctuation; `None` when nothing is left.
pub(crate) fn plain_code(code: &str) -> Option<String> {
    let plain = code.chars().filter(|character| character.is_alphanumeric());
    let plain: String = plain.flat_map(char::to_uppercase).collect();
    Some(plain).filter(|plain| !plain.is_empty())
}

/// A code that counts, without the zeros in front; `None` when nothing is left.
pub(crate) fn plain_number(code: &str) -> Option<String> {
    let plain = plain_code(code)?;
    let counted = plain.trim_start_matches('0');
    Some(counted.to_owned()).filter(|counted| !counted.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(nsu: Option<&str>, authorization: Option<&str>, acquirer: Option<&str>) -> MatchKeys {
        MatchKeys {
            nsu: nsu.map(str::to_owned),
            authorization: authorization.map(str::to_owned),
            acquirer_cnpj: acquirer.map(|cnpj| cnpj.parse().unwrap()),
            ..MatchKeys::default()
        }
    }

    #[test]
    fn a_key_is_the_same_however_it_is_written() {
        let all = MatchKeys {
            nsu: Some("000123".to_owned()),
            pix_e2e_id: Some("e0000000020261120150000000000001".to_owned()),
            boleto_number: Some("00190.00009 02762".to_owned()),
            ..MatchKeys::default()
        };
        assert_eq!(
            all.lookups(),
            [
                "nsu:123",
                "pix:E0000000020261120150000000000001",
                "boleto:1900000902762"
            ]
        );
        assert!(
            keys(Some("000"), Some("A1"), None).lookups().is_empty(),
            "zeros are no number"
        );
    }

    #[test]
    fn what_both_say_must_agree_and_what_one_says_may_be_missing() {
        let sold = keys(Some("000123"), Some("A1B2C3"), Some("11222333000181"));
        for line in [
            keys(Some("123"), None, None),
            keys(Some("0123"), Some("a1b2c3"), None),
            keys(Some("123"), Some("A1B2C3"), Some("11222333000181")),
        ] {
            assert!(line.agrees(&sold) && sold.agrees(&line), "{line:?}");
        }
        for line in [
            keys(None, Some("A1B2C3"), Some("11222333000181")),
            keys(Some("124"), Some("A1B2C3"), None),
            keys(Some("123"), Some("A1B2C4"), None),
            keys(Some("123"), None, Some("12ABC34501DE35")),
        ] {
            assert!(!line.agrees(&sold), "{line:?}");
        }
    }
}
