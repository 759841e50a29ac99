//! What the door of REST refuses before a call is made of a request. The words for these reasons follow those of
//! posars-transcoder, which makes them.

use crate::reason::{Reason, reason};

pub(super) const REASONS: &[Reason] = &[
    reason(
        "ANSWER_UNREADABLE",
        [
            "The answer of the service could not be written as JSON",
            "A resposta do serviço não pôde ser escrita como JSON",
        ],
        [
            "Tell the operator the time of the call",
            "Informe ao operador o horário da chamada",
        ],
    ),
    reason(
        "BODY_FIELD_UNKNOWN",
        [
            "The body has a field that the request does not have",
            "O corpo tem um campo que a requisição não tem",
        ],
        [
            "Correct the name[ to {nearest}] or leave it out",
            "Corrija o nome[ para {nearest}] ou deixe-o fora",
        ],
    ),
    reason(
        "BODY_KEY_DUPLICATE",
        [
            "A JSON object of the body has a key twice",
            "Um objeto JSON do corpo tem uma chave repetida",
        ],
        ["Leave one of them out", "Deixe uma delas fora"],
    ),
    reason(
        "BODY_NOT_JSON",
        ["The body is not JSON", "O corpo não é JSON"],
        [
            "Correct the JSON at the place that the English message names",
            "Corrija o JSON no lugar que a mensagem em inglês indica",
        ],
    ),
    reason(
        "BODY_TOO_DEEP",
        [
            "The JSON of the body is nested more deeply than the limit",
            "O JSON do corpo tem níveis demais",
        ],
        ["Nest less", "Use menos níveis"],
    ),
    reason(
        "BODY_UNREADABLE",
        [
            "The body ended too early or cannot be decompressed",
            "O corpo terminou cedo demais ou não pôde ser descomprimido",
        ],
        ["Send the whole body again", "Envie o corpo inteiro de novo"],
    ),
    reason(
        "BODY_VALUE_INVALID",
        [
            "A value of the body does not fit its field",
            "Um valor do corpo não cabe no campo",
        ],
        [
            "Write the value as the field's description asks",
            "Escreva o valor como a descrição do campo pede",
        ],
    ),
    reason(
        "ENCODING_UNSUPPORTED",
        [
            "The body is compressed in a way that is not known here",
            "O corpo está comprimido de um modo desconhecido aqui",
        ],
        [
            "Send gzip, or no Content-Encoding",
            "Envie gzip ou nenhum Content-Encoding",
        ],
    ),
    reason(
        "MEDIA_TYPE_UNSUPPORTED",
        [
            "The body is of a media type that this method does not take",
            "O corpo é de um tipo que este método não recebe",
        ],
        ["Send application/json", "Envie application/json"],
    ),
    reason(
        "METHOD_NOT_ALLOWED",
        [
            "This path does not take this method",
            "Este caminho não recebe este método",
        ],
        [
            "Use a method that the Allow header names",
            "Use um método que o cabeçalho Allow indica",
        ],
    ),
    reason(
        "ONEOF_CONFLICT",
        [
            "Two fields are given of which only one may be set",
            "Vieram dois campos dos quais só um pode ser informado",
        ],
        ["Leave one of them out", "Deixe um deles fora"],
    ),
    reason(
        "PATH_MALFORMED",
        [
            "The path has an escape that is not UTF-8 in hexadecimal",
            "O caminho tem um escape que não é UTF-8 em hexadecimal",
        ],
        [
            "Escape the path again as UTF-8",
            "Refaça o escape do caminho em UTF-8",
        ],
    ),
    reason(
        "PATH_VALUE_INVALID",
        [
            "A part of the path does not fit its field",
            "Uma parte do caminho não cabe no campo",
        ],
        [
            "Write the value as the field's description asks",
            "Escreva o valor como a descrição do campo pede",
        ],
    ),
    reason(
        "QUERY_MALFORMED",
        [
            "The query has an escape that is not UTF-8 in hexadecimal",
            "A consulta tem um escape que não é UTF-8 em hexadecimal",
        ],
        [
            "Escape the query again as UTF-8",
            "Refaça o escape da consulta em UTF-8",
        ],
    ),
    reason(
        "QUERY_PARAMETERS_TOO_MANY",
        [
            "The query has more parameters than the limit",
            "A consulta tem mais parâmetros que o limite",
        ],
        ["Send fewer parameters", "Envie menos parâmetros"],
    ),
    reason(
        "QUERY_PARAMETER_MISPLACED",
        [
            "A query parameter names a field that the path or the body gives",
            "Um parâmetro indica um campo que vem do caminho ou do corpo",
        ],
        ["Leave it out, or send it there", "Deixe-o fora ou envie-o ali"],
    ),
    reason(
        "QUERY_PARAMETER_REPEATED",
        [
            "A query parameter of a single value is given twice",
            "Um parâmetro de um só valor veio duas vezes",
        ],
        ["Give it once", "Informe-o uma vez"],
    ),
    reason(
        "QUERY_PARAMETER_UNFIT",
        [
            "A query parameter names a field that no query can spell",
            "Um parâmetro indica um campo que não cabe em uma consulta",
        ],
        [
            "Name a field inside it, or send it in a body",
            "Indique um campo dentro dele ou envie-o em um corpo",
        ],
    ),
    reason(
        "QUERY_PARAMETER_UNKNOWN",
        [
            "The request has no field of a query parameter's name",
            "A requisição não tem um campo com o nome de um parâmetro",
        ],
        [
            "Correct the name[ to {nearest}] or leave it out",
            "Corrija o nome[ para {nearest}] ou deixe-o fora",
        ],
    ),
    reason(
        "QUERY_TOO_LONG",
        [
            "The query is longer than the limit",
            "A consulta é maior que o limite",
        ],
        [
            "Send fewer or shorter parameters",
            "Envie parâmetros menos numerosos ou menores",
        ],
    ),
    reason(
        "QUERY_VALUE_INVALID",
        [
            "A query parameter does not fit its field",
            "Um parâmetro da consulta não cabe no campo",
        ],
        [
            "Write the value as the field's description asks",
            "Escreva o valor como a descrição do campo pede",
        ],
    ),
    reason(
        "ROUTE_NOT_FOUND",
        ["Nothing is served at this path", "Não há nada neste caminho"],
        [
            "See the paths of the API at /docs",
            "Veja os caminhos da API em /docs",
        ],
    ),
];
