//! What the rules of employees refuse.

use crate::reason::{Reason, reason};

pub(super) const REASONS: &[Reason] = &[
    reason(
        "ABSENCE_KIND_INVALID",
        [
            "The kind of a leave is not 1 to 40 small letters, digits and underscores",
            "O tipo do afastamento não tem de 1 a 40 letras minúsculas, dígitos e sublinhados",
        ],
        [
            "Send vacation, medical, maternity, paternity, paid, unpaid, suspension or a word of your own",
            "Envie vacation, medical, maternity, paternity, paid, unpaid, suspension ou uma palavra sua",
        ],
    ),
    reason(
        "ADMISSION_AFTER_CHANGE",
        [
            "Something is told of {date}, by when the employment had begun; it cannot begin on {admission_date}",
            "Há um registro de {date}, quando o vínculo já existia; ele não pode começar em {admission_date}",
        ],
        ["Give an earlier first day", "Informe um primeiro dia anterior"],
    ),
    reason(
        "BANK_CODE_INVALID",
        [
            "The bank's code is not 3 digits",
            "O código do banco não tem 3 dígitos",
        ],
        [
            "Send the number that the Central Bank gave it, as 001",
            "Envie o número dado pelo Banco Central, como 001",
        ],
    ),
    reason(
        "BIRTH_DATE_INVALID",
        [
            "The day of birth is before 1900-01-01, or not before today and the first day of work",
            "A data de nascimento é anterior a 01/01/1900 ou não é anterior a hoje e ao primeiro dia de trabalho",
        ],
        [
            "Correct the day, or leave it out",
            "Corrija a data ou deixe-a fora",
        ],
    ),
    reason(
        "CONTRACT_KIND_INVALID",
        [
            "The kind of a contract is not 1 to 40 small letters, digits and underscores",
            "O tipo do contrato não tem de 1 a 40 letras minúsculas, dígitos e sublinhados",
        ],
        [
            "Send permanent, fixed_term, probation, intermittent, apprentice, intern, temporary, officer or a word of your own",
            "Envie permanent, fixed_term, probation, intermittent, apprentice, intern, temporary, officer ou uma palavra sua",
        ],
    ),
    reason(
        "EFFECTIVE_DATE_BEFORE_HIRE",
        [
            "{date} is before {admission_date}, the first day of work",
            "{date} é anterior a {admission_date}, o primeiro dia de trabalho",
        ],
        [
            "Give that day or a later one",
            "Informe esse dia ou um dia posterior",
        ],
    ),
    reason(
        "EMAIL_INVALID",
        [
            "The e-mail address is not a name, an @ and a host, or has white space in it",
            "O e-mail não tem um nome, um @ e um domínio, ou contém espaços",
        ],
        [
            "Correct the address, or leave it out",
            "Corrija o e-mail ou deixe-o fora",
        ],
    ),
    reason(
        "EMPLOYEE_ALREADY_ACTIVE",
        [
            "The employee {employee_id} works here since {admission_date}, under other terms than these",
            "O funcionário {employee_id} trabalha aqui desde {admission_date}, em outras condições",
        ],
        [
            "Change the position or the wage, or choose another id",
            "Altere o cargo ou o salário, ou escolha outro id",
        ],
    ),
    reason(
        "EMPLOYEE_EXISTS",
        [
            "The employee {employee_id} worked here until {ended_on}",
            "O funcionário {employee_id} trabalhou aqui até {ended_on}",
        ],
        [
            "Rehire that one, or choose another id",
            "Readmita esse funcionário ou escolha outro id",
        ],
    ),
    reason(
        "EMPLOYEE_FULL",
        [
            "The employee {employee_id} has {count} {what}, which is the most there may be",
            "O funcionário {employee_id} já tem {count} registros ({what}), que é o máximo",
        ],
        [
            "End the employment and go on under another id",
            "Encerre o vínculo e continue com outro id",
        ],
    ),
    reason(
        "EMPLOYEE_ID_INVALID",
        [
            "The employee's id is not 1 to 40 visible characters without white space",
            "O id do funcionário não tem de 1 a 40 caracteres visíveis sem espaços",
        ],
        [
            "Take the number in the register of employees; never a CPF",
            "Use o número do registro de empregados; nunca um CPF",
        ],
    ),
    reason(
        "EMPLOYEE_NOT_ACTIVE",
        [
            "The employee {employee_id} does not work here then[; the last day of work was {ended_on}][; the month is {month}]",
            "O funcionário {employee_id} não trabalha aqui nessa data[; o último dia de trabalho foi {ended_on}][; o mês é {month}]",
        ],
        [
            "Correct the date, or rehire the employee first",
            "Corrija a data ou readmita o funcionário antes",
        ],
    ),
    reason(
        "EMPLOYMENT_OVERLAP",
        [
            "The employment before lasts until {ended_on}, and the next would begin on {admission_date}",
            "O vínculo anterior vai até {ended_on}, e o próximo começaria em {admission_date}",
        ],
        ["Begin it after that day", "Comece-o depois desse dia"],
    ),
    reason(
        "INVALID_CPF",
        [
            "The CPF is not 9 digits and 2 check digits that agree with them",
            "O CPF não tem 9 dígitos e 2 dígitos verificadores corretos",
        ],
        [
            "Copy it again from the document; spreadsheets drop zeros in front",
            "Copie-o de novo do documento; planilhas perdem os zeros da frente",
        ],
    ),
    reason(
        "LEAVE_DATES_INVALID",
        [
            "The last day of the leave is before its first",
            "O último dia do afastamento é anterior ao primeiro",
        ],
        ["Swap the two days", "Troque as duas datas"],
    ),
    reason(
        "LEAVE_EXISTS",
        [
            "The leave {leave_id} is registered with other content, or was cancelled",
            "O afastamento {leave_id} está registrado com outro conteúdo ou foi cancelado",
        ],
        [
            "Give this leave an id of its own",
            "Dê a este afastamento um id próprio",
        ],
    ),
    reason(
        "LEAVE_ID_INVALID",
        [
            "The leave's id is not a UUID",
            "O id do afastamento não é um UUID",
        ],
        [
            "Make one for each leave, before the first attempt",
            "Crie um para cada afastamento, antes da primeira tentativa",
        ],
    ),
    reason(
        "LEAVE_NOT_FOUND",
        [
            "The employee {employee_id} has no leave {leave_id}",
            "O funcionário {employee_id} não tem o afastamento {leave_id}",
        ],
        ["Correct the id", "Corrija o id"],
    ),
    reason(
        "LEAVE_OVERLAP",
        [
            "The leave {leave_id} from {from} to {to} has some of these days",
            "O afastamento {leave_id}, de {from} a {to}, tem alguns desses dias",
        ],
        [
            "Choose other days, or cancel that leave first",
            "Escolha outros dias ou cancele antes aquele afastamento",
        ],
    ),
    reason(
        "PIS_INVALID",
        [
            "The PIS is not 10 digits and a check digit that agrees with them",
            "O PIS não tem 10 dígitos e um dígito verificador correto",
        ],
        [
            "Copy it again, or leave it out",
            "Copie-o de novo ou deixe-o fora",
        ],
    ),
    reason(
        "SALARY_NOT_POSITIVE",
        ["The wage is not above zero", "O salário não é maior que zero"],
        [
            "Send the wage in minor units, 250000 for R$ 2,500.00",
            "Envie o salário em centavos, 250000 para R$ 2.500,00",
        ],
    ),
    reason(
        "SUBJECT_IN_USE",
        [
            "The person {subject_id} is an employee under another id",
            "A pessoa {subject_id} já é funcionária com outro id",
        ],
        [
            "Use that employee's id, or correct the person's",
            "Use o id desse funcionário ou corrija o da pessoa",
        ],
    ),
    reason(
        "UNKNOWN_EMPLOYEE",
        [
            "No employee has the id {employee_id}",
            "Nenhum funcionário tem o id {employee_id}",
        ],
        [
            "Hire the employee first, or correct the id",
            "Admita o funcionário antes ou corrija o id",
        ],
    ),
    reason(
        "WAGE_PERIOD_INVALID",
        [
            "The wage is for neither a month nor an hour",
            "O salário não é por mês nem por hora",
        ],
        ["Send month or hour", "Envie month ou hour"],
    ),
];
