//! Payrolls.

use crate::reason::{Reason, reason};

pub(super) const REASONS: &[Reason] = &[
    reason(
        "NET_EXCEEDS_GROSS",
        [
            "A line of the payroll pays out more than was earned",
            "Uma linha da folha paga mais do que o valor bruto",
        ],
        [
            "Correct gross or net, or record what is paid on top as earned",
            "Corrija o bruto ou o líquido ou lance o que é pago a mais como ganho",
        ],
    ),
    reason(
        "PAYROLL_ALREADY_VOIDED",
        [
            "Payroll {payroll_id} was voided already",
            "A folha {payroll_id} já foi cancelada",
        ],
        [
            "Record a new payroll if another is needed",
            "Registre uma nova folha se for preciso outra",
        ],
    ),
    reason(
        "PAYROLL_EMPLOYEE_TWICE",
        [
            "Employee {given} has two lines in the payroll",
            "O funcionário {given} tem duas linhas na folha",
        ],
        [
            "Add the lines up, or record the second one as a payroll of its own",
            "Some as linhas ou registre a segunda como outra folha",
        ],
    ),
    reason(
        "PAYROLL_EXISTS",
        [
            "Payroll {payroll_id} is recorded already, with other content",
            "A folha {payroll_id} já está registrada, com outro conteúdo",
        ],
        [
            "Use a new id; void the payroll first if it is wrong",
            "Use um novo id; se a folha estiver errada, cancele-a antes",
        ],
    ),
    reason(
        "PAYROLL_ID_INVALID",
        ["The id of the payroll is no UUID", "O id da folha não é um UUID"],
        [
            "Make a UUID once for each payroll and send the same one again when you repeat the call",
            "Gere um UUID para cada folha e envie o mesmo ao repetir a chamada",
        ],
    ),
    reason(
        "PAYROLL_MONTH_IN_FUTURE",
        [
            "The month {given} of the payroll has yet to begin",
            "O mês {given} da folha ainda não começou",
        ],
        ["Correct the month", "Corrija o mês"],
    ),
    reason(
        "PAYROLL_UNKNOWN",
        [
            "Payroll {payroll_id} is not recorded",
            "A folha {payroll_id} não está registrada",
        ],
        ["Check the id", "Confira o id"],
    ),
    reason(
        "WAGE_AMOUNT_INVALID",
        [
            "An amount of a wage is below zero or too large, or a line comes to nothing",
            "Um valor de salário é negativo ou grande demais, ou uma linha não tem valor",
        ],
        [
            "Correct the amounts, or take the line out when it is nothing",
            "Corrija os valores ou retire a linha se ela não tiver valor",
        ],
    ),
];
