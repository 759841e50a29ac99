//! Words that say what a row tells of: a sale, a return, goods in or out, something cancelled.

use crate::field::{Field, SheetKind};
use crate::row_reason::RowReason;
use crate::title::normalise_title;

/// What a row tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RowMeaning {
    /// What the kind of sheet is for: a sale, or goods received.
    Usual,
    /// Something that was called off: it is no record.
    Cancelled,
    /// Something that needs a kind of its own.
    Other(RowReason),
}

use RowMeaning::{Cancelled, Other, Usual};

const RETURNED: RowMeaning = Other(RowReason::ReturnedGoods);
const OUTGOING: RowMeaning = Other(RowReason::OutgoingGoods);
const LOST: RowMeaning = Other(RowReason::LostGoods);
const NOT_COMPLETED: RowMeaning = Other(RowReason::NotCompleted);
const OTHER_OPERATION: RowMeaning = Other(RowReason::OtherOperation);

/// The meaning of a cell in a column of the kind `field` ([`Field::Status`], [`Field::Movement`] or
/// [`Field::Reason`]); `None` for a word that is not known.
pub(crate) fn meaning_of_word(kind: SheetKind, field: Field, text: &str) -> Option<RowMeaning> {
    let text = text.trim();
    let words = normalise_title(text);
    if words.is_empty() {
        return match text {
            "-" | "–" | "—" if field == Field::Movement => Some(opposite(kind)),
            _ => Some(Usual),
        };
    }
    opposing(kind, field, &words).or_else(|| is_usual(kind, field, &words).then_some(Usual))
}

/// The meaning of a whole cell that is clear whatever its column is called; `None` for all other texts.
pub(crate) fn opposing_word(kind: SheetKind, words: &str) -> Option<RowMeaning> {
    let first = words.split(' ').next().unwrap_or_default();
    if kind == SheetKind::Stock && matches!(words, "saida" | "saidas" | "baixa") {
        return Some(OUTGOING);
    }
    // More words than these, or others before them, are a remark about something.
    let is_clear = words.split(' ').count() <= OPPOSING_WORDS_MAX
        && CLEAR_STEMS.iter().any(|stem| first.starts_with(stem));
    is_clear.then(|| opposing(kind, Field::Movement, words)).flatten()
}

const CLEAR_STEMS: &[&str] = &[
    "cancel", "estorn", "devol", "troca", "perda", "avaria", "vencid", "refund", "returned", "voided",
    "inutiliz", "deneg",
];

const OPPOSING_WORDS_MAX: usize = 3;

/// What goes the other way in a kind of sheet.
fn opposite(kind: SheetKind) -> RowMeaning {
    match kind {
        SheetKind::Sales => RETURNED,
        SheetKind::Stock | SheetKind::Products => OUTGOING,
    }
}

/// Words by their beginnings; `nao concluida` counts as a whole.
fn opposing(kind: SheetKind, field: Field, words: &str) -> Option<RowMeaning> {
    let first = words.split(' ').next().unwrap_or_default();
    let begins = |stems: &[&str]| stems.iter().any(|stem| first.starts_with(stem));
    let has_word = |wanted: &[&str]| {
        words
            .split(' ')
            .any(|word| wanted.iter().any(|stem| word.starts_with(stem)))
    };
    if matches!(first, "nao" | "not" | "sem") {
        return Some(NOT_COMPLETED).filter(|_| field == Field::Status);
    }
    if has_word(&[
        "cancel", "estorn", "void", "anulad", "inutiliz", "deneg", "exclui", "delet",
    ]) {
        // "Cancelada" is a state of this row; "cancelamento" is a row about another one.
        let is_act =
            first.starts_with("cancelament") || first.starts_with("estorno") || first == "cancellation";
        return Some(if is_act && field == Field::Movement {
            RETURNED
        } else {
            Cancelled
        });
    }
    if kind == SheetKind::Products {
        let is_out_of_use = begins(&["inativ", "desativ", "descontinu", "inactive", "discontinu"]);
        return (is_out_of_use || words == "fora linha" || words == "i").then_some(Cancelled);
    }
    if has_word(&[
        "devol",
        "troca",
        "retorn",
        "refund",
        "return",
        "reembols",
        "chargeback",
        "exchange",
    ]) {
        return Some(RETURNED);
    }
    if has_word(LOSSES) || (field == Field::Reason && has_word(&["validade", "vencimento", "consumo", "uso"]))
    {
        return Some(LOST);
    }
    if begins(NOT_COMPLETED_STEMS)
        || matches!(
            words,
            "em aberto" | "em andamento" | "em digitacao" | "em analise" | "em separacao"
        )
    {
        return Some(NOT_COMPLETED);
    }
    match kind {
        SheetKind::Sales => sales_opposing(first, words),
        SheetKind::Stock => stock_opposing(first, words),
        SheetKind::Products => None,
    }
}

const LOSSES: &[&str] = &[
    "perda", "quebra", "avaria", "vencid", "furt", "roub", "descart", "danific", "extravi", "deterior",
    "estragad", "sinistr", "loss", "lost", "damag", "expired", "theft", "stolen", "spoil", "waste",
    "breakage", "shrink",
];

