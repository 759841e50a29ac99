//! What is refused of people and of what is known of them.

use crate::reason::{Reason, reason};

pub(super) const REASONS: &[Reason] = &[
    reason(
        "CPF_IN_USE",
        [
            "Another employee of the company has this CPF",
            "Outro funcionário da empresa tem este CPF",
        ],
        [
            "Correct the CPF, or look the employee up by it",
            "Corrija o CPF ou procure o funcionário por ele",
        ],
    ),
    reason(
        "ERASURE_CAUSE_INVALID",
        [
            "The cause of an erasure is neither of the two that there are",
            "A causa da eliminação não é uma das duas existentes",
        ],
        ["Use request or retention", "Use request ou retention"],
    ),
    reason(
        "EXPORT_TOO_LARGE",
        [
            "More than {events_max} events hold something of this person",
            "Mais de {events_max} eventos guardam algo desta pessoa",
        ],
        [
            "Use `posars people export`, which hands out up to 20000 events; beyond that, read the records of the person one by one",
            "Use `posars people export`, que entrega até 20000 eventos; além disso, leia os registros da pessoa um a um",
        ],
    ),
    reason(
        "PERSONAL_DATA_LOCKED",
        [
            "Names, tax numbers and wages are locked: the master key is not where the server looks for it; nothing was \
             written",
            "Nomes, CPFs e salários estão trancados: a chave mestra não está onde o servidor a procura; nada foi gravado",
        ],
        [
            "The operator puts the master key back; `posars keys status` says which and where",
            "O operador põe a chave mestra de volta; `posars keys status` diz qual e onde",
        ],
    ),
    reason(
        "PERSON_ERASED",
        [
            "What was kept of this person[ under {class}] has been erased, and nothing more can be kept under it",
            "O que se guardava desta pessoa[ como {class}] foi apagado, e nada mais pode ser guardado assim",
        ],
        ["Name another person", "Indique outra pessoa"],
    ),
    reason(
        "PERSON_UNKNOWN",
        [
            "Nothing is known of a person with this id",
            "Nada se sabe de uma pessoa com este id",
        ],
        [
            "Find the person by the tax number, and use the id that it gives",
            "Procure a pessoa pelo CPF ou CNPJ e use o id encontrado",
        ],
    ),
    reason(
        "RETENTION_CLASS_INVALID",
        [
            "The class of personal data is none of the three that there are",
            "A classe de dados pessoais não é uma das três existentes",
        ],
        ["Use contact, fiscal or labour", "Use contact, fiscal ou labour"],
    ),
    reason(
        "RETENTION_MONTHS_INVALID",
        [
            "The time that personal data is kept for is below its least or beyond 1200 months[: {given}]",
            "O prazo de guarda de dados pessoais está abaixo do mínimo ou acima de 1200 meses[: {given}]",
        ],
        [
            "Give contact data 1 month or more, fiscal and labour data 60 or more; leave out what stays as it is",
            "Dê 1 mês ou mais aos dados de contato e 60 ou mais aos fiscais e trabalhistas; deixe fora o que não muda",
        ],
    ),
];
