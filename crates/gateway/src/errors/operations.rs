//! What those who look after the server are refused.

use tonic::Code::{FailedPrecondition, NotFound};

use super::reason::{Reason, reason};

pub(super) const REASONS: &[Reason] = &[
    reason(
        "REACTOR_NOT_FOUND",
        NotFound,
        ["There is no reactor {name}", "Não há reator {name}"],
        [
            "Check the name; its id is one of {reactors}",
            "Confira o nome; o id é um destes: {reactors}",
        ],
    ),
    reason(
        "REACTOR_STUCK",
        FailedPrecondition,
        [
            "{parked_events} events were set aside already, so that the fault must lie in the server or in the log",
            "Já foram postos de lado {parked_events} eventos; a falha deve estar no servidor ou no registro",
        ],
        [
            "Run a newer version, or check the log with `posars audit verify`",
            "Use uma versão mais nova ou confira o registro com `posars audit verify`",
        ],
    ),
];