const NOT_COMPLETED_STEMS: &[&str] = &[
    "pendent",
    "abert",
    "aguard",
    "rascunh",
    "reserv",
    "bloquead",
    "negad",
    "recusad",
    "rejeitad",
    "abandon",
    "falh",
    "erro",
    "expirad",
    "orcament",
    "cotac",
    "prevenda",
    "proposta",
    "pending",
    "open",
    "draft",
    "quot",
    "hold",
    "failed",
    "declined",
    "rejected",
    "unpaid",
    "processing",
    "suspens",
];

fn sales_opposing(first: &str, words: &str) -> Option<RowMeaning> {
    let begins = |stems: &[&str]| stems.iter().any(|stem| first.starts_with(stem));
    if matches!(first, "d" | "e") || begins(&["entrada"]) {
        return Some(RETURNED).filter(|_| words == first || first.starts_with("entrada"));
    }
    if words == "pre venda" {
        return Some(NOT_COMPLETED);
    }
    begins(&[
        "compra",
        "transf",
        "ajust",
        "acerto",
        "inventari",
        "contagem",
        "balanc",
        "bonific",
        "brinde",
        "doac",
        "amostra",
        "remessa",
        "consign",
        "comodato",
        "consumo",
        "uso",
        "sangria",
        "suprimento",
        "despesa",
        "recebiment",
        "pagamento",
        "purchase",
        "transfer",
        "adjust",
        "sample",
        "donation",
        "gift",
    ])
    .then_some(OTHER_OPERATION)
}

fn stock_opposing(first: &str, words: &str) -> Option<RowMeaning> {
    let begins = |stems: &[&str]| stems.iter().any(|stem| first.starts_with(stem));
    if words == "s" || words == "out" || words == "sai" {
        return Some(OUTGOING);
    }
    if begins(&[
        "saida", "baixa", "venda", "vendid", "consumo", "requisic", "expedic", "despach", "doac", "brinde",
        "amostra", "retirad", "sale", "sold", "issue", "outgoing", "outbound", "shipped", "usage",
    ]) {
        return Some(OUTGOING);
    }
    (begins(&[
        "transf",
        "ajust",
        "acerto",
        "adjust",
        "transfer",
        "inventari",
        "contagem",
        "balanc",
        "count",
    ]) || words == "saldo inicial")
        .then_some(OTHER_OPERATION)
}

/// Words of rows that are what their sheet is for.
fn is_usual(kind: SheetKind, field: Field, words: &str) -> bool {
    let first = words.split(' ').next().unwrap_or_default();
    let begins = |stems: &[&str]| stems.iter().any(|stem| first.starts_with(stem));
    let of_kind = match kind {
        SheetKind::Sales => begins(&["venda", "saida", "sale", "sold"]) || matches!(words, "v" | "s"),
        SheetKind::Stock => {
            begins(&[
                "entrada", "compra", "receb", "aquisic", "purchase", "receipt", "receiv", "incoming",
                "inbound", "bonific",
            ]) || matches!(words, "e" | "in" | "ent")
        }
        // A state that takes no product out of use changes nothing about it.
        SheetKind::Products => true,
    };
    of_kind
        || begins(USUAL_STATES)
        || (field == Field::Movement && begins(USUAL_DOCUMENTS))
        || matches!(words, "ok" | "em dia" | "a vista" | "a prazo")
}

const USUAL_STATES: &[&str] = &[
    "conclu",
    "finaliz",
    "pago",
    "paga",
    "aprovad",
    "autorizad",
    "emitid",
    "faturad",
    "entreg",
    "enviad",
    "ativ",
    "norma",
    "fechad",
    "efetivad",
    "confirmad",
    "processad",
    "complet",
    "paid",
    "approv",
    "closed",
    "deliver",
    "ship",
    "fulfill",
    "invoiced",
    "active",
    "success",
    "registrad",
    "regular",
    "quitad",
    "recebid",
    "baixad",
    "encerrad",
    "realizad",
    "atendid",
    "liquidad",
    "conferid",
    "verificad",
    "valid",
    "transmitid",
    "done",
    "settled",
    "captur",
    "separad",
    "retirad",
    "expedid",
];

/// Kinds of receipt and ways to sell, which change nothing about a sale.
const USUAL_DOCUMENTS: &[&str] = &[
    "nfce",
    "nfe",
    "nf",
    "cupom",
    "sat",
    "cfe",
    "mfe",
    "nota",
    "danfe",
    "pedido",
    "pdv",
    "balcao",
    "delivery",
    "online",
    "loja",
    "site",
    "ecommerce",
    "ifood",
    "whatsapp",
    "atacado",
    "varejo",
    "mesa",
    "comanda",
    "presencial",
    "entrega",
    "retirada",
    "consumidor",
    "produto",
    "servico",
    "mercadoria",
    "kit",
    "combo",
    "internet",
    "marketplace",
    "dinheiro",
    "pix",
    "cartao",
    "credito",
    "debito",
    "boleto",
    "cash",
    "card",
    "retail",
    "wholesale",
    "invoice",
    "store",
    "order",
];

