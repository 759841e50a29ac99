//! What keeps an event from being posted to the books, and what the list of exceptions tells beside.

use crate::reason::{Reason, reason};

pub(super) const REASONS: &[Reason] = &[
    reason(
        "ACCOUNT_ROLE_UNASSIGNED",
        [
            "An account role that posting needs has no account",
            "Uma função contábil que o lançamento precisa não tem conta",
        ],
        [
            "Assign an account to the role; what waits is posted then",
            "Atribua uma conta à função; o que espera é lançado em seguida",
        ],
    ),
    reason(
        "CURRENCY_NOT_OF_BOOKS",
        [
            "The books are kept in another currency",
            "Os livros são mantidos em outra moeda",
        ],
        [
            "Nothing is to be done: amounts in other currencies are not posted",
            "Nada a fazer: valores em outras moedas não são lançados",
        ],
    ),
    reason(
        "ENTRY_ID_TAKEN",
        [
            "An entry by hand has the id of the entry of this event",
            "Um lançamento manual usa o id do lançamento deste evento",
        ],
        [
            "Reverse that entry and post this event by hand",
            "Estorne esse lançamento e lance este evento manualmente",
        ],
    ),
    reason(
        "ITEM_ID_TAKEN",
        [
            "An item registered by hand has the id of what this event makes owed",
            "Um título registrado manualmente usa o id do que este evento torna devido",
        ],
        [
            "Cancel that item and post this event by hand",
            "Cancele esse título e lance este evento manualmente",
        ],
    ),
    reason(
        "NO_OPEN_MONTH",
        [
            "No month of the books is open",
            "Nenhum mês dos livros está aberto",
        ],
        [
            "Begin the books, or reopen the month that was closed last",
            "Inicie os livros ou reabra o último mês fechado",
        ],
    ),
    reason(
        "PAYROLL_NOT_POSTED",
        [
            "The payroll that this takes back is not posted yet",
            "A folha que isto cancela ainda não foi lançada",
        ],
        [
            "Mend what the payroll waits for; this follows by itself",
            "Resolva o que a folha espera; isto segue sozinho",
        ],
    ),
    reason(
        "POSTING_RULE_MISSING",
        [
            "No posting rule says where a part of the event goes",
            "Nenhuma regra de lançamento diz para onde vai uma parte do evento",
        ],
        [
            "Define a rule that holds on the day of the event; what waits is posted then",
            "Defina uma regra que valha no dia do evento; o que espera é lançado em seguida",
        ],
    ),
    reason(
        "POSTING_RULE_UNFIT",
        [
            "The posting rule names a role whose accounts agree with a ledger of their own",
            "A regra de lançamento indica uma função cujas contas batem com um razão próprio",
        ],
        [
            "Define a rule with another role; what waits is posted then",
            "Defina uma regra com outra função; o que espera é lançado em seguida",
        ],
    ),
    reason(
        "SALE_NOT_POSTED",
        [
            "The sale that this undoes is not posted yet",
            "A venda que isto desfaz ainda não foi lançada",
        ],
        [
            "Mend what the sale waits for; this follows by itself",
            "Resolva o que a venda espera; isto segue sozinho",
        ],
    ),
];
