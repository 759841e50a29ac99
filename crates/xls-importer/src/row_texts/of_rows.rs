//! The words for what is wrong with a row as a whole.

use super::{RowTexts, texts};
use crate::row_reason::RowReason;

pub(super) const TEXTS: &[RowTexts] = &[
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
    texts(
        RowReason::ItemsRepeated,
        "items_repeated",
        [
            "os itens da venda se repetem, como em um relatório que os mostra ao lado de cada pagamento ou parcela",
            "the items of the sale are repeated, as by a report that shows them beside each payment or instalment",
        ],
        [
            "deixe cada item uma só vez; se cada linha é mesmo outro item, --map ignore=\"Título da coluna\" com a coluna do pagamento ou do número do item",
            "keep each item once; if each row is another item indeed, --map ignore=\"Column title\" with the column of the payment or of the item's number",
        ],
    ),
    texts(
        RowReason::ReceiptAmountRepeated,
        "receipt_amount_repeated",
        [
            "o valor parece ser da venda inteira, repetido em cada item",
            "the amount seems to be that of the whole sale, repeated in each item",
        ],
        [
            "escreva o valor de cada item; se ele já é o de cada item, diga com --map total=\"Título da coluna\" ou --map discount=\"Título da coluna\"",
            "write the amount of each item; if it is that of each item already, say so with --map total=\"Column title\" or --map discount=\"Column title\"",
        ],
    ),
    texts(
        RowReason::UnitDiffers,
        "unit_differs",
        [
            "a unidade de medida não é a do produto",
            "the unit of measure is not that of the product",
        ],
        [
            "escreva quantidade, preço e custo na unidade do produto, ou corrija a unidade do produto",
            "write quantity, price and cost in the unit of the product, or correct the product's unit",
        ],
    ),
    texts(
        RowReason::OtherTitles,
        "other_titles",
        [
            "a linha está abaixo de outra linha de títulos, cujas colunas são outras",
            "the row stands below another row of titles, whose columns are others",
        ],
        [
            "ponha cada tabela em uma aba própria, ou as colunas na mesma ordem",
            "put each table into a sheet of its own, or the columns into the same order",
        ],
    ),
];
