//! What a column of a statement holds, by its title.

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Field {
    Date,
    Gross,
    Fee,
    Net,
    Nsu,
    Authorization,
    Acquirer,
    PixId,
    Boleto,
    Installment,
    Reference,
}

/// The titles of each, in their plain form: as acquirers and banks write them, and as the API calls them.
const TITLES: [(Field, &[&str]); 11] = [
    (
        Field::Date,
        &[
            "data",
            "data pagamento",
            "data do pagamento",
            "data de pagamento",
            "data credito",
            "data liquidacao",
            "date",
        ],
    ),
    (
        Field::Gross,
        &[
            "bruto",
            "valor bruto",
            "valor bruto da parcela",
            "valor",
            "valor da parcela",
            "gross",
            "amount",
        ],
    ),
    (
        Field::Fee,
        &[
            "taxa",
            "valor taxa",
            "valor da taxa",
            "tarifa",
            "valor mdr",
            "mdr",
            "desconto mdr",
            "fee",
        ],
    ),
    (
        Field::Net,
        &[
            "liquido",
            "valor liquido",
            "valor liquido da parcela",
            "valor pago",
            "net",
        ],
    ),
    (
        Field::Nsu,
        &[
            "nsu",
            "nsu doc",
            "nsu cv",
            "cv",
            "cv nsu",
            "numero do cv",
            "comprovante de venda",
        ],
    ),
    (
        Field::Authorization,
        &[
            "autorizacao",
            "codigo autorizacao",
            "codigo de autorizacao",
            "cod autorizacao",
            "authorization",
        ],
    ),
    (
        Field::Acquirer,
        &[
            "cnpj adquirente",
            "cnpj da adquirente",
            "cnpj credenciadora",
            "acquirer cnpj",
        ],
    ),
    (
        Field::PixId,
        &[
            "e2e",
            "e2e id",
            "endtoendid",
            "end to end",
            "end to end id",
            "id e2e",
            "id pix",
            "pix e2e id",
            "endtoend id",
        ],
    ),
    (
        Field::Boleto,
        &["boleto", "numero do boleto", "nosso numero", "boleto number"],
    ),
    (
        Field::Installment,
        &["parcela", "numero da parcela", "n parcela", "installment"],
    ),
    (
        Field::Reference,
        &[
            "referencia",
            "documento",
            "numero do documento",
            "id transacao",
            "identificador",
            "reference",
            "fitid",
        ],
    ),
];

impl Field {
    /// What a column with this title holds.
    pub(super) fn of_title(title: &str) -> Option<Self> {
        let plain = plain(title);
        let mut titles = TITLES.iter();
        titles
            .find(|(_, titles)| titles.contains(&plain.as_str()))
            .map(|(field, _)| *field)
    }

    /// How an error calls it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Gross => "gross",
            Self::Fee => "fee",
            Self::Net => "net",
            Self::Nsu => "nsu",
            Self::Authorization => "authorization",
            Self::Acquirer => "acquirer_cnpj",
            Self::PixId => "pix_e2e_id",
            Self::Boleto => "boleto_number",
            Self::Installment => "installment",
            Self::Reference => "reference",
        }
    }
}

/// A title in small letters without accents, its words one space apart.
fn plain(title: &str) -> String {
    let letters = title
        .chars()
        .flat_map(char::to_lowercase)
        .map(|letter| match letter {
            'á' | 'à' | 'â' | 'ã' | 'ä' => 'a',
            'é' | 'ê' | 'è' => 'e',
            'í' => 'i',
            'ó' | 'ô' | 'õ' | 'ö' => 'o',
            'ú' | 'ü' => 'u',
            'ç' => 'c',
            letter if letter.is_alphanumeric() => letter,
            _ => ' ',
        });
    let letters: String = letters.collect();
    let words: Vec<&str> = letters.split_whitespace().filter(|word| *word != "r").collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_known_however_they_are_written() {
        for (title, field) in [
            ("Data do Pagamento", Field::Date),
            (" VALOR BRUTO (R$) ", Field::Gross),
            ("Valor Líquido", Field::Net),
            ("NSU/DOC", Field::Nsu),
            ("Código de Autorização", Field::Authorization),
            ("end_to_end_id", Field::PixId),
            ("Nosso Número", Field::Boleto),
            ("acquirer_cnpj", Field::Acquirer),
        ] {
            assert_eq!(Field::of_title(title), Some(field), "{title}");
        }
        assert_eq!(Field::of_title("Bandeira"), None);
        assert_eq!(Field::of_title(""), None);
    }

    #[test]
    fn no_title_is_that_of_two_fields() {
        let mut titles: Vec<&str> = TITLES
            .iter()
            .flat_map(|(_, titles)| titles.iter().copied())
            .collect();
        let count = titles.len();
        titles.sort_unstable();
        titles.dedup();
        assert_eq!(titles.len(), count);
        for title in titles {
            assert_eq!(plain(title), title, "it is in its plain form");
        }
    }
}
