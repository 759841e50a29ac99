//! What those who look after the server are refused.

use crate::reason::{Reason, reason};

pub(super) const REASONS: &[Reason] = &[
    reason(
        "PROJECTION_NOT_FOUND",
        ["There is no projection {name}", "Não há projeção {name}"],
        [
            "Check the name; its id is one of {known}",
            "Confira o nome; o id é um destes: {known}",
        ],
    ),
    reason(
        "REACTOR_NOT_FOUND",
        ["There is no reactor {name}", "Não há reator {name}"],
        [
            "Check the name; its id is one of {known}",
            "Confira o nome; o id é um destes: {known}",
        ],
    ),
    reason(
        "REACTOR_STUCK",
        [
            "{parked_events} events were set aside already, so that the fault must lie in the server or in the log",
            "Já foram postos de lado {parked_events} eventos; a falha deve estar no servidor ou no registro",
        ],
        [
            "Run a newer version, or check the log with `posars audit verify`",
            "Use uma versão mais nova ou confira o registro com `posars audit verify`",
        ],
    ),
    reason(
        "USERS_ELSEWHERE",
        [
            "The tokens of this server come from another issuer, which keeps the users and what they may do",
            "Os tokens deste servidor vêm de outro emissor, que guarda os usuários e o que podem fazer",
        ],
        ["Ask that issuer", "Consulte esse emissor"],
    ),
    reason(
        "USER_NOT_FOUND",
        [
            "Nobody called {name} was granted anything in this company",
            "Ninguém chamado {name} recebeu permissão nesta empresa",
        ],
        [
            "Check the name; who has a role in another company only is not told here",
            "Confira o nome; quem só tem papel em outra empresa não aparece aqui",
        ],
    ),
];
