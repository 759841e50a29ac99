//! The words of the workbook.

use posars_domain::RetentionClass;
use posars_words::Language;

/// The fixed words.
pub(super) struct Words {
    pub(super) title: &'static str,
    pub(super) file_name: &'static str,
    pub(super) summary: &'static str,
    pub(super) person: &'static str,
    pub(super) position: &'static str,
    pub(super) made: &'static str,
    /// Reason, state, last use, erased on.
    pub(super) class_heading: [&'static str; 4],
    pub(super) held: &'static str,
    pub(super) erased: &'static str,
    pub(super) while_employed: &'static str,
    pub(super) nothing: &'static str,
    /// Recorded at, document, what, value, reason, by whom, from where, field, event, stream, position.
    pub(super) heading: [&'static str; 11],
    pub(super) page: &'static str,
    pub(super) date_format: &'static str,
    pub(super) time_format: &'static str,
}

const PT_BR: Words = Words {
    title: "Dados pessoais",
    file_name: "dados-pessoais",
    summary: "Resumo",
    person: "Pessoa",
    position: "Posição do registro",
    made: "Gerado em",
    class_heading: ["Finalidade", "Situação", "Último uso", "Será apagado em"],
    held: "Guardado",
    erased: "Apagado",
    while_employed: "depois do fim do emprego",
    nothing: "Nenhum dado guardado",
    heading: [
        "Registrado em",
        "Documento",
        "Dado",
        "Valor",
        "Finalidade",
        "Registrado por",
        "Origem",
        "Campo",
        "Evento",
        "Fluxo",
        "Posição",
    ],
    page: "Página &P de &N",
    date_format: "%d/%m/%Y",
    time_format: "%d/%m/%Y %H:%M",
};

const EN: Words = Words {
    title: "Personal data",
    file_name: "personal-data",
    summary: "Summary",
    person: "Person",
    position: "Log position",
    made: "Made on",
    class_heading: ["Kept", "State", "Last use", "Erased on"],
    held: "Held",
    erased: "Erased",
    while_employed: "after the employment",
    nothing: "No data is held",
    heading: [
        "Recorded at",
        "Document",
        "What",
        "Value",
        "Kept",
        "Recorded by",
        "From",
        "Field",
        "Event",
        "Stream",
        "Position",
    ],
    page: "Page &P of &N",
    date_format: "%Y-%m-%d",
    time_format: "%Y-%m-%d %H:%M",
};

impl Words {
    /// The words of a language.
    pub(super) fn of(language: Language) -> &'static Self {
        language.pick(&PT_BR, &EN)
    }
}

/// Why data is kept.
pub(super) fn class_name(language: Language, class: RetentionClass) -> &'static str {
    let (portuguese, english) = match class {
        RetentionClass::Contact => ("Contato", "To reach the person"),
        RetentionClass::Fiscal => ("Documentos fiscais", "Fiscal documents"),
        RetentionClass::Labour => ("Relação de trabalho", "Employment"),
    };
    language.pick(portuguese, english)
}

/// What people call a document; a type that is not listed here keeps its name.
pub(super) fn document_name(language: Language, event_type: &str) -> &str {
    name_in(&DOCUMENTS, language, event_type)
}

/// What people call a field, by the last name of its path.
pub(super) fn field_name(language: Language, path: &str) -> &str {
    let name = path.rsplit('.').next().unwrap_or(path);
    let name = name.split('[').next().unwrap_or(name);
    name_in(&FIELDS, language, name)
}

fn name_in<'a>(names: &[(&str, &'a str, &'a str)], language: Language, name: &'a str) -> &'a str {
    let known = names.iter().find(|(word, _, _)| *word == name);
    known.map_or(name, |(_, portuguese, english)| {
        language.pick(*portuguese, *english)
    })
}

/// Type of an event, in Portuguese, in English.
const DOCUMENTS: [(&str, &str, &str); 16] = [
    ("SaleRecorded", "Venda", "Sale"),
    ("SaleVoided", "Cancelamento de venda", "Voided sale"),
    ("SaleReturned", "Devolução", "Return"),
    ("EmployeeHired", "Admissão", "Hire"),
    ("EmployeeRehired", "Readmissão", "Rehire"),
    ("PersonalDataSet", "Dados cadastrais", "Personal data"),
    ("PositionChanged", "Mudança de cargo", "Change of position"),
    ("SalaryChanged", "Mudança de salário", "Change of salary"),
    ("LeaveRegistered", "Afastamento", "Leave"),
    ("LeaveCancelled", "Cancelamento de afastamento", "Cancelled leave"),
    ("EmployeeTerminated", "Desligamento", "Termination"),
    ("PayrollRecorded", "Folha de pagamento", "Payroll"),
    ("PayrollVoided", "Cancelamento de folha", "Voided payroll"),
    ("ErasureRequested", "Pedido de exclusão", "Request for erasure"),
    ("PersonalDataErased", "Exclusão de dados", "Erasure"),
    ("PersonalDataExported", "Entrega de dados", "Data handed out"),
];

/// Name of a field, in Portuguese, in English.
const FIELDS: [(&str, &str, &str); 24] = [
    ("name", "Nome", "Name"),
    ("cpf", "CPF", "CPF"),
    ("tax_id", "CPF ou CNPJ", "CPF or CNPJ"),
    ("birth_date", "Nascimento", "Date of birth"),
    ("pis", "PIS", "PIS"),
    ("bank", "Banco", "Bank"),
    ("branch", "Agência", "Branch"),
    ("account", "Conta", "Account"),
    ("pix_key", "Chave PIX", "PIX key"),
    ("address", "Endereço", "Address"),
    ("phone", "Telefone", "Telephone"),
    ("email", "E-mail", "E-mail"),
    ("amount", "Valor em centavos", "Amount in minor units"),
    ("gross", "Bruto em centavos", "Gross in minor units"),
    ("net", "Líquido em centavos", "Net in minor units"),
    ("charges", "Encargos em centavos", "Charges in minor units"),
    ("total", "Total em centavos", "Total in minor units"),
    ("business_date", "Data", "Day"),
    ("admission_date", "Data de admissão", "First day of work"),
    ("effective_date", "Válido a partir de", "Holds from"),
    ("position", "Cargo", "Position"),
    ("store_id", "Loja", "Store"),
    ("description", "Descrição", "Description"),
    ("reason", "Motivo", "Reason"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_word_is_told_in_it_and_the_rest_by_its_name() {
        assert_eq!(document_name(Language::PtBr, "SaleRecorded"), "Venda");
        assert_eq!(document_name(Language::En, "Imagined"), "Imagined");
        assert_eq!(field_name(Language::PtBr, "labour.name"), "Nome");
        assert_eq!(
            field_name(Language::En, "lines[3].amounts.net"),
            "Net in minor units"
        );
        assert_eq!(field_name(Language::En, "taxes[0]"), "taxes");
    }
}
