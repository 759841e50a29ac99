//! What the rules of a sale refuse.

use crate::reason::{Reason, reason};

pub(super) const REASONS: &[Reason] = &[
    reason(
        "CURRENCY_MISMATCH",
        [
            "The amounts are not all in the store's currency[: {given} instead of {expected}]",
            "Nem todos os valores estão na moeda da loja[: {given} em vez de {expected}]",
        ],
        ["Convert them before sending", "Converta-os antes de enviar"],
    ),
    reason(
        "DISCOUNT_EXCEEDS_LINE",
        [
            "A discount[ of {discount} minor units] is more than what it is taken from[, {available}]",
            "Um desconto[ de {discount} centavos] é maior que o valor de onde sai[, {available}]",
        ],
        ["Lower the discount", "Diminua o desconto"],
    ),
    reason(
        "DUPLICATE_FISCAL_KEY",
        [
            "Another document has the access key[ {access_key}]",
            "Outro documento tem a chave de acesso[ {access_key}]",
        ],
        [
            "Check whether it was entered twice",
            "Confira se não foi lançado duas vezes",
        ],
    ),
    reason(
        "DUPLICATE_RECEIPT",
        [
            "Another sale of this store and register has the receipt number[ {receipt}]",
            "Outra venda desta loja e deste caixa tem o número de cupom[ {receipt}]",
        ],
        [
            "Check whether it was entered twice",
            "Confira se não foi lançada duas vezes",
        ],
    ),
    reason(
        "IDEMPOTENCY_MISMATCH",
        [
            "The id[ {key}] was used before with other content",
            "O id[ {key}] já foi usado com outro conteúdo",
        ],
        [
            "Use a new id, or send exactly what was sent before",
            "Use um id novo ou envie exatamente o que foi enviado antes",
        ],
    ),
    reason(
        "LINE_NOT_FOUND",
        [
            "The sale has no line {line_id}",
            "A venda não tem a linha {line_id}",
        ],
        ["Name a line of the sale", "Indique uma linha da venda"],
    ),
    reason(
        "LINE_TOTAL_OUT_OF_TOLERANCE",
        [
            "The line comes to {expected} minor units before discount, the call says {given}; 1 is tolerated",
            "A linha soma {expected} centavos antes do desconto, a chamada diz {given}; tolera-se 1",
        ],
        [
            "Correct the quantity, the price or the net",
            "Corrija a quantidade, o preço ou o líquido",
        ],
    ),
    reason(
        "OCCURRED_IN_FUTURE",
        [
            "The time {occurred_at} is more than 5 minutes after the server's, {recorded_at}",
            "O horário {occurred_at} está mais de 5 minutos à frente do servidor, {recorded_at}",
        ],
        ["Set the till's clock", "Acerte o relógio do caixa"],
    ),
    reason(
        "PAYMENT_TOTAL_MISMATCH",
        [
            "The payments less change come to {paid} minor units, the total is {total}",
            "Os pagamentos menos o troco somam {paid} centavos, o total é {total}",
        ],
        [
            "Correct the payments, the change or the total",
            "Corrija os pagamentos, o troco ou o total",
        ],
    ),
    reason(
        "PIX_ID_ALREADY_USED",
        [
            "The PIX {pix_e2e_id} pays for another sale already",
            "O PIX {pix_e2e_id} já paga outra venda",
        ],
        [
            "Check whether the sale was entered twice",
            "Confira se a venda não foi lançada duas vezes",
        ],
    ),
    reason(
        "REFUND_EXCEEDS_PAID",
        [
            "{paid} minor units were paid and {refunded} are refunded; {given} more cannot be refunded",
            "Foram pagos {paid} centavos e devolvidos {refunded}; não é possível devolver mais {given}",
        ],
        ["Lower the refund", "Diminua a devolução do dinheiro"],
    ),
    reason(
        "RETURN_EXCEEDS_SOLD",
        [
            "Of line {line_id} {sold} were sold and {returned} are back; {given} more cannot come back",
            "Da linha {line_id} foram vendidas {sold} e já voltaram {returned}; não podem voltar mais {given}",
        ],
        ["Correct the quantity", "Corrija a quantidade"],
    ),
    reason(
        "SALE_ALREADY_VOIDED",
        [
            "The sale {sale_id} is voided already",
            "A venda {sale_id} já está cancelada",
        ],
        ["Nothing is left to do", "Não há mais nada a fazer"],
    ),
    reason(
        "SALE_HAS_RETURNS",
        [
            "The sale {sale_id} has {returns} returns and cannot be voided",
            "A venda {sale_id} tem {returns} devoluções e não pode ser cancelada",
        ],
        ["Record a return of the rest", "Registre a devolução do restante"],
    ),
    reason(
        "SALE_NOT_FOUND",
        [
            "The sale {sale_id} is not recorded",
            "A venda {sale_id} não está registrada",
        ],
        [
            "Record it first, or correct the id",
            "Registre-a antes ou corrija o id",
        ],
    ),
    reason(
        "SALE_TOTAL_MISMATCH",
        [
            "The lines come to {expected} minor units, the total of the call is {given}",
            "As linhas somam {expected} centavos, o total da chamada é {given}",
        ],
        ["Correct the lines or the total", "Corrija as linhas ou o total"],
    ),
    reason(
        "SALE_VOIDED",
        [
            "The sale {sale_id} is voided; its goods and money are back already",
            "A venda {sale_id} está cancelada; a mercadoria e o dinheiro já voltaram",
        ],
        ["Check the id of the sale", "Confira o id da venda"],
    ),
    reason(
        "TOO_MANY_RETURNS",
        [
            "The sale {sale_id} has {returns} returns, the most there may be",
            "A venda {sale_id} tem {returns} devoluções, o máximo permitido",
        ],
        ["Return several lines at once", "Devolva várias linhas de uma vez"],
    ),
    reason(
        "VOID_WINDOW_EXPIRED",
        [
            "The sale of {occurred_at} could be voided for {window_hours} hours",
            "A venda de {occurred_at} podia ser cancelada por {window_hours} horas",
        ],
        ["Record a return instead", "Registre uma devolução"],
    ),
];
