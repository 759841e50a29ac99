//! Who may call, and how often.

use crate::reason::{Reason, reason};

pub(super) const REASONS: &[Reason] = &[
    reason(
        "CALLER_OVERLOADED",
        [
            "This caller has {caller_calls_max} calls under way, as many as one may; nothing was done",
            "Quem chama já tem {caller_calls_max} chamadas em andamento, o máximo de cada um; nada foi feito",
        ],
        [
            "Send it again when one of them has ended",
            "Envie de novo quando uma delas terminar",
        ],
    ),
    reason(
        "COMPANY_NOT_CHOSEN",
        [
            "The caller has roles in several companies[: {companies}]",
            "Quem chama tem papéis em várias empresas[: {companies}]",
        ],
        [
            "Name the company of this call in the header posars-company",
            "Diga a empresa desta chamada no cabeçalho posars-company",
        ],
    ),
    reason(
        "KEYS_UNAVAILABLE",
        [
            "The keys that tokens are checked with cannot be fetched from their issuer",
            "As chaves que conferem os tokens não puderam ser obtidas do emissor",
        ],
        [
            "Send it again after some seconds; if that goes on, tell the operator",
            "Envie de novo em alguns segundos; se continuar, avise o operador",
        ],
    ),
    reason(
        "NO_MEMBERSHIP",
        [
            "The caller has no role in any company",
            "Quem chama não tem papel em nenhuma empresa",
        ],
        [
            "Ask an owner of the company for one and sign in again",
            "Peça um ao proprietário da empresa e entre de novo no sistema",
        ],
    ),
    reason(
        "OVERLOADED",
        [
            "The server works on as many calls as it can; nothing was done",
            "O servidor já atende o máximo de chamadas; nada foi feito",
        ],
        ["Send it again after a pause", "Envie de novo depois de uma pausa"],
    ),
    reason(
        "RATE_LIMITED",
        [
            "More than {calls_per_s} calls per second came from this caller; nothing was done",
            "Vieram mais de {calls_per_s} chamadas por segundo deste remetente; nada foi feito",
        ],
        ["Send it again after a pause", "Envie de novo depois de uma pausa"],
    ),
    reason(
        "REQUESTS_OVERLOADED",
        [
            "The large requests under way take as much memory as they may; nothing was done",
            "As requisições grandes em andamento já ocupam a memória permitida; nada foi feito",
        ],
        [
            "Send it again after a pause, or in smaller parts",
            "Envie de novo depois de uma pausa ou em partes menores",
        ],
    ),
    reason(
        "REQUEST_STALLED",
        [
            "The rest of the request did not come within {timeout_ms} ms; nothing was done",
            "O resto da requisição não chegou em {timeout_ms} ms; nada foi feito",
        ],
        [
            "Send it again on a better connection",
            "Envie de novo com uma conexão melhor",
        ],
    ),
    reason(
        "REQUEST_TOO_LARGE",
        [
            "The request is larger than[ the {request_bytes_max} bytes] it may be; nothing was done",
            "A requisição é maior que o permitido[, {request_bytes_max} bytes]; nada foi feito",
        ],
        ["Split it into smaller ones", "Divida-a em requisições menores"],
    ),
    reason(
        "REQUEST_VALUES_TOO_MANY",
        [
            "The request has more fields and list entries than[ the {request_values_max}] it may have; nothing was done",
            "A requisição tem mais campos e itens de lista que o permitido[, {request_values_max}]; nada foi feito",
        ],
        ["Split it into smaller ones", "Divida-a em requisições menores"],
    ),
    reason(
        "ROLE_LIMITED_TO_STORE",
        [
            "The call touches the company {company} as a whole, and the caller's role holds for some of its stores only",
            "A chamada diz respeito à empresa {company} inteira, e o papel de quem chama vale só para algumas lojas",
        ],
        [
            "Ask somebody whose role holds for the company",
            "Peça a alguém cujo papel valha para a empresa",
        ],
    ),
    reason(
        "ROLE_MISSING",
        [
            "None of the caller's roles in the company {company} may do this; it takes one of {any_of}",
            "Nenhum papel de quem chama na empresa {company} permite isto; é preciso um de {any_of}",
        ],
        [
            "Ask an owner of the company for one",
            "Peça um ao proprietário da empresa",
        ],
    ),
    reason(
        "STORE_NOT_CHOSEN",
        [
            "The caller's role holds for some stores only: {stores}",
            "O papel de quem chama vale só para algumas lojas: {stores}",
        ],
        ["Ask for one of them", "Peça uma delas"],
    ),
    reason(
        "TOKEN_ALGORITHM",
        [
            "The token is not signed with RS256",
            "O token não está assinado com RS256",
        ],
        [
            "Send an access token of the configured issuer",
            "Envie um token de acesso do emissor configurado",
        ],
    ),
    reason(
        "TOKEN_AUDIENCE",
        [
            "The token was made for another client program",
            "O token foi feito para outro programa cliente",
        ],
        [
            "Use a client that the server's settings allow",
            "Use um cliente que a configuração do servidor permita",
        ],
    ),
    reason(
        "TOKEN_EXPIRED",
        ["The token has expired", "O token expirou"],
        [
            "Sign in again, or refresh it",
            "Entre de novo no sistema ou renove-o",
        ],
    ),
    reason(
        "TOKEN_ISSUER",
        ["The token is of another issuer", "O token é de outro emissor"],
        [
            "Send an access token of the configured issuer",
            "Envie um token de acesso do emissor configurado",
        ],
    ),
    reason(
        "TOKEN_KEY_UNKNOWN",
        [
            "The token is signed with a key that its issuer does not publish",
            "O token está assinado com uma chave que o emissor não publica",
        ],
        ["Sign in again", "Entre de novo no sistema"],
    ),
    reason(
        "TOKEN_LIFETIME",
        [
            "The token lives longer than is allowed",
            "O token vale por mais tempo do que o permitido",
        ],
        [
            "Have the issuer make shorter ones",
            "Configure o emissor para fazer tokens mais curtos",
        ],
    ),
    reason(
        "TOKEN_MALFORMED",
        ["The token is malformed", "O token está malformado"],
        [
            "Send the access token exactly as the issuer gave it",
            "Envie o token de acesso exatamente como o emissor o deu",
        ],
    ),
    reason(
        "TOKEN_MISSING",
        ["The call has no token", "A chamada não tem token"],
        [
            "Sign in (on this machine: posars token) and send it as \"authorization: Bearer TOKEN\"",
            "Entre no sistema (nesta máquina: posars token) e envie-o como \"authorization: Bearer TOKEN\"",
        ],
    ),
    reason(
        "TOKEN_NOT_YET_VALID",
        ["The token is not valid yet", "O token ainda não é válido"],
        [
            "Compare the clocks of issuer and server",
            "Compare os relógios do emissor e do servidor",
        ],
    ),
    reason(
        "TOKEN_SIGNATURE",
        [
            "The token's signature is wrong",
            "A assinatura do token está errada",
        ],
        [
            "Send the access token exactly as the issuer gave it",
            "Envie o token de acesso exatamente como o emissor o deu",
        ],
    ),
    reason(
        "TOKEN_TOO_LONG",
        ["The token is too long", "O token é longo demais"],
        [
            "Have the issuer put fewer groups into it",
            "Configure o emissor para pôr menos grupos nele",
        ],
    ),
    reason(
        "TOKEN_USE",
        [
            "The token is not an access token",
            "O token não é um token de acesso",
        ],
        [
            "Send the access token, not the id or refresh token",
            "Envie o token de acesso, não o de identidade ou de renovação",
        ],
    ),
    reason(
        "TOKEN_WITHOUT_EXPIRY",
        ["The token has no expiry", "O token não tem validade"],
        [
            "Send an access token of the configured issuer",
            "Envie um token de acesso do emissor configurado",
        ],
    ),
    reason(
        "UNAUTHENTICATED",
        ["The caller is not known", "Não se sabe quem chama"],
        [
            "Sign in and send the token with the call",
            "Entre no sistema e envie o token com a chamada",
        ],
    ),
    reason(
        "UNKNOWN_COMPANY",
        [
            "There is no company \"{company}\" here for this caller",
            "Não há aqui a empresa \"{company}\" para quem chama",
        ],
        [
            "Check the name in the path and who is signed in",
            "Confira o nome no caminho e quem está conectado",
        ],
    ),
];
