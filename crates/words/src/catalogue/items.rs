//! What is owed, to the company and by it, and the lines of statements that pay it.

use crate::reason::{Reason, reason};

pub(super) const REASONS: &[Reason] = &[
    reason(
        "ALREADY_SETTLED",
        [
            "Nothing is open of instalment {installment}",
            "Não há nada em aberto na parcela {installment}",
        ],
        [
            "Check whether the payment is recorded twice, or name another instalment",
            "Veja se o pagamento foi lançado em dobro ou indique outra parcela",
        ],
    ),
    reason(
        "AMOUNT_EXCEEDS_OPEN",
        [
            "{given} minor units would be taken off, and {open} are open",
            "Seriam abatidos {given} centavos, e há {open} em aberto",
        ],
        [
            "Take off at most what is open",
            "Abata no máximo o que está em aberto",
        ],
    ),
    reason(
        "AMOUNT_ZERO",
        ["The amount is zero", "O valor é zero"],
        ["Send an amount above zero", "Envie um valor acima de zero"],
    ),
    reason(
        "BANK_REFERENCE_IN_USE",
        [
            "Another settlement on this account has the bank reference {bank_reference}",
            "Outra baixa nesta conta tem a referência bancária {bank_reference}",
        ],
        [
            "Check whether the payment is recorded twice, or correct the reference",
            "Veja se o pagamento foi lançado em dobro ou corrija a referência",
        ],
    ),
    reason(
        "DATE_BEFORE_ITEM",
        [
            "{date} lies before {earliest}, the day of what it is about",
            "{date} é anterior a {earliest}, o dia daquilo a que se refere",
        ],
        ["Correct the date", "Corrija a data"],
    ),
    reason(
        "DISCOUNT_EXCEEDS_AMOUNT",
        [
            "The discount is more than what it is given on",
            "O desconto é maior que o valor sobre o qual é dado",
        ],
        [
            "Lower the discount or correct the amount",
            "Diminua o desconto ou corrija o valor",
        ],
    ),
    reason(
        "DUE_DATES_NOT_RISING",
        [
            "An instalment falls due before the one in front of it",
            "Uma parcela vence antes da anterior",
        ],
        [
            "Put the instalments in the order of their due dates",
            "Ponha as parcelas na ordem dos vencimentos",
        ],
    ),
    reason(
        "FEE_EXCEEDS_AMOUNT",
        [
            "The fee is more than what it is kept of",
            "A taxa é maior que o valor do qual é retida",
        ],
        [
            "Lower the fee or correct the amount",
            "Diminua a taxa ou corrija o valor",
        ],
    ),
    reason(
        "HAS_SETTLEMENTS",
        [
            "It has {settlements} settlements or credits, so it cannot be cancelled",
            "Há {settlements} baixas ou abatimentos, por isso não pode ser cancelado",
        ],
        [
            "Reverse the settlements first, or write off what is open",
            "Estorne antes as baixas ou dê baixa por perda no que está em aberto",
        ],
    ),
    reason(
        "INSTALLMENTS_MISMATCH",
        [
            "The instalments come to {sum} minor units, and the amount is {amount}",
            "As parcelas somam {sum} centavos, e o valor é {amount}",
        ],
        [
            "Correct the instalments or the amount",
            "Corrija as parcelas ou o valor",
        ],
    ),
    reason(
        "INSTALLMENT_UNKNOWN",
        [
            "There is no instalment {installment} of {item_id}",
            "Não existe a parcela {installment} de {item_id}",
        ],
        [
            "Name one of its instalments; a new schedule has new numbers",
            "Indique uma das parcelas; uma renegociação tem novos números",
        ],
    ),
    reason(
        "ITEM_FULL",
        [
            "{item_id} has {count} entries of this sort, which is the most",
            "{item_id} tem {count} registros deste tipo, que é o máximo",
        ],
        [
            "Write off what is open and register it as another item",
            "Dê baixa no que está em aberto e registre-o como outro título",
        ],
    ),
    reason(
        "ITEM_IS_DERIVED",
        [
            "{item_id} is owed for a recorded sale, delivery or return, so it cannot be cancelled",
            "{item_id} vem de uma venda, entrega ou devolução registrada, por isso não pode ser cancelado",
        ],
        [
            "Void or return the sale, or write off what is open",
            "Cancele ou devolva a venda, ou dê baixa no que está em aberto",
        ],
    ),
    reason(
        "ITEM_KIND_OF_OTHER_SIDE",
        [
            "Kind {kind} is not of this side: some are owed to the company, others by it",
            "O tipo {kind} não é deste lado: uns são a receber, outros a pagar",
        ],
        [
            "Use a kind of this side, or register it on the other one",
            "Use um tipo deste lado ou registre-o no outro",
        ],
    ),
    reason(
        "ITEM_UNKNOWN",
        ["{item_id} is not registered", "{item_id} não está registrado"],
        [
            "Correct the id, or register it first",
            "Corrija o id ou registre-o antes",
        ],
    ),
    reason(
        "KIND_HAS_NO_ACCOUNT",
        [
            "No account has the role {role}, which holds items of kind {kind}",
            "Nenhuma conta tem o papel {role}, que guarda os títulos do tipo {kind}",
        ],
        [
            "Assign the role to an account of the chart",
            "Atribua o papel a uma conta do plano de contas",
        ],
    ),
    reason(
        "NET_MISMATCH",
        [
            "{gross} less {fee} minor units are not {net}",
            "{gross} menos {fee} centavos não dão {net}",
        ],
        [
            "Correct gross, fee or net, or leave one of them out",
            "Corrija o bruto, a taxa ou o líquido, ou omita um deles",
        ],
    ),
    reason(
        "NOTHING_OPEN",
        [
            "Nothing is open of {item_id}",
            "Não há nada em aberto em {item_id}",
        ],
        [
            "Check the id; what is paid or cancelled is not changed any more",
            "Confira o id; o que foi pago ou cancelado não se altera mais",
        ],
    ),
    reason(
        "SETTLEMENT_ALREADY_REVERSED",
        [
            "Settlement {settlement_id} is reversed already",
            "A baixa {settlement_id} já foi estornada",
        ],
        [
            "Nothing is left to undo; check the id",
            "Não há mais o que desfazer; confira o id",
        ],
    ),
    reason(
        "SETTLEMENT_EXCEEDS_OPEN",
        [
            "{given} minor units are more than the {open} that are open of instalment {installment}",
            "{given} centavos são mais que os {open} em aberto na parcela {installment}",
        ],
        [
            "Settle at most what is open; what was paid on top is interest, or of another instalment",
            "Baixe no máximo o que está em aberto; o excedente é juros ou de outra parcela",
        ],
    ),
    reason(
        "SETTLEMENT_UNKNOWN",
        [
            "Settlement {settlement_id} is not one of {item_id}",
            "A baixa {settlement_id} não é de {item_id}",
        ],
        [
            "Correct the id of the settlement or of the item",
            "Corrija o id da baixa ou do título",
        ],
    ),
    reason(
        "STATEMENT_LINE_MATCHED",
        [
            "Line {line_id} pays receivable {item_id} already",
            "A linha {line_id} já paga o título a receber {item_id}",
        ],
        ["Reverse that settlement first", "Estorne antes essa baixa"],
    ),
    reason(
        "STATEMENT_LINE_UNKNOWN",
        [
            "Line {line_id} is of no statement that was recorded",
            "A linha {line_id} não é de nenhum extrato registrado",
        ],
        [
            "Correct the id, or record the statement first",
            "Corrija o id ou registre antes o extrato",
        ],
    ),
    reason(
        "STATEMENT_LINE_WRITTEN_OFF",
        [
            "Line {line_id} is written off already",
            "A linha {line_id} já foi baixada contra uma conta",
        ],
        [
            "It pays nothing more; check the id",
            "Ela não paga mais nada; confira o id",
        ],
    ),
];
