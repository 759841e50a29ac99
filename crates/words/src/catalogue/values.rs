//! Amounts, quantities, texts and lists that are wrong whatever the state.

use crate::reason::{Reason, reason};

pub(super) const REASONS: &[Reason] = &[
    reason(
        "AMOUNT_DECIMALS",
        [
            "The amount has more decimals than its currency",
            "O valor tem mais casas decimais do que a moeda permite",
        ],
        [
            "Round it to the currency's decimals, two for BRL",
            "Arredonde para as casas da moeda, duas para BRL",
        ],
    ),
    reason(
        "AMOUNT_INVALID",
        [
            "The amount is not a whole number of minor units",
            "O valor não é um número inteiro de centavos",
        ],
        [
            "Send the amount in minor units, 1990 for R$ 19.90",
            "Envie o valor em centavos, 1990 para R$ 19,90",
        ],
    ),
    reason(
        "AMOUNT_NEGATIVE",
        ["The amount is below zero", "O valor é negativo"],
        [
            "Send zero or more; money that goes back is recorded as a return",
            "Envie zero ou mais; dinheiro devolvido é registrado como devolução",
        ],
    ),
    reason(
        "AMOUNT_OUT_OF_RANGE",
        [
            "An amount is beyond 9007199254740991 minor units either way",
            "Um valor passa de 9007199254740991 centavos",
        ],
        [
            "Correct the quantities or prices",
            "Corrija as quantidades ou os preços",
        ],
    ),
    reason(
        "DATE_OUT_OF_RANGE",
        [
            "A time or day is before 2000-01-01 or a day before the sale it is about, or a due date after 2099-12-31[: {given}]",
            "Um horário ou dia é anterior a 01/01/2000 ou um dia antes da venda a que se refere, ou um vencimento posterior a 31/12/2099[: {given}]",
        ],
        [
            "Send when it happened, and set the clock of the till; the years 1 and 1970 are what programs send for a time that was not set",
            "Envie quando aconteceu e acerte o relógio do caixa; os anos 1 e 1970 são o que os programas enviam quando o horário não foi preenchido",
        ],
    ),
    reason(
        "DATE_RANGE_INVALID",
        [
            "The last day is before the first, or the days are those of no document",
            "O último dia vem antes do primeiro, ou os dias não são de nenhum documento",
        ],
        [
            "Swap the two dates, or leave out the one that was not set",
            "Troque as duas datas ou deixe fora a que não foi preenchida",
        ],
    ),
    reason(
        "DELTA_IS_ZERO",
        [
            "An adjustment of zero changes nothing",
            "Um ajuste de zero não muda nada",
        ],
        [
            "Send how much more or less there is, or send nothing",
            "Envie quanto há a mais ou a menos, ou não envie nada",
        ],
    ),
    reason(
        "FIELD_INVALID",
        ["A field cannot be read", "Não foi possível ler um campo"],
        [
            "Write it in the form that the field's description gives",
            "Escreva-o na forma que a descrição do campo indica",
        ],
    ),
    reason(
        "FIELD_REQUIRED",
        [
            "A required field is missing or empty",
            "Falta um campo obrigatório ou ele está vazio",
        ],
        ["Fill in the field", "Preencha o campo"],
    ),
    reason(
        "INSTALLMENTS_INVALID",
        [
            "The number of instalments is not 1 or more",
            "O número de parcelas não é 1 ou mais",
        ],
        [
            "Send the number of instalments, or leave the field out",
            "Envie o número de parcelas ou deixe o campo fora",
        ],
    ),
    reason(
        "INVALID_REQUEST",
        ["Several fields are wrong", "Vários campos estão errados"],
        [
            "Correct every field that the answer lists",
            "Corrija todos os campos que a resposta lista",
        ],
    ),
    reason(
        "LINE_COUNT_INVALID",
        [
            "A receipt of goods has no line, or more than 450",
            "O recebimento não tem linhas ou tem mais de 450",
        ],
        [
            "Split a longer one into several receipts",
            "Divida um recebimento maior em vários",
        ],
    ),
    reason(
        "LINE_ID_DUPLICATE",
        [
            "Two lines of the receipt of goods have the same id",
            "Duas linhas do recebimento têm o mesmo id",
        ],
        [
            "Give every line its own line_id",
            "Dê a cada linha seu próprio line_id",
        ],
    ),
    reason(
        "LINE_ID_REPEATED",
        [
            "Two lines of the sale have the same id",
            "Duas linhas da venda têm o mesmo id",
        ],
        [
            "Give every line its own line_id, or leave all of them out",
            "Dê a cada linha seu próprio line_id ou deixe todos fora",
        ],
    ),
    reason(
        "LIST_EMPTY",
        [
            "A list that needs at least one entry is empty",
            "Uma lista que precisa de ao menos um item está vazia",
        ],
        ["Send at least one entry", "Envie ao menos um item"],
    ),
    reason(
        "LIST_TOO_LONG",
        [
            "A list has more entries than it may hold",
            "Uma lista tem mais itens do que pode ter",
        ],
        ["Split the document into several", "Divida o documento em vários"],
    ),
    reason(
        "MONEY_INVALID",
        [
            "An amount of money cannot be read",
            "Não foi possível ler um valor em dinheiro",
        ],
        [
            "Write the currency, a space and the amount, as BRL 12.34",
            "Escreva a moeda, um espaço e o valor, como BRL 12.34",
        ],
    ),
    reason(
        "QUANTITY_INVALID",
        [
            "The quantity is no decimal with at most 4 decimals, or is beyond 900719925474.0991",
            "A quantidade não é um decimal com até 4 casas ou passa de 900719925474.0991",
        ],
        ["Write it with a point, as 1.5", "Escreva-a com ponto, como 1.5"],
    ),
    reason(
        "QUANTITY_NOT_POSITIVE",
        ["The quantity is zero or below", "A quantidade é zero ou negativa"],
        [
            "Send more than zero; goods that come back are recorded as a return",
            "Envie mais que zero; mercadoria que volta é registrada como devolução",
        ],
    ),
    reason(
        "REASON_REQUIRED",
        [
            "It does not say why, or an adjustment says `other` without a note",
            "Falta o motivo, ou um ajuste diz `other` sem observação",
        ],
        [
            "Add the reason; an adjustment of `other` needs a note as well",
            "Informe o motivo; um ajuste `other` precisa também de observação",
        ],
    ),
    reason(
        "REORDER_POINT_NEGATIVE",
        ["The reorder point is below zero", "O ponto de pedido é negativo"],
        [
            "Send zero or more; leave it out to switch the policy off",
            "Envie zero ou mais; deixe-o fora para desligar a política",
        ],
    ),
    reason(
        "REQUEST_NOT_APPENDABLE",
        [
            "The command would write more than the log takes at once",
            "O comando gravaria mais do que o registro aceita de uma vez",
        ],
        ["Split it into smaller commands", "Divida-o em comandos menores"],
    ),
    reason(
        "TAX_ID_MISPLACED",
        [
            "A field that is not for it has a CPF or CNPJ, which would stay in the log in the clear for ever",
            "Um campo que não é para isso tem um CPF ou CNPJ, que ficaria legível no registro para sempre",
        ],
        [
            "Take it out; the buyer's goes into customer.tax_id, a company's or store's into cnpj",
            "Retire-o; o do comprador vai em customer.tax_id, o da empresa ou loja em cnpj",
        ],
    ),
    reason(
        "TEXT_HAS_CONTROL",
        [
            "A text has control characters or such that turn the direction of writing, or a code has invisible ones",
            "Um texto tem caracteres de controle ou que mudam a direção da escrita, ou um código tem invisíveis",
        ],
        [
            "Type the text again instead of copying it",
            "Digite o texto de novo em vez de copiá-lo",
        ],
    ),
    reason(
        "TEXT_TOO_LONG",
        ["A text is longer than its field", "Um texto é maior que o campo"],
        ["Shorten it", "Encurte-o"],
    ),
    reason(
        "UNIT_DECIMALS",
        [
            "A quantity has more decimals than the product's unit, or the unit more than 4",
            "Uma quantidade tem mais casas decimais do que a unidade do produto, ou a unidade mais de 4",
        ],
        [
            "Round the quantity, or change the product",
            "Arredonde a quantidade ou altere o produto",
        ],
    ),
    reason(
        "UNIT_PRICE_INVALID",
        [
            "The unit price is no decimal of zero or more with at most 10 decimals",
            "O preço unitário não é um decimal maior ou igual a zero com até 10 casas",
        ],
        [
            "Write it with a point, as 12.34",
            "Escreva-o com ponto, como 12.34",
        ],
    ),
    reason(
        "VALUE_NOT_ALLOWED",
        [
            "An adjustment that takes goods out gives a value",
            "Um ajuste de saída informa um valor",
        ],
        [
            "Leave the value out: goods go out at their own cost",
            "Deixe o valor fora: a saída usa o custo da própria mercadoria",
        ],
    ),
    reason(
        "VOID_WINDOW_INVALID",
        [
            "The time for voiding a sale is not 1 to 8760 hours[: {given}]",
            "O prazo para cancelar uma venda não é de 1 a 8760 horas[: {given}]",
        ],
        [
            "Correct it, or leave it out for no limit",
            "Corrija-o ou deixe-o fora para não haver limite",
        ],
    ),
];
