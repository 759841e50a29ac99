//! The words for what is wrong with one cell of a row.

use super::{RowTexts, texts};
use crate::row_reason::RowReason;

pub(super) const TEXTS: &[RowTexts] = &[
    texts(
        RowReason::CpfCheckDigit,
        "cpf_check_digit",
        [
            "CPF com dígito verificador errado",
            "the check digits of the CPF do not agree",
        ],
        [
            "confira o CPF; a coluna deve estar formatada como texto",
            "check the CPF; format the column as text",
        ],
    ),
    texts(
        RowReason::CnpjCheckDigit,
        "cnpj_check_digit",
        [
            "CNPJ com dígito verificador errado",
            "the check digits of the CNPJ do not agree",
        ],
        [
            "confira o CNPJ; a coluna deve estar formatada como texto",
            "check the CNPJ; format the column as text",
        ],
    ),
    texts(
        RowReason::GtinCheckDigit,
        "gtin_check_digit",
        [
            "código de barras com dígito verificador errado",
            "the check digit of the bar code does not agree",
        ],
        [
            "confira o código de barras ou deixe a célula vazia",
            "check the bar code or leave the cell empty",
        ],
    ),
    texts(
        RowReason::DateInvalid,
        "date_invalid",
        [
            "data inválida ou fora do período aceito",
            "no date, or outside the period taken",
        ],
        [
            "escreva a data como 31/12/2025, entre 2000 e amanhã",
            "write the date as 31/12/2025, from 2000 to tomorrow",
        ],
    ),
    texts(
        RowReason::DateAmbiguous,
        "date_ambiguous",
        ["dia e mês podem estar trocados", "day and month could be swapped"],
        [
            "formate a coluna inteira como data",
            "format the whole column as dates",
        ],
    ),
    texts(
        RowReason::DateSwapped,
        "date_swapped",
        [
            "dia e mês parecem trocados: as datas da coluna têm dia até 12 e os textos dia acima de 12",
            "day and month seem swapped: the dates of the column have days up to 12, its texts days beyond 12",
        ],
        [
            "exporte o arquivo de novo sem abri-lo no programa de planilhas, ou digite as datas outra vez",
            "export the file again without opening it in a spreadsheet program, or type the dates again",
        ],
    ),
    texts(
        RowReason::DateZoneUnclear,
        "date_zone_unclear",
        [
            "não se sabe se é um dia ou um instante em outro fuso, talvez do dia anterior",
            "it could be a day, or an instant of another zone, perhaps of the day before",
        ],
        [
            "escreva só o dia (31/12/2025), ou a hora da loja sem fuso",
            "write the day alone (31/12/2025), or the time of the store without a zone",
        ],
    ),
    texts(
        RowReason::NumberInvalid,
        "number_invalid",
        ["não é um número", "not a number"],
        [
            "escreva só o número, por exemplo 1234,56",
            "write only the number, as 1234.56",
        ],
    ),
    texts(
        RowReason::NumberAmbiguous,
        "number_ambiguous",
        [
            "não se sabe se o separador é decimal ou de milhar",
            "the separator could mean decimals or thousands",
        ],
        ["formate a coluna como número", "format the column as numbers"],
    ),
    texts(
        RowReason::NumberPrecisionLost,
        "number_precision_lost",
        ["o número tem dígitos demais", "the number has too many digits"],
        [
            "formate a coluna como texto e digite de novo, ou reduza as casas decimais",
            "format the column as text and type it again, or use fewer decimals",
        ],
    ),
    texts(
        RowReason::NumberIsPercent,
        "number_is_percent",
        [
            "é uma porcentagem; esta coluna recebe valores ou quantidades",
            "it is a percentage; this column takes amounts or quantities",
        ],
        [
            "escreva o valor e formate a célula como número",
            "write the amount and format the cell as a number",
        ],
    ),
    texts(
        RowReason::DiscountUnclear,
        "discount_unclear",
        [
            "não se sabe se o desconto é em reais ou em porcentagem",
            "the discount could be money or a percentage",
        ],
        [
            "formate a coluna como moeda ou como porcentagem, ou inclua a coluna do total da linha",
            "format the column as currency or as percentages, or add a column with the total of the line",
        ],
    ),
    texts(
        RowReason::ForeignMoney,
        "foreign_money",
        ["o valor está em outra moeda", "the amount is in another currency"],
        [
            "converta o valor e formate a célula na moeda da planilha; se a planilha inteira é de outra moeda, importe com --currency",
            "convert the amount and format the cell in the sheet's currency; import a sheet of another one with --currency",
        ],
    ),
    texts(
        RowReason::MergedAmount,
        "merged_amount",
        [
            "um só valor em células mescladas de várias linhas",
            "one amount in cells merged over several rows",
        ],
        [
            "desfaça a mescla e escreva o valor de cada linha",
            "unmerge the cells and write the amount of each row",
        ],
    ),
    texts(
        RowReason::FormulaWithoutValue,
        "formula_without_value",
        [
            "fórmula sem resultado gravado",
            "a formula without a stored result",
        ],
        [
            "abra e salve a planilha no Excel, ou cole só os valores",
            "open and save the sheet in Excel, or paste values only",
        ],
    ),
    texts(
        RowReason::ErrorCell,
        "error_cell",
        ["a célula mostra um erro", "the cell shows an error"],
        [
            "corrija a fórmula ou digite o valor",
            "correct the formula or type the value",
        ],
    ),
    texts(
        RowReason::RequiredMissing,
        "required_missing",
        ["falta um valor obrigatório", "a required value is missing"],
        ["preencha a célula", "fill in the cell"],
    ),
    texts(
        RowReason::UnknownCode,
        "unknown_code",
        ["valor desconhecido", "the value is not known"],
        [
            "use um valor conhecido; \"cartão\" precisa dizer crédito ou débito",
            "use a known value; a card must be said to be credit or debit",
        ],
    ),
    texts(
        RowReason::CodeUnclear,
        "code_unclear",
        [
            "o código perdeu os zeros à esquerda e pode ser de mais de um produto",
            "the code has lost the zeros in front and can be that of more than one product",
        ],
        [
            "formate a coluna como texto e escreva o código inteiro",
            "format the column as text and write the whole code",
        ],
    ),
    texts(
        RowReason::DuplicateKey,
        "duplicate_key",
        [
            "a mesma chave aparece em outra linha com outro conteúdo",
            "the same key stands in another row with other content",
        ],
        ["deixe só uma das linhas", "keep one of the rows"],
    ),
    texts(
        RowReason::TotalMismatch,
        "total_mismatch",
        [
            "o total não é quantidade x preço - desconto",
            "the total is not quantity x price - discount",
        ],
        [
            "confira quantidade, preço, desconto e total",
            "check quantity, price, discount and total",
        ],
    ),
    texts(
        RowReason::QuantityNotPositive,
        "quantity_not_positive",
        ["quantidade zero ou negativa", "the quantity is zero or below"],
        [
            "devoluções são registradas à parte; retire a linha",
            "returns are recorded apart; take the row out",
        ],
    ),
    texts(
        RowReason::AmountNegative,
        "amount_negative",
        ["valor negativo", "the amount is below zero"],
        [
            "devoluções e estornos são registrados à parte; retire a linha",
            "returns are recorded apart; take the row out",
        ],
    ),
    texts(
        RowReason::TextInvalid,
        "text_invalid",
        [
            "texto que este campo não aceita",
            "a text this field does not take",
        ],
        [
            "encurte o texto e retire caracteres especiais",
            "shorten the text and take out special characters",
        ],
    ),
    texts(
        RowReason::CodeIsDate,
        "code_is_date",
        [
            "o programa de planilhas transformou o código ou o nome em uma data ou hora",
            "the spreadsheet program has made a date or a time of the code or name",
        ],
        [
            "formate a coluna como texto e digite o valor de novo",
            "format the column as text and type the value again",
        ],
    ),
];
