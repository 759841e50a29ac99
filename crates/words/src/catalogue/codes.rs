//! Ids, numbers and words that are not written as they must be.

use crate::reason::{Reason, reason};

pub(super) const REASONS: &[Reason] = &[
    reason(
        "ACCESS_KEY_INVALID",
        [
            "The access key of a fiscal document is not 44 letters or digits",
            "A chave de acesso de um documento fiscal não tem 44 letras ou dígitos",
        ],
        [
            "Copy the whole key from the document; in a spreadsheet format its column as text",
            "Copie a chave inteira do documento; em uma planilha, formate a coluna como texto",
        ],
    ),
    reason(
        "ADJUSTMENT_ID_INVALID",
        [
            "The id of the adjustment is no UUID",
            "O id do ajuste não é um UUID",
        ],
        [
            "Make a UUID once for each adjustment and send the same one again when you repeat the call",
            "Gere um UUID para cada ajuste e envie o mesmo ao repetir a chamada",
        ],
    ),
    reason(
        "CHANNEL_INVALID",
        [
            "The channel is not 1 to 40 of a-z, 0-9 and _",
            "O canal não tem de 1 a 40 caracteres entre a-z, 0-9 e _",
        ],
        [
            "Write it as a word such as `store` or `delivery`",
            "Escreva-o como uma palavra, por exemplo `store` ou `delivery`",
        ],
    ),
    reason(
        "COMPANY_ID_INVALID",
        [
            "The id of the company is not 1 to 40 letters a-z, digits, dots and underscores",
            "O id da empresa não tem de 1 a 40 letras a-z, dígitos, pontos e sublinhados",
        ],
        [
            "Write it in lower case and without spaces",
            "Escreva-o em minúsculas e sem espaços",
        ],
    ),
    reason(
        "CURRENCY_INVALID",
        [
            "The currency is not three letters A to Z",
            "A moeda não tem três letras de A a Z",
        ],
        [
            "Send its ISO 4217 code, such as BRL",
            "Envie o código ISO 4217, por exemplo BRL",
        ],
    ),
    reason(
        "DISPOSITION_INVALID",
        [
            "It is not said where the returned goods go",
            "Não está dito para onde vai a mercadoria devolvida",
        ],
        [
            "Send restock, damaged or discard",
            "Envie restock (volta ao estoque), damaged (avariada) ou discard (descarte)",
        ],
    ),
    reason(
        "GTIN_INVALID",
        [
            "The bar code is not 8, 12, 13 or 14 digits, or its last digit does not check the others",
            "O código de barras não tem 8, 12, 13 ou 14 dígitos, ou o dígito verificador não confere",
        ],
        [
            "Read the code again, or leave the field empty",
            "Leia o código de novo ou deixe o campo vazio",
        ],
    ),
    reason(
        "INVALID_TAX_ID",
        [
            "The CPF or CNPJ is not complete, or its check digits do not agree",
            "O CPF ou CNPJ está incompleto ou os dígitos verificadores não conferem",
        ],
        [
            "Check the number; in a spreadsheet format its column as text",
            "Confira o número; em uma planilha, formate a coluna como texto",
        ],
    ),
    reason(
        "LINE_ID_INVALID",
        [
            "The id of a line is not a whole number",
            "O id de uma linha não é um número inteiro",
        ],
        ["Number the lines from 1", "Numere as linhas a partir de 1"],
    ),
    reason(
        "NCM_INVALID",
        ["The NCM is not 8 digits", "O NCM não tem 8 dígitos"],
        [
            "Write all digits with the zeros on the left, or leave the field empty",
            "Escreva todos os dígitos com os zeros à esquerda ou deixe o campo vazio",
        ],
    ),
    reason(
        "PAYMENT_CODE_INVALID",
        [
            "The payment code is not two digits",
            "O código do meio de pagamento não tem dois dígitos",
        ],
        [
            "Send the code of the NF-e table, such as 17 for PIX, or leave it out",
            "Envie o código da tabela da NF-e, por exemplo 17 para PIX, ou deixe-o fora",
        ],
    ),
    reason(
        "PAYMENT_METHOD_INVALID",
        [
            "The payment method is not 1 to 40 of a-z, 0-9 and _",
            "O meio de pagamento não tem de 1 a 40 caracteres entre a-z, 0-9 e _",
        ],
        [
            "Write it as a word such as `cash`, `pix` or `credit_card`",
            "Escreva-o como uma palavra, por exemplo `cash`, `pix` ou `credit_card`",
        ],
    ),
    reason(
        "REASON_UNKNOWN",
        [
            "The adjustment's reason is none that is known",
            "O motivo do ajuste é desconhecido",
        ],
        [
            "Send opening, count, damage, expiry, loss, found, internal_use, correction or other",
            "Envie opening, count, damage, expiry, loss, found, internal_use, correction ou other",
        ],
    ),
    reason(
        "RECEIPT_ID_INVALID",
        [
            "The id of the receipt of goods is no UUID",
            "O id do recebimento não é um UUID",
        ],
        [
            "Make a UUID once for each receipt and send the same one again when you repeat the call",
            "Gere um UUID para cada recebimento e envie o mesmo ao repetir a chamada",
        ],
    ),
    reason(
        "RECEIPT_NUMBER_INVALID",
        [
            "The series or number of the receipt is not 1 to 40 characters without colon",
            "A série ou o número do cupom não tem de 1 a 40 caracteres sem dois-pontos",
        ],
        [
            "Write it as printed on the receipt",
            "Escreva-o como está impresso no cupom",
        ],
    ),
    reason(
        "REGISTER_NO_INVALID",
        [
            "The register's number is not 1 to 20 letters, digits, _, . and -",
            "O número do caixa não tem de 1 a 20 letras, dígitos, _, . e -",
        ],
        ["Write it without spaces", "Escreva-o sem espaços"],
    ),
    reason(
        "RETURN_ID_INVALID",
        [
            "The id of the return is no UUID",
            "O id da devolução não é um UUID",
        ],
        [
            "Make a UUID once for each return and send the same one again when you repeat the call",
            "Gere um UUID para cada devolução e envie o mesmo ao repetir a chamada",
        ],
    ),
    reason(
        "SALE_ID_INVALID",
        ["The id of the sale is no UUID", "O id da venda não é um UUID"],
        [
            "Make a UUID once for each sale and send the same one again when you repeat the call",
            "Gere um UUID para cada venda e envie o mesmo ao repetir a chamada",
        ],
    ),
    reason(
        "SKU_INVALID",
        [
            "The SKU is not 1 to 60 characters without white space",
            "O SKU não tem de 1 a 60 caracteres sem espaços",
        ],
        [
            "Take the spaces out, or shorten it",
            "Retire os espaços ou encurte-o",
        ],
    ),
    reason(
        "STORE_ID_INVALID",
        [
            "The id of the store is not 1 to 40 letters a-z, digits, dots and underscores",
            "O id da loja não tem de 1 a 40 letras a-z, dígitos, pontos e sublinhados",
        ],
        [
            "Write it in lower case, without spaces and hyphens",
            "Escreva-o em minúsculas, sem espaços nem hifens",
        ],
    ),
    reason(
        "SUBJECT_ID_INVALID",
        [
            "The id of the customer is not 1 to 64 characters without white space",
            "O id do cliente não tem de 1 a 64 caracteres sem espaços",
        ],
        [
            "Send the id under which the customer is kept, never a name",
            "Envie o id com que o cliente está guardado, nunca um nome",
        ],
    ),
    reason(
        "TIME_ZONE_UNKNOWN",
        ["The time zone is not known", "O fuso horário é desconhecido"],
        [
            "Send its IANA name, such as America/Sao_Paulo",
            "Envie o nome IANA, por exemplo America/Sao_Paulo",
        ],
    ),
];
