//! Ids and words of the books.

use crate::reason::{Reason, reason};

/// The reasons, in alphabetical order.
pub(super) const REASONS: &[Reason] = &[
    reason(
        "ACCOUNT_CODE_INVALID",
        [
            "The code of the account is not 1 to 30 digits, letters, dots and hyphens",
            "O código da conta não tem de 1 a 30 dígitos, letras, pontos e hifens",
        ],
        [
            "Write it as 1.1.01.001; the chart lists the codes that there are",
            "Escreva-o como 1.1.01.001; o plano de contas lista os códigos existentes",
        ],
    ),
    reason(
        "ACCOUNT_ROLE_INVALID",
        [
            "The role of the account is not 1 to 40 letters a-z, digits and underscores",
            "O papel da conta não tem de 1 a 40 letras a-z, dígitos e sublinhados",
        ],
        [
            "Use a role of the chart, such as cash or gross_revenue",
            "Use um papel do plano de contas, como cash ou gross_revenue",
        ],
    ),
    reason(
        "ACCOUNT_TYPE_INVALID",
        [
            "The type of the account is none that there is",
            "O tipo da conta não existe",
        ],
        [
            "Use asset, liability, equity, revenue, deduction, cost or expense",
            "Use ativo, passivo, patrimônio, receita, dedução, custo ou despesa",
        ],
    ),
    reason(
        "COST_CENTER_ID_INVALID",
        [
            "The id of the cost centre is not 1 to 40 letters a-z, digits, dots and underscores",
            "O id do centro de custo não tem de 1 a 40 letras a-z, dígitos, pontos e sublinhados",
        ],
        [
            "Write it in small letters without accents, as loja_centro",
            "Escreva-o em minúsculas sem acentos, como loja_centro",
        ],
    ),
    reason(
        "ENTRY_ID_INVALID",
        [
            "The id of the entry is no UUID",
            "O id do lançamento não é um UUID",
        ],
        [
            "Make a UUID once for each entry and send the same one again when you repeat the call",
            "Gere um UUID para cada lançamento e envie o mesmo ao repetir a chamada",
        ],
    ),
    reason(
        "ITEM_KIND_INVALID",
        [
            "What it is owed for is none of the kinds that there are",
            "O motivo da dívida não é um dos tipos existentes",
        ],
        [
            "Use card, pix, boleto, customer, voucher, check or other of what is owed to the company, and supplier, salary, tax, refund or other of what it owes",
            "Use cartão, pix, boleto, cliente, vale, cheque ou outro no que a empresa tem a receber, e fornecedor, salário, imposto, devolução ou outro no que tem a pagar",
        ],
    ),
    reason(
        "MONTH_INVALID",
        [
            "The month is none from 2000-01 to 2099-12",
            "O mês não está entre 2000-01 e 2099-12",
        ],
        [
            "Write year and month, as 2026-11",
            "Escreva ano e mês, como 2026-11",
        ],
    ),
    reason(
        "OPEN_ITEM_ID_INVALID",
        [
            "The id of what is owed is no UUID",
            "O id do título não é um UUID",
        ],
        [
            "Make a UUID once for each receivable or payable and send the same one again when you repeat the call",
            "Gere um UUID para cada título a receber ou a pagar e envie o mesmo ao repetir a chamada",
        ],
    ),
    reason(
        "PARTY_ID_INVALID",
        [
            "The id of who owes, or is owed, is not 1 to 64 characters without white space",
            "O id de quem deve ou tem a receber não tem de 1 a 64 caracteres sem espaços",
        ],
        [
            "Use a CNPJ or a code of your own; no CPF",
            "Use um CNPJ ou um código próprio; nunca um CPF",
        ],
    ),
    reason(
        "PERCENT_INVALID",
        [
            "The per cent is not 0 to 100 with at most 4 decimals",
            "A porcentagem não está entre 0 e 100 com no máximo 4 casas decimais",
        ],
        ["Write it with a point, as 2.99", "Escreva-a com ponto, como 2.99"],
    ),
    reason(
        "POSTED_EVENT_UNKNOWN",
        [
            "The event is none that moves value",
            "O evento não é um dos que movem valor",
        ],
        [
            "Use the stored type of the event, such as SaleRecorded; the list of posting rules has them",
            "Use o tipo gravado do evento, como SaleRecorded; a lista de regras de lançamento os mostra",
        ],
    ),
    reason(
        "POSTING_PART_UNKNOWN",
        [
            "The part of the event's value is none that there is",
            "A parte do valor do evento não existe",
        ],
        [
            "Use a part that the event has, such as payment; the list of posting rules has them",
            "Use uma parte que o evento tem, como payment; a lista de regras de lançamento as mostra",
        ],
    ),
    reason(
        "SETTLEMENT_ID_INVALID",
        [
            "The id of the settlement, credit or write-off is no UUID",
            "O id da baixa, do crédito ou da perda não é um UUID",
        ],
        [
            "Make a UUID once for each and send the same one again when you repeat the call",
            "Gere um UUID para cada um e envie o mesmo ao repetir a chamada",
        ],
    ),
    reason(
        "SIDE_INVALID",
        [
            "The side is neither debit nor credit",
            "O lado não é débito nem crédito",
        ],
        ["Use debit or credit", "Use débito ou crédito"],
    ),
    reason(
        "STATEMENT_KIND_INVALID",
        [
            "The statement is of none of the kinds that there are",
            "O extrato não é de um dos tipos existentes",
        ],
        ["Use acquirer, bank or pix", "Use adquirente, banco ou pix"],
    ),
    reason(
        "STATEMENT_LINE_ID_INVALID",
        [
            "The id of the line of a statement is no UUID",
            "O id da linha do extrato não é um UUID",
        ],
        [
            "Take the id from the list of statement lines",
            "Copie o id da lista de linhas de extrato",
        ],
    ),
    reason(
        "UNMATCHED_REASON_INVALID",
        [
            "Why the line of a statement pays nothing is none of the reasons that there are",
            "O motivo de a linha do extrato não baixar nada não existe",
        ],
        [
            "Use a reason that the list of statement lines has",
            "Use um motivo da lista de linhas de extrato",
        ],
    ),
];
