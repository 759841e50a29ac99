//! Entries of the journal and the months of the books.

use crate::reason::{Reason, reason};

pub(super) const REASONS: &[Reason] = &[
    reason(
        "ACCOUNT_IS_CONTROLLED",
        [
            "Account {account} is that of {role}, which has a ledger of its own to agree with",
            "A conta {account} é a de {role}, que tem de bater com um razão próprio",
        ],
        [
            "Record what happened, such as an adjustment of stock or a settlement: it is posted by itself",
            "Registre o que aconteceu, como um ajuste de estoque ou uma baixa: o lançamento sai sozinho",
        ],
    ),
    reason(
        "ACCOUNT_NOT_POSTABLE",
        [
            "Nothing is posted to account {account}, which is a heading or retired",
            "A conta {account} é sintética ou foi desativada e não recebe lançamentos",
        ],
        [
            "Choose an account below it, or another one",
            "Escolha uma conta analítica abaixo dela, ou outra",
        ],
    ),
    reason(
        "ACCOUNT_UNKNOWN",
        [
            "Account {account} is not in the chart",
            "A conta {account} não está no plano de contas",
        ],
        [
            "Correct the code, or define the account first",
            "Corrija o código ou cadastre a conta antes",
        ],
    ),
    reason(
        "BOOKS_EXIST",
        [
            "The books of this company have begun already, with another currency, day or position",
            "A contabilidade desta empresa já começou, com outra moeda, outro dia ou outra posição",
        ],
        [
            "They begin once; go on with them as they are",
            "Ela começa uma vez só; continue com ela como está",
        ],
    ),
    reason(
        "BOOKS_NOT_BEGUN",
        [
            "The books of this company have not begun",
            "A contabilidade desta empresa ainda não começou",
        ],
        [
            "Start the server once, which begins them, or run `posars finance begin`",
            "Inicie o servidor uma vez, que ela começa, ou execute `posars finance begin`",
        ],
    ),
    reason(
        "COST_CENTER_UNKNOWN",
        [
            "Cost centre {cost_center} is not defined, or is retired",
            "O centro de custo {cost_center} não está cadastrado ou foi desativado",
        ],
        [
            "Define it first, or choose another one",
            "Cadastre-o antes ou escolha outro",
        ],
    ),
    reason(
        "DATE_BEFORE_BOOKS",
        [
            "{date} lies before the books, which begin on {begins_on}",
            "{date} é anterior à contabilidade, que começa em {begins_on}",
        ],
        [
            "Use a day of the books; the opening entry covers what was before",
            "Use um dia da contabilidade; o lançamento de abertura cobre o que veio antes",
        ],
    ),
    reason(
        "DATE_ORDER_INVALID",
        [
            "One date lies on the wrong side of another: an entry counts on the day of what it is for or later, and is reversed \
             on its own day or later",
            "Uma data está do lado errado de outra: um lançamento vale no dia do fato ou depois, e é estornado no próprio dia \
             ou depois",
        ],
        ["Correct one of them", "Corrija uma delas"],
    ),
    reason(
        "ENTRY_ALREADY_REVERSED",
        [
            "Entry {entry_id} was reversed by {reversal_id} already",
            "O lançamento {entry_id} já foi estornado por {reversal_id}",
        ],
        [
            "Post a new entry if another one is needed",
            "Faça um novo lançamento se for preciso outro",
        ],
    ),
    reason(
        "ENTRY_EXISTS",
        [
            "Entry {entry_id} exists with other content",
            "O lançamento {entry_id} já existe com outro conteúdo",
        ],
        [
            "Use a new id, or send exactly what was sent before",
            "Use um novo id ou envie exatamente o que foi enviado antes",
        ],
    ),
    reason(
        "ENTRY_IS_DERIVED",
        [
            "Entry {entry_id} is posted for what happened ({event_type}), not by hand",
            "O lançamento {entry_id} foi gerado pelo que aconteceu ({event_type}), não à mão",
        ],
        [
            "Undo that instead, as by voiding the sale: its entry follows",
            "Desfaça o fato, como cancelando a venda: o lançamento acompanha",
        ],
    ),
    reason(
        "ENTRY_LINES_INVALID",
        [
            "An entry has 2 to 500 lines, each a debit above zero or a credit above zero",
            "Um lançamento tem de 2 a 500 linhas, cada uma com débito ou crédito maior que zero",
        ],
        [
            "Correct the line, or split an entry that is longer",
            "Corrija a linha ou divida um lançamento maior",
        ],
    ),
    reason(
        "ENTRY_UNBALANCED",
        [
            "The debits come to {debits} and the credits to {credits} minor units",
            "Os débitos somam {debits} e os créditos {credits} centavos",
        ],
        ["Make them equal", "Faça os dois baterem"],
    ),
    reason(
        "ENTRY_UNKNOWN",
        [
            "Entry {entry_id} is not in the journal",
            "O lançamento {entry_id} não está no diário",
        ],
        ["Check the id", "Confira o id"],
    ),
    reason(
        "PERIOD_CLOSED",
        [
            "{month} is closed, or about to be",
            "{month} está fechado, ou fechando",
        ],
        [
            "Post it in an open month[, from {first_open} on], or reopen that one",
            "Lance em um mês aberto[, a partir de {first_open}], ou reabra aquele",
        ],
    ),
    reason(
        "PERIOD_CLOSING",
        ["{month} is being closed", "{month} está sendo fechado"],
        [
            "Close it again to go on where it was cut off, or reopen it",
            "Feche-o de novo para continuar de onde parou, ou reabra-o",
        ],
    ),
    reason(
        "PERIOD_HAS_PENDING_WORK",
        [
            "Something of {month}, or of a month before, is not in the books yet or does not agree with them: {pending}",
            "Algo de {month}, ou de um mês anterior, ainda não está na contabilidade ou não bate com ela: {pending}",
        ],
        [
            "Define what is missing (`unposted`: a rule or the account of a role; `waiting_lines`: products), retry what was set \
             aside, then close again",
            "Cadastre o que falta (`unposted`: regra ou conta de um papel; `waiting_lines`: produtos), repita o que foi posto de \
             lado e feche de novo",
        ],
    ),
    reason(
        "PERIOD_LOCKED",
        ["{month} is closed for good", "{month} está fechado em definitivo"],
        [
            "Post it in an open month[, from {first_open} on]",
            "Lance em um mês aberto[, a partir de {first_open}]",
        ],
    ),
    reason(
        "PERIOD_NOT_BEGUN",
        ["{month} has not begun", "{month} ainda não começou"],
        ["Close it when it is over", "Feche-o quando terminar"],
    ),
    reason(
        "PERIOD_NOT_CLOSED",
        ["{month} is not closed", "{month} não está fechado"],
        ["Close it first", "Feche-o antes"],
    ),
    reason(
        "PERIOD_NOT_CLOSING",
        [
            "{month} is not being closed, or somebody reopened it meanwhile",
            "{month} não está sendo fechado, ou alguém o reabriu nesse meio-tempo",
        ],
        ["Close it anew", "Feche-o de novo"],
    ),
    reason(
        "PERIOD_OUT_OF_ORDER",
        [
            "{month} is not next; {next} is",
            "{month} não é o próximo; o próximo é {next}",
        ],
        [
            "Close months in their order, and reopen the last one first",
            "Feche os meses em ordem e reabra primeiro o último",
        ],
    ),
    reason(
        "TRIAL_BALANCE_INVALID",
        [
            "The trial balance of the seal does not add up, or is too large",
            "O balancete do selo não fecha, ou é grande demais",
        ],
        [
            "Rebuild the read models and close the month again; report it if that does not help",
            "Reconstrua os modelos de leitura e feche o mês de novo; se não resolver, avise o suporte",
        ],
    ),
];
