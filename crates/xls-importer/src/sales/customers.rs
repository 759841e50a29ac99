//! Who bought, as rows of a sheet say it.

use foldhash::HashMap;
use posars_domain::sale::Customer;
use posars_domain::{Personal, TaxId};

use crate::columns::Columns;
use crate::field::Field;
use crate::row_fault::RowFault;
use crate::sheet::{Cell, Row};
use crate::tax_id_text::read_document;
use crate::title::normalise_title;

/// Characters of a name that are kept: as many as a sale takes. What a program wrote behind it is no reason to refuse one.
const NAME_CHARS_MAX: usize = 200;

/// Customers met so far. An index stays good for ever. None of their data is in its debug output.
#[derive(Default)]
pub(super) struct Customers {
    all: Vec<Customer>,
    indexes: HashMap<(Option<TaxId>, Option<String>), u32>,
}

impl Customers {
    /// The index of the customer of a row; none where the row names nobody.
    pub(super) fn read(&mut self, columns: &Columns<'_>, row: &Row<'_>) -> Result<Option<u32>, RowFault> {
        let was_number = matches!(columns.cell(row, Field::CustomerDocument), Cell::Number(_));
        let document = columns.text(row, Field::CustomerDocument);
        // What the cell holds is not repeated: it may be most of the number.
        let tax_id = match document.map_err(|fault| RowFault {
            given: String::new(),
            ..fault
        })? {
            Some(text) => read_document(&text, was_number)?,
            None => None,
        };
        // A cell that holds no text holds no name, and the sale took place all the same.
        let name = columns.text(row, Field::Customer).ok().flatten();
        let name = name.and_then(|name| read_name(&name));
        if tax_id.is_none() && name.is_none() {
            return Ok(None);
        }
        Ok(Some(self.index_of(tax_id, name)))
    }

    fn index_of(&mut self, tax_id: Option<TaxId>, name: Option<String>) -> u32 {
        let key = (tax_id, name);
        if let Some(index) = self.indexes.get(&key) {
            return *index;
        }
        let index = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push(Customer {
            subject_id: None,
            tax_id: key.0.clone().map(Personal::from),
            name: key.1.clone().map(Personal::from),
        });
        self.indexes.insert(key, index);
        index
    }

    /// All of them.
    pub(super) fn into_all(self) -> Vec<Customer> {
        self.all
    }
}

/// A name, if it is one of a person or a company.
fn read_name(text: &str) -> Option<String> {
    let words = text.split(|character: char| character.is_whitespace() || character.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let name: String = words.join(" ").chars().take(NAME_CHARS_MAX).collect();
    let has_letters = name.chars().any(char::is_alphabetic);
    (has_letters && !NOBODY.contains(&normalise_title(&name).as_str())).then_some(name)
}

/// What stands where there is no name. The words that join others are not in it.
#[rustfmt::skip] // a list of words
const NOBODY: &[&str] = &[
    "consumidor", "consumidor final", "consumidor padrao", "consumidor nao identificado", "consumidor balcao",
    "cliente", "cliente final", "cliente padrao", "cliente balcao", "cliente avulso", "cliente diverso",
    "cliente diversos", "clientes diversos", "cliente loja", "cliente generico", "cliente nao identificado",
    "cliente nao informado", "cliente nao cadastrado", "cliente sem cadastro", "cliente consumidor",
    "cliente consumidor final", "ao consumidor", "ao consumidor final", "venda balcao", "venda consumidor",
    "venda ao consumidor", "venda avulsa", "balcao", "avulso", "diverso", "diversos", "padrao", "generico", "anonimo",
    "nao identificado", "nao informado", "nao cadastrado", "nao consta", "nao informou", "nao", "sem cadastro", "sem nome",
    "sem cliente", "sem identificacao", "sem cpf", "nenhum", "particular", "n a", "n d", "na", "nd", "ni", "n i", "sn",
    "s n", "null", "none", "unknown", "anonymous", "guest", "walk in", "walkin", "walk in customer", "walkin customer",
    "cash", "cash customer", "cash sale", "customer", "final consumer", "retail customer", "counter",
];

#[cfg(test)]
mod tests {
    use super::{NOBODY, normalise_title, read_name};

    #[test]
    fn a_name_has_letters_and_is_somebodys() {
        for text in [
            "",
            "  ",
            "1042",
            "-",
            "Consumidor Final",
            "CONSUMIDOR",
            "Cliente Balcão",
            "Não Informado",
            "N/A",
            "000.000.000-00",
            "venda ao consumidor",
            "Sem cadastro",
            "Walk-in",
        ] {
            assert_eq!(read_name(text), None, "{text}");
        }
        for (text, name) in [
            ("Zuleica Quintanilha", "Zuleica Quintanilha"),
            ("  Zuleica \t Quintanilha\n", "Zuleica Quintanilha"),
            ("1042 - Maria Silva", "1042 - Maria Silva"),
            ("Zé", "Zé"),
            ("3M do Brasil", "3M do Brasil"),
            ("Consumidor Final Ltda", "Consumidor Final Ltda"),
        ] {
            assert_eq!(read_name(text).as_deref(), Some(name));
        }
        assert_eq!(
            read_name(&"é".repeat(300)).map(|name| name.chars().count()),
            Some(200)
        );
    }

    #[test]
    fn nobody_is_written_as_it_is_compared() {
        for words in NOBODY {
            assert_eq!(&normalise_title(words), words);
        }
    }
}
