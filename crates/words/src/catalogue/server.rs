//! What the server itself answers: about the log, the read models, and calls that it cannot take.

use crate::reason::{Reason, reason};

pub(super) const REASONS: &[Reason] = &[
    reason(
        "BUSY",
        [
            "Too many commands wait already; nothing was written",
            "Há comandos demais na fila; nada foi gravado",
        ],
        ["Send it again after a pause", "Envie de novo depois de uma pausa"],
    ),
    reason(
        "COMPANY_MOVING",
        [
            "The company moves to another database and takes no commands at this moment; nothing was written",
            "A empresa está mudando de banco de dados e não aceita comandos neste momento; nada foi gravado",
        ],
        ["Send it again after a pause", "Envie de novo depois de uma pausa"],
    ),
    reason(
        "COMPANY_NOT_FOUND",
        ["There is no company {name}", "Não há empresa {name}"],
        [
            "Check the name, or give the position of the command that made it as min_position",
            "Confira o nome ou informe em min_position a posição do comando que o criou",
        ],
    ),
    reason(
        "CONFLICT",
        [
            "Others changed the same thing while the command was decided; nothing was written",
            "Outros alteraram a mesma coisa enquanto o comando era decidido; nada foi gravado",
        ],
        ["Send it again", "Envie de novo"],
    ),
    reason(
        "DATABASE_AWAY",
        [
            "The database does not answer; nothing was written",
            "O banco de dados não responde; nada foi gravado",
        ],
        ["Send it again after a pause", "Envie de novo depois de uma pausa"],
    ),
    reason(
        "DATABASE_DISK_FULL",
        [
            "The disk of the database is full or does not work; nothing was written, and what was accepted before is safe",
            "O disco do banco de dados está cheio ou com defeito; nada foi gravado, e o que já foi aceito está seguro",
        ],
        [
            "Tell the operator to make room on that disk, and send it again; nothing needs to be started again",
            "Avise o operador para liberar espaço nesse disco e envie de novo; não é preciso reiniciar nada",
        ],
    ),
    reason(
        "DATABASE_EXHAUSTED",
        [
            "The database has run out of memory or connections; nothing was written",
            "O banco de dados está sem memória ou sem conexões livres; nada foi gravado",
        ],
        [
            "Send it again after a pause; if it stays so, the operator gives PostgreSQL more",
            "Envie de novo depois de uma pausa; se continuar assim, o operador dá mais recursos ao PostgreSQL",
        ],
    ),
    reason(
        "DATABASE_REFUSED",
        [
            "The database refused what this server sent; nothing was written",
            "O banco de dados recusou o que este servidor enviou; nada foi gravado",
        ],
        [
            "Tell the operator, who finds the cause in the log",
            "Avise o operador, que encontra a causa no log",
        ],
    ),
    reason(
        "DEADLINE",
        [
            "The database did not answer in time; nothing was written",
            "O banco de dados não respondeu a tempo; nada foi gravado",
        ],
        ["Send it again, or ask for less", "Envie de novo ou peça menos"],
    ),
    reason(
        "DEADLINE_EXCEEDED",
        [
            "The call did not end within its deadline[ of {timeout_ms} ms]; a command may still have taken effect",
            "A chamada não terminou no prazo[ de {timeout_ms} ms]; um comando ainda pode ter surtido efeito",
        ],
        [
            "Send it again with the same ids, and it takes effect once",
            "Envie de novo com os mesmos ids, e o efeito é um só",
        ],
    ),
    reason(
        "EVENT_UNREADABLE",
        [
            "A stored event cannot be read by this version of the server",
            "Um evento gravado não pode ser lido por esta versão do servidor",
        ],
        [
            "Tell the operator, who finds the cause in the log",
            "Avise o operador, que encontra a causa no log",
        ],
    ),
    reason(
        "FIGURES_OUT_OF_RANGE",
        [
            "The figures of store {store_id} leave the range of an amount",
            "Os números da loja {store_id} passam do limite de um valor",
        ],
        ["Ask for other days", "Peça outros dias"],
    ),
    reason(
        "MESSAGE_ENCODING_UNSUPPORTED",
        [
            "The message is compressed in a way that this server does not read",
            "A mensagem está comprimida de um modo que este servidor não lê",
        ],
        ["Send it uncompressed", "Envie-a sem compressão"],
    ),
    reason(
        "OUTCOME_UNKNOWN",
        [
            "The command was sent to the database and the answer lost",
            "O comando foi enviado ao banco de dados e a resposta se perdeu",
        ],
        [
            "Send it again with the same ids, and it takes effect once",
            "Envie de novo com os mesmos ids, e o efeito é um só",
        ],
    ),
    reason(
        "PAGE_SIZE_INVALID",
        [
            "The page size is not 0 to 1000",
            "O tamanho da página não está entre 0 e 1000",
        ],
        [
            "Ask for 1 to 1000 rows, or 0 for 100",
            "Peça de 1 a 1000 linhas, ou 0 para 100",
        ],
    ),
    reason(
        "PAGE_TOKEN_INVALID",
        [
            "The page token is not from this server, or belongs to a list with other filters",
            "O token de página não é deste servidor ou pertence a uma lista com outros filtros",
        ],
        [
            "Keep every other field as it was, or start again with an empty token",
            "Mantenha todos os outros campos como estavam ou recomece com o token vazio",
        ],
    ),
    reason(
        "POSITION_BEYOND_LOG",
        [
            "min_position {min_position} lies beyond the log, which ends at {position}",
            "min_position {min_position} está além do registro, que termina em {position}",
        ],
        [
            "Give a position that this company's commands answered with",
            "Informe uma posição devolvida por um comando desta empresa",
        ],
    ),
    reason(
        "PRODUCT_NOT_FOUND",
        ["There is no product {name}", "Não há produto {name}"],
        [
            "Check the name, or give the position of the command that made it as min_position",
            "Confira o nome ou informe em min_position a posição do comando que o criou",
        ],
    ),
    reason(
        "READ_MODEL_BEHIND",
        [
            "The answer would be older than asked for: it is at position {position}, not yet at {min_position}",
            "A resposta seria mais antiga do que o pedido: está na posição {position}, ainda não na {min_position}",
        ],
        ["Ask again after a pause", "Peça de novo depois de uma pausa"],
    ),
    reason(
        "READ_MODEL_UNREADABLE",
        [
            "A stored row cannot be read by this version of the server",
            "Uma linha gravada não pode ser lida por esta versão do servidor",
        ],
        [
            "Tell the operator, who finds the cause in the log",
            "Avise o operador, que encontra a causa no log",
        ],
    ),
    reason(
        "REGISTER_NOT_FOUND",
        ["There is no register {name}", "Não há caixa {name}"],
        [
            "Check the name, or give the position of the command that made it as min_position",
            "Confira o nome ou informe em min_position a posição do comando que o criou",
        ],
    ),
    reason(
        "REQUEST_UNREADABLE",
        [
            "The request is not the message that this method takes; nothing was done",
            "A requisição não é a mensagem que este método recebe; nada foi feito",
        ],
        [
            "Make it from the current protos",
            "Gere-a a partir dos protos atuais",
        ],
    ),
    reason(
        "RETURN_NOT_FOUND",
        ["There is no return {name}", "Não há devolução {name}"],
        [
            "Check the name, or give the position of the command that made it as min_position",
            "Confira o nome ou informe em min_position a posição do comando que o criou",
        ],
    ),
    reason(
        "SERVICE_ELSEWHERE",
        [
            "This process does not serve {service}; that is the area {area}",
            "Este processo não atende {service}; isso é da área {area}",
        ],
        [
            "Send it to the process of that area, or to the gateway in front of all of them",
            "Envie ao processo dessa área ou ao gateway que fica na frente de todos",
        ],
    ),
    reason(
        "STOCK_ADJUSTMENT_NOT_FOUND",
        [
            "There is no stock adjustment {name}",
            "Não há ajuste de estoque {name}",
        ],
        [
            "Check the name, or give the position of the command that made it as min_position",
            "Confira o nome ou informe em min_position a posição do comando que o criou",
        ],
    ),
    reason(
        "STOCK_ITEM_NOT_FOUND",
        ["There is no stock item {name}", "Não há item de estoque {name}"],
        [
            "Check the name, or give the position of the command that made it as min_position",
            "Confira o nome ou informe em min_position a posição do comando que o criou",
        ],
    ),
    reason(
        "STOCK_RECEIPT_NOT_FOUND",
        [
            "There is no stock receipt {name}",
            "Não há recebimento de estoque {name}",
        ],
        [
            "Check the name, or give the position of the command that made it as min_position",
            "Confira o nome ou informe em min_position a posição do comando que o criou",
        ],
    ),
    reason(
        "STORE_NOT_FOUND",
        ["There is no store {name}", "Não há loja {name}"],
        [
            "Check the name, or give the position of the command that made it as min_position",
            "Confira o nome ou informe em min_position a posição do comando que o criou",
        ],
    ),
    reason(
        "TIMEOUT_INVALID",
        [
            "The header grpc-timeout is not a timeout",
            "O cabeçalho grpc-timeout não é um prazo",
        ],
        [
            "Write up to 8 digits and one of H, M, S, m, u, n, such as 5S",
            "Escreva até 8 dígitos e um de H, M, S, m, u, n, como 5S",
        ],
    ),
    reason(
        "UNKNOWN_METHOD",
        [
            "There is no method[ {path}] here",
            "Não existe aqui o método[ {path}]",
        ],
        [
            "See what there is by reflection or at /docs",
            "Veja o que existe por reflexão ou em /docs",
        ],
    ),
    reason(
        "UPSTREAM_UNAVAILABLE",
        [
            "The process that serves the area {area} does not answer; whether the call took effect is not known",
            "O processo que atende a área {area} não responde; não se sabe se a chamada teve efeito",
        ],
        [
            "Send it again with the same ids: a command takes effect once",
            "Envie de novo com os mesmos identificadores: um comando tem efeito uma só vez",
        ],
    ),
];