#[cfg(test)]
mod tests {
    use super::{Cancelled, LOST, NOT_COMPLETED, OTHER_OPERATION, OUTGOING, RETURNED, RowMeaning, Usual};
    use super::{meaning_of_word, opposing_word};
    use crate::field::{Field, SheetKind};

    #[test]
    fn words_of_sales() {
        let cases: &[(Field, &str, Option<RowMeaning>)] = &[
            (Field::Status, "Cancelada", Some(Cancelled)),
            (Field::Status, "CANCELADO", Some(Cancelled)),
            (Field::Status, "Cancelado pelo cliente", Some(Cancelled)),
            (Field::Status, "NFC-e cancelada", Some(Cancelled)),
            (Field::Status, "Estornada", Some(Cancelled)),
            (Field::Status, "Voided", Some(Cancelled)),
            (Field::Status, "Inutilizada", Some(Cancelled)),
            (Field::Status, "Devolvida", Some(RETURNED)),
            (Field::Status, "Refunded", Some(RETURNED)),
            (Field::Status, "Pendente", Some(NOT_COMPLETED)),
            (Field::Status, "Em aberto", Some(NOT_COMPLETED)),
            (Field::Status, "Não autorizada", Some(NOT_COMPLETED)),
            (Field::Status, "Concluída", Some(Usual)),
            (Field::Status, "AUTORIZADA", Some(Usual)),
            (Field::Status, "Pago", Some(Usual)),
            (Field::Status, "", Some(Usual)),
            (Field::Status, "Xis", None),
            (Field::Status, "2", None),
            (Field::Movement, "Devolução", Some(RETURNED)),
            (Field::Movement, "Devolução de venda", Some(RETURNED)),
            (Field::Movement, "TROCA", Some(RETURNED)),
            (Field::Movement, "Cancelamento", Some(RETURNED)),
            (Field::Movement, "Estorno", Some(RETURNED)),
            (Field::Movement, "Entrada", Some(RETURNED)),
            (Field::Movement, "D", Some(RETURNED)),
            (Field::Movement, "-", Some(RETURNED)),
            (Field::Movement, "Venda", Some(Usual)),
            (Field::Movement, "V", Some(Usual)),
            (Field::Movement, "Saída", Some(Usual)),
            (Field::Movement, "NFC-e", Some(Usual)),
            (Field::Movement, "Orçamento", Some(NOT_COMPLETED)),
            (Field::Movement, "Transferência", Some(OTHER_OPERATION)),
            (Field::Movement, "Calçados", None),
        ];
        for (field, text, meaning) in cases {
            assert_eq!(
                meaning_of_word(SheetKind::Sales, *field, text),
                *meaning,
                "{text:?}"
            );
        }
    }

    #[test]
    fn words_of_stock() {
        let cases: &[(Field, &str, Option<RowMeaning>)] = &[
            (Field::Movement, "Entrada", Some(Usual)),
            (Field::Movement, "ENTRADA NF", Some(Usual)),
            (Field::Movement, "Compra", Some(Usual)),
            (Field::Movement, "E", Some(Usual)),
            (Field::Movement, "+", Some(Usual)),
            (Field::Movement, "Saída", Some(OUTGOING)),
            (Field::Movement, "SAIDA", Some(OUTGOING)),
            (Field::Movement, "S", Some(OUTGOING)),
            (Field::Movement, "-", Some(OUTGOING)),
            (Field::Movement, "Venda", Some(OUTGOING)),
            (Field::Movement, "Baixa", Some(OUTGOING)),
            (Field::Movement, "Devolução", Some(RETURNED)),
            (Field::Movement, "Perda", Some(LOST)),
            (Field::Movement, "Ajuste", Some(OTHER_OPERATION)),
            (Field::Movement, "Transferência", Some(OTHER_OPERATION)),
            (Field::Reason, "Vencido", Some(LOST)),
            (Field::Reason, "Validade", Some(LOST)),
            (Field::Reason, "Avaria no transporte", Some(LOST)),
            (Field::Reason, "Furto", Some(LOST)),
            (Field::Reason, "Produto quebrado", Some(LOST)),
            (Field::Reason, "Reposição", None),
            (Field::Status, "Recebida", Some(Usual)),
            (Field::Status, "Cancelada", Some(Cancelled)),
        ];
        for (field, text, meaning) in cases {
            assert_eq!(
                meaning_of_word(SheetKind::Stock, *field, text),
                *meaning,
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_clear_word_needs_no_title() {
        let of_sales = |words| opposing_word(SheetKind::Sales, words);
        assert_eq!(of_sales("cancelado"), Some(Cancelled));
        assert_eq!(of_sales("devolucao"), Some(RETURNED));
        assert_eq!(of_sales("site"), None);
        assert_eq!(of_sales("d"), None, "one letter is no word");
        assert_eq!(
            of_sales("cliente pediu troca do tamanho depois"),
            None,
            "a remark"
        );
        assert_eq!(opposing_word(SheetKind::Stock, "saida"), Some(OUTGOING));
    }
}
