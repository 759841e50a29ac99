//! The words for each reason a row is refused.

use crate::row_reason::RowReason;

/// A reason's stable code and its words, in Portuguese and in English.
pub(crate) struct RowTexts {
    pub(crate) reason: RowReason,
    pub(crate) code: &'static str,
    /// What is wrong.
    pub(crate) problem: [&'static str; 2],
    /// How to correct it.
    pub(crate) fix: [&'static str; 2],
}

/// For a reason nobody has found words for yet; a test sees that there is none.
pub(crate) const UNWORDED: RowTexts = RowTexts {
    reason: RowReason::Rejected,
    code: "rejected",
    problem: ["recusado", "refused"],
    fix: ["veja o detalhe", "see the detail"],
};

const fn texts(
    reason: RowReason,
    code: &'static str,
    problem: [&'static str; 2],
    fix: [&'static str; 2],
) -> RowTexts {
    RowTexts {
        reason,
        code,
        problem,
        fix,
    }
}

pub(crate) const ROW_TEXTS: &[RowTexts] = &[
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
        RowReason::ReceiptHasRefusedRows,
        "receipt_has_refused_rows",
        [
            "outra linha da mesma venda foi recusada",
            "another row of the same sale was refused",
        ],
        [
            "corrija a outra linha e reenvie a venda inteira",
            "correct the other row and send the whole sale again",
        ],
    ),
    texts(
        RowReason::ReceiptTooLong,
        "receipt_too_long",
        ["a venda tem linhas demais", "the sale has too many lines"],
        [
            "confira a coluna do número da venda",
            "check the column of the receipt number",
        ],
    ),
    texts(
        RowReason::Rejected,
        "rejected",
        [
            "recusado pelas regras do negócio",
            "refused by the rules of the business",
        ],
        ["siga a mensagem ao lado", "follow the message beside it"],
    ),
    texts(
        RowReason::IdempotencyMismatch,
        "idempotency_mismatch",
        [
            "já importado antes com outro conteúdo",
            "imported before with other content",
        ],
        [
            "se o novo está certo, cancele a venda anterior",
            "if the new one is right, void the earlier sale",
        ],
    ),
    texts(
        RowReason::TotalOrRecord,
        "total_or_record",
        [
            "a linha parece um total, mas não soma as linhas acima; pode ser um produto com esse nome",
            "the row looks like a total but is not the sum of the rows above; it may be a product of that name",
        ],
        [
            "se é um total, apague a linha; se é um produto, dê a ele um código ou outro nome",
            "if it is a total, delete the row; if it is a product, give it a code or another name",
        ],
    ),
    texts(
        RowReason::ReceiptOnSeveralDays,
        "receipt_on_several_days",
        [
            "o mesmo número de venda está em mais de um dia, e nada mostra se a numeração recomeçou",
            "the same receipt number stands on several days, and nothing shows whether the numbers began again",
        ],
        [
            "confira a data e o número; uma coluna de hora, ou o dia no número, mostra se é uma venda ou duas",
            "check date and number; a column with the time, or the day in the number, shows whether it is one sale or two",
        ],
    ),
    texts(
        RowReason::NeedsOriginal,
        "needs_original",
        [
            "a linha não tem número de documento, e só no arquivo original se distingue de linhas iguais",
            "the row has no number of a receipt, and only in its original file can it be told from equal rows",
        ],
        [
            "corrija-a no arquivo original e importe-o de novo: o que já entrou não entra outra vez",
            "correct it in the original file and import that again: what is in already does not come in twice",
        ],
    ),
    texts(
        RowReason::ReturnedGoods,
        "returned_goods",
        [
            "a linha é de devolução, troca ou estorno",
            "the row is of a return, an exchange or a refund",
        ],
        [
            "devoluções ainda não são importadas: retire a linha e registre a devolução na venda",
            "returns are not imported yet: take the row out and record the return of the sale",
        ],
    ),
    texts(
        RowReason::OutgoingGoods,
        "outgoing_goods",
        [
            "a linha é de saída de mercadoria",
            "the row is of goods going out",
        ],
        [
            "saídas ainda não são importadas: retire a linha; vendas vão em uma planilha de vendas",
            "goods going out are not imported yet: take the row out; sales go into a sheet of sales",
        ],
    ),
    texts(
        RowReason::LostGoods,
        "lost_goods",
        [
            "a linha é de perda, avaria ou vencimento",
            "the row is of goods lost, broken or expired",
        ],
        [
            "perdas ainda não são importadas: retire a linha e ajuste o estoque",
            "losses are not imported yet: take the row out and adjust the stock",
        ],
    ),
    texts(
        RowReason::NotCompleted,
        "not_completed",
        [
            "a venda ou o recebimento não está concluído",
            "the sale or the receipt is not completed",
        ],
        [
            "retire a linha, ou importe-a quando estiver concluída",
            "take the row out, or import it when it is completed",
        ],
    ),
    texts(
        RowReason::OtherOperation,
        "other_operation",
        [
            "a linha é de outra operação, que esta planilha não registra",
            "the row is of another operation, which this sheet does not record",
        ],
        [
            "retire a linha; cada operação vai em sua própria planilha",
            "take the row out; each operation goes into a sheet of its own",
        ],
    ),
    texts(
        RowReason::RowMeaningUnknown,
        "row_meaning_unknown",
        [
            "palavra desconhecida em uma coluna que pode mudar o que a linha significa",
            "an unknown word in a column that can change what the row means",
        ],
        [
            "use uma palavra como Venda, Cancelada, Devolução, Entrada ou Saída; se a coluna não muda nada, --map ignore=\"Título da coluna\"",
            "use a word such as Venda, Cancelada, Devolução, Entrada or Saída; if the column changes nothing, --map ignore=\"Column title\"",
        ],
    ),
    texts(
        RowReason::AmountOnTop,
        "amount_on_top",
        [
            "acréscimo, frete ou taxa, que ainda não são registrados",
            "a surcharge, freight or a fee, which are not recorded yet",
        ],
        [
            "inclua o valor no preço ou no custo e deixe a célula vazia; se ele já está incluído, --map ignore=\"Título da coluna\"",
            "include it in the price or cost and leave the cell empty; if it is included already, --map ignore=\"Column title\"",
        ],
    ),
    texts(
        RowReason::StockHasHistory,
        "stock_has_history",
        [
            "contagem de um estoque que já tem movimento: ela seria somada ao que há",
            "a count of a stock that has moved already: it would be added to what is there",
        ],
        [
            "retire a linha e acerte o estoque pela diferença (AdjustStock); se a quantidade foi recebida, --map quantity=\"Título da coluna\"",
            "take the row out and adjust the stock by the difference (AdjustStock); if the quantity was received, --map quantity=\"Column title\"",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::ROW_TEXTS;

    #[test]
    fn the_code_is_the_name_and_every_reason_has_words() {
        let mut seen = std::collections::HashSet::new();
        for texts in ROW_TEXTS {
            assert_eq!(serde_json::json!(texts.reason), texts.code);
            assert_eq!(texts.reason.code(), texts.code);
            assert!(seen.insert(texts.code), "{} twice", texts.code);
            assert!(
                texts
                    .problem
                    .iter()
                    .chain(&texts.fix)
                    .all(|words| !words.is_empty())
            );
        }
        assert_eq!(ROW_TEXTS.len(), REASONS);
    }

    /// Variants of the reason; a new one needs words first.
    const REASONS: usize = 39;
}
